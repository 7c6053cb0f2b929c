/** Clients of MQTT.js, what they received, and waiting for it. */
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { Broker, ProtocolVersion, Transport } from './broker.js';

const PATIENCE_SECONDS = 20;

/** Waits until something holds. */
async function waitFor(what: string, holds: () => boolean, got?: () => string): Promise<void> {
  const end = Date.now() + PATIENCE_SECONDS * 1000;
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error(`waited ${PATIENCE_SECONDS} s for ${what}; got ${got?.() ?? 'nothing'}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly packet: IPublishPacket;
}

/** What a client receives, from the beginning. */
export class Inbox {
  readonly messages: Message[] = [];

  constructor(client: MqttClient) {
    client.on('message', (topic, payload, packet) => {
      this.messages.push({ topic, payload, packet });
    });
  }

  get texts(): string[] {
    return this.messages.map(({ payload }) => payload.toString());
  }

  /** Waits for so many messages, and takes them out. */
  async take(count: number): Promise<Message[]> {
    const got = () =>
      `${this.messages.length}, the last: ${this.texts
        .slice(-100)
        .map((text) => text.slice(0, 20))
        .join(' ')}`;
    await waitFor(`${count} messages`, () => this.messages.length >= count, got);
    return this.messages.splice(0, count);
  }

  async takeOne(): Promise<Message> {
    return (await this.take(1))[0] as Message;
  }

  /** Waits for a text, and takes out all texts up to it. Shows that something did not come before it. */
  async takeUntil(text: string): Promise<string[]> {
    await waitFor(`the message ${text}`, () => this.texts.includes(text));
    return this.messages
      .splice(0, this.texts.indexOf(text) + 1)
      .map(({ payload }) => payload.toString());
  }
}

/** The clients of a test, which end with it. */
export class Clients {
  readonly #broker: Broker;
  readonly #clients: MqttClient[] = [];

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  /** A client that may not be connected yet. It does not reconnect unless its options say so. */
  make(
    protocolVersion: ProtocolVersion,
    options: IClientOptions = {},
    transport: Transport = 'mqtt',
  ): MqttClient {
    const client = connect(this.#broker.url(transport), {
      protocolVersion,
      ...(protocolVersion === 3 ? { protocolId: 'MQIsdp' } : {}),
      clientId: `client-${Math.random().toString(16).slice(2, 10)}`,
      reconnectPeriod: 0,
      ca: this.#broker.certificate,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  /** A client that is connected. */
  async connect(
    protocolVersion: ProtocolVersion,
    options: IClientOptions = {},
    transport: Transport = 'mqtt',
  ): Promise<MqttClient> {
    const client = this.make(protocolVersion, options, transport);
    await isConnected(client);
    return client;
  }

  async end(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.endAsync(true)));
  }
}

/** Waits for an event; rejects when the client emits an error first. */
function next(client: MqttClient, event: 'connect' | 'error'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`waited ${PATIENCE_SECONDS} s for '${event}'`)),
      PATIENCE_SECONDS * 1000,
    );
    const settle = (act: () => void) => {
      clearTimeout(late);
      act();
    };
    client.once(event, (value: unknown) => settle(() => resolve(value)));
    if (event !== 'error') client.once('error', (error) => settle(() => reject(error)));
  });
}

export async function isConnected(client: MqttClient): Promise<void> {
  await next(client, 'connect');
}

/** Waits for a client that connects again by itself, however often it has to try. */
export async function isBack(client: MqttClient): Promise<void> {
  await waitFor('a connection', () => client.connected);
}

export async function nextError(
  client: MqttClient,
): Promise<Error & { readonly code?: number | string }> {
  return (await next(client, 'error')) as Error & { readonly code?: number | string };
}

export async function isClosed(client: MqttClient): Promise<void> {
  await waitFor('the connection to close', () => !client.connected);
}

let lastTopic = 0;

/** A topic that nobody else uses. */
export function newTopic(): string {
  return `suites/${++lastTopic}`;
}

/** Bytes of all values, which repeat only after a long way. */
export function noise(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let index = 0, state = 1; index < length; index++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    bytes[index] = state >>> 16;
  }
  return bytes;
}
