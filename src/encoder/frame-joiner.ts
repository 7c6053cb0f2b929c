/**
 * Frames that are to leave together: written one behind the other into blocks, whose contents become one buffer of
 * exactly their length in the end. One block is kept from call to call; it holds what one tick of a broker
 * usually has to say to one connection.
 */
import { allocate, allocateShortLived } from '../bytes.js';

const BLOCK = 65_536;
/** Bytes from which something is not copied into a block first, and then again. */
const LARGE = 4096;

/** The block that nobody writes to now. */
let idleBlock: Uint8Array | undefined;

export class FrameJoiner {
  /** Where the next frame is written, from {@link position} on. */
  block: Uint8Array;
  position = 0;
  readonly #first: Uint8Array;
  readonly #pieces: Uint8Array[] = [];
  /** Bytes in the pieces, and where the one begins that is being written. */
  #length = 0;
  #start = 0;

  constructor() {
    this.block = idleBlock ?? allocate(BLOCK);
    this.#first = this.block;
    idleBlock = undefined;
  }

  /** Makes room for so many bytes at {@link position}, unless they are too many for a block. Whether there is room. */
  makeRoom(length: number): boolean {
    if (length > LARGE) return false;
    if (length > this.block.length - this.position) {
      this.#endPiece();
      this.block = allocate(BLOCK);
      this.#start = 0;
      this.position = 0;
    }
    return true;
  }

  /** Adds bytes, which must stay as they are until {@link join}. */
  add(bytes: Uint8Array): void {
    if (this.makeRoom(bytes.length)) {
      this.block.set(bytes, this.position);
      this.position += bytes.length;
    } else {
      this.#endPiece();
      this.#push(bytes);
    }
  }

  /** All that was written and added, in a buffer of its own. */
  join(): Uint8Array {
    this.#endPiece();
    const joined = allocateShortLived(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    return joined;
  }

  /** Gives the block back. */
  release(): void {
    idleBlock = this.#first;
  }

  #endPiece(): void {
    if (this.position > this.#start) this.#push(this.block.subarray(this.#start, this.position));
    this.#start = this.position;
  }

  #push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }
}
