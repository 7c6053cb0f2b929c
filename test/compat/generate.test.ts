/** The bytes of each packet, as a caller of mqtt-packet hands it over. */
import { describe, expect, test } from 'vitest';
import { generate } from '../../src/compat/generate.js';
import { generated, type Loose, MQTT5, theirs } from './writing-support.js';

const hex = (bytes: string): string => bytes.replaceAll(/[^0-9a-f]/g, '');

interface Vector {
  readonly name: string;
  readonly packet: Loose;
  readonly opts?: object;
  readonly bytes: string;
}

const VECTORS: readonly Vector[] = [
  {
    name: 'CONNECT of MQTT 3.1',
    packet: {
      cmd: 'connect',
      protocolId: 'MQIsdp',
      protocolVersion: 3,
      clean: false,
      keepalive: 30,
      clientId: 'test',
    },
    bytes: '10 12  0006 4d5149736470  03  00  001e  0004 74657374',
  },
  {
    name: 'CONNECT with nothing but what is taken for granted',
    packet: { cmd: 'connect' },
    bytes: '10 0c  0004 4d515454  04  02  0000  0000',
  },
  {
    name: 'CONNECT of MQTT 5.0 with everything',
    packet: {
      cmd: 'connect',
      protocolVersion: 5,
      clientId: Buffer.from('c'),
      keepalive: 65_535,
      username: 'u',
      password: Buffer.from([1, 2]),
      properties: { receiveMaximum: 20 },
      will: {
        topic: 't',
        payload: 'p',
        qos: 2,
        retain: true,
        properties: { willDelayInterval: 60 },
      },
    },
    bytes:
      '10 24  0004 4d515454  05  f6  ffff  03 210014  0001 63  05 180000003c  0001 74  0001 70  0001 75  0002 0102',
  },
  {
    name: 'CONNECT of a bridge, MQTT 3.1',
    packet: {
      cmd: 'connect',
      protocolId: 'MQIsdp',
      protocolVersion: 3,
      clientId: 'c',
      bridgeMode: true,
    },
    bytes: '10 0f  0006 4d5149736470  83  02  0000  0001 63',
  },
  {
    name: 'CONNECT of a bridge, MQTT 3.1.1',
    packet: { cmd: 'connect', clientId: 'c', bridgeMode: true },
    bytes: '10 0d  0004 4d515454  84  02  0000  0001 63',
  },
  {
    name: 'CONNACK up to MQTT 3.1.1',
    packet: { cmd: 'connack', returnCode: 5, reasonCode: 1, sessionPresent: true },
    bytes: '20 02  01 05',
  },
  {
    name: 'CONNACK of MQTT 5.0',
    packet: { cmd: 'connack', reasonCode: 0x87, properties: { reasonString: 'no' } },
    opts: MQTT5,
    bytes: '20 08  00 87  05 1f 0002 6e6f',
  },
  {
    name: 'PUBLISH at QoS 0, whose messageId does not count',
    packet: { cmd: 'publish', topic: 'a', payload: 'b', messageId: 'x', retain: true },
    bytes: '31 04  0001 61  62',
  },
  {
    name: 'PUBLISH at QoS 2, topic in bytes, without payload',
    packet: { cmd: 'publish', topic: Buffer.from('a'), qos: 2, dup: true, messageId: 258 },
    bytes: '3c 05  0001 61  0102',
  },
  {
    name: 'PUBLISH of MQTT 5.0 with every type of property',
    packet: {
      cmd: 'publish',
      topic: 'a',
      payload: Buffer.from([0xff]),
      properties: {
        payloadFormatIndicator: false,
        messageExpiryInterval: 4_294_967_295,
        topicAlias: 256,
        responseTopic: 'r',
        correlationData: Buffer.from([9]),
        userProperties: { k: ['v', ''], 7: 8 },
        subscriptionIdentifier: [1, 200],
        contentType: undefined,
      },
    },
    opts: MQTT5,
    bytes: `30 30  0001 61  2b  0100  02ffffffff  230100  080001 72  090001 09
            26 0001 37 0001 38  26 0001 6b 0001 76  26 0001 6b 0000  0b01 0bc801  ff`,
  },
  {
    name: 'PUBACK of MQTT 3.1.1',
    packet: { cmd: 'puback', messageId: 2, reasonCode: 0x10, properties: { reasonString: 'x' } },
    bytes: '40 02  0002',
  },
  {
    name: 'PUBACK of MQTT 5.0 that says no more',
    packet: { cmd: 'puback', messageId: 2, reasonCode: 0 },
    opts: MQTT5,
    bytes: '40 02  0002',
  },
  {
    name: 'PUBREC of MQTT 5.0 without a reason code, which mqtt-packet writes in full',
    packet: { cmd: 'pubrec', messageId: 2 },
    opts: MQTT5,
    bytes: '50 04  0002 00 00',
  },
  {
    name: 'PUBREL with a reason code',
    packet: { cmd: 'pubrel', messageId: 2, reasonCode: 0x92 },
    opts: MQTT5,
    bytes: '62 04  0002 92 00',
  },
  {
    name: 'PUBCOMP with no properties in its properties',
    packet: { cmd: 'pubcomp', messageId: 2, reasonCode: 0, properties: {} },
    opts: MQTT5,
    bytes: '70 04  0002 00 00',
  },
  {
    name: 'SUBSCRIBE of MQTT 3.1.1, whose other options do not count',
    packet: {
      cmd: 'subscribe',
      messageId: 6,
      subscriptions: [{ topic: 'a', qos: 1, nl: true, rap: true, rh: 2 }],
    },
    bytes: '82 06  0006  0001 61 01',
  },
  {
    name: 'SUBSCRIBE of MQTT 5.0',
    packet: {
      cmd: 'subscribe',
      messageId: 6,
      properties: { subscriptionIdentifier: 145 },
      subscriptions: [
        { topic: 'a', qos: 1, nl: true, rap: true, rh: 2 },
        { topic: 'b', qos: 0 },
      ],
    },
    opts: MQTT5,
    bytes: '82 0e  0006  03 0b9101  0001 61 2d  0001 62 00',
  },
  {
    name: 'SUBACK',
    packet: { cmd: 'suback', messageId: 6, granted: [0, 1, 2, 128] },
    bytes: '90 06  0006  00 01 02 80',
  },
  {
    name: 'UNSUBSCRIBE',
    packet: { cmd: 'unsubscribe', messageId: 7, unsubscriptions: ['a', 'bc'] },
    opts: MQTT5,
    bytes: 'a2 0a  0007  00  0001 61  0002 6263',
  },
  {
    name: 'UNSUBACK of MQTT 3.1.1',
    packet: { cmd: 'unsuback', messageId: 8 },
    bytes: 'b0 02  0008',
  },
  {
    name: 'UNSUBACK of MQTT 5.0',
    packet: { cmd: 'unsuback', messageId: 8, granted: [0, 0x11] },
    opts: MQTT5,
    bytes: 'b0 05  0008  00  00 11',
  },
  { name: 'PINGREQ', packet: { cmd: 'pingreq' }, bytes: 'c0 00' },
  { name: 'PINGRESP', packet: { cmd: 'pingresp' }, bytes: 'd0 00' },
  { name: 'DISCONNECT', packet: { cmd: 'disconnect', reasonCode: 4 }, bytes: 'e0 00' },
  {
    name: 'DISCONNECT of MQTT 5.0',
    packet: { cmd: 'disconnect' },
    opts: MQTT5,
    bytes: 'e0 02  00 00',
  },
  {
    name: 'AUTH',
    packet: { cmd: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'm' } },
    opts: MQTT5,
    bytes: 'f0 06  18  04 15 0001 6d',
  },
];

