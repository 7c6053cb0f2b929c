/** What comes out of a pool is what a decoder makes of the same bytes, and what options a pool and its readers take. */
import { type Duplex, Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DecoderOptions } from '../../../src/decoder/options.js';
import { encode } from '../../../src/encoder/encoder.js';
import type { SlabPoolOptions } from '../../../src/io/slabs/options.js';
import { SlabPool } from '../../../src/io/slabs/pool.js';
import type { EncodablePacket } from '../../../src/protocol/packets.js';
import { cuts, mutate, mutations, offsetsOf, packet } from '../../support/arbitraries.js';
import { packet5 } from '../../support/arbitraries-5.js';
import { byteByByte, cutAt, decodeChunks } from '../../support/decode.js';
import { join } from '../../support/hex.js';
import { pubacks } from '../../support/pubacks.js';
import {
  accept,
  Collected,
  KINDS,
  outcomeOf,
  type StreamOutcome,
  smallPool,
  socketPair,
  turns,
} from './support.js';

const RUNS = Number(process.env.FAST_CHECK_RUNS ?? 25);

const VERSIONS = [
  { version: 'MQTT 3.1.1 and 3.1', packet, options: {} },
  { version: 'MQTT 5.0', packet: packet5, options: { protocolVersion: 5 } },
] as const;

/**
 * How much of a payload in parts comes before the byte for which it is refused depends on where reads end: as they are cut, all, some or
 * nothing of it.
 */
function told({ packets, error }: StreamOutcome): unknown {
  const isCutOff =
    error?.code === 'ERR_MQTT_PAYLOAD_FORMAT' &&
    (packets.at(-1) as { type?: unknown } | undefined)?.type === 'PUBLISH_PART';
  return {
    packets: isCutOff ? packets.slice(0, -1) : packets,
    code: error?.code,
    offset: error?.offset,
  };
}

/** What a decoder that has room for such a CONNECT says of the bytes as a whole. */
function expected(bytes: Uint8Array, options: DecoderOptions, largestConnect?: number): unknown {
  const { packets, error } = decodeChunks([bytes], options, largestConnect);
  const collected = new Collected();
  for (const packet of packets) collected.addPacket(packet);
  collected.endPayload();
  return told({ packets: collected.packets, error });
}

