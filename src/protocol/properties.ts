/**
 * The properties of MQTT 5.0 (section 2.2.2): identifier, type, the packets that carry them, the values
 * they may have, whether they may stand there twice, and who may send them.
 *
 * Everything reads this table: both scanners, the decoder, the encoder, the types of packets, the
 * documentation.
 */
import {
  ERROR_PROPERTY_VALUE,
  ERROR_RESPONSE_TOPIC_WILDCARD,
  ERROR_TOPIC_ALIAS_ZERO,
  PROPERTY_ALLOWED,
  PROPERTY_ALLOWED_FROM_CLIENT,
  PROPERTY_ALLOWED_FROM_SERVER,
  PROPERTY_IDENTIFIERS,
  PROPERTY_IS_BINARY,
  PROPERTY_IS_BYTE,
  PROPERTY_IS_FOUR_BYTE_INTEGER,
  PROPERTY_IS_TEXT,
  PROPERTY_IS_TEXT_PAIR,
  PROPERTY_IS_TOPIC_NAME,
  PROPERTY_IS_TWO_BYTE_INTEGER,
  PROPERTY_IS_VARIABLE_BYTE_INTEGER,
  PROPERTY_MAXIMUM,
  PROPERTY_MINIMUM,
  PROPERTY_REPEATS_SHIFT,
  PROPERTY_TYPE,
  PROPERTY_VALUE_ERROR,
  PROPERTY_WORDS,
  WILL_PROPERTIES,
} from '../../assembly/layout.js';
import {
  MAXIMUM_REMAINING_LENGTH,
  PACKET_TYPE,
  type PacketType,
  type Side,
} from './packet-types.js';

/** A name and a value, both text. The same name may come more than once; the order is kept. */
export type UserProperty = readonly [name: string, value: string];

/** Every property with the type of its value. Bytes are views of those the packet was decoded from. */
export interface PropertyValues {
  /** 1: the payload is UTF-8; 0: unspecified bytes (3.3.2.3.2, 3.1.3.2.3). */
  readonly payloadFormatIndicator: 0 | 1;
  /** Seconds until the message is of no more use, 0 to 4,294,967,295 (3.3.2.3.3, 3.1.3.2.4). */
  readonly messageExpiryInterval: number;
  /** What the payload is; defined by sender and receiver (3.3.2.3.9, 3.1.3.2.5). */
  readonly contentType: string;
  /** Topic Name for a response, without wildcards (3.3.2.3.5, 3.1.3.2.6). */
  readonly responseTopic: string;
  /** Tells the sender of a request which one a response is for (3.3.2.3.6, 3.1.3.2.7). */
  readonly correlationData: Uint8Array;
  /** Names the subscription in the messages it brings, 1 to 268,435,455 (3.8.2.1.2). */
  readonly subscriptionIdentifier: number;
  /** The identifiers of the subscriptions that a message is sent for, 1 to 268,435,455 each (3.3.2.3.8). */
  readonly subscriptionIdentifiers: readonly number[];
  /** Seconds that the session lives on when the connection is closed; 4,294,967,295: for ever (3.1.2.11.2, 3.2.2.3.2, 3.14.2.2.2). */
  readonly sessionExpiryInterval: number;
  /** The identifier that the Server gave to a Client that had none (3.2.2.3.7). */
  readonly assignedClientIdentifier: string;
  /** Seconds of Keep Alive that the Server wants instead of the Client's, 0 to 65,535 (3.2.2.3.14). */
  readonly serverKeepAlive: number;
  /** Name of the method of authentication (3.1.2.11.9, 3.2.2.3.17, 3.15.2.2.2). */
  readonly authenticationMethod: string;
  /** What the method of authentication says (3.1.2.11.10, 3.2.2.3.18, 3.15.2.2.3). */
  readonly authenticationData: Uint8Array;
  /** Whether Reason Strings and User Properties may be sent on failures (3.1.2.11.7). */
  readonly requestProblemInformation: boolean;
  /** Seconds between the loss of the connection and the Will (3.1.3.2.2). */
  readonly willDelayInterval: number;
  /** Whether the Server is asked for Response Information (3.1.2.11.6). */
  readonly requestResponseInformation: boolean;
  /** What Response Topics may be made of (3.2.2.3.15). */
  readonly responseInformation: string;
  /** Another Server to use (3.2.2.3.16, 3.14.2.2.5). */
  readonly serverReference: string;
  /** Text for people about the reason code. */
  readonly reasonString: string;
  /** PUBLISH packets of QoS 1 and 2 that may be under way at once, 1 to 65,535 (3.1.2.11.3, 3.2.2.3.3). */
  readonly receiveMaximum: number;
  /** The highest Topic Alias that the sender of this accepts, 0 to 65,535 (3.1.2.11.5, 3.2.2.3.8). */
  readonly topicAliasMaximum: number;
  /** Stands for the Topic Name, 1 to 65,535 (3.3.2.3.4). */
  readonly topicAlias: number;
  /** The highest QoS of messages that the Server accepts (3.2.2.3.4). */
  readonly maximumQoS: 0 | 1;
  /** Whether the Server keeps retained messages (3.2.2.3.5). */
  readonly retainAvailable: boolean;
  /** Pairs of name and value, in the order in which they were sent. */
  readonly userProperties: readonly UserProperty[];
  /** Bytes of the largest packet that the sender of this accepts, 1 to 4,294,967,295 (3.1.2.11.4, 3.2.2.3.6). */
  readonly maximumPacketSize: number;
  /** Whether Topic Filters may have wildcards (3.2.2.3.11). */
  readonly wildcardSubscriptionAvailable: boolean;
  /** Whether subscriptions may have identifiers (3.2.2.3.12). */
  readonly subscriptionIdentifierAvailable: boolean;
  /** Whether subscriptions may be shared (3.2.2.3.13). */
  readonly sharedSubscriptionAvailable: boolean;
}

