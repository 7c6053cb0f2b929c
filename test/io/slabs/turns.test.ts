/** Who waits while too little is left of a pool, who is left alone, and who goes on first. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Holdable, type Turn, Turns } from '../../../src/io/slabs/turns.js';
import { turns as eventLoopTurns, upTo } from './support.js';

/** Milliseconds. */
const PERIOD = 1000;
const MOST_LATE = 16;
const FIRST_GROUP = 32;
/** Turns of the event loop until all of some hundreds have been let go, and looked at. */
const MANY_TURNS = 20;

let now = 0;
beforeEach(() => {
  now = 1000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

class Reader implements Holdable {
  lastRead = 0;
  turn: Turn = 'due';
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
async function rest(turns: Turns, busy: readonly Reader[] = []): Promise<void> {
  for (let times = 0; times < 4; times++) {
    now += PERIOD;
    turns.holdBack();
    turns.letGo();
    await eventLoopTurns(MANY_TURNS);
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
      now += PERIOD;
      turns.holdBack();
      expect(turns.isHoldingBack).toBe(true);
      expect(turns.timesHeldBack).toBe(times);
      expect(readers.every(({ isHeld }) => isHeld)).toBe(true);
      turns.letGo();
      await eventLoopTurns(MANY_TURNS);
      expect(turns.isHoldingBack).toBe(false);
      expect(readers.some(({ isHeld }) => isHeld)).toBe(false);
      for (const reader of readers) turns.hasRead(reader);
    }
  });

  test('not those who are at rest, which nothing is done to', async () => {
    const turns = new Turns();
    const [busy, ...idle] = added(turns, numbers(100)) as [Reader, ...Reader[]];
    await rest(turns, [busy]);
    const changes = idle.map((reader) => reader.changes);
    for (let times = 0; times < 50; times++) {
      now += 100;
      turns.holdBack();
      expect(busy.isHeld).toBe(true);
      turns.letGo();
      await eventLoopTurns(MANY_TURNS);
      expect(busy.isHeld).toBe(false);
      turns.hasRead(busy);
    }
    expect(idle.map((reader) => reader.changes)).toEqual(changes);
  });

  test('who has read less than a second ago, however often the others were held back since', async () => {
    const turns = new Turns();
    const [busy, other] = added(turns, ['busy', 'other']) as [Reader, Reader];
    await rest(turns, [busy, other]);
    now += PERIOD / 2;
    for (const reader of [busy, other]) turns.hasRead(reader);
    for (let times = 0; times < 20; times++) {
      turns.holdBack();
      expect(other.isHeld).toBe(true);
      turns.letGo();
      await eventLoopTurns(MANY_TURNS);
      turns.hasRead(busy);
      now += PERIOD / 20;
    }
  });

  test('who was at rest and reads is held back the next time', async () => {
    const turns = new Turns();
    const [reader] = added(turns, ['a']) as [Reader];
    await rest(turns);
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

  test('nor who goes later, whether it has to wait then or not', async () => {
    const turns = new Turns();
    const [waiting, taken, open] = added(turns, numbers(3)) as [Reader, Reader, Reader];
    turns.hasRead(taken);
    turns.holdBack();
    turns.delete(waiting);
    turns.delete(taken);
    turns.letGo();
    await eventLoopTurns(MANY_TURNS);
    turns.delete(open);
    turns.holdBack();
    expect([waiting.changes, taken.changes, open.changes]).toEqual([1, 1, 2]);
  });
});

describe('who is told to wait and has so much released by that', () => {
  test('that no other has to wait, holds back no other', async () => {
    const turns = new Turns();
    const readers = added(turns, numbers(3));
    const [first] = readers as [Reader];
    first.holdBack = () => {
      first.isHeld = true;
      turns.letGo();
    };
    for (const reader of readers) turns.hasRead(reader);
    turns.holdBack();
    turns.letGo();
    // All have had their turn, so there is nobody who goes on later.
    turns.holdBack();
    expect(turns.isHoldingBack).toBe(false);
    await eventLoopTurns(MANY_TURNS);
    expect(readers.map(({ isHeld }) => isHeld)).toEqual([false, false, false]);
  });

  test('and was late, does not hold back the others either, however many are late', async () => {
    const turns = new Turns();
    const readers = added(turns, numbers(MOST_LATE + 1));
    for (const reader of readers) turns.hasRead(reader);
    await rest(turns);
    turns.holdBack();
    for (const reader of readers.slice(0, MOST_LATE - 1)) turns.comesLate(reader);
    const [last, other] = readers.slice(-2) as [Reader, Reader];
    last.holdBack = () => {
      last.isHeld = true;
      turns.letGo();
    };
    turns.comesLate(last);
    expect(turns.isHoldingBack).toBe(false);
    expect([last.isHeld, other.isHeld]).toEqual([false, false]);
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
    await rest(turns, [busy]);
    order.length = 0;
    turns.holdBack();
    turns.comesLate(idle);
    expect([busy.isHeld, idle.isHeld, other.isHeld]).toEqual([true, true, false]);
    turns.letGo();
    await eventLoopTurns(MANY_TURNS);
    // It has not had its turn.
    expect(order).toEqual(['idle', 'busy']);
  });

  test('is no longer at rest, even if it could not take yet what it has read', async () => {
    const turns = new Turns();
    const [late, other] = added(turns, ['late', 'other']) as [Reader, Reader];
    await rest(turns);
    turns.holdBack();
    turns.comesLate(late);
    turns.letGo();
    await eventLoopTurns(MANY_TURNS);
    turns.holdBack();
    expect([late.isHeld, other.isHeld]).toEqual([true, false]);
  });

  test('as soon as there are many, all others are held back, and the next time at once', async () => {
    const turns = new Turns();
    const idle = added(turns, numbers(MOST_LATE + 10));
    await rest(turns);
    const held = () => idle.filter(({ isHeld }) => isHeld).length;
    turns.holdBack();
    for (const [index, reader] of idle.slice(0, MOST_LATE - 1).entries()) {
      turns.comesLate(reader);
      expect(held()).toBe(index + 1);
    }
    turns.comesLate(idle[MOST_LATE - 1] as Reader);
    expect(held()).toBe(idle.length);
    turns.letGo();
    await eventLoopTurns(MANY_TURNS);
    expect(held()).toBe(0);
    // None of them has taken yet what it has read.
    turns.holdBack();
    expect(held()).toBe(idle.length);
    turns.letGo();
    await eventLoopTurns(MANY_TURNS);
    for (const reader of idle) turns.hasRead(reader);
    await rest(turns);
    turns.holdBack();
    expect(held()).toBe(0);
  });

  test('one that is gone is none of them', async () => {
    const turns = new Turns();
    const idle = added(turns, numbers(MOST_LATE + 2));
    await rest(turns);
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
  test('those that have had no turn; the others when the event loop has looked at their sockets', async () => {
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
    await eventLoopTurns(MANY_TURNS);
    expect(first.isHeld).toBe(true);
    turns.letGo();
    expect(order).toEqual(['2', '3', '3']);
    turns.hasRead(third);
    turns.holdBack();
    turns.letGo();
    // All have had their turn: in the order in which that was.
    expect(order.slice(3)).toEqual(['1', '2', '3']);
    expect(turns.isHoldingBack).toBe(false);
  });

  test('each has its turn anew when all have been let go', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const readers = added(turns, ['1', '2'], order) as [Reader, Reader];
    for (let times = 0; times < 3; times++) {
      for (const reader of readers) turns.hasRead(reader);
      turns.holdBack();
      turns.letGo();
      await eventLoopTurns(MANY_TURNS);
      order.length = 0;
      turns.hasRead(readers[0]);
      turns.holdBack();
      turns.letGo();
      expect(order).toEqual(['2']);
      await eventLoopTurns(1);
      // Sockets may not have been looked at yet.
      expect(order).toEqual(['2']);
      await eventLoopTurns(1);
      expect(order).toEqual(['2', '1']);
    }
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

  test('of many, a few; then more and more, as long as there is room', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const readers = added(turns, numbers(FIRST_GROUP * 8), order);
    for (const reader of readers) turns.hasRead(reader);
    turns.holdBack();
    turns.letGo();
    expect(order).toEqual(numbers(FIRST_GROUP));
    await eventLoopTurns(3);
    expect(order).toEqual(numbers(FIRST_GROUP * 3));
    turns.holdBack();
    await eventLoopTurns(MANY_TURNS);
    expect(order).toHaveLength(FIRST_GROUP * 3);
    turns.letGo();
    await eventLoopTurns(MANY_TURNS);
    expect(readers.some(({ isHeld }) => isHeld)).toBe(false);
  });

  test.each([20, 33, 100, 500])(
    'of %i readers none gets less than about half as many turns as another, however little room there is',
    (count) => {
      const turns = new Turns();
      const readers = added(turns, numbers(count));
      const taken = new Map(readers.map((reader) => [reader, 0]));
      for (const reader of readers) turns.hasRead(reader);
      for (let times = 0; times < 5 * count; times++) {
        turns.holdBack();
        expect(readers.every(({ isHeld }) => isHeld)).toBe(true);
        turns.letGo();
        // There is room for two, whoever they are: always those with the lowest numbers.
        const open = readers.filter(({ isHeld }) => !isHeld);
        expect(open.length).toBeLessThanOrEqual(FIRST_GROUP);
        for (const reader of open.slice(0, 2)) {
          taken.set(reader, (taken.get(reader) as number) + 1);
          turns.hasRead(reader);
        }
      }
      const counts = [...taken.values()];
      expect(Math.min(...counts) * 2.1).toBeGreaterThanOrEqual(Math.max(...counts));
    },
  );

  test('who has something to read each time is never at rest, however long it has to wait', async () => {
    const turns = new Turns();
    const [reader] = added(turns, ['a']) as [Reader];
    for (let times = 0; times < 5; times++) {
      turns.hasRead(reader);
      // Others are read before it, each time, and take all the room.
      for (let waits = 0; waits < 5; waits++) {
        now += PERIOD;
        turns.holdBack();
        expect(reader.isHeld).toBe(true);
        await eventLoopTurns(MANY_TURNS);
        turns.letGo();
        expect(reader.isHeld).toBe(false);
      }
    }
  });

  test('who has read had its turn, even if there was time for more', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const [first] = added(turns, ['1', '2'], order) as [Reader, Reader];
    turns.holdBack();
    turns.letGo();
    turns.hasRead(first);
    await eventLoopTurns(MANY_TURNS);
    turns.holdBack();
    turns.letGo();
    expect(order).toEqual(['1', '2', '2']);
  });
});
