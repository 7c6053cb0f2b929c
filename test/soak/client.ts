/** A client of which every byte is known: it sends what it is told to, and tells what comes. */
import { connect, type Socket } from 'node:net';
import { type ControlPacket, Decoder, type EncodablePacket, Encoder } from 'mqtt-wasm';

export interface ClientOptions {
  readonly port: number;
  readonly localAddress: string;
  readonly protocolVersion: 4 | 5;
  readonly clientIdentifier?: string;
  /** Seconds. */
  readonly keepAlive?: number;
}

/** The connection has ended while something was still expected of it. */
export class Cut extends Error {}

export class Client {
  readonly socket: Socket;
  /** When it was made, by `performance.now()`. */
  readonly openedAt = performance.now();
  /** When the connection ended. */
  closedAt: number | undefined;
  /** What is wrong with what the server has sent. */
  failure: Error | undefined;
  /** Gets all that comes. */
  onPacket: (packet: ControlPacket) => void = () => {};
  readonly #options: ClientOptions;
  readonly #encoder: Encoder;
  readonly #decoder: Decoder;
  #wake: (() => void)[] = [];

  constructor(options: ClientOptions) {
    const { port, localAddress, protocolVersion } = options;
    this.#options = options;
    this.#encoder = new Encoder({ role: 'client' });
    this.#decoder = new Decoder({ role: 'client', protocolVersion });
    this.socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
    // What becomes of a connection is seen when it closes.
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk) => this.#take(chunk));
    this.socket.once('close', () => {
      this.closedAt = performance.now();
      this.#notify();
    });
  }

  /** Connects, and has the server accept that. Throws a {@link Cut}. */
  static async open(options: ClientOptions): Promise<Client> {
    const client = new Client(options);
    let isAccepted = false;
    client.onPacket = ({ type }) => {
      isAccepted ||= type === 'CONNACK';
    };
    client.sendConnect();
    await client.until(() => isAccepted);
    client.onPacket = () => {};
    return client;
  }

  get isClosed(): boolean {
    return this.closedAt !== undefined;
  }

  sendConnect(): void {
    const { protocolVersion, clientIdentifier = '', keepAlive = 0 } = this.#options;
    const connect = { type: 'CONNECT', clientIdentifier, keepAlive } as const;
    this.socket.write(
      this.#encoder.encode(
        protocolVersion === 5
          ? { ...connect, protocolLevel: 5, cleanStart: true }
          : { ...connect, protocolLevel: 4, cleanSession: true },
      ),
    );
  }

  encode(packet: EncodablePacket): Uint8Array {
    return this.#encoder.encode(packet);
  }

  /** Fulfilled when there is room for more. Throws a {@link Cut}. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.isClosed) throw new Cut();
    if (!this.socket.write(bytes)) await this.until(() => !this.socket.writableNeedDrain);
  }

  /** Waits until something holds; it is looked at whenever anything happens. Throws a {@link Cut}, or what was wrong with what came. */
  async until(condition: () => boolean): Promise<void> {
    const notify = () => this.#notify();
    this.socket.on('drain', notify);
    try {
      for (;;) {
        if (this.failure !== undefined) throw this.failure;
        if (condition()) return;
        if (this.isClosed) throw new Cut();
        await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
    } finally {
      this.socket.off('drain', notify);
    }
  }

  /** Waits for the end of the connection. */
  async closed(): Promise<void> {
    if (!this.isClosed) await new Promise((resolve) => this.socket.once('close', resolve));
    if (this.failure !== undefined) throw this.failure;
  }

  #take(chunk: Buffer): void {
    if (this.failure !== undefined) return;
    try {
      for (const packet of this.#decoder.push(chunk).packets()) this.onPacket(packet);
    } catch (error) {
      this.failure = error as Error;
      this.socket.destroy();
    }
    this.#notify();
  }

  #notify(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }
}
