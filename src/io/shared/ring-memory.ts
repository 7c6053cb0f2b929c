/** The memory of a ring, as both sides see it: its words, and batches in its slots. */
import { ROW_WORDS } from '../../../assembly/layout.js';
import { viewOn } from '../../bytes.js';
import type { BatchContents } from '../../decoder/contents.js';
import { LaterPackets, type PacketFacts } from '../../decoder/later-packets.js';
import type { TopicTexts } from '../../decoder/publish.js';
import type { ProtocolVersion, Side } from '../../protocol/packet-types.js';
import { BatchLease, type BatchOwner, SlabBatch } from '../slabs/batch.js';
import {
  PLACES,
  QUEUES,
  SLOT_CHUNK,
  SLOT_CHUNK_LENGTH,
  SLOT_CHUNK_OFFSET,
  SLOT_CONNECTION,
  SLOT_FLAGS,
  SLOT_HAS_PACKETS,
  SLOT_IS_FROM_CLIENT,
  SLOT_IS_FROM_SERVER,
  SLOT_IS_LAST,
  SLOT_JOINED,
  SLOT_JOINED_LENGTH,
  SLOT_JOINED_OFFSET,
  SLOT_LENGTH,
  SLOT_MAXIMUM_PROPERTY_LENGTH,
  SLOT_ROWS,
  SLOT_RULES,
  SLOT_VERSION,
  SLOT_WORDS,
  WORDS_A_SLOT,
} from './layout.js';

/** What a thread needs to consume a ring: to be passed on as `workerData`, or in a message. */
export interface RingHandle {
  /** The counters, queues and slots. */
  readonly ring: SharedArrayBuffer;
  /** The memory of the pool. */
  readonly memory: SharedArrayBuffer;
}

/** A piece of the pool's memory. */
export interface Place {
  readonly address: number;
  readonly length: number;
}

/** What is put into a slot: frames `length` rows of which stand at `rows`, or the end of a connection. */
export interface Filling {
  readonly chunk: Place;
  readonly chunkOffset: number;
  /** Address. */
  readonly rows: number;
  readonly length: number;
  readonly joined: Place | undefined;
  readonly joinedOffset: number;
  readonly connection: number;
  readonly hasPackets: boolean;
  readonly isLast: boolean;
  readonly facts: PacketFacts;
}

const SENDER_FLAG: Readonly<Record<Side, number>> = {
  client: SLOT_IS_FROM_CLIENT,
  server: SLOT_IS_FROM_SERVER,
};

export class RingMemory {
  readonly handle: RingHandle;
  readonly words: Int32Array;
  /** How many slots there are, a power of two. */
  readonly slots: number;
  readonly #floats: Float64Array;
  /** Places of a queue. */
  readonly #places: number;
  readonly #names: TopicTexts;

  /** @param names the text of topics by their number, as far as this thread knows them */
  constructor(handle: RingHandle, names: TopicTexts) {
    this.handle = handle;
    this.words = new Int32Array(handle.ring);
    this.#floats = new Float64Array(handle.ring);
    this.slots = (this.words.length - QUEUES) / WORDS_A_SLOT;
    this.#places = PLACES * this.slots;
    this.#names = names;
  }

  /** Memory for a ring of at least so many slots: their number is rounded up to a power of two. 192 bytes, and 80 a slot. */
  static allocate(atLeast: number): SharedArrayBuffer {
    const slots = 2 ** Math.ceil(Math.log2(atLeast));
    return new SharedArrayBuffer((QUEUES + slots * WORDS_A_SLOT) * Int32Array.BYTES_PER_ELEMENT);
  }

