/** One message to many: the bytes that `encode()` gives each, shared where they can be. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Encoder } from '../../src/encoder/encoder.js';
import {
  type FanOutDelivery,
  type FanOutMessage,
  PublishFanOut,
} from '../../src/encoder/fan-out.js';
import type { ErrorCode } from '../../src/errors.js';
import type { EncodablePublishPacket } from '../../src/protocol/packets.js';
import { packet5 } from '../support/arbitraries-5.js';
import { asHex, errorOf } from './support.js';

const messages = fc.oneof(
  packet5.filter((packet) => packet.type === 'PUBLISH' && packet.topic !== ''),
  fc.record({
    topic: fc.constantFrom('t', 'ümlaut', 'x'.repeat(200)),
    payload: fc.constantFrom(undefined, '', 'text', 'é', new Uint8Array(20_000)),
  }),
) as fc.Arbitrary<FanOutMessage>;

const integer = (max: number) => fc.integer({ min: 1, max });

const deliveries: fc.Arbitrary<FanOutDelivery> = fc
  .record({
    protocolVersion: fc.constantFrom(undefined, 3, 4, 5),
    retain: fc.constantFrom(undefined, false, true),
    quality: fc.oneof(
      fc.record({ qos: fc.constantFrom(undefined, 0) }),
      fc.record({
        qos: fc.constantFrom(1, 2),
        dup: fc.constantFrom(undefined, false, true),
        packetIdentifier: integer(65_535),
      }),
    ),
    own: fc.oneof(
      fc.constant({}),
      fc.record({
        topicAlias: fc.option(integer(65_535), { nil: undefined }),
        subscriptionIdentifiers: fc.option(fc.array(integer(268_435_455), { maxLength: 60 }), {
          nil: undefined,
        }),
      }),
      fc.record({ topicAlias: integer(65_535), omitTopic: fc.constant(true) }),
    ),
  })
  .map(
    ({ quality, own, ...rest }) =>
      ({ ...rest, ...quality, ...(rest.protocolVersion === 5 ? own : {}) }) as FanOutDelivery,
  );

/** The same as one packet, and the bytes that it is. */
function encoded(message: FanOutMessage, delivery: FanOutDelivery): string {
  const { protocolVersion = 4, qos, dup, retain, packetIdentifier } = delivery;
  const { topicAlias, omitTopic, subscriptionIdentifiers } = delivery;
  const { topicAlias: _, subscriptionIdentifiers: __, ...shared } = message.properties ?? {};
  const packet: EncodablePublishPacket = {
    type: 'PUBLISH',
    topic: omitTopic === true ? '' : message.topic,
    payload: message.payload,
    qos,
    dup,
    retain,
    packetIdentifier,
    properties:
      protocolVersion === 5 ? { ...shared, topicAlias, subscriptionIdentifiers } : undefined,
  };
  return asHex(new Encoder({ protocolVersion, role: 'server' }).encode(packet));
}

test('every delivery has the bytes of its packet, whatever was delivered before', () => {
  fc.assert(
    fc.property(messages, fc.array(deliveries, { minLength: 1, maxLength: 12 }), (message, all) => {
      const fanOut = new PublishFanOut(message);
      const frames = all.map((delivery) => fanOut.encode(delivery));
      const parts = all.map((delivery) => fanOut.encodeParts(delivery));
      for (const [index, delivery] of all.entries()) {
        const wanted = encoded(message, delivery);
        expect(asHex(frames[index] as Uint8Array)).toBe(wanted);
        expect(asHex(Buffer.concat(parts[index] ?? []))).toBe(wanted);
      }
    }),
    { numRuns: 300 },
  );
});

describe('what is shared', () => {
  const payload = Uint8Array.of(1, 2, 3);
  const fanOut = new PublishFanOut({ topic: 't', payload, properties: { contentType: 'c' } });

  test('at QoS 0 the very buffer, by version and RETAIN', () => {
    const frame = fanOut.encode();
    expect(asHex(frame)).toBe('3006000174010203');
    expect(fanOut.encode({ qos: 0, protocolVersion: 3, retain: false })).toBe(frame);
    expect(asHex(fanOut.encode({ retain: true }))).toBe('3106000174010203');
    expect(fanOut.encode({ retain: true })).toBe(fanOut.encode({ retain: true }));
    expect(asHex(fanOut.encode({ protocolVersion: 5 }))).toBe('300b0001740403000163010203');
    expect(fanOut.encode({ protocolVersion: 5 })).toBe(fanOut.encode({ protocolVersion: 5 }));
  });

  test('the payload of parts, and at QoS 0 what stands before it', () => {
    const [head, rest] = fanOut.encodeParts();
    expect(rest).toBe(payload);
    expect(fanOut.encodeParts()[0]).toBe(head);
    const [first, firstRest] = fanOut.encodeParts({ qos: 1, packetIdentifier: 1 });
    const [second, secondRest] = fanOut.encodeParts({ qos: 1, packetIdentifier: 2 });
    expect([firstRest, secondRest]).toEqual([payload, payload]);
    expect(firstRest).toBe(secondRest);
    expect(asHex(first as Uint8Array)).toBe('32080001740001');
    expect(asHex(second as Uint8Array)).toBe('32080001740002');
  });

  test('no payload is no part', () => {
    expect(new PublishFanOut({ topic: 't' }).encodeParts().map(asHex)).toEqual(['3003000174']);
    const [head] = new PublishFanOut({ topic: 't' }).encodeParts({ qos: 2, packetIdentifier: 258 });
    expect(asHex(head as Uint8Array)).toBe('34050001740102');
  });
});

