/** The batch API as a contestant: right for every workload, and found out where it is wrong. */
import { Decoder, type FrameBatch } from 'mqtt-wasm';
import { describe, expect, it } from 'vitest';
import { batchCase, CursorObserver, routeBatch, routeChecksum } from '../../bench/batch.js';
import { Mismatch } from '../../bench/contest.js';
import { publishQos1 } from '../../bench/frames.js';
import { verifyCase } from '../../bench/verify.js';
import { WORKLOAD_IDS, workloadOf } from '../../bench/workloads.js';

it.each([...WORKLOAD_IDS])('batch/%s is decoded right', async (id) => {
  await expect(verifyCase(batchCase(id))).resolves.toBeUndefined();
});

it('what a broker looks at is counted once each', () => {
  const { bytes, packet } = publishQos1('a/b', Uint8Array.of(7, 7), 258);
  expect(routeBatch(new Decoder().push(bytes))).toBe(2 + 1 + 258 + 2);
  expect(routeChecksum([packet])).toBe(2 + 1 + 258 + 2);
});

describe('the observer', () => {
  const { chunks, packets } = workloadOf('B');
  const batches = (decoder: Decoder): FrameBatch[] =>
    chunks.map((chunk) => decoder.push(chunk).detach());

  function observed(): CursorObserver {
    const observer = new CursorObserver();
    for (const batch of batches(new Decoder())) observer.take(batch);
    return observer;
  }

  it('takes what is right', () => {
    expect(() => observed().compare(packets, chunks)).not.toThrow();
  });

  it('refuses other packets', () => {
    expect(() => observed().compare(packets.slice(1), chunks)).toThrow(Mismatch);
  });

  it('refuses other bytes', () => {
    expect(() => observed().compare(packets, chunks.slice(1))).toThrow(/bytes of the frames/);
  });
});
