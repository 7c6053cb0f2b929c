/**
 * `parser()` of mqtt-packet on our scanners: an event emitter that is given chunks and emits the packets in them before `parse()` returns.
 *
 * A scan finds the frames of a chunk. Those that it finds in order become packets from their rows; everything else is read by
 * {@link readPacket}, which refuses what mqtt-packet refuses, in its words, and is then held to {@link verdictOn}. Where the parser stands in the
 * chunk is written down before a packet is emitted, so a listener may throw, call `parse()` again or change the options: parsing goes on behind the
 * packet that it got.
 */
import { EventEmitter } from 'node:events';
import {
  COLUMN_BODY,
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_START,
  HEADER_ERROR,
  HEADER_INCOMPLETE,
  RESULT_NEEDED,
  RESULT_POSITION,
  RESULT_ROWS,
  RESULT_STATUS,
  ROW_WORDS,
  STATUS_DONE,
  STATUS_ERROR,
} from '../../assembly/layout.js';
import { view } from '../bytes.js';
import { scanLimits } from '../decoder/limits.js';
import { resolveDecoderOptions } from '../decoder/options.js';
import {
  fixedHeaderLength,
  LONGEST_FIXED_HEADER,
  UnfinishedFrame,
} from '../decoder/unfinished-frame.js';
import { MqttError } from '../errors.js';
import { packetTypeName } from '../protocol/packet-types.js';
import { chooseScanner } from '../scanner/choose.js';
import type { Scanner } from '../scanner/scanner.js';
import { bytesOf, type Chunk } from './chunk.js';
import { Refusal } from './frame-reader.js';
import { Packet, packetOf } from './packet.js';
import {
  DEFAULTS,
  type FixedOptions,
  fixedOptions,
  type ParserDefaults,
  type ParserOptions,
} from './parser-options.js';
import { type ParserSettings, readPacket, refusalOfFirstByte } from './read-packet.js';
import { copyOf, rowPacket, type Source, sourceOf } from './row-packet.js';
import type { Parser } from './types.js';
import { bodyFault, errorOf, type Fault, type Law, scannerFault, verdictOn } from './verdict.js';

/** A frame whose fixed header is faulty is waited for, so that mqtt-packet's words can be found for it, if it is no longer than this. */
const LONGEST_FAULTY_FRAME = 4096;
/** Bytes that are scanned behind a faulty frame; four times as many each time that there is nothing wrong with them. */
const SHORT_REACH = 512;
/** In place of a length: the frame has been refused. */
const REFUSED = -2;
const FIXED_HEADER = new Uint8Array(LONGEST_FIXED_HEADER);

/** Rows that were copied out of the frame table, because who listens may scan: to be used again. */
let spareRows: Int32Array | undefined;

/** What holds for parsers with the same options: in MQTT 3.1.1, and in 5.0. */
const LAWS = new WeakMap<FixedOptions, readonly [Law, Law]>();

function lawsOf(options: FixedOptions): readonly [Law, Law] {
  let laws = LAWS.get(options);
  if (laws === undefined) {
    const { maximumPacketSize, strict } = options;
    const resolved = resolveDecoderOptions({ maximumPacketSize });
    const law = (version: 4 | 5): Law => ({
      version,
      limits: scanLimits(resolved, version, false),
      isStrict: strict,
    });
    laws = [law(4), law(5)];
    LAWS.set(options, laws);
  }
  return laws;
}

class ChunkParser extends EventEmitter implements Parser {
  settings: ParserSettings;
  error: MqttError | null = null;
  readonly #options: FixedOptions;
  /** Those of MQTT 3.1.1 and of 5.0. */
  readonly #laws: readonly [Law, Law];
  readonly #scanner: Scanner = chooseScanner('auto');
  readonly #unfinished = new UnfinishedFrame();
  /** Bytes of the fixed header of the unfinished frame, once it is complete. */
  #headerLength = 0;
  /** The chunk that is being parsed; a listener that threw has left it behind. */
  #chunk: Uint8Array | undefined;
  /** Chunks that came meanwhile. */
  #waiting: Uint8Array[] | undefined;
  /** Where parsing of the chunk goes on. */
  #at = 0;
  /** Bytes of the stream before the chunk. */
  #received = 0;
  /** Bytes that the last error has left. */
  #left = 0;
  /** Bytes that are scanned at once: few behind a faulty frame, for there may be another, and all behind it would be scanned in vain. */
  #reach = Number.POSITIVE_INFINITY;
  /** Calls of `parse()`, so as to know when a listener has made one. */
  #calls = 0;

