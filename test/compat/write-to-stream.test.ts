/** How packets go out: corked, in one write, or two where a payload is large; what is returned; what happens to a packet that is wrong. */
import { Writable } from 'node:stream';
import mqtt from 'mqtt-packet';
import { describe, expect, test, vi } from 'vitest';
import { writeToStream } from '../../src/compat/write-to-stream.js';
import { generated, type Loose, MQTT5, Recorder, written } from './writing-support.js';

const PACKETS: readonly Loose[] = [
  { cmd: 'connack', returnCode: 0 },
  { cmd: 'publish', topic: 'a', payload: 'b' },
  { cmd: 'publish', topic: 'a', payload: Buffer.alloc(511), qos: 1, messageId: 1 },
  { cmd: 'publish', topic: 'a', payload: 'b'.repeat(100_000) },
  { cmd: 'publish', topic: 'a' },
  { cmd: 'puback', messageId: 1 },
  { cmd: 'pubrec', messageId: 1 },
  { cmd: 'pubrel', messageId: 1 },
  { cmd: 'pubcomp', messageId: 1 },
  { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 0 }] },
  { cmd: 'suback', messageId: 1, granted: [0] },
  { cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['a'] },
  { cmd: 'unsuback', messageId: 1 },
  { cmd: 'pingreq' },
  { cmd: 'pingresp' },
  { cmd: 'disconnect' },
];

describe('writes', () => {
  test.each(PACKETS)('$cmd is one write', (packet) => {
    const stream = new Recorder();
    expect(written(packet, stream)).toBe(true);
    expect(stream.chunks.map((chunk) => chunk.toString('hex'))).toEqual([generated(packet)]);
  });

  test('AUTH is one write', () => {
    const stream = new Recorder();
    expect(written({ cmd: 'auth', reasonCode: 0 }, stream, MQTT5)).toBe(true);
    expect(stream.chunks.map((chunk) => chunk.toString('hex'))).toEqual(['f0020000']);
  });

  test('a large payload is a write of its own, and not copied', () => {
    const payload = Buffer.alloc(512, 7);
    const stream = new Recorder();
    expect(written({ cmd: 'publish', topic: 'a', payload, qos: 1, messageId: 2 }, stream)).toBe(
      true,
    );
    expect(stream.chunks).toHaveLength(2);
    expect(stream.chunks[0]?.toString('hex')).toBe('3285040001610002');
    expect(stream.chunks[1]).toBe(payload);
  });

  test('a large payload that is no Buffer is written as one, and not copied', () => {
    const payload = new Uint8Array(5000);
    for (const given of [payload, payload.buffer, new DataView(payload.buffer)]) {
      const stream = new Recorder();
      expect(written({ cmd: 'publish', topic: 'a', payload: given }, stream)).toBe(true);
      const chunk = stream.chunks[1] as Buffer;
      expect(Buffer.isBuffer(chunk)).toBe(true);
      expect(chunk.length).toBe(5000);
      expect(chunk.buffer).toBe(payload.buffer);
    }
  });

  test('a small payload is copied: the caller may change it at once', () => {
    const payload = Buffer.alloc(511, 7);
    const packet = { cmd: 'publish', topic: 'a', payload };
    const before = generated(packet);
    const stream = new Recorder();
    written(packet, stream);
    payload.fill(8);
    expect(stream.hex).toBe(before);
  });

  test('CONNECT comes in nine pieces, as mqtt-packet’s tests count them', () => {
    const connect = { cmd: 'connect', protocolId: 'MQIsdp', protocolVersion: 3, clientId: 'test' };
    const stream = new Recorder();
    expect(written(connect, stream)).toBe(true);
    const pieces = '10 12 0006 4d5149736470 03 02 0000 0004 74657374'.split(' ');
    expect(stream.chunks.map((chunk) => chunk.toString('hex'))).toEqual(pieces);
  });

  test.each([
    { cmd: 'connect', clientId: 'c', protocolVersion: 5, username: 'x'.repeat(200), password: 'p' },
    { cmd: 'connect', clientId: 'c', protocolId: '', username: 'x'.repeat(20_000) },
    { cmd: 'connect', clientId: 'c', protocolId: Buffer.alloc(300), will: { topic: 'a' } },
    { cmd: 'connect' },
  ])('all of CONNECT is written: $username.length', (packet) => {
    const stream = new Recorder();
    written(packet, stream);
    expect(stream.hex).toBe(generated(packet));
  });
});

