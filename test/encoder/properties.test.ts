/** Properties: each as bytes, then what is wrong with them. */
import { describe, expect, test } from 'vitest';
import { encode } from '../../src/encoder/encoder.js';
import type { ErrorCode } from '../../src/errors.js';
import { PROPERTY_NAMES } from '../../src/protocol/properties.js';
import { hex } from '../support/hex.js';
import { type AnyPacket, asHex, expectBytes, expectRefusal, MQTT_5, packetOf } from './support.js';

type Holder = 'CONNECT' | 'WILL' | 'CONNACK' | 'PUBLISH' | 'SUBSCRIBE' | 'DISCONNECT' | 'AUTH';

function packetWith(holder: Holder, properties: unknown): AnyPacket {
  switch (holder) {
    case 'CONNECT':
      return { type: 'CONNECT', clientIdentifier: 'c', properties };
    case 'WILL':
      return { type: 'CONNECT', clientIdentifier: 'c', will: { topic: 'w', properties } };
    case 'CONNACK':
      return { type: 'CONNACK', sessionPresent: false, reasonCode: 0, properties };
    case 'PUBLISH':
      return { type: 'PUBLISH', topic: 't', properties };
    case 'SUBSCRIBE':
      return {
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        subscriptions: [{ topicFilter: 'a', qos: 0 }],
        properties,
      };
    case 'DISCONNECT':
    case 'AUTH':
      return { type: holder, properties };
  }
}

const BEFORE: Readonly<Record<Holder, string>> = {
  CONNECT: '0004 4D515454 05 02 0000', // name, version, clean start, keep alive
  WILL: '0004 4D515454 05 06 0000 00 0001 63', // the same with a Will, no properties, client identifier
  CONNACK: '00 00',
  PUBLISH: '0001 74',
  SUBSCRIBE: '0001',
  DISCONNECT: '00',
  AUTH: '00',
};
const BEHIND: Readonly<Record<Holder, string>> = {
  CONNECT: '0001 63',
  WILL: '0001 77 0000',
  CONNACK: '',
  PUBLISH: '',
  SUBSCRIBE: '0001 61 00',
  DISCONNECT: '',
  AUTH: '',
};
const FIRST: Readonly<Record<Holder, string>> = {
  CONNECT: '10',
  WILL: '10',
  CONNACK: '20',
  PUBLISH: '30',
  SUBSCRIBE: '82',
  DISCONNECT: 'E0',
  AUTH: 'F0',
};

function frameWith(holder: Holder, properties: string): string {
  const body = `${BEFORE[holder]} ${properties} ${BEHIND[holder]}`;
  return `${FIRST[holder]} ${hex(body).length.toString(16).padStart(2, '0')} ${body}`;
}

