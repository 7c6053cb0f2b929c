/** What streams deliver. */
import type { FrameBatch } from '../decoder/batch.js';
import { Decoder } from '../decoder/decoder.js';
import { type DecoderOptions, OPTION_NAMES } from '../decoder/options.js';
import type { MqttError } from '../errors.js';
import { oneOf, optionsObject } from '../options.js';
import type { ControlPacket } from '../protocol/packets.js';

/**
 * `packets`: one packet at a time, the simple way. `batches`: all frames of a chunk as one
 * `FrameBatch`, detached, the cheap way: a stream's cost is per item, not per frame.
 */
export type Delivery = 'packets' | 'batches';

/** The items of a stream that delivers so. */
export type Delivered<D extends Delivery> = D extends 'batches' ? FrameBatch : ControlPacket;

/** Options of a decoding stream. */
export interface DecoderStreamOptions<D extends Delivery = Delivery> extends DecoderOptions {
  /** Packets one by one (the default), or batches. */
  readonly deliver?: D | undefined;
}

/** A decoder and what to deliver of it, by the options of a stream without those of its kind. */
export function decoderAndDelivery(options: DecoderStreamOptions): {
  readonly decoder: Decoder;
  readonly delivery: Delivery;
} {
  const { deliver = 'packets', ...rest } = optionsObject(options, [...OPTION_NAMES, 'deliver']);
  return {
    decoder: new Decoder(rest),
    delivery: oneOf('deliver', deliver, ['packets', 'batches'] as const),
  };
}

/**
 * The items that a chunk completes, to be taken one by one as the consumer asks for them, and the
 * error behind them, to be reported when they are gone. Other decoders may scan meanwhile.
 */
export interface Delivering {
  readonly items: Iterator<ControlPacket | FrameBatch>;
  readonly error: MqttError | undefined;
}

/** Pushes `chunk` into `decoder` and makes its items. Throws what `push()` throws. */
export function deliver(decoder: Decoder, chunk: Uint8Array, delivery: Delivery): Delivering {
  const batch = decoder.push(chunk).detach();
  const good = batch.withoutError();
  const items =
    delivery === 'packets' ? good.packets() : (good.length === 0 ? [] : [good]).values();
  return { items, error: batch.error };
}
