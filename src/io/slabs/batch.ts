/** A batch whose bytes lie in a slab. */
import { ROW_WORDS } from '../../../assembly/layout.js';
import { allocate, copyBytes } from '../../bytes.js';
import { copies } from '../../copies.js';
import { FrameBatch } from '../../decoder/batch.js';
import { assertCurrent, type BatchContents, OWNED } from '../../decoder/contents.js';
import { LaterPackets, type PacketFacts } from '../../decoder/later-packets.js';
import { MqttError } from '../../errors.js';
import { Lease } from '../../scanner/lease.js';

/** @internal The lease of one batch alone, whose rows stay where they are. */
export class BatchLease extends Lease {}

/** Whoever takes the memory of a batch back when nobody has it any more. */
export interface BatchOwner {
  free(batch: SlabBatch): void;
}

function copied(bytes: Uint8Array): Uint8Array {
  const copy = allocate(bytes.length);
  copyBytes(bytes, 0, bytes.length, copy, 0);
  copies.bytes += bytes.length;
  return copy;
}

/**
 * Frames whose bytes lie in a slab, which is somebody else's as soon as the batch is released: at the end of the handler that got
 * it (when its promise is settled, if it returns one), or when you say so after {@link retain}. Afterwards the batch, its
 * frames and its cursors throw `ERR_MQTT_STALE_BATCH`. Payloads and other views that were taken from it before cannot tell: they show what the
 * next one to use the memory writes there. {@link detach} makes a copy to keep.
 */
export class SlabBatch extends FrameBatch {
  /** Number of the connection that the frames came from, 1 or more: each of a pool has its own. */
  readonly connection: number;
  /** Whether it says that the connection is over, and has no frames: what `SharedRing.sendEnd()` makes of it. */
  readonly isLast: boolean;
  /** @internal What a copy of it needs to make packets. */
  readonly facts: PacketFacts;
  /** @internal Where its bytes lie, and in how long a piece, as its owner wants to know. */
  readonly address: number;
  /** @internal */
  readonly pieceLength: number;
  readonly #owner: BatchOwner;
  /** Who still needs the memory: the user, until the release, and rings that have the batch. */
  #claims = 1;
  #isReleased = false;
  #isRetained = false;
  /** @internal Whether a ring has it: two cannot. */
  isSent = false;

  /** @internal */
  constructor(
    contents: BatchContents,
    owner: BatchOwner,
    connection: number,
    facts: PacketFacts,
    address: number,
    pieceLength: number,
    isLast = false,
  ) {
    super(contents);
    // Rows that the table could not hold are the batch's own, but its bytes are not.
    if (contents.lease === OWNED) this.#newLease(new BatchLease());
    this.isLast = isLast;
    this.address = address;
    this.pieceLength = pieceLength;
    this.#owner = owner;
    this.connection = connection;
    this.facts = facts;
  }

  /** Whether the memory has been given back: then there is nothing to be read from the batch, unless it is {@link detach}ed. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  /**
   * Keeps the batch beyond the end of its handler, until {@link release}: `using kept = batch.retain()` releases it at the end
   * of its block. Its rows are copied, 32 bytes a frame; its bytes are not. The slab is not free meanwhile, and of slabs there
   * are few: what is to stay for long is better copied by {@link detach}. Returns the batch.
   *
   * @throws `MqttError` with `ERR_MQTT_STALE_BATCH` if it has been released
   */
  retain(): this {
    if (this.contents.lease === OWNED) return this;
    this.assertGood();
    this.#isRetained = true;
    this.#keepRows();
    return this;
  }

  /** Gives the memory back now. To release a batch twice does no harm. */
  release(): void {
    if (this.abandon()) this.drop();
  }

  /** The same as {@link release}, for `using`. */
  [Symbol.dispose](): void {
    this.release();
  }

  /**
   * Copies rows and bytes, so that the batch can be kept for as long as somebody likes, and releases it. Views that were taken
   * before are still views of the slab. Returns the batch.
   *
   * @throws `MqttError` with `ERR_MQTT_STALE_BATCH` if it has been released
   */
  override detach(): this {
    const { contents } = this;
    if (contents.lease === OWNED) return this;
    this.assertGood();
    contents.rows = contents.rows.slice(0, contents.length * ROW_WORDS);
    contents.chunk = copied(contents.chunk);
    contents.buffer = undefined;
    contents.joined = contents.joined === undefined ? undefined : copied(contents.joined);
    // Those that there are have views of the slab.
    if (contents.packets !== undefined) contents.packets = new LaterPackets(contents, this.facts);
    this.#newLease(OWNED);
    this.release();
    return this;
  }

  /** @internal Makes it stale without giving the memory back. Returns whether it was good until now. */
  abandon(): boolean {
    if (this.#isReleased) return false;
    this.#isReleased = true;
    const { contents } = this;
    // What has been detached is readable for ever.
    if (contents.lease !== OWNED && contents.lease.generation === contents.generation) {
      contents.lease.generation++;
    }
    return true;
  }

  /** @internal The handler is over. */
  endOfHandler(): void {
    if (!this.#isRetained) this.release();
  }

  /** @internal The handler goes on later: other decoders may scan meanwhile. */
  keepRowsForHandler(): void {
    if (!this.#isReleased) this.#keepRows();
  }

  /** @internal Throws if there is nothing to be read from it any more. */
  assertGood(): void {
    if (this.#isReleased) throw new MqttError('ERR_MQTT_STALE_BATCH');
    assertCurrent(this.contents);
  }

  /** @internal One more needs the memory, until it says {@link drop}. */
  claim(): void {
    this.#claims++;
  }

  /** @internal */
  drop(): void {
    if (--this.#claims === 0) this.#owner.free(this);
  }

  /** Rows of its own, and a lease that runs out when the batch is released. */
  #keepRows(): void {
    const { contents } = this;
    if (contents.lease === OWNED || contents.lease instanceof BatchLease) return;
    assertCurrent(contents);
    contents.rows = contents.rows.slice(0, contents.length * ROW_WORDS);
    this.#newLease(new BatchLease());
  }

  /** Frames and cursors that go by the old lease find out that there is another. */
  #newLease(lease: Lease): void {
    const { contents } = this;
    if (contents.lease !== OWNED) contents.lease.generation++;
    contents.lease = lease;
    contents.generation = lease.generation;
  }
}