/** The name of a property in a packet. */
export type PropertyName = keyof PropertyValues;

/** What carries properties: every packet that has some, and the Will of a CONNECT. */
export type PropertyHolder = Exclude<PacketType, 'PINGREQ' | 'PINGRESP'> | 'WILL';

/** How a property is written (section 1.5). A `flag` is a byte of 0 or 1 that says no or yes. */
export type PropertyType =
  | 'byte'
  | 'flag'
  | 'two-byte-integer'
  | 'four-byte-integer'
  | 'variable-byte-integer'
  | 'text'
  | 'topic-name'
  | 'binary'
  | 'text-pair';

/** A property: a row of the table. */
export interface PropertyRow {
  readonly identifier: number;
  /** Its name in the specification. */
  readonly name: string;
  readonly type: PropertyType;
  readonly packets: readonly PropertyHolder[];
  /** Whether it may stand more than once in a packet. */
  readonly repeats: boolean;
  /** Bounds of an integer, if they are not those of its type. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** A property that must be there too. */
  readonly needs?: PropertyName;
  /** The packets in which only one side may send it. */
  readonly onlyFrom?: Readonly<Partial<Record<PropertyHolder, Side>>>;
}

const ACKNOWLEDGEMENTS = ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'] as const;
// biome-ignore format: a list
const ALL = [
  'CONNECT', 'WILL', 'CONNACK', 'PUBLISH', ...ACKNOWLEDGEMENTS,
  'SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE', 'UNSUBACK', 'DISCONNECT', 'AUTH',
] as const;