describe.each(KINDS)('$scanner, shared: $shared', ({ scanner, shared }) => {
  // A small pool has small reads: half a slab, or 65,536 bytes.
  const pool = smallPool({ scanner, shared });
  /** A decoder's options that come to those of the pool. */
  const limits = {
    scanner,
    publishPartsAbove: pool.slabBytes / 2,
    ...(shared ? { maximumListPacketSize: pool.slabBytes / 2 - 1024 } : {}),
  };

  const largestConnect = shared ? pool.slabBytes : undefined;

  async function overSocket(
    chunks: readonly Uint8Array[],
    options: DecoderOptions,
  ): Promise<StreamOutcome> {
    const { accepted, peer } = await socketPair();
    const collected = new Collected();
    const reader = accept(pool, accepted, {
      ...options,
      onBatch: (batch) => collected.add(batch),
    });
    let error: StreamOutcome['error'];
    reader.socket.on('error', (thrown) => {
      error = thrown;
    });
    const isClosed = new Promise<void>((resolve) => reader.socket.once('close', () => resolve()));
    for (const chunk of chunks) {
      peer.write(chunk);
      await turns(1);
    }
    peer.end();
    await isClosed;
    expect(reader.readsIntoSlabs).toBe(true);
    collected.endPayload();
    return { packets: collected.packets, error };
  }

  const ways = {
    stream: async (chunks: readonly Uint8Array[], options: DecoderOptions) => {
      const stream = Readable.from(chunks);
      return outcomeOf(stream, (onBatch) => pool.read(stream, { ...options, onBatch }));
    },
    socket: overSocket,
  };

  function expectAllIsBack(): void {
    expect([pool.heldBatches, pool.readers]).toEqual([0, 0]);
    expect(pool.freeSlabs).toBe(pool.slabs - 1);
    expect(pool.timesHeldBack).toBe(0);
  }

  describe.each(VERSIONS)('$version', ({ packet, options }) => {
    const streamOf = (packets: readonly EncodablePacket[]): Uint8Array =>
      join(...packets.map((packet) => encode(packet, options)));
    const hasRoom = (packet: EncodablePacket): boolean =>
      packet.type !== 'CONNECT' ||
      largestConnect === undefined ||
      encode(packet, options).length <= largestConnect;

    test.each(['stream', 'socket'] as const)('any packets, from a %s', async (way) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array((packet as fc.Arbitrary<EncodablePacket>).filter(hasRoom), {
            minLength: 1,
            maxLength: 12,
          }),
          cuts,
          async (packets, cuts) => {
            const bytes = streamOf(packets);
            const chunks = cutAt(bytes, offsetsOf(cuts, bytes.length));
            const found = await ways[way](chunks, options);
            expect(found.error).toBeUndefined();
            expect(told(found)).toEqual(expected(bytes, { ...options, ...limits }));
          },
        ),
        { numRuns: RUNS },
      );
      expectAllIsBack();
    });

    test.each(['stream', 'socket'] as const)('any bytes, from a %s', async (way) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(packet, { minLength: 1, maxLength: 8 }),
          mutations,
          cuts,
          fc.constantFrom<DecoderOptions[]>(
            {},
            { role: 'server' },
            { role: 'client' },
            { maximumPacketSize: 100 },
            { publishPartsAbove: 40 },
            { text: 'reject', checkPayloadFormat: true },
          ),
          async (packets, changes, cuts, some) => {
            const bytes = mutate(streamOf(packets), changes);
            const chunks = cutAt(bytes, offsetsOf(cuts, bytes.length));
            const all = { ...options, ...some };
            const found = await ways[way](chunks, all);
            expect(told(found)).toEqual(
              expected(bytes, { ...options, ...limits, ...some }, largestConnect),
            );
          },
        ),
        { numRuns: 2 * RUNS },
      );
      expectAllIsBack();
    });
  });

  test('byte by byte, and more at a time than a read takes', async () => {
    const few = join(...pubacks(50).map((packet) => encode(packet)));
    expect(told(await ways.stream(byteByByte(few), {}))).toEqual(expected(few, limits));
    const many = join(...pubacks(20_000).map((packet) => encode(packet)));
    for (const chunks of [[many], [many.subarray(0, 3), many.subarray(3)]]) {
      const { packets, error } = await ways.stream(chunks, {});
      expect(error).toBeUndefined();
      expect(packets).toHaveLength(20_000);
      expect(told({ packets, error })).toEqual(expected(many, limits));
    }
    expectAllIsBack();
  });

  test('Topic Aliases', async () => {
    const options = {
      protocolVersion: 5,
      topicAliasMaximum: 4,
      resolveTopicAliases: true,
    } as const;
    const publish = (topic: string, topicAlias: number): Uint8Array =>
      encode(
        { type: 'PUBLISH', topic, properties: { topicAlias }, payload: 'x' },
        { protocolVersion: 5, topicAliasMaximum: 4 },
      );
    const chunks = [
      publish('a', 1),
      publish('b', 2),
      publish('', 1),
      publish('', 2),
      publish('', 3),
    ];
    const read = (): Promise<StreamOutcome> => ways.stream(chunks, options);
    if (shared) {
      await expect(read()).rejects.toThrow(
        "option resolveTopicAliases must be false where the pool is shared: threads cannot see each other's topics",
      );
      return;
    }
    const found = await read();
    expect(found.packets).toHaveLength(4);
    expect(found.error).toMatchObject({ code: 'ERR_MQTT_TOPIC_ALIAS_UNKNOWN' });
    expect(told(found)).toEqual(expected(join(...chunks), { ...options, ...limits }));
  });
});

