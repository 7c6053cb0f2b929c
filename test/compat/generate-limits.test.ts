/** Both sides of each border beyond which mqtt-packet cuts off or sends a broken packet. */
import { describe, expect, test } from 'vitest';
import { generate } from '../../src/compat/generate.js';
import type { Packet } from '../../src/compat/types.js';
import { expectRefused, generated, type Loose, MQTT5, theirs } from './writing-support.js';

const LONGEST = 'x'.repeat(65_535);
const TOO_LONG = `${LONGEST}x`;
/** As many bytes as TOO_LONG, in fewer characters. */
const TOO_LONG_IN_BYTES = 'é'.repeat(32_768);

interface Field {
  readonly name: string;
  readonly text: string;
  readonly packet: (value: unknown) => Loose;
  /** Whether it takes bytes as well as text. */
  readonly bytes?: true;
  readonly mqtt5?: true;
}

const FIELDS: readonly Field[] = [
  { name: 'topic', text: 'topic', bytes: true, packet: (topic) => ({ cmd: 'publish', topic }) },
  {
    name: 'protocol name',
    text: 'protocolId',
    bytes: true,
    packet: (protocolId) => ({ cmd: 'connect', clientId: 'c', protocolId }),
  },
  {
    name: 'Client Identifier',
    text: 'clientId',
    bytes: true,
    packet: (clientId) => ({ cmd: 'connect', clientId }),
  },
  {
    name: 'User Name',
    text: 'username',
    bytes: true,
    packet: (username) => ({ cmd: 'connect', clientId: 'c', username }),
  },
  {
    name: 'Password',
    text: 'password',
    bytes: true,
    packet: (password) => ({ cmd: 'connect', clientId: 'c', username: 'u', password }),
  },
  {
    name: 'Will Topic',
    text: 'will topic',
    packet: (topic) => ({ cmd: 'connect', clientId: 'c', will: { topic } }),
  },
  {
    name: 'Will Payload',
    text: 'will payload',
    bytes: true,
    packet: (payload) => ({ cmd: 'connect', clientId: 'c', will: { topic: 'a', payload } }),
  },
  {
    name: 'Topic Filter of SUBSCRIBE',
    text: 'subscriptions - invalid topic',
    packet: (topic) => ({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] }),
  },
  {
    name: 'Topic Filter of UNSUBSCRIBE',
    text: 'unsubscriptions',
    packet: (topic) => ({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: [topic] }),
  },
  {
    name: 'property of text',
    text: 'contentType',
    mqtt5: true,
    packet: (contentType) => ({ cmd: 'publish', topic: 'a', properties: { contentType } }),
  },
  {
    name: 'property of bytes',
    text: 'correlationData',
    bytes: true,
    mqtt5: true,
    packet: (correlationData) => ({ cmd: 'publish', topic: 'a', properties: { correlationData } }),
  },
  {
    name: 'value of a User Property',
    text: 'userProperties',
    mqtt5: true,
    packet: (a) => ({ cmd: 'publish', topic: 'a', properties: { userProperties: { a } } }),
  },
  {
    name: 'name of a User Property',
    text: 'userProperties',
    mqtt5: true,
    packet: (name) => ({
      cmd: 'publish',
      topic: 'a',
      properties: { userProperties: { [name as string]: 'a' } },
    }),
  },
];

describe.each(FIELDS)('$name', ({ text, packet, bytes, mqtt5 }) => {
  const opts = mqtt5 ? MQTT5 : undefined;
  const refused = `Invalid ${text}: 65536 bytes, at most 65535`;

  test('65,535 bytes', () => {
    expect(generated(packet(LONGEST), opts)).toBe(theirs(packet(LONGEST), opts));
    if (!bytes) return;
    const buffer = Buffer.from(LONGEST);
    expect(generated(packet(buffer), opts)).toBe(theirs(packet(buffer), opts));
  });

  test('65,536 bytes', async () => {
    await expectRefused(refused, packet(TOO_LONG), opts);
    await expectRefused(refused, packet(TOO_LONG_IN_BYTES), opts);
    if (bytes) await expectRefused(refused, packet(Buffer.from(TOO_LONG)), opts);
  });
});

