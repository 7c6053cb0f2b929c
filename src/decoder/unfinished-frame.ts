/**
 * The bytes of the one frame that a connection has begun and not finished.
 *
 * What it must never do: hold memory for bytes that were only announced. It keeps a large piece of
 * a chunk as a view when that pins at most twice the piece, and copies every other one, into
 * segments that grow with the bytes received, up to eight times as large. When the frame is complete it is joined once, into one
 * buffer of exactly its length. With no frame begun it holds no buffer at all.
 */
import { allocate, copyBytes } from '../bytes.js';
import { copies } from '../copies.js';

/** The longest fixed header is five bytes; with four it can still be incomplete. */
export const LONGEST_FIXED_HEADER = 5;

/** Bytes of the fixed header at `at`, which must be complete. */
export function fixedHeaderLength(bytes: Uint8Array, at = 0): number {
  let length = 2;
  while ((bytes[at + length - 1] as number) >= 0x80) length++;
  return length;
}

/** A connection may cost this much, whatever it claims: frames up to this length need no joining. */
const SMALLEST_SEGMENT = 256;
const LARGEST_SEGMENT = 65_536;
/**
 * How many times as much memory as was received may be held, up to that: the less often the memory of a frame turns out
 * too small, the less often it is allocated twice, which costs as much as copying 20 KiB.
 */
const GROWTH = 8;
/** A view is an object of some hundred bytes, so for a shorter piece it is no saving. */
const SMALLEST_VIEW = 4096;

export class UnfinishedFrame {
  /** Bytes held. */
  length = 0;
  /** Length of the whole frame, or 0 while its fixed header is incomplete. */
  needed = 0;
  /** All but the last piece; only frames of several pieces need it. */
  #pieces: Uint8Array[] | undefined;
  /** The last piece: a view of a chunk, or a segment with room for more. */
  #last: Uint8Array | undefined;
  /** Bytes of the last piece that are filled. */
  #filled = 0;
  /** The bytes held, the first in the lowest eight bits, while the fixed header is incomplete: four at most. */
  #header = 0;

  /** The first byte held; only to be asked when there is one. */
  get firstByte(): number {
    if (this.needed === 0) return this.#header & 0xff;
    const first = this.#pieces?.[0] ?? this.#last;
    return first?.[0] as number;
  }

  /** Takes in the next bytes of the frame: `start` to `end` of `bytes`. */
  append(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const length = end - start;
    const last = this.#last;
    if (last !== undefined && length <= last.length - this.#filled) {
      if (length === 1) last[this.#filled] = bytes[start] as number;
      else copyBytes(bytes, start, end, last, this.#filled);
      this.#filled += length;
      copies.bytes += length;
    } else if (this.needed === 0) {
      for (let i = 0; i < length; i++) {
        this.#header |= (bytes[start + i] as number) << (8 * (this.length + i));
      }
    } else if (length >= SMALLEST_VIEW && length * 2 >= bytes.buffer.byteLength) {
      this.#begin(bytes.subarray(start, end), length);
    } else if (length > 0) {
      this.#appendCopy(bytes, start, end);
    }
    this.length += length;
  }

  /** The length of the whole frame is known now: the few bytes held move to where the rest will follow. */
  announce(needed: number): void {
    const segment = allocate(Math.min(needed, SMALLEST_SEGMENT));
    this.#copyTo(segment);
    this.needed = needed;
    this.#last = segment;
    this.#filled = this.length;
  }

  /** The whole frame: what is held and the bytes that were missing, `start` to `end` of `bytes`. Nothing is held afterwards. */
  complete(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
    // It may be the only piece, and as long as the frame, or it is one of several.
    let frame = this.#pieces === undefined ? this.#last : undefined;
    if (frame === undefined || frame.length !== this.needed) {
      frame = allocate(this.needed);
      this.#copyTo(frame);
      copies.bytes += this.length;
    }
    copyBytes(bytes, start, end, frame, this.length);
    copies.bytes += end - start;
    this.clear();
    return frame;
  }

  /**
   * Writes the first bytes of the frame to `target`, as many as a fixed header can take: what is
   * held, then `next`. Returns how many there are. Only while the fixed header is incomplete.
   */
  fixedHeader(target: Uint8Array, next: Uint8Array): number {
    const more = Math.min(next.length, LONGEST_FIXED_HEADER - this.length);
    this.#copyTo(target);
    for (let i = 0; i < more; i++) target[this.length + i] = next[i] as number;
    return this.length + more;
  }

  clear(): void {
    this.length = 0;
    this.needed = 0;
    this.#pieces = undefined;
    this.#last = undefined;
    this.#filled = 0;
    this.#header = 0;
  }

  /** Copies a piece: first into the room that is left, then into a new segment. */
  #appendCopy(bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    if (this.#last !== undefined) {
      from += this.#last.length - this.#filled;
      copyBytes(bytes, start, from, this.#last, this.#filled);
      this.#filled = this.#last.length;
    }
    const rest = end - from;
    const segment = allocate(this.#segmentLength(this.length + from - start, rest));
    copyBytes(bytes, from, end, segment, 0);
    copies.bytes += end - start;
    this.#begin(segment, rest);
  }

  /** Room for `rest` bytes behind `held` others, and for more, as far as the frame can need it. */
  #segmentLength(held: number, rest: number): number {
    const more = Math.min(
      Math.max((GROWTH - 1) * (held + rest), SMALLEST_SEGMENT),
      LARGEST_SEGMENT,
    );
    return Math.min(rest + more, this.needed - held);
  }

  #begin(piece: Uint8Array, filled: number): void {
    if (this.#last !== undefined) {
      this.#pieces ??= [];
      this.#pieces.push(
        this.#filled === this.#last.length ? this.#last : this.#last.subarray(0, this.#filled),
      );
    }
    this.#last = piece;
    this.#filled = filled;
  }

  #copyTo(target: Uint8Array): void {
    if (this.needed === 0) {
      for (let i = 0; i < this.length; i++) target[i] = (this.#header >> (8 * i)) & 0xff;
      return;
    }
    let at = 0;
    for (const piece of this.#pieces ?? []) {
      target.set(piece, at);
      at += piece.length;
    }
    if (this.#last !== undefined) target.set(this.#last.subarray(0, this.#filled), at);
  }
}
