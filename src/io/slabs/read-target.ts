/**
 * Where a socket reads to. All that read little share one place, the landing: what came is moved out of it before the next
 * read, so that a connection that reads little takes no memory while it is at rest. A socket that reads much gets a slab to itself, and what came stays where it is.
 *
 * It keeps that slab while it is silent: Node.js is told of the next place after each read, and can be told of another one at no other time (`useUserBuffer()` of a handle adds
 * one, which stays until the connection is closed; on Windows the kernel has the old one by then). So only some slabs are lent, and who gets none reads to the landing.
 */
import { allocate, copyBytes } from '../../bytes.js';
import { copies } from '../../copies.js';
import { NOWHERE } from './arena.js';
import type { SlabStore } from './store.js';

/** This part of what can be read at a time, or more, is much: to move less costs less than to lend a slab for it. */
const MUCH = 1 / 4;
/** Short reads in a row until a slab is taken away again. */
const PATIENCE = 4;

export class ReadTarget {
  /** Where what was taken last lies now: a piece of so many bytes, which the taker has to give back. */
  address = NOWHERE;
  pieceLength = 0;
  readonly #store: SlabStore;
  readonly #muchIs: number;
  /** The slab that is read into, or `NOWHERE`. */
  #slab = NOWHERE;
  /** The last view of a slab, and where it is. */
  #slabView: Uint8Array;
  #viewedSlab = NOWHERE;
  #shortReads = 0;
  #readsMuch = false;

  constructor(store: SlabStore) {
    this.#store = store;
    this.#muchIs = store.readBytes * MUCH;
    this.#slabView = store.landingView;
  }

  /** What the next read is to fill. */
  get view(): Uint8Array {
    if (this.#slab === NOWHERE && this.#readsMuch) this.#borrow();
    return this.#slab === NOWHERE ? this.#store.landingView : this.#slabView;
  }

  /** Takes what a read has brought out of the way of the next one: see {@link address}. */
  take(bytesRead: number): void {
    const store = this.#store;
    const readsMuch = bytesRead >= this.#muchIs;
    this.#readsMuch = readsMuch;
    if (this.#slab !== NOWHERE && readsMuch) {
      this.address = this.#slab;
      this.pieceLength = store.arena.slabBytes;
      this.#slab = NOWHERE;
      this.#shortReads = 0;
      store.endLoan();
      return;
    }
    const source = this.#slab === NOWHERE ? store.landing : this.#slab;
    this.address = store.placeMoved(source, bytesRead);
    this.pieceLength = bytesRead;
    if (this.#slab !== NOWHERE && ++this.#shortReads === PATIENCE) this.close();
  }

  /** A copy of what a read has brought, for which it is not the time. */
  copy(bytesRead: number): Uint8Array {
    const view = this.#slab === NOWHERE ? this.#store.landingView : this.#slabView;
    const copy = allocate(bytesRead);
    copyBytes(view, 0, bytesRead, copy, 0);
    copies.bytes += bytesRead;
    return copy;
  }

  /** Gives the slab back. */
  close(): void {
    if (this.#slab === NOWHERE) return;
    const store = this.#store;
    store.endLoan();
    const slab = this.#slab;
    this.#slab = NOWHERE;
    this.#shortReads = 0;
    store.giveBack(slab, store.arena.slabBytes);
  }

  #borrow(): void {
    const store = this.#store;
    this.#slab = store.lend();
    if (this.#slab === NOWHERE || this.#slab === this.#viewedSlab) return;
    this.#viewedSlab = this.#slab;
    this.#slabView = store.view(this.#slab, store.readBytes);
  }
}
