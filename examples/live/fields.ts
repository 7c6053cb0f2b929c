/** A packet as a list of fields, named as in the specification and fit to be printed. */
import {
  CONNECT_RETURN_CODES,
  type ConnectPacket,
  type Packet,
  type PublishPacket,
} from 'mqtt-wasm';
import { count, type Field, quote } from './text.js';

/** Stands for a password, whatever its length. */
export const MASK = '••••';

/** Columns of text shown of one value. */
const LONGEST_TEXT = 144;
/** Bytes of a payload looked at to show it as text. */
const LONGEST_PREFIX = 4 * LONGEST_TEXT;
/** Entries shown of a list. */
const LONGEST_LIST = 16;

/** Text of a peer in quotation marks, escaped, shortened with a count. */
export function quoted(text: string): string {
  const start = text.slice(0, LONGEST_TEXT);
  const shown = quote(start, LONGEST_TEXT, start.length === text.length);
  return shown.endsWith('…') ? `${shown} (${count(Buffer.byteLength(text))} bytes)` : shown;
}

/** Bytes of a peer: as text if they are UTF-8, else by their number alone. */
export function bytesAsText(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty';
  const prefix = bytes.subarray(0, LONGEST_PREFIX);
  const isWhole = prefix.length === bytes.length;
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    // A prefix may end inside a character.
    const text = decoder.decode(prefix, { stream: !isWhole });
    return `${quote(text, LONGEST_TEXT, isWhole)} (${count(bytes.length)} bytes)`;
  } catch {
    return `binary (${count(bytes.length)} bytes)`;
  }
}

function field(name: string, value: string | number | boolean): Field {
  return { name, value: String(value) };
}

function listed<Item>(
  items: readonly Item[],
  name: string,
  toText: (item: Item) => string,
): Field[] {
  const shown = items
    .slice(0, LONGEST_LIST)
    .map((item, index) => field(`${name}[${index}]`, toText(item)));
  const hidden = items.length - shown.length;
  return hidden > 0 ? [...shown, field(name, `… and ${count(hidden)} more`)] : shown;
}

function connectFields(packet: ConnectPacket, showSecrets: boolean): Field[] {
  const { will, userName, password } = packet;
  return [
    field('protocolName', packet.protocolName),
    field('protocolLevel', packet.protocolLevel),
    ...(packet.bridge ? [field('bridge', true)] : []),
    field('cleanSession', packet.cleanSession),
    field('keepAlive', `${packet.keepAlive} s`),
    field('clientIdentifier', quoted(packet.clientIdentifier)),
    ...(will === undefined
      ? []
      : [
          field('will.topic', quoted(will.topic)),
          field('will.qos', will.qos),
          field('will.retain', will.retain),
          field('will.payload', bytesAsText(will.payload)),
        ]),
    ...(userName === undefined ? [] : [field('userName', quoted(userName))]),
    ...(password === undefined
      ? []
      : [field('password', showSecrets ? bytesAsText(password) : MASK)]),
  ];
}

function publishFields(packet: PublishPacket): Field[] {
  return [
    field('dup', packet.dup),
    field('qos', packet.qos),
    field('retain', packet.retain),
    field('topic', quoted(packet.topic)),
    ...(packet.packetIdentifier === undefined
      ? []
      : [field('packetIdentifier', packet.packetIdentifier)]),
    field('payload', bytesAsText(packet.payload)),
  ];
}

/** The fields of a packet in their order on the wire; a password only with `showSecrets`. */
export function packetFields(packet: Packet, showSecrets: boolean): Field[] {
  switch (packet.type) {
    case 'CONNECT':
      return connectFields(packet, showSecrets);
    case 'CONNACK':
      return [
        field('sessionPresent', packet.sessionPresent),
        field('returnCode', `${packet.returnCode} (${CONNECT_RETURN_CODES[packet.returnCode]})`),
      ];
    case 'PUBLISH':
      return publishFields(packet);
    case 'SUBSCRIBE':
      return [
        field('packetIdentifier', packet.packetIdentifier),
        ...listed(packet.subscriptions, 'subscriptions', ({ topicFilter, qos }) => {
          return `{ topicFilter: ${quoted(topicFilter)}, qos: ${qos} }`;
        }),
      ];
    case 'SUBACK':
      return [
        field('packetIdentifier', packet.packetIdentifier),
        ...listed(packet.returnCodes, 'returnCodes', (code) => {
          return code === 0x80 ? '0x80 (Failure)' : `${code} (Success, maximum QoS ${code})`;
        }),
      ];
    case 'UNSUBSCRIBE':
      return [
        field('packetIdentifier', packet.packetIdentifier),
        ...listed(packet.topicFilters, 'topicFilters', quoted),
      ];
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
    case 'UNSUBACK':
      return [field('packetIdentifier', packet.packetIdentifier)];
    case 'PINGREQ':
    case 'PINGRESP':
    case 'DISCONNECT':
      return [];
  }
}