/** The properties, by their names in packets, in the order of table 2-4. */
// biome-ignore format: a table
export const PROPERTIES = {
  payloadFormatIndicator:          { identifier: 0x01, name: 'Payload Format Indicator',          type: 'byte',                  packets: ['PUBLISH', 'WILL'],            repeats: false, maximum: 1 },
  messageExpiryInterval:           { identifier: 0x02, name: 'Message Expiry Interval',           type: 'four-byte-integer',     packets: ['PUBLISH', 'WILL'],            repeats: false },
  contentType:                     { identifier: 0x03, name: 'Content Type',                      type: 'text',                  packets: ['PUBLISH', 'WILL'],            repeats: false },
  responseTopic:                   { identifier: 0x08, name: 'Response Topic',                    type: 'topic-name',            packets: ['PUBLISH', 'WILL'],            repeats: false },
  correlationData:                 { identifier: 0x09, name: 'Correlation Data',                  type: 'binary',                packets: ['PUBLISH', 'WILL'],            repeats: false },
  subscriptionIdentifiers:         { identifier: 0x0b, name: 'Subscription Identifier',           type: 'variable-byte-integer', packets: ['PUBLISH'],                    repeats: true, minimum: 1, onlyFrom: { PUBLISH: 'server' } },
  subscriptionIdentifier:          { identifier: 0x0b, name: 'Subscription Identifier',           type: 'variable-byte-integer', packets: ['SUBSCRIBE'],                  repeats: false, minimum: 1 },
  sessionExpiryInterval:           { identifier: 0x11, name: 'Session Expiry Interval',           type: 'four-byte-integer',     packets: ['CONNECT', 'CONNACK', 'DISCONNECT'], repeats: false, onlyFrom: { DISCONNECT: 'client' } },
  assignedClientIdentifier:        { identifier: 0x12, name: 'Assigned Client Identifier',        type: 'text',                  packets: ['CONNACK'],                    repeats: false },
  serverKeepAlive:                 { identifier: 0x13, name: 'Server Keep Alive',                 type: 'two-byte-integer',      packets: ['CONNACK'],                    repeats: false },
  authenticationMethod:            { identifier: 0x15, name: 'Authentication Method',             type: 'text',                  packets: ['CONNECT', 'CONNACK', 'AUTH'], repeats: false },
  authenticationData:              { identifier: 0x16, name: 'Authentication Data',               type: 'binary',                packets: ['CONNECT', 'CONNACK', 'AUTH'], repeats: false, needs: 'authenticationMethod' },
  requestProblemInformation:       { identifier: 0x17, name: 'Request Problem Information',       type: 'flag',                  packets: ['CONNECT'],                    repeats: false, maximum: 1 },
  willDelayInterval:               { identifier: 0x18, name: 'Will Delay Interval',               type: 'four-byte-integer',     packets: ['WILL'],                       repeats: false },
  requestResponseInformation:      { identifier: 0x19, name: 'Request Response Information',      type: 'flag',                  packets: ['CONNECT'],                    repeats: false, maximum: 1 },
  responseInformation:             { identifier: 0x1a, name: 'Response Information',              type: 'text',                  packets: ['CONNACK'],                    repeats: false },
  serverReference:                 { identifier: 0x1c, name: 'Server Reference',                  type: 'text',                  packets: ['CONNACK', 'DISCONNECT'],      repeats: false, onlyFrom: { DISCONNECT: 'server' } },
  reasonString:                    { identifier: 0x1f, name: 'Reason String',                     type: 'text',                  packets: ['CONNACK', ...ACKNOWLEDGEMENTS, 'SUBACK', 'UNSUBACK', 'DISCONNECT', 'AUTH'], repeats: false },
  receiveMaximum:                  { identifier: 0x21, name: 'Receive Maximum',                   type: 'two-byte-integer',      packets: ['CONNECT', 'CONNACK'],         repeats: false, minimum: 1 },
  topicAliasMaximum:               { identifier: 0x22, name: 'Topic Alias Maximum',               type: 'two-byte-integer',      packets: ['CONNECT', 'CONNACK'],         repeats: false },
  topicAlias:                      { identifier: 0x23, name: 'Topic Alias',                       type: 'two-byte-integer',      packets: ['PUBLISH'],                    repeats: false, minimum: 1 },
  maximumQoS:                      { identifier: 0x24, name: 'Maximum QoS',                       type: 'byte',                  packets: ['CONNACK'],                    repeats: false, maximum: 1 },
  retainAvailable:                 { identifier: 0x25, name: 'Retain Available',                  type: 'flag',                  packets: ['CONNACK'],                    repeats: false, maximum: 1 },
  userProperties:                  { identifier: 0x26, name: 'User Property',                     type: 'text-pair',             packets: ALL,                            repeats: true },
  maximumPacketSize:               { identifier: 0x27, name: 'Maximum Packet Size',               type: 'four-byte-integer',     packets: ['CONNECT', 'CONNACK'],         repeats: false, minimum: 1 },
  wildcardSubscriptionAvailable:   { identifier: 0x28, name: 'Wildcard Subscription Available',   type: 'flag',                  packets: ['CONNACK'],                    repeats: false, maximum: 1 },
  subscriptionIdentifierAvailable: { identifier: 0x29, name: 'Subscription Identifier Available', type: 'flag',                  packets: ['CONNACK'],                    repeats: false, maximum: 1 },
  sharedSubscriptionAvailable:     { identifier: 0x2a, name: 'Shared Subscription Available',     type: 'flag',                  packets: ['CONNACK'],                    repeats: false, maximum: 1 },
} as const satisfies Readonly<Record<PropertyName, PropertyRow>>;

/** The properties that `Holder` may carry, each of which may be left out. */
export type PropertiesOf<Holder extends PropertyHolder> = {
  readonly [Key in PropertyName as Holder extends (typeof PROPERTIES)[Key]['packets'][number]
    ? Key
    : never]?: PropertyValues[Key] | undefined;
};

