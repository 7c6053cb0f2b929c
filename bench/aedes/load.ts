/**
 * The load generator: sockets, frames that were encoded before, and bytes that are compared with what must come, so that it has far less to do
 * than the broker. Connections live on from one order to the next.
 */
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import {
  CONNACK,
  connectFrame,
  LOADS,
  PINGREQ,
  PINGRESP,
  pubackRing,
  publishRing,
  type Ring,
  SUBACK,
  SUBSCRIBE,
  WINDOW,
} from './loads.js';
import type { LoadOrder, LoadReport } from './messages.js';

/** Bytes of a write, about. */
const PIECE = 65_536;

/** A connection whose peer may send nothing but what is expected next. */
class Peer {
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

/** Where the publisher is in its ring of frames. */
class Source {
  readonly #ring: Ring;
  #at = 0;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  /** So many of the next frames, or fewer: those up to the end of the ring. */
  next(most: number): { readonly bytes: Buffer; readonly count: number } {
    const { bytes, frameLength } = this.#ring;
    const end = Math.min(this.#at + most * frameLength, bytes.length);
    const piece = bytes.subarray(this.#at, end);
    this.#at = end % bytes.length;
    return { bytes: piece, count: piece.length / frameLength };
  }

  /** The rest of the ring, so that the next frame is its first again. */
  rest(): { readonly bytes: Buffer; readonly count: number } {
    return this.#at === 0 ? { bytes: Buffer.alloc(0), count: 0 } : this.next(Infinity);
  }
}

/** Sends as much as the socket takes until the time is over; returns how many messages there were. */
async function flood(publisher: Peer, source: Source, frames: number, end: number) {
  let sent = 0;
  while (performance.now() < end) {
    const { bytes, count } = source.next(frames);
    sent += count;
    if (!publisher.socket.write(bytes)) {
      await new Promise((resolve) => publisher.socket.once('drain', resolve));
    }
  }
  const { bytes, count } = source.rest();
  publisher.socket.write(bytes);
  return sent + count;
}

/** Keeps {@link WINDOW} messages in flight until the time is over; returns how many there were. */
function floodInWindow(publisher: Peer, source: Source, answers: Ring, end: number) {
  return new Promise<number>((resolve) => {
    let sent = 0;
    let isOver = false;
    const send = ({ bytes, count }: ReturnType<Source['next']>) => {
      publisher.socket.write(bytes);
      sent += count;
    };
    publisher.expectRing(answers.bytes);
    publisher.onReceived = () => {
      const answered = Math.floor(publisher.received / answers.frameLength);
      if (!isOver && performance.now() >= end) {
        isOver = true;
        send(source.rest());
      }
      while (!isOver && sent - answered < WINDOW) send(source.next(WINDOW - (sent - answered)));
      if (isOver && publisher.received === sent * answers.frameLength) resolve(sent);
    };
    publisher.onReceived();
  });
}

let peers: { publisher: Peer; subscribers: readonly Peer[] } | undefined;

async function connectAll(port: number, subscribers: number) {
  const open = async (name: string) => {
    const peer = new Peer(port);
    await peer.ask(connectFrame(name), CONNACK);
    return peer;
  };
  const opened: Peer[] = [];
  for (let i = 0; i < subscribers; i++) {
    const peer = await open(`subscriber-${i}`);
    await peer.ask(SUBSCRIBE, SUBACK);
    opened.push(peer);
  }
  return { publisher: await open('publisher'), subscribers: opened };
}

async function run({ load, port, milliseconds }: LoadOrder): Promise<LoadReport> {
  const { qos, subscribers } = LOADS[load];
  peers ??= await connectAll(port, subscribers);
  const { publisher, subscribers: receivers } = peers;
  const ring = publishRing(qos);
  const source = new Source(ring);
  for (const receiver of receivers) receiver.expectRing(ring.bytes);

  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const end = began + milliseconds;
  const sent =
    qos === 0
      ? await flood(publisher, source, Math.floor(PIECE / ring.frameLength), end)
      : await floodInWindow(publisher, source, pubackRing(), end);
  // Whatever was sent before a PINGREQ has been taken in when it is answered.
  await publisher.ask(PINGREQ, PINGRESP);
  const whole = sent * ring.frameLength;
  await Promise.all(receivers.map((receiver) => receiver.until(whole)));
  const taken = performance.now() - began;
  if (receivers.some(({ received }) => received !== whole)) throw new Error('more than was sent');
  const { user, system } = process.cpuUsage(cpuBefore);
  const arrived = sent * Math.max(1, receivers.length);
  return { sent, arrived, milliseconds: taken, cpu: user + system };
}

process.on('message', async (order: LoadOrder) => {
  process.send?.(await run(order));
});
process.on('disconnect', () => process.exit());
