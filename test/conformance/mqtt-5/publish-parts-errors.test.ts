/** What is wrong with a PUBLISH that comes in parts: the same, at the same place, as when it comes whole. */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import {
  expectViolation as expectViolationOfMqtt3,
  malformed,
  mqtt5,
  PINGREQ,
  protocolError,
  type Violation,
  violation,
} from '../../support/conformance.js';
import { SCANNERS } from '../../support/decode.js';
import { frame, hex, join, prefixed, utf8 } from '../../support/hex.js';
import { expectEveryCutInTwo, expectParts, inParts, whole } from './parts.js';

const { refuses } = mqtt5;

const MQTT_5 = { protocolVersion: 5, publishPartsAbove: 10 } as const;
const PAYLOAD = '00'.repeat(12);

/** Headers of MQTT 5.0 that break a rule. The payload that follows says nothing of it. */
// biome-ignore format: a table
const BAD_HEADERS: readonly (readonly [why: string, frame: Uint8Array, expected: Violation])[] = [
  ['QoS 3', frame('36', utf8('a'), '0001 00', PAYLOAD), malformed('ERR_MQTT_INVALID_QOS', 'PUBLISH', 0, 'MQTT-3.3.1-4')],
  ['DUP at QoS 0', frame('38', utf8('a'), '00', PAYLOAD), malformed('ERR_MQTT_DUP_AT_QOS_0', 'PUBLISH', 0, 'MQTT-3.3.1-2')],
  ['a Remaining Length of five bytes', hex('30 80 80 80 80 01'), malformed('ERR_MQTT_REMAINING_LENGTH_TOO_LONG', 'PUBLISH', 4)],
  ['a Remaining Length that is not minimal', hex(`30 90 00 0001 61 00 ${PAYLOAD}`), malformed('ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL', 'PUBLISH', 2, 'MQTT-1.5.5-1')],
  ['a Topic Name past the end', frame('30', '000D 61', PAYLOAD.slice(2)), malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', 2)],
  ['a Topic Name up to the end, no Property Length', frame('30', utf8('a'.repeat(12))), malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', 16)],
  ['half a Packet Identifier', frame('32', utf8('a'.repeat(12)), '00'), malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', 16)],
  ['a Packet Identifier up to the end', frame('32', utf8('a'.repeat(12)), '0001'), malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', 18)],
  ['ill-formed text', frame('30', prefixed('61 FF'), '00', PAYLOAD), malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 5, 'MQTT-1.5.4-1')],
  ['U+0000', frame('30', prefixed('61 00'), '00', PAYLOAD), malformed('ERR_MQTT_NULL_CHARACTER', 'PUBLISH', 5, 'MQTT-1.5.4-2')],
  ['a wildcard', frame('30', utf8('a/#'), '00', PAYLOAD), violation('TOPIC_NAME', 'ERR_MQTT_TOPIC_NAME_WILDCARD', 'PUBLISH', 6, 'MQTT-3.3.2-2')],
  ['no Topic Name and no Topic Alias', frame('30', '0000 00', PAYLOAD), protocolError('ERR_MQTT_TOPIC_ALIAS_MISSING', 'PUBLISH', 2)],
  ['properties past the end', frame('30', utf8('a'), '0D', PAYLOAD), malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', 5)],
  ['a Property Length of five bytes', frame('30', utf8('a'), '80 80 80 80 01', PAYLOAD), malformed('ERR_MQTT_VARIABLE_BYTE_INTEGER_TOO_LONG', 'PUBLISH', 8)],
  ['a Property Length that is not minimal', frame('30', utf8('a'), '80 00', PAYLOAD), malformed('ERR_MQTT_VARIABLE_BYTE_INTEGER_NOT_MINIMAL', 'PUBLISH', 6, 'MQTT-1.5.5-1')],
  ['a Property Length without its end', frame('30', utf8('a'.repeat(12)), '80 80'), malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', 16)],
  ['a property past the end of the properties', frame('30', utf8('a'), '02 23 00', PAYLOAD), malformed('ERR_MQTT_PROPERTY_PAST_END', 'PUBLISH', 6)],
  ['an unknown property', frame('30', utf8('a'), '02 00 00', PAYLOAD), malformed('ERR_MQTT_PROPERTY_UNKNOWN', 'PUBLISH', 6)],
  ['a property of another packet', frame('30', utf8('a'), '02 24 00', PAYLOAD), malformed('ERR_MQTT_PROPERTY_NOT_ALLOWED', 'PUBLISH', 6)],
  ['a repeated property', frame('30', utf8('a'), '04 01 00 01 00', PAYLOAD), protocolError('ERR_MQTT_PROPERTY_REPEATED', 'PUBLISH', 8)],
  ['Payload Format Indicator 2', frame('30', utf8('a'), '02 01 02', PAYLOAD), protocolError('ERR_MQTT_PROPERTY_VALUE', 'PUBLISH', 7)],
  ['Topic Alias 0', frame('30', utf8('a'), '03 23 0000', PAYLOAD), violation('ALIAS', 'ERR_MQTT_TOPIC_ALIAS_ZERO', 'PUBLISH', 7, 'MQTT-3.3.2-8')],
  ['ill-formed text in a property', frame('30', utf8('a'), '05 03', prefixed('61 C0'), PAYLOAD), malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 10, 'MQTT-1.5.4-1')],
  ['a wildcard in the Response Topic', frame('30', utf8('a'), '04 08', utf8('+'), PAYLOAD), protocolError('ERR_MQTT_RESPONSE_TOPIC_WILDCARD', 'PUBLISH', 9, 'MQTT-3.3.2-14')],
];

describe('an error in the header', () => {
  for (const [why, bytes, expected] of BAD_HEADERS) {
    refuses(`option publishPartsAbove: ${why}, in parts`, bytes, expected, {
      decoder: { publishPartsAbove: 10 },
    });
    refuses(`option publishPartsAbove: ${why}, whole`, bytes, expected);
  }
  for (const [decoder, statement] of [
    [{ role: 'server', state: 'open' }, 'MQTT-2.2.1-3'],
    [{ role: 'client' }, 'MQTT-2.2.1-4'],
  ] as const) {
    for (const publishPartsAbove of [10, 100]) {
      refuses(
        `option publishPartsAbove: Packet Identifier 0, role ${decoder.role}, above ${publishPartsAbove}`,
        frame('34', utf8('a'), '0000 00', PAYLOAD),
        protocolError('ERR_MQTT_PACKET_IDENTIFIER', 'PUBLISH', 5, statement),
        { decoder: { ...decoder, publishPartsAbove } },
      );
    }
  }
  for (const [why, bytes, expected] of [
    [
      'a Topic Name past the end',
      frame('30', '000D 61', PAYLOAD.slice(2)),
      malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', 2),
    ],
    [
      'an empty Topic Name',
      frame('30', '0000', PAYLOAD),
      malformed('ERR_MQTT_TOPIC_NAME_EMPTY', 'PUBLISH', 2, 'MQTT-4.7.3-1'),
    ],
    [
      'half a Packet Identifier',
      frame('32', utf8('a'.repeat(12)), '00'),
      malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', 16),
    ],
    [
      'Packet Identifier 0',
      frame('34', utf8('a'), '0000', PAYLOAD),
      malformed('ERR_MQTT_PACKET_IDENTIFIER', 'PUBLISH', 5, 'MQTT-2.3.1-1'),
    ],
  ] as const) {
    it(`option publishPartsAbove: ${why}, in MQTT 3.1.1`, () => {
      for (const decoder of [{ publishPartsAbove: 10 }, {}]) {
        expectViolationOfMqtt3(bytes, expected, { decoder });
      }
    });
  }

  it('option publishPartsAbove: it is known before the payload comes', () => {
    for (const [why, bytes, { code }] of BAD_HEADERS) {
      const withoutPayload = Buffer.from(bytes).toString('hex').endsWith(PAYLOAD)
        ? bytes.subarray(0, bytes.length - PAYLOAD.length / 2)
        : bytes;
      for (const scanner of SCANNERS) {
        const decoder = new Decoder({ ...MQTT_5, scanner });
        expect([why, decoder.push(withoutPayload).error?.code]).toEqual([why, code]);
      }
    }
  });
  it('option publishPartsAbove: it ends the stream, and no part of the PUBLISH is delivered', () => {
    for (const [why, bytes, { code }] of BAD_HEADERS) {
      for (const scanner of SCANNERS) {
        const decoder = new Decoder({ ...MQTT_5, scanner });
        const batch = decoder.push(join(PINGREQ.bytes, bytes, PINGREQ.bytes));
        expect([why, batch.length, batch.error?.code]).toEqual([why, 1, code]);
        expect(() => decoder.push(PINGREQ.bytes)).toThrow(
          expect.objectContaining({ code: 'ERR_MQTT_DECODER_POISONED' }),
        );
      }
    }
  });
  refuses(
    'option publishPartsAbove: maximumPacketSize is above it',
    frame('30', utf8('a'), '00', PAYLOAD),
    violation('TOO_LARGE', 'ERR_MQTT_PACKET_TOO_LARGE', 'PUBLISH', 1),
    { decoder: { publishPartsAbove: 10, maximumPacketSize: 17 }, decidedBy: 2 },
  );
  refuses(
    'option publishPartsAbove: properties that are too long are refused before they come',
    // 2,097,151 bytes of properties in a packet of 2,097,163 bytes; the limit is 1,048,576.
    hex('30 87 80 80 01 0001 61 FF FF 7F'),
    violation('TOO_LARGE', 'ERR_MQTT_PACKET_TOO_LARGE', 'PUBLISH', 8),
    { decoder: { publishPartsAbove: 10 }, decidedBy: 11 },
  );
});

describe('Topic Aliases', () => {
  const options = { ...MQTT_5, topicAliasMaximum: 2, resolveTopicAliases: true } as const;
  const published = (topic: string, alias: number, payload: string): Uint8Array =>
    frame('30', utf8(topic), `03 23 000${alias}`, payload);
  const alias = (topicAlias: number) => ({ properties: { topicAlias } });

  it('option publishPartsAbove: an alias is replaced by what it stands for', () => {
    const stream = join(published('ab', 1, '0102'), published('', 1, '030405'));
    expectParts(stream, options, [
      inParts('0102', { topic: 'ab', ...alias(1) }),
      inParts('030405', { topic: 'ab', ...alias(1) }),
    ]);
  });
  it('option publishPartsAbove: whole packets and those in parts share the aliases', () => {
    const stream = join(
      published('b', 2, ''),
      published('', 2, '0102030405'),
      published('c', 2, '01'),
      published('', 2, ''),
    );
    expectParts(stream, { ...options, publishPartsAbove: 9 }, [
      whole('', { topic: 'b', ...alias(2) }),
      inParts('0102030405', { topic: 'b', ...alias(2) }),
      inParts('01', { topic: 'c', ...alias(2) }),
      whole('', { topic: 'c', ...alias(2) }),
    ]);
  });
  it('option publishPartsAbove: without resolveTopicAliases the Topic Name stays empty', () => {
    expectParts(published('', 1, '030405'), MQTT_5, [
      inParts('030405', { topic: '', ...alias(1) }),
    ]);
  });
  it('option publishPartsAbove: an alias that stands for nothing', () => {
    const stream = join(published('a', 1, ''), published('', 2, '01020304'), PINGREQ.bytes);
    expectEveryCutInTwo(stream, options, ({ packets, error }, how) => {
      expect(packets, how).toHaveLength(1);
      expect(error, how).toMatchObject({
        code: 'ERR_MQTT_TOPIC_ALIAS_UNKNOWN',
        errorClass: 'PROTOCOL',
        packetType: 'PUBLISH',
        offset: 9 + 2,
      });
    });
  });
  refuses(
    'option publishPartsAbove: an alias above the maximum',
    published('a', 3, PAYLOAD),
    violation('ALIAS', 'ERR_MQTT_TOPIC_ALIAS_TOO_LARGE', 'PUBLISH', 7, 'MQTT-3.2.2-17'),
    { decoder: { role: 'server', state: 'open', topicAliasMaximum: 2, publishPartsAbove: 10 } },
  );
});

describe('Payload Format Indicator', () => {
  const options = { ...MQTT_5, checkPayloadFormat: true } as const;
  const published = (indicator: number, payload: string): Uint8Array =>
    frame('30', utf8('a'), `02 01 0${indicator}`, payload);
  const said = (payloadFormatIndicator: number) => ({ properties: { payloadFormatIndicator } });
  const text = Buffer.from('aé€😀\0').toString('hex');

  it('option publishPartsAbove: characters may be cut by the borders of parts', () => {
    const stream = join(published(1, text), PINGREQ.bytes, published(1, text));
    const packet = inParts(text, said(1));
    expectParts(stream, options, [packet, PINGREQ.packet, packet]);
  });
  it('option publishPartsAbove: U+FEFF is a character like any other', () => {
    const marked = `EFBBBF ${text}`;
    expectParts(published(1, marked), options, [inParts(marked, said(1))]);
  });
  for (const [why, payload] of [
    ['a byte that UTF-8 does not use', 'E282AC FF 61'],
    ['a surrogate', '6161 EDA080 61'],
    ['a character cut off by the end', '616161 F09F98'],
    ['a continuation byte at the beginning', '80 61616161'],
    ['a slash in two bytes', '6161 C0AF 61'],
  ] as const) {
    it(`option publishPartsAbove: ${why} is refused, whole or in parts`, () => {
      const stream = join(PINGREQ.bytes, published(1, payload), PINGREQ.bytes);
      for (const publishPartsAbove of [10, 100]) {
        const limits = { ...options, publishPartsAbove };
        expectEveryCutInTwo(stream, limits, ({ packets, error }, how) => {
          const [ping, begun, ...rest] = packets;
          expect(ping, how).toEqual(PINGREQ.packet);
          if (publishPartsAbove === 100) expect(begun, how).toBe(undefined);
          else expect(begun, how).toMatchObject({ type: 'PUBLISH_START', isWhole: false });
          expect(rest, how).toEqual([]);
          expect(error, how).toMatchObject({
            code: 'ERR_MQTT_PAYLOAD_FORMAT',
            errorClass: 'PAYLOAD_FORMAT',
            reasonCode: 0x99,
            packetType: 'PUBLISH',
            offset: 2 + 8,
          });
        });
      }
    });
    it(`option publishPartsAbove: ${why} is accepted where nobody says or checks that it is text`, () => {
      expectParts(published(1, payload), MQTT_5, [inParts(payload, said(1))]);
      expectParts(published(0, payload), options, [inParts(payload, said(0))]);
      expectParts(frame('30', utf8('a'), '00', payload), options, [inParts(payload)]);
    });
  }
});
