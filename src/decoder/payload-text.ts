/** Whether a payload is the UTF-8 that its Payload Format Indicator says it is (MQTT 5.0, section 3.3.2.3.2). */

/** Bytes decoded at once: the text is thrown away, and one of 256 MiB would be more than an engine can hold. */
const SLICE = 65_536;

/** Takes in a payload piece by piece. U+0000 and the like are allowed: it is no MQTT string. */
export class PayloadText {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  /** Takes in the next bytes. Whether all so far can be the beginning of well-formed UTF-8. */
  take(bytes: Uint8Array): boolean {
    for (let from = 0; from < bytes.length; from += SLICE) {
      if (!this.#decode(bytes.subarray(from, from + SLICE), true)) return false;
    }
    return true;
  }

  /** Says that there are no more bytes. Whether the last character is whole. */
  end(): boolean {
    return this.#decode(new Uint8Array(0), false);
  }

  #decode(bytes: Uint8Array, stream: boolean): boolean {
    try {
      // Browsers do not decode shared memory.
      const own = bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
      this.#decoder.decode(own, { stream });
      return true;
    } catch {
      return false;
    }
  }
}

/** Whether a payload that is all there is well-formed UTF-8. */
export function isUtf8(payload: Uint8Array): boolean {
  const text = new PayloadText();
  return text.take(payload) && text.end();
}
