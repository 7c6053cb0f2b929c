/** Which readers of a pool have to wait while too little of its memory is left, and in which order they go on. */

/** What a reader has done since it was let go: nothing so far, it has read, or there was nothing to read, not since it read last. */
export type Turn = 'due' | 'taken' | 'missed';

/** Who reads, and can be told to wait. */
export interface Holdable {
  turn: Turn;
  /** The period in which it has read last: see {@link Turns.hasRead}. */
  lastRead: number;
  holdBack(): void;
  letGo(): void;
}

/** Milliseconds of a period. Who had nothing to read, and has read neither in this one nor in the one before, is at rest. */
const PERIOD = 1000;
/** So many readers at rest may read while all others wait. What they bring lies in the heap until they go on: each fills its stream's buffer up to `readableHighWaterMark`, with less than a read (64 KiB) beyond. */
const MOST_LATE = 16;
/** So many readers go on first; twice as many next, and so on. */
const FIRST_GROUP = 32;

/**
 * The readers of a pool. To stop one and to have it go on costs system calls. So not all of them go on at the same time, for only to be stopped again by what the
 * first ones bring. And a reader at rest is left alone: there are many of them, and hardly one reads before the others go on.
 * One that does is late. It keeps what it has read, and waits as well.
 */
export class Turns {
  readonly readers = new Set<Holdable>();
  /** How often the readers had to be held back. */
  timesHeldBack = 0;
  #isHoldingBack = false;
  /** How often readers were held back or let go: what was to happen later does not when this has changed. */
  #changes = 0;
  /** Who is held back: those that have had no turn, who come first, and those that have. */
  readonly #first = new Set<Holdable>();
  readonly #then = new Set<Holdable>();
  /** Who is not, but for those at rest. */
  readonly #open = new Set<Holdable>();
  /** Who keeps what it has read. */
  readonly #late = new Set<Holdable>();
  #period = 1;
  #periodBegan = performance.now();

  get isHoldingBack(): boolean {
    return this.#isHoldingBack;
  }

  /** Adds a reader; returns whether it has to wait. */
  add(reader: Holdable): boolean {
    this.readers.add(reader);
    (this.#isHoldingBack ? this.#first : this.#open).add(reader);
    return this.#isHoldingBack;
  }

  delete(reader: Holdable): void {
    for (const set of [this.readers, this.#first, this.#then, this.#open, this.#late]) {
      set.delete(reader);
    }
  }

  /** To be called when a reader takes what it has read. */
  hasRead(reader: Holdable): void {
    reader.lastRead = this.#period;
    reader.turn = 'taken';
    this.#open.add(reader);
    if (this.#late.size > 0) this.#late.delete(reader);
  }

  /** A reader that was at rest has read while all others wait. It has to keep what it has read, and is held back. */
  comesLate(reader: Holdable): void {
    this.#late.add(reader);
    reader.lastRead = this.#period;
    this.#hold(reader);
    if (this.#late.size === MOST_LATE) this.#holdAll(this.readers);
  }

  holdBack(): void {
    this.#isHoldingBack = true;
    this.timesHeldBack++;
    this.#changes++;
    const now = performance.now();
    if (now - this.#periodBegan >= PERIOD) {
      this.#period++;
      this.#periodBegan = now;
    }
    this.#holdAll(this.#late.size < MOST_LATE ? this.#open : this.readers);
  }

  /** Lets the readers go on, in their order. */
  letGo(): void {
    this.#isHoldingBack = false;
    this.#letGroupGo(++this.#changes, FIRST_GROUP);
  }

  /**
   * Lets so many readers go on, and has the event loop look at their sockets before it is the turn of others. It would else find always
   * the same ones first, which would take all the room there is.
   */
  #letGroupGo(change: number, size: number): void {
    const group: Holdable[] = [];
    for (const reader of this.#first.size > 0 ? this.#first : this.#then) {
      if (change !== this.#changes) return;
      this.#first.delete(reader);
      this.#then.delete(reader);
      if (reader.turn !== 'missed' || reader.lastRead >= this.#period - 1) this.#open.add(reader);
      if (reader.turn === 'taken') reader.turn = 'due';
      reader.letGo();
      if (group.push(reader) === size) break;
    }
    if (group.length === 0) return;
    // The first one may come before sockets are looked at, the second one does not.
    setImmediate(() =>
      setImmediate(() => {
        if (change !== this.#changes) return;
        for (const reader of group) if (reader.turn === 'due') reader.turn = 'missed';
        this.#letGroupGo(change, 2 * size);
      }),
    );
  }

  #holdAll(readers: Iterable<Holdable>): void {
    const change = this.#changes;
    for (const reader of readers) {
      this.#hold(reader);
      // Who listens to a socket being paused may have released batches.
      if (change !== this.#changes) return;
    }
  }

  #hold(reader: Holdable): void {
    if (this.#first.has(reader) || this.#then.has(reader)) return;
    this.#open.delete(reader);
    (reader.turn === 'taken' ? this.#then : this.#first).add(reader);
    reader.holdBack();
  }
}
