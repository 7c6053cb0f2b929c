/**
 * Node.js streams around the decoder and the encoder.
 *
 * Both fail late: an error destroys the stream, and destroying a stream throws away what its
 * consumer has not read yet. So the error waits until everything before it has been read.
 * Both honour backpressure inside a chunk as well: a chunk of a thousand packets does not fill
 * the consumer's queue with a thousand objects.
 */
import {
  Transform,
  type TransformCallback,
  type TransformOptions,
  type Writable,
} from 'node:stream';
import type { Decoder } from '../decoder/decoder.js';
import { Encoder, type EncoderOptions } from '../encoder/encoder.js';
import { optionsObject } from '../options.js';
import type { EncodablePacket } from '../protocol/packets.js';
import {
  type DecoderStreamOptions,
  type Delivered,
  type Delivering,
  type Delivery,
  decoderAndDelivery,
  deliver,
} from './delivery.js';

type NodeItems = ReturnType<Transform[typeof Symbol.asyncIterator]>;

/** An async iterator of `T` with whatever else the installed types of Node.js ask of a stream's. */
interface Items<T> extends Omit<NodeItems, keyof AsyncIterableIterator<unknown>> {
  next(): Promise<IteratorResult<T, undefined>>;
  return?(): Promise<IteratorResult<T, undefined>>;
  [Symbol.asyncIterator](): Items<T>;
}

/** Options of the Node.js stream around a decoder or an encoder; see the documentation of Node.js. */
export interface StreamOptions {
  /**
   * How many items, or bytes of an `EncoderStream`, wait to be read before writing is held up.
   * 16 packets, 2 batches or what is usual for bytes if left out.
   */
  readonly readableHighWaterMark?: number | undefined;
  /** How many bytes, or packets of an `EncoderStream`, wait to be worked on before `write()` returns false. */
  readonly writableHighWaterMark?: number | undefined;
  /** Destroys the stream when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

const STREAM_OPTION_NAMES: readonly (keyof StreamOptions)[] = [
  'readableHighWaterMark',
  'writableHighWaterMark',
  'signal',
];

/** How long to wait before looking again whether a destination has worked off what it was given, in ms. */
const DESTINATION_POLL = 5;

/** The options of the stream itself, and the others. */
function splitOptions<T extends StreamOptions>(
  options: T,
): [TransformOptions, Omit<T, keyof StreamOptions>] {
  const own: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(optionsObject(options))) {
    const isOwn = (STREAM_OPTION_NAMES as readonly string[]).includes(name);
    if (!isOwn) others[name] = value;
    else if (value !== undefined) own[name] = value;
  }
  return [own, others as Omit<T, keyof StreamOptions>];
}

/** A Transform whose errors wait for the reader. */
abstract class LateFailingTransform extends Transform {
  /** An error that waits, and the call of `_transform()` or `_flush()` that it is the answer to. */
  #failure: { readonly callback: TransformCallback; readonly error: Error } | undefined;
  readonly #destinations = new Set<NodeJS.WritableStream>();

  /**
   * Fails by `callback(error)` when the reader has taken everything and asks for more. A reader
   * that is in the middle of its last item is not interrupted.
   */
  protected failWhenRead(callback: TransformCallback, error: Error): void {
    this.#failure = { callback, error };
    const isPulled = this.listenerCount('readable') > 0;
    if (this.readableLength === 0 && !isPulled && !this.isPaused()) this.#fail();
    else this.#askReader();
  }

  /** As `Readable.read()`. */
  override read(size?: number): ReturnType<Transform['read']> {
    const item = super.read(size);
    if (this.#failure !== undefined && size !== 0) {
      if (item === null) process.nextTick(() => this.#fail());
      else this.#askReader();
    }
    return item;
  }

  /** As `Readable.pipe()`. */
  override pipe<T extends NodeJS.WritableStream>(destination: T, options?: { end?: boolean }): T {
    this.#destinations.add(destination);
    return super.pipe(destination, options);
  }

  /** As `Readable.unpipe()`. */
  override unpipe(destination?: NodeJS.WritableStream): this {
    if (destination === undefined) this.#destinations.clear();
    else this.#destinations.delete(destination);
    return super.unpipe(destination);
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const failure = this.#failure;
    this.#failure = undefined;
    failure?.callback(error);
    super._destroy(error, callback);
  }

  /** Nothing is left to read: fails as soon as the destinations have nothing left either. */
  #fail(): void {
    if (this.#failure === undefined) return;
    if (this.#destinationsAreDone()) {
      const { callback, error } = this.#failure;
      this.#failure = undefined;
      callback(error);
    } else {
      setTimeout(() => this.#fail(), DESTINATION_POLL).unref();
    }
  }

  /** `pipeline()` destroys the destinations along with the stream, and what they hold is lost. */
  #destinationsAreDone(): boolean {
    for (const { writable, writableLength = 0 } of this.#destinations as Set<Partial<Writable>>) {
      if (writable === true && writableLength > 0) return false;
    }
    return true;
  }

  /** Makes a reader that waits for something to read come back, to find that there is nothing. */
  #askReader(): void {
    if (this.readableLength > 0) return;
    process.nextTick(() => {
      if (this.#failure !== undefined && !this.destroyed) this.emit('readable');
    });
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
