/** Who has which part of the slabs. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arena, NOWHERE } from '../../../src/io/slabs/arena.js';

const RUNS = Number(process.env.FAST_CHECK_RUNS ?? 400);
const START = 4096;
const SLAB = 256;

interface Piece {
  readonly address: number;
  /** As it was asked for. */
  readonly length: number;
}

/** What has been given away, looked at as a list. */
class Model {
  readonly arena: Arena;
  readonly live: Piece[] = [];

  constructor(slabs: number) {
    this.arena = new Arena(START, slabs, SLAB);
  }

  /** Notes what was given away, and that it is nobody else's. */
  taken(address: number, length: number): void {
    // What has no bytes has a place of its own as well.
    const end = address + Math.max(length, 1);
    expect(address % 8).toBe(0);
    expect(address).toBeGreaterThanOrEqual(START);
    expect(end).toBeLessThanOrEqual(START + this.arena.slabs * SLAB);
    // Within one slab, whatever the length.
    expect(Math.floor((address - START) / SLAB)).toBe(Math.floor((end - 1 - START) / SLAB));
    for (const other of this.live) {
      const isApart = end <= other.address || other.address + Math.max(other.length, 1) <= address;
      expect(isApart, `${address} to ${end}, ${other.address} of ${other.length}`).toBe(true);
    }
    this.live.push({ address, length });
  }

  giveBack(index: number): void {
    const [piece] = this.live.splice(index % this.live.length, 1) as [Piece];
    this.arena.giveBack(piece.address, piece.length);
  }

  /** Slabs that something of what is alive lies in. */
  get used(): number {
    return new Set(this.live.map(({ address }) => Math.floor((address - START) / SLAB))).size;
  }

  /** All slabs are in use or free, but for one from which pieces may be cut although it is empty. */
  check(): void {
    const { arena } = this;
    expect(arena.free).toBeLessThanOrEqual(arena.slabs - this.used);
    expect(arena.free).toBeGreaterThanOrEqual(arena.slabs - this.used - 1);
  }
}

type Step = readonly ['take', number] | readonly ['slab'] | readonly ['back', number];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant('take'), fc.nat(SLAB)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('take'), fc.constantFrom(0, 1, 8, 128, SLAB)) },
    { weight: 1, arbitrary: fc.constant(['slab']) },
    { weight: 6, arbitrary: fc.tuple(fc.constant('back'), fc.nat()) },
    { weight: 1, arbitrary: fc.constant(['back', 0]) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 80 },
);

test('whatever is taken and given back in whatever order: nothing overlaps, and all comes back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), steps, (slabs, steps) => {
      const model = new Model(slabs);
      const { arena, live } = model;
      expect(arena.free).toBe(slabs);
      for (const [what, number = 0] of steps) {
        const before = arena.free;
        if (what === 'take') {
          const address = arena.take(number);
          if (address === NOWHERE) expect(before).toBe(0);
          else model.taken(address, number);
        } else if (what === 'slab') {
          const address = arena.takeSlab();
          if (address === NOWHERE) expect(before).toBe(0);
          else {
            expect((address - START) % SLAB).toBe(0);
            expect(arena.free).toBe(before - 1);
            model.taken(address, SLAB);
          }
        } else if (live.length > 0) model.giveBack(number);
        model.check();
      }
      while (live.length > 0) model.giveBack(live.length - 1);
      // All room is there again, cut small or given as a whole.
      for (let slab = 0; slab < slabs; slab++) model.taken(arena.take(SLAB), SLAB);
      expect(arena.take(1)).toBe(NOWHERE);
      expect(arena.takeSlab()).toBe(NOWHERE);
      expect(arena.free).toBe(0);
    }),
    { numRuns: RUNS },
  );
});

describe('one slab after the other', () => {
  test('who gives back at once uses the same bytes over and over', () => {
    const arena = new Arena(START, 4, SLAB);
    const kept = arena.take(10);
    const addresses = new Set<number>();
    for (let round = 0; round < 100; round++) {
      const address = arena.take(100);
      addresses.add(address);
      arena.giveBack(address, 100);
    }
    expect([...addresses]).toEqual([kept + 16]);
    expect(arena.free).toBe(3);
  });

  test('a slab is free when its last piece has come back, the first cut last', () => {
    const arena = new Arena(START, 2, SLAB);
    const first = arena.take(128);
    const second = arena.take(128);
    const other = arena.take(8);
    expect(arena.free).toBe(0);
    arena.giveBack(second, 128);
    expect(arena.free).toBe(0);
    arena.giveBack(first, 128);
    expect(arena.free).toBe(1);
    arena.giveBack(other, 8);
    expect(arena.free).toBe(1);
  });

  test('a piece of no bytes belongs to the slab it was cut from', () => {
    const arena = new Arena(START, 2, SLAB);
    const whole = arena.take(SLAB);
    const nothing = arena.take(0);
    arena.giveBack(nothing, 0);
    arena.giveBack(whole, SLAB);
    const both = [arena.take(SLAB), arena.take(SLAB)];
    expect(both[0]).not.toBe(both[1]);
    expect(arena.take(1)).toBe(NOWHERE);
    for (const address of both) arena.giveBack(address, SLAB);
    expect(arena.free).toBe(1);
  });

  test('more than a slab is nowhere, and costs nothing', () => {
    const arena = new Arena(START, 2, SLAB);
    expect(arena.take(SLAB + 1)).toBe(NOWHERE);
    expect(arena.free).toBe(2);
  });
});
