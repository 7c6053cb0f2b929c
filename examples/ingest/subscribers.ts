/**
 * Passing messages on to subscribers, at QoS 0. A message that came at QoS 0 goes on as the bytes that were received: views of the slab, neighbours in one
 * write. The batch is kept until the kernel has taken them.
 */
import type { Socket } from 'node:net';
import {
  type FrameCursor,
  type ProtocolVersion,
  PublishFanOut,
  type PublishPacket,
  type PublishPart,
  type PublishStart,
  type SlabBatch,
  type SlabPool,
  TopicMap,
} from 'mqtt-wasm';
import { matches } from '../router/topic-filter.js';
import type { Once } from './once.js';

export class Subscriber {
  /** Each with whether its messages keep RETAIN as they were published (Retain As Published, section 3.8.3.1). */
  readonly topicFilters = new Map<string, boolean>();
  readonly socket: Socket;
  readonly protocolVersion: ProtocolVersion;
  /** Bytes of the largest frame that it takes. */
  readonly maximumPacketSize: number;

  constructor(
    socket: Socket,
    protocolVersion: ProtocolVersion,
    maximumPacketSize = Number.POSITIVE_INFINITY,
  ) {
    this.socket = socket;
    this.protocolVersion = protocolVersion;
    this.maximumPacketSize = maximumPacketSize;
  }
}

/** Bytes of long messages that may be waiting for their end; what is more does not reach subscribers, as QoS 0 allows. */
const MOST_LONG_BYTES = 64 * 1024 * 1024;
/** Batches that may be kept for subscribers. */
const MOST_KEPT = 1024;

/** A subscriber that a message goes to. */
interface Recipient {
  readonly subscriber: Subscriber;
  /** Whether one of its Topic Filters that match is of a subscription with Retain As Published. */
  readonly keepsRetain: boolean;
}

/** The parts of a long message that has subscribers. */
interface LongMessage {
  readonly recipients: readonly Recipient[];
  readonly start: PublishStart;
  readonly payload: Uint8Array[];
}

export class Subscribers {
  readonly #subscribers = new Set<Subscriber>();
  readonly #byTopicId = new TopicMap<readonly Recipient[]>();
  /** By connection. */
  readonly #long = new Map<number, LongMessage>();
  #longBytes = 0;
  readonly #pool: SlabPool;

  constructor(pool: SlabPool) {
    this.#pool = pool;
  }

  /** Whether there are any, or were when a long message began that has not ended: no part of it may be missed. */
  get areThere(): boolean {
    return this.#subscribers.size > 0 || this.#long.size > 0;
  }

  /** To be called when a subscription comes or goes. */
  changed(subscriber: Subscriber): void {
    if (subscriber.topicFilters.size > 0) this.#subscribers.add(subscriber);
    else this.#subscribers.delete(subscriber);
    this.#byTopicId.clear();
  }

  /** A connection is over: nobody waits for the rest of its message. */
  forget(connection: number): void {
    const long = this.#long.get(connection);
    if (long === undefined) return;
    for (const { length } of long.payload) this.#longBytes -= length;
    this.#long.delete(connection);
  }

  /**
   * Passes the messages of a batch on; version and what has been passed on before are those of the connection they came from. Returns
   * whether the client takes leave: nothing behind its DISCONNECT counts.
   */
  forward(batch: SlabBatch, protocolVersion: ProtocolVersion, once: Once): boolean {
    const writes = new Writes(batch, this.#pool);
    for (const frame = batch.cursor(); frame.next(); ) {
      switch (frame.type) {
        case 'PUBLISH':
          if (once.takes(frame)) this.#forwardWhole(frame, protocolVersion, writes);
          break;
        case 'PUBLISH_START':
          if (once.takes(frame)) this.#startLong(frame, batch.connection);
          break;
        case 'PUBLISH_PART':
        case 'PUBLISH_END':
          this.#continueLong(frame, batch.connection, writes);
          break;
        case 'PUBREL':
          once.release(frame.packetIdentifier);
          break;
        case 'DISCONNECT':
          writes.flush();
          return true;
      }
    }
    writes.flush();
    return false;
  }

  #forwardWhole(frame: FrameCursor, version: ProtocolVersion, writes: Writes): void {
    const { retain } = frame;
    const isPlain = frame.qos === 0 && !retain;
    let message: PublishFanOut | undefined;
    for (const { subscriber, keepsRetain } of this.#recipientsOf(frame)) {
      const { protocolVersion } = subscriber;
      if (isPlain && (protocolVersion === 5) === (version === 5)) {
        writes.add(subscriber, frame.bytes);
      } else {
        message ??= new PublishFanOut(frame.packet() as PublishPacket);
        writes.add(subscriber, message.encode({ protocolVersion, retain: retain && keepsRetain }));
      }
    }
  }

