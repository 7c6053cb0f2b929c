/** What is refused: with mqtt-packet's text and in its order, or with a text of ours where it would cut off or send garbage. */
import { describe, expect, test } from 'vitest';
import {
  expectRefused,
  generated,
  type Loose,
  MQTT5,
  messageOf,
  theirs,
} from './writing-support.js';

const connect = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'c' };
const publish = { cmd: 'publish', topic: 'a', qos: 1, messageId: 1 };
const subscribe = { cmd: 'subscribe', messageId: 1 };
const withProperties = (properties: Loose) => ({ ...publish, properties });

type Refused = readonly [text: string, packet: Loose, opts?: object];

const cases = (refused: readonly Refused[]) =>
  refused.map(([text, packet, opts]) => ({ text, packet, opts }));

/** Each text, from a packet that has a second fault behind the first where there can be one. */
const AS_MQTT_PACKET: readonly Refused[] = [
  ['Unknown command', {}],
  ['Unknown command', { cmd: 'toString' }],
  ['Invalid protocolId', { ...connect, protocolId: 42, protocolVersion: 6 }],
  ['Invalid protocolId', { ...connect, protocolId: {} }],
  ['Invalid protocol version', { ...connect, protocolVersion: 6, keepalive: -1 }],
  ['Invalid protocol version', { ...connect, protocolVersion: '4' }],
  [
    'clientId must be supplied before 3.1.1',
    { ...connect, protocolVersion: 3, clientId: '', clean: false, keepalive: 'x' },
  ],
  [
    'clientId must be given if cleanSession set to 0',
    { ...connect, clientId: '', clean: false, keepalive: 'x' },
  ],
  ['Invalid keepalive', { ...connect, keepalive: 'hello', will: 42 }],
  ['Invalid keepalive', { ...connect, keepalive: 65_536 }],
  ['Invalid keepalive', { ...connect, keepalive: -1 }],
  ['Invalid keepalive', { ...connect, keepalive: 0.5 }],
  ['Invalid will', { ...connect, will: 42, username: 42 }],
  ['Invalid will topic', { ...connect, will: { payload: 42 } }],
  ['Invalid will topic', { ...connect, will: { topic: Buffer.from('a') } }],
  ['Invalid will payload', { ...connect, will: { topic: 'a', payload: 42 }, username: 42 }],
  ['Invalid username', { ...connect, username: 42, password: 42 }],
  ['Username is required to use password', { ...connect, password: 42 }],
  ['Invalid password', { ...connect, username: 'u', password: 42 }],
  ['Invalid return code', { cmd: 'connack', reasonCode: 0 }],
  ['Invalid return code', { cmd: 'connack', returnCode: 0, properties: { x: 1 } }, MQTT5],
  ['Invalid topic', { ...publish, topic: undefined, messageId: undefined }],
  ['Invalid topic', { ...publish, topic: 42 }],
  ['Invalid messageId', { ...publish, messageId: undefined, properties: { x: 1 } }, MQTT5],
  ...[
    'puback',
    'pubrec',
    'pubrel',
    'pubcomp',
    'subscribe',
    'suback',
    'unsubscribe',
    'unsuback',
  ].map(
    (cmd): Refused => ['Invalid messageId', { cmd, messageId: 'a', properties: { x: 1 } }, MQTT5],
  ),
  ['Invalid subscriptions', { ...subscribe }],
  ['Invalid subscriptions', { ...subscribe, subscriptions: [] }],
  ['Invalid subscriptions', { ...subscribe, subscriptions: 'abc' }],
  ['Invalid subscriptions - invalid topic', { ...subscribe, subscriptions: [{ topic: 1 }] }],
  ['Invalid subscriptions - invalid qos', { ...subscribe, subscriptions: [{ topic: 'a' }] }],
  [
    'Invalid subscriptions - invalid No Local',
    { ...subscribe, subscriptions: [{ topic: 'a', qos: 0, nl: 1, rap: 1, rh: 3 }] },
    MQTT5,
  ],
  [
    'Invalid subscriptions - invalid Retain as Published',
    { ...subscribe, subscriptions: [{ topic: 'a', qos: 0, rap: 1, rh: 3 }] },
    MQTT5,
  ],
  [
    'Invalid subscriptions - invalid Retain Handling',
    { ...subscribe, subscriptions: [{ topic: 'a', qos: 0, rh: 3 }] },
    MQTT5,
  ],
  ['Invalid qos vector', { cmd: 'suback', messageId: 1, granted: ['0'], properties: { x: 1 } }],
  ['Invalid qos vector', { cmd: 'suback', messageId: 1, granted: [] }],
  ['Invalid qos vector', { cmd: 'unsuback', messageId: 1 }, MQTT5],
  ['Invalid unsubscriptions', { cmd: 'unsubscribe', messageId: 1, unsubscriptions: [1] }],
  ['Invalid unsubscriptions', { cmd: 'unsubscribe', messageId: 1 }],
  ['Invalid mqtt version for auth packet', { cmd: 'auth', properties: { x: 1 } }],
  ['Invalid property x: 1', withProperties({ x: 1 }), MQTT5],
  ['Invalid property constructor: 1', withProperties({ constructor: 1 }), MQTT5],
  ['Invalid payloadFormatIndicator: 1', withProperties({ payloadFormatIndicator: 1 }), MQTT5],
  ['Invalid maximumQoS: 256', withProperties({ maximumQoS: 256 }), MQTT5],
  ['Invalid topicAlias: -100', withProperties({ topicAlias: -100, x: 1 }), MQTT5],
  ['Invalid topicAlias: 65536', withProperties({ topicAlias: 65_536 }), MQTT5],
  ['Invalid messageExpiryInterval: -1', withProperties({ messageExpiryInterval: -1 }), MQTT5],
  [
    'Invalid messageExpiryInterval: 4294967296',
    withProperties({ messageExpiryInterval: 2 ** 32 }),
    MQTT5,
  ],
  [
    'Invalid subscriptionIdentifier: 268435456',
    withProperties({ subscriptionIdentifier: 268_435_456 }),
    MQTT5,
  ],
  ['Invalid contentType: 1', withProperties({ contentType: 1 }), MQTT5],
  ['Invalid contentType: null', withProperties({ contentType: null }), MQTT5],
  ['Invalid contentType: undefined', withProperties({ contentType: [undefined] }), MQTT5],
  ['Invalid userProperties: a', withProperties({ userProperties: 'a' }), MQTT5],
];

