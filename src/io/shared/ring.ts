/** The side of a ring that sends batches: the thread that has the sockets. */
import { COLUMN_FIRST_BYTE, ROW_BYTES, ROW_WORDS } from '../../../assembly/layout.js';
import type { BatchContents } from '../../decoder/contents.js';
import type { PacketFacts } from '../../decoder/later-packets.js';
import { optionsObject } from '../../options.js';
import { PACKET_TYPE } from '../../protocol/packet-types.js';
import type { SlabBatch } from '../slabs/batch.js';
import type { SlabStore } from '../slabs/store.js';
import {
  CONSUMER_WAITS,
  HAS_CONSUMER,
  NO_MORE,
  PRODUCER_WAITS,
  RELEASED,
  SENT,
  TAKEN,
} from './layout.js';
import { type Place, type RingHandle, RingMemory } from './ring-memory.js';
import { changeOf, wake } from './waiting.js';

/** Options of a ring. */
export interface SharedRingOptions {
  /**
   * Gets each batch that the other side has worked off and released, in the order of the releases: the time to acknowledge. It is good until the
   * function returns, or, after `retain()`, until `release()`. A batch with more rows than fit into a slab comes in pieces, to both sides. What this throws is an uncaught exception.
   */
  readonly onRelease?: ((batch: SlabBatch) => void) | undefined;
  /**
   * Gets the batches that the other side has not worked off when it has failed, was told to stop, or is gone, in the order in which they were sent; those that a handler had kept before
   * come when the thread is gone. Each is good until the function returns, or, after `retain()`, until `release()`, and may be sent to another ring. Some may have been worked off in part. Without this they are released. What this throws is an uncaught
   * exception.
   */
  readonly onAbandon?: ((batch: SlabBatch) => void) | undefined;
}

/** What tells that a thread is gone: a `Worker` of `node:worker_threads`. */
export interface ExitEmitter {
  /** -1 once it is gone. */
  readonly threadId?: number;
  once(event: 'exit', listener: () => void): unknown;
}

/** What is in a slot, and goes back when the slot is released. */
interface Sent {
  /** `undefined` if it is the end of a connection. */
  readonly batch: SlabBatch | undefined;
  /** Pieces of the pool's memory that hold nothing but this. */
  readonly pieces: readonly Place[];
  /** The other side has it no more, which is told once. */
  isBack: boolean;
}

/** Slots that only the ends of connections take, at least: they take no others. When all are taken, further ends wait. */
const SLOTS_OF_ENDS = 64;

const NOTHING: Place = { address: 0, length: 0 };
const NO_FACTS: PacketFacts = {
  protocolVersion: undefined,
  sender: undefined,
  rules: 0,
  maximumPropertyLength: 0,
};

/**
 * A way for batches to one other thread, without a copy of their bytes: made by `SlabPool.ring()`, consumed by `consume()`.
 *
 * ```js
 * const pool = new SlabPool({ shared: true });
 * const ring = pool.ring();
 * ring.watch(new Worker(file, { workerData: { ring: ring.handle } }));
 * pool.accept(socket, { role: 'server', onBatch: (batch) => ring.send(batch) });
 * ```
 *
 * Batches arrive in the order in which they were sent, so those of a connection stay in order when they are all sent to one ring. What is sent is held until the
 * other side releases it. When it is too slow, the pool runs out of memory and its connections wait.
 */
export class SharedRing {
  /** What the other thread needs: to be passed on as `workerData` or in a message. */
  readonly handle: RingHandle;
  readonly #store: SlabStore;
  readonly #memory: RingMemory;
  readonly #words: Int32Array;
  readonly #options: SharedRingOptions;
  readonly #free: number[] = [];
  /** By slot number, in the order in which they were sent. */
  readonly #sent = new Map<number, Sent>();
  /** How many slots are free for the ends of connections: all but those that batches can need at the same time. */
  #freeForEnds: number;
  /** Connections that are over, which nobody has been told yet, because the slots are for batches. */
  #waitingEnds: number[] = [];
  #sentCount: number;
  #releasedCount: number;
  #hasEnded = false;
  /** The other side takes no more. */
  #hasStopped = false;
  /** The other side is gone altogether. */
  #isGone = false;
  /** What was sent is being given up, one after the other: no end may come in between. */
  #isGivingUp = false;
  #isWatching = false;
  #whenDrained: (() => void)[] = [];

