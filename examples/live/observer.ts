/** Decodes what passes a connection, prints it and keeps count. It looks on and never interferes. */
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import {
  DecoderStream,
  MqttError,
  type Packet,
  type PacketType,
  type QoS,
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
  readonly types: Map<PacketType, number>;
  /** PUBLISH packets by direction and QoS. */
  readonly publishes: Set<`${Direction} ${QoS}`>;
}

/** Looks on at any number of connections. */
export class Observer {
  readonly tally: Tally = { packets: 0, errors: 0, types: new Map(), publishes: new Set() };
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
   * Decodes and prints all that `source` receives, beside whoever else reads from it. Fulfilled when
   * `source` has ended, or has broken a rule: then it is left to its other readers.
   */
  async watch(source: Socket, connection: Connection, direction: Direction): Promise<void> {
    const decoder = new DecoderStream({
      deliver: 'batches',
      role: direction === 'client-to-broker' ? 'server' : 'client',
      scanner: this.#scanner,
    });
    // pipe() lets the slowest reader set the pace, and leaves out one that has failed.
    source.pipe(decoder);
    // A socket that is torn down closes without an end.
    if (source.closed) decoder.end();
    else source.once('close', () => decoder.end());
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

  #count(packet: Packet, connection: Connection, direction: Direction): void {
    const { types, publishes } = this.tally;
    this.tally.packets++;
    types.set(packet.type, (types.get(packet.type) ?? 0) + 1);
    if (packet.type === 'PUBLISH') publishes.add(`${direction} ${packet.qos}`);
    if (packet.type === 'CONNECT') connection.clientIdentifier = packet.clientIdentifier;
  }

  #passage({ number, clientIdentifier }: Connection): Passage {
    return { seconds: performance.now() / 1000, connection: number, clientIdentifier };
  }
}
