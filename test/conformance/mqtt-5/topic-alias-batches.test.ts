/** Topic Aliases that are resolved (section 3.3.2.3.4) from batch to batch and from connection to connection. */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import type { DecoderOptions } from '../../../src/decoder/options.js';
import type { MqttError } from '../../../src/errors.js';
import type { PublishPacket } from '../../../src/protocol/packets.js';
import { CONNECT_5, PINGRESP } from '../../support/conformance.js';
import { decodeChunks, SCANNERS } from '../../support/decode.js';
import { join } from '../../support/hex.js';
import { publish, TO_ANY, TO_CLIENT, TO_SERVER } from './topic-aliases.js';

/** The Topic Names that come of a stream in chunks. */
function topicsOf(chunks: Iterable<Uint8Array>, options: DecoderOptions): readonly unknown[] {
  const { packets, error } = decodeChunks(chunks, options);
  expect(error).toBe(undefined);
  return packets.map((one) => (one.type === 'PUBLISH' ? one.topic : one.type));
}

/** A decoder of a Client with each scanner, since all share what they write rows to. */
function decoders(): Decoder[] {
  return SCANNERS.map((scanner) => new Decoder({ ...TO_CLIENT, protocolVersion: 5, scanner }));
}

function topicsIn(packets: Iterable<object>): unknown[] {
  return Array.from(packets, (one) => (one as PublishPacket).topic);
}

function errorOf(decoder: Decoder, bytes: Uint8Array): Partial<MqttError> | undefined {
  return decoder.push(bytes).error;
}

