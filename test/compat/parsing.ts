/** What `parse()` of ours and of mqtt-packet's make of the same bytes. */
import mqtt from 'mqtt-packet';
import { type ParserOptions, parser } from '../../src/index.js';

/** All that is seen of a parser from outside. */
export interface Seen {
  readonly packets: unknown[];
  /** What the errors say. */
  readonly errors: string[];
  /** What each `parse()` returned. */
  readonly held: number[];
}

type AnyParser = Pick<mqtt.Parser, 'on' | 'parse'>;

function seenBy(made: AnyParser, chunks: readonly Uint8Array[]): Seen {
  const packets: unknown[] = [];
  const errors: string[] = [];
  made.on('packet', (packet) => packets.push({ ...packet }));
  made.on('error', (error: Error) => errors.push(error.message));
  const held = chunks.map((chunk) => made.parse(Buffer.from(chunk)));
  return { packets, errors, held };
}

/** The errors themselves. */
export function faultsIn(chunks: readonly Uint8Array[], options: ParserOptions): Error[] {
  const faults: Error[] = [];
  const made = parser(options);
  made.on('error', (error: Error) => faults.push(error));
  for (const chunk of chunks) made.parse(chunk);
  return faults;
}

export function seenByOurs(chunks: readonly Uint8Array[], options: ParserOptions = {}): Seen {
  return seenBy(parser({ ...options }), chunks);
}

export function seenByTheirs(chunks: readonly Uint8Array[], options: ParserOptions = {}): Seen {
  return seenBy(mqtt.parser({ ...options }), chunks);
}

/** `bytes` in chunks of these lengths, by turns. */
export function chunksOf(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = lengths[chunks.length % lengths.length] as number;
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}
