/**
 * A TCP proxy that shows both directions of each connection to an observer.
 *
 * Bytes are forwarded as they come, whatever the observer makes of them. Half-closed connections stay half
 * closed, and each side is read only as fast as the other side, and the observer, take it in.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { within } from './deadline.js';
import type { Connection, Observer } from './observer.js';

/** Where to listen or to connect to. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const CONNECT_TIMEOUT = 10_000;
const CLOSE_TIMEOUT = 3000;

/** The address as it is written, IPv6 in brackets. */
export function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What went wrong with a socket, in a few words. */
export function socketFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  // Node.js gives an error without a message where it has tried several addresses.
  return error.message === '' ? (code ?? error.name) : error.message;
}

/** Forwards TCP connections to one address and lets an observer look on. */
export class TcpProxy {
  readonly #server: Server;
  readonly #forward: Address;
  readonly #observer: Observer;
  readonly #sockets = new Set<Socket>();
  readonly #serving = new Set<Promise<void>>();
  #connections = 0;

  private constructor(forward: Address, observer: Observer) {
    this.#forward = forward;
    this.#observer = observer;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const serving = this.#serve(client).finally(() => this.#serving.delete(serving));
      this.#serving.add(serving);
    });
  }

  /** Listens, and forwards each connection. Rejected when it cannot listen there. */
  static async start(listen: Address, forward: Address, observer: Observer): Promise<TcpProxy> {
    const proxy = new TcpProxy(forward, observer);
    proxy.#server.listen(listen.port, listen.host);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** Where it listens, the port being the one it got. */
  get address(): Address {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  /** Fulfilled when all connections there are have ended by themselves and have been shown. */
  async settled(): Promise<void> {
    await Promise.all(this.#serving);
  }

  /** Takes no more connections and breaks off those there are. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await within(CLOSE_TIMEOUT, 'closing the proxy', Promise.all([closed, this.settled()]));
  }

  async #serve(client: Socket): Promise<void> {
    const connection: Connection = { number: ++this.#connections };
    const broker = connect({ ...this.#forward, allowHalfOpen: true, noDelay: true });
    for (const socket of [client, broker]) {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // Two pipelines and the observer listen on each socket: more than the usual ten listeners.
      socket.setMaxListeners(32);
      // Errors are dealt with where the bytes are forwarded; this is for those that come before or after.
      socket.on('error', () => {});
    }
    try {
      await this.#reach(broker);
    } catch (error) {
      const where = addressText(this.#forward);
      this.#observer.report(
        connection,
        `cannot reach the broker at ${where}: ${socketFailure(error)}`,
      );
      client.destroy();
      return;
    }
    this.#observer.report(connection, 'opened');
    const watching = this.#observer.watch(client, broker, connection);
    const ends = await Promise.allSettled([pipeline(client, broker), pipeline(broker, client)]);
    await watching;
    const broken = ends.find((end) => end.status === 'rejected');
    this.#observer.report(
      connection,
      broken === undefined ? 'closed' : `broken off: ${socketFailure(broken.reason)}`,
    );
  }

  async #reach(broker: Socket): Promise<void> {
    broker.setTimeout(CONNECT_TIMEOUT, () => {
      broker.destroy(new Error(`no answer within ${CONNECT_TIMEOUT / 1000} s`));
    });
    const closed = new Promise<never>((_, reject) => {
      broker.once('close', () => reject(new Error('closed before it was open')));
    });
    await Promise.race([once(broker, 'connect'), closed]);
    broker.setTimeout(0);
  }
}
