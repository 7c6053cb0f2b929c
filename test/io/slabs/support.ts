/** Pools under test, and what their readers hand over. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { FrameBatch } from '../../../src/decoder/batch.js';
import { encode } from '../../../src/encoder/encoder.js';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import type { SlabPoolOptions, SlabReaderOptions } from '../../../src/io/slabs/options.js';
import { SlabPool } from '../../../src/io/slabs/pool.js';
import type { SlabReader } from '../../../src/io/slabs/reader.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import { SCANNERS } from '../../support/decode.js';
import { bytesAsHex } from '../../support/summary.js';

/** Every scanner, for a thread alone and with memory that others see, as far as there is such a build. */
export const KINDS = SCANNERS.flatMap((scanner) =>
  [false, true].map((shared) => ({ scanner, shared })),
).filter(({ scanner, shared }) => scanner !== 'wasm-scalar' || !shared);

/** The smallest pool there can be, where it is not said otherwise: it is the first to run out of anything. */
export function smallPool(options: SlabPoolOptions = {}): SlabPool {
  const { shared = false } = options;
  return new SlabPool({
    slabs: shared ? 26 : 4,
    slabBytes: shared ? 131_072 : 16_384,
    ...options,
  });
}

/** Packets with their bytes as text, for slabs change; the parts of a payload as one, for where it is cut means nothing. */
export class Collected {
  readonly packets: unknown[] = [];
  #parts: Uint8Array[] = [];

  /** Adds the packets of a batch, then throws its error, if it has one. */
  add(batch: FrameBatch): void {
    for (const packet of batch.packets()) this.addPacket(packet);
  }

  addPacket(packet: ControlPacket): void {
    if (packet.type === 'PUBLISH_PART') {
      this.#parts.push(Buffer.from(packet.payload));
      return;
    }
    this.endPayload();
    this.packets.push(bytesAsHex(packet));
  }

  /** Nothing more of a payload will come. */
  endPayload(): void {
    if (this.#parts.length === 0) return;
    const payload = Buffer.concat(this.#parts);
    this.#parts = [];
    this.packets.push(bytesAsHex({ type: 'PUBLISH_PART', payload }));
  }
}

/** What came of a stream in the end. */
export interface StreamOutcome {
  readonly packets: readonly unknown[];
  readonly error:
    | (Error & { readonly code?: string; readonly offset?: number | undefined })
    | undefined;
}

/** Reads `stream` with `read` until it is closed. */
export async function outcomeOf<S extends Readable>(
  stream: S,
  read: (onBatch: (batch: SlabBatch) => void) => SlabReader<S>,
): Promise<StreamOutcome> {
  const collected = new Collected();
  let error: Error | undefined;
  stream.on('error', (thrown) => {
    error = thrown;
  });
  read((batch) => collected.add(batch));
  await closed(stream);
  collected.endPayload();
  return { packets: collected.packets, error };
}

/** Fulfilled when the stream has told that it is closed, with an error or without. */
export async function closed(stream: Readable): Promise<void> {
  // Sockets are closed a turn before they tell so.
  if (stream.closed) await turns(2);
  else await new Promise<void>((resolve) => stream.once('close', () => resolve()));
}

/** A frame of `length` bytes, 131 or more and less than 16,384: a PUBLISH whose payload begins with `number`. */
export function numbered(number: number, length: number): Uint8Array {
  const payload = Buffer.alloc(length - 6, number & 0xff);
  payload.writeUInt32BE(number);
  return encode({ type: 'PUBLISH', topic: 'a', payload });
}

/** The numbers of such frames; throws if one is not as it was sent. */
export function numbersOf(batch: FrameBatch): number[] {
  const numbers: number[] = [];
  for (const frame of batch) {
    const payload = Buffer.from(frame.payload as Uint8Array);
    const number = payload.readUInt32BE();
    if (!payload.subarray(4).equals(Buffer.alloc(payload.length - 4, number & 0xff))) {
      throw new Error(`the payload of frame ${number} has changed`);
    }
    numbers.push(number);
  }
  return numbers;
}

/** The numbers from 0 up to but not including `end`. */
export function upTo(end: number): number[] {
  return Array.from({ length: end }, (_, number) => number);
}

/** Fulfilled as soon as `condition` holds: it is looked at once in a turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** So many turns of the event loop, in each of which all sockets that can be read are read. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Destroys them at the end of the test. */
export function destroyedAtEnd<S extends { destroy(): unknown }>(socket: S): S {
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

/** Has a server listen at a free port, until the end of the test. */
export async function listening<S extends Server>(server: S): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A socket connected to the port, whose errors are nobody's business. */
export async function connected(
  port: number,
  options: { allowHalfOpen?: boolean } = {},
): Promise<Socket> {
  const socket = destroyedAtEnd(connect({ port, host: '127.0.0.1', noDelay: true, ...options }));
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Two ends of a connection: the one that a server has accepted, and its peer. */
export async function socketPair(
  options: { pauseOnConnect?: boolean; allowHalfOpen?: boolean } = { pauseOnConnect: true },
): Promise<{ accepted: Socket; peer: Socket; server: Server }> {
  const server = createServer(options);
  const port = await listening(server);
  const peer = connect({ port, host: '127.0.0.1', noDelay: true });
  destroyedAtEnd(peer).on('error', () => {});
  const [accepted] = (await once(server, 'connection')) as [Socket];
  destroyedAtEnd(accepted);
  return { accepted, peer, server };
}

/** Reads an accepted socket, whose errors are nobody's business here, into the slabs. */
export function accept(
  pool: SlabPool,
  accepted: Socket,
  options: SlabReaderOptions<Socket>,
): SlabReader<Socket> {
  const reader = pool.accept(accepted, options);
  destroyedAtEnd(reader.socket).on('error', () => {});
  return reader;
}
