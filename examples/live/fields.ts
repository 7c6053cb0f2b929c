/** A packet as a list of fields, named as in the specification and fit to be printed. */
import {
  CONNECT_RETURN_CODES,
  type ConnectPacket,
  type ControlPacket,
  type PacketType,
  type PropertyName,
  type PropertyValues,
  type PublishPacket,
  type PublishStart,
  reasonCodeName,
  type Subscription,
} from 'mqtt-wasm';
import { count, type Field, quote } from './text.js';

/** Stands for a secret, whatever its length. */
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

/** Any properties, whatever packet carries them. */
type Properties = { readonly [Name in PropertyName]?: PropertyValues[Name] | undefined };

/** One property: a field, or a few if it is a list. */
function propertyFields(
  properties: Properties,
  name: PropertyName,
  label: string,
  showSecrets: boolean,
): Field[] {
  const value = properties[name];
  switch (name) {
    case 'userProperties':
      return listed(properties.userProperties ?? [], label, ([key, text]) => {
        return `${quoted(key)} = ${quoted(text)}`;
      });
    case 'subscriptionIdentifiers':
      return listed(properties.subscriptionIdentifiers ?? [], label, String);
    case 'payloadFormatIndicator':
      return [field(label, value === 1 ? '1 (UTF-8)' : '0 (unspecified bytes)')];
    case 'messageExpiryInterval':
    case 'sessionExpiryInterval':
    case 'willDelayInterval':
    case 'serverKeepAlive':
      return [field(label, `${value} s`)];
    default:
      if (name === 'authenticationData' && !showSecrets) return [field(label, MASK)];
      if (value instanceof Uint8Array) return [field(label, bytesAsText(value))];
      return [field(label, typeof value === 'string' ? quoted(value) : String(value))];
  }
}

/** The properties of a packet, a field each; `holder` stands before the names of those of a Will. */
function propertiesFields(
  properties: Properties | undefined,
  showSecrets: boolean,
  holder = '',
): Field[] {
  if (properties === undefined) return [];
  // The names are those of the specification; what a peer calls its User Properties is no name here.
  return (Object.keys(properties) as PropertyName[]).flatMap((name) =>
    propertyFields(properties, name, `${holder}properties.${name}`, showSecrets),
  );
}

/** A reason code of MQTT 5.0 with its name. */
function reason(code: number, type: PacketType): string {
  return `0x${code.toString(16).toUpperCase().padStart(2, '0')} (${reasonCodeName(code, type)})`;
}

/** The reason code of a packet, which up to MQTT 3.1.1 has none. */
function reasonFields(packet: {
  readonly type: PacketType;
  readonly reasonCode?: number | undefined;
}): Field[] {
  const { type, reasonCode } = packet;
  return reasonCode === undefined ? [] : [field('reasonCode', reason(reasonCode, type))];
}

function connectFields(packet: ConnectPacket, showSecrets: boolean): Field[] {
  const { will, userName, password } = packet;
  return [
    field('protocolName', packet.protocolName),
    field('protocolLevel', packet.protocolLevel),
    ...(packet.bridge ? [field('bridge', true)] : []),
    packet.protocolLevel === 5
      ? field('cleanStart', packet.cleanStart)
      : field('cleanSession', packet.cleanSession),
    field('keepAlive', `${packet.keepAlive} s`),
    ...propertiesFields(packet.properties, showSecrets),
    field('clientIdentifier', quoted(packet.clientIdentifier)),
    ...(will === undefined
      ? []
      : [
          ...propertiesFields(will.properties, showSecrets, 'will.'),
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

/** The fields of a PUBLISH up to its payload. */
function messageFields(packet: PublishPacket | PublishStart, showSecrets: boolean): Field[] {
  return [
    field('dup', packet.dup),
    field('qos', packet.qos),
    field('retain', packet.retain),
    field('topic', quoted(packet.topic)),
    ...(packet.packetIdentifier === undefined
      ? []
      : [field('packetIdentifier', packet.packetIdentifier)]),
    ...propertiesFields(packet.properties, showSecrets),
  ];
}

/** Topic Filter and QoS, and what else of the Subscription Options the version has. */
function subscriptionText({ topicFilter, ...options }: Subscription): string {
  const { qos, noLocal, retainAsPublished, retainHandling } = options;
  const all = Object.entries({ qos, noLocal, retainAsPublished, retainHandling });
  const shown = all.filter(([, value]) => value !== undefined);
  const texts = shown.map(([name, value]) => `${name}: ${value}`);
  return `{ ${[`topicFilter: ${quoted(topicFilter)}`, ...texts].join(', ')} }`;
}

/** The fields of a packet in their order on the wire; secrets only with `showSecrets`. */
export function packetFields(packet: ControlPacket, showSecrets: boolean): Field[] {
  const properties = 'properties' in packet ? propertiesFields(packet.properties, showSecrets) : [];
  switch (packet.type) {
    case 'CONNECT':
      return connectFields(packet, showSecrets);
    case 'CONNACK':
      return [
        field('sessionPresent', packet.sessionPresent),
        packet.reasonCode === undefined
          ? field('returnCode', `${packet.returnCode} (${CONNECT_RETURN_CODES[packet.returnCode]})`)
          : field('reasonCode', reason(packet.reasonCode, packet.type)),
        ...properties,
      ];
    case 'PUBLISH':
      return [...messageFields(packet, showSecrets), field('payload', bytesAsText(packet.payload))];
    case 'PUBLISH_START':
      return [
        ...messageFields(packet, showSecrets),
        field('payloadLength', `${count(packet.payloadLength)} bytes`),
      ];
    case 'PUBLISH_PART':
      return [field('payload', bytesAsText(packet.payload))];
    case 'SUBSCRIBE':
      return [
        field('packetIdentifier', packet.packetIdentifier),
        ...properties,
        ...listed(packet.subscriptions, 'subscriptions', subscriptionText),
      ];
    case 'SUBACK':
      return [
        field('packetIdentifier', packet.packetIdentifier),
        ...properties,
        ...(packet.reasonCodes === undefined
          ? listed(packet.returnCodes, 'returnCodes', (code) => {
              return code === 0x80 ? '0x80 (Failure)' : `${code} (Success, maximum QoS ${code})`;
            })
          : listed(packet.reasonCodes, 'reasonCodes', (code) => reason(code, packet.type))),
      ];
    case 'UNSUBSCRIBE':
      return [
        field('packetIdentifier', packet.packetIdentifier),
        ...properties,
        ...listed(packet.topicFilters, 'topicFilters', quoted),
      ];
    case 'UNSUBACK':
      return [
        field('packetIdentifier', packet.packetIdentifier),
        ...properties,
        ...listed(packet.reasonCodes ?? [], 'reasonCodes', (code) => reason(code, packet.type)),
      ];
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
      return [
        field('packetIdentifier', packet.packetIdentifier),
        ...reasonFields(packet),
        ...properties,
      ];
    case 'DISCONNECT':
    case 'AUTH':
      return [...reasonFields(packet), ...properties];
    case 'PINGREQ':
    case 'PINGRESP':
    case 'PUBLISH_END':
      return [];
  }
}
