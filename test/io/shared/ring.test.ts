/** A ring in one thread: what may be sent, in which order it comes, and when it is released. */
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { consume } from '../../../src/io/shared/consume.js';
import { RELEASED, SENT, TAKEN } from '../../../src/io/shared/layout.js';
import type { SharedRing } from '../../../src/io/shared/ring.js';
import { type RingHandle, RingMemory } from '../../../src/io/shared/ring-memory.js';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import { SlabPool } from '../../../src/io/slabs/pool.js';
import { connection, noted, payloadsOf, publish, readAll, smallPool } from './support.js';

const STALE = expect.objectContaining({ code: 'ERR_MQTT_STALE_BATCH' });
const NOT_OPEN = 'the ring has ended, or the other side has failed or is gone';

/** Reads one PUBLISH a batch with these payloads, and hands each batch over. */
async function batchesOf(
  pool: SlabPool,
  payloads: readonly string[],
  onBatch: (batch: SlabBatch) => void,
): Promise<void> {
  const errors: Error[] = [];
  for (const payload of payloads) {
    const reader = connection(pool, (batch) => {
      try {
        onBatch(batch);
      } catch (error) {
        errors.push(error as Error);
      }
    });
    await readAll(reader, [publish(payload)]);
  }
  if (errors.length > 0) throw errors[0];
}

function expectEmpty(pool: SlabPool): void {
  expect(pool.heldBatches).toBe(0);
  expect(pool.freeSlabs).toBeGreaterThanOrEqual(pool.slabs - 1);
}

/** As many PINGREQs as a read can bring: their rows take eight slabs. */
const PINGS = new Uint8Array(65_536).map((_, index) => (index % 2 === 0 ? 0xc0 : 0));

describe('send() refuses', () => {
  test('a batch that was released', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    await batchesOf(pool, ['x'], (batch) => {
      batch.release();
      expect(() => ring.send(batch)).toThrow(STALE);
    });
    expect(ring.outstanding).toBe(0);
    expectEmpty(pool);
  });

  test('a batch that the next read has made stale', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    const kept: SlabBatch[] = [];
    await batchesOf(pool, ['x', 'y'], (batch) => void kept.push(batch));
    expect(() => ring.send(kept[0] as SlabBatch)).toThrow(STALE);
    expectEmpty(pool);
  });

  test('a batch that was detached', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    await batchesOf(pool, ['x'], (batch) => {
      batch.detach();
      expect(() => ring.send(batch)).toThrow('or it was detached');
    });
    expectEmpty(pool);
  });

  test('a batch of another pool, shared or not', async () => {
    const ring = smallPool().ring();
    for (const pool of [smallPool(), new SlabPool()]) {
      await batchesOf(pool, ['x'], (batch) => {
        expect(() => ring.send(batch)).toThrow('not of the pool that the ring is of');
      });
    }
    expect(ring.outstanding).toBe(0);
  });

  test('a batch that was sent already, to this ring or another', async () => {
    const pool = smallPool();
    const [ring, other] = [pool.ring(), pool.ring()];
    await batchesOf(pool, ['x'], (batch) => {
      ring.send(batch);
      expect(() => ring.send(batch)).toThrow('sent already');
      expect(() => other.send(batch)).toThrow('sent already');
    });
    const notes = noted(ring, payloadsOf);
    await ring.end();
    expect(await notes).toEqual([['x']]);
    await other.end();
    expectEmpty(pool);
  });

  test('everything behind the end', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    expect(ring.isOpen).toBe(true);
    await ring.end();
    expect(ring.isOpen).toBe(false);
    await batchesOf(pool, ['x'], (batch) => expect(() => ring.send(batch)).toThrow(NOT_OPEN));
    expect(() => ring.sendEnd(1)).toThrow(NOT_OPEN);
    expectEmpty(pool);
  });

  test('rows for which the pool has no room, and takes them when there is some', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    const waiting: SlabBatch[] = [];
    const reader = connection(pool, (batch) => void waiting.push(batch.retain()));
    for (let count = 0; count < 4; count++) reader.socket.write(PINGS);
    while (waiting.length < 4) await turn();
    const refused = waiting.filter((batch) => {
      try {
        ring.send(batch);
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return true;
      }
    });
    expect(refused).toHaveLength(1);
    expect(ring.outstanding).toBe(24);
    let frames = 0;
    const consumed = consume(ring.handle, ({ length }) => {
      frames += length;
    });
    while (ring.outstanding > 0) await turn();
    for (const batch of refused) ring.send(batch);
    for (const batch of waiting) batch.release();
    await ring.end();
    await consumed;
    expect(frames).toBe((4 * PINGS.length) / 2);
    reader.socket.destroy();
    await once(reader.socket, 'close');
    expectEmpty(pool);
  });
});

