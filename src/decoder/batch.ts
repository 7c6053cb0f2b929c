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
import {
  COLUMN_BODY,
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  COLUMN_PAYLOAD,
  COLUMN_START,
  COLUMN_TOPIC_LENGTH,
  ROW_HAS_PROPERTIES,
  ROW_IS_MQTT_5,
  ROW_WORDS,
  TOPIC_IS_ASCII,
  TOPIC_LENGTH_MASK,
} from '../../assembly/layout.js';
import { decodeAscii, decodeUtf8 } from '../bytes.js';
import { MqttError } from '../errors.js';
import { integerBytes, readProperties, variableByteInteger } from '../properties.js';
import {
  PACKET_TYPE,
  type PacketType,
  packetTypeName,
  type QoS,
} from '../protocol/packet-types.js';
import type {
  AcknowledgementPacket,
  AcknowledgementProperties,
  Packet,
  PublishPacket,
  PublishProperties,
} from '../protocol/packets.js';
import type { ReasonCode } from '../protocol/reason-codes.js';
import type { Scanner } from '../scanner/scanner.js';
import type { RowMap } from './row-map.js';

/** @internal What a decoder hands over. */
export interface BatchContents {
  readonly rows: Int32Array;
  readonly length: number;
  /** The bytes that the rows point into. */
  readonly chunk: Uint8Array;
  /** Offset of the first byte of `chunk` in the stream. */
  readonly chunkOffset: number;
  /** The frame of row 0 if it began in an earlier chunk: its row points in here instead. */
  readonly joined: Uint8Array | undefined;
  /** Offset of the first byte of `joined` in the stream. */
  readonly joinedOffset: number;
  /** Packets that are decoded already, by row. */
  readonly packets: Pick<RowMap<Packet>, 'get'> | undefined;
  /** Topic Names that a Topic Alias stands for, by row. */
  readonly topics: Pick<RowMap<string>, 'get'> | undefined;
  readonly error: MqttError | undefined;
  /** The scanner whose table `rows` is; `undefined` if the rows are the batch's own. */
  readonly scanner: Scanner | undefined;
}

/**
 * One frame of a batch, as it stands on the wire, or one piece of a PUBLISH that comes in parts. Good for as
 * long as its batch is.
 */
export class Frame {
  readonly #batch: FrameBatch;
  readonly #index: number;

  /** @internal */
  constructor(batch: FrameBatch, index: number) {
    this.#batch = batch;
    this.#index = index;
  }

  /** Control packet type. */
  get type(): PacketType {
    return this.#batch.typeAt(this.#index);
  }

  /** The whole frame, fixed header and body: a view, never a copy. */
  get bytes(): Uint8Array {
    return this.#batch.bytesAt(this.#index);
  }

  /**
   * Remaining Length in bytes: what follows the fixed header (section 2.2.3). Of a part of a payload: how
   * many bytes it has.
   */
  get remainingLength(): number {
    return this.#batch.remainingLengthAt(this.#index);
  }

  /** Where the frame begins, counted from the first byte of the stream. */
  get offset(): number {
    return this.#batch.offsetAt(this.#index);
  }

  /** The frame as a typed object. */
  packet(): Packet {
    return this.#batch.packetAt(this.#index);
  }
}

/** The items of a batch, then its error. A generator made packets 8 to 27 % dearer. */
class Items<T> implements IterableIterator<T> {
  readonly #batch: FrameBatch;
  readonly #itemAt: (index: number) => T;
  #next = 0;

  constructor(batch: FrameBatch, itemAt: (index: number) => T) {
    this.#batch = batch;
    this.#itemAt = itemAt;
  }

