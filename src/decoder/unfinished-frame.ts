/**
 * The bytes of the one frame that a connection has begun and not finished.
 *
 * What it must never do: hold memory for bytes that were only announced. It keeps a large piece of
 * a chunk as a view when that pins at most twice the piece, and copies every other one, into
 * segments that grow with the bytes received. When the frame is complete it is joined once, into one
 * buffer of exactly its length. With no frame begun it holds no buffer at all.
 */
import { allocate } from '../bytes.js';

const SMALLEST_SEGMENT = 64;
const LARGEST_SEGMENT = 65_536;
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

  /** The first byte held; only to be asked when there is one. */
  get firstByte(): number {
    const first = this.#pieces?.[0] ?? this.#last;
    return first?.[0] as number;
  }

  /** Takes in the next bytes of the frame. */
  append(piece: Uint8Array): void {
    const { length } = piece;
    if (length === 0) return;
    if (length >= SMALLEST_VIEW && length * 2 >= piece.buffer.byteLength) {
      this.#begin(piece, length);
    } else {
      const room = (this.#last?.length ?? 0) - this.#filled;
      const here = Math.min(length, room);
      if (here > 0) {
        this.#last?.set(here === length ? piece : piece.subarray(0, here), this.#filled);
        this.#filled += here;
      }
      if (here < length) {
        const rest = piece.subarray(here);
        const segment = allocate(this.#segmentLength(here, rest.length));
        segment.set(rest);
        this.#begin(segment, rest.length);
      }
    }
    this.length += length;
  }

  /** The whole frame: what is held and the bytes that were missing. Nothing is held afterwards. */
  complete(missing: Uint8Array): Uint8Array {
    const last = this.#last;
    let frame: Uint8Array;
    if (last !== undefined && this.#pieces === undefined && last.length === this.needed) {
      frame = last;
      frame.set(missing, this.#filled);
    } else {
      frame = allocate(this.needed);
      this.#copyTo(frame);
      frame.set(missing, this.length);
    }
    this.clear();
    return frame;
  }

  /** The first `5` bytes at most of the frame: what is held, then `next`. For the fixed header. */
  head(next: Uint8Array): Uint8Array {
    const more = Math.min(next.length, 5 - this.length);
    const head = new Uint8Array(this.length + more);
    this.#copyTo(head);
    head.set(next.subarray(0, more), this.length);
    return head;
  }

  clear(): void {
    this.length = 0;
    this.needed = 0;
    this.#pieces = undefined;
    this.#last = undefined;
    this.#filled = 0;
  }

  /** Room for a segment: about as much again as is held, but no more than the frame can need. */
  #segmentLength(here: number, rest: number): number {
    const held = this.length + here;
    const wanted = Math.min(Math.max(held + rest, SMALLEST_SEGMENT), LARGEST_SEGMENT);
    const useful = this.needed === 0 ? wanted : Math.min(wanted, this.needed - held);
    return Math.max(useful, rest);
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
    let at = 0;
    for (const piece of this.#pieces ?? []) {
      target.set(piece, at);
      at += piece.length;
    }
    if (this.#last !== undefined) target.set(this.#last.subarray(0, this.#filled), at);
  }
}
