/** The control packet types of MQTT (section 2.2.1) and who may send them. */

/** Numbers of the packet types, as they stand in the upper four bits of a frame's first byte. */
export const PACKET_TYPE = {
  CONNECT: 1,
  CONNACK: 2,
  PUBLISH: 3,
  PUBACK: 4,
  PUBREC: 5,
  PUBREL: 6,
  PUBCOMP: 7,
  SUBSCRIBE: 8,
  SUBACK: 9,
  UNSUBSCRIBE: 10,
  UNSUBACK: 11,
  PINGREQ: 12,
  PINGRESP: 13,
  DISCONNECT: 14,
} as const;

/** Name of a control packet type, spelled as in the specification. */
export type PacketType = keyof typeof PACKET_TYPE;

/** The names of all control packet types, in the order of their numbers. */
export const PACKET_TYPES = Object.freeze(Object.keys(PACKET_TYPE)) as readonly PacketType[];

/** Quality of Service of a message (section 4.3). */
export type QoS = 0 | 1 | 2;

/**
 * The version of the protocol as the number that CONNECT carries in its Protocol Level byte:
 * 3 is MQTT 3.1, 4 is MQTT 3.1.1.
 */
export type ProtocolVersion = 3 | 4;

/** Which side's packets a decoder reads: a `server` reads what a client sends, and the other way round. */
export type Role = 'server' | 'client' | 'any';

/** Protocol Name and Protocol Level of each version (sections 3.1.2.1 and 3.1.2.2). */
export const PROTOCOL_NAME: Readonly<Record<ProtocolVersion, 'MQIsdp' | 'MQTT'>> = {
  3: 'MQIsdp',
  4: 'MQTT',
};

/** Set in the Protocol Level by bridges of some brokers; not part of the specification. */
export const BRIDGE_BIT = 0x80;

type Sender = 'client' | 'server' | 'both';

interface PacketTypeRow {
  readonly name: PacketType;
  readonly sender: Sender;
  /** The only value of the lower four bits that is allowed; PUBLISH has its own rules. */
  readonly flags: number;
  /** Bounds of the Remaining Length in bytes. */
  readonly minimum: number;
  readonly maximum: number;
  /** What follows the fixed header, as far as scanning is concerned. */
  readonly body: 'empty' | 'packet-identifier' | 'publish' | 'control' | 'connect';
}

/** The most that four bytes of seven bits can say (section 2.2.3). */
export const MAXIMUM_REMAINING_LENGTH = 268_435_455;
/** The longest frame there can be: fixed header of five bytes and the longest body. */
export const MAXIMUM_FRAME_LENGTH = MAXIMUM_REMAINING_LENGTH + 5;
/** The longest string or binary field: its length is two bytes (section 1.5.3). */
export const MAXIMUM_FIELD_LENGTH = 65_535;
/** The longest body of CONNECT: twelve bytes of MQTT 3.1 and five fields as long as can be. */
const MAXIMUM_CONNECT_LENGTH = 12 + 5 * (2 + MAXIMUM_FIELD_LENGTH);

/**
 * MQTT 3.1.1, a row a type (tables 2.1 and 2.2, and the first section on each packet).
 * The minimum of PUBLISH is that of QoS 0; a Packet Identifier adds two bytes.
 */
// biome-ignore format: a table
const ROWS: readonly PacketTypeRow[] = [
  { name: 'CONNECT',     sender: 'client', flags: 0, minimum: 12, maximum: MAXIMUM_CONNECT_LENGTH,   body: 'connect' },
  { name: 'CONNACK',     sender: 'server', flags: 0, minimum: 2,  maximum: 2,                        body: 'control' },
  { name: 'PUBLISH',     sender: 'both',   flags: 0, minimum: 3,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'publish' },
  { name: 'PUBACK',      sender: 'both',   flags: 0, minimum: 2,  maximum: 2,                        body: 'packet-identifier' },
  { name: 'PUBREC',      sender: 'both',   flags: 0, minimum: 2,  maximum: 2,                        body: 'packet-identifier' },
  { name: 'PUBREL',      sender: 'both',   flags: 2, minimum: 2,  maximum: 2,                        body: 'packet-identifier' },
  { name: 'PUBCOMP',     sender: 'both',   flags: 0, minimum: 2,  maximum: 2,                        body: 'packet-identifier' },
  { name: 'SUBSCRIBE',   sender: 'client', flags: 2, minimum: 6,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control' },
  { name: 'SUBACK',      sender: 'server', flags: 0, minimum: 3,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control' },
  { name: 'UNSUBSCRIBE', sender: 'client', flags: 2, minimum: 5,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control' },
  { name: 'UNSUBACK',    sender: 'server', flags: 0, minimum: 2,  maximum: 2,                        body: 'packet-identifier' },
  { name: 'PINGREQ',     sender: 'client', flags: 0, minimum: 0,  maximum: 0,                        body: 'empty' },
  { name: 'PINGRESP',    sender: 'server', flags: 0, minimum: 0,  maximum: 0,                        body: 'empty' },
  { name: 'DISCONNECT',  sender: 'client', flags: 0, minimum: 0,  maximum: 0,                        body: 'empty' },
];

/** The row of each packet type by its number; `undefined` where the number is reserved. */
export const PACKET_TYPE_ROWS: readonly (PacketTypeRow | undefined)[] = Array.from(
  { length: 16 },
  (_, type) => ROWS.find((row) => PACKET_TYPE[row.name] === type),
);

/** The name of packet type number `type`, or `undefined` where it is reserved. */
export function packetTypeName(type: number): PacketType | undefined {
  return PACKET_TYPE_ROWS[type]?.name;
}

/** The first byte of a frame of this type, PUBLISH excepted. */
export function firstByteOf(name: PacketType): number {
  const type = PACKET_TYPE[name];
  return (type << 4) | (PACKET_TYPE_ROWS[type]?.flags ?? 0);
}

/** The types whose bodies are decoded as soon as they were scanned, as a mask: bit n stands for packet type n. */
export const DECODED_TYPES: number = ROWS.filter(
  ({ body }) => body === 'control' || body === 'connect',
).reduce((mask, { name }) => mask | (1 << PACKET_TYPE[name]), 0);

/** The types that a decoder in this role may meet, as a mask: bit n stands for packet type n. */
export function allowedTypes(role: Role): number {
  let mask = 0;
  for (const row of ROWS) {
    const fits = role === 'any' || row.sender === 'both' || row.sender !== role;
    if (fits) mask |= 1 << PACKET_TYPE[row.name];
  }
  return mask;
}
