/** Streams that are read into a pool, and what is to be seen of the frames on the other side of a ring. */
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { FrameBatch } from '../../../src/decoder/batch.js';
import { encode } from '../../../src/encoder/encoder.js';
import { consume } from '../../../src/io/shared/consume.js';
import type { SharedRing, SharedRingOptions } from '../../../src/io/shared/ring.js';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import type { SlabReaderOptions } from '../../../src/io/slabs/options.js';
import { SlabPool } from '../../../src/io/slabs/pool.js';
import type { SlabReader } from '../../../src/io/slabs/reader.js';

/** The fewest slabs that a shared pool may have. */
export const FEWEST_SLABS = 26;

export const smallPool = (): SlabPool => new SlabPool({ shared: true, slabs: FEWEST_SLABS });

type OnBatch = (batch: SlabBatch, reader: SlabReader<PassThrough>) => unknown;

/** A connection of a pool that gets its bytes from the test. */
export function connection(
  pool: SlabPool,
  onBatch: OnBatch,
  options: Omit<SlabReaderOptions<PassThrough>, 'onBatch'> = {},
): SlabReader<PassThrough> {
  const reader = pool.read(new PassThrough(), { ...options, onBatch });
  reader.socket.on('error', () => {});
  return reader;
}

/** Lets a connection read these chunks one by one, and end. Its error, if it comes to one. */
export async function readAll(
  { socket }: SlabReader<PassThrough>,
  chunks: readonly Uint8Array[],
): Promise<Error | null> {
  const closed = new Promise<void>((resolve) => {
    socket.once('close', resolve);
  });
  let error: Error | null = null;
  socket.once('error', (cause: Error) => {
    error = cause;
  });
  for (const chunk of chunks) {
    if (socket.destroyed) break;
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), closed]);
  }
  if (!socket.destroyed) socket.end();
  await closed;
  return error;
}

/** A PUBLISH with this payload, as bytes. */
export function publish(payload: string | Uint8Array, topic = 'a'): Uint8Array {
  return encode({ type: 'PUBLISH', topic, payload });
}

/** The payloads of a batch as text. */
export function payloadsOf(batch: FrameBatch): string[] {
  return [...batch].map(({ payload }) => Buffer.from(payload ?? []).toString());
}

/** Sends as many batches to the ring, the payloads of which are the numbers from `from` on. */
export async function sendNumbers(
  pool: SlabPool,
  ring: SharedRing,
  from: number,
  count: number,
): Promise<void> {
  const { socket } = connection(pool, (batch) => ring.send(batch));
  for (let number = from; number < from + count; number++) {
    socket.write(publish(`${number}`));
    await turn();
  }
  socket.destroy();
  await once(socket, 'close');
}

/** What `options` are told: `+` and the number of a batch that was released, `-` and that of one that was not worked off. */
export function telling(told: string[]): Required<SharedRingOptions> {
  return {
    onRelease: (batch) => void told.push(`+${payloadsOf(batch)}`),
    onAbandon: (batch) => void told.push(`-${payloadsOf(batch)}`),
  };
}

/** Bytes anywhere in a value as hexadecimal, whatever class and memory they are of. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return `bytes ${Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')}`;
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** All that a cursor shows of the frames of a batch, but the numbers of topics. */
export function valuesOf(batch: FrameBatch): unknown[] {
  const values: unknown[] = [];
  for (const frame = batch.cursor(); frame.next(); ) {
    const { type, qos, dup, retain, packetIdentifier, topic, payload, payloadLength } = frame;
    const { remainingLength, offset, bytes, properties } = frame;
    values.push({
      ...{
        type,
        qos,
        dup,
        retain,
        packetIdentifier,
        topic,
        payloadLength,
        remainingLength,
        offset,
      },
      ...{ payload: plain(payload), bytes: plain(bytes), properties: plain(properties) },
    });
  }
  return values;
}

/** What a ring has brought, noted by `note` while it was there, until its end. */
export async function noted<T>(
  ring: SharedRing,
  note: (batch: SlabBatch) => T,
): Promise<readonly T[]> {
  const notes: T[] = [];
  await consume(ring.handle, (batch) => {
    notes.push(note(batch));
  });
  return notes;
}
