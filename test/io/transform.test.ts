/** The Node.js streams: in pipelines, under backpressure, at errors. */
import { once } from 'node:events';
import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { FrameBatch } from '../../src/decoder/batch.js';
import { Decoder } from '../../src/decoder/decoder.js';
import { encode } from '../../src/encoder/encoder.js';
import { MqttEncodeError, MqttError } from '../../src/errors.js';
import { DecoderStream, EncoderStream } from '../../src/io/transform.js';
import type { ControlPacket, EncodablePacket } from '../../src/protocol/packets.js';
import { collect } from '../support/collect.js';
import { byteByByte } from '../support/decode.js';
import { hex, join } from '../support/hex.js';
import { bytesOf, pubacks } from '../support/pubacks.js';

const PINGREQ = hex('C0 00');
const BAD = hex('36 00');
const puback = (packetIdentifier: number): ControlPacket => ({ type: 'PUBACK', packetIdentifier });

describe('DecoderStream', () => {
  test('is a Transform that is typed for `for await`', async () => {
    const stream = new DecoderStream();
    expect(stream).toBeInstanceOf(Transform);
    stream.end(join(PINGREQ, encode(puback(7))));
    const seen: ControlPacket[] = [];
    for await (const packet of stream) {
      expectTypeOf(packet).toEqualTypeOf<ControlPacket>();
      seen.push(packet);
    }
    expect(seen).toEqual([{ type: 'PINGREQ' }, puback(7)]);

    const batches = new DecoderStream({ deliver: 'batches' });
    batches.end(PINGREQ);
    for await (const batch of batches) {
      expectTypeOf(batch).toEqualTypeOf<FrameBatch>();
      expect(batch.length).toBe(1);
    }
  });

  test('works in pipeline(), whatever the chunks', async () => {
    const packets = pubacks(1000);
    for (const chunks of [[bytesOf(packets)], byteByByte(bytesOf(packets))]) {
      const seen: ControlPacket[] = [];
      await pipeline(
        Readable.from(chunks),
        new DecoderStream(),
        async (source: AsyncIterable<ControlPacket>) => {
          for await (const packet of source) seen.push(packet);
        },
      );
      expect(seen).toEqual(packets);
    }
  });

  test('delivers by data events and by read() as well', async () => {
    const packets = pubacks(100);
    const flowing = new DecoderStream();
    const seen: ControlPacket[] = [];
    flowing.on('data', (packet: ControlPacket) => seen.push(packet));
    flowing.end(bytesOf(packets));
    await new Promise((resolve) => flowing.once('end', resolve));
    expect(seen).toEqual(packets);

    const pulled = new DecoderStream();
    pulled.end(bytesOf(packets));
    const read: unknown[] = [];
    pulled.on('readable', () => {
      for (let item = pulled.read(); item !== null; item = pulled.read()) read.push(item);
    });
    await new Promise((resolve) => pulled.once('end', resolve));
    expect(read).toEqual(packets);
  });

  test('delivers batches, which outlive later scans', async () => {
    const stream = new DecoderStream({ deliver: 'batches' });
    stream.write(bytesOf(pubacks(3)));
    stream.write(encode(puback(9)).subarray(0, 2));
    stream.end(join(encode(puback(9)).subarray(2), PINGREQ));
    const { items } = await collect(stream);
    expect(items.map((batch) => [...batch.packets()])).toEqual([
      pubacks(3),
      [puback(9), { type: 'PINGREQ' }],
    ]);
  });

  test('honours backpressure inside a chunk', async () => {
    const stream = new DecoderStream();
    const written = new Promise((resolve) => stream.write(bytesOf(pubacks(5000)), resolve));
    let done = false;
    void written.then(() => {
      done = true;
    });
    await turn();
    expect(stream.readableLength).toBe(stream.readableHighWaterMark);
    expect(done).toBe(false);
    let count = 0;
    stream.on('data', () => {
      count++;
    });
    await written;
    expect(count).toBeGreaterThanOrEqual(5000 - stream.readableHighWaterMark);
  });

  test('a slow reader gets everything, in order, and never much at once', async () => {
    const packets = pubacks(300);
    let most = 0;
    const seen: ControlPacket[] = [];
    const stream = new DecoderStream();
    await pipeline(
      Readable.from([bytesOf(packets.slice(0, 150)), bytesOf(packets.slice(150))]),
      stream,
      new Writable({
        objectMode: true,
        highWaterMark: 1,
        write(packet: ControlPacket, _encoding, callback) {
          most = Math.max(most, stream.readableLength);
          seen.push(packet);
          setImmediate(callback);
        },
      }),
    );
    expect(seen).toEqual(packets);
    expect(most).toBeLessThanOrEqual(stream.readableHighWaterMark);
  });

  test.each(['packets', 'batches'] as const)(
    'many small writes reach a slow reader that has fallen behind: %s',
    async (deliver) => {
      const stream = new DecoderStream({ deliver });
      const writing = (async () => {
        for (const packet of pubacks(200)) {
          if (!stream.write(encode(packet))) await once(stream, 'drain');
        }
        stream.end();
      })();
      let count = 0;
      for await (const item of stream) {
        await turn();
        count += 'packets' in item ? item.length : 1;
      }
      await writing;
      expect(count).toBe(200);
    },
  );

  describe.each(['packets', 'batches'] as const)('at an error, delivering %s', (deliver) => {
    const flatten = (items: readonly (ControlPacket | FrameBatch)[]): ControlPacket[] =>
      items.flatMap((item) => ('packets' in item ? [...item.packets()] : [item]));

    test.each([0, 1, 15, 16, 17, 100])(
      'everything before it is delivered: %i packets',
      async (count) => {
        const stream = new DecoderStream({ deliver });
        stream.write(join(bytesOf(pubacks(count)), BAD, PINGREQ));
        const { items, error } = await collect(stream);
        expect(flatten(items)).toEqual(pubacks(count));
        expect(error).toBeInstanceOf(MqttError);
        expect(error).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS', offset: count * 4 });
        expect(stream.destroyed).toBe(true);
      },
    );

    test('a slow reader gets everything before it, too', async () => {
      const stream = new DecoderStream({ deliver });
      const chunks = [bytesOf(pubacks(40)), join(bytesOf(pubacks(40)), BAD)];
      const seen: ControlPacket[] = [];
      const running = pipeline(
        Readable.from(chunks),
        stream,
        async (source: AsyncIterable<ControlPacket | FrameBatch>) => {
          for await (const item of source) {
            await turn();
            seen.push(...flatten([item]));
          }
        },
      );
      await expect(running).rejects.toMatchObject({ code: 'ERR_MQTT_INVALID_QOS', offset: 320 });
      expect(seen).toEqual([...pubacks(40), ...pubacks(40)]);
    });

    test.each([1, 5, 16, 20, 100])(
      'a slow destination of a pipeline works off all %i packets before it',
      async (count) => {
        const seen: ControlPacket[] = [];
        const running = pipeline(
          Readable.from([join(bytesOf(pubacks(count)), BAD)]),
          new DecoderStream({ deliver }),
          new Writable({
            objectMode: true,
            write(item: ControlPacket | FrameBatch, _encoding, callback) {
              seen.push(...flatten([item]));
              setTimeout(callback, 1);
            },
          }),
        );
        await expect(running).rejects.toMatchObject({ code: 'ERR_MQTT_INVALID_QOS' });
        expect(seen).toEqual(pubacks(count));
      },
    );

    test('is reported to one who only listens for errors', async () => {
      const stream = new DecoderStream({ deliver });
      const failed = new Promise((resolve) => stream.once('error', resolve));
      stream.write(BAD);
      expect(await failed).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS' });
    });

    test('waits for a reader that has paused', async () => {
      const stream = new DecoderStream({ deliver });
      const seen: (ControlPacket | FrameBatch)[] = [];
      stream.on('data', (item: ControlPacket | FrameBatch) => {
        seen.push(item);
        stream.pause();
        setImmediate(() => stream.resume());
      });
      stream.write(bytesOf(pubacks(20)));
      stream.write(join(bytesOf(pubacks(20)), BAD));
      const error = await new Promise((resolve) => stream.once('error', resolve));
      expect(error).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS', offset: 160 });
      expect(flatten(seen)).toEqual([...pubacks(20), ...pubacks(20)]);
    });

    test('reaches one who reads once per readable event', async () => {
      const stream = new DecoderStream({ deliver });
      const seen: (ControlPacket | FrameBatch)[] = [];
      stream.on('readable', () => {
        const item = stream.read() as ControlPacket | FrameBatch | null;
        if (item !== null) seen.push(item);
      });
      const failed = new Promise((resolve) => stream.once('error', resolve));
      stream.write(join(bytesOf(pubacks(1)), BAD));
      expect(await failed).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS' });
      expect(flatten(seen)).toEqual(pubacks(1));
    });

    test('data events get everything before it, then there is one error event', async () => {
      const stream = new DecoderStream({ deliver });
      const seen: (ControlPacket | FrameBatch)[] = [];
      const errors: unknown[] = [];
      stream.on('data', (item: ControlPacket | FrameBatch) => seen.push(item));
      stream.on('error', (error) => errors.push(error));
      stream.write(join(bytesOf(pubacks(50)), BAD));
      await new Promise((resolve) => stream.once('close', resolve));
      expect(flatten(seen)).toEqual(pubacks(50));
      expect(errors).toHaveLength(1);
    });

    test('a stream cut inside a frame fails behind its last whole packet', async () => {
      const stream = new DecoderStream({ deliver });
      stream.end(join(bytesOf(pubacks(30)), hex('30 05 00')));
      const { items, error } = await collect(stream);
      expect(flatten(items)).toEqual(pubacks(30));
      expect(error).toMatchObject({ code: 'ERR_MQTT_UNEXPECTED_END', offset: 123 });
    });
  });

  test('can be destroyed by its reader in the middle of a chunk', async () => {
    const stream = new DecoderStream();
    stream.write(bytesOf(pubacks(1000)));
    for await (const packet of stream) {
      if (packet.type === 'PUBACK' && packet.packetIdentifier === 5) break;
    }
    expect(stream.destroyed).toBe(true);
  });

  test('a write is called back when its reader destroys the stream', async () => {
    const stream = new DecoderStream();
    stream.on('data', () => stream.destroy());
    await new Promise((resolve) => stream.write(bytesOf(pubacks(3)), resolve));
    expect(stream.destroyed).toBe(true);
  });

  test('a write that fails is called back when its reader destroys the stream instead', async () => {
    const stream = new DecoderStream();
    stream.on('readable', () => stream.destroy());
    const written = new Promise((resolve) => stream.write(join(bytesOf(pubacks(3)), BAD), resolve));
    await written;
    expect(stream.destroyed).toBe(true);
  });

  test('a listener that throws is the business of who wrote, and costs one item', async () => {
    const stream = new DecoderStream();
    const seen: ControlPacket[] = [];
    stream.on('data', (packet: ControlPacket) => {
      seen.push(packet);
      if (seen.length === 2) throw new Error('listener');
    });
    await turn();
    expect(() => stream.write(bytesOf(pubacks(5)))).toThrow('listener');
    stream.resume();
    await turn();
    stream.end();
    expect(seen.length).toBe(5);
  });

  test('takes the options of a stream', async () => {
    expect(new DecoderStream({ readableHighWaterMark: 5 }).readableHighWaterMark).toBe(5);
    expect(new DecoderStream({ writableHighWaterMark: 99 }).writableHighWaterMark).toBe(99);
    expect(new DecoderStream({ deliver: 'batches' }).readableHighWaterMark).toBe(2);
    expect(
      new DecoderStream({ deliver: 'batches', readableHighWaterMark: 7 }).readableHighWaterMark,
    ).toBe(7);
    const abort = new AbortController();
    const stream = new DecoderStream({ signal: abort.signal });
    const failed = new Promise((resolve) => stream.once('error', resolve));
    abort.abort();
    expect(await failed).toMatchObject({ name: 'AbortError' });
  });

  test('a listener that decodes elsewhere does not disturb it', async () => {
    const stream = new DecoderStream();
    const seen: ControlPacket[] = [];
    stream.on('data', (packet: ControlPacket) => {
      seen.push(packet);
      new Decoder().push(join(PINGREQ, PINGREQ));
    });
    stream.end(bytesOf(pubacks(40)));
    await new Promise((resolve) => stream.once('end', resolve));
    expect(seen).toEqual(pubacks(40));
  });

  test('passes its options on, and refuses wrong ones', async () => {
    const stream = new DecoderStream({ role: 'server' });
    stream.write(PINGREQ);
    const { error } = await collect(stream);
    expect(error).toMatchObject({ code: 'ERR_MQTT_CONNECT_EXPECTED' });
    expect(() => new DecoderStream({ deliver: 'frames' as 'packets' })).toThrow('deliver');
    expect(() => new DecoderStream({ role: 'x' as 'any' })).toThrow('role');
    expect(() => new DecoderStream({ highWatermark: 1 } as object)).toThrow('highWatermark');
    expect(() => new DecoderStream(null as unknown as object)).toThrow('options');
    expect(new DecoderStream({ protocolVersion: 4 }).decoder.protocolVersion).toBe(4);
  });
});

