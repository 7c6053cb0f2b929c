/**
 * What a scanner is. Two exist, `wasm` and `baseline`, and a caller cannot tell them apart: the
 * same bytes give the same rows, and the same error at the same offset.
 *
 * A scanner belongs to its thread, not to a connection. It keeps nothing between two calls but
 * the topic dictionary, and the frame table, which every scan by any decoder of the thread overwrites: `lease` tells
 * a holder of rows whether they are still his.
 */

import type { TopicMap } from '../topic-map.js';
import type { Lease } from './lease.js';

/** Which scanner is at work. */
export type ScannerName = 'wasm-simd' | 'wasm-scalar' | 'baseline';

/** What a connection allows, as the scanner wants it. */
export interface ScanLimits {
  /** Bit n is set if packet type n may come. */
  readonly allowedTypes: number;
  /** Bytes of the longest frame that may come, fixed header included. */
  readonly maximumPacketSize: number;
  /** The same for packets that are lists, and for the properties of a PUBLISH. */
  readonly maximumListPacketSize: number;
  /** The same for CONNECT. */
  readonly maximumConnectSize: number;
  /** The largest Topic Alias that may come. */
  readonly topicAliasMaximum: number;
  /** The highest QoS that may come. */
  readonly maximumQoS: number;
  /** A PUBLISH frame of more bytes than this is to be handed over in parts. */
  readonly publishPartsAbove: number;
  /** `RULE_*` bits of `assembly/layout.ts`. */
  readonly rules: number;
  /** Bit n is set if a PUBLISH may come whose first byte is 0x30 + n: what those above amount to. */
  readonly publishFlags: number;
}

export interface Scanner {
  readonly name: ScannerName;
  /** The frame table: `TABLE_ROWS` rows of `ROW_WORDS` words, the columns of `assembly/layout.ts`. */
  readonly table: Int32Array;
  /** What the last call found out: the `RESULT_*` words of `assembly/layout.ts`. */
  readonly result: Int32Array;
  /** The text of topics by their number in the topic dictionary. */
  readonly topicNames: TopicMap<string>;
  /** Who may read the table. */
  readonly lease: Lease;

  /**
   * Scans `bytes` from offset `from` on and fills the table from row `rows` on. All offsets in
   * rows and results count from the first byte of `bytes`. Calls go on until `RESULT_STATUS` is
   * `STATUS_DONE` or `STATUS_ERROR`. With `continues`, the call goes on where the last one stopped
   * for another reason than `STATUS_RELOAD`, with the same `bytes` and nothing in between.
   *
   * At `STATUS_LARGE_PUBLISH` the caller goes on with {@link publishHeader}.
   */
  scan(
    bytes: Uint8Array,
    from: number,
    rows: number,
    limits: ScanLimits,
    continues?: boolean,
  ): void;

  /**
   * Checks a fixed header of which the first `length` of `bytes` are there. Returns the length of
   * the whole frame, `HEADER_INCOMPLETE`, or `HEADER_ERROR` with the error in `result`.
   */
  header(bytes: Uint8Array, length: number, limits: ScanLimits): number;

  /**
   * Reads the header of a PUBLISH that is handed over in parts. Its fixed header, already checked, stands at
   * offset `from` of `bytes`, and it will be `length` bytes long. Returns how many bytes its header takes: if they
   * are all there, row number `row` has been filled (its end is that of the header), and else they are the least
   * that have to be there for the next try. `HEADER_ERROR`: the error is in `result`.
   */
  publishHeader(
    bytes: Uint8Array,
    from: number,
    length: number,
    row: number,
    limits: ScanLimits,
  ): number;
}
