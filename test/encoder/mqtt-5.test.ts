/** The packets of MQTT 5.0 as bytes, their short forms, and what is refused. */
import { describe, expect, test } from 'vitest';
import { Encoder, encode } from '../../src/encoder/encoder.js';
import type { ErrorCode } from '../../src/errors.js';
import {
  type AnyPacket,
  errorOf,
  expectBytes,
  expectRefusal,
  MQTT_5,
  packetOf,
} from './support.js';

const properties = { reasonString: 'r' };
const subscription = { topicFilter: 'a', qos: 0 };

test.each<[string, AnyPacket, string]>([
  ['a CONNECT', { type: 'CONNECT' }, '10 0D 0004 4D515454 05 02 0000 00 0000'],
  [
    'a CONNECT with everything',
    {
      type: 'CONNECT',
      protocolName: 'MQTT',
      protocolLevel: 5,
      cleanStart: false,
      keepAlive: 10,
      properties: { receiveMaximum: 2 },
      clientIdentifier: 'c',
      will: {
        topic: 'w',
        payload: 'p',
        qos: 1,
        retain: true,
        properties: { willDelayInterval: 1 },
      },
      userName: 'u',
      password: 'p',
    },
    `10 23 0004 4D515454 05 EC 000A
     03 21 0002            // properties
     0001 63
     05 18 00000001        // Will Properties
     0001 77 0001 70       // Will Topic and Payload
     0001 75 0001 70`,
  ],
  [
    'a password without a user name',
    { type: 'CONNECT', password: 'p', cleanStart: false },
    '10 10 0004 4D515454 05 40 0000 00 0000 0001 70',
  ],
  ['a CONNACK', { type: 'CONNACK', sessionPresent: true, reasonCode: 0 }, '20 03 01 00 00'],
  ['a refusal', { type: 'CONNACK', sessionPresent: false, reasonCode: 0x8c }, '20 03 00 8C 00'],
  ['a PUBLISH', { type: 'PUBLISH', topic: 't', payload: 'p' }, '30 05 0001 74 00 70'],
  [
    'a PUBLISH by alias at QoS 1',
    { type: 'PUBLISH', topic: '', qos: 1, packetIdentifier: 9, properties: { topicAlias: 1 } },
    '32 08 0000 0009 03 23 0001',
  ],
  ['a PUBACK', { type: 'PUBACK', packetIdentifier: 1 }, '40 02 0001'],
  [
    'a PUBACK of 0',
    { type: 'PUBACK', packetIdentifier: 1, reasonCode: 0, properties: {} },
    '40 02 0001',
  ],
  [
    'a PUBREC with a code',
    { type: 'PUBREC', packetIdentifier: 1, reasonCode: 0x10 },
    '50 03 0001 10',
  ],
  [
    'a PUBREL with a code',
    { type: 'PUBREL', packetIdentifier: 1, reasonCode: 0x92 },
    '62 03 0001 92',
  ],
  [
    'a PUBCOMP with properties',
    { type: 'PUBCOMP', packetIdentifier: 1, properties },
    '70 08 0001 00 04 1F 0001 72',
  ],
  [
    'a SUBSCRIBE',
    {
      type: 'SUBSCRIBE',
      packetIdentifier: 1,
      subscriptions: [
        { topicFilter: '$share/g/a', qos: 1 },
        { topicFilter: 'b', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 },
        { topicFilter: 'c', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 1 },
      ],
    },
    '82 18 0001 00 000A 2473686172652F672F61 01 0001 62 2E 0001 63 10',
  ],
  [
    'a SUBACK',
    { type: 'SUBACK', packetIdentifier: 1, reasonCodes: [0, 1, 2, 0xa2] },
    '90 07 0001 00 00 01 02 A2',
  ],
  [
    'an UNSUBSCRIBE',
    { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: ['a'] },
    'A2 06 0001 00 0001 61',
  ],
  [
    'an UNSUBACK',
    { type: 'UNSUBACK', packetIdentifier: 1, reasonCodes: [0, 0x11], properties },
    'B0 09 0001 04 1F 0001 72 00 11',
  ],
  ['a PINGREQ', { type: 'PINGREQ' }, 'C0 00'],
  ['a PINGRESP', { type: 'PINGRESP' }, 'D0 00'],
  ['a DISCONNECT', { type: 'DISCONNECT' }, 'E0 00'],
  ['a DISCONNECT with a code', { type: 'DISCONNECT', reasonCode: 4 }, 'E0 01 04'],
  ['a DISCONNECT with properties', { type: 'DISCONNECT', properties }, 'E0 06 00 04 1F 0001 72'],
  ['an AUTH', { type: 'AUTH' }, 'F0 00'],
  [
    'an AUTH with a code',
    { type: 'AUTH', reasonCode: 0x18, properties: { authenticationMethod: 'm' } },
    'F0 06 18 04 15 0001 6D',
  ],
])('%s', (_, packet, bytes) => expectBytes(packet, bytes));