describe('what is sent', () => {
  test('comes in the order in which it was sent, whatever connection it is of', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    const notes = noted(ring, (batch) =>
      batch.isLast ? `end ${batch.connection}` : `${payloadsOf(batch)} ${batch.connection}`,
    );
    const expected: string[] = [];
    const readers = Array.from({ length: 3 }, () => connection(pool, (batch) => ring.send(batch)));
    for (let number = 0; number < 300; number++) {
      const { socket, connection } = readers[number % 3] as (typeof readers)[0];
      socket.write(publish(`${number}`));
      expected.push(`${number} ${connection}`);
      if (number % 7 === 0) await turn();
    }
    await turn();
    for (const { connection } of readers) {
      ring.sendEnd(connection);
      expected.push(`end ${connection}`);
    }
    await ring.end();
    // Streams that are written to in one turn may be read in any order.
    const seen = await notes;
    for (const { connection } of readers) {
      const ofOne = (text: string): boolean => text.endsWith(` ${connection}`);
      expect(seen.filter(ofOne)).toEqual(expected.filter(ofOne));
    }
    expect(seen).toHaveLength(expected.length);
    expectEmpty(pool);
  });

  test('may be released in any order, and is told of in that order', async () => {
    const pool = smallPool();
    const released: string[] = [];
    const ring = pool.ring({ onRelease: (batch) => void released.push(`${payloadsOf(batch)}`) });
    const kept: SlabBatch[] = [];
    const consumed = consume(ring.handle, (batch) => {
      kept.push(batch.retain());
    });
    const payloads = Array.from({ length: 9 }, (_, index) => `${index}`);
    await batchesOf(pool, payloads, (batch) => ring.send(batch));
    while (kept.length < payloads.length) await turn();
    const ended = ring.end();
    await consumed;
    const order = [4, 0, 8, 1, 7, 2, 6, 3, 5];
    for (const index of order) {
      expect(payloadsOf(kept[index] as SlabBatch)).toEqual([`${index}`]);
      kept[index]?.release();
      kept[index]?.release();
      expect(() => payloadsOf(kept[index] as SlabBatch)).toThrow(STALE);
      await turn();
    }
    await ended;
    expect(released).toEqual(order.map(String));
    expectEmpty(pool);
  });

  test('is there as long as somebody has it: the one who sent it, or the other side', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    const kept: SlabBatch[] = [];
    await batchesOf(pool, ['x', 'y'], (batch) => {
      ring.send(batch);
      if (kept.length === 0) kept.push(batch.retain());
    });
    expect(pool.heldBatches).toBe(2);
    const notes = noted(ring, payloadsOf);
    await ring.end();
    expect(await notes).toEqual([['x'], ['y']]);
    expect(pool.heldBatches).toBe(1);
    expect(payloadsOf(kept[0] as SlabBatch)).toEqual(['x']);
    kept[0]?.release();
    expectEmpty(pool);
  });

  test("is the handler's until its promise is settled, and the next one comes then", async () => {
    const pool = smallPool();
    const ring = pool.ring();
    const events: string[] = [];
    const consumed = consume(ring.handle, async (batch) => {
      events.push(`begin ${payloadsOf(batch)}`);
      for (let count = 0; count < 3; count++) await turn();
      events.push(`end ${payloadsOf(batch)}`);
    });
    await batchesOf(pool, ['1', '2', '3'], (batch) => ring.send(batch));
    await ring.end();
    await consumed;
    expect(events).toEqual(['1', '2', '3'].flatMap((n) => [`begin ${n}`, `end ${n}`]));
    expectEmpty(pool);
  });

  test('of more frames than a table has rows can be kept, and is stale when it is released', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    const kept: SlabBatch[] = [];
    const reader = connection(pool, (batch) => {
      kept.push(batch.retain());
      return ring.send(batch);
    });
    await readAll(reader, [PINGS]);
    expect(kept[0]?.length).toBe(PINGS.length / 2);
    const notes = noted(ring, ({ length }) => length);
    await ring.end();
    expect((await notes).reduce((sum, length) => sum + length)).toBe(PINGS.length / 2);
    expect([...(kept[0] as SlabBatch)]).toHaveLength(PINGS.length / 2);
    kept[0]?.release();
    expect(() => kept[0]?.packetAt(0)).toThrow(STALE);
    expectEmpty(pool);
  });
});

