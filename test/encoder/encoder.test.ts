/** The encoder as its user meets it: bytes on the wire, sizes, targets, and arguments that are wrong. */
import { describe, expect, test } from 'vitest';
import { Encoder, encode } from '../../src/encoder/encoder.js';
import { MqttEncodeError } from '../../src/errors.js';
import type { EncodablePacket } from '../../src/protocol/packets.js';
import { hex } from '../support/hex.js';

const asHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test.each<[string, EncodablePacket, string]>([
  [
    'a CONNECT with nothing said',
    { type: 'CONNECT' },
    `10 0C       // type, remaining length
     0004 4D515454 04 // protocol name and level
     02 0000     // clean session, keep alive 0
     0000        // client identifier`,
  ],
  [
    'a CONNECT with everything said',
    {
      type: 'CONNECT',
      protocolLevel: 3,
      bridge: true,
      cleanSession: false,
      keepAlive: 0x1234,
      clientIdentifier: 'id',
      will: { topic: 'w', payload: Uint8Array.of(0, 255), qos: 2, retain: true },
      userName: 'u',
      password: 'é',
    },
    `10 1E
     0006 4D5149736470 83 // MQIsdp, level 3 with the bridge bit
     F4 1234     // user name, password, will retain, will QoS 2, will
     0002 6964
     0001 77 0002 00FF
     0001 75 0002 C3A9`,
  ],
  ['a PUBLISH with nothing said', { type: 'PUBLISH', topic: 't' }, '30 03 0001 74'],
  [
    'a PUBLISH with everything said',
    {
      type: 'PUBLISH',
      topic: 'tö',
      payload: 'pé',
      qos: 2,
      dup: true,
      retain: true,
      packetIdentifier: 0xfffe,
    },
    '3D 0A 0003 74C3B6 FFFE 70C3A9',
  ],
  ['a PUBREL', { type: 'PUBREL', packetIdentifier: 1 }, '62 02 0001'],
  [
    'an UNSUBSCRIBE',
    { type: 'UNSUBSCRIBE', packetIdentifier: 258, topicFilters: ['a', '+/#'] },
    'A2 0A 0102 0001 61 0003 2B2F23',
  ],
])('%s', (_, packet, bytes) => {
  expect(asHex(encode(packet))).toBe(asHex(hex(bytes)));
});

test.each([
  [127, '7f'],
  [128, '8001'],
  [16_383, 'ff7f'],
  [16_384, '808001'],
  [2_097_151, 'ffff7f'],
  [2_097_152, '80808001'],
])('a Remaining Length of %i takes as few bytes as it can', (length, expected) => {
  const bytes = encode({ type: 'PUBLISH', topic: 't', payload: new Uint8Array(length - 3) });
  expect(asHex(bytes.subarray(1, 1 + expected.length / 2))).toBe(expected);
  expect(bytes.length).toBe(1 + expected.length / 2 + length);
});

describe('limits', () => {
  const encoder = new Encoder({ maximumPacketSize: 20 });
  const publish = (length: number): EncodablePacket => ({
    type: 'PUBLISH',
    topic: 't',
    payload: new Uint8Array(length),
  });

  test('a packet as large as the limit is encoded, a larger one refused', () => {
    expect(encoder.encode(publish(15))).toHaveLength(20);
    for (const action of [
      () => encoder.encode(publish(16)),
      () => encoder.encodedLength(publish(16)),
      () => encoder.encodeInto(publish(16), new Uint8Array(100)),
    ]) {
      expect(action).toThrow(
        expect.objectContaining({ code: 'ERR_MQTT_PACKET_TOO_LARGE', packetType: 'PUBLISH' }),
      );
    }
  });

  test('nothing takes more than 268,435,455 bytes behind the fixed header', () => {
    const most = new Uint8Array(268_435_455 - 3);
    expect(new Encoder().encodedLength({ type: 'PUBLISH', topic: 't', payload: most })).toBe(
      268_435_460,
    );
    const more = new Uint8Array(268_435_455 - 2);
    expect(() => encode({ type: 'PUBLISH', topic: 't', payload: more })).toThrow(
      expect.objectContaining({ code: 'ERR_MQTT_PACKET_TOO_LARGE' }),
    );
  });
});

