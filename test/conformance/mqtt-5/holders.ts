/**
 * The properties of MQTT 5.0 and what carries them, written down once more from the specification
 * (table 2-4 and the sections on each packet), so that a mistake in the tables of the code shows.
 */
import type { PacketType } from '../../../src/protocol/packet-types.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import {
  type CaseOptions,
  CONNECT_5,
  PINGREQ,
  PINGRESP,
  PUBLISH_5,
} from '../../support/conformance.js';
import type { AnyPacket } from '../../support/conformance-encode.js';
import { frame, hex } from '../../support/hex.js';

/** What carries properties. */
export type HolderName = Exclude<PacketType, 'PINGREQ' | 'PINGRESP'> | 'WILL';

export type Properties = Readonly<Record<string, unknown>>;

/** A packet that is legal with no properties (AUTH excepted), and where its properties stand. */
export interface Holder {
  readonly name: HolderName;
  readonly packetType: PacketType;
  readonly firstByte: string;
  /** What stands in the body before the Property Length and behind the properties, in hexadecimal. */
  readonly before: string;
  readonly behind: string;
  /** How errors of the encoder call the properties. */
  readonly field: string;
  /** The fields of the packet, but for its type, around the properties. */
  fields(properties: Properties): object;
}

const message = { topic: 'a', payload: hex('6869'), retain: false, qos: 0, dup: false };
const connect = {
  protocolName: 'MQTT',
  protocolLevel: 5,
  cleanStart: true,
  keepAlive: 60,
};
const subscription = {
  topicFilter: 'a',
  qos: 0,
  noLocal: false,
  retainAsPublished: false,
  retainHandling: 0,
};

function packetHolder(
  name: Exclude<HolderName, 'WILL'>,
  firstByte: string,
  before: string,
  behind: string,
  fields: (properties: Properties) => object,
): Holder {
  return { name, packetType: name, firstByte, before, behind, field: 'properties', fields };
}

function acknowledgement(
  name: 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP',
  firstByte: string,
): Holder {
  return packetHolder(name, firstByte, '0001 00', '', (properties) => ({
    packetIdentifier: 1,
    reasonCode: 0,
    ...properties,
  }));
}

/** All fourteen. */
export const HOLDERS: readonly Holder[] = [
  packetHolder('CONNECT', '10', '0004 4D515454 05 02 003C', '0002 6D65', (properties) => ({
    ...connect,
    ...properties,
    clientIdentifier: 'me',
  })),
  {
    name: 'WILL',
    packetType: 'CONNECT',
    firstByte: '10',
    before: '0004 4D515454 05 06 003C 00 0002 6D65',
    behind: '0001 77 0000',
    field: 'will.properties',
    fields: (properties) => ({
      ...connect,
      clientIdentifier: 'me',
      will: { qos: 0, retain: false, ...properties, topic: 'w', payload: hex('') },
    }),
  },
  packetHolder('CONNACK', '20', '00 00', '', (properties) => ({
    sessionPresent: false,
    reasonCode: 0,
    ...properties,
  })),
  packetHolder('PUBLISH', '30', '0001 61', '6869', (properties) => ({ ...message, ...properties })),
  acknowledgement('PUBACK', '40'),
  acknowledgement('PUBREC', '50'),
  acknowledgement('PUBREL', '62'),
  acknowledgement('PUBCOMP', '70'),
  packetHolder('SUBSCRIBE', '82', '0001', '0001 61 00', (properties) => ({
    packetIdentifier: 1,
    ...properties,
    subscriptions: [subscription],
  })),
  packetHolder('SUBACK', '90', '0001', '00', (properties) => ({
    packetIdentifier: 1,
    ...properties,
    reasonCodes: [0],
  })),
  packetHolder('UNSUBSCRIBE', 'A2', '0001', '0001 61', (properties) => ({
    packetIdentifier: 1,
    ...properties,
    topicFilters: ['a'],
  })),
  packetHolder('UNSUBACK', 'B0', '0001', '00', (properties) => ({
    packetIdentifier: 1,
    ...properties,
    reasonCodes: [0],
  })),
  packetHolder('DISCONNECT', 'E0', '00', '', (properties) => ({ reasonCode: 0, ...properties })),
  packetHolder('AUTH', 'F0', '18', '', (properties) => ({ reasonCode: 0x18, ...properties })),
];

export function holderOf(name: HolderName): Holder {
  return HOLDERS.find((holder) => holder.name === name) as Holder;
}

/** A Variable Byte Integer in as few bytes as it takes, in hexadecimal. */
export function variableByteInteger(value: number): string {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) + (rest > 127 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes).toString('hex');
}

