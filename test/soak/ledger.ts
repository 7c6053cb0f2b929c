/**
 * How often each message of a round has been handled, in memory that all threads of the server see: what a thread has counted
 * is still there when that thread is gone.
 */
import type { Message } from './message.js';

/** Publishers of a round, at most. */
export const ACCOUNTS = 8192;
/** Messages of one publisher, at most. */
export const MESSAGES = 256;

/** Words before the counts, one byte a message. */
const ROUND = 0;
const HARMED = 1;
const OTHERS = 2;
const HEAD_BYTES = 64;

/** What stands in a ledger. */
export interface LedgerPage {
  readonly round: number;
  /** Messages under the topics of the soak test that no client of this round has sent like this. */
  readonly harmed: number;
  /** Messages under other topics: what mutation has left of some. */
  readonly others: number;
  /** By account times {@link MESSAGES} plus number of the message. */
  readonly counts: Uint8Array;
}

export class Ledger {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #counts: Uint8Array;

  /** @param memory of the ledger of another thread; a new one if left out */
  constructor(memory = new SharedArrayBuffer(HEAD_BYTES + ACCOUNTS * MESSAGES)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, HEAD_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.#counts = new Uint8Array(memory, HEAD_BYTES);
  }

  /** A message has been handled: `undefined` if it was harmed on its way. */
  add(message: Message | undefined): void {
    if (
      message === undefined ||
      message.round !== Atomics.load(this.#words, ROUND) ||
      message.account >= ACCOUNTS ||
      message.number >= MESSAGES
    ) {
      Atomics.add(this.#words, HARMED, 1);
      return;
    }
    Atomics.add(this.#counts, message.account * MESSAGES + message.number, 1);
  }

  addOther(): void {
    Atomics.add(this.#words, OTHERS, 1);
  }

  /** Copies what stands there, for the first `accounts`, and begins anew with `round`. Nobody may be counting meanwhile. */
  turn(accounts: number, round: number): LedgerPage {
    const page = {
      round: this.#words[ROUND] as number,
      harmed: this.#words[HARMED] as number,
      others: this.#words[OTHERS] as number,
      counts: this.#counts.slice(0, accounts * MESSAGES),
    };
    this.#words.fill(0);
    this.#counts.fill(0);
    this.#words[ROUND] = round;
    return page;
  }
}