  /** @internal */
  constructor(store: SlabStore, options: SharedRingOptions) {
    this.#options = optionsObject(options, ['onRelease', 'onAbandon']);
    this.#store = store;
    // A batch that needs several slots takes a slab for the rows of each.
    const slotsOfBatches = store.maximumBatches + store.arena.slabs;
    const ring = RingMemory.allocate(slotsOfBatches + SLOTS_OF_ENDS);
    this.handle = { ring, memory: store.buffer as SharedArrayBuffer };
    this.#memory = new RingMemory(this.handle, store.scanner.topicNames);
    this.#words = this.#memory.words;
    this.#sentCount = Atomics.load(this.#words, SENT);
    this.#releasedCount = Atomics.load(this.#words, RELEASED);
    this.#freeForEnds = this.#memory.slots - slotsOfBatches;
    for (let slot = this.#memory.slots - 1; slot >= 0; slot--) this.#free.push(slot);
  }

  /** Whether batches can be sent: until {@link end}, and until the other side fails, stops or is gone. */
  get isOpen(): boolean {
    // With nothing outstanding nobody waits for the other side, which may have failed since; there is nothing to be told of then.
    if (this.#sent.size === 0) this.#collect();
    return !this.#hasEnded && !this.#hasStopped;
  }

  /** How many batches were sent and are not released yet, the ends of connections among them. */
  get outstanding(): number {
    return this.#sent.size + this.#waitingEnds.length;
  }

  /**
   * Sends a batch. The other side has it until it releases it; here it is good as long as without this. A batch can be sent once.
   *
   * @throws `TypeError` if the batch is of another pool, or was sent before; `MqttError` with `ERR_MQTT_STALE_BATCH` if it has been
   *   released; `RangeError` if there is no room for its rows in the pool, as may be where handlers wait before they send; `Error` if the ring
   *   is not open. Nothing of it has been sent then
   */
  send(batch: SlabBatch): void {
    this.#assertOpen();
    if (batch.contents.chunk.buffer !== this.#store.buffer) {
      throw new TypeError('the batch is not of the pool that the ring is of, or it was detached');
    }
    if (batch.isSent) throw new TypeError('the batch has been sent already');
    batch.assertGood();
    if (batch.isLast) this.#putEnd(batch.connection);
    else this.#putRows(batch);
    batch.isSent = true;
    this.#hasSent();
  }

  /**
   * Tells the other side that a connection is over, behind all of its batches: by a batch without frames that says `isLast`.
   *
   * @throws `Error` if the ring is not open
   */
  sendEnd(connection: number): void {
    this.#assertOpen();
    this.#putEnd(connection);
    this.#hasSent();
  }

  /** Ends the ring, behind all that was sent. The promise is fulfilled when nothing of it is outstanding. */
  async end(): Promise<void> {
    if (this.isOpen && this.#waitingEnds.length === 0) this.#put(NO_MORE);
    this.#hasEnded = true;
    if (this.outstanding === 0) return;
    this.#watchReleases();
    await new Promise<void>((resolve) => this.#whenDrained.push(resolve));
  }

  /** Abandons what a thread has when that thread is gone, now if it is already: see {@link SharedRingOptions.onAbandon}. */
  watch(worker: ExitEmitter): void {
    if (worker.threadId === -1) this.abandon();
    else worker.once('exit', () => this.abandon());
  }

  /** Takes back all that was sent and is not released. The other side must be gone: its batches would change under its hands. */
  abandon(): void {
    if (this.#isGone) return;
    this.#collect();
    this.#hasStopped = true;
    this.#isGone = true;
    Atomics.store(this.#words, HAS_CONSUMER, 1);
    this.#giveUpAll([...this.#sent.keys()]);
    // Nobody else will wake the wait for releases, which may go by this word alone.
    Atomics.add(this.#words, RELEASED, 1);
    Atomics.notify(this.#words, RELEASED);
  }

  /** @internal A batch that was given up has found its end. */
  free({ address: slot }: SlabBatch): void {
    this.#freeSlot(slot);
  }

  #assertOpen(): void {
    if (!this.isOpen)
      throw new Error('the ring has ended, or the other side has failed or is gone');
  }

  /** Puts a batch into a slot, or into several if its rows fill several slabs. */
  #putRows(batch: SlabBatch): void {
    const slots: number[] = [];
    try {
      this.#fillSlots(batch, slots);
    } catch (error) {
      for (const slot of slots) this.#freeSlot(slot);
      throw error;
    }
    for (const slot of slots) this.#put(slot);
  }

  #fillSlots(batch: SlabBatch, slots: number[]): void {
    const store = this.#store;
    const { contents } = batch;
    const { rows, chunk, joined, length } = contents;
    // Those of a batch that another ring has given up lie in the pool's memory already.
    const arePlaced = rows.buffer === store.buffer && rows !== store.scanner.table;
    const most = arePlaced ? length : Math.floor(store.arena.slabBytes / ROW_BYTES);
    let { facts } = batch;
    for (let from = 0; from < length; from += most) {
      const count = Math.min(most, length - from);
      const pieces: Place[] = [];
      const slot = this.#takeSlot(batch, pieces);
      slots.push(slot);
      let address = rows.byteOffset;
      if (!arePlaced) {
        address = store.placeRows(rows, from, count);
        pieces.push({ address, length: count * ROW_BYTES });
      }
      this.#memory.fill(slot, {
        chunk: { address: chunk.byteOffset, length: chunk.length },
        chunkOffset: contents.chunkOffset,
        rows: address,
        length: count,
        joined: from > 0 || joined === undefined ? undefined : this.#placeOf(joined, pieces),
        joinedOffset: contents.joinedOffset,
        connection: batch.connection,
        hasPackets: contents.packets !== undefined,
        isLast: false,
        facts,
      });
      if (from + count < length) facts = factsBehind(contents, from, count, facts);
    }
  }

  /** Where a joined frame lies in the pool's memory: in a piece of its own, unless it does already. */
  #placeOf(joined: Uint8Array, pieces: Place[]): Place {
    const { length } = joined;
    if (joined.buffer === this.#store.buffer) return { address: joined.byteOffset, length };
    const place = { address: this.#store.place(joined), length };
    pieces.push(place);
    return place;
  }

  #putEnd(connection: number): void {
    this.#waitingEnds.push(connection);
    this.#putWaitingEnds();
  }

  /** The slot that the end of a connection has been put into. */
  #fillEnd(connection: number): number {
    const slot = this.#takeSlot(undefined, []);
    this.#memory.fill(slot, {
      chunk: NOTHING,
      chunkOffset: 0,
      rows: 0,
      length: 0,
      joined: undefined,
      joinedOffset: 0,
      connection,
      hasPackets: false,
      isLast: true,
      facts: NO_FACTS,
    });
    return slot;
  }

