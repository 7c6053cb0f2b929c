/** Decodes what passes a connection, prints it and keeps count. It looks on and never interferes. */
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import {
  type ControlPacket,
  type Decoder,
  DecoderStream,
  MqttError,
  type PacketType,
  type ProtocolVersion,
  type QoS,
  type Role,
  type ScannerChoice,
} from 'mqtt-wasm';
import type { Output } from './output.js';
import {
  type Direction,
  errorLines,
  eventLines,
  type Passage,
  type PrintOptions,
  packetLines,
} from './print.js';
import { escapeText } from './text.js';

/** One connection through the proxy. */
export interface Connection {
  /** Counted from 1. */
  readonly number: number;
  /** Learnt from the CONNECT. */
  clientIdentifier?: string;
}

/** What an observer has seen so far. */
export interface Tally {
  packets: number;
  errors: number;
  /** The versions of all CONNECT packets. */
  readonly versions: Set<ProtocolVersion>;
  readonly types: Map<PacketType, number>;
  /** PUBLISH packets by direction and QoS. */
  readonly publishes: Set<`${Direction} ${QoS}`>;
}

/**
 * A broker is never sent a CONNECT, so the decoder of what it says must be told the version by the one
 * that has read the client's. Listeners are called in their order, and none waits: the client's decoder
 * has read a CONNECT as soon as its last byte is there, the other one knows next, and only then the
 * bytes are forwarded to the broker, which therefore cannot have answered yet.
 */
function tellVersion(client: Socket, fromClient: Decoder, fromBroker: Decoder): void {
  const tell = () => {
    const { protocolVersion, error } = fromClient;
    if (protocolVersion === undefined && error === undefined) return;
    fromBroker.protocolVersion = protocolVersion;
    client.off('data', tell);
  };
  client.on('data', tell);
}

/** Looks on at any number of connections. */
export class Observer {
  readonly tally: Tally = {
    packets: 0,
    errors: 0,
    versions: new Set(),
    types: new Map(),
    publishes: new Set(),
  };
  readonly #output: Output;
  readonly #print: PrintOptions;
  readonly #scanner: ScannerChoice;

  /** @param output where to print; while it has no room, the connections wait too */
  constructor(output: Output, print: PrintOptions, scanner: ScannerChoice) {
    this.#output = output;
    this.#print = print;
    this.#scanner = scanner;
  }

  /**
   * Decodes and prints all that both sides of a connection send, beside whoever else reads from the
   * sockets, and before them. Fulfilled when both have ended, or have broken a rule: then they are left to
   * their other readers.
   */
  async watch(client: Socket, broker: Socket, connection: Connection): Promise<void> {
    const fromClient = this.#decode(client, 'server');
    const fromBroker = this.#decode(broker, 'client');
    tellVersion(client, fromClient.decoder, fromBroker.decoder);
    await Promise.all([
      this.#show(fromClient, connection, 'client-to-broker'),
      this.#show(fromBroker, connection, 'broker-to-client'),
    ]);
  }

  /** Decodes, in this role, all that `source` receives. */
  #decode(source: Socket, role: Role): DecoderStream<'batches'> {
    const decoder = new DecoderStream({ deliver: 'batches', role, scanner: this.#scanner });
    // pipe() lets the slowest reader set the pace, and leaves out one that has failed.
    source.pipe(decoder);
    // A socket that is torn down closes without an end.
    if (source.closed) decoder.end();
    else source.once('close', () => decoder.end());
    return decoder;
  }

  /** Prints what is decoded. */
  async #show(
    decoder: DecoderStream<'batches'>,
    connection: Connection,
    direction: Direction,
  ): Promise<void> {
    try {
      for await (const batch of decoder) {
        for (const frame of batch) {
          const packet = frame.packet();
          this.#count(packet, connection, direction);
          const passage = { ...this.#passage(connection), direction };
          await this.#output.write(packetLines(packet, frame.bytes, passage, this.#print));
        }
      }
    } catch (error) {
      this.tally.errors++;
      if (!(error instanceof MqttError)) {
        return this.report(connection, `the observer failed: ${escapeText(String(error))}`);
      }
      const passage = { ...this.#passage(connection), direction };
      await this.#output.write(errorLines(error, passage, this.#print.paint));
    }
  }

  /** Prints what happened to a connection. */
  report(connection: Connection, text: string): void {
    this.#output.write(eventLines(text, this.#passage(connection), this.#print.paint));
  }

  #count(packet: ControlPacket, connection: Connection, direction: Direction): void {
    const { versions, types, publishes } = this.tally;
    // The decoders are not asked for a PUBLISH in parts.
    const type = packet.type as PacketType;
    this.tally.packets++;
    types.set(type, (types.get(type) ?? 0) + 1);
    if (packet.type === 'PUBLISH') publishes.add(`${direction} ${packet.qos}`);
    if (packet.type === 'CONNECT') {
      connection.clientIdentifier = packet.clientIdentifier;
      versions.add(packet.protocolLevel);
    }
  }

  #passage({ number, clientIdentifier }: Connection): Passage {
    return { seconds: performance.now() / 1000, connection: number, clientIdentifier };
  }
}
