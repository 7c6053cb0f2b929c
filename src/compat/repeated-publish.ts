/**
 * The PUBLISH that was written last, in case it goes to the next stream as well, as a broker's messages do: at QoS 0 without properties
 * nothing in the frame differs from subscriber to subscriber, whatever objects they are given as.
 *
 * It is the same frame only if topic, flags and payload are the same, byte by byte: the packet or its payload may have been changed
 * meanwhile. To compare is cheaper than to encode, and the frame costs no memory for the second stream.
 */

/** Bytes that are compared one by one in less time than a call takes. */
const FEW = 64;

export class RepeatedPublish {
  #firstByte = 0;
  #mqtt5 = false;
  #topic = '';
  /** The payload, if it is a text. Else it is compared with the end of the frame. */
  #text: string | undefined;
  #payloadLength = 0;
  #frame: Buffer | undefined;

  /**
   * The frame, if it is that of the last PUBLISH.
   *
   * @param isHead whether it is only what stands before a payload: payloads of the same length have the same. What was remembered for
   * that length is a head as well
   */
  frameOf(
    firstByte: number,
    mqtt5: boolean,
    topic: string,
    payload: string | Uint8Array,
    isHead: boolean,
  ): Buffer | undefined {
    const isSame =
      firstByte === this.#firstByte &&
      mqtt5 === this.#mqtt5 &&
      payload.length === this.#payloadLength &&
      topic === this.#topic &&
      (isHead || (typeof payload === 'string' ? payload === this.#text : this.#endsWith(payload)));
    return isSame ? this.#frame : undefined;
  }

  /** Remembers the frame of a PUBLISH. */
  remember(
    firstByte: number,
    mqtt5: boolean,
    topic: string,
    payload: string | Uint8Array,
    frame: Buffer,
  ): void {
    this.#firstByte = firstByte;
    this.#mqtt5 = mqtt5;
    this.#topic = topic;
    this.#text = typeof payload === 'string' ? payload : undefined;
    this.#payloadLength = payload.length;
    this.#frame = frame;
  }

  #endsWith(payload: Uint8Array): boolean {
    const frame = this.#frame;
    if (frame === undefined || this.#text !== undefined) return false;
    const at = frame.length - payload.length;
    if (payload.length > FEW) return frame.compare(payload, 0, payload.length, at) === 0;
    for (let i = 0; i < payload.length; i++) {
      if (payload[i] !== frame[at + i]) return false;
    }
    return true;
  }
}
