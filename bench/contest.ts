/** What a case of the benchmark consists of. */

/** One implementation in one case. */
export interface Contestant {
  readonly name: string;
  /**
   * What is timed: the whole work on the case's bytes, once. Returns a checksum of what a consumer
   * would look at, so that no work can be dropped.
   */
  run(): number | Promise<number>;
  /** Whether {@link run} returns a promise. */
  readonly isAsync?: boolean;
  /** What {@link run} has to return. */
  readonly checksum: number;
  /** Does the same work untimed, keeps everything, and throws a `Mismatch` if anything is wrong. */
  check(): void | Promise<void>;
}

export type CaseKind =
  | 'batch'
  | 'split'
  | 'decode'
  | 'encode'
  | 'stream'
  | 'growth'
  | 'compat/parser'
  | 'compat/generate'
  | 'compat/write';

/** Where on which curve a case of kind `growth` stands. */
export interface Point {
  /** What grows, as in the case's name: `payload` in `growth/payload/64`. */
  readonly curve: string;
  readonly x: number;
}

export interface Case {
  /** Kind and name, as `--filter` sees them, for example `decode/A`. */
  readonly id: string;
  readonly kind: CaseKind;
  readonly title: string;
  /** Packets and bytes that one run handles. */
  readonly packets: number;
  readonly byteLength: number;
  /** Name of the contestant that the ratios refer to. */
  readonly reference: string;
  readonly contestants: readonly Contestant[];
  /** Only of kind `growth`. */
  readonly point?: Point;
}

/** A contestant that is not to be timed, because it gets something wrong. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}
