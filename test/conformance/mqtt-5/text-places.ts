/** Every place where text stands in a packet of MQTT 5.0: fields, and all properties that are text. */
import type { PacketType } from '../../../src/protocol/packet-types.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import type { CaseOptions } from '../../support/conformance.js';
import type { AnyPacket } from '../../support/conformance-encode.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';
import {
  anyPacketOf,
  carry,
  companion,
  digits,
  HOLDERS,
  type Holder,
  PROPERTIES,
  type Property,
  propertiesAt,
  receivers,
} from './holders.js';

/** One place: how to make a frame and a packet of a text, which is hexadecimal for the frame. */
export interface Place {
  readonly field: string;
  readonly type: PacketType;
  readonly make: (text: string) => Uint8Array;
  /** Where the first byte of the text stands in a frame with lengths of one byte. */
  readonly at: number;
  readonly packet: (text: string) => ControlPacket;
  /** The decoders that must accept the packet. */
  readonly receivers: readonly CaseOptions[];
}

const CONNECT_WITH = {
  type: 'CONNECT',
  protocolName: 'MQTT',
  protocolLevel: 5,
  cleanStart: true,
  keepAlive: 0,
} as const;
const HEAD = '0004 4D515454 05';
const PLAIN = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
const ALL: readonly CaseOptions[] = [{}];

// biome-ignore format: a table
const FIELDS: readonly Place[] = [
  { field: 'topic', type: 'PUBLISH', at: 4, receivers: ALL,
    make: (text) => frame('30', prefixed(text), '00', '6869'),
    packet: (topic) => ({ type: 'PUBLISH', topic, payload: hex('6869'), retain: false, qos: 0, dup: false }) },
  { field: 'clientIdentifier', type: 'CONNECT', at: 15, receivers: ALL,
    make: (text) => frame('10', HEAD, '02 0000 00', prefixed(text)),
    packet: (clientIdentifier) => ({ ...CONNECT_WITH, clientIdentifier }) },
  { field: 'will.topic', type: 'CONNECT', at: 19, receivers: ALL,
    make: (text) => frame('10', HEAD, '06 0000 00', utf8('c'), '00', prefixed(text), utf8('m')),
    packet: (topic) => ({ ...CONNECT_WITH, clientIdentifier: 'c', will: { qos: 0, retain: false, topic, payload: hex('6D') } }) },
  { field: 'userName', type: 'CONNECT', at: 18, receivers: ALL,
    make: (text) => frame('10', HEAD, '82 0000 00', utf8('c'), prefixed(text)),
    packet: (userName) => ({ ...CONNECT_WITH, clientIdentifier: 'c', userName }) },
  { field: 'subscriptions[1].topicFilter', type: 'SUBSCRIBE', at: 11, receivers: ALL,
    make: (text) => frame('82', '0001 00', utf8('a'), '00', prefixed(text), '01'),
    packet: (topicFilter) => ({ type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [{ topicFilter: 'a', qos: 0, ...PLAIN }, { topicFilter, qos: 1, ...PLAIN }] }) },
  { field: 'topicFilters[1]', type: 'UNSUBSCRIBE', at: 10, receivers: ALL,
    make: (text) => frame('A2', '0001 00', utf8('a'), prefixed(text)),
    packet: (topicFilter) => ({ type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: ['a', topicFilter] }) },
];

/** How a text stands in a property: what is before it and behind it, and what packets make of it. */
interface Setting {
  readonly field: string;
  readonly before: string;
  readonly behind: string;
  readonly value: (text: string) => unknown;
}

// biome-ignore format: a table
function settingsOf({ name, type }: Property): readonly Setting[] {
  if (type === 'text') return [{ field: name, before: '', behind: '', value: (text) => text }];
  if (type !== 'text-pair') return [];
  return [
    { field: `${name}[0][0]`, before: '', behind: utf8('v'), value: (text) => [[text, 'v']] },
    { field: `${name}[0][1]`, before: utf8('n'), behind: '', value: (text) => [['n', text]] },
  ];
}

function placeIn(holder: Holder, property: Property, setting: Setting): Place {
  const { bytes, value } = companion(holder, property.identifier);
  const before = `${bytes} ${digits(property.identifier)} ${setting.before}`;
  const packet = (text: string): AnyPacket =>
    anyPacketOf(holder, { ...value, [property.name]: setting.value(text) });
  return {
    field: `${holder.field}.${setting.field}`,
    type: holder.packetType,
    make: (text) => carry(holder, `${before} ${prefixed(text)} ${setting.behind}`),
    at: propertiesAt(holder) + hex(before).length + 2,
    packet: (text) => packet(text) as unknown as ControlPacket,
    receivers: receivers(holder, property.identifier),
  };
}

/** All of them: 6 fields, 20 texts and 28 halves of pairs in properties. */
export const PLACES: readonly Place[] = [
  ...FIELDS,
  ...HOLDERS.flatMap((holder) =>
    PROPERTIES.filter(({ holders }) => holders.includes(holder.name)).flatMap((property) =>
      settingsOf(property).map((setting) => placeIn(holder, property, setting)),
    ),
  ),
];

/** A text as UTF-8 in hexadecimal. */
export function bytesOf(text: string): string {
  return Buffer.from(text).toString('hex');
}

/** The name of a character in the manner of Unicode. */
export function nameOf(codePoint: number): string {
  return `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}
