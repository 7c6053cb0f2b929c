/** A client's connection, for load generators: bytes that come are compared with what must come, and nothing is decoded. */
import { connect, type Socket } from 'node:net';
import { CONNACK, connectFrame } from './frames.js';

/** A connection whose peer may send nothing but what is expected next. */
export class Peer {
  readonly socket: Socket;
  #expected: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Bytes that came since {@link expectRing}. */
  received = 0;
  onReceived: () => void = () => {};

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => this.#take(chunk));
    this.socket.on('error', (error) => {
      throw error;
    });
  }

  #take(chunk: Buffer): void {
    const expected = this.#expected;
    for (let at = 0; at < chunk.length; ) {
      const length = Math.min(chunk.length - at, expected.length - this.#at);
      if (length === 0 || chunk.compare(expected, this.#at, this.#at + length, at, at + length)) {
        throw new Error(`not what had to come, behind ${this.received} bytes`);
      }
      at += length;
      this.#at = (this.#at + length) % expected.length;
    }
    this.received += chunk.length;
    this.onReceived();
  }

  /** From now on these bytes must come, over and over. */
  expectRing(bytes: Buffer): void {
    this.#expected = bytes;
    this.#at = 0;
    this.received = 0;
  }

  /** Sends a frame; its answer must be this one. */
  async ask(frame: Buffer, answer: Buffer): Promise<void> {
    this.expectRing(answer);
    this.socket.write(frame);
    await this.until(answer.length);
  }

  /** Until so many bytes have come. */
  until(byteLength: number): Promise<void> {
    return new Promise((resolve) => {
      this.onReceived = () => {
        if (this.received >= byteLength) resolve();
      };
      this.onReceived();
    });
  }
}

/** A connection that the broker has accepted, of a client of this name. */
export async function openPeer(port: number, clientIdentifier: string): Promise<Peer> {
  const peer = new Peer(port);
  await peer.ask(connectFrame(clientIdentifier), CONNACK);
  return peer;
}