describe('options', () => {
  test.each<[SlabPoolOptions, string]>([
    [{ slabs: 3 }, 'slabs'],
    [{ slabs: 25, shared: true }, 'slabs'],
    [{ slabs: 1.5 }, 'slabs'],
    [{ slabs: 1e9 }, 'slabs'],
    [{ slabs: 28_673 }, 'slabs'],
    [{ slabBytes: 16_383 }, 'slabBytes'],
    [{ slabBytes: 16_400 }, 'slabBytes'],
    [{ slabBytes: 65_536, shared: true }, 'slabBytes'],
    [{ maximumBatches: 63 }, 'maximumBatches'],
    [{ maximumBatches: Number.NaN }, 'maximumBatches'],
    [{ shared: 1 as never }, 'shared'],
    [{ scanner: 'fast' as never }, 'scanner'],
    [{ scanner: 'wasm-scalar', shared: true }, 'scanner'],
    [{ slab: 1 } as never, 'slab'],
  ])('a pool refuses %o', (options, name) => {
    expect(() => new SlabPool(options)).toThrow(name);
  });

  test.each<[object, string]>([
    [{}, 'onBatch'],
    [{ onBatch: 1 }, 'onBatch'],
    [{ onBatch: () => {}, scanner: 'auto' }, 'scanner'],
    [{ onBatch: () => {}, rôle: 'server' }, 'rôle'],
    [{ onBatch: () => {}, role: 'broker' }, 'role'],
    [{ onBatch: () => {}, publishPartsAbove: 1 }, 'publishPartsAbove'],
    [{ onBatch: () => {}, publishPartsAbove: '70000' }, 'publishPartsAbove'],
    [{ onBatch: () => {}, maximumListPacketSize: '5' }, 'maximumListPacketSize'],
    [{ onBatch: () => {}, maximumConnectPacketSize: '5' }, 'maximumConnectPacketSize'],
    [{ onBatch: () => {}, resolveTopicAliases: true }, 'resolveTopicAliases'],
  ])('a reader refuses %o', (options, name) => {
    for (const shared of [false, true]) {
      const pool = smallPool({ shared });
      const stream = new Readable() as Duplex;
      expect(() => pool.read(stream, options as never), `shared: ${shared}`).toThrow(name);
      expect(() => pool.connect(() => stream as never, options as never)).toThrow(name);
      expect(() => pool.accept(stream as never, options as never)).toThrow(name);
      expect(pool.readers).toBe(0);
      expect(stream.listenerCount('data')).toBe(0);
    }
  });

  test('half a slab is the most that is handed over whole where memory is shared', () => {
    const pool = smallPool({ shared: true });
    const read = (publishPartsAbove: number) =>
      pool.read(new Readable({ read() {} }), { publishPartsAbove, onBatch: () => {} });
    expect(() => read(65_537)).toThrow(
      new RangeError(
        'option publishPartsAbove must be at most 65536, half a slab, where the pool is shared',
      ),
    );
    expect(() => read(65_536)).not.toThrow();
  });

  test('what a pool tells of itself', () => {
    const pool = new SlabPool();
    expect(pool).toMatchObject({
      slabs: 64,
      slabBytes: 131_072,
      freeSlabs: 64,
      heldBatches: 0,
      readers: 0,
      isHoldingBack: false,
      timesHeldBack: 0,
    });
    expect(new SlabPool({ scanner: 'baseline' }).scanner).toBe('baseline');
    const reader = pool.read(new Readable({ read() {} }), {
      protocolVersion: 5,
      onBatch: () => {},
    });
    expect(reader).toMatchObject({
      connection: 1,
      readsIntoSlabs: false,
      protocolVersion: 5,
      error: undefined,
      unfinishedLength: 0,
    });
    reader.protocolVersion = 4;
    expect(reader.protocolVersion).toBe(4);
    expect(() => {
      reader.protocolVersion = 6 as never;
    }).toThrow(RangeError);
    expect(() =>
      pool.connect(
        () => {
          throw new Error('no route');
        },
        { onBatch: () => {} },
      ),
    ).toThrow('no route');
    expect(pool.readers).toBe(1);
  });
});