  /** Word number of place `count` (modulo their number) of the queue of what was sent. */
  sentAt(count: number): number {
    return QUEUES + (count & (this.#places - 1));
  }

  /** The same of the queue of what was released. */
  releasedAt(count: number): number {
    return QUEUES + this.#places + (count & (this.#places - 1));
  }

  fill(slot: number, filling: Filling): void {
    const { words } = this;
    const { chunk, joined, facts } = filling;
    const at = this.#wordOf(slot);
    words[at + SLOT_CHUNK] = chunk.address;
    words[at + SLOT_CHUNK_LENGTH] = chunk.length;
    words[at + SLOT_ROWS] = filling.rows;
    words[at + SLOT_LENGTH] = filling.length;
    words[at + SLOT_JOINED] = joined?.address ?? 0;
    words[at + SLOT_JOINED_LENGTH] = joined?.length ?? 0;
    this.#floats[(at + SLOT_CHUNK_OFFSET) / 2] = filling.chunkOffset;
    this.#floats[(at + SLOT_JOINED_OFFSET) / 2] = filling.joinedOffset;
    this.#floats[(at + SLOT_CONNECTION) / 2] = filling.connection;
    words[at + SLOT_VERSION] = facts.protocolVersion ?? 0;
    words[at + SLOT_FLAGS] =
      (filling.hasPackets ? SLOT_HAS_PACKETS : 0) |
      (filling.isLast ? SLOT_IS_LAST : 0) |
      (facts.sender === undefined ? 0 : SENDER_FLAG[facts.sender]);
    words[at + SLOT_RULES] = facts.rules;
    words[at + SLOT_MAXIMUM_PROPERTY_LENGTH] = facts.maximumPropertyLength;
  }

  /** The batch in a slot, which `owner` is told to free when it has been released; its `address` is the slot. */
  batchIn(slot: number, owner: BatchOwner): SlabBatch {
    const { words } = this;
    const { memory } = this.handle;
    const at = this.#wordOf(slot);
    const address = (words[at + SLOT_CHUNK] as number) >>> 0;
    const length = words[at + SLOT_LENGTH] as number;
    const rows = (words[at + SLOT_ROWS] as number) >>> 0;
    const joinedLength = words[at + SLOT_JOINED_LENGTH] as number;
    const flags = words[at + SLOT_FLAGS] as number;
    const lease = new BatchLease();
    const contents: BatchContents = {
      rows: new Int32Array(memory, rows, length * ROW_WORDS),
      lease,
      generation: lease.generation,
      length,
      chunk: viewOn(memory, address, words[at + SLOT_CHUNK_LENGTH] as number),
      buffer: memory,
      byteOffset: address,
      chunkOffset: this.#floats[(at + SLOT_CHUNK_OFFSET) / 2] as number,
      joined:
        joinedLength === 0
          ? undefined
          : viewOn(memory, (words[at + SLOT_JOINED] as number) >>> 0, joinedLength),
      joinedOffset: this.#floats[(at + SLOT_JOINED_OFFSET) / 2] as number,
      packets: undefined,
      topics: undefined,
      topicNames: this.#names,
      error: undefined,
    };
    const facts = this.#factsOf(at, flags);
    if ((flags & SLOT_HAS_PACKETS) !== 0) contents.packets = new LaterPackets(contents, facts);
    const connection = this.#floats[(at + SLOT_CONNECTION) / 2] as number;
    const isLast = (flags & SLOT_IS_LAST) !== 0;
    return new SlabBatch(contents, owner, connection, facts, slot, 0, isLast);
  }

  #wordOf(slot: number): number {
    return QUEUES + 2 * this.#places + slot * SLOT_WORDS;
  }

  #factsOf(at: number, flags: number): PacketFacts {
    const { words } = this;
    const version = words[at + SLOT_VERSION] as number;
    return {
      protocolVersion: version === 0 ? undefined : (version as ProtocolVersion),
      sender:
        (flags & SLOT_IS_FROM_CLIENT) !== 0
          ? 'client'
          : (flags & SLOT_IS_FROM_SERVER) !== 0
            ? 'server'
            : undefined,
      rules: words[at + SLOT_RULES] as number,
      maximumPropertyLength: words[at + SLOT_MAXIMUM_PROPERTY_LENGTH] as number,
    };
  }
}