  /** Tells of as many ends as there are slots for, and, when the ring has ended, that there is no more. */
  #putWaitingEnds(): void {
    const ends = this.#waitingEnds;
    if (ends.length === 0) return;
    if (this.#hasStopped) {
      if (!this.#isGivingUp) this.#giveUpAll([]);
      return;
    }
    for (const connection of ends.splice(0, this.#freeForEnds))
      this.#put(this.#fillEnd(connection));
    if (ends.length === 0 && this.#hasEnded) this.#put(NO_MORE);
  }

  #takeSlot(batch: SlabBatch | undefined, pieces: readonly Place[]): number {
    const slot = this.#free.pop();
    if (slot === undefined) throw new RangeError('more batches are outstanding than a ring takes');
    if (batch === undefined) this.#freeForEnds--;
    else batch.claim();
    this.#sent.set(slot, { batch, pieces, isBack: false });
    return slot;
  }

  /** Puts a slot number or `NO_MORE` into the queue. */
  #put(slot: number): void {
    const words = this.#words;
    words[this.#memory.sentAt(this.#sentCount)] = slot;
    this.#sentCount = (this.#sentCount + 1) | 0;
    Atomics.store(words, SENT, this.#sentCount);
    wake(words, CONSUMER_WAITS, SENT);
  }

  #hasSent(): void {
    const { onRelease, onAbandon } = this.#options;
    // Nobody expects to be called while he sends.
    if (onRelease === undefined && onAbandon === undefined) this.#collect();
    this.#watchReleases();
  }

  async #watchReleases(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    try {
      while (this.#sent.size > 0 && !this.#isGone) {
        await changeOf(this.#words, RELEASED, this.#releasedCount, PRODUCER_WAITS);
        this.#collect();
      }
    } finally {
      this.#isWatching = false;
    }
  }

  /** Takes what the other side has put into the queue of what was released. */
  #collect(): void {
    const words = this.#words;
    const released = Atomics.load(words, RELEASED);
    // Who is told of a release may have had more of them taken than there were here.
    while (((released - this.#releasedCount) | 0) > 0 && !this.#isGone) {
      const slot = words[this.#memory.releasedAt(this.#releasedCount)] as number;
      this.#releasedCount = (this.#releasedCount + 1) | 0;
      if (slot === NO_MORE) this.#giveUpRest();
      else if (slot < 0) this.#giveUp(~slot);
      else this.#release(slot);
    }
  }

  /** The other side has released the batch in this slot. */
  #release(slot: number): void {
    this.#takeBack(slot, this.#options.onRelease);
  }

  /** The other side will not work off the batch in this slot. */
  #giveUp(slot: number): void {
    this.#takeBack(slot, this.#options.onAbandon);
  }

  /** Tells of a batch that the other side has no more. Whoever is told may do anything with the ring. */
  #takeBack(slot: number, tell: ((batch: SlabBatch) => void) | undefined): void {
    const sent = this.#sent.get(slot);
    if (sent === undefined || sent.isBack) return;
    sent.isBack = true;
    if (tell === undefined) {
      this.#freeSlot(slot);
      return;
    }
    const batch = this.#memory.batchIn(slot, this);
    try {
      tell(batch);
    } catch (error) {
      // That must not keep the others from being told of.
      queueMicrotask(() => {
        throw error;
      });
    }
    batch.endOfHandler();
  }

