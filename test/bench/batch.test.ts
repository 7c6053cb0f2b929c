/** The batch API as a contestant: right for every workload, and found out where it is wrong. */
import { Decoder, type FrameCursor } from 'mqtt-wasm';
import { describe, expect, it } from 'vitest';
import { batchCase, CursorObserver, routeBatch, routeChecksum } from '../../bench/batch.js';
import { Mismatch } from '../../bench/contest.js';
import { publishQos0, publishQos1 } from '../../bench/frames.js';
import { verifyCase } from '../../bench/verify.js';
import { WORKLOAD_IDS, type Workload, workloadOf } from '../../bench/workloads.js';

it.each([...WORKLOAD_IDS])('batch/%s is decoded right', async (id) => {
  await expect(verifyCase(batchCase(id))).resolves.toBeUndefined();
});

it('what a broker looks at is counted once each', () => {
  const { bytes, packet } = publishQos1('a/b', Uint8Array.of(7, 7), 258);
  expect(routeBatch(new Decoder().push(bytes))).toBe(2 + 1 + 258 + 2);
  expect(routeChecksum([packet])).toBe(2 + 1 + 258 + 2);
});

describe('the observer', () => {
  const workload = workloadOf('B');
  const { chunks, packets } = workload;

  /** Compares what is decoded with what these say. */
  function observe(expected: Pick<Workload, 'packets' | 'chunks'>): void {
    const observer = new CursorObserver(expected);
    const decoder = new Decoder();
    for (const chunk of chunks) observer.take(decoder.push(chunk).cursor());
    observer.end();
  }

  it('takes what is right', () => {
    expect(() => observe(workload)).not.toThrow();
  });

  it.each<[string, Pick<Workload, 'packets' | 'chunks'>, RegExp]>([
    ['other packets', { chunks, packets: packets.slice(1) }, /packet 0: type is PINGREQ/],
    ['a packet too few', { chunks, packets: packets.slice(0, -1) }, /4096 packets, expected 4095/],
    ['a packet too many', { chunks, packets: [...packets, ...packets] }, /4096 packets, expected/],
    ['other bytes', { chunks: chunks.slice(1), packets }, /order of the bytes/],
    ['more bytes', { chunks: [...chunks, Buffer.of(0)], packets }, /number of bytes/],
  ])('refuses %s', (_, expected, message) => {
    expect(() => observe(expected)).toThrow(Mismatch);
    expect(() => observe(expected)).toThrow(message);
  });

  const frames = ['a', 'b'].map((topic) => publishQos0(topic, Uint8Array.of(1)));
  const two = {
    chunks: [Buffer.concat(frames.map(({ bytes }) => bytes))],
    packets: frames.map(({ packet }) => packet),
  };

  /** A cursor over the two that tells these numbers of their topics. */
  function numbered(ids: readonly number[]): FrameCursor {
    const cursor = new Decoder().push(two.chunks[0] as Buffer).cursor();
    let index = -1;
    return new Proxy(cursor, {
      get(target, name) {
        if (name === 'topicId') return ids[index];
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return () => {
          if (name === 'next') index++;
          return Reflect.apply(value, target, []);
        };
      },
    });
  }

  it.each([
    [[1, 2], true],
    [[0, 0], true],
    [[0, 7], true],
    [[7, 7], false],
  ])('of the numbers %j for two topics says %s', (ids, isRight) => {
    const observe = () => new CursorObserver(two).take(numbered(ids));
    if (isRight) expect(observe).not.toThrow();
    else expect(observe).toThrow(/topic 7 is b, expected a/);
  });
});
