/** Standard output, written no faster than it is read. */
import type { Writable } from 'node:stream';

/** Writes lines to a stream and says when it has room for more. */
export class Output {
  readonly #stream: Writable;
  #room: Promise<void> | undefined;
  #isGone = false;

  /** @param stream what the lines go to; when it closes, lines are dropped and nobody waits */
  constructor(stream: Writable) {
    this.#stream = stream;
    // The reader of a pipe may leave (`| head`); that ends the showing, not the forwarding.
    stream.on('error', () => {
      this.#isGone = true;
    });
  }

  /** Whether the reader has left. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Writes lines. The promise is fulfilled when there is room for more. */
  write(lines: readonly string[]): Promise<void> | undefined {
    if (this.#isGone || lines.length === 0) return undefined;
    const hasRoom = this.#stream.write(`${lines.join('\n')}\n`);
    if (!hasRoom) this.#room ??= this.#drained();
    return this.#room;
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        for (const event of ['drain', 'close', 'error']) this.#stream.off(event, done);
        this.#room = undefined;
        resolve();
      };
      for (const event of ['drain', 'close', 'error']) this.#stream.on(event, done);
    });
  }
}
