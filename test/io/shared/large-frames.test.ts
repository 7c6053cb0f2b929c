/** Frames that might not lie in a slab: what is too large is an error of its connection, and what came before it is not lost. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { encode } from '../../../src/encoder/encoder.js';
import { SlabPool } from '../../../src/io/slabs/pool.js';
import type { EncodablePacket } from '../../../src/protocol/packets.js';
import { join } from '../../support/hex.js';
import { connection, noted, plain, publish, readAll, smallPool } from './support.js';

const SLAB = 131_072;
/** What is read at a time. */
const HALF = SLAB / 2;
const PING = Uint8Array.of(0xc0, 0);
const PONG = Uint8Array.of(0xd0, 0);
const LONG = 'x'.repeat(65_535);

/** A CONNECT of so many bytes. */
function connectOf(length: number): Uint8Array {
  const frame = (rest: number): Uint8Array =>
    encode({
      type: 'CONNECT',
      protocolLevel: 4,
      clientIdentifier: 'x'.repeat(length / 3),
      userName: 'y'.repeat(length / 3),
      password: new Uint8Array(rest),
    });
  return frame(length - frame(0).length);
}

describe('a CONNECT', () => {
  test.each([
    { options: { role: 'any' }, most: SLAB },
    { options: { role: 'any', state: 'expectConnect' }, most: HALF },
    { options: { role: 'server' }, most: HALF },
  ] as const)(
    'of $most bytes is sent, of one more is refused: $options',
    async ({ options, most }) => {
      for (const length of [most, most + 1]) {
        const pool = smallPool();
        const ring = pool.ring();
        const notes = noted(ring, (batch) => [...batch.packets()].map(({ type }) => type));
        const reader = connection(pool, (batch) => ring.send(batch), options);
        const connect = connectOf(length);
        expect(connect).toHaveLength(length);
        const error = await readAll(reader, [connect.subarray(0, 9), connect.subarray(9), PING]);
        const isRefused = length > most;
        expect(error).toEqual(
          isRefused
            ? expect.objectContaining({ code: 'ERR_MQTT_PACKET_TOO_LARGE', packetType: 'CONNECT' })
            : null,
        );
        await ring.end();
        expect((await notes).flat()).toEqual(isRefused ? [] : ['CONNECT', 'PINGREQ']);
        expect(pool.heldBatches).toBe(0);
      }
    },
  );

  test('that is too large is refused by its fixed header, behind the frames before it, and other connections go on', async () => {
    const pool = smallPool();
    const ring = pool.ring();
    const notes = noted(ring, (batch) => [...batch.packets()].map(({ type }) => type));
    const other = connection(pool, (batch) => ring.send(batch));
    const reader = connection(pool, (batch) => ring.send(batch));
    const start = connectOf(SLAB + 1).subarray(0, 4);
    const error = await readAll(reader, [join(publish('before'), PING, start)]);
    expect(error).toMatchObject({ code: 'ERR_MQTT_PACKET_TOO_LARGE', packetType: 'CONNECT' });
    expect(await readAll(other, [PING])).toBeNull();
    await ring.end();
    expect((await notes).flat()).toEqual(['PUBLISH', 'PINGREQ', 'PINGREQ']);
  });

  test('is not limited so where no other thread sees it', async () => {
    const lengths: number[] = [];
    const reader = connection(new SlabPool(), (batch) => {
      for (const { bytes } of batch) lengths.push(bytes.length);
    });
    expect(await readAll(reader, [connectOf(SLAB + 1)])).toBeNull();
    expect(lengths).toEqual([SLAB + 1]);
  });
});