describe('corking', () => {
  const publish = { cmd: 'publish', topic: 'a', payload: 'b' };

  test('a stream is corked for the tick, once, and gets all of it together', async () => {
    const batches: number[] = [];
    const stream = new Recorder();
    stream._writev = (chunks, done) => {
      batches.push(chunks.length);
      done();
    };
    for (let i = 0; i < 5; i++) written(publish, stream);
    expect(stream.corks).toBe(1);
    expect(stream.writableCorked).toBe(1);
    await new Promise(process.nextTick);
    expect(stream.writableCorked).toBe(0);
    expect(batches).toEqual([5]);
    written(publish, stream);
    expect(stream.corks).toBe(2);
    await new Promise(process.nextTick);
    expect(stream.writableCorked).toBe(0);
  });

  test('streams that take turns are uncorked as often as they were corked', async () => {
    const streams = [new Recorder(), new Recorder()];
    for (let i = 0; i < 6; i++) written(publish, streams[i % 2] as Recorder);
    expect(streams.map(({ writableCorked }) => writableCorked)).toEqual([3, 3]);
    await new Promise(process.nextTick);
    await new Promise(process.nextTick);
    expect(streams.map(({ writableCorked }) => writableCorked)).toEqual([0, 0]);
  });

  test('a cork of the caller stays', async () => {
    const stream = new Recorder();
    stream.cork();
    written(publish, stream);
    await new Promise(process.nextTick);
    expect(stream.writableCorked).toBe(1);
  });

  test('a stream that throws when it is uncorked is corked anew', async () => {
    const stream = new Recorder();
    stream._write = () => {
      throw new Error('broken');
    };
    const thrown = new Promise((resolve) => {
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.once('uncaughtException', (error) => {
        for (const other of others) process.on('uncaughtException', other);
        resolve(error);
      });
    });
    written(publish, stream);
    expect(await thrown).toEqual(new Error('broken'));
    written(publish, stream);
    expect(stream.corks).toBe(2);
  });

  test('a tick that is taken away later makes no difference', async () => {
    const { nextTick } = process;
    process.nextTick = () => {};
    const stream = new Recorder();
    written(publish, stream);
    process.nextTick = nextTick;
    await new Promise(setImmediate);
    expect(stream.writableCorked).toBe(0);
  });

  test('a stream without cork() gets the writes at once', () => {
    const chunks: Buffer[] = [];
    const stream = { write: (chunk: Buffer) => chunks.push(chunk) > 0 } as unknown as Writable;
    expect(written(publish, stream)).toBe(true);
    expect(Buffer.concat(chunks).toString('hex')).toBe(generated(publish));
  });
});

describe('what is returned', () => {
  const large = { cmd: 'publish', topic: 'a', payload: Buffer.alloc(10_000) };
  const connect = { cmd: 'connect', clientId: 'c' };

  test.each([...PACKETS, large, connect])('by mqtt-packet as well: $cmd', (packet) => {
    for (const takes of [true, false]) {
      const stream = new Recorder();
      stream.takes = takes;
      const theirs = new Recorder();
      theirs.takes = takes;
      expect(written(packet, stream)).toBe(
        mqtt.writeToStream(
          packet as unknown as mqtt.Packet,
          theirs as unknown as NodeJS.WritableStream,
        ),
      );
    }
  });

  test('of the last write, if there are two', () => {
    const results = [false, true];
    const stream = { write: () => results.shift() } as unknown as Writable;
    expect(written(large, stream)).toBe(true);
    expect(results).toEqual([]);
  });

  test('false, and drain when there is room again', async () => {
    const stream = new Writable({
      highWaterMark: 10,
      write: (_, __, done) => void setImmediate(done),
    });
    expect(written(large, stream)).toBe(false);
    await new Promise((resolve) => stream.once('drain', resolve));
    expect(written({ cmd: 'pingreq' }, stream)).toBe(true);
  });

  test('false for a packet that does not fit, and nothing else happens', () => {
    const stream = new Recorder();
    const opts = { protocolVersion: 5, properties: { maximumPacketSize: 5 } };
    const puback = {
      cmd: 'puback',
      messageId: 1,
      reasonCode: 0x80,
      properties: { reasonString: 'x' },
    };
    expect(written(puback, stream, opts)).toBe(false);
    expect(stream.chunks).toEqual([]);
    expect(stream.destroyed).toBe(false);
  });
});

test('an error is given to destroy() in the same call, and thrown by nobody', () => {
  const destroy = vi.fn();
  const stream = { write: vi.fn(), destroy } as unknown as Writable;
  expect(written({ cmd: 'publish', topic: 1 }, stream)).toBe(false);
  expect(destroy.mock.calls).toEqual([[new Error('Invalid topic')]]);
  expect(stream.write).not.toHaveBeenCalled();
});

test('what the stream throws is not taken for a fault of the packet', () => {
  const destroy = vi.fn();
  const write = () => {
    throw new Error('broken');
  };
  const stream = { write, destroy } as unknown as Writable;
  expect(() => written({ cmd: 'pingreq' }, stream)).toThrow('broken');
  expect(destroy).not.toHaveBeenCalled();
});

test('a packet whose getter writes another one', () => {
  const inner = new Recorder();
  const stream = new Recorder();
  const properties = {
    get contentType(): string {
      written({ cmd: 'publish', topic: 'inner', payload: 'x' }, inner);
      return 'text';
    },
  };
  written({ cmd: 'publish', topic: 'outer', properties }, stream, MQTT5);
  expect(stream.hex).toBe(
    generated({ cmd: 'publish', topic: 'outer', properties: { contentType: 'text' } }, MQTT5),
  );
  expect(inner.hex).toBe(generated({ cmd: 'publish', topic: 'inner', payload: 'x' }));
});

test('cacheNumbers can be read and set', () => {
  expect(writeToStream.cacheNumbers).toBe(true);
  writeToStream.cacheNumbers = false;
  expect(writeToStream.cacheNumbers).toBe(false);
  const stream = new Recorder();
  written({ cmd: 'puback', messageId: 258 }, stream);
  expect(stream.hex).toBe('40020102');
  writeToStream.cacheNumbers = true;
  expect(writeToStream.cacheNumbers).toBe(true);
});
