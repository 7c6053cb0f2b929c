/** The Web Streams: pipes, backpressure down to the packet, errors behind what came before them. */

import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { FrameBatch } from '../../src/decoder/batch.js';
import { encode } from '../../src/encoder/encoder.js';
import { WebDecoderStream, WebEncoderStream } from '../../src/io/web-stream.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { collect } from '../support/collect.js';
import { byteByByte } from '../support/decode.js';
import { hex, join } from '../support/hex.js';
import { bytesOf, pubacks } from '../support/pubacks.js';

const BAD = hex('36 00');

function from<T>(items: readonly T[]): ReadableStream<T> {
  return new ReadableStream({
    start(controller) {
      for (const item of items) controller.enqueue(item);
      controller.close();
    },
  });
}

describe('WebDecoderStream', () => {
  test('works in pipeThrough(), whatever the chunks', async () => {
    const packets = pubacks(200);
    for (const chunks of [[bytesOf(packets)], byteByByte(bytesOf(packets))]) {
      const decoded = from(chunks).pipeThrough(new WebDecoderStream());
      expectTypeOf(decoded).toEqualTypeOf<ReadableStream<ControlPacket>>();
      expect(await collect(decoded)).toEqual({ items: packets, error: undefined });
    }
  });

  test('delivers batches', async () => {
    const decoded = from([bytesOf(pubacks(5)), bytesOf(pubacks(2))]).pipeThrough(
      new WebDecoderStream({ deliver: 'batches' }),
    );
    expectTypeOf(decoded).toEqualTypeOf<ReadableStream<FrameBatch>>();
    const { items } = await collect(decoded);
    expect(items.map((batch) => [...batch.packets()])).toEqual([pubacks(5), pubacks(2)]);
  });

  test('a write is done when its last packet was taken', async () => {
    const { readable, writable } = new WebDecoderStream();
    const writer = writable.getWriter();
    const reader = readable.getReader();
    let done = false;
    void writer.write(bytesOf(pubacks(3))).then(() => {
      done = true;
    });
    for (let index = 0; index < 3; index++) {
      expect((await reader.read()).value).toEqual(pubacks(3)[index]);
      await turn();
      expect(done).toBe(false);
    }
    const next = reader.read();
    await turn();
    expect(done).toBe(true);
    await writer.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test.each(['packets', 'batches'] as const)(
    'at an error, everything before it is read first: %s',
    async (deliver) => {
      const stream = new WebDecoderStream({ deliver });
      const piped = from([bytesOf(pubacks(3)), join(bytesOf(pubacks(4)), BAD)]).pipeTo(
        stream.writable,
      );
      const failure = expect(piped).rejects.toMatchObject({ code: 'ERR_MQTT_INVALID_QOS' });
      const { items, error } = await collect<ControlPacket | FrameBatch>(stream.readable);
      const seen = items.flatMap((item) => ('packets' in item ? [...item.packets()] : [item]));
      expect(seen).toEqual([...pubacks(3), ...pubacks(4)]);
      expect(error).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS', offset: 28 });
      await failure;
    },
  );

  test('an error is reported even where nothing came before it and nothing comes after', async () => {
    const stream = new WebDecoderStream();
    const writing = stream.writable.getWriter().write(BAD);
    const failure = expect(writing).rejects.toMatchObject({ code: 'ERR_MQTT_INVALID_QOS' });
    expect((await collect(stream.readable)).error).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS' });
    await failure;
  });

  test('a stream cut inside a frame fails both sides', async () => {
    const stream = new WebDecoderStream();
    const piped = from([join(bytesOf(pubacks(2)), hex('30'))]).pipeTo(stream.writable);
    const failure = expect(piped).rejects.toMatchObject({ code: 'ERR_MQTT_UNEXPECTED_END' });
    const { items, error } = await collect(stream.readable);
    expect(items).toEqual(pubacks(2));
    expect(error).toMatchObject({ code: 'ERR_MQTT_UNEXPECTED_END' });
    await failure;
  });

  test('cancelling the reader ends the writer, and aborting the writer ends the reader', async () => {
    const one = new WebDecoderStream();
    const writer = one.writable.getWriter();
    const writing = expect(writer.write(bytesOf(pubacks(3)))).rejects.toThrow('enough');
    await one.readable.cancel(new Error('enough'));
    await writing;
    await expect(writer.closed).rejects.toThrow('enough');

    const two = new WebDecoderStream();
    const reading = expect(two.readable.getReader().read()).rejects.toThrow('gone');
    await two.writable.abort(new Error('gone'));
    await reading;
  });

  test('an abort does not wait for a reader that never comes', async () => {
    const stream = new WebDecoderStream();
    const writer = stream.writable.getWriter();
    const writing = expect(writer.write(bytesOf(pubacks(3)))).rejects.toThrow('gone');
    await turn();
    await writer.abort(new Error('gone'));
    await writing;
    await expect(stream.readable.getReader().read()).rejects.toThrow('gone');
  });

  test('what is no bytes fails both sides with a TypeError', async () => {
    const stream = new WebDecoderStream();
    const writing = stream.writable.getWriter().write('text' as unknown as Uint8Array);
    const failure = expect(writing).rejects.toThrow(TypeError);
    expect((await collect(stream.readable)).error).toBeInstanceOf(TypeError);
    await failure;
  });

  test('refuses wrong options', () => {
    expect(() => new WebDecoderStream({ deliver: 'x' as 'packets' })).toThrow('deliver');
  });
});

describe('WebEncoderStream', () => {
  test('goes from packets to bytes and back', async () => {
    const decoded = from(pubacks(50))
      .pipeThrough(new WebEncoderStream())
      .pipeThrough(new WebDecoderStream());
    expect(await collect(decoded)).toEqual({ items: pubacks(50), error: undefined });
  });

  test('fails behind everything encoded before', async () => {
    const stream = new WebEncoderStream();
    const piped = from<ControlPacket>([
      ...pubacks(3),
      { type: 'PUBACK', packetIdentifier: 0 },
    ]).pipeTo(stream.writable);
    const failure = expect(piped).rejects.toMatchObject({ code: 'ERR_MQTT_PACKET_IDENTIFIER' });
    const { items, error } = await collect(stream.readable);
    expect(join(...items)).toEqual(bytesOf(pubacks(3)));
    expect(error).toMatchObject({ code: 'ERR_MQTT_PACKET_IDENTIFIER' });
    await failure;
  });

  test('the end of a payload, which has no bytes, waits for no reader', async () => {
    const stream = new WebEncoderStream();
    const writer = stream.writable.getWriter();
    const reader = stream.readable.getReader();
    const started = writer.write({ type: 'PUBLISH_START', topic: 't', payloadLength: 1 });
    expect((await reader.read()).value).toEqual(
      encode({ type: 'PUBLISH', topic: 't', payload: 'x' }).subarray(0, -1),
    );
    const part = writer.write({ type: 'PUBLISH_PART', payload: Uint8Array.of(0x78) });
    expect((await reader.read()).value).toEqual(Uint8Array.of(0x78));
    // A write is done when the reader comes for more.
    const end = reader.read();
    await started;
    await part;
    await writer.write({ type: 'PUBLISH_END' });
    await writer.close();
    expect((await end).done).toBe(true);
  });
});