const CASES: readonly [string, Holder, object, string][] = [
  ['payloadFormatIndicator', 'PUBLISH', { payloadFormatIndicator: 1 }, '02 01 01'],
  ['messageExpiryInterval', 'PUBLISH', { messageExpiryInterval: 0xfedcba98 }, '05 02 FEDCBA98'],
  ['contentType', 'PUBLISH', { contentType: 'é' }, '05 03 0002 C3A9'],
  ['responseTopic', 'PUBLISH', { responseTopic: 'r' }, '04 08 0001 72'],
  ['correlationData', 'PUBLISH', { correlationData: Uint8Array.of(0, 255) }, '05 09 0002 00FF'],
  [
    'subscriptionIdentifiers',
    'PUBLISH',
    { subscriptionIdentifiers: [1, 128, 268_435_455] },
    `0A 0B 01     // 1
        0B 8001      // 128
        0B FFFFFF7F  // the largest`,
  ],
  ['subscriptionIdentifier', 'SUBSCRIBE', { subscriptionIdentifier: 16_384 }, '04 0B 808001'],
  ['sessionExpiryInterval', 'CONNECT', { sessionExpiryInterval: 0xffff_ffff }, '05 11 FFFFFFFF'],
  ['assignedClientIdentifier', 'CONNACK', { assignedClientIdentifier: 'a' }, '04 12 0001 61'],
  ['serverKeepAlive', 'CONNACK', { serverKeepAlive: 0x1234 }, '03 13 1234'],
  ['authenticationMethod', 'AUTH', { authenticationMethod: 'm' }, '04 15 0001 6D'],
  [
    'authenticationData',
    'CONNECT',
    { authenticationData: Uint8Array.of(9), authenticationMethod: 'm' },
    '08 16 0001 09 15 0001 6D',
  ],
  ['requestProblemInformation', 'CONNECT', { requestProblemInformation: false }, '02 17 00'],
  ['willDelayInterval', 'WILL', { willDelayInterval: 1 }, '05 18 00000001'],
  ['requestResponseInformation', 'CONNECT', { requestResponseInformation: true }, '02 19 01'],
  ['responseInformation', 'CONNACK', { responseInformation: 'i' }, '04 1A 0001 69'],
  ['serverReference', 'DISCONNECT', { serverReference: 's' }, '04 1C 0001 73'],
  ['reasonString', 'DISCONNECT', { reasonString: 'r' }, '04 1F 0001 72'],
  ['receiveMaximum', 'CONNECT', { receiveMaximum: 1 }, '03 21 0001'],
  ['topicAliasMaximum', 'CONNECT', { topicAliasMaximum: 0 }, '03 22 0000'],
  ['topicAlias', 'PUBLISH', { topicAlias: 65_535 }, '03 23 FFFF'],
  ['maximumQoS', 'CONNACK', { maximumQoS: 1 }, '02 24 01'],
  ['retainAvailable', 'CONNACK', { retainAvailable: true }, '02 25 01'],
  [
    'userProperties',
    'WILL',
    {
      userProperties: [
        ['b', '1'],
        ['a', ''],
        ['b', '1'],
      ],
    },
    `14 26 0001 62 0001 31
        26 0001 61 0000
        26 0001 62 0001 31`,
  ],
  ['maximumPacketSize', 'CONNECT', { maximumPacketSize: 0x8000_0001 }, '05 27 80000001'],
  [
    'wildcardSubscriptionAvailable',
    'CONNACK',
    { wildcardSubscriptionAvailable: false },
    '02 28 00',
  ],
  [
    'subscriptionIdentifierAvailable',
    'CONNACK',
    { subscriptionIdentifierAvailable: true },
    '02 29 01',
  ],
  ['sharedSubscriptionAvailable', 'CONNACK', { sharedSubscriptionAvailable: true }, '02 2A 01'],
];

test('there is a case for every property', () => {
  expect(new Set(CASES.map(([name]) => name))).toEqual(new Set(PROPERTY_NAMES));
});

test.each(CASES)('%s', (_, holder, properties, bytes) => {
  expectBytes(packetWith(holder, properties), frameWith(holder, bytes));
});

describe('what counts as a property', () => {
  test.each<[string, object]>([
    ['no properties', {}],
    ['undefined', { reasonString: undefined, anything: undefined }],
    ['empty lists', { userProperties: [] }],
    ['inherited ones', Object.create({ reasonString: 'r' }) as object],
    ['hidden ones', Object.defineProperty({}, 'reasonString', { value: 'r' })],
  ])('%s: none', (_, properties) => {
    expectBytes(packetWith('DISCONNECT', properties), 'E0 00');
    expectBytes(packetWith('CONNACK', properties), '20 03 00 00 00');
  });

  test('the order of the keys is kept', () => {
    expectBytes(
      packetWith('PUBLISH', { contentType: 'c', payloadFormatIndicator: 0 }),
      '30 0A 0001 74 06 03 0001 63 01 00',
    );
  });

  test.each([123, 124, 16_379, 16_380])('%i bytes of text move the length', (length) => {
    const contentType = 'x'.repeat(length);
    const bytes = encode(packetOf(packetWith('PUBLISH', { contentType })), MQTT_5);
    const inner = 3 + length;
    const prefix = inner < 128 ? [inner] : [(inner & 127) | 128, inner >> 7];
    const wanted =
      inner < 16_384 ? prefix : [0x80 | (inner & 127), 0x80 | ((inner >> 7) & 127), inner >> 14];
    const text = Buffer.concat([
      hex('03'),
      hex(length.toString(16).padStart(4, '0')),
      Buffer.from(contentType),
    ]);
    expect(asHex(bytes).endsWith(`000174${asHex(Uint8Array.from(wanted))}${asHex(text)}`)).toBe(
      true,
    );
    expectBytes(packetWith('PUBLISH', { contentType }), asHex(bytes));
  });
});

