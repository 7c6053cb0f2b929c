/** Which readers of a pool have to wait while too little of its memory is left, and who goes on first. */

/** Who reads, and can be told to wait. */
export interface Holdable {
  /** The round in which it has read last: see {@link Turns.hasRead}. */
  round: number;
  holdBack(): void;
  letGo(): void;
}

/** Milliseconds without a read after which a reader is at rest; it may take twice as long until that is noticed. */
const REST = 1000;
/** So many readers at rest may read once while all others wait. What they bring, at most 64 KiB each, lies in the heap until they go on. */
const MOST_LATE = 16;

/**
 * The readers of a pool. To stop one and to have it go on costs system calls, so a reader at rest is left alone: there are many of them, and
 * hardly one reads before the others go on. One that does is late. It keeps what it has read, and waits as well.
 */
export class Turns {
  readonly readers = new Set<Holdable>();
  /** How often the readers had to be held back. */
  timesHeldBack = 0;
  #isHoldingBack = false;
  /** Counts how often all were let go. */
  #round = 1;
  /** How often readers were held back or let go: what was to happen later does not when this has changed. */
  #changes = 0;
  readonly #held = new Set<Holdable>();
  /** Who keeps what it has read. */
  readonly #late = new Set<Holdable>();
  /** Who has read since {@link #begun}, and in the time before. */
  #active = new Set<Holdable>();
  #activeBefore = new Set<Holdable>();
  #begun = performance.now();

  get isHoldingBack(): boolean {
    return this.#isHoldingBack;
  }

  /** Adds a reader; returns whether it has to wait. */
  add(reader: Holdable): boolean {
    this.readers.add(reader);
    this.#active.add(reader);
    if (this.#isHoldingBack) this.#held.add(reader);
    return this.#isHoldingBack;
  }

  delete(reader: Holdable): void {
    for (const set of [this.readers, this.#held, this.#late, this.#active, this.#activeBefore]) {
      set.delete(reader);
    }
  }

  /** To be called when a reader takes what it has read. */
  hasRead(reader: Holdable): void {
    reader.round = this.#round;
    this.#active.add(reader);
    if (this.#late.size > 0) this.#late.delete(reader);
  }

  /** A reader that was at rest has read while all others wait. It has to keep what it has read, and is held back. */
  comesLate(reader: Holdable): void {
    this.#late.add(reader);
    this.#active.add(reader);
    this.#hold(reader);
    if (this.#late.size === MOST_LATE) this.#holdAll(this.readers);
  }

  holdBack(): void {
    this.#isHoldingBack = true;
    this.#changes++;
    this.timesHeldBack++;
    if (this.#late.size >= MOST_LATE) {
      this.#holdAll(this.readers);
      return;
    }
    this.#holdAll(this.#activeBefore);
    this.#holdAll(this.#active);
    const now = performance.now();
    if (now - this.#begun < REST) return;
    this.#begun = now;
    this.#activeBefore = this.#active;
    this.#active = new Set();
  }

  /**
   * Lets the readers go on. Those that have not read since all were let go come first, and the event loop looks at their sockets before the others
   * may go on. It would else find always the same ones first, which would take all the room there is.
   */
  letGo(): void {
    this.#isHoldingBack = false;
    const change = ++this.#changes;
    const first = [...this.#held].filter(({ round }) => round !== this.#round);
    if (first.length === 0) {
      this.#letAllGo(change);
      return;
    }
    this.#letGo(first, change);
    // The first one may come before sockets are looked at, the second one does not.
    setImmediate(() => setImmediate(() => this.#letAllGo(change)));
  }

  #letAllGo(change: number): void {
    if (change !== this.#changes) return;
    this.#round++;
    this.#letGo([...this.#held], change);
  }

  #letGo(readers: readonly Holdable[], change: number): void {
    for (const reader of readers) {
      if (change !== this.#changes) return;
      this.#held.delete(reader);
      reader.letGo();
    }
  }

  #holdAll(readers: Iterable<Holdable>): void {
    for (const reader of readers) this.#hold(reader);
  }

  #hold(reader: Holdable): void {
    if (this.#held.has(reader)) return;
    this.#held.add(reader);
    reader.holdBack();
  }
}
