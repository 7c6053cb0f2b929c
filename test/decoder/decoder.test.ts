/** The decoder as its user meets it: arguments, errors, what is delivered, and who owns which bytes. */
import { describe, expect, test, vi } from 'vitest';
import { Decoder } from '../../src/decoder/decoder.js';
import type { DecoderOptions } from '../../src/decoder/options.js';
import { encode } from '../../src/encoder/encoder.js';
import { MqttError } from '../../src/errors.js';
import type { PublishPacket } from '../../src/protocol/packets.js';
import { SCANNERS } from '../support/decode.js';
import { hex, join } from '../support/hex.js';

const PINGREQ = hex('C0 00');
const PUBLISH = encode({ type: 'PUBLISH', topic: 'a/b', payload: 'hello' });
const BAD = hex('36 00');

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return expect.fail('nothing was thrown');
}

describe('arguments', () => {
  test.each([
    ['text'],
    [undefined],
    [null],
    [12],
    [[192, 0]],
    [new ArrayBuffer(2)],
    [new Uint16Array(1)],
  ])('push(%o) is a TypeError that names the argument', (chunk) => {
    const decoder = new Decoder();
    expect(() => decoder.push(chunk as unknown as Uint8Array)).toThrow(
      new TypeError('chunk must be a Uint8Array'),
    );
    expect(decoder.push(PINGREQ).length).toBe(1);
  });

  test.each([
    [{ role: 'broker' }, RangeError, 'role'],
    [{ protocolVersion: 2 }, RangeError, 'protocolVersion'],
    [{ protocolVersion: 6 }, RangeError, 'protocolVersion'],
    [{ protocolVersion: '4' }, RangeError, 'protocolVersion'],
    [{ maximumPacketSize: 1 }, RangeError, 'maximumPacketSize'],
    [{ maximumPacketSize: 268_435_461 }, RangeError, 'maximumPacketSize'],
    [{ maximumPacketSize: 10.5 }, RangeError, 'maximumPacketSize'],
    [{ maximumPacketSize: Number.NaN }, RangeError, 'maximumPacketSize'],
    [{ maximumPacketSize: '10' }, TypeError, 'maximumPacketSize'],
    [{ maximumConnectPacketSize: 0 }, RangeError, 'maximumConnectPacketSize'],
    [{ state: 'closed' }, RangeError, 'state'],
    [{ role: 'client', state: 'expectConnect' }, RangeError, 'state'],
    [{ text: 'off' }, RangeError, 'text'],
    [{ utf8: 'reject' }, RangeError, 'utf8'],
    [{ topicAliasMaximum: 65_536 }, RangeError, 'topicAliasMaximum'],
    [{ resolveTopicAliases: true }, TypeError, 'topicAliasMaximum'],
    [{ maximumQoS: 3 }, RangeError, 'maximumQoS'],
    [{ role: 'client', maximumQoS: 1 }, RangeError, 'maximumQoS'],
    [{ role: 'client', retainAvailable: false }, RangeError, 'retainAvailable'],
    [{ checkPayloadFormat: 1 }, TypeError, 'checkPayloadFormat'],
    [{ publishPartsAbove: 1 }, RangeError, 'publishPartsAbove'],
    [{ minimalRemainingLength: 1 }, TypeError, 'minimalRemainingLength'],
    [{ scanner: 'rust' }, RangeError, 'scanner'],
    [{ maximumListPacketSize: 1 }, RangeError, 'maximumListPacketSize'],
    [{ maxPacketSize: 5 }, TypeError, 'maxPacketSize'],
    [{ Role: 'server' }, TypeError, 'Role'],
    [null, TypeError, 'options'],
    ['server', TypeError, 'options'],
  ])('new Decoder(%o) is an error that names the option', (options, type, name) => {
    const error = thrown(() => new Decoder(options as DecoderOptions));
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toContain(name);
  });

  test('push() of 2 GiB is a RangeError that names the argument', () => {
    // Zeroes that nobody touches take no memory.
    const chunk = new Uint8Array(2 ** 31);
    expect(() => new Decoder().push(chunk)).toThrow(RangeError);
    expect(() => new Decoder().push(chunk)).toThrow('chunk');
  });

  test('options that are undefined count as left out', () => {
    const decoder = new Decoder({ role: undefined, maximumPacketSize: undefined });
    expect(decoder.push(PINGREQ).length).toBe(1);
  });
});

