/** Frames on the other side of a ring are those that a decoder makes of the same bytes. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import type { DecoderOptions } from '../../../src/decoder/options.js';
import { encode } from '../../../src/encoder/encoder.js';
import { consume } from '../../../src/io/shared/consume.js';
import { SlabPool } from '../../../src/io/slabs/pool.js';
import type { EncodablePacket } from '../../../src/protocol/packets.js';
import { cuts, offsetsOf, packet } from '../../support/arbitraries.js';
import { packet5 } from '../../support/arbitraries-5.js';
import { cutAt } from '../../support/decode.js';
import { join } from '../../support/hex.js';
import { connection, FEWEST_SLABS, noted, plain, publish, readAll, valuesOf } from './support.js';

const RUNS = Number(process.env.FAST_CHECK_RUNS ?? 60);
/** Bytes of a read. */
const READ = 65_536;
/** What readers of a shared pool have where nothing else is said. */
const LIMITS = {
  publishPartsAbove: READ,
  maximumListPacketSize: READ - 1024,
  maximumConnectPacketSize: READ,
};
const SCANNERS = ['wasm-simd', 'baseline'] as const;

/** Chunks as a pool reads them. */
function reads(chunks: readonly Uint8Array[]): Uint8Array[] {
  return chunks.flatMap((chunk) =>
    Array.from({ length: Math.ceil(chunk.length / READ) }, (_, index) =>
      chunk.subarray(index * READ, (index + 1) * READ),
    ),
  );
}

interface Seen {
  readonly values: readonly unknown[];
  readonly packets: readonly unknown[];
  readonly error: unknown;
}

function errorOf(error: unknown): unknown {
  const { code, offset, packetType } = (error ?? {}) as Record<string, unknown>;
  return { code, offset, packetType };
}

function seenByDecoder(chunks: readonly Uint8Array[], options: DecoderOptions): Seen {
  const decoder = new Decoder({ ...LIMITS, ...options }, undefined, 2 * READ);
  const values: unknown[] = [];
  const packets: unknown[] = [];
  try {
    for (const chunk of reads(chunks)) {
      const batch = decoder.push(chunk);
      values.push(...valuesOf(batch));
      for (const packet of batch.packets()) packets.push(plain(packet));
    }
    decoder.end();
  } catch (error) {
    return { values, packets, error: errorOf(error) };
  }
  return { values, packets, error: errorOf(undefined) };
}

async function seenBehindRing(
  pool: SlabPool,
  chunks: readonly Uint8Array[],
  options: DecoderOptions,
): Promise<Seen> {
  const ring = pool.ring();
  const notes = noted(ring, (batch) => ({
    values: valuesOf(batch),
    packets: [...batch.packets()].map(plain),
  }));
  const reader = connection(pool, (batch) => ring.send(batch), options);
  const error = await readAll(reader, chunks);
  await ring.end();
  const batches = await notes;
  return {
    values: batches.flatMap(({ values }) => values),
    packets: batches.flatMap(({ packets }) => packets),
    error: errorOf(error),
  };
}

function bytesOf(packets: readonly EncodablePacket[], protocolVersion?: 5): Uint8Array {
  const options = protocolVersion === undefined ? {} : { protocolVersion };
  return join(...packets.map((packet) => encode(packet, options)));
}

/** What no other packet does: a CONNECT can be larger, where none is expected. `ring.test.ts` has what becomes of it. */
function fitsIntoSlab(packet: EncodablePacket): boolean {
  return packet.type !== 'CONNECT' || encode(packet).length <= 131_072;
}

/** So many PINGREQs. */
function pings(count: number): Uint8Array {
  const bytes = new Uint8Array(2 * count);
  for (let index = 0; index < bytes.length; index += 2) bytes[index] = 0xc0;
  return bytes;
}

