/**
 * The state of one connection's incoming bytes: the unfinished frame, the protocol version, the
 * limits, and whether it is still usable. It does no input or output: bytes in, batches out.
 *
 * The order of things in `push()` is what makes it correct. Rows are taken in the order of the
 * bytes; bodies that scanning does not cover are decoded before the next scan, because a CONNECT
 * changes what may follow; the first error ends everything, and what came before it stands.
 */
import {
  COLUMN_BODY,
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PAYLOAD,
  COLUMN_START,
  HEADER_ERROR,
  HEADER_INCOMPLETE,
  RESULT_CONTROL_ROWS,
  RESULT_ERROR_CODE,
  RESULT_ERROR_FIRST_BYTE,
  RESULT_ERROR_OFFSET,
  RESULT_NEEDED,
  RESULT_POSITION,
  RESULT_ROWS,
  RESULT_STATUS,
  ROW_IS_END,
  ROW_IS_PART,
  ROW_IS_START,
  ROW_WORDS,
  STATUS_DONE,
  STATUS_ERROR,
  STATUS_LARGE_PUBLISH,
  STATUS_RELOAD,
  STATUS_TABLE_FULL,
  TABLE_ROWS,
} from '../../assembly/layout.js';
import { asView, isBytes } from '../bytes.js';
import { errorCodeOf, MqttError } from '../errors.js';
import { oneOf } from '../options.js';
import { PACKET_TYPE, PROTOCOL_VERSIONS, type ProtocolVersion } from '../protocol/packet-types.js';
import { chooseScanner } from '../scanner/choose.js';
import type { Scanner, ScannerName } from '../scanner/scanner.js';
import { EMPTY_BATCH, FrameBatch } from './batch.js';
import { Connection } from './connection.js';
import { OWNED } from './contents.js';
import { Draft } from './draft.js';
import { type DecoderOptions, resolveDecoderOptions } from './options.js';
import { PayloadParts } from './payload-parts.js';
import { publishAt } from './publish.js';
import { lookAtRows, payloadMustBeText, topicOfAlias } from './rows.js';
import { fixedHeaderLength, LONGEST_FIXED_HEADER, UnfinishedFrame } from './unfinished-frame.js';

const LONGEST_CHUNK = 0x7fff_ffff;
const NO_BYTES = new Uint8Array(0);
/** Where a fixed header is put together that arrived in pieces. */
const FIXED_HEADER = new Uint8Array(LONGEST_FIXED_HEADER);

/** Decodes one connection's stream of bytes. */
export class Decoder {
  readonly #connection: Connection;
  readonly #scanner: Scanner;
  readonly #unfinished = new UnfinishedFrame();
  /** Length of the PUBLISH whose header is unfinished and whose payload will come in parts; else 0. */
  #largePublish = 0;
  /** Whether that header was begun under other rules than those that hold now. */
  #rereadsHeader = false;
  /** The payload that is coming in parts. */
  #parts: PayloadParts | undefined;
  /** Bytes of the stream before the current chunk. */
  #received = 0;
  #failure: MqttError | undefined;
  #ended = false;

  /**
   * @param options see {@link DecoderOptions}
   * @throws `TypeError` or `RangeError` naming the option at fault
   */
  constructor(options?: DecoderOptions);
  /** @internal With a scanner that is not the thread's, and room for a CONNECT of at most so many bytes. */
  constructor(options: DecoderOptions, scanner: Scanner | undefined, largestConnect?: number);
  constructor(options: DecoderOptions = {}, scanner?: Scanner, largestConnect?: number) {
    const resolved = resolveDecoderOptions(options, largestConnect);
    this.#connection = new Connection(resolved);
    this.#scanner = scanner ?? chooseScanner(resolved.scanner);
  }

  /** The scanner at work. */
  get scanner(): ScannerName {
    return this.#scanner.name;
  }

  /**
   * The version told by option or learnt from a CONNECT; `undefined` while it is not known. Who learns it
   * elsewhere, from the CONNECT that went the other way, sets it: that holds for all frames that are
   * not complete yet. Setting throws a `RangeError` for what is no version.
   */
  get protocolVersion(): ProtocolVersion | undefined {
    return this.#connection.protocolVersion;
  }

  set protocolVersion(version: ProtocolVersion | undefined) {
    const versions = [undefined, ...PROTOCOL_VERSIONS];
    this.#connection.protocolVersion = oneOf('protocolVersion', version, versions);
    this.#rereadsHeader = this.#largePublish > 0;
  }

  /** @internal What is known of the connection. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Bytes held of a frame that is not complete yet. */
  get unfinishedLength(): number {
    return this.#unfinished.length;
  }

