/** PUBLISH packets in parts by the thousand and by the megabyte, and encoded again. */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import { Encoder } from '../../../src/encoder/encoder.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import { CONNECT, CONNECT_5, PINGREQ } from '../../support/conformance.js';
import { SCANNERS } from '../../support/decode.js';
import { frame, hex, join, utf8 } from '../../support/hex.js';
import { read } from './parts.js';

const MQTT_5 = { protocolVersion: 5, publishPartsAbove: 10 } as const;

/** How many rows the table of a scanner has: a longer chunk has to be scanned in several goes. */
const TABLE_ROWS = 4096;

function publish(payload: string): Uint8Array {
  return frame('30', utf8('a'), '00', payload);
}

/** `count` times the same bytes. */
function times(count: number, bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(count * bytes.length);
  for (let at = 0; at < all.length; at += bytes.length) all.set(bytes, at);
  return all;
}

/** A stream in chunks of these lengths, which are taken over and over again. */
function inChunks(stream: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  while (at < stream.length) {
    const length = lengths[chunks.length % lengths.length] as number;
    chunks.push(stream.slice(at, at + length));
    at += length;
  }
  return chunks;
}

describe('chunks with many packets', () => {
  it('option publishPartsAbove: more pieces in one chunk than the frame table has rows', () => {
    const large = publish('0102030405');
    for (const scanner of SCANNERS) {
      const { packets, error } = read([times(3000, large)], { ...MQTT_5, scanner });
      expect(error).toBe(undefined);
      expect(packets).toHaveLength(3000);
      expect(packets.every((packet) => 'isWhole' in packet && packet.isWhole)).toBe(true);
    }
  });
  it('option publishPartsAbove: each piece at the end of the frame table', () => {
    const large = publish('0102030405');
    for (const scanner of SCANNERS) {
      for (let before = TABLE_ROWS - 5; before <= TABLE_ROWS + 1; before++) {
        const pings = times(before, PINGREQ.bytes);
        for (const behind of [PINGREQ.bytes, hex('C1 00'), large.subarray(0, 8)]) {
          const stream = join(pings, large, PINGREQ.bytes, large, behind);
          const { packets, error } = read([stream], { ...MQTT_5, scanner });
          const types = packets.slice(before).map(({ type }) => type);
          const [first, second] = [packets[before], packets[before + 2]];
          expect(first).toMatchObject({ payloadLength: 5, isWhole: true });
          expect(second).toMatchObject({ payloadLength: 5, isWhole: true });
          const last = { 2: ['PINGREQ'], 8: ['PUBLISH_START'] }[behind.length] as string[];
          const isBad = behind[0] === 0xc1;
          expect([before, ...types]).toEqual([
            before,
            'PUBLISH_START',
            'PINGREQ',
            'PUBLISH_START',
            ...(isBad ? [] : last),
          ]);
          if (isBad) {
            const offset = stream.length - 2;
            expect(error).toMatchObject({ code: 'ERR_MQTT_RESERVED_FLAGS', offset });
          } else if (behind.length === 8) {
            const offset = stream.length;
            expect(error).toMatchObject({ code: 'ERR_MQTT_UNEXPECTED_END', offset });
          } else {
            expect(error).toBe(undefined);
          }
        }
      }
    }
  });
  it('option publishPartsAbove: batches that are detached outlive the next chunk', () => {
    const chunk = times(2000, publish('0102030405'));
    for (const scanner of SCANNERS) {
      const decoder = new Decoder({ ...MQTT_5, scanner });
      const batch = decoder.push(chunk).detach();
      decoder.push(times(5000, PINGREQ.bytes));
      expect(batch.length).toBe(6000);
      expect(batch.packetAt(5999)).toEqual({ type: 'PUBLISH_END' });
      expect(batch.packetAt(5997)).toMatchObject({ type: 'PUBLISH_START', payloadLength: 5 });
    }
  });
  it('option publishPartsAbove: two connections with one scanner do not mix', () => {
    const bytes = publish('01020304050607');
    for (const scanner of SCANNERS) {
      const one = new Decoder({ ...MQTT_5, scanner });
      const other = new Decoder({ ...MQTT_5, scanner });
      const found: ControlPacket[][] = [[], []];
      for (const byte of bytes) {
        for (const [index, decoder] of [one, other].entries()) {
          found[index]?.push(...decoder.push(Uint8Array.of(byte)).packets());
        }
      }
      expect(found[0]).toEqual(found[1]);
      expect(found[0]?.map(({ type }) => type)).toEqual([
        'PUBLISH_START',
        ...Array.from({ length: 7 }, () => 'PUBLISH_PART'),
        'PUBLISH_END',
      ]);
    }
  });
});