/** The frame of a holder with these properties, in hexadecimal, behind their length or what stands for it. */
export function carry(
  { firstByte, before, behind }: Holder,
  properties: string,
  propertyLength = variableByteInteger(hex(properties).length),
): Uint8Array {
  return frame(firstByte, before, propertyLength, properties, behind);
}

/** Where the Property Length stands in a frame whose Remaining Length takes one byte. */
export function propertyLengthAt({ before }: Holder): number {
  return 2 + hex(before).length;
}

/** Where the first property stands in a frame whose Remaining Length and Property Length take one byte. */
export function propertiesAt(holder: Holder): number {
  return propertyLengthAt(holder) + 1;
}

/** The packet of a holder with these properties, or with none. */
export function packetOf(holder: Holder, properties?: Properties): ControlPacket {
  return anyPacketOf(holder, properties) as unknown as ControlPacket;
}

/** The same for properties that need not be legal. */
export function anyPacketOf(holder: Holder, properties?: Properties): AnyPacket {
  const fields = holder.fields(properties === undefined ? {} : { properties });
  return { type: holder.packetType, ...fields };
}

/** How a property is written (table 2-4). */
export type PropertyType =
  | 'byte'
  | 'flag'
  | 'two-byte-integer'
  | 'four-byte-integer'
  | 'variable-byte-integer'
  | 'text'
  | 'binary'
  | 'text-pair';

/** A property with a value that is legal wherever it may stand, in hexadecimal and as packets have it. */
export interface Property {
  readonly identifier: number;
  readonly name: string;
  readonly type: PropertyType;
  readonly bytes: string;
  readonly value: unknown;
  readonly holders: readonly HolderName[];
}

const MESSAGES = ['PUBLISH', 'WILL'] as const;
const CONNECTS = ['CONNECT', 'CONNACK'] as const;
const EVERYWHERE = HOLDERS.map(({ name }) => name);
const ANSWERS = EVERYWHERE.filter(
  (name) => !['CONNECT', 'WILL', 'PUBLISH', 'SUBSCRIBE', 'UNSUBSCRIBE'].includes(name),
);

/** Table 2-4. Subscription Identifier has two rows, since packets call it by two names. */
// biome-ignore format: a table
export const PROPERTIES: readonly Property[] = [
  { identifier: 0x01, name: 'payloadFormatIndicator',          type: 'byte',                  bytes: '00',                  value: 0,             holders: MESSAGES },
  { identifier: 0x02, name: 'messageExpiryInterval',           type: 'four-byte-integer',     bytes: '00000000',            value: 0,             holders: MESSAGES },
  { identifier: 0x03, name: 'contentType',                     type: 'text',                  bytes: '0002 C3A9',           value: 'é',           holders: MESSAGES },
  { identifier: 0x08, name: 'responseTopic',                   type: 'text',                  bytes: '0003 722F31',         value: 'r/1',         holders: MESSAGES },
  { identifier: 0x09, name: 'correlationData',                 type: 'binary',                bytes: '0002 00FF',           value: hex('00FF'),   holders: MESSAGES },
  { identifier: 0x0b, name: 'subscriptionIdentifiers',         type: 'variable-byte-integer', bytes: '80 01',               value: [128],         holders: ['PUBLISH'] },
  { identifier: 0x0b, name: 'subscriptionIdentifier',          type: 'variable-byte-integer', bytes: '80 01',               value: 128,           holders: ['SUBSCRIBE'] },
  { identifier: 0x11, name: 'sessionExpiryInterval',           type: 'four-byte-integer',     bytes: 'FFFFFFFF',            value: 4_294_967_295, holders: [...CONNECTS, 'DISCONNECT'] },
  { identifier: 0x12, name: 'assignedClientIdentifier',        type: 'text',                  bytes: '0002 6D65',           value: 'me',          holders: ['CONNACK'] },
  { identifier: 0x13, name: 'serverKeepAlive',                 type: 'two-byte-integer',      bytes: '0000',                value: 0,             holders: ['CONNACK'] },
  { identifier: 0x15, name: 'authenticationMethod',            type: 'text',                  bytes: '0001 6D',             value: 'm',           holders: [...CONNECTS, 'AUTH'] },
  { identifier: 0x16, name: 'authenticationData',              type: 'binary',                bytes: '0001 FE',             value: hex('FE'),     holders: [...CONNECTS, 'AUTH'] },
  { identifier: 0x17, name: 'requestProblemInformation',       type: 'flag',                  bytes: '01',                  value: true,          holders: ['CONNECT'] },
  { identifier: 0x18, name: 'willDelayInterval',               type: 'four-byte-integer',     bytes: '0000003C',            value: 60,            holders: ['WILL'] },
  { identifier: 0x19, name: 'requestResponseInformation',      type: 'flag',                  bytes: '00',                  value: false,         holders: ['CONNECT'] },
  { identifier: 0x1a, name: 'responseInformation',             type: 'text',                  bytes: '0001 69',             value: 'i',           holders: ['CONNACK'] },
  { identifier: 0x1c, name: 'serverReference',                 type: 'text',                  bytes: '0001 73',             value: 's',           holders: ['CONNACK', 'DISCONNECT'] },
  { identifier: 0x1f, name: 'reasonString',                    type: 'text',                  bytes: '0002 6E6F',           value: 'no',          holders: ANSWERS },
  { identifier: 0x21, name: 'receiveMaximum',                  type: 'two-byte-integer',      bytes: '0001',                value: 1,             holders: CONNECTS },
  { identifier: 0x22, name: 'topicAliasMaximum',               type: 'two-byte-integer',      bytes: '0000',                value: 0,             holders: CONNECTS },
  { identifier: 0x23, name: 'topicAlias',                      type: 'two-byte-integer',      bytes: 'FFFF',                value: 65_535,        holders: ['PUBLISH'] },
  { identifier: 0x24, name: 'maximumQoS',                      type: 'byte',                  bytes: '01',                  value: 1,             holders: ['CONNACK'] },
  { identifier: 0x25, name: 'retainAvailable',                 type: 'flag',                  bytes: '00',                  value: false,         holders: ['CONNACK'] },
  { identifier: 0x26, name: 'userProperties',                  type: 'text-pair',             bytes: '0001 6E 0001 76',     value: [['n', 'v']],  holders: EVERYWHERE },
  { identifier: 0x27, name: 'maximumPacketSize',               type: 'four-byte-integer',     bytes: '00000001',            value: 1,             holders: CONNECTS },
  { identifier: 0x28, name: 'wildcardSubscriptionAvailable',   type: 'flag',                  bytes: '01',                  value: true,          holders: ['CONNACK'] },
  { identifier: 0x29, name: 'subscriptionIdentifierAvailable', type: 'flag',                  bytes: '00',                  value: false,         holders: ['CONNACK'] },
  { identifier: 0x2a, name: 'sharedSubscriptionAvailable',     type: 'flag',                  bytes: '01',                  value: true,          holders: ['CONNACK'] },
];

