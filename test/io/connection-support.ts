/** Connections over byte streams whose other side is the test. */
import { Duplex } from 'node:stream';
import { type MqttConnectionOptions, mqttConnection } from '../../src/io/connection.js';
import type {
  ConnackPacket,
  EncodableConnectPacket,
  EncodablePacket,
} from '../../src/protocol/packets.js';
import { hex, join } from '../support/hex.js';

export const BAD = hex('36 00');
export const CONNECT_5: EncodableConnectPacket = {
  type: 'CONNECT',
  protocolLevel: 5,
  clientIdentifier: 'a',
};
export const CONNECT_4: EncodableConnectPacket = {
  type: 'CONNECT',
  protocolLevel: 4,
  clientIdentifier: 'a',
};
export const ACCEPTED_5: Extract<ConnackPacket, { reasonCode: number }> = {
  type: 'CONNACK',
  sessionPresent: false,
  reasonCode: 0,
};
export const PINGREQ: EncodablePacket = { type: 'PINGREQ' };
export const WILDCARD: EncodablePacket = { type: 'PUBLISH', topic: 'a/#' };

/** A byte stream whose other side is the test: what is written to it, and what it has been given to read. */
export class Bytes extends Duplex {
  readonly writes: Uint8Array[] = [];
  /** Completes a write; while it is set, writes wait. */
  held: (() => void) | undefined;
  holds = false;

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: () => void): void {
    this.writes.push(chunk);
    if (this.holds) this.held = callback;
    else callback();
  }

  get sent(): Uint8Array {
    return join(...this.writes);
  }
}

export function over(
  chunks: readonly Uint8Array[],
  options: MqttConnectionOptions = {},
  ends = true,
) {
  const bytes = new Bytes({ allowHalfOpen: false });
  const connection = mqttConnection(bytes, options);
  for (const chunk of chunks) bytes.push(chunk);
  if (ends) bytes.push(null);
  return { bytes, connection };
}

/** What came of a write with a callback. */
export function outcome(connection: ReturnType<typeof mqttConnection>, packet: EncodablePacket) {
  return new Promise<Error | null | undefined>((resolve) => {
    connection.write(packet, resolve);
  });
}
