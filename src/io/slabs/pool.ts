/** A pool of slabs, and the readers that fill them. */
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { ScannerName } from '../../scanner/scanner.js';
import { SharedRing, type SharedRingOptions } from '../shared/ring.js';
import { readingInto } from './accepted.js';
import { resolvePoolOptions, type SlabPoolOptions, type SlabReaderOptions } from './options.js';
import { type OnRead, SlabReader } from './reader.js';
import { SlabStore } from './store.js';

/**
 * A fixed piece of WebAssembly memory that sockets read into, for all connections of a thread.
 *
 * ```js
 * const pool = new SlabPool();
 * const server = createServer({ pauseOnConnect: true }, (accepted) => {
 *   const { socket } = pool.accept(accepted, {
 *     role: 'server',
 *     onBatch(batch) {
 *       for (const cursor = batch.cursor(); cursor.next(); ) handle(cursor);
 *     },
 *   });
 *   socket.on('error', (error) => console.error(error.message));
 * });
 * ```
 *
 * A batch holds its part of the memory until it is released, which is at the end of its handler, or later if the handler says so. When there might
 * not be enough left for another read, all connections of the pool wait; what the peers send meanwhile stays with them. Nothing is dropped.
 *
 * A pool numbers topics on its own: its `topicId`s are not those of other decoders of the thread.
 */
export class SlabPool {
  readonly #store: SlabStore;

  /**
   * @param options see {@link SlabPoolOptions}
   * @throws `TypeError` or `RangeError` naming the option at fault
   */
  constructor(options: SlabPoolOptions = {}) {
    this.#store = new SlabStore(resolvePoolOptions(options));
  }

  /** The scanner at work. */
  get scanner(): ScannerName {
    return this.#store.scanner.name;
  }

  /** How many slabs there are. */
  get slabs(): number {
    return this.#store.arena.slabs;
  }

  /** Bytes of a slab. */
  get slabBytes(): number {
    return this.#store.arena.slabBytes;
  }

  /** How many slabs nobody has. One is kept for what is short, as long as anything has been read. */
  get freeSlabs(): number {
    return this.#store.arena.free;
  }

  /** How many batches are not released yet. */
  get heldBatches(): number {
    return this.#store.heldBatches;
  }

  /** How many connections are being read: those that have neither ended nor been closed. */
  get readers(): number {
    return this.#store.turns.readers.size;
  }

  /** Whether all connections wait for batches to be released; those at rest, until they send something. */
  get isHoldingBack(): boolean {
    return this.#store.turns.isHoldingBack;
  }

  /** How often all connections had to wait. */
  get timesHeldBack(): number {
    return this.#store.turns.timesHeldBack;
  }

  /**
   * A way to hand batches of this pool, which must be `shared`, to one other thread. It has shared memory of its own: 192 bytes, and 80 for each of `maximumBatches` + `slabs` + 64
   * slots, whose number is rounded up to a power of two; 640 KiB by default.
   *
   * @param options see {@link SharedRingOptions}
   * @throws `TypeError` if the pool is not shared, or naming the option at fault
   */
  ring(options: SharedRingOptions = {}): SharedRing {
    if (!this.#store.isShared) {
      throw new TypeError('the pool must be made with the option shared: true to have a ring');
    }
    return new SharedRing(this.#store, options);
  }

  /**
   * Reads a socket that a server has accepted, from the beginning: to be called in the server's `connection` event. The server is
   * best made with `pauseOnConnect`.
   *
   * Experimental: the kernel writes into the pool's memory if Node.js has what that takes, by a new socket around the same connection:
   * **use {@link SlabReader.socket} from now on**; the one passed in is closed. Servers count it as they did the old one. Where
   * that cannot be, as with TLS, it is the same socket, and its chunks are copied ({@link SlabReader.readsIntoSlabs} tells).
   *
   * @throws `TypeError` or `RangeError` naming the option at fault
   */
  accept<S extends Socket>(accepted: S, options: SlabReaderOptions<Socket>): SlabReader<Socket> {
    const reader = new SlabReader<Socket>(this.#store, options);
    const socket = readingInto(accepted, reader.onread);
    reader.attach(socket ?? accepted, socket !== undefined);
    return reader;
  }

  /**
   * Reads a socket that connects. `connect` gets what `net.connect()` and `tls.connect()` take as `onread`, and returns the socket:
   *
   * ```js
   * pool.connect((onread) => net.connect({ port: 1883, onread }), { role: 'client', onBatch });
   * ```
   *
   * @throws what `connect` throws; `TypeError` or `RangeError` naming the option at fault
   */
  connect<S extends Socket>(
    connect: (onread: OnRead) => S,
    options: SlabReaderOptions<S>,
  ): SlabReader<S> {
    const reader = new SlabReader<S>(this.#store, options);
    reader.attach(connect(reader.onread), true);
    return reader;
  }

  /**
   * Reads any stream of bytes, each chunk of which is copied into the pool's memory. For WebSockets and the like. The pool lets go of it when it
   * emits `end` or `close`: one with `emitClose: false` that is destroyed before its end stays among the {@link readers}.
   *
   * @throws `TypeError` or `RangeError` naming the option at fault
   */
  read<S extends Readable>(stream: S, options: SlabReaderOptions<S>): SlabReader<S> {
    const reader = new SlabReader<S>(this.#store, options);
    reader.attach(stream, false);
    return reader;
  }
}
