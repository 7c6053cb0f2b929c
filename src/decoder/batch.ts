/**
 * The frames that one chunk completed, as rows and the bytes they point into.
 *
 * A batch is lazy: a row becomes a packet when somebody asks for it. Its rows stand in the frame
 * table of the scanner, which belongs to the thread, so a batch is good until the next `push()`
 * of any decoder of the thread; `detach()` gives it rows of its own. Its payloads are views of
 * the chunk and stay good for as long as somebody holds them and nobody overwrites the chunk.
 *
 * An error that ended the chunk cannot be overlooked: every iteration first yields all that came
 * before it, then throws it.
 */
import { ROW_WORDS } from '../../assembly/layout.js';
import type { MqttError } from '../errors.js';
import type { ControlPacket } from '../protocol/packets.js';
import { assertCurrent, type BatchContents, OWNED, packetAt } from './contents.js';
import { Frame, FrameCursor } from './frame.js';

/** The items of a batch, then its error. A generator made packets 8 to 27 % dearer. */
class Items<T> implements IterableIterator<T> {
  readonly #contents: BatchContents;
  readonly #itemAt: (contents: BatchContents, index: number) => T;
  #next = 0;

  constructor(contents: BatchContents, itemAt: (contents: BatchContents, index: number) => T) {
    this.#contents = contents;
    this.#itemAt = itemAt;
  }

  next(): IteratorResult<T, undefined> {
    const contents = this.#contents;
    const { length, error } = contents;
    const index = this.#next++;
    if (index < length) {
      assertCurrent(contents);
      return { done: false, value: this.#itemAt(contents, index) };
    }
    if (index === length && error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  return(): IteratorResult<T, undefined> {
    this.#next = this.#contents.length + 1;
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

function frameAt(contents: BatchContents, index: number): Frame {
  return new Frame(contents, index);
}

/**
 * What `push()` returns: the frames that a chunk completed, in the order of the stream.
 *
 * Reading it twice makes the packets twice, except those whose bodies had to be decoded at once: all but
 * `PUBLISH`, its acknowledgements and what has no body.
 */
export class FrameBatch {
  /** @internal */
  readonly contents: BatchContents;

  /** @internal */
  constructor(contents: BatchContents) {
    this.contents = contents;
  }

  /** How many frames there are. */
  get length(): number {
    return this.contents.length;
  }

  /** The error that stands behind the last frame, if there is one: the connection is to be closed. */
  get error(): MqttError | undefined {
    return this.contents.error;
  }

  /**
   * A cursor before the first frame: the way through a batch that allocates nothing per frame. See {@link FrameCursor}.
   */
  cursor(): FrameCursor {
    return this === EMPTY_BATCH ? EMPTY_CURSOR : new FrameCursor(this.contents);
  }

  /**
   * The frames, one by one, an object each; then `error` is thrown, if there is one.
   * Throws `ERR_MQTT_STALE_BATCH` when a later scan has taken over the frame table.
   */
  [Symbol.iterator](): IterableIterator<Frame> {
    return this === EMPTY_BATCH ? NO_ITEMS : new Items(this.contents, frameAt);
  }

  /**
   * The packets, one by one; then `error` is thrown, if there is one.
   * Throws `ERR_MQTT_STALE_BATCH` when a later scan has taken over the frame table.
   */
  packets(): IterableIterator<ControlPacket> {
    return this === EMPTY_BATCH ? NO_ITEMS : new Items(this.contents, packetAt);
  }

  /**
   * Copies the rows, 32 bytes a frame, so that later scans leave this batch alone, and with it its frames and cursors.
   * Returns the batch.
   */
  detach(): this {
    const contents = this.contents;
    if (contents.lease !== OWNED) {
      assertCurrent(contents);
      contents.rows = contents.rows.slice(0, contents.length * ROW_WORDS);
      contents.lease = OWNED;
      contents.generation = OWNED.generation;
    }
    return this;
  }

  /** @internal The same frames without the error, for those who report it another way. */
  withoutError(): FrameBatch {
    if (this.error === undefined) return this;
    return new FrameBatch({ ...this.contents, error: undefined });
  }

  /**
   * Frame number `index`, counted from 0.
   *
   * @throws `RangeError` if there is none, `MqttError` with `ERR_MQTT_STALE_BATCH` when a later scan has taken over the frame table
   */
  frameAt(index: number): Frame {
    this.#check(index);
    return new Frame(this.contents, index);
  }

  /** Frame number `index` as a packet. Throws what {@link frameAt} throws. */
  packetAt(index: number): ControlPacket {
    this.#check(index);
    return packetAt(this.contents, index);
  }

  /** @internal The columns of row number `index`, copied. */
  rowAt(index: number): Int32Array {
    this.#check(index);
    return this.contents.rows.slice(index * ROW_WORDS, (index + 1) * ROW_WORDS);
  }

  #check(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new RangeError(
        `index must be that of a frame, of which there are ${this.length}; it is ${index}`,
      );
    }
    assertCurrent(this.contents);
  }
}

const NOTHING: BatchContents = {
  rows: new Int32Array(0),
  lease: OWNED,
  generation: OWNED.generation,
  length: 0,
  chunk: new Uint8Array(0),
  buffer: undefined,
  byteOffset: 0,
  chunkOffset: 0,
  joined: undefined,
  joinedOffset: 0,
  packets: undefined,
  topics: undefined,
  topicNames: { get: () => undefined, set() {} },
  error: undefined,
};

/** @internal The batch of a chunk that completes nothing, which is that of most chunks where they are tiny. */
export const EMPTY_BATCH = new FrameBatch(NOTHING);
/** Both are at their end, and stay there, so everybody can have them. */
const EMPTY_CURSOR = new FrameCursor(NOTHING);
const NO_ITEMS = new Items<never>(NOTHING, () => {
  throw new RangeError('there are no frames');
});
