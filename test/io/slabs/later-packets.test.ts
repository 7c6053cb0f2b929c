/** A batch that was detached makes the packets that it had in its slab. */
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encode } from '../../../src/encoder/encoder.js';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import type { SlabReaderOptions } from '../../../src/io/slabs/options.js';
import type { SlabPool } from '../../../src/io/slabs/pool.js';
import type { ControlPacket, EncodablePacket } from '../../../src/protocol/packets.js';
import { packet } from '../../support/arbitraries.js';
import { packet5 } from '../../support/arbitraries-5.js';
import { join } from '../../support/hex.js';
import { bytesAsHex } from '../../support/summary.js';
import { KINDS, smallPool } from './support.js';

const RUNS = Number(process.env.FAST_CHECK_RUNS ?? 25);

/** What members of a frame say that come from packets made later. */
function membersOf(batch: SlabBatch): unknown {
  return Array.from(batch, (frame) => ({
    type: frame.type,
    topic: frame.topic,
    packetIdentifier: frame.packetIdentifier,
    properties: frame.properties,
    payload: frame.payload,
    payloadLength: frame.payloadLength,
    bytes: frame.bytes,
    offset: frame.offset,
  }));
}

interface Detached {
  readonly batches: readonly SlabBatch[];
  /** Of each batch, before it was detached. */
  readonly before: readonly unknown[];
  readonly error: unknown;
}

/** Detaches all batches of a stream, and has others use the slabs. */
async function detachAll(
  pool: SlabPool,
  chunks: readonly Uint8Array[],
  options: Omit<SlabReaderOptions<Readable>, 'onBatch'>,
): Promise<Detached> {
  const batches: SlabBatch[] = [];
  const before: unknown[] = [];
  let error: unknown;
  const stream = Readable.from(chunks);
  stream.on('error', (thrown) => {
    error = thrown;
  });
  pool.read(stream, {
    ...options,
    onBatch: (batch) => {
      before.push(bytesAsHex([[...batch.packets()], membersOf(batch)]));
      batches.push(batch.detach());
    },
  });
  await new Promise((resolve) => stream.once('close', resolve));
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const other = Readable.from([Buffer.alloc(Math.max(2, length - (length % 2)), 'c000', 'hex')]);
  pool.read(other, { onBatch: () => {} });
  await new Promise((resolve) => other.once('close', resolve));
  return { batches, before, error };
}

function expectSame({ batches, before, error }: Detached): void {
  expect(error).toBeUndefined();
  const after = batches.map((batch) => bytesAsHex([[...batch.packets()], membersOf(batch)]));
  expect(after).toEqual(before);
}

const VERSIONS = [
  { version: 'MQTT 3.1.1 and 3.1', packet, options: {} },
  { version: 'MQTT 5.0', packet: packet5, options: { protocolVersion: 5 } },
] as const;

