/** Frames that are longer than a read, and frames that are cut. */
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { copies } from '../../../src/copies.js';
import type { DecoderOptions } from '../../../src/decoder/options.js';
import { encode } from '../../../src/encoder/encoder.js';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import type { SlabPool } from '../../../src/io/slabs/pool.js';
import type { SlabReader } from '../../../src/io/slabs/reader.js';
import type { ControlPacket, EncodablePacket } from '../../../src/protocol/packets.js';
import { decodeChunks } from '../../support/decode.js';
import { join } from '../../support/hex.js';
import { bytesAsHex } from '../../support/summary.js';
import { accept, closed, KINDS, numbered, smallPool, socketPair, turns, until } from './support.js';

/** So many bytes that a byte in the wrong place shows. */
function fill(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  return bytes;
}

/** Types of packets, with as many parts in a row as one. */
function typesOf(packets: readonly ControlPacket[]): string[] {
  return packets
    .map(({ type }) => type)
    .filter((type, index, all) => type !== 'PUBLISH_PART' || type !== all[index - 1]);
}

describe.each(KINDS)('$scanner, shared: $shared', ({ scanner, shared }) => {
  const newPool = (options = {}): SlabPool => smallPool({ scanner, shared, ...options });

  /** An accepted socket that is read into a pool, and its peer. */
  async function open(
    pool: SlabPool,
    onBatch: (batch: SlabBatch) => unknown,
    options: Omit<DecoderOptions, 'scanner'> = {},
  ): Promise<{ reader: SlabReader<Socket>; peer: Socket; errors: unknown[] }> {
    const { accepted, peer } = await socketPair();
    const reader = accept(pool, accepted, { ...options, onBatch });
    const errors: unknown[] = [];
    reader.socket.on('error', (error) => errors.push(error));
    return { reader, peer, errors };
  }

  test('a payload larger than the pool comes in parts, and takes no memory', async () => {
    const pool = newPool();
    const payload = fill(pool.slabs * pool.slabBytes + 12_345);
    const parts: Buffer[] = [];
    const packets: ControlPacket[] = [];
    let largest = 0;
    const { reader, peer } = await open(pool, (batch) => {
      for (const packet of batch.packets()) {
        if (packet.type === 'PUBLISH_PART') parts.push(Buffer.from(packet.payload));
        packets.push(packet);
      }
      largest = Math.max(largest, reader.unfinishedLength, pool.heldBatches);
    });
    const publish = { topic: 'large', payload, qos: 1, packetIdentifier: 9 } as const;
    peer.end(join(numbered(0, 200), encode({ type: 'PUBLISH', ...publish }), numbered(1, 200)));
    await closed(reader.socket);
    expect(typesOf(packets)).toEqual([
      'PUBLISH',
      'PUBLISH_START',
      'PUBLISH_PART',
      'PUBLISH_END',
      'PUBLISH',
    ]);
    expect(packets[1]).toEqual({
      type: 'PUBLISH_START',
      topic: 'large',
      retain: false,
      qos: 1,
      dup: false,
      packetIdentifier: 9,
      payloadLength: payload.length,
    });
    expect(parts.length).toBeGreaterThan(4);
    expect(Buffer.concat(parts).equals(payload)).toBe(true);
    expect(largest).toBeLessThan(1000);
    expect(pool.heldBatches).toBe(0);
  });

  test('parts that are kept make the others wait', async () => {
    const pool = newPool();
    const payload = fill(4 * pool.slabs * pool.slabBytes);
    const kept: SlabBatch[] = [];
    const parts: Buffer[] = [];
    let ended = false;
    const { peer } = await open(pool, (batch) => {
      kept.push(batch.retain());
      for (const frame of batch) ended ||= frame.type === 'PUBLISH_END';
    });
    peer.write(encode({ type: 'PUBLISH', topic: 'large', payload }));
    await until(() => pool.isHoldingBack);
    await turns(5);
    expect(ended).toBe(false);
    for (;;) {
      // Nothing is released before there is no other way to go on.
      await until(() => pool.isHoldingBack || ended);
      const batch = kept.shift();
      if (batch === undefined) break;
      for (const packet of batch.packets()) {
        if (packet.type === 'PUBLISH_PART') parts.push(Buffer.from(packet.payload));
      }
      batch.release();
    }
    expect(Buffer.concat(parts).equals(payload)).toBe(true);
    expect(pool.timesHeldBack).toBeGreaterThan(1);
  });

  test('half a slab is handed over whole, one byte more in parts', async () => {
    const pool = newPool();
    const half = pool.slabBytes / 2;
    const seen: string[] = [];
    const { reader, peer } = await open(pool, (batch) => {
      for (const { type, bytes } of batch) seen.push(`${type} ${bytes.length}`);
    });
    const frameOf = (length: number): Uint8Array => {
      const rest = encode({ type: 'PUBLISH', topic: 'a', payload: fill(half - 100) });
      const payload = fill(length - (rest.length - (half - 100)));
      return encode({ type: 'PUBLISH', topic: 'a', payload });
    };
    expect(frameOf(half)).toHaveLength(half);
    peer.end(join(frameOf(half), frameOf(half + 1)));
    await closed(reader.socket);
    expect(seen[0]).toBe(`PUBLISH ${half}`);
    expect(seen[1]).toMatch(/^PUBLISH_START/);
    expect(seen.at(-1)).toBe('PUBLISH_END 0');
  });

  test('every cut of a stream of frames, in two reads', async () => {
    const packets: EncodablePacket[] = [
      { type: 'CONNECT', protocolLevel: 5, clientIdentifier: 'me', password: fill(8) },
      { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [{ topicFilter: 'a/#', qos: 2 }] },
      { type: 'PUBLISH', topic: 'a/b', payload: fill(30), properties: { contentType: 'x' } },
      { type: 'PUBACK', packetIdentifier: 2, reasonCode: 0x10, properties: { reasonString: 'r' } },
      { type: 'PUBLISH', topic: 'a/b', payload: fill(100), qos: 2, packetIdentifier: 3 },
      { type: 'DISCONNECT', reasonCode: 4 },
    ];
    const bytes = join(...packets.map((packet) => encode(packet, { protocolVersion: 5 })));
    const options = { role: 'server', publishPartsAbove: 90 } as const;
    const whole = decodeChunks([bytes], options);
    expect(whole.error).toBeUndefined();
    const pool = newPool();
    // Every cut is made by a socket of one scanner; others are given chunks.
    const isSocket = scanner === KINDS[0]?.scanner;
    for (let cut = 1; cut < bytes.length; cut++) {
      const found: ControlPacket[] = [];
      const payload: Uint8Array[] = [];
      const onBatch = (batch: SlabBatch): void => {
        for (const packet of batch.packets()) {
          if (packet.type === 'PUBLISH_PART') payload.push(Buffer.from(packet.payload));
          else found.push(bytesAsHex(packet) as ControlPacket);
        }
      };
      const first = bytes.subarray(0, cut);
      const rest = bytes.subarray(cut);
      if (isSocket) {
        const { reader, peer, errors } = await open(pool, onBatch, options);
        peer.write(first);
        await until(() => reader.socket.bytesRead === cut);
        peer.end(rest);
        await closed(reader.socket);
        expect(errors).toEqual([]);
      } else {
        const stream = Readable.from([first, rest]);
        pool.read(stream, { ...options, onBatch });
        await closed(stream);
      }
      const expected = whole.packets.filter(({ type }) => type !== 'PUBLISH_PART');
      expect(found, `cut at ${cut}`).toEqual(expected.map(bytesAsHex));
      expect(Buffer.concat(payload).equals(fill(100)), `cut at ${cut}`).toBe(true);
    }
    expect([pool.heldBatches, pool.readers]).toEqual([0, 0]);
  });

  test.skipIf(shared)('a frame of several MiB is joined once if that is asked for', async () => {
    const pool = newPool();
    const payload = fill(5 * 1024 * 1024);
    const frame = encode({ type: 'PUBLISH', topic: 'large', payload });
    const found: Buffer[] = [];
    const kept: SlabBatch[] = [];
    const { reader, peer } = await open(
      pool,
      (batch) => {
        expect(batch.length).toBe(1);
        found.push(Buffer.from(batch.frameAt(0).payload as Uint8Array));
        kept.push(batch.retain());
      },
      { publishPartsAbove: 8 * 1024 * 1024 },
    );
    const before = copies.bytes;
    peer.write(frame);
    await until(() => found.length === 1);
    // Out of the landing, into the pieces that are held, into the whole.
    expect(copies.bytes - before).toBeLessThan(2.5 * frame.length);
    expect(pool.heldBatches).toBe(1);
    // One for its end, one that pieces are cut from, and one to read into.
    expect(pool.freeSlabs).toBeGreaterThanOrEqual(pool.slabs - 3);
    peer.end(frame);
    await closed(reader.socket);
    for (const bytes of found) expect(bytes.equals(payload)).toBe(true);
    for (const batch of kept) {
      expect(Buffer.from(batch.frameAt(0).payload as Uint8Array).equals(payload)).toBe(true);
      expect(batch.frameAt(0).offset % frame.length).toBe(0);
      batch.release();
    }
    expect(pool.heldBatches).toBe(0);
  });

  test('the largest CONNECT and SUBSCRIBE that pass, and those that do not', async () => {
    const pool = newPool();
    const half = 65_536;
    const list = shared ? half - 1024 : 1_048_576;
    const connect = (length: number): Uint8Array => {
      // Remaining Length takes one byte or three.
      const password = fill(length - (length > 127 ? 22 : 20));
      const packet = { protocolLevel: 4, clientIdentifier: 'c', userName: 'u', password } as const;
      return encode({ type: 'CONNECT', ...packet });
    };
    const subscribe = (length: number): Uint8Array => {
      const topics = Math.floor((length - 100) / 50_000);
      const subscriptions = Array.from({ length: topics }, () => ({
        topicFilter: 'x'.repeat(50_000 - 3),
        qos: 1 as const,
      }));
      const left = length - 4 - 2 - topics * 50_000 - 3;
      const packet = {
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        subscriptions: [...subscriptions, { topicFilter: 'y'.repeat(left), qos: 0 }],
      } as const;
      return encode(packet);
    };
    const outcome = async (bytes: Uint8Array): Promise<unknown> => {
      const lengths: number[] = [];
      const { reader, peer, errors } = await open(
        pool,
        (batch) => {
          for (const frame of batch) {
            expect(frame.packet().type).toBe(frame.type);
            lengths.push(frame.bytes.length);
          }
        },
        { role: 'server' },
      );
      peer.end(bytes);
      await closed(reader.socket);
      return errors.length > 0 ? errors : lengths;
    };
    const tooLarge = [expect.objectContaining({ code: 'ERR_MQTT_PACKET_TOO_LARGE' })];
    expect(await outcome(connect(half))).toEqual([half]);
    expect(await outcome(connect(half + 1))).toEqual(tooLarge);
    const plain = connect(100);
    for (const length of [list - 1, list]) {
      const bytes = subscribe(length);
      expect(bytes).toHaveLength(length);
      expect(await outcome(join(plain, bytes))).toEqual([100, length]);
    }
    expect(await outcome(join(plain, subscribe(list + 1)))).toEqual(tooLarge);
    expect(pool.heldBatches).toBe(0);
  });
});
