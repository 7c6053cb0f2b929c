/**
 * The messages of the soak test. A payload tells which message it is, and the rest of it follows from that, so that whoever gets
 * it can see whether it has come unharmed.
 *
 * | bytes | what |
 * |---|---|
 * | 0 to 3 | number of the round, big-endian as all of them |
 * | 4 to 7 | number of the account: a publisher |
 * | 8 to 11 | number of the message within the account |
 * | 12 to 15 | bytes of the payload |
 * | behind | each one more than the byte before it, modulo 256; the first one is the sum of the account and the message |
 */

export const HEADER_BYTES = 16;
/** The first level of all topics of messages that are counted. */
export const TOPIC_PREFIX = 'soak';
/** The last level of topics whose messages take their time to be handled. */
export const HOLD_UP = 'hold-up';

const PATTERN_BYTES = 65_536;
const PATTERN = Buffer.from(
  Uint8Array.from({ length: 256 + PATTERN_BYTES }, (_, index) => index & 0xff),
);

export interface Message {
  readonly round: number;
  readonly account: number;
  readonly number: number;
}

/** A payload of `length` bytes, at least {@link HEADER_BYTES}. */
export function payloadOf({ round, account, number }: Message, length: number): Buffer {
  const payload = Buffer.allocUnsafe(length);
  for (const [index, word] of [round, account, number, length].entries()) {
    payload.writeUInt32BE(word, 4 * index);
  }
  eachPattern(account + number, 0, length - HEADER_BYTES, (pattern, at) => {
    pattern.copy(payload, HEADER_BYTES + at);
    return true;
  });
  return payload;
}

/** Calls `take` with one piece after the other of what is to stand in `length` bytes from `position` behind the header, until it returns false. */
function eachPattern(
  seed: number,
  position: number,
  length: number,
  take: (pattern: Buffer, at: number) => boolean,
): boolean {
  for (let at = 0; at < length; at += PATTERN_BYTES) {
    const from = (seed + position + at) & 0xff;
    const count = Math.min(PATTERN_BYTES, length - at);
    if (!take(PATTERN.subarray(from, from + count), at)) return false;
  }
  return true;
}

/** Takes a payload in, whole or in parts, and says which message it was. */
export class PayloadReader {
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #received = 0;
  #isUnharmed = true;

  take(part: Uint8Array): void {
    let offset = 0;
    while (this.#received < HEADER_BYTES && offset < part.length) {
      this.#header[this.#received++] = part[offset++] as number;
    }
    if (offset === part.length) return;
    const seed = this.#word(1) + this.#word(2);
    const position = this.#received - HEADER_BYTES;
    this.#isUnharmed &&= eachPattern(seed, position, part.length - offset, (pattern, at) =>
      pattern.equals(part.subarray(offset + at, offset + at + pattern.length)),
    );
    this.#received += part.length - offset;
  }

  /** The message, or `undefined` if the payload is not one that {@link payloadOf} has made. */
  end(): Message | undefined {
    if (!this.#isUnharmed || this.#received < HEADER_BYTES) return undefined;
    if (this.#word(3) !== this.#received) return undefined;
    return { round: this.#word(0), account: this.#word(1), number: this.#word(2) };
  }

  #word(index: number): number {
    return this.#header.readUInt32BE(4 * index);
  }
}
