/**
 * Errors that wait. An error destroys a stream, and destroying a stream throws away what its consumer has not read
 * yet. So an error waits here until everything before it has been read.
 */
import type { Readable, Writable } from 'node:stream';

/** How long to wait before looking again whether a destination has worked off what it was given, in ms. */
const DESTINATION_POLL = 5;

/** The error of a stream, if there is one that waits for the stream's reader. */
export class LateFailure {
  readonly #stream: Readable;
  readonly #destinations = new Set<NodeJS.WritableStream>();
  #fail: (() => void) | undefined;

  /** @param stream tells of each `read()`, `pipe()`, `unpipe()` of its own */
  constructor(stream: Readable) {
    this.#stream = stream;
  }

  /**
   * Calls `fail` when the reader has taken everything and asks for more. A reader that is in the middle of its
   * last item is not interrupted.
   */
  wait(fail: () => void): void {
    this.#fail = fail;
    const isPulled = this.#stream.listenerCount('readable') > 0;
    if (this.#stream.readableLength === 0 && !isPulled && !this.#stream.isPaused()) this.#try();
    else this.#askReader();
  }

  /** Nobody waits any more: the stream is destroyed. */
  clear(): void {
    this.#fail = undefined;
  }

  /** `read(size)` has returned `item`. */
  hasRead(item: unknown, size: number | undefined): void {
    if (this.#fail === undefined || size === 0) return;
    if (item === null) process.nextTick(() => this.#try());
    else this.#askReader();
  }

  /** The stream is piped into `destination`. */
  hasPiped(destination: NodeJS.WritableStream): void {
    this.#destinations.add(destination);
  }

  /** It is no longer; without a destination: into none. */
  hasUnpiped(destination: NodeJS.WritableStream | undefined): void {
    if (destination === undefined) this.#destinations.clear();
    else this.#destinations.delete(destination);
  }

  /** Nothing is left to read: fails as soon as the destinations have nothing left either. */
  #try(): void {
    const fail = this.#fail;
    if (fail === undefined) return;
    if (this.#destinationsAreDone()) {
      this.#fail = undefined;
      fail();
    } else {
      setTimeout(() => this.#try(), DESTINATION_POLL).unref();
    }
  }

  /** `pipeline()` destroys the destinations along with the stream, and what they hold is lost. */
  #destinationsAreDone(): boolean {
    for (const { writable, writableLength = 0 } of this.#destinations as Set<Partial<Writable>>) {
      if (writable === true && writableLength > 0) return false;
    }
    return true;
  }

  /** Makes a reader that waits for something to read come back, to find that there is nothing. */
  #askReader(): void {
    if (this.#stream.readableLength > 0) return;
    process.nextTick(() => {
      if (this.#fail !== undefined && !this.#stream.destroyed) this.#stream.emit('readable');
    });
  }
}