describe('as mqtt-packet refuses it', () => {
  test.each(cases(AS_MQTT_PACKET))('$text: $packet', async ({ text, packet, opts }) => {
    expect(messageOf(() => theirs(packet, opts))).toBe(text);
    await expectRefused(text, packet, opts);
  });
});

/** What mqtt-packet cuts off, sends as a broken packet, or throws a TypeError of Node.js for. */
const AS_WE_REFUSE: readonly Refused[] = [
  ['Invalid clientId: 42', { ...connect, clientId: 42 }],
  ['Invalid will qos: 3', { ...connect, will: { topic: 'a', qos: 3 } }],
  ['Invalid will payload', { ...connect, will: { topic: 'a', payload: [1] } }],
  ['Invalid qos: 3', { ...publish, qos: 3 }],
  ['Invalid payload: 42', { ...publish, payload: 42 }],
  ['Invalid payload: [object Object]', { ...publish, payload: {} }],
  ['Invalid messageId: 65536', { ...publish, messageId: 65_536 }],
  ['Invalid messageId: -1', { ...publish, messageId: -1 }],
  ['Invalid messageId: 0.5', { cmd: 'puback', messageId: 0.5 }],
  ['Invalid messageId: NaN', { cmd: 'pubrel', messageId: Number.NaN }],
  ['Invalid return code: 256', { cmd: 'connack', returnCode: 256 }],
  ['Invalid reasonCode: 256', { cmd: 'puback', messageId: 1, reasonCode: 256 }, MQTT5],
  ['Invalid reasonCode: 0.5', { cmd: 'disconnect', reasonCode: 0.5 }, MQTT5],
  ['Invalid reasonCode: -1', { cmd: 'auth', reasonCode: -1 }, MQTT5],
  ['Invalid qos vector', { cmd: 'suback', messageId: 1, granted: [256] }],
  ['Invalid subscriptions', { ...subscribe, subscriptions: null }],
  ['Invalid subscriptions - invalid topic', { ...subscribe, subscriptions: [null] }],
  [
    'Invalid subscriptions - invalid qos',
    { ...subscribe, subscriptions: [{ topic: 'a', qos: 3 }] },
  ],
  [
    'Invalid subscriptions - invalid Retain Handling',
    { ...subscribe, subscriptions: [{ topic: 'a', qos: 0, rh: -1 }] },
    MQTT5,
  ],
  ['Invalid unsubscriptions', { cmd: 'unsubscribe', messageId: 1, unsubscriptions: null }],
  ['Invalid maximumQoS: 0.5', withProperties({ maximumQoS: 0.5 }), MQTT5],
  ['Invalid topicAlias: 0.5', withProperties({ topicAlias: 0.5 }), MQTT5],
  ['Invalid messageExpiryInterval: NaN', withProperties({ messageExpiryInterval: NaN }), MQTT5],
  ['Invalid subscriptionIdentifier: 0.5', withProperties({ subscriptionIdentifier: 0.5 }), MQTT5],
  ['Invalid correlationData: 42', withProperties({ correlationData: 42 }), MQTT5],
  ['Invalid correlationData: null', withProperties({ correlationData: null }), MQTT5],
  ['Invalid userProperties: null', withProperties({ userProperties: null }), MQTT5],
  [
    'Invalid userProperties: a: undefined',
    withProperties({ userProperties: { a: undefined } }),
    MQTT5,
  ],
  ['Invalid property x: object', withProperties({ x: Object.create(null) }), MQTT5],
];

describe('as mqtt-packet does not refuse it', () => {
  test.each(cases(AS_WE_REFUSE))('$text: $packet', async ({ text, packet, opts }) => {
    expect(messageOf(() => theirs(packet, opts))).not.toBe(text);
    await expectRefused(text, packet, opts);
  });

  test.each([undefined, null])('Unknown command: %s', async (packet) => {
    await expectRefused('Unknown command', packet as unknown as Loose);
  });

  test('a text that throws is an error like others', async () => {
    const value = {
      toString() {
        throw new Error('no text');
      },
    };
    await expectRefused('no text', withProperties({ userProperties: { value } }), MQTT5);
  });
});

test('after an error the next frame is as ever', () => {
  const wrong = withProperties({ userProperties: { a: Object.create(null) } });
  expect(messageOf(() => generated(wrong, MQTT5))).not.toBe('no error');
  expect(generated(publish)).toBe('3205000161' + '0001');
});