describe.each(SCANNERS)('with the scanner %s', (scanner) => {
  const pool = new SlabPool({ shared: true, slabs: FEWEST_SLABS, scanner });

  async function expectSame(chunks: readonly Uint8Array[], options: DecoderOptions = {}) {
    const expected = seenByDecoder(chunks, { ...options, scanner });
    const seen = await seenBehindRing(pool, chunks, options);
    // That is faster, and says nothing.
    if (!isDeepStrictEqual(seen, expected)) expect(seen).toEqual(expected);
    expect(pool.heldBatches).toBe(0);
    expect(pool.freeSlabs).toBeGreaterThanOrEqual(pool.slabs - 1);
    return seen;
  }

  test('the scanner is the one', () => expect(pool.scanner).toBe(scanner));

  test.each([
    { version: 'MQTT 3.1.1 and 3.1', any: packet, options: {}, writing: undefined },
    { version: 'MQTT 5.0', any: packet5, options: { protocolVersion: 5 }, writing: 5 },
  ] as const)('any packets of $version in any chunks', async ({ any, options, writing }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(any, { minLength: 1, maxLength: 12 }),
        cuts,
        fc.constantFrom(undefined, 100, 5000),
        async (packets, cuts, publishPartsAbove) => {
          const stream = bytesOf(packets.filter(fitsIntoSlab), writing);
          const chunks = cutAt(stream, offsetsOf(cuts, stream.length)).filter((c) => c.length > 0);
          const parts = publishPartsAbove === undefined ? {} : { publishPartsAbove };
          await expectSame(chunks, { ...options, ...parts });
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('a PUBLISH in parts whose end and start are in one chunk with others', async () => {
    const large = bytesOf([{ type: 'PUBLISH', topic: 'large', payload: new Uint8Array(150_000) }]);
    const stream = join(pings(3), large, publish('between'), large, pings(2));
    const { packets } = await expectSame(cutAt(stream, [10, 70_000, 150_100, 150_200, 299_000]));
    const types = packets.map((one) => (one as { type: string }).type);
    expect(types.filter((type) => type === 'PUBLISH_START')).toHaveLength(2);
    expect(types.filter((type) => type === 'PUBLISH_END')).toHaveLength(2);
  });

  test('as many frames as a read can bring, in several slots', async () => {
    const { packets } = await expectSame([pings(READ / 2), publish('x')]);
    expect(packets).toHaveLength(READ / 2 + 1);
  });

  test('a frame that began in the read before, and as many behind it as a read can bring', async () => {
    const first = publish('y'.repeat(60_000), 'joined');
    const chunks = cutAt(join(first, pings(READ / 2)), [first.length - 1, first.length - 1 + READ]);
    const { values } = await expectSame(chunks);
    expect(values).toHaveLength(READ / 2 + 1);
  });

  test('a CONNECT of MQTT 5.0 in a slot, what only that has in a later one', async () => {
    const connect = encode({ type: 'CONNECT', protocolLevel: 5, clientIdentifier: 'c' });
    const later: EncodablePacket[] = [
      {
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        properties: { subscriptionIdentifier: 9 },
        subscriptions: [{ topicFilter: 'a/#', qos: 1, noLocal: true }],
      },
      { type: 'DISCONNECT', reasonCode: 4, properties: { reasonString: 'bye' } },
    ];
    const stream = join(connect, pings(20_000), bytesOf(later, 5));
    const { packets } = await expectSame([stream], { role: 'server' });
    expect(packets.at(-2)).toMatchObject({ properties: { subscriptionIdentifier: 9 } });
    expect(packets.at(-1)).toMatchObject({ reasonCode: 4 });
  });

  test('CONNECT and SUBSCRIBE that began in reads before, of both versions', async () => {
    for (const protocolLevel of [4, 5] as const) {
      const connect: EncodablePacket = {
        type: 'CONNECT',
        protocolLevel,
        clientIdentifier: 'c'.repeat(300),
        will: { topic: 'w', payload: new Uint8Array(200).fill(7), qos: 1, retain: true },
      };
      const subscribe: EncodablePacket = {
        type: 'SUBSCRIBE',
        packetIdentifier: 7,
        subscriptions: [{ topicFilter: 'f'.repeat(500), qos: 2 }],
      };
      const version = protocolLevel === 5 ? 5 : undefined;
      const stream = join(bytesOf([connect, subscribe, subscribe], version), pings(9));
      const offsets = Array.from({ length: 15 }, (_, index) => 1 + index * 97);
      const { packets } = await expectSame(cutAt(stream, offsets), { role: 'server' });
      expect(packets).toHaveLength(12);
    }
  });

  test('the topics of several connections have the same numbers in all consumers', async () => {
    const rings = [pool.ring(), pool.ring()] as const;
    const topics = ['a/b', 'c', 'a/b', 'ü', 'x'.repeat(200), 'c'];
    const stream = join(...topics.map((topic) => publish('1', topic)));
    const notes = rings.map((ring) =>
      noted(ring, (batch) => [...batch].map(({ topicId, topic }) => ({ topicId, topic }))),
    );
    const readers = rings.map((ring) => connection(pool, (batch) => ring.send(batch)));
    await Promise.all(readers.map((reader, index) => readAll(reader, cutAt(stream, [5 + index]))));
    await Promise.all(rings.map((ring) => ring.end()));
    const [one, two] = (await Promise.all(notes)).map((batches) => batches.flat());
    expect(one?.map(({ topic }) => topic)).toEqual(topics);
    expect(two).toEqual(one);
    const ids = one?.map(({ topicId }) => topicId) ?? [];
    expect(ids[0]).toBeGreaterThan(0);
    expect(new Set(ids.slice(0, 4)).size).toBe(3);
    expect([ids[2], ids[4], ids[5]]).toEqual([ids[0], 0, ids[1]]);
  });

  test('a batch that is detached there, and one of a connection on its own, stay what they were', async () => {
    const ring = pool.ring();
    const connect = encode({ type: 'CONNECT', protocolLevel: 4, clientIdentifier: 'kept' });
    const stream = join(connect, publish('payload', 'topic'), pings(1));
    const kept: { detach(): unknown; packets(): Iterable<unknown> }[] = [];
    const consumed = consume(ring.handle, (batch) => {
      batch.packetAt(0);
      kept.push(batch.detach());
    });
    const reader = connection(pool, (batch) => ring.send(batch), { role: 'server' });
    await readAll(reader, cutAt(stream, [4]));
    await ring.end();
    await consumed;
    // Somebody else uses the memory.
    await expectSame([publish('z'.repeat(60_000)), publish('q'.repeat(60_000))]);
    expect(kept.flatMap((batch) => [...batch.packets()].map(plain))).toEqual(
      seenByDecoder([stream], { role: 'server', scanner }).packets,
    );
  });
});
