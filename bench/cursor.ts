/** A cursor over a batch, made of its packets, until batches have one of their own. */
import type { FrameBatch, Packet } from 'mqtt-wasm';

export interface Cursor {
  next(): boolean;
  readonly type: Packet['type'];
  readonly qos: number;
  readonly dup: boolean;
  readonly retain: boolean;
  readonly topicId: number;
  readonly topic: string | undefined;
  readonly packetIdentifier: number;
  readonly payload: Uint8Array | undefined;
  readonly payloadLength: number;
  readonly bytes: Uint8Array;
  readonly properties: object | undefined;
  packet(): Packet;
}

const topicIds = new Map<string, number>();

class PacketCursor implements Cursor {
  readonly #batch: FrameBatch;
  #index = -1;
  #packet: Packet = { type: 'PINGREQ' };

  constructor(batch: FrameBatch) {
    this.#batch = batch;
  }

  next(): boolean {
    if (++this.#index < this.#batch.length) {
      this.#packet = this.#batch.packetAt(this.#index);
      return true;
    }
    if (this.#batch.error !== undefined) throw this.#batch.error;
    return false;
  }

  get type() {
    return this.#packet.type;
  }

  get #publish() {
    const packet = this.#packet;
    return packet.type === 'PUBLISH' || packet.type === 'PUBLISH_START' ? packet : undefined;
  }

  get qos() {
    return this.#publish?.qos ?? 0;
  }

  get dup() {
    return this.#publish?.dup ?? false;
  }

  get retain() {
    return this.#publish?.retain ?? false;
  }

  get topicId() {
    const { topic } = this;
    if (topic === undefined) return 0;
    const id = topicIds.get(topic) ?? topicIds.size + 1;
    topicIds.set(topic, id);
    return id;
  }

  get topic() {
    return this.#publish?.topic;
  }

  get packetIdentifier() {
    return 'packetIdentifier' in this.#packet ? (this.#packet.packetIdentifier ?? 0) : 0;
  }

  get payload() {
    const packet = this.#packet;
    return packet.type === 'PUBLISH' || packet.type === 'PUBLISH_PART' ? packet.payload : undefined;
  }

  get payloadLength() {
    if (this.#packet.type === 'PUBLISH_START') return this.#packet.payloadLength;
    return this.payload?.length ?? 0;
  }

  get bytes() {
    return this.#batch.bytesAt(this.#index);
  }

  get properties() {
    return 'properties' in this.#packet ? this.#packet.properties : undefined;
  }

  packet() {
    return this.#packet;
  }
}

export function cursorOf(batch: FrameBatch): Cursor {
  return new PacketCursor(batch);
}
