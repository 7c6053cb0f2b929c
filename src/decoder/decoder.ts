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
  ROW_WORDS,
  RULE_MINIMAL_REMAINING_LENGTH,
  RULE_NO_DISCOURAGED_CHARACTERS,
  STATUS_DONE,
  STATUS_ERROR,
  STATUS_RELOAD,
  STATUS_TABLE_FULL,
} from '../../assembly/layout.js';
import { asView, isBytes } from '../bytes.js';
import { type ErrorCode, errorCodeOf, MqttError } from '../errors.js';
import {
  allowedTypes,
  DECODED_TYPES,
  PACKET_TYPE,
  type ProtocolVersion,
  packetTypeName,
} from '../protocol/packet-types.js';
import { chooseScanner } from '../scanner/choose.js';
import type { ScanLimits, Scanner, ScannerName } from '../scanner/scanner.js';
import { EMPTY_BATCH, FrameBatch } from './batch.js';
import { type ControlPacket, decodeControl } from './control.js';
import { Draft } from './draft.js';
import {
  type DecoderOptions,
  type ResolvedDecoderOptions,
  resolveDecoderOptions,
} from './options.js';
import { LONGEST_FIXED_HEADER, UnfinishedFrame } from './unfinished-frame.js';

const LONGEST_CHUNK = 0x7fff_ffff;
/** Where a fixed header is put together that arrived in pieces. */
const FIXED_HEADER = new Uint8Array(LONGEST_FIXED_HEADER);
const CONNECT_ONLY = 1 << PACKET_TYPE.CONNECT;

/** Decodes one connection's stream of bytes. */
export class Decoder {
  readonly #options: ResolvedDecoderOptions;
  readonly #scanner: Scanner;
  readonly #limits: ScanLimits;
  readonly #unfinished = new UnfinishedFrame();
  #expectsConnect: boolean;
  #protocolVersion: ProtocolVersion | undefined;
  /** Bytes of the stream before the current chunk. */
  #received = 0;
  #failure: MqttError | undefined;
  #ended = false;