describe('Remaining Length', () => {
  // Topic `a` takes three bytes. The lengths at which another byte is needed, and all buffers the writer may use.
  const LENGTHS = [
    0, 124, 125, 511, 512, 900, 1023, 3900, 4096, 16_380, 16_381, 2_097_148, 2_097_149,
  ];

  test.each(LENGTHS)('a payload of %i bytes, as text and as bytes', (length) => {
    const text = 'p'.repeat(length);
    const expected = theirs({ cmd: 'publish', topic: 'a', payload: text });
    expect(generated({ cmd: 'publish', topic: 'a', payload: text })).toBe(expected);
    expect(generated({ cmd: 'publish', topic: 'a', payload: Buffer.from(text) })).toBe(expected);
  });

  test('at most 268,435,455', async () => {
    const payload = Buffer.alloc(268_435_455 - 2);
    const text = 'Invalid variable byte integer: 268435456';
    await expectRefused(text, { cmd: 'publish', topic: 'a', payload });
    const longText = 'p'.repeat(payload.length);
    await expectRefused(text, { cmd: 'publish', topic: 'a', payload: longText });
  });

  test.each([126, 127, 128, 129, 16_383, 16_384, 16_500])('properties of %i bytes', (length) => {
    const properties = { contentType: 'x'.repeat(length - 3), topicAlias: 1 };
    const packet = { cmd: 'publish', topic: 'a', payload: 'p', properties };
    expect(generated(packet, MQTT5)).toBe(theirs(packet, MQTT5));
  });

  test('properties of more than 2 MiB', () => {
    const userProperties = { a: Array.from({ length: 40 }, () => LONGEST) };
    const packet = { cmd: 'publish', topic: 'a', payload: 'p', properties: { userProperties } };
    expect(generated(packet, MQTT5)).toBe(theirs(packet, MQTT5));
  });

  test('lists that outgrow any buffer', () => {
    const unsubscriptions = Array.from({ length: 300 }, (_, index) => LONGEST.slice(index * 200));
    const packet = { cmd: 'unsubscribe', messageId: 1, unsubscriptions };
    expect(generated(packet)).toBe(theirs(packet));
  });
});

test('frames one after the other in the same buffer stay as they are', () => {
  const packets = Array.from({ length: 500 }, (_, index) => ({
    cmd: 'publish',
    topic: `topic/${'x'.repeat((index * 37) % 1500)}`,
    payload: 'é'.repeat(index % 60),
  }));
  const frames = packets.map((packet) => generate(packet as unknown as Packet));
  for (const [index, packet] of packets.entries()) {
    expect((frames[index] as Buffer).toString('hex')).toBe(theirs(packet));
  }
});

describe('Maximum Packet Size', () => {
  const properties = () => ({ reasonString: 'because', userProperties: { key: 'value' } });
  const optsFor = (maximumPacketSize: unknown) => ({
    protocolVersion: 5,
    properties: { maximumPacketSize },
  });
  const ACKNOWLEDGEMENTS: readonly Loose[] = [
    ...['puback', 'pubrec', 'pubrel', 'pubcomp'].map((cmd) => ({
      cmd,
      messageId: 1,
      reasonCode: 0,
    })),
    { cmd: 'suback', messageId: 1, granted: [0] },
    { cmd: 'unsuback', messageId: 1, granted: [0] },
    { cmd: 'disconnect', reasonCode: 0 },
    { cmd: 'auth', reasonCode: 0 },
  ];

  test.each(ACKNOWLEDGEMENTS)('$cmd leaves out what it can do without', (fields) => {
    const given = properties();
    const packet = { ...fields, properties: given };
    const whole = generated(packet, MQTT5);
    const size = whole.length / 2;
    const { userProperties } = given;
    const withoutReason = generated({ ...fields, properties: { userProperties } }, MQTT5);
    const bare = generated({ ...fields, properties: {} }, MQTT5);

    expect(generated(packet, optsFor(size))).toBe(whole);
    expect(generated(packet, optsFor(size - 1))).toBe(withoutReason);
    expect(generated(packet, optsFor(withoutReason.length / 2))).toBe(withoutReason);
    expect(generated(packet, optsFor(withoutReason.length / 2 - 1))).toBe(bare);
    expect(generated(packet, optsFor(bare.length / 2))).toBe(bare);
    expect(generated(packet, optsFor(bare.length / 2 - 1))).toBe('');
    expect(generated(packet, optsFor(0))).toBe(whole);
    expect(given).toEqual(properties());
    expect(theirs({ ...fields, properties: properties() }, optsFor(bare.length / 2))).toBe(bare);
  });

  test('User Properties alone are left out as well', () => {
    const packet = { cmd: 'puback', messageId: 1, reasonCode: 0x10 };
    const { userProperties } = properties();
    const opts = optsFor(10);
    expect(generated({ ...packet, properties: { userProperties } }, opts)).toBe('400400011000');
  });

  test.each(['connack', 'publish'])('%s is not looked at', (cmd) => {
    const packet = { cmd, reasonCode: 0, topic: 'a', properties: properties() };
    expect(generated(packet, optsFor(1))).toBe(theirs(packet, MQTT5));
  });
});
