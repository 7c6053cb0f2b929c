/** Payloads that come in parts, frames in parts for a vectored write, and streams of both. */
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Encoder } from '../../src/encoder/encoder.js';
import { EncoderStream } from '../../src/io/transform.js';
import { WebEncoderStream } from '../../src/io/web-stream.js';
import type { EncodablePacket } from '../../src/protocol/packets.js';
import { asHex, errorOf, expectRefusal } from './support.js';

const start = (payloadLength: number): EncodablePacket => ({
  type: 'PUBLISH_START',
  topic: 't',
  qos: 1,
  packetIdentifier: 5,
  payloadLength,
});
const part = (...bytes: readonly number[]): EncodablePacket => ({
  type: 'PUBLISH_PART',
  payload: Uint8Array.from(bytes),
});
const END: EncodablePacket = { type: 'PUBLISH_END' };

test('a start, the bytes of the parts themselves, and an end of no bytes', () => {
  const encoder = new Encoder();
  expect(encoder.encodedLength(start(3))).toBe(7);
  expect(asHex(encoder.encode(start(3)))).toBe('32080001740005');
  const first = Uint8Array.of(1, 2);
  expect(encoder.encodedLength({ type: 'PUBLISH_PART', payload: first })).toBe(2);
  expect(encoder.encode({ type: 'PUBLISH_PART', payload: first })).toBe(first);
  const target = new Uint8Array(3);
  expect(encoder.encodeInto(part(3), target, 1)).toBe(1);
  expect(asHex(target)).toBe('000300');
  expect(encoder.encodedLength(END)).toBe(0);
  expect(encoder.encode(END)).toHaveLength(0);
  encoder.end();
  expect(asHex(encoder.encode({ type: 'PINGREQ' }))).toBe('c000');
});

test('a payload of no bytes', () => {
  const encoder = new Encoder({ protocolVersion: 5 });
  expect(asHex(encoder.encode(start(0)))).toBe('3206000174000500');
  expect(() => encoder.end()).toThrow('PUBLISH_END');
  expect(encoder.encodeInto(END, new Uint8Array(0))).toBe(0);
  encoder.end();
});

test('what may not come next is refused, and changes nothing', () => {
  const encoder = new Encoder();
  const refused = (packet: EncodablePacket, field: string): void => {
    for (const action of [
      () => encoder.encode(packet),
      () => encoder.encodeInto(packet, new Uint8Array(100)),
      () => encoder.encodeParts(packet),
      () => encoder.encodedLength(packet),
    ]) {
      expect(errorOf(action)).toMatchObject({
        code: 'ERR_MQTT_PAYLOAD_LENGTH',
        packetType: 'PUBLISH',
        field,
      });
    }
  };
  refused(part(1), 'packet');
  refused(END, 'packet');
  encoder.encode(start(2));
  refused(part(1, 2, 3), 'payload');
  refused(END, 'payload');
  refused(start(1), 'packet');
  refused({ type: 'PINGREQ' }, 'packet');
  refused({ type: 'CONNECT', protocolLevel: 5 }, 'packet');
  expect(errorOf(() => encoder.end())).toMatchObject({
    code: 'ERR_MQTT_PAYLOAD_LENGTH',
    field: 'payload',
  });
  expect(() => encoder.encodeInto(part(1, 2), new Uint8Array(1))).toThrow(RangeError);
  encoder.encode(part(1, 2));
  refused({ type: 'PINGREQ' }, 'packet');
  refused(part(3), 'payload');
  encoder.encode(END);
  refused(END, 'packet');
});

test('payloadLength and the size of the frame are checked at the start', () => {
  const packet = { type: 'PUBLISH_START', topic: 't' };
  for (const wrong of [-1, 1.5, 268_435_456]) {
    expectRefusal({ ...packet, payloadLength: wrong }, 'ERR_MQTT_FIELD_RANGE', 'payloadLength');
  }
  expectRefusal({ ...packet, payloadLength: '1' }, 'ERR_MQTT_FIELD_TYPE', 'payloadLength');
  expectRefusal(packet, 'ERR_MQTT_FIELD_TYPE', 'payloadLength');
  const most = { ...packet, payloadLength: 268_435_455 - 3 } as EncodablePacket;
  expect(asHex(new Encoder().encode(most))).toBe('30ffffff7f000174');
  const more = { ...packet, payloadLength: 268_435_455 - 2 };
  expectRefusal(more, 'ERR_MQTT_PACKET_TOO_LARGE', 'packet', {});
  const limited = { maximumPacketSize: 10 };
  expectRefusal({ ...packet, payloadLength: 6 }, 'ERR_MQTT_PACKET_TOO_LARGE', 'packet', limited);
  expect(
    new Encoder(limited).encode({ ...packet, payloadLength: 5 } as EncodablePacket),
  ).toHaveLength(5);
});

