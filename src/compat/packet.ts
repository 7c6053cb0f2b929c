/** What `parser()` emits: own data properties that anybody may change, the same ones on every packet. */
import type { PacketCmd } from './types.js';

export class Packet {
  cmd: PacketCmd | 'reserved' | null;
  retain: boolean;
  qos: number;
  dup: boolean;
  /** Remaining Length, bytes; -1 while it is not known. */
  length: number;
  /** Topic Name of a PUBLISH. */
  topic: string | null;
  /** Payload of a PUBLISH. */
  payload: Uint8Array | null;
  /** What else a packet of its type has. */
  [field: string]: unknown;

  constructor(
    cmd: PacketCmd | 'reserved' | null = null,
    retain = false,
    qos = 0,
    dup = false,
    length = -1,
    topic: string | null = null,
    payload: Uint8Array | null = null,
  ) {
    this.cmd = cmd;
    this.retain = retain;
    this.qos = qos;
    this.dup = dup;
    this.length = length;
    this.topic = topic;
    this.payload = payload;
  }
}

/** The `cmd` of each packet type by its number. */
// biome-ignore format: a table
export const COMMANDS: readonly (PacketCmd | 'reserved')[] = [
  'reserved', 'connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp',
  'subscribe', 'suback', 'unsubscribe', 'unsuback', 'pingreq', 'pingresp', 'disconnect', 'auth',
];

/** A packet with what its fixed header says. */
export function packetOf(firstByte: number, length: number): Packet {
  const first = firstByte & 0xff;
  return new Packet(
    COMMANDS[first >> 4],
    (first & 1) !== 0,
    (first >> 1) & 3,
    (first & 8) !== 0,
    length,
  );
}