describe('batches', () => {
  const manifold = join(
    publish('a', 1),
    publish('', 1),
    publish('b', 1),
    publish('', 1),
    publish('a', 2),
    publish('', 1),
    publish('', 2),
    publish('c', 1),
    publish('', 1),
  );
  const topics = ['a', 'a', 'b', 'b', 'a', 'b', 'a', 'c', 'c'];

  it('option resolveTopicAliases: an alias given anew in the middle of a chunk', () => {
    for (const decoder of decoders()) {
      const batch = decoder.push(manifold);
      expect(topicsIn(batch.packets())).toEqual(topics);
      expect(topicsIn(batch.packets())).toEqual(topics);
      expect(topicsIn(Array.from(batch, (one) => one.packet()))).toEqual(topics);
      expect(topics.map((_, index) => batch.packetAt(index))).toMatchObject(
        topics.map((topic) => ({ topic })),
      );
      expect(topicsIn(decoder.push(publish('', 2)).packets())).toEqual(['a']);
    }
  });

  it('option resolveTopicAliases: the bytes of a frame stay as they are', () => {
    for (const decoder of decoders()) {
      const batch = decoder.push(join(publish('a', 1), publish('', 1)));
      expect(Array.from(batch, ({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual([
        '3009000161032300016869',
        '30080000032300016869',
      ]);
    }
  });

  it('option resolveTopicAliases: a detached batch keeps the Topic Names of its time', () => {
    for (const decoder of decoders()) {
      const first = decoder.push(join(publish('a', 1), publish('', 1))).detach();
      const second = decoder.push(join(publish('', 1), publish('b', 1), publish('', 1))).detach();
      expect(topicsIn(second.packets())).toEqual(['a', 'b', 'b']);
      expect(topicsIn(first.packets())).toEqual(['a', 'a']);
      expect(topicsIn(second.packets())).toEqual(['a', 'b', 'b']);
    }
  });

  it('option resolveTopicAliases: a batch that was not detached is stale behind the next one', () => {
    for (const decoder of decoders()) {
      const first = decoder.push(join(publish('a', 1), publish('', 1)));
      decoder.push(publish('b', 1));
      expect(() => Array.from(first.packets())).toThrow(
        expect.objectContaining({ code: 'ERR_MQTT_STALE_BATCH' }),
      );
      expect(topicsIn(decoder.push(publish('', 1)).packets())).toEqual(['b']);
    }
  });

  it('option resolveTopicAliases: batches that nobody reads give aliases as well', () => {
    for (const decoder of decoders()) {
      decoder.push(publish('a', 1));
      decoder.push(join(publish('b', 2), publish('b', 1)));
      expect(topicsIn(decoder.push(join(publish('', 1), publish('', 2))).packets())).toEqual([
        'b',
        'b',
      ]);
    }
  });

  it('option resolveTopicAliases: more frames in one chunk than the frame table holds', () => {
    const frames: Uint8Array[] = [];
    const expected: string[] = [];
    for (let index = 0; index < 3000; index++) {
      const alias = 1 + (index % 10);
      frames.push(publish(`t${index}`, alias), PINGRESP.bytes, publish('', alias));
      expected.push(`t${index}`, 'PINGRESP', `t${index}`);
    }
    const stream = join(...frames);
    for (const scanner of SCANNERS) {
      const options = { ...TO_CLIENT, protocolVersion: 5, scanner } as const;
      expect(topicsOf([stream], options)).toEqual(expected);
      const chunks = Array.from({ length: Math.ceil(stream.length / 1000) }, (_, index) =>
        stream.subarray(index * 1000, index * 1000 + 1000),
      );
      expect(topicsOf(chunks, options)).toEqual(expected);
    }
  });

  it('option resolveTopicAliases: PUBLISH packets that are larger than what is scanned at once', () => {
    const payload = '00'.repeat(300_000);
    const stream = join(
      publish('a', 1, payload),
      publish('', 1, payload),
      publish('b', 1),
      publish('', 1, payload),
    );
    for (const scanner of SCANNERS) {
      const options = { ...TO_CLIENT, protocolVersion: 5, scanner } as const;
      expect(topicsOf([stream], options)).toEqual(['a', 'a', 'b', 'b']);
      const [start, end] = [stream.subarray(0, 300_020), stream.subarray(300_020)];
      expect(topicsOf([start, end], options)).toEqual(['a', 'a', 'b', 'b']);
    }
  });

  it('option resolveTopicAliases: what came before an unknown alias comes out resolved', () => {
    for (const decoder of decoders()) {
      const batch = decoder.push(
        join(publish('a', 1), publish('', 1), publish('', 2), publish('b', 2)),
      );
      expect(batch.length).toBe(2);
      expect(batch.error).toMatchObject({
        code: 'ERR_MQTT_TOPIC_ALIAS_UNKNOWN',
        errorClass: 'PROTOCOL',
        reasonCode: 0x82,
        packetType: 'PUBLISH',
        offset: 11 + 10 + 2,
        statement: undefined,
      });
      expect(topicsIn(batch.withoutError().packets())).toEqual(['a', 'a']);
      expect(() => decoder.push(publish('', 1))).toThrow(
        expect.objectContaining({ code: 'ERR_MQTT_DECODER_POISONED' }),
      );
    }
  });
});

describe('connections', () => {
  it('option resolveTopicAliases: each decoder has aliases of its own', () => {
    for (const scanner of SCANNERS) {
      const options = { ...TO_CLIENT, protocolVersion: 5, scanner } as const;
      const [one, other, third] = [
        new Decoder(options),
        new Decoder(options),
        new Decoder(options),
      ];
      one.push(publish('a', 1));
      other.push(publish('b', 1));
      expect(topicsIn(one.push(publish('', 1)).packets())).toEqual(['a']);
      expect(topicsIn(other.push(publish('', 1)).packets())).toEqual(['b']);
      expect(errorOf(third, publish('', 1))).toMatchObject({
        code: 'ERR_MQTT_TOPIC_ALIAS_UNKNOWN',
      });
      expect(topicsIn(one.push(publish('', 1)).packets())).toEqual(['a']);
    }
  });

  it('option resolveTopicAliases: both directions of one connection have aliases of their own', () => {
    for (const scanner of SCANNERS) {
      const fromClient = new Decoder({ ...TO_SERVER, scanner });
      const fromServer = new Decoder({ ...TO_CLIENT, protocolVersion: 5, scanner });
      fromClient.push(join(CONNECT_5.bytes, publish('a', 1)));
      expect(errorOf(fromServer, publish('', 1))).toMatchObject({
        code: 'ERR_MQTT_TOPIC_ALIAS_UNKNOWN',
      });
    }
  });

  it('option resolveTopicAliases: a new connection, which needs a new decoder, knows none', () => {
    for (const scanner of SCANNERS) {
      const options = { ...TO_SERVER, scanner } as const;
      const before = new Decoder(options);
      before.push(join(CONNECT_5.bytes, publish('a', 1)));
      before.end();
      const after = new Decoder(options);
      after.push(CONNECT_5.bytes);
      expect(errorOf(after, publish('', 1))).toMatchObject({
        code: 'ERR_MQTT_TOPIC_ALIAS_UNKNOWN',
        offset: CONNECT_5.bytes.length + 2,
      });
    }
  });

  it('option resolveTopicAliases: where CONNECT may come again, it ends what was before', () => {
    for (const scanner of SCANNERS) {
      const decoder = new Decoder({ ...TO_ANY, scanner });
      const chunk = join(CONNECT_5.bytes, publish('a', 1), publish('', 1), CONNECT_5.bytes);
      expect(decoder.push(chunk).length).toBe(4);
      expect(errorOf(decoder, publish('', 1))).toMatchObject({
        code: 'ERR_MQTT_TOPIC_ALIAS_UNKNOWN',
      });
    }
  });

  it('option resolveTopicAliases: as many aliases as were allowed, none of them lost', () => {
    const count = 500;
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const stream = join(
      ...numbers.map((alias) => publish(`topic/${alias}`, alias)),
      ...numbers.toReversed().map((alias) => publish('', alias)),
    );
    const expected = [...numbers, ...numbers.toReversed()].map((alias) => `topic/${alias}`);
    for (const scanner of SCANNERS) {
      const options = {
        ...TO_CLIENT,
        protocolVersion: 5,
        topicAliasMaximum: count,
        scanner,
      } as const;
      expect(topicsOf([stream], options)).toEqual(expected);
    }
  });

  it('option resolveTopicAliases: needs topicAliasMaximum', () => {
    expect(() => new Decoder({ resolveTopicAliases: true })).toThrow(TypeError);
    expect(() => new Decoder({ resolveTopicAliases: true })).toThrow('topicAliasMaximum');
    expect(() => new Decoder({ resolveTopicAliases: true, topicAliasMaximum: 0 })).not.toThrow();
    for (const topicAliasMaximum of [-1, 65_536, 1.5]) {
      expect(() => new Decoder({ topicAliasMaximum })).toThrow(RangeError);
    }
  });
});
