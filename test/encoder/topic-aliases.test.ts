/** Topic Aliases that the encoder gives by itself, and those that packets bring along. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Encoder } from '../../src/encoder/encoder.js';
import type { EncodablePublishPacket } from '../../src/protocol/packets.js';
import { asHex, errorOf, expectBytes, expectRefusal } from './support.js';

function encoderWith(topicAliasMaximum: number, maximumPacketSize = 1000): Encoder {
  return new Encoder({
    protocolVersion: 5,
    topicAliasMaximum,
    assignTopicAliases: true,
    maximumPacketSize,
  });
}

function publish(topic: string, topicAlias?: number): EncodablePublishPacket {
  return topicAlias === undefined
    ? { type: 'PUBLISH', topic }
    : { type: 'PUBLISH', topic, properties: { topicAlias } };
}

/** Topic and alias of a PUBLISH at QoS 0 without any other property. */
function read(bytes: Uint8Array): { topic: string; alias: number | undefined } {
  const buffer = Buffer.from(bytes);
  const length = buffer.readUInt16BE(2);
  const topic = buffer.toString('utf8', 4, 4 + length);
  const properties = buffer[4 + length] as number;
  return { topic, alias: properties === 0 ? undefined : buffer.readUInt16BE(4 + length + 2) };
}

test('first topic and alias, then the alias alone, then the alias used longest ago anew', () => {
  const encoder = encoderWith(2);
  const sent = ['aaaa', 'bbbb', 'aaaa', 'cccc', 'aaaa', 'bbbb'].map((topic) =>
    read(encoder.encode(publish(topic))),
  );
  expect(sent).toEqual([
    { topic: 'aaaa', alias: 1 },
    { topic: 'bbbb', alias: 2 },
    { topic: '', alias: 1 },
    { topic: 'cccc', alias: 2 },
    { topic: '', alias: 1 },
    { topic: 'bbbb', alias: 2 },
  ]);
});

test('the alias stands behind the properties of the packet, which is left as it was', () => {
  const encoder = encoderWith(1);
  const packet = Object.freeze({
    type: 'PUBLISH',
    topic: 'aaaa',
    qos: 1,
    dup: true,
    retain: true,
    packetIdentifier: 5,
    properties: Object.freeze({ contentType: 'c', topicAlias: undefined }),
    payload: 'p',
  } as const);
  expect(asHex(encoder.encode(packet))).toBe('3b11000461616161000507030001632300' + '0170');
  expect(asHex(encoder.encode(packet))).toBe('3b0d00000005' + '0703000163' + '230001' + '70');
});

test('no alias for short topics, in MQTT 3.1.1, or where the maximum is 0', () => {
  const encoder = encoderWith(5);
  expect(read(encoder.encode(publish('abc')))).toEqual({ topic: 'abc', alias: undefined });
  expect(read(encoder.encode(publish('日本')))).toEqual({ topic: '日本', alias: 1 });
  expect(read(encoderWith(0).encode(publish('aaaa')))).toEqual({ topic: 'aaaa', alias: undefined });
  encoder.protocolVersion = 4;
  expect(asHex(encoder.encode(publish('aaaa')))).toBe('3006000461616161');
});

test('nothing changes by encodedLength() or by a packet that fails', () => {
  const encoder = encoderWith(1);
  for (let round = 0; round < 3; round++) {
    expect(encoder.encodedLength(publish('aaaa'))).toBe(12);
    expect(() => encoder.encodeInto(publish('aaaa'), new Uint8Array(11))).toThrow(RangeError);
    expect(() => encoder.encode({ ...publish('aaaa'), dup: true })).toThrow();
  }
  expect(encoder.encode(publish('aaaa'))).toHaveLength(12);
  expect(encoder.encodedLength(publish('aaaa'))).toBe(8);
  expect(encoder.encode(publish('aaaa'))).toHaveLength(8);
});

