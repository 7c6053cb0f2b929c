import { Decoder } from '../../src/decoder/decoder.js';
import type { DecoderOptions } from '../../src/decoder/options.js';
import { MqttError } from '../../src/errors.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { availableScanners } from '../../src/scanner/choose.js';

/** Every scanner that this engine runs; on common machines all three. */
export const SCANNERS = availableScanners();

/** What became of a stream of bytes. */
export interface Outcome {
  readonly packets: readonly ControlPacket[];
  /** The error that ended it; `undefined` if there was none. */
  readonly error: MqttError | undefined;
}

/** Decodes a stream that arrives as `chunks` and then ends; there may be room for a CONNECT of so many bytes only. */
export function decodeChunks(
  chunks: Iterable<Uint8Array>,
  options: DecoderOptions = {},
  largestConnect?: number,
): Outcome {
  const decoder = new Decoder(options, undefined, largestConnect);
  const packets: ControlPacket[] = [];
  try {
    for (const chunk of chunks) {
      for (const packet of decoder.push(chunk).packets()) packets.push(packet);
    }
    decoder.end();
  } catch (error) {
    if (error instanceof MqttError) return { packets, error };
    throw error;
  }
  return { packets, error: undefined };
}

/** `bytes` cut before each of the offsets, which must rise. */
export function cutAt(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const borders = [0, ...offsets, bytes.length];
  return borders.slice(1).map((end, index) => new Uint8Array(bytes.subarray(borders[index], end)));
}

/** `bytes` one by one. */
export function byteByByte(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}
