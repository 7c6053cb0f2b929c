/**
 * The scanner that runs in WebAssembly. It copies what it must read into the module's window, unless the chunk lies in
 * the module's memory already.
 */
import {
  LIMIT_ALLOWED_TYPES,
  LIMIT_MAXIMUM_CONNECT_SIZE,
  LIMIT_MAXIMUM_LIST_PACKET_SIZE,
  LIMIT_MAXIMUM_PACKET_SIZE,
  LIMIT_MAXIMUM_QOS,
  LIMIT_PLAIN_PUBLISH,
  LIMIT_PUBLISH_FLAGS,
  LIMIT_PUBLISH_PARTS_ABOVE,
  LIMIT_RULES,
  LIMIT_TOPIC_ALIAS_MAXIMUM,
  RESULT_NEEDED,
  RESULT_POSITION,
  RESULT_STATUS,
  STATUS_DONE,
  STATUS_OUTSIZED,
  STATUS_RELOAD,
  WINDOW,
  WINDOW_BYTES,
} from '../../assembly/layout.js';
import { view, viewOn } from '../bytes.js';
import { copies } from '../copies.js';
import type { TopicMap } from '../topic-map.js';
import { BaselineScanner } from './baseline.js';
import { Lease } from './lease.js';
import { type Build, instantiate, type Room, type ScannerMemory } from './memory.js';
import { findLargePublish, type PublishExtent } from './publish-header.js';
import type { ScanLimits, Scanner } from './scanner.js';

/**
 * Bytes from which on it pays to hand a chunk over; TypeScript has scanned fewer of them in the time that takes.
 * `growth/frame-a-chunk` of the benchmark finds where the two cross.
 */
export const TINY = 8;
/** Bytes of a PUBLISH that are more work to copy than another call is. */
const LARGE_PUBLISH = 2048;
/** The one that was found last. */
const EXTENT: PublishExtent = { header: 0, end: 0 };

export class WasmScanner implements Scanner {
  readonly name: 'wasm-simd' | 'wasm-scalar';
  readonly table: Int32Array;
  readonly result: Int32Array;
  readonly topicNames: TopicMap<string>;
  readonly lease = new Lease();
  readonly #memory: ScannerMemory;
  /** Reads, into the same table, what is not worth a call, and the rare header that does not fit into the window. */
  readonly #baseline: BaselineScanner;
  readonly #tiny: number;
  /** The memory, if there is room in it for chunks. */
  readonly #place: ArrayBufferLike | undefined;
  /** What the window holds: so many bytes, from this offset of the chunk on. */
  #base = 0;
  #loaded = 0;

  /**
   * @param build which build of the module
   * @param keys those of the topic dictionary's hash: the thread's if left out
   * @param tiny the bytes below which TypeScript scans what is left of a chunk; 0: never
   * @param room the memory for chunks that are to be scanned where they are
   */
  constructor(build: Build, keys?: Uint8Array, tiny: number = TINY, room?: Room) {
    this.name = `wasm-${build}`;
    this.#tiny = tiny;
    this.#memory = instantiate(build, keys, room);
    this.#place = room === undefined ? undefined : this.#memory.buffer;
    this.table = this.#memory.table;
    this.result = this.#memory.result;
    this.#baseline = new BaselineScanner(this.table, this.result, this.#memory.topics);
    this.topicNames = this.#baseline.topicNames;
  }