describe('end()', () => {
  test('is fulfilled at once if nothing is outstanding, as often as it is called', async () => {
    const ring = smallPool().ring();
    await Promise.all([ring.end(), ring.end()]);
    await ring.end();
    await consume(ring.handle, () => {
      throw new Error('there is nothing');
    });
  });

  test('waits for what is outstanding, as often as it is called', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    await batchesOf(pool, ['x', 'y'], (batch) => ring.send(batch));
    let fulfilled = 0;
    const ends = [ring.end(), ring.end(), ring.end()];
    for (const end of ends) end.then(() => fulfilled++);
    const kept: SlabBatch[] = [];
    await consume(ring.handle, (batch) => {
      kept.push(batch.retain());
    });
    await turn();
    expect([fulfilled, ring.outstanding]).toEqual([0, 2]);
    for (const batch of kept) batch.release();
    await Promise.all(ends);
    expectEmpty(pool);
  });
});

describe('consume() and ring() refuse', () => {
  test('what is no handle, no function, no shared pool, no option', async () => {
    const { handle } = smallPool().ring();
    const { ring } = handle;
    for (const wrong of [undefined, null, {}, { ring: new ArrayBuffer(8) }, { ring }, 'x']) {
      await expect(consume(wrong as unknown as RingHandle, () => {})).rejects.toThrow(
        new TypeError('handle must be that of a SharedRing'),
      );
    }
    const noFunction = consume(handle, 1 as unknown as () => void);
    await expect(noFunction).rejects.toThrow(new TypeError('onBatch must be a function'));
    expect(() => new SlabPool().ring()).toThrow(TypeError);
    expect(() => smallPool().ring({ onSend: () => {} } as object)).toThrow('onSend');
  });
});

describe('consume() refuses a ring', () => {
  const REFUSAL = 'the ring has been consumed before, or was abandoned';

  test('that has a consumer, or had one', async () => {
    const ring = smallPool().ring();
    const seen: number[] = [];
    const consumed = consume(ring.handle, ({ connection }) => void seen.push(connection));
    const second = consume(ring.handle, () => void seen.push(-1));
    await expect(second).rejects.toThrow(REFUSAL);
    for (let number = 0; number < 3; number++) ring.sendEnd(number);
    await ring.end();
    await consumed;
    await expect(consume(ring.handle, () => {})).rejects.toThrow(REFUSAL);
    expect(seen).toEqual([0, 1, 2]);
  });

  test('whose handler has failed, with what it had not taken', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    await batchesOf(pool, ['x', 'y'], (batch) => ring.send(batch));
    const failed = consume(ring.handle, () => {
      throw new Error('the handler has failed');
    });
    await expect(failed).rejects.toThrow('the handler has failed');
    const seen: string[] = [];
    const again = consume(ring.handle, (batch) => void seen.push(...payloadsOf(batch)));
    await expect(again).rejects.toThrow(REFUSAL);
    await ring.end();
    expect(seen).toEqual([]);
    expectEmpty(pool);
  });

  test('that was abandoned, whose memory is for others by then', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    await batchesOf(pool, ['x'], (batch) => ring.send(batch));
    ring.abandon();
    await expect(consume(ring.handle, () => {})).rejects.toThrow(REFUSAL);
    expectEmpty(pool);
  });
});

