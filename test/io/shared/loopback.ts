/** Connections over loopback: a server that reads them into a pool, and who sends. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { SharedRing } from '../../../src/io/shared/ring.js';
import type { SlabPool } from '../../../src/io/slabs/pool.js';
import { numbered } from './numbered.js';

export interface Loopback {
  readonly port: number;
  readonly server: Server;
  /** How many of its connections are over. */
  over(): number;
  close(): Promise<void>;
}

/** A server that sends all batches of each connection to the ring that `ringOf` names for it, and its end behind them. */
export async function listen(
  pool: SlabPool,
  ringOf: (connection: number) => SharedRing,
): Promise<Loopback> {
  let over = 0;
  const server = createServer({ pauseOnConnect: true }, (accepted) => {
    const { socket, connection } = pool.accept(accepted, {
      onBatch: (batch) => ringOf(batch.connection).send(batch),
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      over++;
      const ring = ringOf(connection);
      if (ring.isOpen) ring.sendEnd(connection);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    server,
    over: () => over,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

/** How much of what a peer sends is in one write. */
const WRITE = 32_768;

/** A peer that sends PUBLISH packets, numbered from 0, as fast as they are taken. */
export class Peer {
  readonly socket: Socket;
  /** All bytes that were to be sent are with the kernel. */
  readonly done: Promise<void>;
  /** How many bytes its packets have. */
  bytes = 0;

  /** @param lengthOf bytes of the payload of each */
  constructor(port: number, frames: number, lengthOf: (number: number) => number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('error', () => {});
    this.done = this.#send(frames, lengthOf);
  }

  /** Bytes that the kernel has taken. */
  get sent(): number {
    return this.socket.bytesWritten - this.socket.writableLength;
  }

  async #send(frames: number, lengthOf: (number: number) => number): Promise<void> {
    const { socket } = this;
    const closed = new Promise<void>((resolve) => {
      socket.once('close', resolve);
    });
    let parts: Uint8Array[] = [];
    let length = 0;
    for (let number = 0; number < frames && !socket.destroyed; number++) {
      const frame = numbered(number, lengthOf(number));
      parts.push(frame);
      length += frame.length;
      this.bytes += frame.length;
      if (length < WRITE && number < frames - 1) continue;
      if (!socket.write(Buffer.concat(parts))) {
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
      }
      parts = [];
      length = 0;
    }
    socket.end();
    await closed;
  }
}