  /** The error that ended the decoding, if there was one. */
  get error(): MqttError | undefined {
    return this.#failure;
  }

  /**
   * Takes in the next bytes of the stream and returns the frames that they complete.
   *
   * @param chunk bytes as the transport handed them over. They are not copied: payloads are views of
   *   them, so they must not be overwritten while a packet of theirs, or the decoder, is in use.
   * @returns the frames; if the chunk breaks a rule, those before the break, with the error behind
   *   them: see {@link FrameBatch}. The decoder is of no further use then.
   * @throws `TypeError` if `chunk` is not a `Uint8Array`, `RangeError` if it is 2 GiB or longer,
   *   `MqttError` with `ERR_MQTT_DECODER_POISONED` after an error, `ERR_MQTT_DECODER_ENDED` after `end()`
   */
  push(chunk: Uint8Array): FrameBatch {
    if (!isBytes(chunk)) throw new TypeError('chunk must be a Uint8Array');
    if (chunk.length > LONGEST_CHUNK) throw new RangeError('chunk must be shorter than 2 GiB');
    this.#assertUsable();
    try {
      const unfinished = this.#unfinished;
      // Bytes from the middle of a frame need no look: `reference-frames.test.ts` cuts frames everywhere.
      if (chunk.length < unfinished.needed - unfinished.length && !this.#rereadsHeader) {
        unfinished.append(chunk);
        this.#received += chunk.length;
        return EMPTY_BATCH;
      }
      return this.#push(asView(chunk));
    } catch (error) {
      // Out of memory, say: bytes are lost, so nothing that follows can be read.
      this.#fail(new MqttError('ERR_MQTT_DECODER_POISONED', { cause: error }));
      throw error;
    }
  }