describe.each(SCANNERS)('%s', (scanner) => {
  const decoderOf = (options: DecoderOptions = {}) => new Decoder({ ...options, scanner });

  test('says which scanner is at work', () => {
    expect(decoderOf().scanner).toBe(scanner);
  });

  test('yields an empty batch for an empty chunk and for half a frame', () => {
    const decoder = decoderOf();
    expect([...decoder.push(new Uint8Array(0))]).toEqual([]);
    expect([...decoder.push(PUBLISH.subarray(0, 1)).packets()]).toEqual([]);
    expect(decoder.unfinishedLength).toBe(1);
    expect([...decoder.push(PUBLISH.subarray(1)).packets()]).toHaveLength(1);
    expect(decoder.unfinishedLength).toBe(0);
  });

  test('a batch tells of its frames without decoding them', () => {
    const decoder = decoderOf();
    decoder.push(PINGREQ);
    const [publish, ping] = decoder.push(join(PUBLISH, PINGREQ));
    expect(publish).toMatchObject({ type: 'PUBLISH', remainingLength: 10, offset: 2 });
    expect(publish?.bytes).toEqual(PUBLISH);
    expect(publish?.packet()).toMatchObject({ topic: 'a/b' });
    expect(ping).toMatchObject({ type: 'PINGREQ', remainingLength: 0, offset: 14 });
  });

  test('a frame that began in an earlier chunk has its offset and bytes too', () => {
    const decoder = decoderOf();
    decoder.push(join(PINGREQ, PUBLISH.subarray(0, 4)));
    const [publish, ping] = decoder.push(join(PUBLISH.subarray(4), PINGREQ));
    expect(publish).toMatchObject({ type: 'PUBLISH', offset: 2 });
    expect(publish?.bytes).toEqual(PUBLISH);
    expect(ping?.offset).toBe(14);
  });

  test('rows out of range are a RangeError', () => {
    const batch = decoderOf().push(PINGREQ);
    for (const index of [-1, 1, 0.5, Number.NaN]) {
      expect(() => batch.packetAt(index)).toThrow(RangeError);
      expect(() => batch.frameAt(index).type).toThrow(RangeError);
    }
  });

  test('after an error: what was good is delivered, then the error is thrown, by every way', () => {
    const decoder = decoderOf();
    const batch = decoder.push(join(PINGREQ, PUBLISH, BAD, PINGREQ));
    expect(batch.length).toBe(2);
    expect(batch.error).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS', offset: 14 });
    expect(decoder.error).toBe(batch.error);
    for (const way of [() => batch.packets(), () => batch[Symbol.iterator]()]) {
      const seen: unknown[] = [];
      const error = thrown(() => {
        for (const item of way()) seen.push(item.type);
      });
      expect(seen).toEqual(['PINGREQ', 'PUBLISH']);
      expect(error).toBe(batch.error);
    }
  });

  test('an iteration that was broken off, or has thrown, is over', () => {
    const batch = decoderOf().push(join(PINGREQ, PINGREQ, BAD));
    const broken = batch.packets();
    for (const _ of broken) break;
    expect([...broken]).toEqual([]);
    const spent = batch.packets();
    expect(() => [...spent]).toThrow(batch.error);
    expect(spent.next()).toEqual({ done: true, value: undefined });
  });

  test('after an error the decoder is poisoned and says why', () => {
    const decoder = decoderOf();
    const { error } = decoder.push(BAD);
    for (const use of [() => decoder.push(PINGREQ), () => decoder.end()]) {
      const poisoned = thrown(use);
      expect(poisoned).toBeInstanceOf(MqttError);
      expect(poisoned).toMatchObject({ code: 'ERR_MQTT_DECODER_POISONED', cause: error });
    }
    expect(decoder.unfinishedLength).toBe(0);
  });

  test('a body that breaks a rule ends the batch before a later frame does', () => {
    const batch = decoderOf().push(join(PINGREQ, hex('82 06 0001 0001 61 03'), BAD));
    expect(batch.length).toBe(1);
    expect(batch.error).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS', packetType: 'SUBSCRIBE' });
  });

  test('end() is silent between frames and reports a cut inside one', () => {
    const clean = decoderOf();
    clean.push(PUBLISH);
    clean.end();
    clean.end();
    expect(() => clean.push(PINGREQ)).toThrow(
      expect.objectContaining({ code: 'ERR_MQTT_DECODER_ENDED' }),
    );

    for (let cut = 1; cut < PUBLISH.length; cut++) {
      const decoder = decoderOf();
      decoder.push(join(PINGREQ, PUBLISH.subarray(0, cut)));
      expect(thrown(() => decoder.end())).toMatchObject({
        code: 'ERR_MQTT_UNEXPECTED_END',
        packetType: 'PUBLISH',
        offset: 2 + cut,
      });
      expect(decoder.unfinishedLength).toBe(0);
      expect(decoder.error?.code).toBe('ERR_MQTT_UNEXPECTED_END');
      expect(thrown(() => decoder.end())).toMatchObject({ code: 'ERR_MQTT_DECODER_POISONED' });
    }
  });

  test('is poisoned by what is no error of the peer, too', () => {
    const decoder = decoderOf();
    const memory = new RangeError('Array buffer allocation failed');
    const slice = vi.spyOn(Int32Array.prototype, 'slice').mockImplementation(() => {
      throw memory;
    });
    const flood = Buffer.concat(Array.from({ length: 5000 }, () => PINGREQ));
    expect(thrown(() => decoder.push(flood))).toBe(memory);
    slice.mockRestore();
    expect(thrown(() => decoder.push(PINGREQ))).toMatchObject({
      code: 'ERR_MQTT_DECODER_POISONED',
      cause: { cause: memory },
    });
  });

  test('learns the version from CONNECT', () => {
    const decoder = decoderOf();
    expect(decoder.protocolVersion).toBeUndefined();
    decoder.push(encode({ type: 'CONNECT', protocolLevel: 3, clientIdentifier: 'a' }));
    expect(decoder.protocolVersion).toBe(3);
    expect(decoderOf({ protocolVersion: 4 }).protocolVersion).toBe(4);
  });

  test('two decoders do not disturb each other in the middle of frames', () => {
    const [one, two] = [decoderOf(), decoderOf()];
    const other = encode({
      type: 'PUBLISH',
      topic: 'other',
      payload: 'bytes',
      qos: 1,
      packetIdentifier: 9,
    });
    const seen: unknown[] = [];
    for (let at = 0; at < Math.max(PUBLISH.length, other.length); at++) {
      for (const packet of one.push(PUBLISH.subarray(at, at + 1)).packets()) seen.push(packet);
      for (const packet of two.push(other.subarray(at, at + 1)).packets()) seen.push(packet);
    }
    expect(seen).toMatchObject([{ topic: 'a/b' }, { topic: 'other', packetIdentifier: 9 }]);
  });

  describe('a stale batch', () => {
    test('throws when its table was taken over, by any decoder of the thread', () => {
      const batch = decoderOf().push(PUBLISH);
      decoderOf().push(PINGREQ);
      for (const use of [
        () => batch.packetAt(0),
        () => batch.frameAt(0).bytes,
        () => [...batch.packets()],
        () => batch.detach(),
      ]) {
        expect(thrown(use)).toMatchObject({ code: 'ERR_MQTT_STALE_BATCH' });
      }
      expect(batch.length).toBe(1);
    });

    test('throws in the middle of an iteration', () => {
      const packets = decoderOf().push(join(PUBLISH, PUBLISH)).packets();
      expect(packets.next().value).toMatchObject({ topic: 'a/b' });
      decoderOf().push(PINGREQ);
      expect(thrown(() => packets.next())).toMatchObject({ code: 'ERR_MQTT_STALE_BATCH' });
    });

    test('is not one while nothing was scanned', () => {
      const decoder = decoderOf();
      const batch = decoder.push(join(PUBLISH, PUBLISH.subarray(0, 3)));
      decoder.push(new Uint8Array(0));
      decoder.push(PUBLISH.subarray(3, 6));
      expect([...batch.packets()]).toMatchObject([{ topic: 'a/b' }]);
    });

    test('is not one when it was detached', () => {
      const batch = decoderOf()
        .push(join(PUBLISH, hex('40 02 0007')))
        .detach();
      decoderOf().push(join(PINGREQ, PINGREQ, PINGREQ));
      expect([...batch.packets()]).toMatchObject([
        { type: 'PUBLISH', topic: 'a/b' },
        { type: 'PUBACK', packetIdentifier: 7 },
      ]);
      expect(batch.detach()).toBe(batch);
    });
  });

  describe('memory', () => {
    const payloadOf = (chunk: Uint8Array): Uint8Array =>
      ([...decoderOf().push(chunk).packets()][0] as PublishPacket).payload;

    test('payloads are views of the chunk', () => {
      const chunk = new Uint8Array(PUBLISH);
      const payload = payloadOf(chunk);
      expect(payload.buffer).toBe(chunk.buffer);
      chunk[chunk.length - 1] = 0x21;
      expect(Buffer.from(payload).toString()).toBe('hell!');
    });

    test('payloads, wills and passwords are Buffers on Node.js, whatever class the chunk has', () => {
      const connect = encode({
        type: 'CONNECT',
        clientIdentifier: 'c',
        userName: 'u',
        password: 'p',
        will: { topic: 't', payload: 'w' },
      });
      for (const chunk of [Buffer.from(PUBLISH), new Uint8Array(PUBLISH)]) {
        expect(Buffer.isBuffer(payloadOf(chunk))).toBe(true);
      }
      const [packet] = decoderOf().push(new Uint8Array(connect)).packets();
      expect(packet).toMatchObject({
        will: { payload: Buffer.from('w') },
        password: Buffer.from('p'),
      });
    });

    test('chunks over shared memory are read like any other', () => {
      const shared = new Uint8Array(new SharedArrayBuffer(PUBLISH.length));
      shared.set(PUBLISH);
      expect(Buffer.from(payloadOf(shared)).toString()).toBe('hello');
    });

    test('a frame across chunks is joined into a buffer of exactly its length', () => {
      const large = encode({
        type: 'PUBLISH',
        topic: 'a',
        payload: new Uint8Array(300_000).fill(7),
      });
      const decoder = decoderOf();
      const packets: PublishPacket[] = [];
      for (let at = 0; at < large.length; at += 65_536) {
        for (const packet of decoder.push(large.slice(at, at + 65_536)).packets()) {
          packets.push(packet as PublishPacket);
        }
      }
      expect(packets).toHaveLength(1);
      expect(packets[0]?.payload.buffer.byteLength).toBe(large.length);
      expect(packets[0]?.payload.every((byte) => byte === 7)).toBe(true);
    });
  });
});
