/** Batches without a stream: bytes from whatever can be iterated over, for `for await`. */
import type { FrameBatch } from '../decoder/batch.js';
import { Decoder } from '../decoder/decoder.js';
import type { DecoderOptions } from '../decoder/options.js';

/**
 * The batches of a source of bytes: a socket, a `ReadableStream`, anything that `for await` takes.
 *
 * ```js
 * for await (const batch of decodeBatches(socket, { role: 'server' })) {
 *   for (const cursor = batch.cursor(); cursor.next(); ) handle(cursor);
 * }
 * ```
 *
 * A chunk is asked for when the batch before it has been worked off, so a slow consumer slows the source down. A chunk that completes
 * no frame makes no batch. Batches are detached: each is good for as long as somebody holds it. When the bytes break a rule, or end inside
 * a frame, all that came before is delivered, then the `MqttError` is thrown. However the loop ends, the source is closed as by
 * a `for await` over itself: a socket is destroyed. The bytes must not be overwritten: payloads are views of them.
 *
 * @param source chunks of bytes
 * @param options those of a decoder
 * @throws `TypeError` or `RangeError` naming the option at fault, before anything is read
 */
export function decodeBatches(
  source: AsyncIterable<Uint8Array>,
  options: DecoderOptions = {},
): AsyncGenerator<FrameBatch, void, undefined> {
  return batchesOf(source, new Decoder(options));
}

async function* batchesOf(
  source: AsyncIterable<Uint8Array>,
  decoder: Decoder,
): AsyncGenerator<FrameBatch, void, undefined> {
  for await (const chunk of source) {
    // Other decoders may scan before the consumer's turn comes.
    const batch = decoder.push(chunk).detach();
    if (batch.length > 0) yield batch.withoutError();
    if (batch.error !== undefined) throw batch.error;
  }
  decoder.end();
}