describe('wrong properties', () => {
  test.each<[Holder, unknown, ErrorCode, string]>([
    ['PUBLISH', null, 'ERR_MQTT_FIELD_TYPE', 'properties'],
    ['PUBLISH', 'text', 'ERR_MQTT_FIELD_TYPE', 'properties'],
    ['WILL', 5, 'ERR_MQTT_FIELD_TYPE', 'will.properties'],
    ['PUBLISH', { foo: 1 }, 'ERR_MQTT_PROPERTY_UNKNOWN', 'properties.foo'],
    ['PUBLISH', { constructor: 1 }, 'ERR_MQTT_PROPERTY_UNKNOWN', 'properties.constructor'],
    ['PUBLISH', JSON.parse('{"__proto__":1}'), 'ERR_MQTT_PROPERTY_UNKNOWN', 'properties.__proto__'],
    ['WILL', { toString: 1 }, 'ERR_MQTT_PROPERTY_UNKNOWN', 'will.properties.toString'],
    [
      'PUBLISH',
      { receiveMaximum: 1 },
      'ERR_MQTT_PROPERTY_NOT_ALLOWED',
      'properties.receiveMaximum',
    ],
    ['WILL', { topicAlias: 1 }, 'ERR_MQTT_PROPERTY_NOT_ALLOWED', 'will.properties.topicAlias'],
    [
      'PUBLISH',
      { subscriptionIdentifier: 1 },
      'ERR_MQTT_PROPERTY_NOT_ALLOWED',
      'properties.subscriptionIdentifier',
    ],
    [
      'PUBLISH',
      { payloadFormatIndicator: true },
      'ERR_MQTT_FIELD_TYPE',
      'properties.payloadFormatIndicator',
    ],
    [
      'PUBLISH',
      { payloadFormatIndicator: 2 },
      'ERR_MQTT_PROPERTY_VALUE',
      'properties.payloadFormatIndicator',
    ],
    [
      'PUBLISH',
      { payloadFormatIndicator: 256 },
      'ERR_MQTT_FIELD_RANGE',
      'properties.payloadFormatIndicator',
    ],
    [
      'PUBLISH',
      { messageExpiryInterval: 0x1_0000_0000 },
      'ERR_MQTT_FIELD_RANGE',
      'properties.messageExpiryInterval',
    ],
    [
      'PUBLISH',
      { messageExpiryInterval: -1 },
      'ERR_MQTT_FIELD_RANGE',
      'properties.messageExpiryInterval',
    ],
    [
      'PUBLISH',
      { messageExpiryInterval: 1.5 },
      'ERR_MQTT_FIELD_RANGE',
      'properties.messageExpiryInterval',
    ],
    [
      'PUBLISH',
      { messageExpiryInterval: '1' },
      'ERR_MQTT_FIELD_TYPE',
      'properties.messageExpiryInterval',
    ],
    ['PUBLISH', { contentType: null }, 'ERR_MQTT_FIELD_TYPE', 'properties.contentType'],
    ['PUBLISH', { contentType: 'a\0' }, 'ERR_MQTT_NULL_CHARACTER', 'properties.contentType'],
    ['PUBLISH', { contentType: '\ud800' }, 'ERR_MQTT_INVALID_UTF8', 'properties.contentType'],
    [
      'PUBLISH',
      { contentType: 'x'.repeat(65_536) },
      'ERR_MQTT_FIELD_TOO_LONG',
      'properties.contentType',
    ],
    ['PUBLISH', { responseTopic: '' }, 'ERR_MQTT_RESPONSE_TOPIC_EMPTY', 'properties.responseTopic'],
    [
      'PUBLISH',
      { responseTopic: 'a/#' },
      'ERR_MQTT_RESPONSE_TOPIC_WILDCARD',
      'properties.responseTopic',
    ],
    [
      'WILL',
      { responseTopic: '+' },
      'ERR_MQTT_RESPONSE_TOPIC_WILDCARD',
      'will.properties.responseTopic',
    ],
    ['PUBLISH', { responseTopic: '\0' }, 'ERR_MQTT_NULL_CHARACTER', 'properties.responseTopic'],
    [
      'PUBLISH',
      { responseTopic: 'x'.repeat(65_536) },
      'ERR_MQTT_TOPIC_TOO_LONG',
      'properties.responseTopic',
    ],
    ['PUBLISH', { correlationData: 'text' }, 'ERR_MQTT_FIELD_TYPE', 'properties.correlationData'],
    [
      'PUBLISH',
      { correlationData: new Uint8Array(65_536) },
      'ERR_MQTT_FIELD_TOO_LONG',
      'properties.correlationData',
    ],
    ['PUBLISH', { topicAlias: 0 }, 'ERR_MQTT_TOPIC_ALIAS_ZERO', 'properties.topicAlias'],
    ['PUBLISH', { topicAlias: 65_536 }, 'ERR_MQTT_FIELD_RANGE', 'properties.topicAlias'],
    [
      'PUBLISH',
      { subscriptionIdentifiers: 1 },
      'ERR_MQTT_FIELD_TYPE',
      'properties.subscriptionIdentifiers',
    ],
    [
      'PUBLISH',
      { subscriptionIdentifiers: [1, 0] },
      'ERR_MQTT_PROPERTY_VALUE',
      'properties.subscriptionIdentifiers[1]',
    ],
    [
      'SUBSCRIBE',
      { subscriptionIdentifier: 0 },
      'ERR_MQTT_PROPERTY_VALUE',
      'properties.subscriptionIdentifier',
    ],
    [
      'SUBSCRIBE',
      { subscriptionIdentifier: 268_435_456 },
      'ERR_MQTT_FIELD_RANGE',
      'properties.subscriptionIdentifier',
    ],
    ['CONNECT', { receiveMaximum: 0 }, 'ERR_MQTT_PROPERTY_VALUE', 'properties.receiveMaximum'],
    [
      'CONNECT',
      { maximumPacketSize: 0 },
      'ERR_MQTT_PROPERTY_VALUE',
      'properties.maximumPacketSize',
    ],
    [
      'CONNECT',
      { requestProblemInformation: 1 },
      'ERR_MQTT_FIELD_TYPE',
      'properties.requestProblemInformation',
    ],
    ['CONNACK', { maximumQoS: 2 }, 'ERR_MQTT_PROPERTY_VALUE', 'properties.maximumQoS'],
    [
      'CONNECT',
      { authenticationData: Uint8Array.of() },
      'ERR_MQTT_AUTHENTICATION_DATA_WITHOUT_METHOD',
      'properties.authenticationData',
    ],
    ['CONNECT', { userProperties: { a: 'b' } }, 'ERR_MQTT_FIELD_TYPE', 'properties.userProperties'],
    [
      'CONNECT',
      { userProperties: [['a', 'b'], ['a']] },
      'ERR_MQTT_FIELD_TYPE',
      'properties.userProperties[1]',
    ],
    [
      'CONNECT',
      { userProperties: [['a', 1]] },
      'ERR_MQTT_FIELD_TYPE',
      'properties.userProperties[0][1]',
    ],
    [
      'CONNECT',
      { userProperties: [['a\0', '']] },
      'ERR_MQTT_NULL_CHARACTER',
      'properties.userProperties[0][0]',
    ],
  ])('in %s: %o is %s in %s', (holder, properties, code, field) => {
    expectRefusal(packetWith(holder, properties), code, field);
  });

  test('PINGREQ has none', () => {
    const packet = { type: 'PINGREQ', properties: { userProperties: [['a', 'b']] } };
    expectRefusal(packet, 'ERR_MQTT_PROPERTY_NOT_ALLOWED', 'properties.userProperties');
    expectBytes({ type: 'PINGREQ', properties: {} }, 'C0 00');
  });
});