  /** The other side takes no more: what it has not taken is given up. What it has taken and not released it may still have. */
  #giveUpRest(): void {
    this.#hasStopped = true;
    const slots: number[] = [];
    const taken = Atomics.load(this.#words, TAKEN);
    for (let count = taken; count !== this.#sentCount; count = (count + 1) | 0) {
      const slot = this.#words[this.#memory.sentAt(count)] as number;
      if (slot !== NO_MORE) slots.push(slot);
    }
    this.#giveUpAll(slots);
  }

  /** Gives up what is in these slots, and behind that as many of the ends that wait as there are slots for. */
  #giveUpAll(slots: readonly number[]): void {
    this.#isGivingUp = true;
    for (const slot of slots) this.#giveUp(slot);
    while (this.#waitingEnds.length > 0 && this.#freeForEnds > 0) {
      this.#giveUp(this.#fillEnd(this.#waitingEnds.shift() as number));
    }
    this.#isGivingUp = false;
  }

  #freeSlot(slot: number): void {
    const sent = this.#sent.get(slot);
    if (sent === undefined) return;
    this.#sent.delete(slot);
    this.#free.push(slot);
    for (const { address, length } of sent.pieces) this.#store.giveBack(address, length);
    if (sent.batch === undefined) this.#freeForEnds++;
    else sent.batch.drop();
    this.#putWaitingEnds();
    if (this.outstanding > 0) return;
    const drained = this.#whenDrained;
    this.#whenDrained = [];
    for (const resolve of drained) resolve();
  }
}

/** What is known of the connection behind `count` rows from row `from` on: there may be a CONNECT among them. */
function factsBehind(
  { rows, packets }: BatchContents,
  from: number,
  count: number,
  facts: PacketFacts,
): PacketFacts {
  let { protocolVersion } = facts;
  for (let index = from; index < from + count; index++) {
    const type = ((rows[index * ROW_WORDS + COLUMN_FIRST_BYTE] as number) >> 4) & 0x0f;
    if (type !== PACKET_TYPE.CONNECT) continue;
    const packet = packets?.get(index);
    if (packet?.type === 'CONNECT') protocolVersion = packet.protocolLevel;
  }
  return { ...facts, protocolVersion };
}