  /**
   * @param options see {@link DecoderOptions}
   * @throws `TypeError` or `RangeError` naming the option at fault
   */
  constructor(options: DecoderOptions = {}) {
    this.#options = resolveDecoderOptions(options);
    const { role, state, protocolVersion, text, minimalRemainingLength } = this.#options;
    this.#scanner = chooseScanner(this.#options.scanner);
    this.#expectsConnect = state === 'expectConnect';
    this.#protocolVersion = protocolVersion === 'auto' ? undefined : protocolVersion;
    this.#limits = {
      allowedTypes:
        state === 'expectConnect'
          ? CONNECT_ONLY
          : state === 'open'
            ? allowedTypes(role) & ~CONNECT_ONLY
            : allowedTypes(role),
      maximumPacketSize:
        state === 'expectConnect'
          ? this.#options.maximumConnectPacketSize
          : this.#options.maximumPacketSize,
      maximumListPacketSize: this.#options.maximumListPacketSize,
      rules:
        (minimalRemainingLength ? RULE_MINIMAL_REMAINING_LENGTH : 0) |
        (text === 'reject' ? RULE_NO_DISCOURAGED_CHARACTERS : 0),
    };
  }

  /** The scanner at work. */
  get scanner(): ScannerName {
    return this.#scanner.name;
  }

  /** The version told by option or learnt from a CONNECT; `undefined` while it is not known. */
  get protocolVersion(): ProtocolVersion | undefined {
    return this.#protocolVersion;
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
    if (this.#unfinished.length === 0) return;
    const packetType = packetTypeName(this.#unfinished.firstByte >> 4);
    const error = new MqttError('ERR_MQTT_UNEXPECTED_END', { packetType, offset: this.#received });
    this.#fail(error);
    throw error;
  }

  #push(bytes: Uint8Array): FrameBatch {
    const unfinished = this.#unfinished;
    // Bytes from the middle of a frame need no look: `reference-frames.test.ts` cuts frames everywhere.
    if (bytes.length === 0 || bytes.length < unfinished.needed - unfinished.length) {
      unfinished.append(bytes);
      this.#received += bytes.length;
      return EMPTY_BATCH;
    }

    const chunkOffset = this.#received;
    const joinedOffset = chunkOffset - unfinished.length;
    const draft = new Draft();
    let joined: Uint8Array | undefined;
    let from = 0;
    if (unfinished.length > 0) {
      from = this.#resume(bytes, draft);
      if (from > 0) {
        joined = unfinished.complete(from === bytes.length ? bytes : bytes.subarray(0, from));
        this.#scan(joined, 0, joinedOffset, draft);
      }
    }
    if (draft.error === undefined && unfinished.length === 0 && from < bytes.length) {
      this.#scan(bytes, from, chunkOffset, draft);
    }
    this.#received += bytes.length;
    if (draft.error !== undefined) this.#fail(draft.error);
    else if (draft.length === 0) return EMPTY_BATCH;
    const scanner = this.#scanner;
    const own = draft.ownRows(scanner.table);
    return new FrameBatch({
      rows: own ?? scanner.table,
      length: draft.length,
      chunk: bytes,
      chunkOffset,
      joined,
      joinedOffset,
      controls: draft.controls,
      error: draft.error,
      scanner: own === undefined ? scanner : undefined,
    });
  }

  /** Nothing more can be decoded. */
  #fail(error: MqttError): void {
    this.#failure = error;
    this.#unfinished.clear();
  }

  #assertUsable(): void {
    if (this.#failure !== undefined) {
      throw new MqttError('ERR_MQTT_DECODER_POISONED', { cause: this.#failure });
    }
    if (this.#ended) throw new MqttError('ERR_MQTT_DECODER_ENDED');
  }

  /**
   * Goes on with the unfinished frame. Returns how many bytes of the chunk complete it, or 0 if it
   * stays unfinished, in which case the whole chunk has been taken in, or is in error.
   */
  #resume(bytes: Uint8Array, draft: Draft): number {
    const unfinished = this.#unfinished;
    if (unfinished.needed === 0) {
      const held = unfinished.fixedHeader(FIXED_HEADER, bytes);
      const length = this.#scanner.header(FIXED_HEADER, held, this.#limits);
      if (length === HEADER_ERROR) {
        draft.error = this.#scannerError(this.#received - unfinished.length);
        return 0;
      }
      if (length !== HEADER_INCOMPLETE) unfinished.announce(length);
    }
    const missing = unfinished.needed - unfinished.length;
    if (unfinished.needed > 0 && missing <= bytes.length) return missing;
    unfinished.append(bytes);
    return 0;
  }

  /** Scans `bytes` from `from` on, to their end or to the first error; keeps an unfinished frame. */
  #scan(bytes: Uint8Array, from: number, streamOffset: number, draft: Draft): void {
    const scanner = this.#scanner;
    const { result } = scanner;
    let position = from;
    let continues = false;
    // Whoever has rows in the table loses them now.
    if (draft.length === 0) scanner.generation++;
    for (;;) {
      const before = draft.rows;
      scanner.scan(bytes, position, before, this.#limits, continues);
      draft.rows = result[RESULT_ROWS] as number;
      position = result[RESULT_POSITION] as number;
      if (result[RESULT_CONTROL_ROWS] !== 0) {
        this.#decodeControls(bytes, before, streamOffset, draft);
        if (draft.error !== undefined) return;
      }
      const status = result[RESULT_STATUS];
      if (status === STATUS_DONE) break;
      if (status === STATUS_ERROR) {
        draft.error = this.#scannerError(streamOffset);
        return;
      }
      if (status === STATUS_TABLE_FULL) draft.spill(scanner.table);
      continues = status !== STATUS_RELOAD;
    }
    if (position < bytes.length) {
      this.#unfinished.needed = result[RESULT_NEEDED] as number;
      this.#unfinished.append(bytes.subarray(position));
    }
  }

  /** Decodes the bodies that scanning leaves alone, from row `from` on. An error takes its row away. */
  #decodeControls(bytes: Uint8Array, from: number, streamOffset: number, draft: Draft): void {
    const { table } = this.#scanner;
    const expected =
      this.#options.protocolVersion === 'auto' ? undefined : this.#options.protocolVersion;
    for (let index = from; index < draft.rows; index++) {
      const row = index * ROW_WORDS;
      const type = ((table[row + COLUMN_FIRST_BYTE] as number) >> 4) & 0x0f;
      if (((DECODED_TYPES >> type) & 1) === 0) continue;
      try {
        const packet = decodeControl(
          {
            packetType: packetTypeName(type) as ControlPacket['type'],
            bytes,
            start: table[row + COLUMN_BODY] as number,
            end: table[row + COLUMN_END] as number,
            streamOffset,
            strictText: this.#options.text === 'reject',
          },
          expected,
        );
        draft.setControl(index, packet);
        if (packet.type === 'CONNECT') this.#connected(packet.protocolLevel);
      } catch (error) {
        if (!(error instanceof MqttError)) throw error;
        draft.rows = index;
        draft.error = error;
        return;
      }
    }
  }

  /** A CONNECT has come: from now on the rules of its version and role hold. */
  #connected(version: ProtocolVersion): void {
    this.#protocolVersion = version;
    const { role, state, maximumPacketSize } = this.#options;
    this.#expectsConnect = false;
    this.#limits.maximumPacketSize = maximumPacketSize;
    this.#limits.allowedTypes = allowedTypes(role);
    if (state !== 'unchecked') this.#limits.allowedTypes &= ~CONNECT_ONLY;
  }

  #scannerError(streamOffset: number): MqttError {
    const { result } = this.#scanner;
    const code = errorCodeOf(result[RESULT_ERROR_CODE] as number);
    const packetType = packetTypeName((result[RESULT_ERROR_FIRST_BYTE] as number) >> 4);
    return new MqttError(this.#refine(code, packetType), {
      packetType,
      offset: streamOffset + (result[RESULT_ERROR_OFFSET] as number),
    });
  }

  /** Why a packet type is not allowed is known here, not to the scanner. */
  #refine(code: ErrorCode, packetType: string | undefined): ErrorCode {
    if (code !== 'ERR_MQTT_PACKET_NOT_ALLOWED') return code;
    if (this.#expectsConnect) return 'ERR_MQTT_CONNECT_EXPECTED';
    if (packetType === 'CONNECT' && this.#options.role !== 'client')
      return 'ERR_MQTT_SECOND_CONNECT';
    return code;
  }
}
