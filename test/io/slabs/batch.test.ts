/** How long a batch in a slab is good, and what can be read from it afterwards. */
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { FrameCursor } from '../../../src/decoder/frame.js';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import type { SlabPool } from '../../../src/io/slabs/pool.js';
import type { SlabReader } from '../../../src/io/slabs/reader.js';
import { join } from '../../support/hex.js';
import { bytesOf, pubacks } from '../../support/pubacks.js';
import { destroyedAtEnd, KINDS, numbered, numbersOf, smallPool, turns } from './support.js';

const STALE = expect.objectContaining({ code: 'ERR_MQTT_STALE_BATCH' });
/** Two frames. */
const TWO = join(numbered(0, 200), numbered(1, 200));

/** A stream that is read into the pool, to be written to by the test. */
async function streamInto(
  pool: SlabPool,
  onBatch: (batch: SlabBatch, reader: SlabReader<PassThrough>) => unknown,
): Promise<PassThrough> {
  const stream = destroyedAtEnd(new PassThrough());
  pool.read(stream, { onBatch });
  await turns(1);
  return stream;
}

/** Writes, and waits until all has been handed over. */
async function write(stream: PassThrough, bytes: Uint8Array): Promise<void> {
  stream.write(bytes);
  await turns(2);
}

/** Ways of reading from a batch. */
type Ways = Record<string, () => unknown>;

/** All of them, with what was made of the batch when it was good. Iterations are over after one call. */
function waysOf(batch: SlabBatch): Ways {
  const cursor = batch.cursor();
  cursor.next();
  const fresh = batch.cursor();
  const frame = batch.frameAt(1);
  const frames = batch[Symbol.iterator]();
  const packets = batch.packets();
  packets.next();
  return {
    'the next frame of a cursor': () => cursor.next(),
    'a cursor that has not moved yet': () => fresh.next(),
    'the frame of a cursor': () => batch.frameAt(0).type,
    'a frame': () => frame.payload,
    'the packet of a frame': () => frame.packet(),
    'an iteration of frames': () => frames.next(),
    'an iteration of packets': () => packets.next(),
    'a new iteration': () => [...batch],
    'new packets': () => [...batch.packets()],
    'frameAt()': () => batch.frameAt(0),
    'packetAt()': () => batch.packetAt(1),
    'rowAt()': () => batch.rowAt(1),
  };
}

function expectStale(ways: Ways): void {
  for (const [name, way] of Object.entries(ways)) expect(way, name).toThrow(STALE);
}

function expectGood(ways: Ways): void {
  for (const [name, way] of Object.entries(ways)) expect(way, name).not.toThrow();
}