/** The names of all properties in packets. */
export const PROPERTY_NAMES = Object.keys(PROPERTIES) as readonly PropertyName[];

/** The row of a property. */
export function propertyRow(name: PropertyName): PropertyRow {
  return PROPERTIES[name];
}

/** The number by which masks and scanners know a holder: that of its packet type, or 0 for a Will. */
export function holderNumber(holder: PropertyHolder): number {
  return holder === 'WILL' ? WILL_PROPERTIES : PACKET_TYPE[holder];
}

/** The key of property `identifier` in each holder by its number. */
const NAMES_BY_IDENTIFIER: readonly (readonly (PropertyName | undefined)[] | undefined)[] =
  Array.from({ length: PROPERTY_IDENTIFIERS }, (_, identifier) => {
    const keys: (PropertyName | undefined)[] = [];
    for (const key of PROPERTY_NAMES) {
      const { identifier: own, packets } = propertyRow(key);
      if (own === identifier) for (const holder of packets) keys[holderNumber(holder)] = key;
    }
    return keys.length === 0 ? undefined : keys;
  });

/** The key of the property `identifier` in the holder of this number, if that may carry it. */
export function propertyName(identifier: number, holder: number): PropertyName | undefined {
  return NAMES_BY_IDENTIFIER[identifier]?.[holder];
}

const SCANNER_TYPES: Readonly<Record<PropertyType, number>> = {
  byte: PROPERTY_IS_BYTE,
  flag: PROPERTY_IS_BYTE,
  'two-byte-integer': PROPERTY_IS_TWO_BYTE_INTEGER,
  'four-byte-integer': PROPERTY_IS_FOUR_BYTE_INTEGER,
  'variable-byte-integer': PROPERTY_IS_VARIABLE_BYTE_INTEGER,
  text: PROPERTY_IS_TEXT,
  'topic-name': PROPERTY_IS_TOPIC_NAME,
  binary: PROPERTY_IS_BINARY,
  'text-pair': PROPERTY_IS_TEXT_PAIR,
};

const TYPE_MAXIMUM: Readonly<Partial<Record<PropertyType, number>>> = {
  byte: 0xff,
  flag: 0xff,
  'two-byte-integer': 0xffff,
  'four-byte-integer': 0xffff_ffff,
  'variable-byte-integer': MAXIMUM_REMAINING_LENGTH,
};

/** The largest value of an integer property. */
export function propertyMaximum({ type, maximum }: PropertyRow): number {
  return maximum ?? TYPE_MAXIMUM[type] ?? 0;
}

/** The number of the error for a value that a property may not have. */
export function propertyValueError(name: PropertyName): number {
  if (name === 'topicAlias') return ERROR_TOPIC_ALIAS_ZERO;
  return name === 'responseTopic' ? ERROR_RESPONSE_TOPIC_WILDCARD : ERROR_PROPERTY_VALUE;
}

function makeTable(): Int32Array {
  const table = new Int32Array(PROPERTY_IDENTIFIERS * PROPERTY_WORDS);
  const add = (at: number, bits: number): void => {
    table[at] = (table[at] as number) | bits;
  };
  for (const key of PROPERTY_NAMES) {
    const row = propertyRow(key);
    const entry = row.identifier * PROPERTY_WORDS;
    for (const holder of row.packets) {
      const bit = 1 << holderNumber(holder);
      const bits = row.repeats ? bit | (bit << PROPERTY_REPEATS_SHIFT) : bit;
      const only = row.onlyFrom?.[holder];
      add(entry + PROPERTY_ALLOWED, bits);
      if (only !== 'server') add(entry + PROPERTY_ALLOWED_FROM_CLIENT, bits);
      if (only !== 'client') add(entry + PROPERTY_ALLOWED_FROM_SERVER, bits);
    }
    table[entry + PROPERTY_TYPE] = SCANNER_TYPES[row.type];
    table[entry + PROPERTY_MINIMUM] = row.minimum ?? 0;
    table[entry + PROPERTY_MAXIMUM] = propertyMaximum(row);
    table[entry + PROPERTY_VALUE_ERROR] = propertyValueError(key);
  }
  return table;
}

/** The table as the scanners want it: `PROPERTY_WORDS` words for each identifier. */
export const PROPERTY_TABLE_WORDS: Int32Array = makeTable();
