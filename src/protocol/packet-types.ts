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
  AUTH: 15,
} as const;

/** Name of a control packet type, spelled as in the specification. */
export type PacketType = keyof typeof PACKET_TYPE;

/** The names of all control packet types, in the order of their numbers. */
export const PACKET_TYPES = Object.freeze(Object.keys(PACKET_TYPE)) as readonly PacketType[];

/** Quality of Service of a message (section 4.3). */
export type QoS = 0 | 1 | 2;

/**
 * The version of the protocol as the number that CONNECT carries behind the Protocol Name:
 * 3 is MQTT 3.1, 4 is MQTT 3.1.1, 5 is MQTT 5.0.
 */
export type ProtocolVersion = 3 | 4 | 5;

/** All versions there are. */
export const PROTOCOL_VERSIONS: readonly ProtocolVersion[] = [3, 4, 5];

/** Whose decoder or encoder it is. Which side's packets a decoder reads: a `server` reads what a client sends, and the other way round. */
export type Role = 'server' | 'client' | 'any';

/** Which side of a connection. */
export type Side = 'client' | 'server';

/** The side that a decoder in this role reads from; `undefined` if it may be either. */
export function senderTo(role: Role): Side | undefined {
  if (role === 'any') return undefined;
  return role === 'server' ? 'client' : 'server';
}

/** Protocol Name of each version (section 3.1.2.1). */
export const PROTOCOL_NAME: Readonly<Record<ProtocolVersion, 'MQIsdp' | 'MQTT'>> = {
  3: 'MQIsdp',
  4: 'MQTT',
  5: 'MQTT',
};

/** Set in the Protocol Level by bridges of some brokers, up to MQTT 3.1.1; not part of the specification. */
export const BRIDGE_BIT = 0x80;

type Sender = Side | 'both';

interface PacketTypeRow {
  readonly name: PacketType;
  readonly sender: Sender;
  /** The only value of the lower four bits that is allowed; PUBLISH has its own rules. */
  readonly flags: number;
  /** Bounds of the Remaining Length in bytes. */
  readonly minimum: number;
  readonly maximum: number;
  /** What follows the fixed header, as far as scanning is concerned. */
  readonly body:
    | 'empty'
    | 'packet-identifier'
    | 'acknowledgement'
    | 'publish'
    | 'publish-with-properties'
    | 'control'
    | 'control-or-empty'
    | 'connect';
  /** Whether it is made of lists, which take more memory once they are decoded. */
  readonly list: boolean;
}

/** The most that four bytes of seven bits can say (section 2.2.3). */
export const MAXIMUM_REMAINING_LENGTH = 268_435_455;
/** The longest frame there can be: fixed header of five bytes and the longest body. */
export const MAXIMUM_FRAME_LENGTH = MAXIMUM_REMAINING_LENGTH + 5;
/** How many bytes a Variable Byte Integer of this value takes (MQTT 5.0, section 1.5.5), and so a Remaining Length. */
export function variableByteIntegerLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x20_0000 ? 3 : 4;
}
/** The longest string or binary field: its length is two bytes (section 1.5.3). */
export const MAXIMUM_FIELD_LENGTH = 65_535;
/** The longest body of CONNECT without properties: twelve bytes of MQTT 3.1 and five fields as long as can be. */
export const MAXIMUM_CONNECT_LENGTH = 12 + 5 * (2 + MAXIMUM_FIELD_LENGTH);

/**
 * MQTT 3.1 and 3.1.1, a row a type (tables 2.1 and 2.2, and the first section on each packet).
 * The minimum of PUBLISH is that of QoS 0; a Packet Identifier adds two bytes.
 */
