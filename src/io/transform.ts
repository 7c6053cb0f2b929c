/**
 * Node.js streams around the decoder and the encoder.
 *
 * Both fail late: an error waits until everything before it has been read.
 * Both honour backpressure inside a chunk as well: a chunk of a thousand packets does not fill
 * the consumer's queue with a thousand objects.
 */
import { Transform, type TransformCallback } from 'node:stream';
import type { Decoder } from '../decoder/decoder.js';
import { Encoder, type EncoderOptions } from '../encoder/encoder.js';
import type { EncodablePacket } from '../protocol/packets.js';
import {
  type DecoderStreamOptions,
  type Delivered,
  type Delivering,
  type Delivery,
  decoderAndDelivery,
  deliver,
} from './delivery.js';
import { LateFailure } from './late-failure.js';
import { type Items, type StreamOptions, splitOptions } from './stream-options.js';

/** A Transform whose errors wait for the reader. */
abstract class LateFailingTransform extends Transform {
  readonly #late = new LateFailure(this);
  /** The call of `_transform()` or `_flush()` that the error which waits is the answer to. */
  #callback: TransformCallback | undefined;

  /** Fails by `callback(error)` when the reader has taken everything and asks for more. */
  protected failWhenRead(callback: TransformCallback, error: Error): void {
    this.#callback = callback;
    this.#late.wait(() => {
      this.#callback = undefined;
      callback(error);
    });
  }

  /** As `Readable.read()`. */
  override read(size?: number): ReturnType<Transform['read']> {
    const item = super.read(size);
    this.#late.hasRead(item, size);
    return item;
  }

  /** As `Readable.pipe()`. */
  override pipe<T extends NodeJS.WritableStream>(destination: T, options?: { end?: boolean }): T {
    this.#late.hasPiped(destination);
    return super.pipe(destination, options);
  }

  /** As `Readable.unpipe()`. */
  override unpipe(destination?: NodeJS.WritableStream): this {
    this.#late.hasUnpiped(destination);
    return super.unpipe(destination);
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#late.clear();
    const waiting = this.#callback;
    this.#callback = undefined;
    waiting?.(error);
    super._destroy(error, callback);
  }
}

/**
 * Bytes in, packets (or batches) out: a Transform whose readable side is in object mode.
 *
 * Works in `pipeline()` and `for await`. When the bytes break a rule, or end inside a frame, all
 * that came before is delivered, then the stream is destroyed with the `MqttError`. The bytes
 * written must not be overwritten: payloads are views of them.
 */
export class DecoderStream<D extends Delivery = 'packets'> extends LateFailingTransform {
  readonly #decoder: Decoder;
  readonly #delivery: Delivery;
  #delivering: Delivering | undefined;
  #callback: TransformCallback | undefined;
  #isPumping = false;

  /**
   * @param options those of a decoder, `deliver`, and {@link StreamOptions}
   * @throws `TypeError` or `RangeError` naming the option at fault
   */
  constructor(options: DecoderStreamOptions<D> & StreamOptions = {}) {
    const [streamOptions, others] = splitOptions(options);
    const { decoder, delivery } = decoderAndDelivery(others);
    super({
      ...(delivery === 'batches' ? { readableHighWaterMark: 2 } : {}),
      ...streamOptions,
      readableObjectMode: true,
    });
    this.#decoder = decoder;
    this.#delivery = delivery;
  }

  /** The decoder inside, for its `protocolVersion` and the like. Bytes go into the stream, not into it. */
  get decoder(): Decoder {
    return this.#decoder;
  }

  /** The items, as `for await` sees them. */
  override [Symbol.asyncIterator](): Items<Delivered<D>>;
  // To the types of Node.js a stream iterates over strings and Buffers. With a signature like that
  // of the base class behind its own, this one is a stream to `pipeline()`, and typed to `for await`.
  override [Symbol.asyncIterator](): Items<ReturnType<Transform['read']>>;
  override [Symbol.asyncIterator](): Items<Delivered<D>> {
    return super[Symbol.asyncIterator]();
  }

  /** @internal */
  override _transform(
    chunk: Uint8Array,
    _encoding: BufferEncoding,
    callback: TransformCallback,
  ): void {
    try {
      this.#delivering = deliver(this.#decoder, chunk, this.#delivery);
    } catch (error) {
      this.failWhenRead(callback, error as Error);
      return;
    }
    this.#callback = callback;
    this.#pump();
  }

  /** @internal */
  override _flush(callback: TransformCallback): void {
    try {
      this.#decoder.end();
    } catch (error) {
      this.failWhenRead(callback, error as Error);
      return;
    }
    callback();
  }

  /** @internal */
  override _read(size: number): void {
    this.#pump();
    // If that was the end of a chunk, this is the request by which the next one may come.
    if (this.#delivering === undefined) super._read(size);
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // A write in the middle of its items is as done as it will be.
    const written = this.#callback;
    this.#callback = undefined;
    this.#delivering = undefined;
    written?.(error);
    super._destroy(error, callback);
  }

  /** Hands over items until the reader has enough, then waits for `_read()`. */
  #pump(): void {
    const delivering = this.#delivering;
    if (delivering === undefined || this.#isPumping) return;
    this.#isPumping = true;
    let wantsMore = true;
    try {
      while (wantsMore && !this.destroyed) {
        const next = delivering.items.next();
        if (next.done === true) {
          this.#delivering = undefined;
          break;
        }
        wantsMore = this.push(next.value);
      }
    } finally {
      // A listener may have thrown.
      this.#isPumping = false;
    }
    const callback = this.#callback;
    if (this.#delivering !== undefined || callback === undefined) return;
    this.#callback = undefined;
    if (delivering.error === undefined) callback();
    else this.failWhenRead(callback, delivering.error);
  }
}

/**
 * Packets in, bytes out: a Transform whose writable side is in object mode. Each packet is pushed as a chunk, and
 * each part of a payload as it is, uncopied; `read()` and `for await` may join chunks that wait, as of any stream of bytes.
 *
 * A packet that cannot be encoded, or an end in the middle of a payload, destroys the stream with
 * the `MqttEncodeError`, after all that was encoded before has been read.
 */
export class EncoderStream extends LateFailingTransform {
  readonly #encoder: Encoder;

  /**
   * @param options see {@link EncoderOptions} and {@link StreamOptions}
   * @throws `TypeError` or `RangeError` naming the option at fault
   */
  constructor(options: EncoderOptions & StreamOptions = {}) {
    const [streamOptions, others] = splitOptions(options);
    const encoder = new Encoder(others);
    super({ ...streamOptions, writableObjectMode: true });
    this.#encoder = encoder;
  }

  /** The encoder inside, for what the peer tells: `learnFrom()`, `protocolVersion`. Packets go into the stream, not into it. */
  get encoder(): Encoder {
    return this.#encoder;
  }

  /** @internal */
  override _transform(
    packet: EncodablePacket,
    _encoding: BufferEncoding,
    callback: TransformCallback,
  ): void {
    let bytes: Uint8Array;
    try {
      bytes = this.#encoder.encode(packet);
    } catch (error) {
      this.failWhenRead(callback, error as Error);
      return;
    }
    // The end of a payload has no bytes, and a chunk without any would say nothing to a reader.
    if (bytes.length === 0) callback();
    else callback(null, bytes);
  }

  /** @internal */
  override _flush(callback: TransformCallback): void {
    try {
      this.#encoder.end();
    } catch (error) {
      this.failWhenRead(callback, error as Error);
      return;
    }
    callback();
  }
}