describe.each(KINDS)('$scanner, shared: $shared', ({ scanner, shared }) => {
  const newPool = (options = {}) => smallPool({ scanner, shared, ...options });

  test('a batch is stale when its handler is over, and its memory free', async () => {
    const pool = newPool();
    let ways = {};
    let batch: SlabBatch | undefined;
    const stream = await streamInto(pool, (given) => {
      expect(pool.heldBatches).toBe(1);
      expect(given.isReleased).toBe(false);
      expect(given.connection).toBe(1);
      expectGood(waysOf(given));
      ways = waysOf(given);
      batch = given;
    });
    await write(stream, TWO);
    expect(batch?.isReleased).toBe(true);
    expectStale(ways);
    expect(() => batch?.retain()).toThrow(STALE);
    expect(() => batch?.detach()).toThrow(STALE);
    expect(() => batch?.release()).not.toThrow();
    expect(pool.heldBatches).toBe(0);
    expect(pool.freeSlabs).toBe(pool.slabs - 1);
  });

  test('release() in the handler', async () => {
    const pool = newPool();
    let calls = 0;
    const stream = await streamInto(pool, (batch) => {
      calls++;
      const ways = waysOf(batch);
      batch.release();
      expect(pool.heldBatches).toBe(0);
      expectStale(ways);
      expect(() => batch.retain()).toThrow(STALE);
    });
    await write(stream, TWO);
    await write(stream, TWO);
    expect(calls).toBe(2);
    expect(stream.destroyed).toBe(false);
    expect(pool.heldBatches).toBe(0);
  });

  test.each([
    ['before', (batch: SlabBatch) => batch.retain(), (_: SlabBatch) => {}],
    ['after', (_: SlabBatch) => {}, (batch: SlabBatch) => batch.retain()],
  ])('what was made %s retain() is good until release()', async (_, before, after) => {
    const pool = newPool();
    const kept: { batch: SlabBatch; ways: Ways; untouched: Ways }[] = [];
    const stream = await streamInto(pool, (batch) => {
      after(batch);
      const ways = waysOf(batch);
      const untouched = waysOf(batch);
      before(batch);
      kept.push({ batch, ways, untouched });
    });
    for (let number = 0; number < 5; number++) await write(stream, TWO);
    expect(kept).toHaveLength(5);
    expect(pool.heldBatches).toBe(5);
    for (const { batch, ways } of kept) {
      expectGood(ways);
      expect(numbersOf(batch)).toEqual([0, 1]);
    }
    for (const { batch } of kept) {
      const ways = waysOf(batch);
      batch.release();
      batch.release();
      expectStale(ways);
      expect(batch.isReleased).toBe(true);
    }
    for (const { untouched } of kept) expectStale(untouched);
    expect(pool.heldBatches).toBe(0);
    expect(pool.freeSlabs).toBe(pool.slabs - 1);
  });

  test('to retain twice, or in a later turn of an asynchronous handler', async () => {
    const pool = newPool();
    const kept: SlabBatch[] = [];
    const stream = await streamInto(pool, async (batch) => {
      await turns(1);
      kept.push(batch.retain().retain());
    });
    await write(stream, TWO);
    await write(stream, TWO);
    await turns(5);
    expect(kept.map(numbersOf)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    for (const batch of kept) batch.release();
    expect(pool.heldBatches).toBe(0);
  });

  test('using', async () => {
    const pool = newPool();
    const seen: SlabBatch[] = [];
    const stream = await streamInto(pool, (batch) => {
      seen.push(batch.retain());
    });
    await write(stream, TWO);
    const [batch] = seen as [SlabBatch];
    // What `using batch = ...` comes to.
    expect(batch[Symbol.dispose]).toBeTypeOf('function');
    expect(numbersOf(batch)).toEqual([0, 1]);
    batch[Symbol.dispose]();
    expect(() => [...batch]).toThrow(STALE);
    expect(pool.heldBatches).toBe(0);
  });

  test('detach() makes a copy that is good for ever, and what was made before goes on with it', async () => {
    const pool = newPool();
    const kept: { batch: SlabBatch; ways: Ways; cursor: FrameCursor }[] = [];
    const stream = await streamInto(pool, (batch) => {
      if (kept.length === 4) return;
      const ways = waysOf(batch);
      if (kept.length % 2 === 1) batch.retain();
      const cursor = batch.cursor();
      cursor.next();
      expect(batch.detach()).toBe(batch);
      expect(batch.isReleased).toBe(true);
      expect(pool.heldBatches).toBe(0);
      kept.push({ batch, ways, cursor });
    });
    for (let round = 0; round < 4; round++) await write(stream, TWO);
    const before = kept.map(({ batch }) => [...batch.packets()]);
    // Others use the memory.
    for (let round = 0; round < 100; round++) stream.write(numbered(1000 + round, 5000));
    await turns(5);
    for (const [index, { batch, ways, cursor }] of kept.entries()) {
      expect(Buffer.from(cursor.payload as Uint8Array).readUInt32BE()).toBe(0);
      expect(cursor.next()).toBe(true);
      expect(Buffer.from(cursor.payload as Uint8Array).readUInt32BE()).toBe(1);
      expectGood(ways);
      expect(batch.detach()).toBe(batch);
      expect(batch.retain()).toBe(batch);
      batch.release();
      batch.endOfHandler();
      expect(numbersOf(batch)).toEqual([0, 1]);
      expect([...batch.packets()]).toEqual(before[index]);
      expect((batch.frameAt(0).payload as Uint8Array).buffer.byteLength).toBe(TWO.length);
    }
    expect(pool.heldBatches).toBe(0);
  });

  test('detach() long after retain(), and not after release()', async () => {
    const pool = newPool();
    const kept: SlabBatch[] = [];
    const stream = await streamInto(pool, (batch) => kept.push(batch.retain()));
    await write(stream, TWO);
    await write(stream, TWO);
    const [first, second] = kept as [SlabBatch, SlabBatch];
    const cursor = first.cursor();
    cursor.next();
    first.detach();
    expect(pool.heldBatches).toBe(1);
    expect(cursor.next()).toBe(true);
    expect(Buffer.from(cursor.payload as Uint8Array).readUInt32BE()).toBe(1);
    expect(cursor.next()).toBe(false);
    second.release();
    expect(() => second.detach()).toThrow(STALE);
    expect(numbersOf(first)).toEqual([0, 1]);
    expect(pool.heldBatches).toBe(0);
  });

  test('more frames than the frame table holds lie in the slab as well', async () => {
    // It holds 4,096.
    const many = bytesOf(pubacks(16_000));
    const pool = newPool({ slabs: 64, slabBytes: 131_072 });
    const read = async (onBatch: (batch: SlabBatch) => unknown): Promise<void> => {
      const stream = Readable.from([many]);
      pool.read(stream, { onBatch });
      await new Promise((resolve) => stream.once('close', resolve));
    };
    let ways: Ways = {};
    let untouched: Ways = {};
    let kept: SlabBatch | undefined;

    await read((batch) => {
      expect(batch).toHaveLength(16_000);
      ways = waysOf(batch);
    });
    expectStale(ways);

    await read((batch) => {
      ways = waysOf(batch);
      untouched = waysOf(batch);
      kept = batch.retain();
    });
    await read(() => {});
    expect(pool.heldBatches).toBe(1);
    expect(kept?.isReleased).toBe(false);
    expect([...(kept as SlabBatch).packets()]).toEqual(pubacks(16_000));
    expectGood(ways);
    kept?.release();
    expectStale(untouched);

    await read((batch) => {
      kept = batch.detach();
    });
    await read(() => {});
    expect([...(kept as SlabBatch).packets()]).toEqual(pubacks(16_000));
    expect(kept?.frameAt(0).bytes.buffer.byteLength).toBe(many.length);
    expect(pool.heldBatches).toBe(0);
  });
});

test('numbers of connections are never given twice', async () => {
  const pool = smallPool();
  const numbers: number[] = [];
  for (let round = 0; round < 3; round++) {
    const stream = await streamInto(pool, ({ connection }) => numbers.push(connection));
    await write(stream, TWO);
    stream.destroy();
    await turns(2);
  }
  expect(numbers).toEqual([1, 2, 3]);
});
