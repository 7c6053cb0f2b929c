/** The side of a ring that works batches off: usually a worker thread. */
import { setImmediate } from 'node:timers/promises';
import { optionsObject } from '../../options.js';
import { TopicMap } from '../../topic-map.js';
import { isPromise } from '../promise.js';
import type { BatchOwner, SlabBatch } from '../slabs/batch.js';
import {
  CONSUMER_WAITS,
  HAS_CONSUMER,
  NO_MORE,
  PRODUCER_WAITS,
  RELEASED,
  SENT,
  TAKEN,
} from './layout.js';
import { type RingHandle, RingMemory } from './ring-memory.js';
import { changeOf, wake } from './waiting.js';

/** Options of {@link consume}. */
export interface ConsumeOptions {
  /**
   * When it is aborted, nothing more is taken: the handler at work is awaited, its batch counts as worked off, the other side gets back what is left (`onAbandon`), and the
   * promise rejects with the signal's reason. For a thread that is to do something else, or when the thread that sends is gone, which cannot be seen from here.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Batches in a row, until timers and messages of the thread get their turn. */
const TURN = 64;
/** The longest time that a timer can have, in milliseconds. */
const FOR_EVER = 0x7fff_ffff;

/**
 * Works off the batches of a ring, one by one, in the order in which they were sent. To be called once a ring, in the thread that got its handle:
 *
 * ```js
 * import { workerData } from 'node:worker_threads';
 * import { consume } from 'mqtt-wasm';
 *
 * await consume(workerData.ring, (batch) => {
 *   for (const cursor = batch.cursor(); cursor.next(); ) store(cursor.topicId, cursor.payload);
 * });
 * ```
 *
 * Rows and bytes are those that the thread of the sockets has: nothing is copied. A batch is good until the handler is over, or, if
 * that returns a promise, until this is settled; `batch.retain()` keeps it until `batch.release()`. Its release tells
 * the other side that it has been worked off.
 *
 * The promise is fulfilled when the ring has ended and the last handler is over. When the handler throws, or rejects, nothing more is taken, the batch counts as
 * not worked off, the other side gets back what is left (`onAbandon`), and the promise rejects with the error. The thread is kept alive until then: when
 * the thread that sends is gone without an end, it is the `signal` that ends it.
 *
 * @param handle `SharedRing.handle`
 * @param onBatch gets each batch
 * @throws `TypeError` if `handle` is no handle, `onBatch` no function, or `signal` no `AbortSignal`; `Error` if the ring has been consumed before, here or in
 *   another thread, or was abandoned: a thread that takes the place of another one needs a ring of its own
 */
export async function consume(
  handle: RingHandle,
  onBatch: (batch: SlabBatch) => unknown,
  options: ConsumeOptions = {},
): Promise<void> {
  if (![handle?.ring, handle?.memory].every((part) => part instanceof SharedArrayBuffer)) {
    throw new TypeError('handle must be that of a SharedRing');
  }
  if (typeof onBatch !== 'function') throw new TypeError('onBatch must be a function');
  const { signal } = optionsObject(options, ['signal']);
  if (signal !== undefined && typeof signal?.aborted !== 'boolean') {
    throw new TypeError('option signal must be an AbortSignal');
  }
  const keepAlive = setInterval(() => {}, FOR_EVER);
  try {
    await new Consumer(handle).run(onBatch, signal);
  } finally {
    clearInterval(keepAlive);
  }
}

class Consumer implements BatchOwner {
  readonly #memory: RingMemory;
  readonly #words: Int32Array;
  #taken: number;
  #released: number;

  constructor(handle: RingHandle) {
    this.#memory = new RingMemory(handle, new TopicMap());
    this.#words = this.#memory.words;
    if (Atomics.exchange(this.#words, HAS_CONSUMER, 1) === 1) {
      throw new Error('the ring has been consumed before, or was abandoned');
    }
    this.#taken = Atomics.load(this.#words, TAKEN);
    this.#released = Atomics.load(this.#words, RELEASED);
  }

  async run(onBatch: (batch: SlabBatch) => unknown, signal?: AbortSignal): Promise<void> {
    const words = this.#words;
    let turn = 0;
    for (;;) {
      const sent = Atomics.load(words, SENT);
      while (this.#taken !== sent) {
        this.#stopIfAborted(signal);
        const slot = this.#take();
        if (slot === NO_MORE) return;
        const handling = this.#handle(slot, onBatch);
        if (handling !== undefined) await handling;
        if (++turn % TURN === 0) await setImmediate();
      }
      this.#stopIfAborted(signal);
      await changeOf(words, SENT, sent, CONSUMER_WAITS, signal);
    }
  }

  #stopIfAborted(signal: AbortSignal | undefined): void {
    if (signal?.aborted !== true) return;
    this.#giveBack(NO_MORE);
    throw signal.reason;
  }

  /** A batch has been released. */
  free({ address: slot }: SlabBatch): void {
    this.#giveBack(slot);
  }

  /** The number of the next slot. */
  #take(): number {
    const slot = this.#words[this.#memory.sentAt(this.#taken)] as number;
    this.#taken = (this.#taken + 1) | 0;
    Atomics.store(this.#words, TAKEN, this.#taken);
    return slot;
  }

  /** Hands a batch over. Returns a promise if that takes its time. */
  #handle(slot: number, onBatch: (batch: SlabBatch) => unknown): Promise<void> | undefined {
    const batch = this.#memory.batchIn(slot, this);
    let result: unknown;
    try {
      result = onBatch(batch);
    } catch (error) {
      this.#stop(batch);
      throw error;
    }
    if (isPromise(result)) return this.#await(batch, result);
    batch.endOfHandler();
    return undefined;
  }

  async #await(batch: SlabBatch, result: PromiseLike<unknown>): Promise<void> {
    try {
      await result;
    } catch (error) {
      this.#stop(batch);
      throw error;
    }
    batch.endOfHandler();
  }

  /** Takes no more, and gives a batch back as not worked off. */
  #stop(batch: SlabBatch): void {
    if (batch.abandon()) this.#giveBack(~batch.address);
    this.#giveBack(NO_MORE);
  }

  /** Puts a slot number, its complement, or `NO_MORE` into the queue of what was released. */
  #giveBack(slot: number): void {
    const words = this.#words;
    words[this.#memory.releasedAt(this.#released)] = slot;
    this.#released = (this.#released + 1) | 0;
    Atomics.store(words, RELEASED, this.#released);
    wake(words, PRODUCER_WAITS, RELEASED);
  }
}
