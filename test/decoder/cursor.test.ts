/** The cursor over a batch: the same values as the packets have, and nothing behind its time. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/decoder/decoder.js';
import { encode } from '../../src/encoder/encoder.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { TopicMap } from '../../src/topic-map.js';
import { packet } from '../support/arbitraries.js';
import { packet5 } from '../support/arbitraries-5.js';
import { SCANNERS } from '../support/decode.js';
import { hex } from '../support/hex.js';

/** The fields of a packet as a cursor gives them. */
function fieldsOf(packet: ControlPacket): Record<string, unknown> {
  const fields = packet as Partial<Record<string, unknown>>;
  const payload = fields.payload as Uint8Array | undefined;
  return {
    type: packet.type,
    qos: fields.qos ?? 0,
    dup: fields.dup ?? false,
    retain: fields.retain ?? false,
    topic: fields.topic,
    packetIdentifier: fields.packetIdentifier ?? 0,
    payload,
    payloadLength: fields.payloadLength ?? payload?.length ?? 0,
    properties: fields.properties,
  };
}

describe.each(SCANNERS)('%s', (scanner) => {
  /** A batch of `bytes`, and a cursor on its first frame. */
  function cursorOf(bytes: Uint8Array) {
    const batch = new Decoder({ scanner }).push(bytes);
    const cursor = batch.cursor();
    cursor.next();
    return { batch, cursor };
  }

  test.each([
    ['3.1.1', packet, 4],
    ['5.0', packet5, 5],
  ] as const)('gives the values of the packets of MQTT %s', (_, arbitrary, protocolVersion) => {
    const options = { scanner, protocolVersion, state: 'unchecked' } as const;
    const isOf = (one: ControlPacket) =>
      one.type !== 'CONNECT' || one.protocolLevel === protocolVersion;
    fc.assert(
      fc.property(fc.array(arbitrary.filter(isOf), { minLength: 1, maxLength: 8 }), (packets) => {
        const chunk = Buffer.concat(packets.map((one) => encode(one, { protocolVersion })));
        const batch = new Decoder(options).push(chunk);
        const expected = [...batch.packets()];
        let at = 0;
        let index = 0;
        for (const cursor = batch.cursor(); cursor.next(); index++) {
          const { type, qos, dup, retain, topic, packetIdentifier } = cursor;
          const { payload, payloadLength, properties, bytes, offset, remainingLength } = cursor;
          const seen = { type, qos, dup, retain, topic, packetIdentifier };
          expect({ ...seen, payload, payloadLength, properties }).toEqual(
            fieldsOf(expected[index] as ControlPacket),
          );
          expect(cursor.packet()).toEqual(expected[index]);
          expect(offset).toBe(at);
          expect(bytes).toEqual(chunk.subarray(at, at + bytes.length));
          expect(remainingLength).toBeLessThan(bytes.length);
          at += bytes.length;
        }
        expect(index).toBe(expected.length);
        expect(at).toBe(chunk.length);
      }),
      { numRuns: 60 },
    );
  });

  test('shows the pieces of a PUBLISH in parts', () => {
    const decoder = new Decoder({ scanner, publishPartsAbove: 10 });
    const frame = encode({
      type: 'PUBLISH',
      topic: 'a/b',
      payload: 'x'.repeat(20),
      qos: 1,
      packetIdentifier: 7,
    });
    const seen: unknown[] = [];
    for (const chunk of [frame.subarray(0, 15), frame.subarray(15)]) {
      for (const cursor = decoder.push(chunk).cursor(); cursor.next(); ) {
        const { type, qos, topic, packetIdentifier, payload, payloadLength } = cursor;
        seen.push([type, qos, topic, packetIdentifier, payload?.toString(), payloadLength]);
      }
    }
    expect(seen).toEqual([
      ['PUBLISH_START', 1, 'a/b', 7, undefined, 20],
      ['PUBLISH_PART', 0, undefined, 0, 'x'.repeat(6), 6],
      ['PUBLISH_PART', 0, undefined, 0, 'x'.repeat(14), 14],
      ['PUBLISH_END', 0, undefined, 0, undefined, 0],
    ]);
  });

  test('a topic has one number in all decoders of the thread, and one text', () => {
    const frame = encode({ type: 'PUBLISH', topic: `cursor/${scanner}/temperature` });
    const numbers: number[] = [];
    for (let index = 0; index < 3; index++) {
      const cursor = new Decoder({ scanner }).push(frame.slice()).cursor();
      cursor.next();
      numbers.push(cursor.topicId);
      expect(cursor.topic).toBe(`cursor/${scanner}/temperature`);
    }
    expect(numbers[0]).toBeGreaterThan(0);
    expect(new Set(numbers).size).toBe(1);
  });

  test('a Topic Alias that is resolved has the number of its topic', () => {
    const decoder = new Decoder({
      scanner,
      protocolVersion: 5,
      topicAliasMaximum: 4,
      resolveTopicAliases: true,
    });
    const topics = ['alias/one', ''].map((topic) =>
      encode({ type: 'PUBLISH', topic, properties: { topicAlias: 3 } }, { protocolVersion: 5 }),
    );
    const seen: unknown[] = [];
    for (const cursor = decoder.push(Buffer.concat(topics)).cursor(); cursor.next(); ) {
      seen.push([cursor.topicId, cursor.topic]);
    }
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual(seen[0]);
    expect((seen[0] as [number, string])[0]).toBeGreaterThan(0);
  });

  test('a Topic Alias is resolved for a PUBLISH in parts as well, whether its topic has a number or not', () => {
    for (const topic of ['short', 'long'.repeat(50)]) {
      const decoder = new Decoder({
        scanner,
        protocolVersion: 5,
        topicAliasMaximum: 4,
        resolveTopicAliases: true,
        publishPartsAbove: 300,
      });
      const frames = [topic, ''].map((name, index) =>
        encode(
          {
            type: 'PUBLISH',
            topic: name,
            payload: 'x'.repeat(index * 400),
            properties: { topicAlias: 3 },
          },
          { protocolVersion: 5 },
        ),
      );
      const seen: unknown[] = [];
      for (const cursor = decoder.push(Buffer.concat(frames)).cursor(); cursor.next(); ) {
        seen.push([cursor.type, cursor.topic]);
      }
      expect(seen).toEqual([
        ['PUBLISH', topic],
        ['PUBLISH_START', topic],
        ['PUBLISH_PART', undefined],
        ['PUBLISH_END', undefined],
      ]);
    }
  });

  test('throws the error of a batch without frames also after another scan', () => {
    const cursor = new Decoder({ scanner }).push(hex('F0 00')).cursor();
    cursorOf(hex('C0 00'));
    expect(() => cursor.next()).toThrow(
      expect.objectContaining({ code: 'ERR_MQTT_RESERVED_PACKET_TYPE' }),
    );
  });

  test('delivers what came before an error, then throws it, as often as one asks', () => {
    const cursor = new Decoder({ scanner }).push(hex('C0 00 C0 00 F0 00')).cursor();
    expect(cursor.next()).toBe(true);
    expect(cursor.next()).toBe(true);
    for (let again = 0; again < 2; again++) {
      expect(() => cursor.next()).toThrow(
        expect.objectContaining({ code: 'ERR_MQTT_RESERVED_PACKET_TYPE' }),
      );
    }
  });

  test('has nothing to read before the first frame and behind the last', () => {
    const cursor = new Decoder({ scanner }).push(hex('C0 00')).cursor();
    expect(() => cursor.type).toThrow(RangeError);
    expect(cursor.next()).toBe(true);
    expect(cursor.type).toBe('PINGREQ');
    expect(cursor.next()).toBe(false);
    expect(cursor.next()).toBe(false);
    expect(() => cursor.topicId).toThrow(RangeError);
  });

  test('is stale when another decoder has scanned', () => {
    const message = encode({ type: 'PUBLISH', topic: 'stale', payload: 'kept' });
    const { cursor } = cursorOf(Buffer.concat([message, message]));
    cursorOf(message);
    const stale = expect.objectContaining({ code: 'ERR_MQTT_STALE_BATCH' });
    for (const use of [
      () => cursor.next(),
      () => cursor.type,
      () => cursor.qos,
      () => cursor.dup,
      () => cursor.retain,
      () => cursor.topicId,
      () => cursor.topic,
      () => cursor.packetIdentifier,
      () => cursor.payload,
      () => cursor.payloadLength,
      () => cursor.properties,
      () => cursor.bytes,
      () => cursor.offset,
      () => cursor.remainingLength,
      () => cursor.packet(),
    ]) {
      expect(use).toThrow(stale);
    }
  });

  test('goes on over rows of its own when its batch is detached in between', () => {
    const frames = ['one', 'two'].map((topic) => encode({ type: 'PUBLISH', topic }));
    const { batch, cursor } = cursorOf(Buffer.concat(frames));
    batch.detach();
    new Decoder({ scanner }).push(hex('C0 00'));
    expect(cursor.topic).toBe('one');
    cursor.next();
    expect(cursor.topic).toBe('two');
  });
});

describe('TopicMap', () => {
  test('keeps one value a place, and tells the old number from the new', () => {
    const map = new TopicMap<string>();
    map.set(5, 'five');
    map.set(16_384, 'last place');
    expect([map.get(5), map.get(16_384), map.get(6), map.get(0)]).toEqual([
      'five',
      'last place',
      undefined,
      undefined,
    ]);
    map.set(5 + 16_384, 'successor');
    expect([map.get(5), map.get(5 + 16_384)]).toEqual([undefined, 'successor']);
    map.set(5, 'of an old batch');
    expect([map.get(5), map.get(5 + 16_384)]).toEqual([undefined, 'successor']);
    map.clear();
    expect([map.get(16_384), map.get(5 + 16_384)]).toEqual([undefined, undefined]);
  });

  test('knows nothing of number 0', () => {
    const map = new TopicMap<string>();
    map.set(0, 'nothing');
    expect(map.get(0)).toBeUndefined();
    map.set(16_384, 'last place');
    expect(map.get(0)).toBeUndefined();
  });
});