test.each<[AnyPacket, ErrorCode, string]>([
  [{ type: 'CONNECT', cleanSession: true }, 'ERR_MQTT_VERSION_OF_PACKET', 'cleanSession'],
  [{ type: 'CONNECT', cleanStart: 1 }, 'ERR_MQTT_FIELD_TYPE', 'cleanStart'],
  [{ type: 'CONNECT', protocolName: 'MQIsdp' }, 'ERR_MQTT_PROTOCOL_NAME', 'protocolName'],
  [
    { type: 'CONNACK', sessionPresent: false, returnCode: 0 },
    'ERR_MQTT_VERSION_OF_PACKET',
    'returnCode',
  ],
  [{ type: 'CONNACK', sessionPresent: false }, 'ERR_MQTT_NO_REASON_CODE', 'reasonCode'],
  [{ type: 'CONNACK', sessionPresent: false, reasonCode: 1 }, 'ERR_MQTT_REASON_CODE', 'reasonCode'],
  [
    { type: 'CONNACK', sessionPresent: true, reasonCode: 0x80 },
    'ERR_MQTT_SESSION_PRESENT',
    'sessionPresent',
  ],
  [{ type: 'PUBLISH', topic: '' }, 'ERR_MQTT_TOPIC_ALIAS_MISSING', 'topic'],
  [
    { type: 'PUBLISH', topic: '', properties: Object.create({ topicAlias: 1 }) },
    'ERR_MQTT_TOPIC_ALIAS_MISSING',
    'topic',
  ],
  [{ type: 'PUBLISH', topic: '+' }, 'ERR_MQTT_TOPIC_NAME_WILDCARD', 'topic'],
  [{ type: 'PUBACK', packetIdentifier: 0 }, 'ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier'],
  [{ type: 'PUBACK', packetIdentifier: 1, reasonCode: 0x92 }, 'ERR_MQTT_REASON_CODE', 'reasonCode'],
  [{ type: 'PUBREL', packetIdentifier: 1, reasonCode: 0x80 }, 'ERR_MQTT_REASON_CODE', 'reasonCode'],
  [{ type: 'PUBCOMP', packetIdentifier: 1, reasonCode: '0' }, 'ERR_MQTT_REASON_CODE', 'reasonCode'],
  [
    { type: 'SUBACK', packetIdentifier: 1, returnCodes: [0] },
    'ERR_MQTT_VERSION_OF_PACKET',
    'returnCodes',
  ],
  [{ type: 'SUBACK', packetIdentifier: 1 }, 'ERR_MQTT_NO_REASON_CODE', 'reasonCodes'],
  [
    { type: 'SUBACK', packetIdentifier: 1, reasonCodes: [] },
    'ERR_MQTT_NO_REASON_CODE',
    'reasonCodes',
  ],
  [
    { type: 'SUBACK', packetIdentifier: 1, reasonCodes: [0, 0, 3] },
    'ERR_MQTT_REASON_CODE',
    'reasonCodes[2]',
  ],
  [{ type: 'UNSUBACK', packetIdentifier: 1 }, 'ERR_MQTT_NO_REASON_CODE', 'reasonCodes'],
  [
    { type: 'UNSUBACK', packetIdentifier: 1, reasonCodes: [2] },
    'ERR_MQTT_REASON_CODE',
    'reasonCodes[0]',
  ],
  [
    { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [] },
    'ERR_MQTT_NO_TOPIC_FILTER',
    'subscriptions',
  ],
  [
    { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: ['$share//a'] },
    'ERR_MQTT_SHARE_NAME_EMPTY',
    'topicFilters[0]',
  ],
  [
    { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: ['$share/g/'] },
    'ERR_MQTT_SHARED_SUBSCRIPTION',
    'topicFilters[0]',
  ],
  [{ type: 'DISCONNECT', reasonCode: 1 }, 'ERR_MQTT_REASON_CODE', 'reasonCode'],
  [{ type: 'AUTH', reasonCode: 1 }, 'ERR_MQTT_REASON_CODE', 'reasonCode'],
  [
    { type: 'AUTH', reasonCode: 0x18 },
    'ERR_MQTT_AUTHENTICATION_METHOD_MISSING',
    'properties.authenticationMethod',
  ],
  [
    { type: 'AUTH', properties },
    'ERR_MQTT_AUTHENTICATION_METHOD_MISSING',
    'properties.authenticationMethod',
  ],
])('%o is refused with %s in %s', expectRefusal);