describe('memory', () => {
  it('option publishPartsAbove: a message of 256 MiB passes in constant memory', () => {
    const chunk = new Uint8Array(65_536).fill(0x78);
    // The largest that there is: Remaining Length 268,435,455, of which the header takes 4.
    const payloadLength = 268_435_451;
    for (const scanner of SCANNERS) {
      const decoder = new Decoder({ protocolVersion: 5, publishPartsAbove: 65_536, scanner });
      const [start] = decoder.push(hex('30 FF FF FF 7F 0001 61 00')).packets();
      expect(start).toMatchObject({ type: 'PUBLISH_START', payloadLength });
      const before = process.memoryUsage();
      let largest = 0;
      let unfinished = 0;
      let received = 0;
      let parts = 0;
      while (received < payloadLength) {
        const length = Math.min(chunk.length, payloadLength - received);
        // Parts are views, so the chunk may be filled again as soon as they have been used.
        for (const packet of decoder.push(chunk.subarray(0, length)).packets()) {
          if (packet.type === 'PUBLISH_PART') {
            parts++;
            received += packet.payload.length;
          }
        }
        unfinished = Math.max(unfinished, decoder.unfinishedLength);
        if (parts % 256 === 0) {
          const { arrayBuffers, external } = process.memoryUsage();
          const grown = Math.max(arrayBuffers - before.arrayBuffers, external - before.external);
          largest = Math.max(largest, grown);
        }
      }
      expect([received, parts, unfinished]).toEqual([payloadLength, 4096, 0]);
      expect(largest).toBeLessThan(8_000_000);
      expect(Array.from(decoder.push(PINGREQ.bytes).packets())).toEqual([PINGREQ.packet]);
      decoder.end();
    }
  });
  it('option publishPartsAbove: what is only announced is not held', () => {
    for (const scanner of SCANNERS) {
      const decoder = new Decoder({ protocolVersion: 5, publishPartsAbove: 65_536, scanner });
      // A Topic Name of 65,535 bytes, of which ten are there.
      const header = join(hex('30 FF FF FF 7F FFFF'), new Uint8Array(10).fill(0x61));
      const before = process.memoryUsage().arrayBuffers;
      for (const byte of header) decoder.push(Uint8Array.of(byte));
      expect(decoder.unfinishedLength).toBe(17);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
    }
  });
});

/** A stream of MQTT 5.0 as the encoder writes it, with short and long packets. */
const STREAM_5 = join(
  CONNECT_5.bytes,
  publish('0102'),
  publish('00'.repeat(300)),
  frame('3D', utf8('a/€'), '1234 0A 01 01 09 0002 FF00 23 0003', '61'.repeat(2000)),
  PINGREQ.bytes,
  frame('32', utf8('t'.repeat(200)), '0001 00'),
  publish('FF'.repeat(70_000)),
  hex('E0 00'),
);
const STREAM_3 = join(
  CONNECT.bytes,
  frame('30', utf8('a'), '0102'),
  frame('3D', utf8('a/€'), '1234', '61'.repeat(2000)),
  PINGREQ.bytes,
  frame('32', utf8('t'.repeat(200)), '0001'),
  frame('31', utf8('a'), 'FF'.repeat(70_000)),
  hex('E0 00'),
);

describe('the mirror image of the encoder', () => {
  for (const [version, stream] of [
    ['MQTT 5.0', STREAM_5],
    ['MQTT 3.1.1', STREAM_3],
  ] as const) {
    for (const lengths of [[1], [7, 100, 3], [1000, 1], [65_536], [stream.length]]) {
      it(`option publishPartsAbove: pieces are encoded as they were, ${version}, chunks of ${lengths}`, () => {
        for (const scanner of SCANNERS) {
          for (const publishPartsAbove of [2, 100, 1000]) {
            const decoder = new Decoder({ publishPartsAbove, scanner });
            const encoder = new Encoder();
            const second = new Encoder();
            const target = new Uint8Array(80_000);
            const encoded: Uint8Array[] = [];
            const encodedInto: Uint8Array[] = [];
            const types = new Set<string>();
            for (const chunk of inChunks(stream, lengths)) {
              for (const packet of decoder.push(chunk).packets()) {
                types.add(packet.type);
                encoded.push(encoder.encode(packet));
                encodedInto.push(target.slice(0, second.encodeInto(packet, target)));
              }
            }
            decoder.end();
            encoder.end();
            expect(types).toContain('PUBLISH_START');
            expect(Buffer.compare(join(...encoded), stream)).toBe(0);
            expect(Buffer.compare(join(...encodedInto), stream)).toBe(0);
          }
        }
      });
    }
  }
});
