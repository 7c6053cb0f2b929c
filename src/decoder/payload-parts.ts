/** The payload of a PUBLISH that comes in parts: how much of it is still to come, and whether it is text. */
import { PayloadText } from './payload-text.js';

export class PayloadParts {
  /** Where the payload begins, counted from the first byte of the stream. */
  readonly offset: number;
  /** Bytes that are still to come. */
  left: number;
  readonly #text: PayloadText | undefined;

  /** @param length bytes of the payload @param isText whether it must be UTF-8 */
  constructor(offset: number, length: number, isText: boolean) {
    this.offset = offset;
    this.left = length;
    this.#text = isText ? new PayloadText() : undefined;
  }

  /** Takes in the next bytes, no more than are left. Whether they are what the payload must be. */
  take(part: Uint8Array): boolean {
    this.left -= part.length;
    if (this.#text === undefined) return true;
    return this.#text.take(part) && (this.left > 0 || this.#text.end());
  }
}
