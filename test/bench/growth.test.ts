/** The curves: what grows does, nothing else does, and every contestant gets the same packets. */
import { describe, expect, it } from 'vitest';
import { collidingContestants } from '../../bench/collisions.js';
import type { Contestant } from '../../bench/contest.js';
import { CURVES, type Curve, curveWorkload } from '../../bench/curves.js';
import { growthCase } from '../../bench/growth.js';
import { tinyChunkContestants } from '../../bench/tiny-chunks.js';
import { verifyCase } from '../../bench/verify.js';
import { TINY } from '../../src/scanner/wasm.js';

function curveNamed(name: string): Curve {
  const curve = CURVES.find((candidate) => candidate.name === name);
  if (curve === undefined) throw new Error(`no curve ${name}`);
  return curve;
}

function topicsOf(name: string, x: number): Set<string> {
  return new Set(curveWorkload(curveNamed(name), x).packets.map(({ topic }) => topic as string));
}

describe.each(CURVES.map((curve) => [curve.name, curve] as const))('curve %s', (_, curve) => {
  it('grows', () => {
    expect([...curve.xs].sort((a, b) => a - b)).toEqual(curve.xs);
    expect(new Set(curve.xs).size).toBe(curve.xs.length);
  });

  it.each(curve.xs.filter((x) => x <= 10_000).slice(0, 4))('at %d is decoded right', async (x) => {
    const subject = growthCase(curve, x);
    expect(subject.id).toBe(`growth/${curve.name}/${x}`);
    expect(subject.point).toEqual({ curve: curve.name, x });
    await expect(verifyCase(subject)).resolves.toBeUndefined();
  });
});

describe('what grows', () => {
  it('payload', () => {
    for (const x of [0, 64, 65_536]) {
      const { packets } = curveWorkload(curveNamed('payload'), x);
      expect(new Set(packets.map(({ payload }) => payload?.length))).toEqual(new Set([x]));
    }
  });

  it('topics', () => {
    for (const x of [1, 256, 65_536]) {
      const topics = topicsOf('topics', x);
      expect(topics.size).toBe(x);
      expect(new Set([...topics].map((topic) => Buffer.byteLength(topic)))).toEqual(new Set([30]));
    }
  });

  it('topics that collide', () => {
    for (const x of [16, 65_536]) {
      const topics = topicsOf('colliding-topics', x);
      expect(topics.size).toBe(x);
      expect(new Set([...topics].map((topic) => Buffer.byteLength(topic)))).toEqual(new Set([128]));
    }
  });

  it.each([
    ['topic-length', /^[\x20-\x7e]+$/],
    ['accented-topic-length', /^[À-ÿ]/],
  ])('%s', (name, looks) => {
    for (const x of curveNamed(name).xs) {
      const topics = topicsOf(name, x);
      expect(topics.size).toBe(64);
      for (const topic of topics) {
        expect(Buffer.byteLength(topic)).toBe(x);
        expect(topic).toMatch(looks);
      }
    }
  });

  it('chunk', () => {
    for (const x of [1, 4096]) {
      const { chunks } = curveWorkload(curveNamed('chunk'), x);
      expect(chunks.slice(0, -1).every(({ length }) => length === x)).toBe(true);
    }
  });

  it('frame a chunk', () => {
    const curve = curveNamed('frame-a-chunk');
    for (const x of curve.xs) {
      const { chunks, packets } = curveWorkload(curve, x);
      expect(chunks).toHaveLength(packets.length);
      expect(new Set(chunks.map(({ length }) => length))).toEqual(new Set([x]));
    }
    const types = curve.xs.map((x) => curveWorkload(curve, x).packets[0]?.type);
    expect([...new Set(types)]).toEqual(['PINGREQ', 'PUBACK', 'PUBLISH']);
  });

  it('connections: each gets a chunk', () => {
    const { chunks, packets } = curveWorkload(curveNamed('connections'), 10_000);
    expect(chunks).toHaveLength(10_000);
    expect(packets).toHaveLength(10_000);
  });
});

describe('topics that collide', () => {
  it('are told from topics that do not, whatever the keys', () => {
    const whole = curveWorkload(curveNamed('topic-length'), 30);
    const chunks = Array.from({ length: 64 }, (_, at) =>
      whole.chunks[0]?.subarray(at * 66, (at + 1) * 66),
    );
    const scattered = { ...whole, chunks: chunks as Buffer[], packets: whole.packets.slice(0, 64) };
    const contestants = collidingContestants(scattered, 64);
    expect(contestants.map(({ name }) => name)).toEqual([
      'wasm-simd',
      'wasm-scalar',
      'baseline',
      'wasm-simd, keys known',
      'wasm-scalar, keys known',
      'baseline, keys known',
    ]);
    for (const { name, check } of contestants) {
      if (name.endsWith('keys known')) expect(check).toThrow(/^64 topics are in \d+ places$/);
      else expect(check).not.toThrow();
    }
  });

  it('have not been scattered where too few places are found', () => {
    const colliding = curveWorkload(curveNamed('colliding-topics'), 16);
    // Said to be 65,536 topics, 16 would have to be in more places than they can be.
    const [unknown] = collidingContestants(colliding, 65_536);
    expect(() => unknown?.check()).toThrow(/^65536 topics are in 16 places$/);
  });
});

describe('a frame a chunk', () => {
  const tiny = curveWorkload(curveNamed('frame-a-chunk'), TINY - 1);
  const enough = curveWorkload(curveNamed('frame-a-chunk'), TINY);

  function whoIsRight(contestants: readonly Contestant[]): string[] {
    const isRight = ({ check }: Contestant) => {
      try {
        check();
        return true;
      } catch {
        return false;
      }
    };
    return contestants.filter(isRight).map(({ name }) => name);
  }

  it('goes to WebAssembly, however short', () => {
    const all = ['wasm-simd', 'wasm-scalar', 'baseline'];
    expect(whoIsRight(tinyChunkContestants(tiny))).toEqual(all);
  });

  it('is told from one that TypeScript has scanned', () => {
    expect(whoIsRight(tinyChunkContestants(tiny, TINY))).toEqual(['baseline']);
    expect(whoIsRight(tinyChunkContestants(enough, TINY))).toHaveLength(3);
    const [simd] = tinyChunkContestants(tiny, TINY);
    expect(() => simd?.check()).toThrow(/^WebAssembly has got 0 of \d+ bytes$/);
  });
});