// biome-ignore format: a table
const MQTT_3_ROWS: readonly PacketTypeRow[] = [
  { name: 'CONNECT',     sender: 'client', flags: 0, minimum: 12, maximum: MAXIMUM_CONNECT_LENGTH,   body: 'connect',           list: false },
  { name: 'CONNACK',     sender: 'server', flags: 0, minimum: 2,  maximum: 2,                        body: 'control',           list: false },
  { name: 'PUBLISH',     sender: 'both',   flags: 0, minimum: 3,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'publish',           list: false },
  { name: 'PUBACK',      sender: 'both',   flags: 0, minimum: 2,  maximum: 2,                        body: 'packet-identifier', list: false },
  { name: 'PUBREC',      sender: 'both',   flags: 0, minimum: 2,  maximum: 2,                        body: 'packet-identifier', list: false },
  { name: 'PUBREL',      sender: 'both',   flags: 2, minimum: 2,  maximum: 2,                        body: 'packet-identifier', list: false },
  { name: 'PUBCOMP',     sender: 'both',   flags: 0, minimum: 2,  maximum: 2,                        body: 'packet-identifier', list: false },
  { name: 'SUBSCRIBE',   sender: 'client', flags: 2, minimum: 6,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control',           list: true },
  { name: 'SUBACK',      sender: 'server', flags: 0, minimum: 3,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control',           list: true },
  { name: 'UNSUBSCRIBE', sender: 'client', flags: 2, minimum: 5,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control',           list: true },
  { name: 'UNSUBACK',    sender: 'server', flags: 0, minimum: 2,  maximum: 2,                        body: 'packet-identifier', list: false },
  { name: 'PINGREQ',     sender: 'client', flags: 0, minimum: 0,  maximum: 0,                        body: 'empty',             list: false },
  { name: 'PINGRESP',    sender: 'server', flags: 0, minimum: 0,  maximum: 0,                        body: 'empty',             list: false },
  { name: 'DISCONNECT',  sender: 'client', flags: 0, minimum: 0,  maximum: 0,                        body: 'empty',             list: false },
];

/**
 * MQTT 5.0. The minima are those of bodies that can be read to their end, so that a SUBSCRIBE without
 * a Topic Filter is the Protocol Error that it is and not a malformed packet. The two bytes of a
 * CONNACK are what a Server of MQTT 3.1.1 sends.
 */
// biome-ignore format: a table
const MQTT_5_ROWS: readonly PacketTypeRow[] = [
  { name: 'CONNECT',     sender: 'client', flags: 0, minimum: 12, maximum: MAXIMUM_REMAINING_LENGTH, body: 'connect',                 list: false },
  { name: 'CONNACK',     sender: 'server', flags: 0, minimum: 2,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control',                 list: true },
  { name: 'PUBLISH',     sender: 'both',   flags: 0, minimum: 3,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'publish-with-properties', list: false },
  { name: 'PUBACK',      sender: 'both',   flags: 0, minimum: 2,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'acknowledgement',         list: true },
  { name: 'PUBREC',      sender: 'both',   flags: 0, minimum: 2,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'acknowledgement',         list: true },
  { name: 'PUBREL',      sender: 'both',   flags: 2, minimum: 2,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'acknowledgement',         list: true },
  { name: 'PUBCOMP',     sender: 'both',   flags: 0, minimum: 2,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'acknowledgement',         list: true },
  { name: 'SUBSCRIBE',   sender: 'client', flags: 2, minimum: 3,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control',                 list: true },
  { name: 'SUBACK',      sender: 'server', flags: 0, minimum: 3,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control',                 list: true },
  { name: 'UNSUBSCRIBE', sender: 'client', flags: 2, minimum: 3,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control',                 list: true },
  { name: 'UNSUBACK',    sender: 'server', flags: 0, minimum: 3,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control',                 list: true },
  { name: 'PINGREQ',     sender: 'client', flags: 0, minimum: 0,  maximum: 0,                        body: 'empty',                   list: false },
  { name: 'PINGRESP',    sender: 'server', flags: 0, minimum: 0,  maximum: 0,                        body: 'empty',                   list: false },
  { name: 'DISCONNECT',  sender: 'both',   flags: 0, minimum: 0,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control-or-empty',        list: true },
  { name: 'AUTH',        sender: 'both',   flags: 0, minimum: 0,  maximum: MAXIMUM_REMAINING_LENGTH, body: 'control-or-empty',        list: true },
];

/** Before a CONNECT has told the version, all is as in MQTT 3.1.1, but for the CONNECT itself. */
const ANY_VERSION_ROWS: readonly PacketTypeRow[] = MQTT_3_ROWS.map((row) =>
  row.name === 'CONNECT' ? { ...row, maximum: MAXIMUM_REMAINING_LENGTH } : row,
);

/** The row of each packet type by its number; `undefined` where the number is reserved. */
export type PacketTypeRows = readonly (PacketTypeRow | undefined)[];

function byNumber(rows: readonly PacketTypeRow[]): PacketTypeRows {
  return Array.from({ length: 16 }, (_, type) =>
    rows.find((row) => PACKET_TYPE[row.name] === type),
  );
}

const MQTT_3_TYPES = byNumber(MQTT_3_ROWS);
const MQTT_5_TYPES = byNumber(MQTT_5_ROWS);
const ANY_VERSION_TYPES = byNumber(ANY_VERSION_ROWS);

/** The packet types of a version; `undefined` stands for a version that no CONNECT has told yet. */
export function packetTypesOf(version: ProtocolVersion | undefined): PacketTypeRows {
  if (version === undefined) return ANY_VERSION_TYPES;
  return version === 5 ? MQTT_5_TYPES : MQTT_3_TYPES;
}

/** The name of packet type number `type`, or `undefined` where no version has one. */
export function packetTypeName(type: number): PacketType | undefined {
  return MQTT_5_TYPES[type]?.name;
}

/** The first byte of a frame of this type, PUBLISH excepted. No version differs. */
export function firstByteOf(name: PacketType): number {
  const type = PACKET_TYPE[name];
  return (type << 4) | (MQTT_5_TYPES[type]?.flags ?? 0);
}

function maskOf(rows: PacketTypeRows, fits: (row: PacketTypeRow) => boolean): number {
  return rows.reduce(
    (mask, row, type) => (row !== undefined && fits(row) ? mask | (1 << type) : mask),
    0,
  );
}

const DECODED_BODIES: readonly PacketTypeRow['body'][] = ['control', 'control-or-empty', 'connect'];

/** The types whose bodies, if they have one, are decoded as soon as they were scanned, as a mask: bit n stands for packet type n. */
export function decodedTypes(version: ProtocolVersion | undefined): number {
  return maskOf(packetTypesOf(version), ({ body }) => DECODED_BODIES.includes(body));
}

/** The types that `sender` (`undefined`: either side) may send, as a mask: bit n stands for packet type n. */
export function allowedTypes(
  sender: Side | undefined,
  version: ProtocolVersion | undefined,
): number {
  return maskOf(
    packetTypesOf(version),
    (row) => sender === undefined || row.sender === 'both' || row.sender === sender,
  );
}
