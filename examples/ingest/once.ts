/** That a message of QoS 2 is taken only once. */
import type { FrameCursor } from 'mqtt-wasm';

/** The Packet Identifiers of one connection whose messages have been taken and may come again, until their PUBREL (section 4.3.3). */
export class Once {
  readonly #taken = new Set<number>();

  /** Whether a PUBLISH, or a `PUBLISH_START`, is to be taken. From now on it has been. */
  takes({ qos, packetIdentifier }: FrameCursor): boolean {
    if (qos < 2) return true;
    if (this.#taken.has(packetIdentifier)) return false;
    this.#taken.add(packetIdentifier);
    return true;
  }

  /** A PUBREL has come: what comes next under this number is another message. */
  release(packetIdentifier: number): void {
    this.#taken.delete(packetIdentifier);
  }

  clear(): void {
    this.#taken.clear();
  }
}
