/** A worker that dies takes nothing with it: others go on, and what it has not released is worked off elsewhere. */
import { once } from 'node:events';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import type { SharedRing } from '../../../src/io/shared/ring.js';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import type { SlabPool } from '../../../src/io/slabs/pool.js';
import { listen, Peer } from './loopback.js';
import { HEADER, numberOf } from './numbered.js';
import type { ConsumerData, ConsumerReport } from './programs/consumer.js';
import { smallPool } from './support.js';
import { message, start } from './workers.js';

const CONNECTIONS = [1, 2, 3, 4];
const FRAMES = 4000;
const ALL = Array.from({ length: FRAMES }, (_, number) => number);

function expectEmpty(pool: SlabPool): void {
  expect(pool.heldBatches).toBe(0);
  expect(pool.freeSlabs).toBeGreaterThanOrEqual(pool.slabs - 1);
}

/** The numbers of frames, by connection. */
class Log {
  readonly #numbers = new Map<number, number[]>();

  note(batch: SlabBatch): void {
    const numbers = this.of(batch.connection);
    for (const { payload } of batch) numbers.push(numberOf(payload));
    this.#numbers.set(batch.connection, numbers);
  }

  of(connection: number): number[] {
    return this.#numbers.get(connection) ?? [];
  }
}

/** When a thread is gone. What it threw is its own affair. */
function gone(worker: Worker): Promise<void> {
  worker.on('error', () => {});
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
  });
}

type Death = (worker: Worker) => Promise<unknown>;

const byItself: Death = async () => {};

describe('in the middle of the traffic', () => {
  test.each<[string, Partial<ConsumerData>, Death]>([
    ['terminated', {}, async (worker) => worker.terminate()],
    ['terminated while it keeps batches', { keeps: 1 }, async (worker) => worker.terminate()],
    ['whose handler throws', { endsAt: 15, end: 'throw' }, byItself],
    ['whose handler rejects', { endsAt: 15, end: 'reject', takes: 1 }, byItself],
    ['that exits', { endsAt: 15, end: 'exit' }, byItself],
  ])('a worker %s', async (_, behaviour, die) => {
    const pool = smallPool();
    const done = new Log();
    const abandoned = new Log();
    const spare = pool.ring({ onRelease: (batch) => done.note(batch) });
    const other = pool.ring({ onRelease: (batch) => done.note(batch) });
    const ring: SharedRing = pool.ring({
      onRelease: (batch) => done.note(batch),
      onAbandon: (batch) => {
        abandoned.note(batch);
        spare.send(batch);
      },
    });
    const dying = start<ConsumerData>('consumer', { ...behaviour, ring: ring.handle });
    const death = gone(dying);
    ring.watch(dying);
    const reports = [spare, other].map(({ handle }) =>
      message<ConsumerReport>(start<ConsumerData>('consumer', { ring: handle })),
    );
    const server = await listen(pool, (connection) => {
      if (connection % 2 === 0) return other;
      return ring.isOpen ? ring : spare;
    });
    const peers = CONNECTIONS.map(
      () => new Peer(server.port, FRAMES, (number) => HEADER + (number % 700)),
    );
    while (done.of(1).length + done.of(3).length < FRAMES / 10) await turn();
    await die(dying);
    await death;
    expect(ring.isOpen).toBe(false);
    await Promise.all(peers.map((peer) => peer.done));
    await server.close();
    await Promise.all([ring, spare, other].map((one) => one.end()));
    const [ofSpare, ofOther] = await Promise.all(reports);
    for (const connection of CONNECTIONS) {
      expect(done.of(connection)).toEqual(ALL);
      const numbers = abandoned.of(connection);
      const [first = 0] = numbers;
      expect(numbers).toEqual(ALL.slice(first, first + numbers.length));
      if (connection % 2 === 0) expect(numbers).toEqual([]);
    }
    expect(ofSpare?.torn).toBe(0);
    expect(ofSpare?.frames).toBeGreaterThan(0);
    expect(ofOther).toMatchObject({ frames: 2 * FRAMES, torn: 0, disorder: 0 });
    expectEmpty(pool);
  });

  test('a worker that has hung, when it is terminated: until then the others wait, then they go on', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    const other = pool.ring();
    const gate = new Int32Array(new SharedArrayBuffer(8));
    const hanging = start<ConsumerData>('consumer', { ring: ring.handle, gate });
    ring.watch(hanging);
    const report = message<ConsumerReport>(start<ConsumerData>('consumer', { ring: other.handle }));
    // That it is the first connection's.
    const server = await listen(pool, (connection) => (connection === 1 ? ring : other));
    const lost = new Peer(server.port, 100_000, () => 1000);
    while (!pool.isHoldingBack) await sleep(5);
    const frames = 1000;
    const peer = new Peer(server.port, frames, () => 1000);
    await sleep(50);
    await hanging.terminate();
    await peer.done;
    // Its ring takes no more, which is an error of its connection.
    await lost.done;
    await server.close();
    await Promise.all([ring.end(), other.end()]);
    expect(await report).toMatchObject({ frames, torn: 0, disorder: 0 });
    expectEmpty(pool);
  });
});

describe('at any time', () => {
  test('what was sent was released or is abandoned, each once and in order', async () => {
    for (let round = 0; round < 12; round++) {
      const released: number[] = [];
      const abandoned: number[] = [];
      const ring = smallPool().ring({
        onRelease: ({ connection }) => void released.push(connection),
        onAbandon: ({ connection }) => void abandoned.push(connection),
      });
      const worker = start<ConsumerData>('consumer', { ring: ring.handle, keeps: round % 3 });
      ring.watch(worker);
      const death = gone(worker);
      const untilFirst = round % 2 === 0;
      if (untilFirst) await once(worker, 'online');
      const end = Date.now() + 4 * round;
      let sent = 0;
      while (Date.now() < end || (untilFirst && released.length < 20)) {
        for (let burst = 0; burst < 10 && ring.outstanding < 1000; burst++) ring.sendEnd(sent++);
        await turn();
      }
      const ended = round % 4 === 3 ? ring.end() : undefined;
      worker.terminate();
      await death;
      await ended;
      const all = Array.from({ length: sent }, (_, number) => number);
      expect(released).toEqual(all.slice(0, released.length));
      expect(abandoned).toEqual(all.slice(released.length));
      expect(ring.outstanding).toBe(0);
    }
  });
});

describe('a worker that never consumes', () => {
  test('and exits', async () => {
    const abandoned: number[] = [];
    const ring = smallPool().ring({
      onAbandon: ({ connection }) => void abandoned.push(connection),
    });
    const worker = start<ConsumerData>('idle', { ring: ring.handle });
    ring.watch(worker);
    await message(worker);
    for (let number = 0; number < 5; number++) ring.sendEnd(number);
    const ended = ring.end();
    worker.postMessage('exit');
    await ended;
    expect(abandoned).toEqual([0, 1, 2, 3, 4]);
  });

  test('and had exited before anybody watched', async () => {
    const ring = smallPool().ring();
    const worker = start<ConsumerData>('idle', { ring: ring.handle });
    await worker.terminate();
    ring.sendEnd(1);
    ring.watch(worker);
    expect(ring.isOpen).toBe(false);
    expect(ring.outstanding).toBe(0);
    await ring.end();
  });
});