  /** @param options see {@link ParserOptions} */
  constructor(options: ParserOptions = {}) {
    super();
    this.settings = options;
    this.#options = fixedOptions(options);
    this.#laws = lawsOf(this.#options);
  }

  get packet(): Packet {
    const unfinished = this.#unfinished;
    if (unfinished.length === 0) return new Packet();
    const { needed } = unfinished;
    return packetOf(unfinished.firstByte, needed === 0 ? -1 : needed - this.#headerLength);
  }

  parse(chunk: Chunk): number {
    const bytes = bytesOf(chunk);
    this.error = null;
    this.#calls++;
    const unfinished = this.#unfinished;
    if (this.#chunk !== undefined) {
      // What a listener has interrupted comes first.
      this.#waiting ??= [];
      if (bytes.length > 0) this.#waiting.push(bytes);
      if (!this.#run()) return this.#left;
    } else if (bytes.length < unfinished.needed - unfinished.length) {
      unfinished.append(bytes);
      this.#received += bytes.length;
    } else {
      this.#chunk = bytes;
      this.#at = 0;
      if (!this.#run()) return this.#left;
    }
    if (unfinished.length === 0) return 0;
    return unfinished.length - (unfinished.needed === 0 ? 1 : this.#headerLength);
  }

  /** Parses the chunk to its end. Returns whether it got there. */
  #run(): boolean {
    while (this.#chunk !== undefined) {
      const chunk = this.#chunk;
      if (this.#at === chunk.length) {
        this.#received += chunk.length;
        this.#chunk = this.#waiting?.shift();
        this.#at = 0;
        continue;
      }
      if (this.#unfinished.length > 0) this.#resume(chunk);
      else this.#scan(chunk);
    }
    return this.error === null;
  }

  get #law(): Law {
    return this.#laws[this.settings.protocolVersion === 5 ? 1 : 0];
  }

  /** Goes on with the unfinished frame, as far as the chunk has of it. */
  #resume(chunk: Uint8Array): void {
    const unfinished = this.#unfinished;
    const rest = chunk.length - this.#at;
    if (unfinished.needed === 0 && !this.#resumeHeader(chunk)) return;
    const missing = unfinished.needed - unfinished.length;
    if (unfinished.needed === 0 || missing > rest) {
      unfinished.append(chunk, this.#at);
      this.#at = chunk.length;
      return;
    }
    const frame = unfinished.complete(chunk, this.#at, this.#at + missing);
    this.#at += missing;
    this.#frame(frame, this.#received + this.#at - frame.length);
  }

  /** Goes on with the fixed header of the unfinished frame. Returns whether it has not been refused. */
  #resumeHeader(chunk: Uint8Array): boolean {
    const unfinished = this.#unfinished;
    const law = this.#law;
    const held = unfinished.fixedHeader(FIXED_HEADER, chunk);
    let length = this.#scanner.header(FIXED_HEADER, held, law.limits);
    if (length === HEADER_ERROR) {
      const streamOffset = this.#received - unfinished.length;
      const fault = scannerFault(this.#scanner, streamOffset);
      const left = unfinished.length + chunk.length - this.#at;
      const header = FIXED_HEADER.subarray(0, held);
      length = this.#lengthOf(header, 0, fault, sourceOf(header, streamOffset), left);
      if (length === REFUSED) return false;
    }
    if (length !== HEADER_INCOMPLETE) {
      this.#headerLength = fixedHeaderLength(FIXED_HEADER);
      unfinished.announce(length);
    }
    return true;
  }

  /** Emits the packet of a frame that is alone in its bytes. */
  #frame(frame: Uint8Array, streamOffset: number): void {
    const scanner = this.#scanner;
    const law = this.#law;
    const { result, table, lease } = scanner;
    const source = sourceOf(frame, streamOffset);
    lease.generation++;
    scanner.scan(frame, 0, 0, law.limits);
    const packet =
      result[RESULT_STATUS] === STATUS_ERROR
        ? this.#faultyPacket(source, 0, frame.length, scannerFault(scanner, streamOffset))
        : this.#packetAt(table, 0, source);
    if (packet !== undefined) this.emit('packet', packet);
  }

  /** Emits the packets of the chunk from where it goes on, to its end or to where it has to be scanned again. */
  #scan(chunk: Uint8Array): void {
    const scanner = this.#scanner;
    const law = this.#law;
    const { result, lease } = scanner;
    const end = Math.min(chunk.length, this.#at + this.#reach);
    lease.generation++;
    scanner.scan(end === chunk.length ? chunk : view(chunk, 0, end), this.#at, 0, law.limits);
    const rows = result[RESULT_ROWS] as number;
    const status = result[RESULT_STATUS];
    const position = result[RESULT_POSITION] as number;
    const needed = result[RESULT_NEEDED] as number;
    const source = sourceOf(chunk, this.#received);
    const fault = status === STATUS_ERROR ? scannerFault(scanner, source.streamOffset) : undefined;
    if (rows > 0 && !this.#emitRows(rows, source, law)) return;
    if (fault !== undefined) {
      this.#reach = SHORT_REACH;
      this.#faulty(source, position, fault);
      return;
    }
    this.#reach = Math.max(this.#reach * 4, needed);
    if (status === STATUS_DONE && position < end && end === chunk.length) {
      this.#keep(chunk, position, needed);
    }
  }

  /** Emits the packets of the first rows of the frame table. Returns whether what was scanned behind them still holds. */
  #emitRows(rows: number, source: Source, { version }: Law): boolean {
    let { table } = this.#scanner;
    if (rows > 1) {
      const own = spareRows ?? new Int32Array(table.length);
      spareRows = undefined;
      own.set(table.subarray(0, rows * ROW_WORDS));
      table = own;
    }
    const calls = this.#calls;
    const { settings } = this;
    const end = rows * ROW_WORDS;
    try {
      for (let row = 0; row < end; row += ROW_WORDS) {
        // Whoever looks at the packet may scan, and so overwrite the row.
        const frameEnd = table[row + COLUMN_END] as number;
        const packet = this.#packetAt(table, row, source);
        if (packet === undefined) return false;
        this.#at = frameEnd;
        this.emit('packet', packet);
        const isSame =
          this.#calls === calls &&
          this.settings === settings &&
          (settings.protocolVersion === 5) === (version === 5);
        if (!isSame) return false;
      }
    } finally {
      if (rows > 1) spareRows = table;
    }
    return true;
  }

  /** The packet of a row; `undefined` if it is refused. */
  #packetAt(table: Int32Array, row: number, source: Source): Packet | undefined {
    const { topicNames } = this.#scanner;
    const packet = rowPacket(table, row, source, topicNames, this.#options.copyUpTo);
    if (packet !== undefined) return packet;
    const first = table[row + COLUMN_FIRST_BYTE] as number;
    const start = table[row + COLUMN_START] as number;
    const body = table[row + COLUMN_BODY] as number;
    const end = table[row + COLUMN_END] as number;
    const fault = bodyFault(source.bytes, first, body, end, this.#law, source.streamOffset);
    return this.#readPacket(source, start, body, end, fault);
  }

  /** Goes on with a frame of the chunk of which the scanner has found what is wrong. */
  #faulty(source: Source, start: number, fault: Fault): void {
    const chunk = source.bytes;
    const rest = chunk.length - start;
    const length = this.#lengthOf(chunk, start, fault, source, rest);
    if (length === REFUSED) return;
    if (length === HEADER_INCOMPLETE || length > rest) {
      this.#keep(chunk, start, length === HEADER_INCOMPLETE ? 0 : length);
      return;
    }
    const packet = this.#faultyPacket(source, start, start + length, fault);
    if (packet === undefined) return;
    this.#at = start + length;
    this.emit('packet', packet);
  }

  #faultyPacket(source: Source, start: number, end: number, fault: Fault): Packet | undefined {
    return this.#readPacket(
      source,
      start,
      start + fixedHeaderLength(source.bytes, start),
      end,
      fault,
    );
  }

  /** The packet of a complete frame, which may have this fault; `undefined` if it is refused. */
  #readPacket(
    { bytes, streamOffset }: Source,
    start: number,
    body: number,
    end: number,
    fault: Fault | undefined,
  ): Packet | undefined {
    const first = bytes[start] as number;
    const left = bytes === this.#chunk ? bytes.length - body : end - body + this.#restOfChunk;
    const law = this.#law;
    if (fault !== undefined && law.isStrict) return this.#fail(errorOf(fault, law), left);
    let packet: Packet;
    try {
      packet = readPacket(bytes, first, body, end, this.settings);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.#refuse(error.says, first, streamOffset + body, left, fault);
    }
    if (fault !== undefined) {
      const frame = bytes.subarray(start, end);
      const verdict = verdictOn(fault, frame, this.#scanner, law, streamOffset + start);
      if (verdict !== undefined) return this.#fail(errorOf(verdict, law), left);
    }
    if (packet.cmd === 'connect') this.settings = packet as ParserSettings;
    this.#copyIn(packet, 'payload');
    this.#copyIn(packet, 'password');
    if (packet.will !== undefined) this.#copyIn(packet.will as Record<string, unknown>, 'payload');
    return packet;
  }

  /** Copies the bytes of a field, if there are some that are to be copied. */
  #copyIn(fields: Record<string, unknown>, name: string): void {
    const bytes = fields[name];
    if (!(bytes instanceof Uint8Array) || bytes.length > this.#options.copyUpTo) return;
    fields[name] = copyOf(bytes, 0, bytes.length);
  }

  /**
   * The length of the frame that begins at `start`, of which the scanner has found what is wrong; `HEADER_INCOMPLETE`,
   * or `REFUSED` if that is no use waiting for. `left`: bytes that are there of it and behind it.
   */
  #lengthOf(
    bytes: Uint8Array,
    start: number,
    fault: Fault,
    { streamOffset }: Source,
    left: number,
  ): number {
    const first = bytes[start] as number;
    const says = refusalOfFirstByte(first);
    const law = this.#law;
    if (law.isStrict) return this.#fail(errorOf(fault, law), left) ?? REFUSED;
    if (says !== undefined) {
      return this.#refuse(says, first, streamOffset + start, left, fault) ?? REFUSED;
    }
    let length = 0;
    for (let at = start + 1; at < start + LONGEST_FIXED_HEADER; at++) {
      if (at >= bytes.length) return HEADER_INCOMPLETE;
      const byte = bytes[at] as number;
      length |= (byte & 0x7f) << (7 * (at - start - 1));
      if (byte >= 0x80) continue;
      const whole = at + 1 - start + length;
      const isUseless = fault.code === 'ERR_MQTT_PACKET_TOO_LARGE' || whole > LONGEST_FAULTY_FRAME;
      const isThere = whole <= left;
      if (isUseless && (!isThere || fault.code === 'ERR_MQTT_PACKET_TOO_LARGE')) {
        return this.#fail(errorOf(fault, law), left - (at + 1 - start)) ?? REFUSED;
      }
      return whole;
    }
    const says4 = 'Invalid variable byte integer';
    return this.#refuse(says4, first, streamOffset + start + 4, left - 1, fault) ?? REFUSED;
  }

  /** Keeps the unfinished frame at `position` of the chunk; `needed` is its length, or 0 if that is not known. */
  #keep(chunk: Uint8Array, position: number, needed: number): void {
    const unfinished = this.#unfinished;
    unfinished.needed = needed;
    if (needed > 0) this.#headerLength = fixedHeaderLength(chunk, position);
    unfinished.append(chunk, position);
    this.#at = chunk.length;
  }

  /** Bytes of the chunk that are not parsed yet. */
  get #restOfChunk(): number {
    return this.#chunk === undefined ? 0 : this.#chunk.length - this.#at;
  }

  /** Ends this `parse()` in mqtt-packet's words. */
  #refuse(
    message: string,
    first: number,
    offset: number,
    left: number,
    fault: Fault | undefined,
  ): undefined {
    const { code, offset: at } = fault ?? { code: 'ERR_MQTT_FIELD_PAST_END', offset };
    const error = new MqttError(code, {
      packetType: packetTypeName(first >> 4),
      offset: at,
      protocolVersion: this.#law.version,
      message,
    });
    return this.#fail(error, left);
  }

  /** Ends this `parse()`. */
  #fail(error: MqttError, left: number): undefined {
    this.error = error;
    this.#left = left;
    this.#received += this.#chunk?.length ?? 0;
    this.#chunk = undefined;
    this.#waiting = undefined;
    this.#unfinished.clear();
    this.emit('error', error);
  }
}

/**
 * A parser with the API of mqtt-packet 9.
 *
 * @param options see {@link ParserOptions}
 * @throws `TypeError` or `RangeError` naming the option at fault
 */
export function parser(options?: ParserOptions | object | null): Parser {
  return new ChunkParser((options as ParserOptions | null | undefined) ?? undefined);
}

/** What holds where the options say nothing, for programs that do not make their parsers themselves. */
parser.defaults = DEFAULTS as ParserDefaults;