describe.each(KINDS)('$scanner, shared: $shared', ({ scanner, shared }) => {
  // Where memory is shared a CONNECT must fit into a slab, and three of its texts can be of 64 KiB.
  const newPool = () => smallPool({ scanner, shared, slabs: 32, slabBytes: 262_144 });

  test.each(VERSIONS)('any packets of $version', async ({ packet, options }) => {
    const pool = newPool();
    await fc.assert(
      fc.asyncProperty(
        fc.array(packet, { minLength: 1, maxLength: 12 }),
        fc.nat(30),
        fc.boolean(),
        async (packets, cut, inParts) => {
          const bytes = join(...packets.map((packet) => encode(packet, options)));
          const chunks = cut === 0 ? [bytes] : [bytes.subarray(0, cut), bytes.subarray(cut)];
          const all = { ...options, ...(inParts ? { publishPartsAbove: 64 } : {}) };
          expectSame(await detachAll(pool, chunks, all));
          expect(pool.heldBatches).toBe(0);
        },
      ),
      { numRuns: RUNS },
    );
    expect(pool.freeSlabs).toBe(pool.slabs - 1);
  });

  test('several CONNECT of different versions in one chunk, and what follows each', async () => {
    const publish = (version: 4 | 5): Uint8Array => {
      const common = { type: 'PUBLISH', topic: 'a/b', qos: 1, packetIdentifier: 7 } as const;
      const five = { contentType: 'x', correlationData: Buffer.from('corr') };
      return encode(version === 5 ? { ...common, properties: five } : common, {
        protocolVersion: version,
      });
    };
    const subscribe = (version: 4 | 5): Uint8Array => {
      const subscriptions = [{ topicFilter: 'a/+', qos: 1 } as const];
      const packet: EncodablePacket = { type: 'SUBSCRIBE', packetIdentifier: 9, subscriptions };
      return encode(packet, { protocolVersion: version });
    };
    const connect = (protocolLevel: 3 | 4 | 5): Uint8Array => {
      const will = { topic: 'w', payload: Buffer.from('gone'), qos: 1, retain: true } as const;
      const common = { userName: 'u', password: Buffer.from('secret'), clientIdentifier: 'c' };
      if (protocolLevel !== 5) return encode({ type: 'CONNECT', protocolLevel, will, ...common });
      return encode({
        type: 'CONNECT',
        protocolLevel,
        will: { ...will, properties: { contentType: 't', correlationData: Buffer.from('c') } },
        properties: { authenticationMethod: 'm', authenticationData: Buffer.from('d') },
        ...common,
      });
    };
    const auth: ControlPacket = {
      type: 'AUTH',
      reasonCode: 0x18,
      properties: { authenticationMethod: 'm', authenticationData: Buffer.from('more') },
    };
    const bytes = join(
      subscribe(4),
      ...[connect(5), publish(5), subscribe(5), encode(auth, { protocolVersion: 5 })],
      ...[connect(3), publish(4), subscribe(4)],
      ...[connect(4), publish(4), subscribe(4)],
      ...[connect(5), subscribe(5), publish(5)],
      encode({ type: 'DISCONNECT', reasonCode: 4 }, { protocolVersion: 5 }),
      encode({ type: 'DISCONNECT' }),
    );
    for (let cut = 0; cut < bytes.length; cut += 7) {
      const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)].filter(({ length }) => length);
      const detached = await detachAll(newPoolOnce(), chunks, { role: 'any' });
      expectSame(detached);
      const frames = detached.batches.reduce((sum, batch) => sum + batch.length, 0);
      expect(frames).toBe(16);
    }
  });

  let only: SlabPool | undefined;
  /** One pool for a test of many streams. */
  function newPoolOnce(): SlabPool {
    only ??= newPool();
    return only;
  }

  test('what comes behind a CONNECT may be longer than a CONNECT', async () => {
    const properties = { userProperties: [['name', 'x'.repeat(500)]] as [string, string][] };
    const bytes = join(
      encode({ type: 'CONNECT', protocolLevel: 5, clientIdentifier: 'me' }),
      encode(
        {
          type: 'SUBSCRIBE',
          packetIdentifier: 1,
          properties,
          subscriptions: [{ topicFilter: 'a', qos: 0 }],
        },
        { protocolVersion: 5 },
      ),
      encode({ type: 'DISCONNECT', reasonCode: 4, properties }, { protocolVersion: 5 }),
    );
    const options = { role: 'server', maximumConnectPacketSize: 100 } as const;
    expectSame(await detachAll(newPool(), [bytes], options));
  });

  test('a large payload in parts, behind and before other packets', async () => {
    const payload = Buffer.from(Array.from({ length: 50_000 }, (_, index) => index & 0xff));
    const subscribe: EncodablePacket = {
      type: 'SUBSCRIBE',
      packetIdentifier: 9,
      subscriptions: [{ topicFilter: 'a/+', qos: 1 }],
    };
    const bytes = join(
      encode(subscribe),
      encode({ type: 'PUBLISH', topic: 'large', payload, qos: 2, packetIdentifier: 3 }),
      encode(subscribe),
      encode({ type: 'PUBLISH', topic: 'large', payload: payload.subarray(1) }),
    );
    for (const at of [1, 20, 21, 25, 30, 20_000, 50_030, 50_040, bytes.length - 1]) {
      const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
      const detached = await detachAll(newPoolOnce(), chunks, { publishPartsAbove: 1000 });
      expectSame(detached);
      const types = detached.batches.flatMap((batch) => Array.from(batch, ({ type }) => type));
      expect(types.filter((type) => type === 'PUBLISH_START')).toHaveLength(2);
      expect(types.filter((type) => type === 'PUBLISH_END')).toHaveLength(2);
    }
  });
});