test('what belongs to the connection of the publisher is not passed on', () => {
  const message = {
    type: 'PUBLISH',
    topic: 't',
    payload: Uint8Array.of(),
    qos: 1,
    dup: true,
    retain: true,
    packetIdentifier: 7,
    properties: { topicAlias: 3, payloadFormatIndicator: 1, subscriptionIdentifiers: [5] },
  } as const;
  expect(asHex(new PublishFanOut(message).encode({ protocolVersion: 5 }))).toBe('3006000174020101');
});

describe('refused', () => {
  test.each<[object, ErrorCode, string]>([
    [{ topic: '' }, 'ERR_MQTT_TOPIC_NAME_EMPTY', 'topic'],
    [{ topic: 'a/#' }, 'ERR_MQTT_TOPIC_NAME_WILDCARD', 'topic'],
    [{ topic: 5 }, 'ERR_MQTT_FIELD_TYPE', 'topic'],
    [{ topic: 't', payload: 5 }, 'ERR_MQTT_FIELD_TYPE', 'payload'],
    [{ topic: 't', payload: '\ud800' }, 'ERR_MQTT_INVALID_UTF8', 'payload'],
    [{ topic: 't', properties: null }, 'ERR_MQTT_FIELD_TYPE', 'properties'],
    [{ topic: 't', properties: { foo: 1 } }, 'ERR_MQTT_PROPERTY_UNKNOWN', 'properties.foo'],
    [
      { topic: 't', properties: { contentType: '\0' } },
      'ERR_MQTT_NULL_CHARACTER',
      'properties.contentType',
    ],
  ])('the message %o: %s', (message, code, field) => {
    const error = errorOf(() => new PublishFanOut(message as FanOutMessage));
    expect([error.code, error.field]).toEqual([code, field]);
  });

  test.each<[object, ErrorCode, string]>([
    [{ qos: 3 }, 'ERR_MQTT_INVALID_QOS', 'qos'],
    [{ qos: null }, 'ERR_MQTT_INVALID_QOS', 'qos'],
    [{ dup: true }, 'ERR_MQTT_DUP_AT_QOS_0', 'dup'],
    [{ retain: 1 }, 'ERR_MQTT_FIELD_TYPE', 'retain'],
    [{ packetIdentifier: 1 }, 'ERR_MQTT_PACKET_IDENTIFIER_AT_QOS_0', 'packetIdentifier'],
    [{ qos: 1 }, 'ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier'],
    [{ qos: 2, packetIdentifier: 65_536 }, 'ERR_MQTT_FIELD_RANGE', 'packetIdentifier'],
    [{ topicAlias: 1 }, 'ERR_MQTT_VERSION_OF_PACKET', 'topicAlias'],
    [{ subscriptionIdentifiers: [1] }, 'ERR_MQTT_VERSION_OF_PACKET', 'subscriptionIdentifiers'],
    [{ omitTopic: true }, 'ERR_MQTT_VERSION_OF_PACKET', 'omitTopic'],
    [{ protocolVersion: 5, omitTopic: true }, 'ERR_MQTT_TOPIC_ALIAS_MISSING', 'topic'],
    [{ protocolVersion: 5, topicAlias: 0 }, 'ERR_MQTT_TOPIC_ALIAS_ZERO', 'properties.topicAlias'],
    [
      { protocolVersion: 5, subscriptionIdentifiers: [1, 0] },
      'ERR_MQTT_PROPERTY_VALUE',
      'properties.subscriptionIdentifiers[1]',
    ],
    [{ maximumPacketSize: 7 }, 'ERR_MQTT_PACKET_TOO_LARGE', 'packet'],
    [
      { protocolVersion: 5, topicAlias: 1, maximumPacketSize: 11 },
      'ERR_MQTT_PACKET_TOO_LARGE',
      'packet',
    ],
  ])('the delivery %o: %s', (delivery, code, field) => {
    const fanOut = new PublishFanOut({ topic: 't', payload: 'pay' });
    // What others were given before makes no difference.
    fanOut.encode();
    fanOut.encode({ protocolVersion: 5, qos: 1, packetIdentifier: 1 });
    for (const method of ['encode', 'encodeParts'] as const) {
      const error = errorOf(() => fanOut[method](delivery as FanOutDelivery));
      expect([error.code, error.field]).toEqual([code, field]);
    }
  });

  test('a frame as large as the subscriber accepts is not', () => {
    const fanOut = new PublishFanOut({ topic: 't', payload: 'pay' });
    expect(fanOut.encode({ maximumPacketSize: 8 }).length).toBe(8);
    expect(fanOut.encode({ maximumPacketSize: 0xffff_ffff }).length).toBe(8);
    const delivery = { protocolVersion: 5, topicAlias: 1, maximumPacketSize: 12 } as const;
    expect(fanOut.encode(delivery).length).toBe(12);
  });

  test.each([Number.NaN, 0, 1.5])(
    'a maximumPacketSize of %o, which is none',
    (maximumPacketSize) => {
      const fanOut = new PublishFanOut({ topic: 't' });
      expect(() => fanOut.encode({ maximumPacketSize } as FanOutDelivery)).toThrow(RangeError);
    },
  );

  test.each([6, '4', 'length', null])('version %o, which is none', (protocolVersion) => {
    const fanOut = new PublishFanOut({ topic: 't' });
    fanOut.encode();
    expect(() => fanOut.encode({ protocolVersion } as FanOutDelivery)).toThrow(RangeError);
  });
});
