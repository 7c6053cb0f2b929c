/**
 * A process with a pool, a worker and a connection, that ends when all of that has ended, of its own accord: nobody calls
 * `process.exit()`. Prints what came.
 */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { encode } from '../../../../src/encoder/encoder.js';
import { consume } from '../../../../src/io/shared/consume.js';
import type { RingHandle } from '../../../../src/io/shared/ring-memory.js';
import { SlabPool } from '../../../../src/io/slabs/pool.js';

export interface ShutdownReport {
  readonly frames: number;
  readonly steps: readonly string[];
}

const FRAMES = 500;

async function serve(): Promise<ShutdownReport> {
  const steps: string[] = [];
  const pool = new SlabPool({ shared: true });
  const ring = pool.ring();
  const worker = new Worker(new URL(import.meta.url), { workerData: { ring: ring.handle } });
  ring.watch(worker);
  const exit = once(worker, 'exit').then(([code]) => steps.push(`worker exits with ${code}`));
  const report = once(worker, 'message') as Promise<[number]>;
  const { socket } = pool.read(new PassThrough(), { onBatch: (batch) => ring.send(batch) });
  for (let number = 0; number < FRAMES; number++) {
    socket.write(encode({ type: 'PUBLISH', topic: 'a', payload: `${number}` }));
  }
  socket.end();
  await once(socket, 'close');
  await ring.end();
  steps.push('ring has ended');
  const [frames] = await report;
  await exit;
  return { frames, steps };
}

async function work(ring: RingHandle): Promise<void> {
  let frames = 0;
  await consume(ring, (batch) => {
    frames += batch.length;
  });
  parentPort?.postMessage(frames);
}

if (isMainThread) process.stdout.write(JSON.stringify(await serve()));
else await work((workerData as { readonly ring: RingHandle }).ring);