  /**
   * Says that the stream is over.
   *
   * @throws `MqttError` with `ERR_MQTT_UNEXPECTED_END` if it ended inside a frame, with
   *   `ERR_MQTT_DECODER_POISONED` if an error had ended the decoding already
   */
  end(): void {
    if (this.#ended && this.#failure === undefined) return;
    this.#assertUsable();
    this.#ended = true;
    if (this.#unfinished.length === 0 && this.#parts === undefined) return;
    const connection = this.#connection;
    const packetType =
      this.#parts === undefined ? connection.typeName(this.#unfinished.firstByte) : 'PUBLISH';
    const error = connection.error('ERR_MQTT_UNEXPECTED_END', packetType, this.#received);
    this.#fail(error);
    throw error;
  }

  #push(chunk: Uint8Array): FrameBatch {
    const unfinished = this.#unfinished;
    let bytes = chunk;
    if (this.#rereadsHeader) {
      // What is there of the frame is looked at once more, as if it had come with this chunk.
      this.#rereadsHeader = false;
      this.#largePublish = 0;
      this.#received -= unfinished.length;
      unfinished.needed = unfinished.length + chunk.length;
      bytes = unfinished.complete(chunk);
    }
    if (bytes.length === 0 || bytes.length < unfinished.needed - unfinished.length) {
      unfinished.append(bytes);
      this.#received += bytes.length;
      return EMPTY_BATCH;
    }

    const chunkOffset = this.#received;
    const joinedOffset = chunkOffset - unfinished.length;
    const draft = new Draft();
    let from = 0;
    if (this.#parts !== undefined) {
      this.#scanner.lease.generation++;
      from = this.#takePayload(this.#parts, bytes, 0, draft);
    } else if (unfinished.length > 0) {
      from = this.#resume(bytes, joinedOffset, draft);
    }
    const isResumed = draft.error === undefined && unfinished.length === 0;
    if (isResumed && from < bytes.length) this.#scan(bytes, from, chunkOffset, draft);
    this.#received += bytes.length;
    if (draft.error !== undefined) this.#fail(draft.error);
    else if (draft.length === 0) return EMPTY_BATCH;
    const scanner = this.#scanner;
    const own = draft.ownRows(scanner.table);
    const lease = own === undefined ? scanner.lease : OWNED;
    return new FrameBatch({
      rows: own ?? scanner.table,
      lease,
      generation: lease.generation,
      length: draft.length,
      chunk: bytes,
      buffer: undefined,
      byteOffset: 0,
      chunkOffset,
      joined: draft.joined,
      joinedOffset,
      packets: draft.packets,
      topics: draft.topics,
      topicNames: scanner.topicNames,
      error: draft.error,
    });
  }

  /** Nothing more can be decoded. */
  #fail(error: MqttError): void {
    this.#failure = error;
    this.#unfinished.clear();
    this.#parts = undefined;
    this.#connection.forgetTopicAliases();
  }

  #assertUsable(): void {
    if (this.#failure !== undefined) {
      throw new MqttError('ERR_MQTT_DECODER_POISONED', { cause: this.#failure });
    }
    if (this.#ended) throw new MqttError('ERR_MQTT_DECODER_ENDED');
  }

  /**
   * Goes on with the unfinished frame. Returns where the chunk goes on behind it. If it stays unfinished, the
   * whole chunk has been taken in, or is in error.
   */
  #resume(bytes: Uint8Array, joinedOffset: number, draft: Draft): number {
    const unfinished = this.#unfinished;
    if (unfinished.needed === 0) {
      const held = unfinished.fixedHeader(FIXED_HEADER, bytes);
      const length = this.#scanner.header(FIXED_HEADER, held, this.#connection.limits);
      if (length === HEADER_ERROR) {
        draft.error = this.#scannerError(joinedOffset);
        return 0;
      }
      if (length !== HEADER_INCOMPLETE) this.#announce(length);
    }
    if (this.#largePublish > 0) return this.#resumeHeader(bytes, joinedOffset, draft);
    const missing = unfinished.needed - unfinished.length;
    if (unfinished.needed === 0 || missing > bytes.length) {
      unfinished.append(bytes);
      return 0;
    }
    draft.joined = unfinished.complete(bytes, 0, missing);
    this.#scan(draft.joined, 0, joinedOffset, draft);
    return missing;
  }

  /** The length of the unfinished frame is known now, whose fixed header is in `FIXED_HEADER`. */
  #announce(length: number): void {
    const isPublish = (FIXED_HEADER[0] as number) >> 4 === PACKET_TYPE.PUBLISH;
    if (!isPublish || length <= this.#connection.limits.publishPartsAbove) {
      this.#unfinished.announce(length);
      return;
    }
    this.#largePublish = length;
    // The length of the Topic Name tells how much has to be there next.
    this.#unfinished.announce(fixedHeaderLength(FIXED_HEADER) + 2);
  }

  /** Goes on, as {@link #resume} does, with the header of a PUBLISH whose payload will come in parts. */
  #resumeHeader(bytes: Uint8Array, joinedOffset: number, draft: Draft): number {
    const unfinished = this.#unfinished;
    const length = this.#largePublish;
    let from = 0;
    this.#scanner.lease.generation++;
    for (;;) {
      const missing = unfinished.needed - unfinished.length;
      if (missing > bytes.length - from) {
        unfinished.append(bytes, from);
        return 0;
      }
      const header = unfinished.complete(bytes, from, from + missing);
      from += missing;
      const needed = this.#scanner.publishHeader(header, 0, length, 0, this.#connection.limits);
      if (needed === HEADER_ERROR) {
        draft.error = this.#scannerError(joinedOffset);
        return 0;
      }
      if (needed <= header.length) {
        this.#largePublish = 0;
        draft.joined = header;
        this.#beginPayload(header, joinedOffset, length, draft);
        return draft.error === undefined
          ? this.#takePayload(this.#parts as PayloadParts, bytes, from, draft)
          : 0;
      }
      unfinished.needed = needed;
      unfinished.append(header);
    }
  }

  /** Scans `bytes` from `from` on, to their end or to the first error; keeps an unfinished frame. */
  #scan(bytes: Uint8Array, from: number, streamOffset: number, draft: Draft): void {
    const scanner = this.#scanner;
    const { result } = scanner;
    let position = from;
    let continues = false;
    // Whoever has rows in the table loses them now.
    if (draft.length === 0) scanner.lease.generation++;
    for (;;) {
      const before = draft.rows;
      scanner.scan(bytes, position, before, this.#connection.limits, continues);
      draft.rows = result[RESULT_ROWS] as number;
      position = result[RESULT_POSITION] as number;
      const status = result[RESULT_STATUS];
      const needed = result[RESULT_NEEDED] as number;
      const error = status === STATUS_ERROR ? this.#scannerError(streamOffset) : undefined;
      if (result[RESULT_CONTROL_ROWS] !== 0) {
        const { table, topicNames } = scanner;
        lookAtRows({ table, bytes, streamOffset, topicNames }, before, this.#connection, draft);
        if (draft.error !== undefined) return;
      }
      if (status === STATUS_DONE) {
        if (position === bytes.length) return;
        this.#unfinished.needed = needed;
        this.#unfinished.append(bytes, position);
        return;
      }
      if (error !== undefined) {
        draft.error = error;
        return;
      }
      if (status === STATUS_TABLE_FULL) draft.spill(scanner.table);
      continues = status !== STATUS_RELOAD;
      if (status === STATUS_LARGE_PUBLISH) {
        position = this.#large(bytes, position, needed, streamOffset, draft);
        if (draft.error !== undefined || position === bytes.length) return;
      }
    }
  }

  /**
   * Takes a PUBLISH of `length` bytes at `position` whose payload comes in parts. Returns where the chunk goes on
   * behind what is there of it; if the header is not complete, that is the end, and it is kept.
   */
  #large(
    bytes: Uint8Array,
    position: number,
    length: number,
    streamOffset: number,
    draft: Draft,
  ): number {
    const header = this.#scanner.publishHeader(
      bytes,
      position,
      length,
      draft.rows,
      this.#connection.limits,
    );
    if (header === HEADER_ERROR) {
      draft.error = this.#scannerError(streamOffset);
      return position;
    }
    if (header > bytes.length - position) {
      this.#largePublish = length;
      this.#unfinished.needed = header;
      this.#unfinished.append(bytes, position);
      return bytes.length;
    }
    this.#beginPayload(bytes, streamOffset, length, draft);
    if (draft.error !== undefined) return position;
    return this.#takePayload(this.#parts as PayloadParts, bytes, position + header, draft);
  }

