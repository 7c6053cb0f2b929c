/** Consumes a ring, in one of the ways that tests want, and tells at its end what it has seen. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { consume } from '../../../../src/io/shared/consume.js';
import type { RingHandle } from '../../../../src/io/shared/ring-memory.js';
import type { SlabBatch } from '../../../../src/io/slabs/batch.js';
import { isWhole, numberOf } from '../numbered.js';

export interface ConsumerData {
  readonly ring: RingHandle;
  /** Milliseconds that it takes for a batch. */
  readonly takes?: number;
  /** How many batches it keeps before it releases the oldest. */
  readonly keeps?: number;
  /** Word 0: nothing is worked off while it is 0. Word 1: how many batches have come. */
  readonly gate?: Int32Array;
  /** At which batch, counted from 1, it comes to its end, and how. */
  readonly endsAt?: number;
  readonly end?: 'throw' | 'reject' | 'exit';
}

export interface ConsumerReport {
  readonly batches: number;
  readonly frames: number;
  readonly bytes: number;
  /** Frames that did not follow the one before of their connection. */
  readonly disorder: number;
  /** Frames whose payload was not what had been sent, when they came or when they were released. */
  readonly torn: number;
  /** The connections that are over, and how many frames each had. */
  readonly ends: readonly (readonly [connection: number, frames: number])[];
}

const { ring, takes = 0, keeps = 0, gate, endsAt, end } = workerData as ConsumerData;
const frames = new Map<number, number>();
const ends: [number, number][] = [];
const kept: SlabBatch[] = [];
const seen = { batches: 0, frames: 0, bytes: 0, disorder: 0, torn: 0 };

function count(batch: SlabBatch): void {
  const { connection } = batch;
  let next = frames.get(connection) ?? 0;
  for (const frame of batch) {
    const { payload } = frame;
    if (numberOf(payload) !== next++) seen.disorder++;
    seen.frames++;
    seen.bytes += frame.bytes.length;
  }
  frames.set(connection, next);
  if (batch.isLast) ends.push([connection, next]);
}

function check(batch: SlabBatch): void {
  for (const { payload } of batch) {
    if (payload !== undefined && !isWhole(payload)) seen.torn++;
  }
}

function releaseOldest(): void {
  const batch = kept.shift();
  if (batch === undefined) return;
  check(batch);
  batch.release();
}

async function handleSlowly(batch: SlabBatch): Promise<void> {
  while (gate !== undefined && Atomics.load(gate, 0) === 0) await sleep(2);
  if (takes > 0) await sleep(takes);
  check(batch);
}

function handle(batch: SlabBatch): Promise<void> | undefined {
  seen.batches++;
  if (gate !== undefined) Atomics.add(gate, 1, 1);
  if (seen.batches === endsAt) {
    if (end === 'exit') process.exit(3);
    const error = new Error('the handler has failed');
    if (end === 'reject') return Promise.reject(error);
    throw error;
  }
  count(batch);
  check(batch);
  if (keeps > 0) {
    kept.push(batch.retain());
    if (kept.length > keeps) releaseOldest();
  }
  return takes > 0 || gate !== undefined ? handleSlowly(batch) : undefined;
}

await consume(ring, handle);
while (kept.length > 0) releaseOldest();
parentPort?.postMessage({ ...seen, ends } satisfies ConsumerReport);
