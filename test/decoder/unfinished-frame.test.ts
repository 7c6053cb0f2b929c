/** What a connection holds in memory for a frame that is not complete. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/decoder/decoder.js';
import { UnfinishedFrame } from '../../src/decoder/unfinished-frame.js';
import { encode } from '../../src/encoder/encoder.js';

/** Bytes that this process holds now, in objects and in array buffers. */
async function memoryHeld(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc');
  // The memory of collected array buffers is given back in the background.
  for (let round = 0; round < 3; round++) {
    globalThis.gc();
    await sleep(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function fill(length: number, start = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (start + index) & 0xff);
}

describe('the bytes come out as they came in', () => {
  test.each([
    ['one by one', Array.from({ length: 1000 }, () => 1)],
    ['in small pieces', Array.from({ length: 100 }, () => 10)],
    ['small, then large', [1, 2, 3, 4, 990]],
    ['large, then small', [900, 50, 49, 1]],
    ['larger than a view must be', [1, 5000, 10, 4096, 4095, 1, 1]],
    ['with empty ones', [0, 500, 0, 500, 0]],
  ])('%s', (_, lengths) => {
    for (const fromPool of [false, true]) {
      const frame = new UnfinishedFrame();
      const needed = lengths.reduce((sum, length) => sum + length, 0);
      frame.needed = needed;
      const all = fill(needed);
      let at = 0;
      for (const length of lengths.slice(0, -1)) {
        const piece = all.subarray(at, at + length);
        frame.append(fromPool ? piece : piece.slice());
        at += length;
        expect(frame.length).toBe(at);
      }
      const joined = frame.complete(all.subarray(at));
      expect(new Uint8Array(joined)).toEqual(all);
      expect(joined.buffer.byteLength).toBe(needed);
      expect(frame.length).toBe(0);
    }
  });

  test('also when the length changes to that of the last of several pieces', () => {
    const all = fill(3000);
    // The second segment has room for eight times as much as had come.
    for (let needed = 3001; needed < 24_000; needed++) {
      const other = new UnfinishedFrame();
      other.needed = 60_000;
      other.append(all.subarray(0, 100));
      other.append(all.subarray(100, 3000));
      other.needed = needed;
      const joined = other.complete(new Uint8Array(needed - 3000));
      if (Buffer.compare(joined.subarray(0, 3000), all.subarray(0, 3000)) !== 0) {
        expect.fail(`wrong with a length of ${needed}`);
      }
    }
  });

  test('also while the length is not known yet', () => {
    const frame = new UnfinishedFrame();
    for (const byte of [0x30, 0x80, 0x80]) frame.append(Uint8Array.of(byte));
    const header = new Uint8Array(5);
    expect(frame.fixedHeader(header, Uint8Array.of(1))).toBe(4);
    expect([...header.subarray(0, 4)]).toEqual([0x30, 0x80, 0x80, 1]);
    expect(frame.fixedHeader(header, Uint8Array.of(1, 2, 3))).toBe(5);
    expect([...header]).toEqual([0x30, 0x80, 0x80, 1, 2]);
    expect(frame.firstByte).toBe(0x30);
    frame.announce(6);
    frame.append(Uint8Array.of(1, 2));
    const joined = frame.complete(Uint8Array.of(3));
    expect([...joined]).toEqual([0x30, 0x80, 0x80, 1, 2, 3]);
    expect(joined.buffer.byteLength).toBe(6);
  });
});

describe('what is held', () => {
  test('a short tail is copied, so that it does not pin its chunk', async () => {
    const publish = encode({ type: 'PUBLISH', topic: 'a', payload: new Uint8Array(100) });
    const frames = 600;
    const decoders: Decoder[] = [];
    const before = await memoryHeld();
    for (let i = 0; i < 200; i++) {
      const chunk = new Uint8Array(frames * publish.length + 10);
      for (let n = 0; n < frames; n++) chunk.set(publish, n * publish.length);
      chunk.set(publish.subarray(0, 10), frames * publish.length);
      const decoder = new Decoder();
      expect(decoder.push(chunk).length).toBe(frames);
      expect(decoder.unfinishedLength).toBe(10);
      decoders.push(decoder);
    }
    // Two hundred chunks are 13 MB; two hundred tails of ten bytes are next to nothing.
    expect((await memoryHeld()) - before).toBeLessThan(2_000_000);
    expect(decoders).toHaveLength(200);
  });

  test('memory grows with the bytes received, not with the length claimed', async () => {
    const before = await memoryHeld();
    const decoders = Array.from({ length: 500 }, () => {
      const decoder = new Decoder();
      // A PUBLISH that claims 268,435,455 bytes and sends twelve.
      decoder.push(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f));
      decoder.push(Uint8Array.of(0, 1, 0x61, 1, 2, 3, 4));
      return decoder;
    });
    expect(decoders.every((decoder) => decoder.unfinishedLength === 12)).toBe(true);
    expect((await memoryHeld()) - before).toBeLessThan(500 * 4096);
  });

  test.each([
    ['slices of one buffer', (frame: Uint8Array, at: number) => frame.subarray(at, at + 1)],
    [
      'buffers of their own',
      (frame: Uint8Array, at: number) => new Uint8Array(frame.subarray(at, at + 1)),
    ],
  ])(
    'a frame that trickles in as %s takes linear time and about twice its bytes',
    async (_, byteAt) => {
      const length = 400_000;
      const frame = encode({ type: 'PUBLISH', topic: 'a', payload: new Uint8Array(length) });
      const decoder = new Decoder();
      const before = await memoryHeld();
      let frames = 0;
      for (let at = 0; at < frame.length - 1; at++) {
        frames += decoder.push(byteAt(frame, at)).length;
      }
      expect(frames).toBe(0);
      expect(decoder.unfinishedLength).toBe(frame.length - 1);
      expect((await memoryHeld()) - before).toBeLessThan(length * 2.5 + 1_000_000);
      expect(decoder.push(frame.subarray(-1)).length).toBe(1);
    },
  );

  test('nothing is held between frames, nor after an error', () => {
    const decoder = new Decoder();
    decoder.push(Uint8Array.of(0xc0));
    decoder.push(Uint8Array.of(0x00, 0x40));
    expect(decoder.unfinishedLength).toBe(1);
    expect(decoder.push(Uint8Array.of(0x03)).error?.code).toBe('ERR_MQTT_PACKET_LENGTH');
    expect(decoder.unfinishedLength).toBe(0);
  });
});
