/** One frame of a batch, and the cursor that goes from frame to frame. Every value is made when it is asked for. */
import {
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  COLUMN_PAYLOAD,
  COLUMN_START,
  COLUMN_TOPIC_ID,
  ROW_HAS_PROPERTIES,
  ROW_IS_END,
  ROW_IS_START,
  ROW_PIECE_MASK,
  ROW_WORDS,
} from '../../assembly/layout.js';
import { PACKET_TYPE, type QoS } from '../protocol/packet-types.js';
import type { ControlPacket } from '../protocol/packets.js';
import type { Lease } from '../scanner/lease.js';
import { acknowledgementPropertiesAt } from './acknowledgement.js';
import {
  assertCurrent,
  type BatchContents,
  type FrameType,
  packetAt,
  payloadAt,
  remainingLengthAt,
  sourceOf,
  typeOf,
  viewAt,
} from './contents.js';
import { publishPropertiesAt, topicAt } from './publish.js';

/** The properties that some packet may have. */
export type FrameProperties = NonNullable<
  Extract<ControlPacket, { properties?: unknown }>['properties']
>;

const PUBLISH_TYPE = PACKET_TYPE.PUBLISH << 4;
/** No lease has this generation. */
const NO_GENERATION = -1;

/**
 * One frame of a batch, as it stands on the wire, or one piece of a PUBLISH that comes in parts. Good for as
 * long as its batch is: afterwards every member throws `ERR_MQTT_STALE_BATCH`.
 */
export class Frame {
  /** @internal */
  protected readonly contents: BatchContents;
  /** @internal Number of the frame in its batch, counted from 0. */
  protected index: number;
  // What every member needs, taken out of `contents`: a cursor is read several times a frame.
  /** @internal */
  protected rows: Int32Array;
  /** @internal Where the row begins. */
  protected row: number;
  /** @internal */
  protected lease: Lease;
  /** @internal That of the lease while the rows are good and there is such a row. */
  protected generation: number;

  /** @internal */
  constructor(contents: BatchContents, index: number) {
    this.contents = contents;
    this.index = index;
    this.rows = contents.rows;
    this.row = index * ROW_WORDS;
    this.lease = contents.lease;
    this.generation = index < 0 ? NO_GENERATION : contents.generation;
  }