  next(): IteratorResult<T, undefined> {
    const { length, error } = this.#batch;
    const index = this.#next++;
    if (index < length) return { done: false, value: this.#itemAt(index) };
    if (index === length && error !== undefined) throw error;
    return { done: true, value: undefined };
  }

  return(): IteratorResult<T, undefined> {
    this.#next = this.#batch.length + 1;
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

/**
 * What `push()` returns: the frames that a chunk completed, in the order of the stream.
 *
 * Reading it twice makes the packets twice, except those whose bodies had to be decoded at once: all but
 * `PUBLISH`, its acknowledgements and what has no body.
 */
export class FrameBatch {
  readonly #contents: BatchContents;
  #rows: Int32Array;
  #scanner: Scanner | undefined;
  readonly #generation: number;

  /** @internal */
  constructor(contents: BatchContents) {
    this.#contents = contents;
    this.#rows = contents.rows;
    this.#scanner = contents.scanner;
    this.#generation = contents.scanner?.generation ?? 0;
  }

  /** How many frames there are. */
  get length(): number {
    return this.#contents.length;
  }

  /** The error that stands behind the last frame, if there is one: the connection is to be closed. */
  get error(): MqttError | undefined {
    return this.#contents.error;
  }

  /**
   * The frames, one by one; then `error` is thrown, if there is one.
   * Throws `ERR_MQTT_STALE_BATCH` when a later scan has taken over the frame table.
   */
  [Symbol.iterator](): IterableIterator<Frame> {
    return new Items(this, (index) => new Frame(this, index));
  }

  /**
   * The packets, one by one; then `error` is thrown, if there is one.
   * Throws `ERR_MQTT_STALE_BATCH` when a later scan has taken over the frame table.
   */
  packets(): IterableIterator<Packet> {
    return new Items(this, (index) => this.packetAt(index));
  }

  /** Copies the rows, 32 bytes a frame, so that later scans leave this batch alone. Returns the batch. */
  detach(): this {
    if (this.#scanner !== undefined) {
      this.#rows = this.#current().slice(0, this.length * ROW_WORDS);
      this.#scanner = undefined;
    }
    return this;
  }

  /** @internal The same frames without the error, for those who report it another way. */
  withoutError(): FrameBatch {
    if (this.error === undefined) return this;
    const rows = this.#current();
    return new FrameBatch({ ...this.#contents, rows, scanner: this.#scanner, error: undefined });
  }

  /** Type of frame number `index`, counted from 0. */
  typeAt(index: number): PacketType {
    return packetTypeName((this.#word(index, COLUMN_FIRST_BYTE) >> 4) & 0x0f) as PacketType;
  }

  /** Frame number `index`, counted from 0, as it stands on the wire: a view. */
  bytesAt(index: number): Uint8Array {
    const start = this.#word(index, COLUMN_START);
    return this.#source(index).subarray(start, this.#word(index, COLUMN_END));
  }

  /** Remaining Length of frame number `index`, counted from 0, in bytes. */
  remainingLengthAt(index: number): number {
    const length = this.#word(index, COLUMN_END) - this.#word(index, COLUMN_BODY);
    const packet = this.#contents.packets?.get(index);
    return packet?.type === 'PUBLISH_START' ? length + packet.payloadLength : length;
  }

  /** Where frame number `index`, counted from 0, begins in the stream. */
  offsetAt(index: number): number {
    const { joined, joinedOffset, chunkOffset } = this.#contents;
    const base = index === 0 && joined !== undefined ? joinedOffset : chunkOffset;
    return base + this.#word(index, COLUMN_START);
  }

  /** @internal The columns of row number `index`, copied. */
  rowAt(index: number): Int32Array {
    return this.#rowsWith(index).slice(index * ROW_WORDS, (index + 1) * ROW_WORDS);
  }

  /** Frame number `index`, counted from 0, as a packet. */
  packetAt(index: number): Packet {
    const rows = this.#rowsWith(index);
    const decoded = this.#contents.packets?.get(index);
    if (decoded !== undefined) return decoded;
    const row = index * ROW_WORDS;
    const first = rows[row + COLUMN_FIRST_BYTE] as number;
    const type = (first >> 4) & 0x0f;
    if (type === PACKET_TYPE.PUBLISH) {
      const topic = this.#contents.topics?.get(index);
      return publishAt(rows, row, this.#source(index), topic);
    }
    const name = packetTypeName(type) as AcknowledgementPacket['type'] | 'UNSUBACK' | EmptyType;
    if (name === 'PINGREQ' || name === 'PINGRESP') return { type: name };
    if (name === 'DISCONNECT' || name === 'AUTH') {
      // Without a body: those that have one are decoded already.
      return (first & ROW_IS_MQTT_5) === 0 ? { type: 'DISCONNECT' } : { type: name, reasonCode: 0 };
    }
    const packetIdentifier = rows[row + COLUMN_PACKET_IDENTIFIER] as number;
    if ((first & ROW_IS_MQTT_5) === 0) return { type: name, packetIdentifier };
    return acknowledgementAt(
      rows,
      row,
      this.#source(index),
      name as AcknowledgementPacket['type'],
      packetIdentifier,
    );
  }

  #source(index: number): Uint8Array {
    const { joined, chunk } = this.#contents;
    return index === 0 && joined !== undefined ? joined : chunk;
  }

  #word(index: number, column: number): number {
    return this.#rowsWith(index)[index * ROW_WORDS + column] as number;
  }

  #rowsWith(index: number): Int32Array {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new RangeError(
        `index must be that of a frame, of which there are ${this.length}; it is ${index}`,
      );
    }
    return this.#current();
  }

  /** The rows, if they still are this batch's. */
  #current(): Int32Array {
    if (this.#scanner !== undefined && this.#scanner.generation !== this.#generation) {
      throw new MqttError('ERR_MQTT_STALE_BATCH');
    }
    return this.#rows;
  }
}

/** @internal The batch of a chunk that completes nothing. */
export const EMPTY_BATCH = new FrameBatch({
  rows: new Int32Array(0),
  length: 0,
  chunk: new Uint8Array(0),
  chunkOffset: 0,
  joined: undefined,
  joinedOffset: 0,
  packets: undefined,
  topics: undefined,
  error: undefined,
  scanner: undefined,
});

type EmptyType = 'PINGREQ' | 'PINGRESP' | 'DISCONNECT' | 'AUTH';

/** @internal The PUBLISH of a row; `topic` is what its Topic Alias stands for, if that has been looked up. */
export function publishAt(
  rows: Int32Array,
  row: number,
  bytes: Uint8Array,
  topic: string | undefined,
): PublishPacket {
  const first = rows[row + COLUMN_FIRST_BYTE] as number;
  const payloadStart = rows[row + COLUMN_PAYLOAD] as number;
  const payload = bytes.subarray(payloadStart, rows[row + COLUMN_END] as number);
  const retain = (first & 1) !== 0;
  const qos = ((first >> 1) & 3) as QoS;
  const topicName = topic ?? topicAt(rows, row, bytes);
  const hasProperties = (first & ROW_HAS_PROPERTIES) !== 0;
  if (qos === 0 && !hasProperties) {
    return { type: 'PUBLISH', topic: topicName, payload, retain, qos, dup: false };
  }
  const withProperties = hasProperties
    ? { properties: propertiesAt(rows, row, bytes) as PublishProperties }
    : undefined;
  if (qos === 0) {
    return {
      type: 'PUBLISH',
      topic: topicName,
      payload,
      retain,
      qos,
      dup: false,
      ...withProperties,
    };
  }
  return {
    type: 'PUBLISH',
    topic: topicName,
    payload,
    retain,
    qos,
    dup: (first & 8) !== 0,
    packetIdentifier: rows[row + COLUMN_PACKET_IDENTIFIER] as number,
    ...withProperties,
  };
}

/** @internal The Topic Name in the row of a PUBLISH. */
export function topicAt(rows: Int32Array, row: number, bytes: Uint8Array): string {
  const start = (rows[row + COLUMN_BODY] as number) + 2;
  const end = start + ((rows[row + COLUMN_TOPIC_LENGTH] as number) & TOPIC_LENGTH_MASK);
  return ((rows[row + COLUMN_FIRST_BYTE] as number) & TOPIC_IS_ASCII) === 0
    ? decodeUtf8(bytes, start, end)
    : decodeAscii(bytes, start, end);
}

/** The properties of a PUBLISH that has some: from behind its Topic Name and Packet Identifier to its payload. */
function propertiesAt(rows: Int32Array, row: number, bytes: Uint8Array): Record<string, unknown> {
  const topicLength = (rows[row + COLUMN_TOPIC_LENGTH] as number) & TOPIC_LENGTH_MASK;
  const identifierLength = rows[row + COLUMN_PACKET_IDENTIFIER] === 0 ? 0 : 2;
  const at = (rows[row + COLUMN_BODY] as number) + 2 + topicLength + identifierLength;
  return propertiesBehind(bytes, at, rows[row + COLUMN_PAYLOAD] as number, PACKET_TYPE.PUBLISH);
}

/** Checked properties up to `end`, whose length stands at `at`. */
function propertiesBehind(
  bytes: Uint8Array,
  at: number,
  end: number,
  holder: number,
): Record<string, unknown> {
  const start = at + integerBytes(variableByteInteger(bytes, at, end, 0, at));
  return readProperties(bytes, start, end, holder);
}

/** An acknowledgement of MQTT 5.0: behind the Packet Identifier a reason code, then properties. */
function acknowledgementAt<Type extends AcknowledgementPacket['type']>(
  rows: Int32Array,
  row: number,
  bytes: Uint8Array,
  type: Type,
  packetIdentifier: number,
): AcknowledgementPacket {
  const at = (rows[row + COLUMN_BODY] as number) + 2;
  const end = rows[row + COLUMN_END] as number;
  const reasonCode = (at === end ? 0 : bytes[at]) as ReasonCode<Type>;
  const hasProperties = ((rows[row + COLUMN_FIRST_BYTE] as number) & ROW_HAS_PROPERTIES) !== 0;
  const properties = hasProperties
    ? (propertiesBehind(bytes, at + 1, end, PACKET_TYPE[type]) as AcknowledgementProperties)
    : undefined;
  return {
    type,
    packetIdentifier,
    reasonCode,
    ...(properties === undefined ? undefined : { properties }),
  } as AcknowledgementPacket;
}