/** The identifiers of all properties there are. */
export const IDENTIFIERS: ReadonlySet<number> = new Set(
  PROPERTIES.map(({ identifier }) => identifier),
);

/** An identifier as text, in hexadecimal. */
export function digits(identifier: number): string {
  return identifier.toString(16).padStart(2, '0');
}

/** A property on the wire, in hexadecimal: its identifier and its value. */
export function onWire({ identifier, bytes }: Property): string {
  return `${digits(identifier)} ${bytes}`;
}

const METHOD = { bytes: '15 0001 6D', value: { authenticationMethod: 'm' } };
const NOTHING = { bytes: '', value: {} };

/** What has to stand beside a property so that the packet is legal: for AUTH, and for Authentication Data. */
export function companion(
  holder: Holder,
  identifier: number,
): { readonly bytes: string; readonly value: Properties } {
  const isMissing = identifier !== 0x15 && (holder.name === 'AUTH' || identifier === 0x16);
  return isMissing ? METHOD : NOTHING;
}

const TO_ANY: CaseOptions = { decoder: { role: 'any' }, before: [PUBLISH_5], after: [PINGREQ] };
const TO_SERVER: CaseOptions = {
  decoder: { role: 'server' },
  before: [CONNECT_5, PINGREQ],
  after: [PUBLISH_5],
};
const TO_CLIENT: CaseOptions = {
  decoder: { role: 'client' },
  before: [PUBLISH_5],
  after: [PINGRESP],
};

/** The decoders for PUBLISH that may carry a Subscription Identifier: none of a Server. */
export const NOT_FROM_CLIENT: readonly CaseOptions[] = [TO_ANY, TO_CLIENT];
/** The decoders for DISCONNECT that may carry a Session Expiry Interval: none of a Client. */
const NOT_FROM_SERVER: readonly CaseOptions[] = [TO_ANY, TO_SERVER];

/** The decoders that must accept a property: all that may receive the packet, unless only one side may send it. */
export function receivers({ name }: Holder, identifier: number): readonly CaseOptions[] {
  if (name === 'PUBLISH' && identifier === 0x0b) return NOT_FROM_CLIENT;
  if (name === 'DISCONNECT' && identifier === 0x1c) return NOT_FROM_CLIENT;
  if (name === 'DISCONNECT' && identifier === 0x11) return NOT_FROM_SERVER;
  return [{}];
}

/** A decoder by its role, for the names of tests. */
export function reader({ decoder }: CaseOptions): string {
  return decoder?.role === undefined ? '' : `, role ${decoder.role}`;
}