  /** A long message is copied, for other messages must not come between its parts. */
  #startLong(frame: FrameCursor, connection: number): void {
    const recipients = this.#recipientsOf(frame);
    if (recipients.length === 0) return;
    const start = frame.packet() as PublishStart;
    this.#long.set(connection, { recipients, start, payload: [] });
  }

  #continueLong(frame: FrameCursor, connection: number, writes: Writes): void {
    const long = this.#long.get(connection);
    if (long === undefined) return;
    if (frame.type === 'PUBLISH_PART') {
      const { payload } = frame.packet() as PublishPart;
      this.#longBytes += payload.length;
      long.payload.push(Buffer.from(payload));
      if (this.#longBytes > MOST_LONG_BYTES) this.forget(connection);
      return;
    }
    this.forget(connection);
    const { recipients, start, payload } = long;
    const message = new PublishFanOut({ ...start, payload: Buffer.concat(payload) });
    for (const { subscriber, keepsRetain } of recipients) {
      const { protocolVersion } = subscriber;
      const retain = start.retain && keepsRetain;
      writes.add(subscriber, message.encode({ protocolVersion, retain }));
    }
  }

  #recipientsOf(frame: FrameCursor): readonly Recipient[] {
    const known = this.#byTopicId.get(frame.topicId);
    if (known !== undefined) return known;
    const { topic = '' } = frame;
    const found: Recipient[] = [];
    for (const subscriber of this.#subscribers) {
      const matching = [...subscriber.topicFilters].filter(([filter]) => matches(filter, topic));
      if (matching.length === 0) continue;
      found.push({ subscriber, keepsRetain: matching.some(([, keepsRetain]) => keepsRetain) });
    }
    this.#byTopicId.set(frame.topicId, found);
    return found;
  }
}

/** What a batch gives subscribers to write. Neighbours in memory become one write. */
class Writes {
  readonly #batch: SlabBatch;
  readonly #pool: SlabPool;
  readonly #pending = new Map<Subscriber, Uint8Array>();
  #unwritten = 0;

  constructor(batch: SlabBatch, pool: SlabPool) {
    this.#batch = batch;
    this.#pool = pool;
  }

  /** Adds a frame. One that is longer than the subscriber takes is dropped (MQTT-3.1.2-25). */
  add(subscriber: Subscriber, bytes: Uint8Array): void {
    if (bytes.length > subscriber.maximumPacketSize) return;
    const before = this.#pending.get(subscriber);
    const next = before !== undefined ? before.byteOffset + before.length : -1;
    if (before !== undefined && before.buffer === bytes.buffer && next === bytes.byteOffset) {
      const length = before.length + bytes.length;
      this.#pending.set(subscriber, Buffer.from(before.buffer, before.byteOffset, length));
      return;
    }
    if (before !== undefined) this.#write(subscriber, before);
    this.#pending.set(subscriber, bytes);
  }

  flush(): void {
    for (const [subscriber, bytes] of this.#pending) this.#write(subscriber, bytes);
    if (this.#unwritten > 0) this.#batch.retain();
  }

  /** A subscriber that does not read misses messages, which QoS 0 allows; one that has taken leave gets none. */
  #write({ socket }: Subscriber, bytes: Uint8Array): void {
    if (!socket.writable || socket.writableNeedDrain) return;
    const { freeSlabs, slabs, heldBatches } = this.#pool;
    // Subscribers that do not read must not stop the pool.
    if (freeSlabs * 2 < slabs || heldBatches > MOST_KEPT) {
      socket.write(Buffer.from(bytes));
      return;
    }
    this.#unwritten++;
    // The bytes are the batch's until the kernel has taken them, or the socket has given up.
    socket.write(bytes, () => {
      if (--this.#unwritten === 0) this.#batch.release();
    });
  }
}
