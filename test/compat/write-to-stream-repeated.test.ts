/** One PUBLISH to many streams: encoded once, and never stale, whatever was changed between two writes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generated, type Loose, MQTT5, Recorder, written } from './writing-support.js';

function chunkOf(packet: Loose, opts?: object): Buffer {
  const stream = new Recorder();
  written(packet, stream, opts);
  expect(stream.hex).toBe(generated(packet, opts));
  return stream.chunks[0] as Buffer;
}

const message = () => ({ cmd: 'publish', topic: 'a/b', payload: Buffer.from('payload'), qos: 0 });

describe('the same message is the same frame', () => {
  test('of other packet objects and other payloads with the same bytes', () => {
    const first = chunkOf(message());
    expect(chunkOf(message())).toBe(first);
    expect(chunkOf({ ...message(), retain: false, dup: 0, messageId: 7 })).toBe(first);
  });

  test.each([0, 1, 64, 65, 511])('with a payload of %i bytes', (length) => {
    const packet = { ...message(), payload: Buffer.alloc(length, 1) };
    expect(chunkOf({ ...packet })).toBe(chunkOf({ ...packet }));
  });

  test('with a payload of text, or none', () => {
    for (const payload of ['text', '', undefined]) {
      expect(chunkOf({ ...message(), payload })).toBe(chunkOf({ ...message(), payload }));
    }
  });

  test('in its head alone, where the payload is large', () => {
    const payloads = [Buffer.alloc(512, 1), Buffer.alloc(512, 2)];
    const streams = payloads.map((payload) => {
      const stream = new Recorder();
      written({ ...message(), payload }, stream);
      expect(stream.hex).toBe(generated({ ...message(), payload }));
      return stream;
    });
    expect(streams[1]?.chunks[0]).toBe(streams[0]?.chunks[0]);
    expect(streams.map(({ chunks }) => chunks[1])).toEqual(payloads);
  });

  test('in MQTT 5.0, without properties', () => {
    expect(chunkOf(message(), MQTT5)).toBe(chunkOf(message(), { protocolVersion: 5 }));
  });
});

interface Change {
  readonly what: string;
  readonly change: Loose;
  readonly opts?: object;
}

describe('what differs is encoded anew', () => {
  const CHANGES: readonly Change[] = [
    { what: 'topic', change: { topic: 'a/c' } },
    { what: 'topic in bytes', change: { topic: Buffer.from('a/b') } },
    { what: 'payload', change: { payload: Buffer.from('Payload') } },
    { what: 'payload of another length', change: { payload: Buffer.from('payloads') } },
    { what: 'payload that ends as the other', change: { payload: Buffer.from('load') } },
    { what: 'payload of text', change: { payload: 'Payload' } },
    { what: 'large payload', change: { payload: Buffer.alloc(512) } },
    { what: 'large payload of another length', change: { payload: Buffer.alloc(513) } },
    { what: 'large payload of text', change: { payload: 'p'.repeat(512) } },
    { what: 'no payload', change: { payload: undefined } },
    { what: 'retain', change: { retain: true } },
    { what: 'dup', change: { dup: true } },
    { what: 'QoS', change: { qos: 1, messageId: 1 } },
    { what: 'version', change: {}, opts: MQTT5 },
    { what: 'properties', change: { properties: { contentType: 'a' } }, opts: MQTT5 },
  ];

  test.each(CHANGES)('$what', ({ change, opts }) => {
    const first = chunkOf(message());
    expect(chunkOf({ ...message(), ...change }, opts)).not.toBe(first);
    expect(first.toString('hex')).toBe(generated(message()));
  });

  test.each(CHANGES)('$what, changed in the packet itself', ({ change, opts }) => {
    const packet = message();
    chunkOf(packet, opts);
    chunkOf(Object.assign(packet, change), opts);
  });

  test.each([7, 64, 65, 300, 511, 512, 3000])(
    'a payload of %i bytes, changed in place',
    (length) => {
      const payload = Buffer.alloc(length, 1);
      const packet = { ...message(), payload };
      for (const at of [0, length >> 1, length - 1]) {
        chunkOf(packet);
        payload[at] = 2;
        chunkOf(packet);
      }
    },
  );

  test('properties changed in place', () => {
    const userProperties = { a: 'b' };
    const packet = { ...message(), properties: { userProperties } };
    chunkOf(packet, MQTT5);
    userProperties.a = 'c';
    chunkOf(packet, MQTT5);
  });

  test('acknowledged messages have their own identifiers', () => {
    for (const messageId of [1, 2, 3]) chunkOf({ ...message(), qos: 1, messageId });
  });
});

test('fields that read differently each time make no frame stale', () => {
  let topics = 0;
  const packet = {
    ...message(),
    get topic(): string {
      return `a/${topics++ % 2}`;
    },
  };
  for (let i = 0; i < 4; i++) {
    written(packet, new Recorder());
    for (const topic of ['a/0', 'a/1']) chunkOf({ ...message(), topic });
  }
});

test('generate() never gives out a frame that others have', () => {
  const first = chunkOf(message());
  const stream = new Recorder();
  written(message(), stream);
  expect(stream.chunks[0]).toBe(first);
  expect(generated(message())).toBe(first.toString('hex'));
});

test('any messages one after the other', () => {
  const packets = fc.array(
    fc.record({
      cmd: fc.constant('publish'),
      topic: fc.constantFrom('a', 'b', 'aa', 'é', Buffer.from('a')),
      payload: fc.constantFrom(
        undefined,
        '',
        'x',
        'é',
        Buffer.from('x'),
        Buffer.from('é'),
        Buffer.alloc(100),
        Buffer.alloc(100, 1),
        Buffer.alloc(512),
        Buffer.alloc(512, 1),
        Buffer.alloc(3000),
        '0'.repeat(512),
      ),
      qos: fc.constantFrom(0, 0, 0, 1),
      retain: fc.boolean(),
      messageId: fc.constantFrom(1, 2),
    }),
    { minLength: 2, maxLength: 20 },
  );
  fc.assert(
    fc.property(packets, fc.constantFrom(undefined, MQTT5), (list, opts) => {
      for (const packet of list) chunkOf(packet, opts);
    }),
    { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 400) },
  );
});
