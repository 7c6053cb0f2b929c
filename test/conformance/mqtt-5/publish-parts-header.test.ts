/** Long headers of PUBLISH packets that come in parts: wherever the scanners take a break, nothing is lost. */
import { describe, expect, it } from 'vitest';
import type { PublishPacket } from '../../../src/protocol/packets.js';
import { PINGREQ } from '../../support/conformance.js';
import { cutAt, SCANNERS } from '../../support/decode.js';
import { frame, hex, join, prefixed, utf8 } from '../../support/hex.js';
import { summary } from '../../support/summary.js';
import { variableByteInteger } from './holders.js';
import { type Collected, expectEveryCutInTwo, inParts, read, whole } from './parts.js';

const MQTT_5 = { protocolVersion: 5, publishPartsAbove: 10 } as const;
const PAYLOAD = '0102030405';

/** A PUBLISH with a User Property whose value has so many bytes, all the same. */
function withUserProperty(length: number): { bytes: Uint8Array; packet: Collected } {
  const property = `26 ${utf8('n')} ${utf8('v'.repeat(length))}`;
  const bytes = frame(
    '32',
    utf8('a'),
    '0001',
    variableByteInteger(hex(property).length),
    property,
    PAYLOAD,
  );
  const properties = { userProperties: [['n', 'v'.repeat(length)]] };
  return { bytes, packet: inParts(PAYLOAD, { qos: 1, packetIdentifier: 1, properties }) };
}

describe('long headers', () => {
  for (const length of [121, 122]) {
    it(`option publishPartsAbove: a Property Length of ${length === 121 ? 'one byte' : 'two bytes'}`, () => {
      const { bytes, packet } = withUserProperty(length);
      const wanted = summary([packet, PINGREQ.packet]);
      expectEveryCutInTwo(join(bytes, PINGREQ.bytes), MQTT_5, ({ packets, error }, how) => {
        expect([how, error]).toEqual([how, undefined]);
        expect(summary(packets), how).toBe(wanted);
      });
    });
  }
  it('option publishPartsAbove: a Property Length of three bytes, the longest text, cut here and there', () => {
    const { bytes, packet } = withUserProperty(65_535);
    const stream = join(bytes, PINGREQ.bytes);
    const wanted = summary([packet, PINGREQ.packet]);
    for (const scanner of SCANNERS) {
      const places = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 40_000];
      const ends = [-8, -7, -6, -3, -2, -1].map((at) => stream.length + at);
      for (const at of [...places, ...ends]) {
        const { packets, error } = read(cutAt(stream, [at]), { ...MQTT_5, scanner });
        expect([at, error]).toEqual([at, undefined]);
        expect([at, summary(packets)]).toEqual([at, wanted]);
      }
    }
  });
  it('option publishPartsAbove: the longest Topic Name and 1 MiB of properties, in chunks of any length', () => {
    const topic = 't'.repeat(65_535);
    // Sixteen User Properties of 65,536 bytes each.
    const one = join(hex('26 0001 6E FFFA'), new Uint8Array(65_530).fill(0x76));
    const properties = Buffer.concat(Array.from({ length: 16 }, () => one)).toString('hex');
    const bytes = frame('30', utf8(topic), '80 80 40', properties, PAYLOAD);
    const stream = join(PINGREQ.bytes, bytes, PINGREQ.bytes);
    for (const scanner of SCANNERS) {
      for (const length of [997, 65_536, 1_000_000, stream.length]) {
        const cuts: number[] = [];
        for (let at = length; at < stream.length; at += length) cuts.push(at);
        const { packets, error } = read(cutAt(stream, cuts), { ...MQTT_5, scanner });
        expect(error).toBe(undefined);
        expect(packets.map(({ type }) => type)).toEqual(['PINGREQ', 'PUBLISH_START', 'PINGREQ']);
        const begun = packets[1] as Collected;
        expect([begun.topic === topic, begun.payloadLength, begun.isWhole]).toEqual([
          true,
          5,
          true,
        ]);
        expect(begun.properties?.userProperties).toHaveLength(16);
      }
    }
  });
});