test.each<[object, ErrorCode, string]>([
  [{ qos: 3 }, 'ERR_MQTT_INVALID_QOS', 'qos'],
  [{ retainHandling: 3 }, 'ERR_MQTT_RETAIN_HANDLING', 'retainHandling'],
  [{ retainAsPublished: 1 }, 'ERR_MQTT_FIELD_TYPE', 'retainAsPublished'],
  [
    { topicFilter: '$share/g/a', noLocal: true },
    'ERR_MQTT_NO_LOCAL_ON_SHARED_SUBSCRIPTION',
    'noLocal',
  ],
  [{ topicFilter: '$share/g+/a' }, 'ERR_MQTT_SINGLE_LEVEL_WILDCARD', 'topicFilter'],
  [{ topicFilter: '$share/+/a' }, 'ERR_MQTT_SHARED_SUBSCRIPTION', 'topicFilter'],
  [{ topicFilter: '$share/g' }, 'ERR_MQTT_SHARED_SUBSCRIPTION', 'topicFilter'],
])('a subscription with %o is refused', (fields, code, field) => {
  const subscriptions = [subscription, { ...subscription, ...fields }];
  expectRefusal(
    { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions },
    code,
    `subscriptions[1].${field}`,
  );
});

test('errors name the statement of MQTT 5.0', () => {
  const statement = (packet: AnyPacket) =>
    errorOf(() => encode(packetOf(packet), MQTT_5)).statement;
  expect(statement({ type: 'PUBLISH', topic: '\0' })).toBe('MQTT-1.5.4-2');
  expect(statement({ type: 'PUBACK', packetIdentifier: 0 })).toBe('MQTT-2.2.1-5');
  expect(statement({ type: 'CONNACK', sessionPresent: true, reasonCode: 0x80 })).toBe(
    'MQTT-3.2.2-6',
  );
});