describe('many batches', () => {
  /** Sends so many ends of connections, a few at a time, and returns what came. */
  async function passThrough(ring: SharedRing, count: number, yields: () => Promise<void>) {
    const seen: number[] = [];
    const consumed = consume(ring.handle, async ({ connection }) => {
      seen.push(connection);
      if (Math.random() < 0.2) await yields();
    });
    for (let number = 0; number < count; number++) {
      while (ring.outstanding > 60) await turn();
      ring.sendEnd(number);
      if (Math.random() < 0.2) await yields();
    }
    await ring.end();
    await consumed;
    return seen;
  }

  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

  test('go around the queues many times', async () => {
    const ring = new SlabPool({ shared: true, slabs: 26, maximumBatches: 64 }).ring();
    expect(await passThrough(ring, 3000, turn)).toEqual(numbers(3000));
  });

  test.each([
    ['2^31', 0x7fff_ffff - 500],
    ['2^32', -500],
  ])('take the counters beyond %s', async (_, first) => {
    const { allocate } = RingMemory;
    const spy = vi.spyOn(RingMemory, 'allocate').mockImplementation((atLeast) => {
      const memory = allocate.call(RingMemory, atLeast);
      for (const word of [SENT, TAKEN, RELEASED]) new Int32Array(memory)[word] = first;
      return memory;
    });
    const ring = smallPool().ring();
    spy.mockRestore();
    expect(await passThrough(ring, 1000, turn)).toEqual(numbers(1000));
    const words = new Int32Array(ring.handle.ring);
    // Behind the last one there is the end.
    expect(words[SENT]).toBe((first + 1001) | 0);
    expect(words[RELEASED]).toBe((first + 1000) | 0);
  });

  test('meet waiting and busy sides in all ways', async () => {
    const ways = [
      () => turn(),
      () => Promise.resolve(),
      () => new Promise<void>((resolve) => process.nextTick(resolve)),
      () => new Promise<void>((resolve) => setTimeout(resolve, Math.random() * 2)),
    ] as const;
    const one = (): Promise<void> => (ways[Math.floor(Math.random() * ways.length)] ?? ways[0])();
    const rings = Array.from({ length: 4 }, () => smallPool().ring());
    const all = await Promise.all(rings.map((ring) => passThrough(ring, 1500, one)));
    for (const seen of all) expect(seen).toEqual(numbers(1500));
  });
});

test('any number of ends is told in order, and leaves room for batches', async () => {
  const pool = smallPool();
  const ring = pool.ring();
  const told: number[] = [];
  const payloads: string[] = [];
  for (let number = 0; number < 20_000; number++) ring.sendEnd(number);
  await batchesOf(pool, ['x', 'y'], (batch) => ring.send(batch));
  const ended = ring.end();
  expect(ring.outstanding).toBe(20_002);
  await consume(ring.handle, (batch) => {
    if (batch.isLast) told.push(batch.connection);
    else payloads.push(...payloadsOf(batch));
  });
  await ended;
  expect(told).toEqual(Array.from({ length: 20_000 }, (_, number) => number));
  expect(payloads).toEqual(['x', 'y']);
  expectEmpty(pool);
});

test('an end is told of although the other side keeps as many batches as the pool has, until that end', async () => {
  // Its ring has no more slots than they and 64 ends take.
  const pool = new SlabPool({ shared: true, slabs: 64, maximumBatches: 128 });
  const ring = pool.ring();
  const kept: SlabBatch[] = [];
  const consumed = consume(ring.handle, (batch) => {
    if (batch.isLast) for (const one of kept.splice(0)) one.release();
    else kept.push(batch.retain());
  });
  const { socket, connection: number } = connection(pool, (batch) => ring.send(batch));
  while (!pool.isHoldingBack) {
    socket.write(publish('x'));
    await turn();
  }
  expect(kept.length).toBeGreaterThan(100);
  ring.sendEnd(number);
  await ring.end();
  await consumed;
  expect(kept).toEqual([]);
  socket.destroy();
  await once(socket, 'close');
  expectEmpty(pool);
});

test('what onRelease retains is good until it is released, and the ring drains then', async () => {
  const pool = smallPool();
  const kept: SlabBatch[] = [];
  const ring = pool.ring({ onRelease: (batch) => void kept.push(batch.retain()) });
  await batchesOf(pool, ['x', 'y'], (batch) => ring.send(batch));
  const ended = ring.end();
  await consume(ring.handle, () => {});
  while (kept.length < 2) await turn();
  expect(ring.outstanding).toBe(2);
  expect(kept.map(payloadsOf)).toEqual([['x'], ['y']]);
  for (const batch of kept) batch.release();
  await ended;
  expect(() => kept[0]?.frameAt(0)).toThrow(STALE);
  expectEmpty(pool);
});
