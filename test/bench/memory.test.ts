/** What is counted about memory is what happens. */
import { describe, expect, it } from 'vitest';
import { bytesCopiedBy } from '../../bench/memory/count-copies.js';
import { bytesEach } from '../../bench/memory/decoders.js';
import { bytesAllocatedBy, bytesPerFrame } from '../../bench/memory/heap.js';

describe('bytesCopiedBy', () => {
  const bytes = Buffer.alloc(10, 1);
  const target = new Uint8Array(100);

  it.each<[string, () => unknown, number]>([
    ['set()', () => target.set(bytes, 5), 10],
    ['set() of numbers', () => target.set([1, 2, 3]), 3],
    ['slice()', () => new Uint8Array(100).slice(20, 40), 20],
    ['copyWithin()', () => target.copyWithin(0, 90), 10],
    ['Buffer.copy()', () => bytes.copy(target, 0, 0, 4), 4],
    ['Buffer.concat()', () => Buffer.concat([bytes, bytes]), 20],
    ['Buffer.from(bytes)', () => Buffer.from(bytes), 10],
    ['no view', () => [bytes.subarray(2), Buffer.from(target.buffer, 2, 5)], 0],
    ['no rows', () => new Int32Array(8).slice(), 0],
  ])('counts %s', (_, work, copied) => {
    expect(bytesCopiedBy(work)).toBe(copied);
  });

  it('leaves everything as it was, also when the work throws', () => {
    const before = [Uint8Array.prototype.set, Buffer.prototype.copy, Buffer.concat, Buffer.from];
    expect(() =>
      bytesCopiedBy(() => {
        throw new Error('no');
      }),
    ).toThrow('no');
    const after = [Uint8Array.prototype.set, Buffer.prototype.copy, Buffer.concat, Buffer.from];
    expect(after).toEqual(before);
    for (const [index, method] of after.entries()) expect(method).toBe(before[index]);
  });
});

describe('bytes allocated', () => {
  it('are those of the objects made, garbage or not', () => {
    let made: object = {};
    const frames = 1000;
    const pass = () => {
      // 16 bytes for the array, and as much again for its 8 elements and their head, at the least.
      for (let i = 0; i < frames; i++) made = new Array<number>(8).fill(i);
    };
    expect(bytesPerFrame(pass, frames, 4 * frames)).toBeGreaterThan(40);
    expect(bytesPerFrame(pass, frames, 4 * frames)).toBeLessThan(400);
    expect(made).toHaveLength(8);
  });

  it('are none where nothing is made', () => {
    let sum = 0;
    const pass = () => {
      for (let i = 0; i < 1000; i++) sum += i & 1;
    };
    expect(bytesPerFrame(pass, 1000, 1_000_000)).toBeLessThan(0.1);
    expect(sum).toBeGreaterThan(0);
  });

  it('are not told when something was collected meanwhile', () => {
    expect(bytesAllocatedBy(() => globalThis.gc?.())).toBeUndefined();
  });
});

it('bytesEach() counts what is kept, on the heap and off it', () => {
  // Many, because whatever else is collected meanwhile counts as well.
  const bytes = bytesEach(() => new Uint8Array(new ArrayBuffer(1000)), 20_000);
  expect(bytes).toBeGreaterThan(1000);
  expect(bytes).toBeLessThan(2000);
});
