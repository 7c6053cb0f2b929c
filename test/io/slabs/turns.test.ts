/** Who waits while too little is left of a pool, who is left alone, and who goes on first. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Holdable, Turns } from '../../../src/io/slabs/turns.js';
import { turns as eventLoopTurns, upTo } from './support.js';

/** Milliseconds after which two times of being held back have made a reader one at rest. */
const LONG_AFTER = 1000;
const MOST_LATE = 16;

let now = 0;
beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

class Reader implements Holdable {
  round = 0;
  isHeld = false;
  /** How often it was stopped or let go. */
  changes = 0;
  readonly name: string;
  readonly #order: string[];

  constructor(name: string, order: string[] = []) {
    this.name = name;
    this.#order = order;
  }

  holdBack(): void {
    expect(this.isHeld).toBe(false);
    this.isHeld = true;
    this.changes++;
  }

  letGo(): void {
    expect(this.isHeld).toBe(true);
    this.isHeld = false;
    this.changes++;
    this.#order.push(this.name);
  }
}

/** Has `busy` read, and no others, until those are at rest. */
function rest(turns: Turns, busy: readonly Reader[] = []): void {
  for (let times = 0; times < 3; times++) {
    now += LONG_AFTER;
    turns.holdBack();
    turns.letGo();
    for (const reader of busy) turns.hasRead(reader);
  }
}

function added(turns: Turns, names: readonly string[], order: string[] = []): Reader[] {
  return names.map((name) => {
    const reader = new Reader(name, order);
    reader.isHeld = turns.add(reader);
    return reader;
  });
}

const numbers = (count: number) => upTo(count).map(String);

describe('who is held back', () => {
  test('all who are new, or have read a short time ago', async () => {
    const turns = new Turns();
    const readers = added(turns, numbers(5));
    for (let times = 1; times <= 5; times++) {
      now += LONG_AFTER;
      turns.holdBack();
      expect(turns.isHoldingBack).toBe(true);
      expect(turns.timesHeldBack).toBe(times);
      expect(readers.every(({ isHeld }) => isHeld)).toBe(true);
      turns.letGo();
      await eventLoopTurns(4);
      expect(turns.isHoldingBack).toBe(false);
      expect(readers.some(({ isHeld }) => isHeld)).toBe(false);
      for (const reader of readers) turns.hasRead(reader);
    }
  });

  test('not those who are at rest, which nothing is done to', async () => {
    const turns = new Turns();
    const [busy, ...idle] = added(turns, numbers(100)) as [Reader, ...Reader[]];
    rest(turns, [busy]);
    await eventLoopTurns(4);
    const changes = idle.map((reader) => reader.changes);
    for (let times = 0; times < 50; times++) {
      now += 100;
      turns.holdBack();
      expect(busy.isHeld).toBe(true);
      turns.letGo();
      await eventLoopTurns(4);
      expect(busy.isHeld).toBe(false);
      turns.hasRead(busy);
    }
    expect(idle.map((reader) => reader.changes)).toEqual(changes);
  });

  test('who was at rest and reads is held back the next time', () => {
    const turns = new Turns();
    const [reader] = added(turns, ['a']) as [Reader];
    rest(turns);
    turns.holdBack();
    expect(reader.isHeld).toBe(false);
    turns.letGo();
    turns.hasRead(reader);
    turns.holdBack();
    expect(reader.isHeld).toBe(true);
  });

  test('who comes while all wait', () => {
    const turns = new Turns();
    turns.holdBack();
    const [reader] = added(turns, ['a']) as [Reader];
    expect(reader.isHeld).toBe(true);
    turns.letGo();
    expect(reader.isHeld).toBe(false);
  });

  test('nobody who is gone', () => {
    const turns = new Turns();
    const readers = added(turns, numbers(3));
    for (const reader of readers) turns.delete(reader);
    turns.holdBack();
    expect(readers.some(({ isHeld }) => isHeld)).toBe(false);
    expect(turns.readers.size).toBe(0);
  });
});

describe('who is late', () => {
  test('has to wait, and goes on with the others', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const [busy, idle, other] = added(turns, ['busy', 'idle', 'other'], order) as [
      Reader,
      Reader,
      Reader,
    ];
    rest(turns, [busy]);
    await eventLoopTurns(4);
    order.length = 0;
    turns.holdBack();
    turns.comesLate(idle);
    expect([busy.isHeld, idle.isHeld, other.isHeld]).toEqual([true, true, false]);
    turns.letGo();
    await eventLoopTurns(4);
    // It has not had its turn.
    expect(order).toEqual(['idle', 'busy']);
  });

  test('as soon as there are many, all others are held back, and the next time at once', async () => {
    const turns = new Turns();
    const idle = added(turns, numbers(MOST_LATE + 10));
    rest(turns);
    await eventLoopTurns(4);
    const held = () => idle.filter(({ isHeld }) => isHeld).length;
    turns.holdBack();
    for (const [index, reader] of idle.slice(0, MOST_LATE - 1).entries()) {
      turns.comesLate(reader);
      expect(held()).toBe(index + 1);
    }
    turns.comesLate(idle[MOST_LATE - 1] as Reader);
    expect(held()).toBe(idle.length);
    turns.letGo();
    await eventLoopTurns(4);
    expect(held()).toBe(0);
    // None of them has taken yet what it has read.
    turns.holdBack();
    expect(held()).toBe(idle.length);
    turns.letGo();
    await eventLoopTurns(4);
    for (const reader of idle) turns.hasRead(reader);
    rest(turns);
    await eventLoopTurns(4);
    turns.holdBack();
    expect(held()).toBe(0);
  });

  test('one that is gone is none of them', () => {
    const turns = new Turns();
    const idle = added(turns, numbers(MOST_LATE + 2));
    rest(turns);
    turns.holdBack();
    for (const reader of idle.slice(0, MOST_LATE - 1)) turns.comesLate(reader);
    turns.delete(idle[0] as Reader);
    turns.comesLate(idle[MOST_LATE - 1] as Reader);
    expect(idle[MOST_LATE]?.isHeld).toBe(false);
    turns.comesLate(idle[MOST_LATE] as Reader);
    expect(idle[MOST_LATE + 1]?.isHeld).toBe(true);
  });
});

describe('who goes on first', () => {
  test('those that have not read since all were let go; the others two turns later', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const [first, second, third] = added(turns, ['1', '2', '3'], order) as [Reader, Reader, Reader];
    turns.hasRead(first);
    turns.holdBack();
    turns.letGo();
    expect(order).toEqual(['2', '3']);
    turns.hasRead(second);
    // Too soon for the first one.
    turns.holdBack();
    expect([first.isHeld, second.isHeld, third.isHeld]).toEqual([true, true, true]);
    await eventLoopTurns(4);
    expect(first.isHeld).toBe(true);
    turns.letGo();
    expect(order).toEqual(['2', '3', '3']);
    turns.hasRead(third);
    turns.holdBack();
    turns.letGo();
    // All have had their turn.
    expect(order.slice(3)).toEqual(['1', '2', '3']);
    expect(turns.isHoldingBack).toBe(false);
  });

  test('letting go ends when the first ones bring so much that all have to wait again', () => {
    const turns = new Turns();
    const [first, second] = added(turns, ['1', '2']) as [Reader, Reader];
    turns.holdBack();
    first.letGo = () => {
      first.isHeld = false;
      turns.hasRead(first);
      turns.holdBack();
    };
    turns.letGo();
    expect(turns.isHoldingBack).toBe(true);
    expect([first.isHeld, second.isHeld]).toEqual([true, true]);
  });
});