describe('large chunks', () => {
  const header = `${utf8('topic/é')} 0E 26 ${utf8('name')} ${utf8('value')}`;
  const fields = { topic: 'topic/é', properties: { userProperties: [['name', 'value']] } };

  it('option publishPartsAbove: a PUBLISH at 64 KiB, 128 KiB and their neighbours of one chunk', () => {
    const large = frame('30', header, PAYLOAD);
    const small = frame('30', utf8('b'), '00', '01');
    const bad = frame('30', utf8('topic/+'), '00', PAYLOAD);
    const wanted = summary([inParts(PAYLOAD, fields), whole('01', { topic: 'b' })]);
    for (const scanner of SCANNERS) {
      for (const size of [65_536, 131_072]) {
        for (let distance = -40; distance <= 3; distance++) {
          // One PUBLISH in parts, as long as it takes.
          const filler = frame('30', utf8('f'), '00', '00'.repeat(size + distance - 8));
          expect(filler).toHaveLength(size + distance);
          const good = read([join(filler, large, small)], { ...MQTT_5, scanner });
          expect([distance, good.error]).toEqual([distance, undefined]);
          expect([distance, summary(good.packets.slice(1))]).toEqual([distance, wanted]);
          const { packets, error } = read([join(filler, bad, small)], { ...MQTT_5, scanner });
          expect([packets.length, error?.code, error?.offset]).toEqual([
            1,
            'ERR_MQTT_TOPIC_NAME_WILDCARD',
            filler.length + 10,
          ]);
        }
      }
    }
  });
  it('option publishPartsAbove: the same behind packets that come whole', () => {
    const large = frame('30', header, PAYLOAD);
    const small = frame('30', utf8('b'), '00', '01');
    const wanted = summary([inParts(PAYLOAD, fields), whole('01', { topic: 'b' })]);
    for (const scanner of SCANNERS) {
      for (const size of [65_536, 131_072]) {
        for (let distance = -40; distance <= 3; distance++) {
          // A PUBACK takes thirteen bytes more than its Reason String.
          const text = (length: number): string => '72'.repeat(length - 13);
          const puback = (length: number): Uint8Array =>
            frame('40', '0001 00', variableByteInteger(length - 10), '1F', prefixed(text(length)));
          const filler = join(
            ...(size === 131_072 ? [puback(65_536)] : []),
            puback(65_536 + distance),
          );
          expect(filler).toHaveLength(size + distance);
          const chunk = join(filler, large, small);
          const { packets, error } = read([chunk], { ...MQTT_5, scanner });
          expect([distance, error]).toEqual([distance, undefined]);
          expect([distance, summary(packets.slice(-2))]).toEqual([distance, wanted]);
        }
      }
    }
  });
  it('MQTT-6.0.0-2: a PUBLISH that comes whole, at 64 KiB, 128 KiB and their neighbours', () => {
    const packet = frame('30', header, PAYLOAD);
    const bad = frame('30', utf8('topic/é'), '04 03', prefixed('FF'), PAYLOAD);
    for (const scanner of SCANNERS) {
      const options = { protocolVersion: 5, scanner } as const;
      for (const size of [65_536, 131_072]) {
        for (let distance = -40; distance <= 3; distance++) {
          const filler = frame('30', utf8('f'), '00', '00'.repeat(size + distance - 8));
          const good = read([join(filler, packet, PINGREQ.bytes)], options);
          expect([distance, good.error]).toEqual([distance, undefined]);
          const found = good.packets[1] as PublishPacket;
          expect([distance, summary(found)]).toEqual([distance, summary(whole(PAYLOAD, fields))]);
          const { packets, error } = read([join(filler, bad, PINGREQ.bytes)], options);
          expect([packets.length, error?.code, error?.offset]).toEqual([
            1,
            'ERR_MQTT_INVALID_UTF8',
            filler.length + 16,
          ]);
        }
      }
    }
  });
});
