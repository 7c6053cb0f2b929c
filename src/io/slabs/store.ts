/** What a pool and its readers share: the memory, who has which part of it, and when too little of it is left. */
import { ROW_BYTES, ROW_WORDS } from '../../../assembly/layout.js';
import { viewOn } from '../../bytes.js';
import type { Scanner } from '../../scanner/scanner.js';
import { Arena, NOWHERE } from './arena.js';
import type { BatchOwner, SlabBatch } from './batch.js';
import { type SlabMemory, slabMemory } from './memory.js';
import type { ResolvedPoolOptions } from './options.js';
import { Turns } from './turns.js';

/** Bytes behind the last slab that scanning may read, never believe. */
const SLACK = 64;
/** A socket reads this much at a time, or half a slab if that is less: what Node.js reads by itself. */
const LARGEST_READ = 65_536;
/** From so many bytes on `fill()`, which copies as C does, is faster than `set()`, which copies shared memory with care. */
const LONG = 2048;
/** Bytes of the shortest frame. */
const SHORTEST_FRAME = 2;
/** Rows that a read can bring beyond one for each of those: of a PUBLISH in parts, whose last byte it begins with. */
const ROWS_OF_PARTS = 2;
/** Batches that one read can bring where they are handed to other threads. */
const BATCHES_OF_A_READ = 16;

/** Bytes of the largest frame that is handed over whole, unless the options say otherwise. */
function largestWholeOf(slabBytes: number): number {
  return slabBytes / 2;
}

/** How many slabs the rows, the joined frame and the bytes of one read can take, at most. */
export function reserveOf(slabBytes: number, isShared: boolean): number {
  if (!isShared) return 1;
  const rows = readBytesOf(slabBytes) / SHORTEST_FRAME + ROWS_OF_PARTS;
  return 2 + Math.ceil((rows * ROW_BYTES) / slabBytes);
}

function readBytesOf(slabBytes: number): number {
  return Math.min(LARGEST_READ, slabBytes / 2);
}

export class SlabStore implements BatchOwner {
  readonly isShared: boolean;
  readonly scanner: Scanner;
  readonly buffer: ArrayBufferLike;
  readonly arena: Arena;
  /** Bytes of a read, at most. */
  readonly readBytes: number;
  /** Where sockets read to that have no slab. */
  readonly landing: number;
  readonly landingView: Uint8Array;
  readonly turns = new Turns();
  readonly maximumBatches: number;
  /** Bytes of the largest frame that is handed over whole by default, and at most where the memory is shared. */
  readonly largestWhole: number;
  /** Batches that somebody still has. */
  heldBatches = 0;
  /** Whether a batch is being made, or its handler reads the scanner's rows: nothing else may be decoded then. */
  isTaking = false;
  readonly #memory: SlabMemory;
  /** Slabs that must be free for a read to go on. */
  readonly #reserve: number;
  /** Slabs that wait for their socket to read into them. */
  #lent = 0;
  #connections = 0;

  constructor({ scanner, shared, slabBytes, slabs, maximumBatches }: ResolvedPoolOptions) {
    this.isShared = shared;
    this.maximumBatches = maximumBatches;
    this.largestWhole = largestWholeOf(slabBytes);
    this.readBytes = readBytesOf(slabBytes);
    this.#reserve = reserveOf(slabBytes, shared);
    this.#memory = slabMemory(scanner, this.readBytes + slabs * slabBytes + SLACK, shared);
    this.scanner = this.#memory.scanner;
    this.buffer = this.#memory.buffer;
    this.landing = this.#memory.start;
    this.landingView = this.view(this.landing, this.readBytes);
    this.arena = new Arena(this.landing + this.readBytes, slabs, slabBytes);
  }

  /** A number for a connection, never given twice. */
  nextConnection(): number {
    return ++this.#connections;
  }

  view(address: number, length: number): Uint8Array {
    return viewOn(this.buffer, address, length);
  }

  /** A piece of `length` bytes that holds those at `source`. There is room: readers are held back before it runs out. */
  placeMoved(source: number, length: number): number {
    const address = this.take(length);
    this.#memory.move(address, source, length);
    return address;
  }

  /** A piece that holds these bytes. */
  place(bytes: Uint8Array): number {
    const address = this.take(bytes.length);
    const target = this.view(address, bytes.length);
    if (this.isShared && bytes.length >= LONG) Buffer.prototype.fill.call(target, bytes);
    else target.set(bytes);
    return address;
  }

  /** A piece that holds `count` rows from row `from` on. */
  placeRows(rows: Int32Array, from: number, count: number): number {
    const { buffer, byteOffset } = rows;
    if (buffer === this.buffer) {
      return this.placeMoved(byteOffset + from * ROW_BYTES, count * ROW_BYTES);
    }
    const address = this.take(count * ROW_BYTES);
    new Int32Array(this.buffer, address, count * ROW_WORDS).set(
      rows.subarray(from * ROW_WORDS, (from + count) * ROW_WORDS),
    );
    return address;
  }

  /**
   * A piece of `length` bytes.
   *
   * @throws `RangeError` if there is no room, now or ever
   */
  take(length: number): number {
    const { slabBytes } = this.arena;
    if (length > slabBytes) {
      throw new RangeError(
        `${length} bytes must lie in one slab, which has ${slabBytes}: give the pool larger ones (slabBytes)`,
      );
    }
    const address = this.arena.take(length);
    if (address === NOWHERE) throw new RangeError('there is no slab left');
    return address;
  }

  giveBack(address: number, length: number): void {
    this.arena.giveBack(address, length);
    this.letGoIfEased();
  }

  /** The memory of a batch that nobody has any more. */
  free({ address, pieceLength }: SlabBatch): void {
    this.heldBatches--;
    this.giveBack(address, pieceLength);
  }

  /**
   * A slab for a socket to read into, or {@link NOWHERE} if they are scarce. A socket at rest keeps its slab, so of all but the one that
   * pieces are cut from, those that {@link letGoIfEased} waits for are never lent.
   */
  lend(): number {
    const { arena } = this;
    const most = Math.min(arena.slabs / 2, arena.slabs - 1 - 2 * this.#reserve);
    if (this.#lent >= most || arena.free <= this.#reserve) return NOWHERE;
    this.#lent++;
    return arena.takeSlab();
  }

  /** A slab that was lent has been read into, or comes back unused: whoever has it now, it counts among the others. */
  endLoan(): void {
    this.#lent--;
  }

  /** Holds the readers back if one more read might not find room. */
  holdBackIfScarce(): void {
    if (!this.turns.isHoldingBack && !this.#hasRoomFor(1)) this.turns.holdBack();
  }

  /** Lets the readers go on when there is room for several reads: going on and stopping costs them something. */
  letGoIfEased(): void {
    if (this.turns.isHoldingBack && this.#hasRoomFor(2)) this.turns.letGo();
  }

  #hasRoomFor(reads: number): boolean {
    return (
      this.arena.free >= reads * this.#reserve &&
      this.heldBatches + reads * BATCHES_OF_A_READ <= this.maximumBatches
    );
  }
}