  /** The next row of the table is the header of a PUBLISH of `length` bytes whose payload comes in parts. */
  #beginPayload(bytes: Uint8Array, streamOffset: number, length: number, draft: Draft): void {
    const { table } = this.#scanner;
    const index = draft.rows++;
    const row = index * ROW_WORDS;
    const start = table[row + COLUMN_START] as number;
    const end = table[row + COLUMN_PAYLOAD] as number;
    const payloadLength = length - (end - start);
    const rows = { table, bytes, streamOffset, topicNames: this.#scanner.topicNames };
    const topic = topicOfAlias(rows, index, this.#connection, draft);
    if (draft.error !== undefined) return;
    if (topic !== undefined) draft.setTopic(index, topic);
    const { payload: _, ...fields } = publishAt(
      table,
      row,
      bytes,
      NO_BYTES,
      this.#scanner.topicNames,
      topic,
    );
    (table[row + COLUMN_FIRST_BYTE] as number) |= ROW_IS_START;
    // Where the PUBLISH would end if all of it stood here.
    table[row + COLUMN_END] = end + payloadLength;
    draft.setPacket(index, { ...fields, type: 'PUBLISH_START', payloadLength });
    const isText = payloadMustBeText(rows, index, this.#connection);
    this.#parts = new PayloadParts(streamOffset + end, payloadLength, isText);
  }

  /** Takes what `bytes` have, from `from` on, of a payload that comes in parts. Returns where they go on behind it. */
  #takePayload(parts: PayloadParts, bytes: Uint8Array, from: number, draft: Draft): number {
    const end = from + Math.min(parts.left, bytes.length - from);
    if (end > from) {
      const payload = bytes.subarray(from, end);
      if (!parts.take(payload)) {
        draft.error = this.#connection.error('ERR_MQTT_PAYLOAD_FORMAT', 'PUBLISH', parts.offset);
        return end;
      }
      const row = this.#addPiece(draft, from, end, ROW_IS_PART);
      draft.setPacket(row, { type: 'PUBLISH_PART', payload });
    }
    if (parts.left === 0) {
      this.#parts = undefined;
      const row = this.#addPiece(draft, end, end, ROW_IS_END);
      draft.setPacket(row, { type: 'PUBLISH_END' });
    }
    return end;
  }

  /** Adds a row for a piece of a PUBLISH, and returns its index. */
  #addPiece(draft: Draft, start: number, end: number, piece: number): number {
    const { table } = this.#scanner;
    if (draft.rows === TABLE_ROWS) draft.spill(table);
    const row = draft.rows * ROW_WORDS;
    table.fill(0, row, row + ROW_WORDS);
    table[row + COLUMN_FIRST_BYTE] = (PACKET_TYPE.PUBLISH << 4) | piece;
    table[row + COLUMN_START] = start;
    table[row + COLUMN_BODY] = start;
    table[row + COLUMN_END] = end;
    table[row + COLUMN_PAYLOAD] = start;
    return draft.rows++;
  }

  #scannerError(streamOffset: number): MqttError {
    const { result } = this.#scanner;
    const code = errorCodeOf(result[RESULT_ERROR_CODE] as number);
    const packetType = this.#connection.typeName(result[RESULT_ERROR_FIRST_BYTE] as number);
    const offset = streamOffset + (result[RESULT_ERROR_OFFSET] as number);
    return this.#connection.error(code, packetType, offset);
  }
}
