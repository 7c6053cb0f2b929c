/**
 * The same over Web Streams, for browsers and for everything else that has them.
 *
 * A `TransformStream` would throw away what its reader has not taken yet when it fails, so each
 * class here is a pair of a `readable` and a `writable` side (which is what `pipeThrough()`
 * takes). The readable side keeps no queue: it hands over an item when it is asked for one, and
 * a write is done when all its items are gone. That is backpressure down to the packet, and
 * an error arrives exactly behind what came before it.
 */
import { Encoder, type EncoderOptions } from '../encoder/encoder.js';
import type { EncodablePacket } from '../protocol/packets.js';
import {
  type DecoderStreamOptions,
  type Delivered,
  type Delivery,
  decoderAndDelivery,
  deliver,
} from './delivery.js';

/** What one write yields. */
interface Yield<Out> {
  readonly items: Iterator<Out>;
  readonly error: Error | undefined;
}

/** A readable and a writable side with a step between them. */
abstract class Pair<In, Out> {
  /** What comes out. */
  readonly readable: ReadableStream<Out>;
  /** What goes in. */
  readonly writable: WritableStream<In>;

  /** @param step makes the items of a write; `undefined`: there is nothing to hand over @param end says that there are no more writes; may throw */
  protected constructor(step: (input: In) => Yield<Out> | undefined, end: () => void) {
    let output!: ReadableStreamDefaultController<Out>;
    let input!: WritableStreamDefaultController;
    let current: Yield<Out> | undefined;
    let written: (() => void) | undefined;
    let failed: ((error: unknown) => void) | undefined;
    let arrived: (() => void) | undefined;
    let closed = false;

    const fail = (error: unknown): void => {
      current = undefined;
      closed = true;
      output.error(error);
      failed?.(error);
      arrived?.();
    };

    /** Hands over one item. Whether there was one, or there never will be. */
    const handOver = (): boolean => {
      if (current === undefined) return closed;
      const next = current.items.next();
      if (next.done !== true) {
        output.enqueue(next.value);
        return true;
      }
      const { error } = current;
      current = undefined;
      if (error === undefined) written?.();
      else fail(error);
      return closed;
    };

    this.readable = new ReadableStream<Out>(
      {
        start(controller) {
          output = controller;
        },
        async pull() {
          while (!handOver()) {
            if (current === undefined) {
              await new Promise<void>((resolve) => {
                arrived = resolve;
              });
            }
          }
        },
        cancel(reason) {
          closed = true;
          current = undefined;
          input.error(reason);
          failed?.(reason);
          arrived?.();
        },
      },
      { highWaterMark: 0 },
    );

    this.writable = new WritableStream<In>(
      {
        start(controller) {
          input = controller;
          // A write that waits for a reader must not keep an abort waiting.
          const { signal } = controller as { readonly signal?: AbortSignal };
          signal?.addEventListener('abort', () => fail(signal.reason));
        },
        write(value) {
          try {
            current = step(value);
          } catch (error) {
            fail(error);
            throw error;
          }
          if (current === undefined) return undefined;
          return new Promise<void>((resolve, reject) => {
            written = resolve;
            failed = reject;
            arrived?.();
          });
        },
        close() {
          try {
            end();
          } catch (error) {
            fail(error);
            throw error;
          }
          closed = true;
          output.close();
          arrived?.();
        },
        abort: fail,
      },
      { highWaterMark: 1 },
    );
  }
}

/**
 * Bytes in, packets (or batches) out, over Web Streams: `readable.pipeThrough(new WebDecoderStream())`.
 *
 * When the bytes break a rule, or end inside a frame, all that came before is read first, then
 * both sides fail with the `MqttError`. The bytes written must not be overwritten: payloads are
 * views of them.
 */
export class WebDecoderStream<D extends Delivery = 'packets'> extends Pair<
  Uint8Array,
  Delivered<D>
> {
  /**
   * @param options those of a decoder, and `deliver`
   * @throws `TypeError` or `RangeError` naming the option at fault
   */
  constructor(options: DecoderStreamOptions<D> = {}) {
    const { decoder, delivery } = decoderAndDelivery(options);
    super(
      (chunk) => deliver(decoder, chunk, delivery) as Yield<Delivered<D>>,
      () => decoder.end(),
    );
  }
}

/**
 * Packets in, bytes out, over Web Streams, one chunk a packet; the parts of a payload are chunks as
 * they are, uncopied. A packet that cannot be encoded, or an end in the middle of a payload, fails
 * both sides.
 */
export class WebEncoderStream extends Pair<EncodablePacket, Uint8Array> {
  readonly #encoder: Encoder;

  /**
   * @param options see {@link EncoderOptions}
   * @throws `TypeError` or `RangeError` naming the option at fault
   */
  constructor(options: EncoderOptions = {}) {
    const encoder = new Encoder(options);
    super(
      (packet) => {
        const bytes = encoder.encode(packet);
        // The end of a payload has no bytes, and no reader has to come for them.
        return bytes.length === 0 ? undefined : { items: [bytes].values(), error: undefined };
      },
      () => encoder.end(),
    );
    this.#encoder = encoder;
  }

  /** The encoder inside, for what the peer tells: `learnFrom()`, `protocolVersion`. Packets go into the stream, not into it. */
  get encoder(): Encoder {
    return this.#encoder;
  }
}
