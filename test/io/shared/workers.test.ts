/** Rings between threads: what comes over sockets is worked off by several workers at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { SharedRing } from '../../../src/io/shared/ring.js';
import { SlabPool } from '../../../src/io/slabs/pool.js';
import { listen, Peer } from './loopback.js';
import { HEADER } from './numbered.js';
import type { ConsumerData, ConsumerReport } from './programs/consumer.js';
import { FEWEST_SLABS, smallPool } from './support.js';
import { message, start } from './workers.js';

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Bytes of the buffers that are in use, without those that are only waiting to be freed, which happens beside the thread. */
async function bytesOfBuffers(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let count = 0; count < 20; count++) {
    globalThis.gc?.();
    await sleep(10);
    least = Math.min(least, process.memoryUsage().arrayBuffers);
  }
  return least;
}

/** Payloads of all lengths, so that frames lie across reads, and reads are long and short. */
const anyLength = (number: number): number => HEADER + ((number * 7919) % 900);

describe.each([
  { name: 'two workers', count: 2, program: 'consumer' },
  { name: 'four workers', count: 4, program: 'consumer' },
  { name: 'two workers that nobody can wake', count: 2, program: 'consumer-without-wait-async' },
])('$name', ({ count, program }) => {
  test.each<[string, Omit<ConsumerData, 'ring'>]>([
    ['at full speed', {}],
    ['that keep batches for a while', { keeps: 3 }],
    ['that take their time', { takes: 1 }],
  ])('%s work off everything, in order, and nothing is torn', async (_, behaviour) => {
    // What is kept until the next batch comes must leave room for it.
    const pool = behaviour.keeps === undefined ? smallPool() : new SlabPool({ shared: true });
    const rings = Array.from({ length: count }, () => pool.ring());
    const reports = rings.map((ring) => {
      const data: ConsumerData = { ...behaviour, ring: ring.handle };
      return message<ConsumerReport>(start(program, data));
    });
    const server = await listen(pool, (connection) => rings[connection % count] as SharedRing);
    const frames = behaviour.takes === undefined ? 6000 : 1000;
    const peers = Array.from({ length: 5 }, () => new Peer(server.port, frames, anyLength));
    await Promise.all(peers.map(({ done }) => done));
    await server.close();
    await Promise.all(rings.map((ring) => ring.end()));
    const all = await Promise.all(reports);
    expect(sum(all.map((report) => report.frames))).toBe(5 * frames);
    expect(sum(all.map(({ bytes }) => bytes))).toBe(sum(peers.map(({ bytes }) => bytes)));
    expect(all.map(({ disorder, torn }) => ({ disorder, torn }))).toEqual(
      all.map(() => ({ disorder: 0, torn: 0 })),
    );
    expect(all.flatMap(({ ends }) => ends).sort(([a], [b]) => a - b)).toEqual(
      [1, 2, 3, 4, 5].map((connection) => [connection, frames]),
    );
    for (const { batches } of all) expect(batches).toBeGreaterThan(0);
    expect(pool.heldBatches).toBe(0);
    expect(pool.freeSlabs).toBeGreaterThanOrEqual(pool.slabs - 1);
  });
});

test('a worker that works nothing off holds the senders back, and they go on when it does', async () => {
  const pool = new SlabPool({ shared: true, slabs: FEWEST_SLABS });
  const ring = pool.ring();
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const report = message<ConsumerReport>(
    start<ConsumerData>('consumer', { ring: ring.handle, gate }),
  );
  const server = await listen(pool, () => ring);
  const frames = 40_000;
  const before = await bytesOfBuffers();
  const peers = [0, 1].map(() => new Peer(server.port, frames, () => 1000));
  const sent = (): number => sum(peers.map((peer) => peer.sent));
  while (!pool.isHoldingBack) await sleep(5);
  // A thread takes its time to start, and may do so after all that.
  while (Atomics.load(gate, 1) === 0) await sleep(5);
  // The kernel has room for some megabytes more.
  for (let earlier = -1; earlier !== sent(); await sleep(250)) earlier = sent();
  const stuckAt = sent();
  expect(stuckAt).toBeLessThan(0.8 * 2 * frames * 1000);
  expect((await bytesOfBuffers()) - before).toBeLessThan(8 * 1024 * 1024);
  await sleep(100);
  expect(sent()).toBe(stuckAt);
  // One batch is being worked on, and no other was taken.
  expect(Atomics.load(gate, 1)).toBe(1);
  Atomics.store(gate, 0, 1);
  await Promise.all(peers.map(({ done }) => done));
  await server.close();
  await ring.end();
  expect(await report).toMatchObject({ frames: 2 * frames, disorder: 0, torn: 0 });
  expect(pool.timesHeldBack).toBeGreaterThan(0);
  expect((await bytesOfBuffers()) - before).toBeLessThan(8 * 1024 * 1024);
});