describe('protocolVersion, set in the middle of the header of a large PUBLISH', () => {
  /**
   * Reads `stream`, the `first` bytes of it as version `from`, the others as `to`, and sends all to a ring. The PUBLISH is behind `before`
   * bytes of other frames.
   */
  async function outcome(
    stream: Uint8Array,
    first: number,
    from: 4 | 5,
    to: 4 | 5,
    before = 0,
    pool = smallPool(),
  ): Promise<{ packets: unknown[]; error: Error | null }> {
    const ring = pool.ring();
    const notes = noted(ring, (batch) => [...batch.packets()].map(plain));
    const reader = connection(pool, (batch) => ring.send(batch), {
      role: 'client',
      protocolVersion: from,
    });
    reader.socket.write(stream.subarray(0, first));
    while (reader.unfinishedLength !== first - before) await turn();
    reader.protocolVersion = to;
    const rest = stream.subarray(first);
    const chunks = Array.from({ length: Math.ceil(rest.length / HALF) }, (_, index) =>
      rest.subarray(index * HALF, (index + 1) * HALF),
    );
    const error = await readAll(reader, chunks);
    await ring.end();
    expect(pool.heldBatches).toBe(0);
    expect(pool.freeSlabs).toBeGreaterThanOrEqual(pool.slabs - 1);
    return { packets: (await notes).flat(), error };
  }

  /** Types, and the payload of all parts together. */
  function summary(packets: readonly unknown[]): { types: string[]; payload: string } {
    const all = packets as { type: string; topic?: string; payload?: string }[];
    return {
      types: all.map(({ type }) => type).filter((type) => type !== 'PUBLISH_PART'),
      payload: all.map(({ payload }) => payload?.slice('bytes '.length) ?? '').join(''),
    };
  }

  const payload = Buffer.alloc(100_000, 'abcdefg');
  const after = Buffer.alloc(40_000, 'd000', 'hex');

  test.each([5, 200, 40_000])('%i bytes of it have come', async (first) => {
    const packet: EncodablePacket = {
      type: 'PUBLISH',
      topic: LONG.slice(0, 50_000),
      payload,
      properties: { contentType: 'text' },
    };
    const stream = join(encode(packet, { protocolVersion: 5 }), after);
    const { packets, error } = await outcome(stream, first, 4, 5);
    expect(error).toBeNull();
    expect(packets[0]).toMatchObject({
      type: 'PUBLISH_START',
      topic: packet.topic,
      properties: { contentType: 'text' },
      payloadLength: payload.length,
    });
    const { types, payload: found } = summary(packets);
    expect(types.slice(0, 3)).toEqual(['PUBLISH_START', 'PUBLISH_END', 'PINGRESP']);
    expect(types).toHaveLength(2 + after.length / 2);
    expect(found).toBe(payload.toString('hex'));
  });

  test('what were properties is payload then', async () => {
    // 0x79 begins the payload, and would be the length of properties in MQTT 5.0.
    const stream = join(
      encode({ type: 'PUBLISH', topic: 'a', payload: join(Uint8Array.of(0x79), payload) }),
      after,
    );
    const { packets, error } = await outcome(stream, 20, 5, 4);
    expect(error).toBeNull();
    expect(summary(packets).payload).toBe(`79${payload.toString('hex')}`);
  });

  test('when it does not fit into a slab, with what comes next, the connection ends and says what would help', async () => {
    const packet: EncodablePacket = {
      type: 'PUBLISH',
      topic: LONG,
      payload,
      properties: { userProperties: [['a', 'x'.repeat(60_000)]] },
    };
    const stream = join(PONG, encode(packet, { protocolVersion: 5 }));
    const { packets, error } = await outcome(stream, 100_002, 5, 5, PONG.length);
    expect(error).toEqual(
      new RangeError(
        '165536 bytes must lie in one slab, which has 131072: give the pool larger ones (slabBytes)',
      ),
    );
    expect(summary(packets).types).toEqual(['PINGRESP']);
    const larger = new SlabPool({ shared: true, slabs: 26, slabBytes: 262_144 });
    const good = await outcome(stream, 100_002, 5, 5, PONG.length, larger);
    expect(good.error).toBeNull();
    expect(summary(good.packets)).toEqual({
      types: ['PINGRESP', 'PUBLISH_START', 'PUBLISH_END'],
      payload: payload.toString('hex'),
    });
  });
});
