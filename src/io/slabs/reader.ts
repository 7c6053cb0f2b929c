/** The bytes of one connection, from its socket to the handler of its batches. */
import type { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import { isBytes } from '../../bytes.js';
import { copies } from '../../copies.js';
import type { FrameBatch } from '../../decoder/batch.js';
import type { Connection } from '../../decoder/connection.js';
import { Decoder } from '../../decoder/decoder.js';
import type { PacketFacts } from '../../decoder/later-packets.js';
import { encode } from '../../encoder/encoder.js';
import { MqttEncodeError, MqttError } from '../../errors.js';
import type { ProtocolVersion, Role } from '../../protocol/packet-types.js';
import { ANSWER_TIMEOUT, answerTo } from '../answer.js';
import { isPromise } from '../promise.js';
import { SlabBatch } from './batch.js';
import {
  type ResolvedReaderOptions,
  resolveReaderOptions,
  type SlabReaderOptions,
} from './options.js';
import { ReadTarget } from './read-target.js';
import type { SlabStore } from './store.js';
import type { Turn } from './turns.js';

/** What `onread` of `net.connect()` and `tls.connect()` takes. */
export interface OnRead {
  readonly buffer: () => Uint8Array;
  readonly callback: (bytesRead: number) => boolean;
}

/** Why nothing is read: bits. */
const BY_POOL = 1;
const BY_HANDLER = 2;
const BY_USER = 4;

/** What a handler has thrown, which may be anything: a stream destroyed with nothing would tell nobody. */
function errorOf(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error('onBatch has thrown something that is no error', { cause: thrown });
}

function factsOf({ protocolVersion, sender, limits, options }: Connection): PacketFacts {
  return {
    protocolVersion,
    sender,
    rules: limits.rules,
    // Not what holds before the CONNECT, which may be the first of them.
    maximumPropertyLength: options.maximumListPacketSize,
  };
}

/**
 * Reads one connection into the slabs of a pool: what `SlabPool.accept()`, `connect()` and `read()` return.
 *
 * When the bytes break a rule, or end inside a frame, the batches before are handed over, then the socket is destroyed with the
 * `MqttError` (`answerErrors` tells the peer first), which comes as its `error` event like every other error.
 */
export class SlabReader<S extends Readable = Duplex> {
  /** Number of the connection in its pool, 1 or more, as its batches have it. */
  readonly connection: number;
  /** @internal */
  lastRead = 0;
  /** @internal */
  turn: Turn = 'due';
  readonly #store: SlabStore;
  readonly #onBatch: ResolvedReaderOptions<S>['onBatch'];
  /** As whom errors are answered. */
  readonly #answersAs: Role | undefined;
  readonly #decoder: Decoder;
  readonly #target: ReadTarget;
  #socket: S | undefined;
  #readsIntoSlabs = false;
  #held = 0;
  /** Chunks that are being taken, or will be in this tick. */
  #pending: Uint8Array[] = [];
  #isOver = false;

  /** @internal */
  constructor(store: SlabStore, options: SlabReaderOptions<S>) {
    const { onBatch, answersAs, decoder } = resolveReaderOptions(
      options,
      store.isShared,
      store.largestWhole,
    );
    // What other threads are to see must lie in a slab.
    const largestConnect = store.isShared ? store.arena.slabBytes : undefined;
    this.#decoder = new Decoder(decoder, store.scanner, largestConnect);
    this.#store = store;
    this.#onBatch = onBatch;
    this.#answersAs = answersAs;
    this.#target = new ReadTarget(store);
    this.connection = store.nextConnection();
  }

  /** The socket or stream that is read from: to write to and to listen to. Nobody else may read from it or pause it. */
  get socket(): S {
    if (this.#socket === undefined) throw new TypeError('the socket is not there yet');
    return this.#socket;
  }

  /**
   * Whether the kernel writes into the pool's memory. If not, each chunk is copied into it. One thing else is different: a socket that reads into the pool's memory stops as soon
   * as it has to wait (for the pool, for a handler's promise, after {@link pause}), and hears that the peer has ended or reset the connection only when it goes on, of a reset also when it is written to. One whose
   * chunks are copied fills its buffer first, up to `readableHighWaterMark`, and hears of a reset unless the peer has sent more than that.
   */
  get readsIntoSlabs(): boolean {
    return this.#readsIntoSlabs;
  }

  /**
   * The version of the protocol, as `Decoder.protocolVersion`: to be set by who learns it from what was sent. Where the memory is shared and the header of a
   * PUBLISH is unfinished that will come in parts, what is there of it must fit into a slab with the next read, or the socket is destroyed with a `RangeError`.
   */
  get protocolVersion(): ProtocolVersion | undefined {
    return this.#decoder.protocolVersion;
  }

  set protocolVersion(version: ProtocolVersion | undefined) {
    this.#decoder.protocolVersion = version;
  }

  /** The error that ended the decoding, if there was one. */
  get error(): MqttError | undefined {
    return this.#decoder.error;
  }

  /** Bytes held of a frame that is not complete yet. They are no part of the pool. */
  get unfinishedLength(): number {
    return this.#decoder.unfinishedLength;
  }

  /**
   * Reads nothing more until {@link resume}: the peer's bytes stay in the kernel, and soon with the peer. Whether it is heard meanwhile that the peer is gone: see {@link readsIntoSlabs}.
   */
  pause(): void {
    this.#hold(BY_USER);
  }

  /** Goes on after {@link pause}. */
  resume(): void {
    this.#release(BY_USER);
  }

  /** Whether {@link pause} was called, and {@link resume} was not since. */
  isPaused(): boolean {
    return (this.#held & BY_USER) !== 0;
  }

  /** @internal */
  holdBack(): void {
    this.#hold(BY_POOL);
  }

  /** @internal */
  letGo(): void {
    this.#release(BY_POOL);
  }

  /** @internal What makes a socket read into the slabs. */
  get onread(): OnRead {
    return {
      buffer: () => this.#target.view,
      callback: (bytesRead) => {
        this.#take(bytesRead);
        return this.#held === 0;
      },
    };
  }

  /** @internal Begins to read; the socket has been given {@link onread} if `readsIntoSlabs`. */
  attach(socket: S, readsIntoSlabs: boolean): void {
    this.#socket = socket;
    this.#readsIntoSlabs = readsIntoSlabs;
    // A stream that has ended already has nothing to give, and may never be closed.
    if (socket.closed || socket.readableEnded) {
      this.#close();
      return;
    }
    if (this.#store.turns.add(this)) this.#held |= BY_POOL;
    // Before there are listeners: a socket that once was to flow reads when it has connected.
    if (this.#held !== 0) socket.pause();
    // The bytes of a socket that knows nothing of `onread` after all come here as well.
    socket.on('data', (chunk) => this.#takeChunk(chunk));
    socket.once('end', () => this.#end());
    socket.once('close', () => this.#close());
    // It may have been paused when it was made.
    if (this.#held === 0) socket.resume();
  }

  #hold(why: number): void {
    if (this.#isOver) return;
    const before = this.#held;
    this.#held |= why;
    if (before === 0) this.#socket?.pause();
  }

  #release(why: number): void {
    if ((this.#held & why) === 0) return;
    this.#held &= ~why;
    if (this.#held === 0 && !this.#isOver) this.#socket?.resume();
  }

  /** A read has filled so many bytes of the target. */
  #take(bytesRead: number): void {
    if (this.#isOver) return;
    const target = this.#target;
    const socket = this.#socket as S;
    // A TLS socket hands over what it has decrypted already although it was told to wait.
    if (this.#hasToWait() || this.#store.isTaking || socket.readableLength > 0) {
      socket.push(target.copy(bytesRead));
      return;
    }
    target.take(bytesRead);
    this.#decode(target.address, bytesRead, target.pieceLength);
  }

  /** Whether what has been read may not be taken yet. */
  #hasToWait(): boolean {
    const { turns } = this.#store;
    if (this.#held === 0 && turns.isHoldingBack) turns.comesLate(this);
    return this.#held !== 0;
  }

  #takeChunk(chunk: unknown): void {
    if (this.#isOver) return;
    if (!isBytes(chunk)) {
      this.#fail(new TypeError('the stream must be one of bytes, without an encoding'));
      return;
    }
    this.#pending.push(chunk);
    // A handler that writes to this stream still reads rows, which the next scan would overwrite.
    if (this.#store.isTaking) process.nextTick(() => this.#takePending());
    else this.#takePending();
  }

  #takePending(): void {
    const store = this.#store;
    const socket = this.#socket as S;
    while (this.#pending.length > 0 && !this.#isOver && !socket.destroyed) {
      if (this.#hasToWait()) break;
      // Not before: who hears that the stream has to wait may have it go on and push more, and the first one has been taken then.
      const chunk = this.#pending[0];
      if (chunk === undefined) return;
      const length = Math.min(chunk.length, store.readBytes);
      if (length === chunk.length) this.#pending.shift();
      else this.#pending[0] = chunk.subarray(length);
      const address = store.place(length === chunk.length ? chunk : chunk.subarray(0, length));
      copies.bytes += length;
      this.#decode(address, length, length);
    }
    // The rest waits in the stream, which does not end before it has been read.
    const rest = this.#pending.reverse();
    this.#pending = [];
    for (const chunk of rest) socket.unshift(chunk);
  }

  /** Decodes the `length` bytes at `address` and hands the batch over. They lie in a piece of `pieceLength` bytes. */
  #decode(address: number, length: number, pieceLength: number): void {
    const store = this.#store;
    store.turns.hasRead(this);
    // What holds for the first frame: a CONNECT may change it.
    const facts = factsOf(this.#decoder.connection);
    store.isTaking = true;
    let batch: FrameBatch;
    let place = address;
    let placeLength = pieceLength;
    try {
      batch = this.#decoder.push(store.view(address, length));
      const { contents } = batch;
      // The beginning of a header, read before `protocolVersion` was set, has been joined with all that came now.
      if (store.isShared && contents.chunk.length > length) {
        place = store.place(contents.chunk);
        placeLength = contents.chunk.length;
        contents.chunk = store.view(place, placeLength);
        store.giveBack(address, pieceLength);
      }
    } catch (error) {
      store.isTaking = false;
      store.giveBack(place, placeLength);
      this.#fail(error as Error);
      return;
    }
    if (batch.length === 0) {
      store.isTaking = false;
      store.giveBack(place, placeLength);
    } else {
      const { contents } = batch.withoutError();
      store.heldBatches++;
      this.#handOver(
        new SlabBatch(contents, store, this.connection, facts, place, placeLength),
        batch.error,
      );
    }
    if (batch.error !== undefined && (this.#held & BY_HANDLER) === 0) this.#fail(batch.error);
    store.holdBackIfScarce();
  }

  /** Gives a batch to the handler; `error` is what stands behind it. */
  #handOver(batch: SlabBatch, error: MqttError | undefined): void {
    let result: unknown;
    try {
      result = this.#onBatch(batch, this);
    } catch (thrown) {
      this.#store.isTaking = false;
      batch.endOfHandler();
      this.#fail(errorOf(thrown));
      return;
    }
    this.#store.isTaking = false;
    if (!isPromise(result)) {
      batch.endOfHandler();
      return;
    }
    batch.keepRowsForHandler();
    this.#hold(BY_HANDLER);
    // Whose `then` may throw.
    Promise.resolve(result).then(
      () => {
        batch.endOfHandler();
        if (error !== undefined) this.#fail(error);
        this.#release(BY_HANDLER);
      },
      (reason: unknown) => {
        batch.endOfHandler();
        this.#fail(errorOf(reason));
      },
    );
  }

  /** The peer has ended, which may be in the middle of a frame; all that came before has been taken. */
  #end(): void {
    if (this.#isOver) return;
    // Nothing more is read, and not every stream tells when it is closed.
    this.#store.turns.delete(this);
    try {
      this.#decoder.end();
    } catch (error) {
      // A handler may still be at work on what came before a bad frame: the first error counts.
      this.#fail(this.#decoder.error ?? (error as Error));
    }
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#stop();
    const socket = this.#socket as S & Partial<Duplex>;
    const answer = this.#answerTo(error);
    if (answer === undefined || socket.write === undefined) {
      socket.destroy(error);
      return;
    }
    const timer = setTimeout(() => socket.destroy(error), ANSWER_TIMEOUT);
    socket.write(answer, () => {
      clearTimeout(timer);
      socket.destroy(error);
    });
  }

  /** What the peer is told of an error before the socket is destroyed. */
  #answerTo(error: Error): Uint8Array | undefined {
    const { writable, bytesWritten } = this.#socket as S & Partial<Socket>;
    if (this.#answersAs === undefined || !(error instanceof MqttError) || writable !== true) {
      return undefined;
    }
    // A server writes nothing before its CONNACK. Not every stream counts what is written.
    const owesConnack =
      this.#answersAs === 'server' &&
      (bytesWritten === undefined ? !this.#decoder.connection.isConnected : bytesWritten === 0);
    const answer = answerTo(error, owesConnack);
    if (answer === undefined) return undefined;
    const { protocolVersion } = error;
    try {
      return encode(answer, protocolVersion === undefined ? {} : { protocolVersion });
    } catch (refusal) {
      // Not every reason code is one of CONNACK.
      if (refusal instanceof MqttEncodeError) return undefined;
      throw refusal;
    }
  }

  #stop(): void {
    this.#isOver = true;
    this.#pending = [];
    this.#store.turns.delete(this);
  }

  /** The slab is given back when the socket is closed, not before: until then it may be written to. */
  #close(): void {
    this.#stop();
    this.#target.close();
  }
}
