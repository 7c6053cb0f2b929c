/**
 * Who has which part of the slabs. A slab is given away as a whole, to a socket that reads into it, or piece by piece, to
 * batches that are shorter. It is free again when every piece of it has been given back.
 *
 * There is no list of pieces: a slab counts how many of them are out. The slab that pieces are being cut from takes back the piece
 * that was cut last as if it had never been, so that who holds nothing for long uses the same few KiB over and over.
 */

/** Pieces begin at multiples of this, so that rows can lie in them. */
const ALIGNMENT = 8;

/** Rounds up to a length that pieces have: none is empty, for it could not be told whose slab it is of. */
function aligned(length: number): number {
  return (Math.max(length, 1) + ALIGNMENT - 1) & -ALIGNMENT;
}

/** What is no address. */
export const NOWHERE = -1;

export class Arena {
  /** Bytes of a slab. */
  readonly slabBytes: number;
  /** How many slabs there are. */
  readonly slabs: number;
  readonly #start: number;
  /** Numbers of the free slabs. */
  readonly #free: number[] = [];
  /** How many pieces of each slab are out; a slab that is given away as a whole is one piece. */
  readonly #out: Int32Array;
  /** The slab that pieces are cut from, or -1. */
  #open = -1;
  /** Bytes of it that are taken. */
  #filled = 0;

  /** @param start address of the first slab, a multiple of eight */
  constructor(start: number, slabs: number, slabBytes: number) {
    this.slabBytes = slabBytes;
    this.slabs = slabs;
    this.#start = start;
    this.#out = new Int32Array(slabs);
    for (let slab = slabs - 1; slab >= 0; slab--) this.#free.push(slab);
  }

  /** How many slabs are free. */
  get free(): number {
    return this.#free.length;
  }

  /** Address of a whole slab, or {@link NOWHERE} if none is free. To be given back by its address and {@link slabBytes}. */
  takeSlab(): number {
    const slab = this.#free.pop();
    if (slab === undefined) return NOWHERE;
    this.#out[slab] = 1;
    return this.#start + slab * this.slabBytes;
  }

  /** Address of a piece of `length` bytes, at most {@link slabBytes}, or {@link NOWHERE} if there is no room. */
  take(length: number): number {
    const size = aligned(length);
    if (this.#open < 0 || this.#filled + size > this.slabBytes) {
      if (size > this.slabBytes) return NOWHERE;
      const slab = this.#free.pop();
      if (slab === undefined) return NOWHERE;
      this.#close();
      this.#open = slab;
      this.#filled = 0;
    }
    const address = this.#start + this.#open * this.slabBytes + this.#filled;
    this.#filled += size;
    (this.#out[this.#open] as number)++;
    return address;
  }

  /** Takes back what was given away at `address`: a piece of `length` bytes, or a slab. */
  giveBack(address: number, length: number): void {
    const offset = address - this.#start;
    const slab = Math.floor(offset / this.slabBytes);
    const left = --(this.#out[slab] as number);
    if (slab === this.#open) {
      if (left === 0) this.#filled = 0;
      else if (offset - slab * this.slabBytes + aligned(length) === this.#filled) {
        this.#filled -= aligned(length);
      }
    } else if (left === 0) this.#free.push(slab);
  }

  /** No more pieces are cut from the open slab. */
  #close(): void {
    if (this.#open >= 0 && this.#out[this.#open] === 0) this.#free.push(this.#open);
    this.#open = -1;
  }
}
