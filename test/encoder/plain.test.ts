/** The fast way gives what the encoders of the packets give, and leaves to them what it is not for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Encoder, encode } from '../../src/encoder/encoder.js';
import { plainAcknowledgement, plainPublish } from '../../src/encoder/plain.js';
import { MqttEncodeError } from '../../src/errors.js';
import type {
  AcknowledgementPacket,
  EncodablePacket,
  EncodablePublishPacket,
} from '../../src/protocol/packets.js';
import { asHex, expectBytes, expectRefusal } from './support.js';

type PlainPacket = AcknowledgementPacket | EncodablePublishPacket;

const VERSIONS = [3, 4, 5] as const;

const plainText = (minLength: number) =>
  fc.string({ unit: 'grapheme-ascii', minLength, maxLength: 64 });

const qos = fc.oneof(
  fc.record({
    qos: fc.constantFrom(undefined, 0 as const),
    dup: fc.constantFrom(undefined, false),
  }),
  fc.record({
    qos: fc.constantFrom(1 as const, 2 as const),
    dup: fc.constantFrom(undefined, false, true),
    packetIdentifier: fc.integer({ min: 1, max: 65_535 }),
  }),
);

const packets: fc.Arbitrary<PlainPacket> = fc.oneof(
  fc
    .record({
      topic: plainText(1).filter((topic) => !/[+#]/.test(topic)),
      payload: fc.oneof(
        fc.constant(undefined),
        plainText(0),
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(16_400, 2_097_300).map((length) => new Uint8Array(length)),
      ),
      retain: fc.constantFrom(undefined, false, true),
      quality: qos,
    })
    .map(({ quality, ...fields }) => ({ type: 'PUBLISH' as const, ...fields, ...quality })),
  fc.record({
    type: fc.constantFrom(
      'PUBACK' as const,
      'PUBREC' as const,
      'PUBREL' as const,
      'PUBCOMP' as const,
    ),
    packetIdentifier: fc.integer({ min: 1, max: 65_535 }),
    reasonCode: fc.constantFrom(undefined, 0 as const),
  }),
);

test.each(VERSIONS)('it is taken, and makes no difference: version %i', (protocolVersion) => {
  const encoder = new Encoder({ protocolVersion });
  fc.assert(
    fc.property(packets, (packet) => {
      const isPlain =
        packet.type === 'PUBLISH'
          ? plainPublish.length(packet, { protocolVersion } as never) >= 0
          : plainAcknowledgement.length(packet, { protocolVersion } as never) >= 0;
      expect(isPlain).toBe(true);
      // With properties, even without any in them, a packet does not go this way.
      const wanted = encoder.encode({ ...packet, properties: {} });
      const bytes = encoder.encode(packet);
      expect(Buffer.compare(bytes, wanted)).toBe(0);
      const target = new Uint8Array(wanted.length + 300).fill(0xee);
      expect(encoder.encodeInto(packet, target, 3)).toBe(wanted.length);
      expect(Buffer.compare(target.subarray(3, 3 + wanted.length), wanted)).toBe(0);
      expect(target.subarray(3 + wanted.length).every((byte) => byte === 0xee)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

describe('what is not plain is encoded all the same', () => {
  test.each<[string, object, string]>([
    ['a topic of other characters', { topic: 'é' }, '30 04 0002 C3A9'],
    ['a topic of control characters', { topic: '\x01\x7f' }, '30 04 0002 017F'],
    ['a topic of 65 characters', { topic: 'x'.repeat(65) }, `30 43 0041 ${'78'.repeat(65)}`],
    ['a payload of other characters', { topic: 't', payload: 'é\0' }, '30 06 0001 74 C3A900'],
    [
      'a payload of 65 characters',
      { topic: 't', payload: 'x'.repeat(65) },
      `30 44 0001 74 ${'78'.repeat(65)}`,
    ],
  ])('%s', (_, fields, bytes) => {
    expectBytes({ type: 'PUBLISH', ...fields }, bytes, { protocolVersion: 4 });
    // Where there is room for the fast way to be tried.
    const target = new Uint8Array(1000).fill(0xee);
    const packet = { type: 'PUBLISH', ...fields } as EncodablePublishPacket;
    const length = new Encoder().encodeInto(packet, target);
    expect(asHex(target.subarray(0, length))).toBe(asHex(new Encoder().encode(packet)));
  });

  test.each<[string, object, Parameters<typeof expectRefusal>[1], string]>([
    ['a wildcard', { topic: 'a/+' }, 'ERR_MQTT_TOPIC_NAME_WILDCARD', 'topic'],
    ['U+0000', { topic: 'a\0' }, 'ERR_MQTT_NULL_CHARACTER', 'topic'],
    ['no topic', { topic: '' }, 'ERR_MQTT_TOPIC_NAME_EMPTY', 'topic'],
    ['a lone surrogate', { topic: 't', payload: '\ud800' }, 'ERR_MQTT_INVALID_UTF8', 'payload'],
    ['QoS 3', { topic: 't', qos: 3 }, 'ERR_MQTT_INVALID_QOS', 'qos'],
    ['DUP at QoS 0', { topic: 't', dup: true }, 'ERR_MQTT_DUP_AT_QOS_0', 'dup'],
    [
      'no Packet Identifier',
      { topic: 't', qos: 1 },
      'ERR_MQTT_PACKET_IDENTIFIER',
      'packetIdentifier',
    ],
    ['a flag that is none', { topic: 't', retain: 1 }, 'ERR_MQTT_FIELD_TYPE', 'retain'],
    ['a payload that is none', { topic: 't', payload: 5 }, 'ERR_MQTT_FIELD_TYPE', 'payload'],
  ])('%s is refused', (_, fields, code, field) => {
    expectRefusal({ type: 'PUBLISH', ...fields }, code, field, { protocolVersion: 4 });
  });

  test('a packet that is larger than the peer accepts is refused, one as large is not', () => {
    const packet = { type: 'PUBLISH', topic: 'abc', payload: '12345' };
    expectBytes(packet, '30 0A 0003 616263 3132333435', { maximumPacketSize: 12 });
    expectRefusal(packet, 'ERR_MQTT_PACKET_TOO_LARGE', 'packet', { maximumPacketSize: 11 });
    const puback = { type: 'PUBACK', packetIdentifier: 1 };
    expectBytes(puback, '40 02 0001', { maximumPacketSize: 4 });
    expectRefusal(puback, 'ERR_MQTT_PACKET_TOO_LARGE', 'packet', { maximumPacketSize: 3 });
  });

  test('where the room ends nothing is written before it is known to suffice', () => {
    const target = new Uint8Array(7).fill(0xee);
    const packet = { type: 'PUBLISH', topic: 'éé' } as const;
    expect(() => new Encoder().encodeInto(packet, target)).toThrow(RangeError);
    expect(asHex(target)).toBe('ee'.repeat(7));
  });
});

describe('a packet whose fields read differently the second time', () => {
  /** `packet` with a field that reads as each of the values in turn. */
  function changing(packet: object, name: string, ...values: readonly unknown[]): EncodablePacket {
    let reads = 0;
    return Object.defineProperty({ ...packet }, name, {
      get: () => values[Math.min(reads++, values.length - 1)],
    }) as EncodablePacket;
  }

  const puback = { type: 'PUBACK', packetIdentifier: 1 };
  const publish = { type: 'PUBLISH', topic: 'a', payload: 'b' };

  test.each([
    ['Packet Identifier 0', changing(puback, 'packetIdentifier', 1, 0)],
    ['Packet Identifier 70,000', changing(puback, 'packetIdentifier', 1, 70_000)],
    [
      'Packet Identifier 0 of a PUBLISH',
      changing({ ...publish, qos: 1 }, 'packetIdentifier', 1, 0),
    ],
    ['QoS 3', changing({ ...publish, packetIdentifier: 1 }, 'qos', 1, 3)],
    ['DUP at QoS 0', changing(publish, 'dup', false, true)],
    [
      'an empty topic',
      changing(
        changing(publish, 'topic', 'a', ''),
        'payload',
        new Uint8Array(1),
        new Uint8Array(2),
      ),
    ],
  ])('never leaves with %s', (_, packet) => {
    expect(() => encode(packet)).toThrow(MqttEncodeError);
  });
});