test('a part that is no Uint8Array is refused', () => {
  const encoder = new Encoder();
  encoder.encode(start(1));
  const text = { type: 'PUBLISH_PART', payload: 'x' } as unknown as EncodablePacket;
  expect(errorOf(() => encoder.encode(text)).code).toBe('ERR_MQTT_FIELD_TYPE');
});

describe('encodeParts()', () => {
  const encoder = new Encoder();

  test('gives the payload uncopied behind what stands before it', () => {
    const payload = Uint8Array.of(1, 2, 3);
    const parts = encoder.encodeParts({ type: 'PUBLISH', topic: 't', payload });
    expect(parts).toHaveLength(2);
    expect(asHex(parts[0] as Uint8Array)).toBe('3006000174');
    expect(parts[1]).toBe(payload);
  });

  test.each<[EncodablePacket, string]>([
    [{ type: 'PUBLISH', topic: 't' }, '3003000174'],
    [{ type: 'PUBLISH', topic: 't', payload: new Uint8Array(0) }, '3003000174'],
    [{ type: 'PUBLISH', topic: 't', payload: 'p' }, '300400017470'],
    [{ type: 'PINGREQ' }, 'c000'],
  ])('%o is one buffer', (packet, bytes) => {
    expect(encoder.encodeParts(packet).map(asHex)).toEqual([bytes]);
  });

  test('refuses a packet that changes', () => {
    let reads = 0;
    const packet = Object.defineProperty({ type: 'PUBLISH', topic: 't' }, 'payload', {
      get: () => new Uint8Array(++reads),
    });
    expect(() => encoder.encodeParts(packet as EncodablePacket)).toThrow('changed');
  });
});

describe('streams', () => {
  const PACKETS: readonly EncodablePacket[] = [
    start(3),
    part(1, 2),
    part(3),
    END,
    { type: 'PINGREQ' },
  ];

  async function collect(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
    const collected: string[] = [];
    for await (const chunk of chunks) collected.push(asHex(chunk));
    return collected;
  }

  function web(packets: readonly EncodablePacket[]): ReadableStream<Uint8Array> {
    const source = new ReadableStream<EncodablePacket>({
      start(controller) {
        for (const packet of packets) controller.enqueue(packet);
        controller.close();
      },
    });
    return source.pipeThrough(new WebEncoderStream());
  }

  test('EncoderStream gives no empty chunks', async () => {
    const stream = Readable.from(PACKETS).pipe(new EncoderStream({ readableHighWaterMark: 1 }));
    expect((await collect(stream)).join('')).toBe('32080001740005' + '010203' + 'c000');
  });

  test('WebEncoderStream gives no empty chunks', async () => {
    const chunks = await collect(web(PACKETS) as unknown as AsyncIterable<Uint8Array>);
    expect(chunks).toEqual(['32080001740005', '0102', '03', 'c000']);
  });

  test('both fail where a payload is unfinished', async () => {
    const unfinished = PACKETS.slice(0, 2);
    const expected = expect.objectContaining({ code: 'ERR_MQTT_PAYLOAD_LENGTH' });
    const stream = Readable.from(unfinished).pipe(new EncoderStream());
    await expect(collect(stream)).rejects.toEqual(expected);
    await expect(collect(web(unfinished) as unknown as AsyncIterable<Uint8Array>)).rejects.toEqual(
      expected,
    );
  });

  test('both have their encoder', () => {
    expect(new EncoderStream({ protocolVersion: 5 }).encoder.protocolVersion).toBe(5);
    expect(new WebEncoderStream({ protocolVersion: 5 }).encoder.protocolVersion).toBe(5);
  });
});