describe('up to MQTT 3.1.1', () => {
  const subscribe = (fields: object): AnyPacket => ({
    type: 'SUBSCRIBE',
    packetIdentifier: 1,
    subscriptions: [{ ...subscription, ...fields }],
  });

  test.each<[AnyPacket, string]>([
    [{ type: 'AUTH' }, 'type'],
    [{ type: 'PUBLISH', topic: 't', properties: { topicAlias: 1 } }, 'properties'],
    [{ type: 'PINGREQ', properties: { anything: 1 } }, 'properties'],
    [{ type: 'CONNECT', will: { topic: 'w', properties: { anything: 1 } } }, 'will.properties'],
    [{ type: 'CONNECT', cleanStart: true }, 'cleanStart'],
    [{ type: 'CONNACK', sessionPresent: false, reasonCode: 0 }, 'reasonCode'],
    [{ type: 'PUBACK', packetIdentifier: 1, reasonCode: 0x10 }, 'reasonCode'],
    [{ type: 'DISCONNECT', reasonCode: 4 }, 'reasonCode'],
    [{ type: 'SUBACK', packetIdentifier: 1, reasonCodes: [0] }, 'reasonCodes'],
    [{ type: 'UNSUBACK', packetIdentifier: 1, reasonCodes: [0] }, 'reasonCodes'],
    [subscribe({ noLocal: true }), 'subscriptions[0].noLocal'],
    [subscribe({ retainAsPublished: true }), 'subscriptions[0].retainAsPublished'],
    [subscribe({ retainHandling: 1 }), 'subscriptions[0].retainHandling'],
  ])('%o is not there', (packet, field) => {
    expectRefusal(packet, 'ERR_MQTT_VERSION_OF_PACKET', field, { protocolVersion: 4 });
  });

  test.each<[AnyPacket, string]>([
    [{ type: 'PUBLISH', topic: 't', properties: { topicAlias: undefined } }, '30 03 0001 74'],
    [{ type: 'PUBACK', packetIdentifier: 1, reasonCode: 0, properties: {} }, '40 02 0001'],
    [{ type: 'DISCONNECT', reasonCode: 0 }, 'E0 00'],
    [subscribe({ noLocal: false, retainHandling: 0 }), '82 06 0001 0001 61 00'],
    [subscribe({ topicFilter: '$share' }), '82 0B 0001 0006 247368617265 00'],
    [subscribe({ topicFilter: '$share/' }), '82 0C 0001 0007 2473686172652F 00'],
  ])('%o asks for nothing new', (packet, bytes) => {
    expectBytes(packet, bytes, { protocolVersion: 4 });
  });
});

describe('the version', () => {
  test('is that of the last CONNECT that was encoded', () => {
    const encoder = new Encoder();
    expect(encoder.protocolVersion).toBe(4);
    const connect = { type: 'CONNECT', protocolLevel: 5 } as const;
    expect(encoder.encodedLength(connect)).toBe(15);
    expect(() => encoder.encode({ ...connect, keepAlive: -1 })).toThrow();
    expect(() => encoder.encodeInto(connect, new Uint8Array(14))).toThrow(RangeError);
    expect(encoder.protocolVersion).toBe(4);
    encoder.encodeInto(connect, new Uint8Array(15));
    expect(encoder.protocolVersion).toBe(5);
    expect(encoder.encode({ type: 'CONNECT' })[8]).toBe(5);
    encoder.encodeParts({ type: 'CONNECT', protocolLevel: 3, clientIdentifier: 'c' });
    expect(encoder.protocolVersion).toBe(3);
  });

  test('may be set, but not to what is no version', () => {
    const encoder = new Encoder();
    encoder.protocolVersion = 5;
    expect(encoder.encode({ type: 'PUBLISH', topic: 't' })).toHaveLength(6);
    for (const wrong of [undefined, 'auto', 6, '5']) {
      expect(() => Object.assign(encoder, { protocolVersion: wrong })).toThrow(RangeError);
    }
    expect(encoder.protocolVersion).toBe(5);
  });

  test('is kept where it is fixed', () => {
    const connect = { type: 'CONNECT', protocolLevel: 5 };
    expectRefusal(connect, 'ERR_MQTT_PROTOCOL_LEVEL', 'protocolLevel', { protocolVersion: 4 });
    expectBytes(connect, '10 0D 0004 4D515454 05 02 0000 00 0000', { protocolVersion: 5 });
  });

  test('is not learnt by encode(), which has no payload under way either', () => {
    encode({ type: 'CONNECT', protocolLevel: 5 });
    expect(encode({ type: 'PUBLISH_START', topic: 't', payloadLength: 5 })).toHaveLength(5);
    expect(encode({ type: 'PUBLISH', topic: 't' })).toHaveLength(5);
    expect(encode({ type: 'PUBLISH', topic: 't' }, { protocolVersion: 5 })).toHaveLength(6);
    expect(() => encode({ type: 'PUBLISH_END' })).toThrow('PUBLISH_START');
  });
});
