/** A proxy with an observer, and who talks through it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../bench/brokers/ports.js';
import { Observer } from '../../examples/live/observer.js';
import { Output } from '../../examples/live/output.js';
import { type Address, TcpProxy } from '../../examples/live/proxy.js';
import { plain } from '../../examples/live/text.js';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
/** What has to be done when a test is over. */
export const cleanUps: (() => unknown)[] = [];

/** Ends all that a test has started, the last first. */
export async function cleanUp(): Promise<void> {
  for (const end of cleanUps.splice(0).reverse()) await end();
}

/** A server that does with each connection as told. */
export async function serve(listener: (socket: Socket) => void): Promise<Address> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    listener(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** An address that nobody listens on. */
export async function unusedAddress(): Promise<Address> {
  return { host: '127.0.0.1', port: await freePort() };
}

/** Connects there; half of the connection may stay open. */
export function open({ host, port }: Address): Socket {
  const socket = connect({ host, port, allowHalfOpen: true });
  socket.on('error', () => {});
  cleanUps.push(() => socket.destroy());
  return socket;
}

/** All that a socket receives until its end. */
export async function received(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Remembers what is printed, each write after `milliseconds`. */
export class Paper extends Writable {
  text = '';
  longestQueue = 0;
  readonly #milliseconds: number;

  constructor(milliseconds = 0) {
    super({ highWaterMark: 2048 });
    this.#milliseconds = milliseconds;
  }

  override async _write(chunk: Buffer, _encoding: string, callback: () => void): Promise<void> {
    this.longestQueue = Math.max(this.longestQueue, this.writableLength);
    if (this.#milliseconds > 0) await delay(this.#milliseconds);
    this.text += chunk.toString();
    callback();
  }
}

/** A proxy before `forward`, whose observer writes to `paper`. */
export async function startProxy(forward: Address, paper = new Paper()) {
  const print = { paint: plain, showSecrets: false, maximumBytes: 16 };
  const observer = new Observer(new Output(paper), print, 'auto');
  const proxy = await TcpProxy.start(LOOPBACK, forward, observer);
  cleanUps.push(() => proxy.close());
  return { proxy, observer, paper };
}