  /** Control packet type; of a PUBLISH that comes in parts `PUBLISH_START`, `PUBLISH_PART` or `PUBLISH_END`, as its packets have it. */
  get type(): FrameType {
    return typeOf(this.#word(COLUMN_FIRST_BYTE));
  }

  /** QoS of a PUBLISH (section 3.3.1.2); of everything else 0. */
  get qos(): QoS {
    const first = this.#word(COLUMN_FIRST_BYTE);
    return isPublish(first) ? (((first >> 1) & 3) as QoS) : 0;
  }

  /** DUP of a PUBLISH (section 3.3.1.1); of everything else `false`. */
  get dup(): boolean {
    const first = this.#word(COLUMN_FIRST_BYTE);
    return isPublish(first) && (first & 8) !== 0;
  }

  /** RETAIN of a PUBLISH (section 3.3.1.3); of everything else `false`. */
  get retain(): boolean {
    const first = this.#word(COLUMN_FIRST_BYTE);
    return isPublish(first) && (first & 1) !== 0;
  }

  /**
   * The number of a PUBLISH's topic in the topic dictionary of this thread, 1 or more; 0 if it has none. It never stands for another
   * topic, in any batch of any decoder of the thread with the same scanner; decoders with different `scanner` options
   * have numbers of their own. See `TopicMap` for what to do with it.
   */
  get topicId(): number {
    return this.#word(COLUMN_TOPIC_ID);
  }

  /**
   * The Topic Name of a PUBLISH; of everything else `undefined`. Empty where there is only a Topic Alias that was
   * not resolved. The text of a topic that is in the topic dictionary is made once.
   */
  get topic(): string | undefined {
    const row = this.#row();
    const contents = this.contents;
    const { rows } = this;
    const { topics } = contents;
    const first = rows[row + COLUMN_FIRST_BYTE] as number;
    if (!isPublish(first) || (first & ROW_PIECE_MASK) > ROW_IS_START) return undefined;
    if (topics !== undefined) {
      const topic = topics.get(this.index);
      if (topic !== undefined) return topic;
    }
    return topicAt(rows, row, sourceOf(contents, this.index), contents.topicNames);
  }

  /** The Packet Identifier (section 2.2.1), or 0, which is none, where there is none. */
  get packetIdentifier(): number {
    const identifier = this.#word(COLUMN_PACKET_IDENTIFIER);
    const { packets } = this.contents;
    if (identifier !== 0 || packets === undefined) return identifier;
    const packet = packets.get(this.index) as { readonly packetIdentifier?: number } | undefined;
    return packet?.packetIdentifier ?? 0;
  }

  /**
   * The payload of a PUBLISH or PUBLISH_PART; of everything else `undefined`. A view of the chunk, not a copy: it is good
   * for as long as nobody overwrites the chunk, also when the batch no longer is. Each call makes a new one.
   */
  get payload(): Uint8Array | undefined {
    const row = this.#row();
    const { rows } = this;
    const first = rows[row + COLUMN_FIRST_BYTE] as number;
    const piece = first & ROW_PIECE_MASK;
    if (!isPublish(first) || piece === ROW_IS_START || piece === ROW_IS_END) return undefined;
    return payloadAt(this.contents, this.index);
  }

  /** Bytes of the payload of a PUBLISH or PUBLISH_PART, and of all parts together in a PUBLISH_START; of everything else 0. */
  get payloadLength(): number {
    const row = this.#row();
    const { rows } = this;
    // As 32-bit integers: the end of a PUBLISH in parts may lie beyond the chunk.
    return ((rows[row + COLUMN_END] as number) - (rows[row + COLUMN_PAYLOAD] as number)) | 0;
  }

  /** The properties (MQTT 5.0, section 2.2.2) if there are any: made anew by each call, as are those of {@link packet}. */
  get properties(): FrameProperties | undefined {
    const row = this.#row();
    const { rows } = this;
    const { packets } = this.contents;
    const packet = packets?.get(this.index) as
      | { readonly properties?: FrameProperties }
      | undefined;
    if (packet !== undefined) return packet.properties;
    const first = rows[row + COLUMN_FIRST_BYTE] as number;
    if ((first & ROW_HAS_PROPERTIES) === 0) return undefined;
    const bytes = sourceOf(this.contents, this.index);
    return isPublish(first)
      ? publishPropertiesAt(rows, row, bytes)
      : acknowledgementPropertiesAt(rows, row, bytes);
  }

  /** The whole frame, fixed header and body: a view, never a copy. */
  get bytes(): Uint8Array {
    const row = this.#row();
    const { rows } = this;
    const piece = (rows[row + COLUMN_FIRST_BYTE] as number) & ROW_PIECE_MASK;
    const end = row + (piece === ROW_IS_START ? COLUMN_PAYLOAD : COLUMN_END);
    return viewAt(
      this.contents,
      this.index,
      rows[row + COLUMN_START] as number,
      rows[end] as number,
    );
  }

  /**
   * Remaining Length in bytes: what follows the fixed header (section 2.2.3). Of a part of a payload: how
   * many bytes it has.
   */
  get remainingLength(): number {
    this.#row();
    return remainingLengthAt(this.contents, this.index);
  }

  /** Where the frame begins, counted from the first byte of the stream. */
  get offset(): number {
    const start = this.#word(COLUMN_START);
    const { joined, joinedOffset, chunkOffset } = this.contents;
    return (this.index === 0 && joined !== undefined ? joinedOffset : chunkOffset) + start;
  }

  /** The frame as a typed object, the values of which are as those here. */
  packet(): ControlPacket {
    this.#row();
    return packetAt(this.contents, this.index);
  }

  #word(column: number): number {
    if (this.lease.generation !== this.generation) this.#renew();
    return this.rows[this.row + column] as number;
  }

  /** Where the row begins, if the rows still are the batch's and there is such a row. */
  #row(): number {
    if (this.lease.generation !== this.generation) this.#renew();
    return this.row;
  }

  /** Goes on with rows of its own, if the batch was detached. Throws if there are no rows any more, or no such row. */
  #renew(): void {
    const { contents, index } = this;
    assertCurrent(contents);
    if (index < 0 || index >= contents.length) refuseIndex(index, contents.length);
    this.rows = contents.rows;
    this.lease = contents.lease;
    this.generation = contents.generation;
  }
}

/**
 * Goes from frame to frame of a batch. It is one object that moves, so reading numbers from it allocates nothing:
 *
 * ```js
 * for (const cursor = batch.cursor(); cursor.next(); ) {
 *   if (cursor.type === 'PUBLISH') route(cursor.topicId, cursor.qos);
 * }
 * ```
 *
 * Before the first `next()`, and after one that returned `false`, there is no frame to read from: a `RangeError`.
 */
export class FrameCursor extends Frame {
  /** @internal */
  constructor(contents: BatchContents) {
    super(contents, -1);
  }

  /**
   * Goes to the next frame. Returns whether there is one.
   *
   * @throws the batch's error, if it has one, behind the last frame; `MqttError` with `ERR_MQTT_STALE_BATCH` when a
   *   later scan has taken over the frame table
   */
  next(): boolean {
    const { contents } = this;
    const { length, generation, error } = contents;
    const index = this.index + 1;
    if (index < length) {
      assertCurrent(contents);
      this.index = index;
      this.row += ROW_WORDS;
      this.generation = generation;
      return true;
    }
    this.index = length;
    this.generation = NO_GENERATION;
    if (error !== undefined) throw error;
    return false;
  }
}

function isPublish(first: number): boolean {
  return (first & 0xf0) === PUBLISH_TYPE;
}

function refuseIndex(index: number, length: number): never {
  throw new RangeError(
    index < 0 || length === 0
      ? 'the cursor stands before the first frame: call next()'
      : 'the cursor stands behind the last frame',
  );
}
