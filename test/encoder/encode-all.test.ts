/** Many packets in one buffer: the bytes of each in turn, or nothing, and nothing learnt. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Encoder } from '../../src/encoder/encoder.js';
import type { EncodablePacket } from '../../src/protocol/packets.js';
import { packet } from '../support/arbitraries.js';
import { packet5 } from '../support/arbitraries-5.js';
import { asHex, errorOf } from './support.js';

function oneByOne(encoder: Encoder, packets: readonly EncodablePacket[]): string {
  return asHex(Buffer.concat(packets.map((packet) => encoder.encode(packet))));
}

const puback = (packetIdentifier: number): EncodablePacket => ({
  type: 'PUBACK',
  packetIdentifier,
});
const publish = (topic: string, payload: Uint8Array | string): EncodablePacket => ({
  type: 'PUBLISH',
  topic,
  payload,
});
const wrong = publish('a/+', '');

test.each([
  ['MQTT 3.1.1 and 3.1', packet, {}],
  ['MQTT 5.0', packet5, { protocolVersion: 5 }],
  [
    'MQTT 5.0, aliases',
    packet5,
    { protocolVersion: 5, assignTopicAliases: true, topicAliasMaximum: 65_535 },
  ],
] as const)('any packets of %s', (_, packet, options) => {
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 20 }), (packets) => {
      const bytes = new Encoder(options).encodeAll(new Set(packets));
      expect(asHex(bytes)).toBe(oneByOne(new Encoder(options), packets));
    }),
    { numRuns: 200 },
  );
});

test.each([0, 1, 100, 4000, 4090, 4096, 65_400, 65_536, 200_000])(
  'payloads of %i bytes among small packets, more than a block',
  (length) => {
    const packets = Array.from({ length: 120 }, (_, index) =>
      index % 7 === 0 ? publish('t', new Uint8Array(length).fill(index)) : puback(index + 1),
    );
    const encoder = new Encoder();
    const bytes = encoder.encodeAll(packets);
    expect(asHex(bytes)).toBe(oneByOne(new Encoder(), packets));
    const before = asHex(bytes);
    encoder.encodeAll(packets.toReversed());
    expect(asHex(bytes)).toBe(before);
  },
);

test('a text that is not plain after all is written by the other way', () => {
  const packets = [puback(1), publish('é', ''), publish('t', 'é'), puback(2)];
  expect(asHex(new Encoder().encodeAll(packets))).toBe(oneByOne(new Encoder(), packets));
});

test('a CONNECT and a payload in parts stand among others', () => {
  const packets: EncodablePacket[] = [
    { type: 'CONNECT', protocolLevel: 5, clientIdentifier: 'c' },
    { type: 'PUBACK', packetIdentifier: 1, reasonCode: 16 },
    { type: 'PUBLISH_START', topic: 't', payloadLength: 3 },
    { type: 'PUBLISH_PART', payload: Uint8Array.of(1, 2, 3) },
    { type: 'PUBLISH_END' },
    publish('t', ''),
  ];
  const encoder = new Encoder();
  expect(asHex(encoder.encodeAll(packets))).toBe(oneByOne(new Encoder(), packets));
  expect(encoder.protocolVersion).toBe(5);
});

test('no packets are no bytes', () => {
  expect(new Encoder().encodeAll([]).length).toBe(0);
});

test('what is no list of packets is a TypeError', () => {
  expect(() => new Encoder().encodeAll(5 as never)).toThrow(TypeError);
  expect(() => new Encoder().encodeAll([undefined] as never)).toThrow(TypeError);
});

describe('when one is refused', () => {
  test('the error is its own', () => {
    const error = errorOf(() => new Encoder().encodeAll([puback(1), wrong, puback(0)]));
    expect(error).toMatchObject({ code: 'ERR_MQTT_TOPIC_NAME_WILDCARD', field: 'topic' });
  });

  test('no version has been learnt', () => {
    const encoder = new Encoder();
    const connect: EncodablePacket = { type: 'CONNECT', protocolLevel: 5, clientIdentifier: 'c' };
    expect(() => encoder.encodeAll([connect, wrong])).toThrow();
    expect(encoder.protocolVersion).toBe(4);
    expect(asHex(encoder.encode(publish('t', '')))).toBe('3003000174');
  });

  test('no payload has been started, continued or ended', () => {
    const encoder = new Encoder();
    const start: EncodablePacket = { type: 'PUBLISH_START', topic: 't', payloadLength: 2 };
    const part: EncodablePacket = { type: 'PUBLISH_PART', payload: Uint8Array.of(1) };
    const end: EncodablePacket = { type: 'PUBLISH_END' };
    expect(() => encoder.encodeAll([start, wrong])).toThrow();
    expect(asHex(encoder.encodeAll([puback(1), start, part]))).toBe('40020001' + '300500017401');
    expect(() => encoder.encodeAll([part, end, wrong])).toThrow();
    expect(asHex(encoder.encodeAll([part, end, puback(2)]))).toBe('01' + '40020002');
  });

  test('no alias has been given or taken', () => {
    const options = { protocolVersion: 5, assignTopicAliases: true, topicAliasMaximum: 2 } as const;
    const encoder = new Encoder(options);
    const other = new Encoder(options);
    const packets = ['aaaa', 'bbbb', 'aaaa', 'cccc', 'dddd'].map((topic) => publish(topic, ''));
    const ownAlias: EncodablePacket = {
      type: 'PUBLISH',
      topic: 'own',
      properties: { topicAlias: 1 },
    };
    for (const before of [[], packets.slice(0, 1), packets.slice(0, 3)]) {
      expect(asHex(encoder.encodeAll(before))).toBe(oneByOne(other, before));
      expect(() => encoder.encodeAll([...packets, ownAlias, wrong])).toThrow();
    }
    expect(asHex(encoder.encodeAll(packets))).toBe(oneByOne(other, packets));
  });

  test('nothing of it stands in the next buffer', () => {
    const encoder = new Encoder();
    expect(() => encoder.encodeAll([puback(1), publish('é', ''), wrong])).toThrow();
    expect(asHex(encoder.encodeAll([puback(7)]))).toBe('40020007');
  });
});

test('a packet that encodes others while it is read does not get into their way', () => {
  const encoder = new Encoder();
  const nosy = {
    type: 'PUBLISH',
    topic: 't',
    get payload() {
      new Encoder().encodeAll([puback(9), puback(9)]);
      return 'p';
    },
  } as const;
  expect(asHex(encoder.encodeAll([puback(1), nosy, puback(2)]))).toBe(
    '40020001' + '300400017470' + '40020002',
  );
});