test.each(VECTORS)('$name', ({ packet, opts, bytes }) => {
  expect(generated(packet, opts)).toBe(hex(bytes));
  expect(theirs(packet, opts)).toBe(hex(bytes));
});

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Buffer.isBuffer(value)) {
    for (const each of Object.values(value)) frozen(each);
    Object.freeze(value);
  }
  return value;
}

test.each(VECTORS)('$name: frozen', ({ packet, opts, bytes }) => {
  expect(generated(frozen(packet), frozen(opts))).toBe(hex(bytes));
});

test.each(VECTORS)('$name: without prototype', ({ packet, opts, bytes }) => {
  const bare = Object.assign(Object.create(null), packet);
  expect(generated(bare, Object.assign(Object.create(null), opts))).toBe(hex(bytes));
});

describe('what mqtt-packet does not encode', () => {
  test('a bridge of MQTT 5.0', () => {
    const packet = { cmd: 'connect', protocolVersion: 5, clientId: 'c', bridgeMode: true };
    expect(generated(packet)).toBe(hex('10 0e  0004 4d515454  85  02  0000  00  0001 63'));
  });

  test('a password without a User Name, which MQTT 5.0 allows', () => {
    const packet = { cmd: 'connect', protocolVersion: 5, clientId: 'c', password: 'p' };
    expect(generated(packet)).toBe(hex('10 11  0004 4d515454  05  42  0000  00  0001 63  0001 70'));
  });

  test('a protocol name that takes more bytes than characters', () => {
    const packet = { cmd: 'connect', protocolId: 'é', clientId: 'c' };
    expect(generated(packet)).toBe(hex('10 0b  0002 c3a9  04  02  0000  0001 63'));
  });

  test('no user properties, or a list of none', () => {
    const packet = (properties: Loose) => ({ cmd: 'publish', topic: 'a', properties });
    const bytes = hex('30 04  0001 61  00');
    expect(generated(packet({ userProperties: {} }), MQTT5)).toBe(bytes);
    expect(generated(packet({ userProperties: { a: [] } }), MQTT5)).toBe(bytes);
    expect(generated(packet({ subscriptionIdentifier: [] }), MQTT5)).toBe(bytes);
    expect(generated({ cmd: 'publish', topic: 'a', properties: null }, MQTT5)).toBe(bytes);
  });

  test('inherited properties are none', () => {
    const properties = Object.create({ contentType: 'x' });
    properties.userProperties = Object.create({ a: 'b' });
    const bytes = hex('30 04  0001 61  00');
    expect(generated({ cmd: 'publish', topic: 'a', properties }, MQTT5)).toBe(bytes);
  });

  test('DUP in PUBREL and UNSUBACK, where it is nothing', () => {
    expect(generated({ cmd: 'pubrel', messageId: 1, dup: true })).toBe(hex('62 02  0001'));
    expect(generated({ cmd: 'unsuback', messageId: 1, dup: true })).toBe(hex('b0 02  0001'));
  });

  test.each([
    ['Uint8Array', Uint8Array.of(1, 2, 3, 4)],
    ['ArrayBuffer', Uint8Array.of(1, 2, 3, 4).buffer],
    ['DataView', new DataView(Uint8Array.of(0, 1, 2, 3, 4).buffer, 1)],
    ['Uint16Array', new Uint16Array(Uint8Array.of(1, 2, 3, 4).buffer)],
  ])('a payload that is a %s', (_, payload) => {
    expect(generated({ cmd: 'publish', topic: 'a', payload })).toBe(
      hex('30 07  0001 61  01020304'),
    );
    const will = { topic: 'a', payload };
    expect(generated({ cmd: 'connect', clientId: 'c', will })).toBe(
      hex('10 16  0004 4d515454  04  06  0000  0001 63  0001 61  0004 01020304'),
    );
    const properties = { correlationData: payload };
    expect(generated({ cmd: 'publish', topic: 'a', properties }, MQTT5)).toBe(
      hex('30 0b  0001 61  07 09 0004 01020304'),
    );
  });
});

test.each([{ cmd: 'pingreq' }, { cmd: 'pingresp' }, { cmd: 'disconnect' }] as const)(
  'the frame of $cmd is the caller’s own',
  (packet) => {
    const before = generated(packet);
    generate(packet).fill(0xff);
    expect(generated(packet)).toBe(before);
  },
);