describe('EncoderStream', () => {
  test('is a Transform from packets to bytes', async () => {
    const packets = pubacks(500);
    const decoded: ControlPacket[] = [];
    await pipeline(
      Readable.from(packets),
      new EncoderStream(),
      new DecoderStream(),
      async (source: AsyncIterable<ControlPacket>) => {
        for await (const packet of source) decoded.push(packet);
      },
    );
    expect(decoded).toEqual(packets);
  });

  test('fails with the MqttEncodeError, behind everything encoded before', async () => {
    const stream = new EncoderStream();
    for (const packet of pubacks(20)) stream.write(packet);
    stream.write({ type: 'PUBLISH', topic: 'a/+' } satisfies EncodablePacket);
    const { items, error } = await collect<Uint8Array>(stream);
    expect(join(...items)).toEqual(bytesOf(pubacks(20)));
    expect(error).toBeInstanceOf(MqttEncodeError);
    expect(error).toMatchObject({ code: 'ERR_MQTT_TOPIC_NAME_WILDCARD', field: 'topic' });
  });

  test('a slow destination of a pipeline gets every byte before it', async () => {
    const received: Uint8Array[] = [];
    const running = pipeline(
      Readable.from([...pubacks(10), { type: 'PUBACK', packetIdentifier: 0 }]),
      new EncoderStream(),
      new Writable({
        write(bytes: Uint8Array, _encoding, callback) {
          received.push(bytes);
          setTimeout(callback, 1);
        },
      }),
    );
    await expect(running).rejects.toBeInstanceOf(MqttEncodeError);
    expect(join(...received)).toEqual(bytesOf(pubacks(10)));
  });

  test('what is no packet is a TypeError', async () => {
    const stream = new EncoderStream();
    stream.write('PINGREQ');
    expect((await collect(stream)).error).toBeInstanceOf(TypeError);
  });

  test('passes its options on', () => {
    expect(() => new EncoderStream({ maximumPacketSize: 0 })).toThrow('maximumPacketSize');
    expect(new EncoderStream({ writableHighWaterMark: 3 }).writableHighWaterMark).toBe(3);
  });
});