  /** All of the module's memory. */
  get buffer(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  /** Copies `length` bytes of the memory from address `source` to address `target`. */
  move(target: number, source: number, length: number): void {
    this.#memory.exports.move(target, source, length);
  }

  scan(bytes: Uint8Array, from: number, rows: number, limits: ScanLimits, continues = false): void {
    const { length } = bytes;
    if (length - from < this.#tiny) {
      this.#baseline.scan(bytes, from, rows, limits);
      return;
    }
    if (this.#place !== undefined && bytes.buffer === this.#place) {
      this.#setLimits(limits);
      this.#memory.exports.scan(bytes.byteOffset, 0, from, length, length, rows);
      return;
    }
    if (!continues || from >= this.#base + this.#loaded) this.#load(bytes, from, limits.rules);
    this.#setLimits(limits);
    this.#memory.exports.scan(
      WINDOW,
      this.#base,
      from - this.#base,
      this.#loaded,
      length - this.#base,
      rows,
    );
    if (this.result[RESULT_STATUS] === STATUS_OUTSIZED) this.#scanOutsized(bytes, rows, limits);
  }

  header(bytes: Uint8Array, length: number, limits: ScanLimits): number {
    return this.#baseline.header(bytes, length, limits);
  }

  publishHeader(
    bytes: Uint8Array,
    from: number,
    length: number,
    row: number,
    limits: ScanLimits,
  ): number {
    return this.#baseline.publishHeader(bytes, from, length, row, limits);
  }

  /** Scans one frame whose header is longer than the window. `scan.test.ts` shows that it makes no difference. */
  #scanOutsized(bytes: Uint8Array, rows: number, limits: ScanLimits): void {
    const { result } = this;
    const position = result[RESULT_POSITION] as number;
    const end = position + (result[RESULT_NEEDED] as number);
    this.#baseline.scan(bytes.subarray(0, end), position, rows, limits);
    if (result[RESULT_STATUS] === STATUS_DONE && end < bytes.length) {
      result[RESULT_STATUS] = STATUS_RELOAD;
    }
  }

  #setLimits(limits: ScanLimits): void {
    const words = this.#memory.limits;
    words[LIMIT_ALLOWED_TYPES] = limits.allowedTypes;
    words[LIMIT_MAXIMUM_PACKET_SIZE] = limits.maximumPacketSize;
    words[LIMIT_MAXIMUM_LIST_PACKET_SIZE] = limits.maximumListPacketSize;
    words[LIMIT_MAXIMUM_CONNECT_SIZE] = limits.maximumConnectSize;
    words[LIMIT_TOPIC_ALIAS_MAXIMUM] = limits.topicAliasMaximum;
    words[LIMIT_MAXIMUM_QOS] = limits.maximumQoS;
    words[LIMIT_PUBLISH_PARTS_ABOVE] = limits.publishPartsAbove;
    words[LIMIT_RULES] = limits.rules;
    words[LIMIT_PUBLISH_FLAGS] = limits.publishFlags;
    words[LIMIT_PLAIN_PUBLISH] = Math.min(limits.maximumPacketSize, limits.publishPartsAbove);
  }

  /**
   * Fills the window with `bytes` from offset `from` on, as far as scanning will look. While large PUBLISH frames follow each other,
   * these are their headers, each at its place; payloads count as loaded, and what stands there instead is never read.
   */
  #load(bytes: Uint8Array, from: number, rules: number): void {
    const { window } = this.#memory;
    const end = Math.min(bytes.length, from + WINDOW_BYTES);
    let at = from;
    if (end - at > LARGE_PUBLISH && findLargePublish(bytes, at, LARGE_PUBLISH, rules, EXTENT)) {
      const { buffer, byteOffset } = bytes;
      // A header that does not fit waits for the next load, unless it stands at the beginning.
      while (EXTENT.header <= end) {
        const length = EXTENT.header - at;
        window.set(viewOn(buffer, byteOffset + at, length), at - from);
        copies.bytes += length;
        at = EXTENT.end;
        const isNext =
          end - at > LARGE_PUBLISH && findLargePublish(bytes, at, LARGE_PUBLISH, rules, EXTENT);
        if (!isNext) break;
      }
    }
    if (at < end) {
      copies.bytes += end - at;
      window.set(end - at === bytes.length ? bytes : view(bytes, at, end), at - from);
    }
    this.#base = from;
    this.#loaded = end - from;
  }
}