test('a new alias that would make the packet too large is left out', () => {
  const encoder = encoderWith(1, 11);
  expect(read(encoder.encode(publish('aaaa')))).toEqual({ topic: 'aaaa', alias: undefined });
  const enough = encoderWith(1, 12);
  expect(read(enough.encode(publish('aaaa')))).toEqual({ topic: 'aaaa', alias: 1 });
  expect(errorOf(() => encoderWith(1, 8).encode(publish('aaaa'))).code).toBe(
    'ERR_MQTT_PACKET_TOO_LARGE',
  );
});

test('an alias that a packet brings along is the callers from then on', () => {
  const encoder = encoderWith(2);
  encoder.encode(publish('aaaa')); // 1
  expect(read(encoder.encode(publish('mine', 1)))).toEqual({ topic: 'mine', alias: 1 });
  expect(read(encoder.encode(publish('aaaa')))).toEqual({ topic: 'aaaa', alias: 2 });
  expect(read(encoder.encode(publish('bbbb')))).toEqual({ topic: 'bbbb', alias: 2 });
  expect(read(encoder.encode(publish('', 1)))).toEqual({ topic: '', alias: 1 });
  encoder.encode(publish('also mine', 2));
  expect(read(encoder.encode(publish('bbbb')))).toEqual({ topic: 'bbbb', alias: undefined });
});

test('a CONNECT begins a connection without aliases', () => {
  const encoder = encoderWith(1);
  encoder.encode(publish('aaaa'));
  encoder.encode({ type: 'CONNECT' });
  expect(read(encoder.encode(publish('aaaa')))).toEqual({ topic: 'aaaa', alias: 1 });
});

test('the beginning of a payload in parts has an alias as well', () => {
  const encoder = encoderWith(1);
  const start = { type: 'PUBLISH_START', topic: 'aaaa', payloadLength: 0 } as const;
  expect(asHex(encoder.encode(start))).toBe('300a00046161616103230001');
  encoder.encode({ type: 'PUBLISH_END' });
  expect(encoder.encodedLength(start)).toBe(8);
  const [head, payload] = encoder.encodeParts({ ...publish('aaaa'), payload: Uint8Array.of(7) });
  expect([asHex(head as Uint8Array), payload]).toEqual(['3007000003230001', Uint8Array.of(7)]);
});

test('an explicit alias may be as large as the maximum', () => {
  const packet = { type: 'PUBLISH', topic: 't', properties: { topicAlias: 3 } };
  const bytes = '30 07 0001 74 03 23 0003';
  expectBytes(packet, bytes, { protocolVersion: 5, topicAliasMaximum: 3 });
  expectBytes(packet, bytes, { protocolVersion: 5 });
  const options = { protocolVersion: 5, topicAliasMaximum: 2 } as const;
  expectRefusal(packet, 'ERR_MQTT_TOPIC_ALIAS_TOO_LARGE', 'properties.topicAlias', options);
});

test('a receiver that resolves aliases sees the right topics', () => {
  const topics = fc.array(
    fc.record({
      topic: fc.constantFrom('a', 'aaaa', 'bbbbb', 'cccc/d', 'dddd', 'eeee', 'öö', 'ffff/g/h'),
      explicit: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 6, nil: undefined }),
    }),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), topics, (maximum, packets) => {
      const encoder = encoderWith(maximum);
      const known = new Map<number, string>();
      for (const { topic, explicit } of packets) {
        const packet = publish(
          topic,
          explicit !== undefined && explicit <= maximum ? explicit : undefined,
        );
        const length = encoder.encodedLength(packet);
        const bytes = encoder.encode(packet);
        expect(bytes).toHaveLength(length);
        const seen = read(bytes);
        if (seen.alias !== undefined) {
          expect(seen.alias).toBeLessThanOrEqual(maximum);
          if (seen.topic !== '') known.set(seen.alias, seen.topic);
        }
        expect(seen.topic === '' ? known.get(seen.alias as number) : seen.topic).toBe(topic);
      }
    }),
  );
});