describe('arguments', () => {
  test.each([
    [{ maximumPacketSize: 0 }, RangeError],
    [{ maximumPacketSize: '9' }, TypeError],
    [{ maximumPacketSize: 4_294_967_296 }, RangeError],
  ])('new Encoder(%o) is an error that names the option', (options, type) => {
    expect(() => new Encoder(options as { maximumPacketSize: number })).toThrow(type);
    expect(() => new Encoder(options as { maximumPacketSize: number })).toThrow(
      'maximumPacketSize',
    );
  });

  test.each([
    [undefined],
    [null],
    ['PINGREQ'],
    [{}],
    [{ type: 'auth' }],
    [{ type: ['PINGREQ'] }],
    [{ type: 'toString' }],
  ])('encode(%o) is a TypeError', (packet) => {
    expect(() => encode(packet as unknown as EncodablePacket)).toThrow(TypeError);
    expect(() => encode(packet as unknown as EncodablePacket)).toThrow('packet');
  });

  test('encodeInto() writes at the offset and tells how much', () => {
    const target = new Uint8Array(8).fill(0xee);
    expect(new Encoder().encodeInto({ type: 'PUBACK', packetIdentifier: 5 }, target, 2)).toBe(4);
    expect(asHex(target)).toBe('eeee40020005eeee');
  });

  test.each([
    ['text', 0, TypeError],
    [new Uint8Array(8), -1, RangeError],
    [new Uint8Array(8), 9, RangeError],
    [new Uint8Array(8), 1.5, RangeError],
    [new Uint8Array(8), 5, RangeError],
    [new Uint8Array(0), 0, RangeError],
  ])(
    'encodeInto() a wrong place %o, %o is refused, and nothing is written',
    (target, offset, type) => {
      const packet: EncodablePacket = { type: 'PUBACK', packetIdentifier: 5 };
      expect(() => new Encoder().encodeInto(packet, target as Uint8Array, offset)).toThrow(type);
      if (target instanceof Uint8Array) expect(target.every((byte) => byte === 0)).toBe(true);
    },
  );

  test.each<[string, object]>([
    ['topic', { type: 'PUBLISH', topic: 5 }],
    ['payload', { type: 'PUBLISH', topic: 't', payload: 5 }],
    ['payload', { type: 'PUBLISH', topic: 't', payload: null }],
    ['payload', { type: 'PUBLISH', topic: 't', payload: 'lone \ud800' }],
    ['retain', { type: 'PUBLISH', topic: 't', retain: 1 }],
    ['dup', { type: 'PUBLISH', topic: 't', qos: 1, packetIdentifier: 1, dup: 'yes' }],
    ['qos', { type: 'PUBLISH', topic: 't', qos: '1' }],
    ['packetIdentifier', { type: 'PUBLISH', topic: 't', qos: 1, packetIdentifier: '1' }],
    ['packetIdentifier', { type: 'PUBACK', packetIdentifier: 65_536 }],
    ['packetIdentifier', { type: 'PUBACK', packetIdentifier: 1.5 }],
    ['packetIdentifier', { type: 'PUBACK', packetIdentifier: -1 }],
    ['keepAlive', { type: 'CONNECT', keepAlive: 65_536 }],
    ['keepAlive', { type: 'CONNECT', keepAlive: '60' }],
    ['keepAlive', { type: 'CONNECT', keepAlive: null }],
    ['protocolLevel', { type: 'CONNECT', protocolLevel: null }],
    ['clientIdentifier', { type: 'CONNECT', clientIdentifier: null }],
    ['will.payload', { type: 'CONNECT', will: { topic: 't', payload: null } }],
    ['cleanSession', { type: 'CONNECT', cleanSession: 1 }],
    ['bridge', { type: 'CONNECT', bridge: 1 }],
    ['clientIdentifier', { type: 'CONNECT', clientIdentifier: 5 }],
    ['clientIdentifier', { type: 'CONNECT', clientIdentifier: 'x'.repeat(65_536) }],
    ['userName', { type: 'CONNECT', userName: {} }],
    ['password', { type: 'CONNECT', userName: 'u', password: 5 }],
    ['password', { type: 'CONNECT', userName: 'u', password: new Uint8Array(65_536) }],
    ['protocolLevel', { type: 'CONNECT', protocolLevel: 6 }],
    ['protocolName', { type: 'CONNECT', protocolName: 'MQIsdp' }],
    ['will', { type: 'CONNECT', will: 'bye' }],
    ['will', { type: 'CONNECT', will: null }],
    ['will.topic', { type: 'CONNECT', will: {} }],
    ['will.payload', { type: 'CONNECT', will: { topic: 't', payload: 5 } }],
    ['will.qos', { type: 'CONNECT', will: { topic: 't', qos: 3 } }],
    ['will.retain', { type: 'CONNECT', will: { topic: 't', retain: 0 } }],
    ['sessionPresent', { type: 'CONNACK', sessionPresent: 1, returnCode: 0 }],
    ['returnCode', { type: 'CONNACK', sessionPresent: false, returnCode: '0' }],
    ['sessionPresent', { type: 'CONNACK', returnCode: 0 }],
    [
      'subscriptions[0].qos',
      { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [{ topicFilter: 'a' }] },
    ],
    ['qos', { type: 'PUBLISH', topic: 't', qos: null }],
    [
      'payload',
      { type: 'PUBLISH', topic: 't', payload: { [Symbol.toStringTag]: 'Uint8Array', length: -2 } },
    ],
    ['subscriptions', { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: 'a' }],
    [
      'subscriptions[0].topicFilter',
      { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [null] },
    ],
    [
      'subscriptions[1].topicFilter',
      {
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        subscriptions: [{ topicFilter: 'a', qos: 0 }, 'b'],
      },
    ],
    ['topicFilters', { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: { length: 1 } }],
    ['topicFilters[0]', { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: [7] }],
    ['returnCodes', { type: 'SUBACK', packetIdentifier: 1, returnCodes: Uint8Array.of(0) }],
  ])('a wrong %s is an MqttEncodeError that names it', (field, packet) => {
    let error: unknown;
    try {
      encode(packet as EncodablePacket);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(MqttEncodeError);
    expect(error).toMatchObject({ field, packetType: (packet as EncodablePacket).type });
    expect((error as Error).message).toContain(field);
  });
});

// With properties, even without any in them, a PUBLISH does not go the fast way.
describe.each([
  ['the fast way', undefined],
  ['field by field', {}],
])('a packet that changes while it is encoded %s', (_, properties) => {
  /** A PUBLISH whose field `name` reads as each of the values in turn. */
  function changing(name: string, ...values: readonly unknown[]): EncodablePacket {
    let reads = 0;
    const packet = { type: 'PUBLISH', topic: 'a', payload: 'b', properties };
    return Object.defineProperty(packet, name, {
      get: () => values[Math.min(reads++, values.length - 1)],
    }) as EncodablePacket;
  }

  test.each([
    ['shrinks', changing('payload', new Uint8Array(60_000), undefined)],
    ['grows', changing('payload', 'x', new Uint8Array(100))],
    ['grows as text', changing('payload', 'x', 'x'.repeat(100))],
    ['has a shorter topic', changing('topic', 'abcdefgh', 'a')],
    ['has a longer topic', changing('topic', 'a', 'abcdefgh')],
  ])('is refused when it %s, and nothing is written behind its place', (_, packet) => {
    const target = new Uint8Array(70_000).fill(0xee);
    expect(() => new Encoder().encodeInto(packet, target.subarray(0, 60_300), 0)).toThrow(
      MqttEncodeError,
    );
    expect(target.subarray(60_300).every((byte) => byte === 0xee)).toBe(true);
    expect(() => encode(changing('payload', new Uint8Array(500), undefined))).toThrow('changed');
  });
});

test('the packet of the caller is left as it was', () => {
  const packet = Object.freeze({
    type: 'PUBLISH',
    topic: 't',
    payload: Object.freeze(Buffer.from('')),
  } as const);
  expect(() => encode(packet)).not.toThrow();
});
