/** Frames out of a ring, and a publisher that sends them at QoS 1. */
import { performance } from 'node:perf_hooks';
import type { Ring } from './frames.js';
import type { Peer } from './peer.js';

/** Where a publisher is in its ring of frames. */
export class Source {
  readonly #ring: Ring;
  #at = 0;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** So many of the next frames, or fewer: those up to the end of the ring. */
  next(most: number): { readonly bytes: Buffer; readonly count: number } {
    const { bytes, frameLength } = this.#ring;
    const end = Math.min(this.#at + most * frameLength, bytes.length);
    const piece = bytes.subarray(this.#at, end);
    this.#at = end % bytes.length;
    return { bytes: piece, count: piece.length / frameLength };
  }
}

/**
 * Keeps `window` messages of the ring in flight until the time is over and all of them are acknowledged, in their order; the first
 * window is sent however late it is. Returns how many there were. The window must be shorter than the ring.
 */
export function floodInWindow(
  publisher: Peer,
  ring: Ring,
  answers: Ring,
  window: number,
  end: number,
): Promise<number> {
  const source = new Source(ring);
  return new Promise((resolve) => {
    let sent = 0;
    let isOver = false;
    publisher.expectRing(answers.bytes);
    publisher.onReceived = () => {
      const answered = Math.floor(publisher.received / answers.frameLength);
      isOver ||= sent > 0 && performance.now() >= end;
      while (!isOver && sent - answered < window) {
        const { bytes, count } = source.next(window - (sent - answered));
        publisher.socket.write(bytes);
        sent += count;
      }
      if (isOver && publisher.received === sent * answers.frameLength) resolve(sent);
    };
    publisher.onReceived();
  });
}
