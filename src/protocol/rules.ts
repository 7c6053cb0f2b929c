/** The rules that bytes and packets can break: code, class, message, statement, and how a breach is answered. */
import {
  ERROR_AUTHENTICATION_DATA_WITHOUT_METHOD,
  ERROR_DISCOURAGED_CHARACTER,
  ERROR_DUP_AT_QOS_0,
  ERROR_FIELD_PAST_END,
  ERROR_INVALID_QOS,
  ERROR_INVALID_UTF8,
  ERROR_NULL_CHARACTER,
  ERROR_PACKET_IDENTIFIER_ZERO,
  ERROR_PACKET_LENGTH,
  ERROR_PACKET_NOT_ALLOWED,
  ERROR_PACKET_TOO_LARGE,
  ERROR_PROPERTY_NOT_ALLOWED,
  ERROR_PROPERTY_NOT_FROM_CLIENT,
  ERROR_PROPERTY_NOT_FROM_SERVER,
  ERROR_PROPERTY_PAST_END,
  ERROR_PROPERTY_REPEATED,
  ERROR_PROPERTY_UNKNOWN,
  ERROR_PROPERTY_VALUE,
  ERROR_QOS_NOT_SUPPORTED,
  ERROR_REASON_CODE,
  ERROR_REMAINING_LENGTH_NOT_MINIMAL,
  ERROR_REMAINING_LENGTH_TOO_LONG,
  ERROR_RESERVED_FLAGS,
  ERROR_RESERVED_PACKET_TYPE,
  ERROR_RESPONSE_TOPIC_EMPTY,
  ERROR_RESPONSE_TOPIC_WILDCARD,
  ERROR_RETAIN_NOT_SUPPORTED,
  ERROR_TOPIC_ALIAS_MISSING,
  ERROR_TOPIC_ALIAS_TOO_LARGE,
  ERROR_TOPIC_ALIAS_ZERO,
  ERROR_TOPIC_NAME_EMPTY,
  ERROR_TOPIC_NAME_WILDCARD,
  ERROR_TRAILING_BYTES,
  ERROR_VARIABLE_BYTE_INTEGER_NOT_MINIMAL,
  ERROR_VARIABLE_BYTE_INTEGER_TOO_LONG,
} from '../../assembly/layout.js';
import type { PacketType, Side } from './packet-types.js';

/** How a broken rule is to be answered. */
export type ErrorClass =
  | 'MALFORMED'
  | 'PROTOCOL'
  | 'VERSION'
  | 'CLIENT_ID'
  | 'TOO_LARGE'
  | 'TOPIC_NAME'
  | 'TOPIC_FILTER'
  | 'ALIAS'
  | 'QOS'
  | 'RETAIN'
  | 'PAYLOAD_FORMAT'
  | 'TRANSPORT'
  | 'USAGE';

/** The MQTT 5.0 reason code of each class, and the Connect Return code of MQTT 3.1.1 where one is due. */
export const ANSWERS: Readonly<
  Record<ErrorClass, { readonly reasonCode: number; readonly connectReturnCode?: 1 | 2 }>
> = {
  MALFORMED: { reasonCode: 0x81 },
  PROTOCOL: { reasonCode: 0x82 },
  VERSION: { reasonCode: 0x84, connectReturnCode: 1 },
  CLIENT_ID: { reasonCode: 0x85, connectReturnCode: 2 },
  TOO_LARGE: { reasonCode: 0x95 },
  TOPIC_NAME: { reasonCode: 0x90 },
  TOPIC_FILTER: { reasonCode: 0x8f },
  ALIAS: { reasonCode: 0x94 },
  QOS: { reasonCode: 0x9b },
  RETAIN: { reasonCode: 0x9a },
  PAYLOAD_FORMAT: { reasonCode: 0x99 },
  TRANSPORT: { reasonCode: 0x81 },
  USAGE: { reasonCode: 0x83 },
};

/** A number of a statement, the same for all packet types or by type. */
type Statement = string | { readonly [Type in PacketType]?: string } | undefined;

/** What MQTT 5.0 says of a rule. */
interface Mqtt5Rule {
  /** Its class, where that differs from MQTT 3.1.1: for all packet types or for some. */
  readonly class?: ErrorClass | { readonly [Type in PacketType]?: ErrorClass };
  readonly statement?: Statement;
  /** The statement about packets from one side, where each side has its own. */
  readonly statementFrom?: { readonly [From in Side]?: Statement };
  /** The same for who encodes, where the duty of the sender has a statement of its own. */
  readonly senderStatement?: string;
}

/** A rule, and what is said of its breach: in MQTT 3.1.1 unless under `mqtt5`. */
export interface Rule {
  readonly class: ErrorClass;
  readonly says: string;
  readonly statement?: Statement;
  /** The same for who encodes, where the duty of the sender has a statement of its own. */
  readonly senderStatement?: string;
  readonly mqtt5?: Mqtt5Rule;
  /** The number by which the scanners report it. */
  readonly scanner?: number;
}

/** Every error code, with its class, its message and the statement it stands for. */
export const RULES = {
  ERR_MQTT_RESERVED_PACKET_TYPE: {
    class: 'MALFORMED',
    says: 'the packet type is reserved',
    scanner: ERROR_RESERVED_PACKET_TYPE,
  },
  ERR_MQTT_RESERVED_FLAGS: {
    class: 'MALFORMED',
    says: 'the reserved flags of the fixed header do not hold their value',
    statement: {
      CONNECT: '2.2.2-2',
      CONNACK: '2.2.2-2',
      PUBACK: '2.2.2-2',
      PUBREC: '2.2.2-2',
      PUBREL: '3.6.1-1',
      PUBCOMP: '2.2.2-2',
      SUBSCRIBE: '3.8.1-1',
      SUBACK: '2.2.2-2',
      UNSUBSCRIBE: '3.10.1-1',
      UNSUBACK: '2.2.2-2',
      PINGREQ: '2.2.2-2',
      PINGRESP: '2.2.2-2',
      DISCONNECT: '3.14.1-1',
    },
    mqtt5: {
      statement: {
        CONNECT: '2.1.3-1',
        CONNACK: '2.1.3-1',
        PUBACK: '2.1.3-1',
        PUBREC: '2.1.3-1',
        PUBREL: '3.6.1-1',
        PUBCOMP: '2.1.3-1',
        SUBSCRIBE: '3.8.1-1',
        SUBACK: '2.1.3-1',
        UNSUBSCRIBE: '3.10.1-1',
        UNSUBACK: '2.1.3-1',
        PINGREQ: '2.1.3-1',
        PINGRESP: '2.1.3-1',
        DISCONNECT: '3.14.1-1',
        AUTH: '3.15.1-1',
      },
    },
    scanner: ERROR_RESERVED_FLAGS,
  },
  ERR_MQTT_INVALID_QOS: {
    class: 'MALFORMED',
    says: 'QoS is not 0, 1 or 2',
    statement: { PUBLISH: '3.3.1-4', CONNECT: '3.1.2-14', SUBSCRIBE: '3.8.3-4' },
    mqtt5: {
      class: { SUBSCRIBE: 'PROTOCOL' },
      statement: { PUBLISH: '3.3.1-4', CONNECT: '3.1.2-12' },
    },
    scanner: ERROR_INVALID_QOS,
  },
  ERR_MQTT_DUP_AT_QOS_0: {
    class: 'MALFORMED',
    says: 'DUP is set at QoS 0',
    statement: '3.3.1-2',
    mqtt5: { statement: '3.3.1-2' },
    scanner: ERROR_DUP_AT_QOS_0,
  },
  ERR_MQTT_PACKET_NOT_ALLOWED: {
    class: 'PROTOCOL',
    says: 'this packet type flows only the other way',
    scanner: ERROR_PACKET_NOT_ALLOWED,
  },
  ERR_MQTT_CONNECT_EXPECTED: {
    class: 'PROTOCOL',
    says: 'the first packet of a Client must be a CONNECT',
    statement: '3.1.0-1',
    mqtt5: { statement: '3.1.0-1' },
  },
  ERR_MQTT_SECOND_CONNECT: {
    class: 'PROTOCOL',
    says: 'a Client may send CONNECT only once',
    statement: '3.1.0-2',
    mqtt5: { statement: '3.1.0-2' },
  },
  ERR_MQTT_REMAINING_LENGTH_TOO_LONG: {
    class: 'MALFORMED',
    says: 'the Remaining Length takes more than four bytes',
    scanner: ERROR_REMAINING_LENGTH_TOO_LONG,
  },
  ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL: {
    class: 'MALFORMED',
    says: 'the Remaining Length takes more bytes than it needs',
    mqtt5: { statement: '1.5.5-1' },
    scanner: ERROR_REMAINING_LENGTH_NOT_MINIMAL,
  },
  ERR_MQTT_PACKET_LENGTH: {
    class: 'MALFORMED',
    says: 'no packet of this type has this Remaining Length',
    statement: { SUBSCRIBE: '3.8.3-3', SUBACK: '3.9.3-1', UNSUBSCRIBE: '3.10.3-2' },
    scanner: ERROR_PACKET_LENGTH,
  },
  ERR_MQTT_PACKET_TOO_LARGE: {
    class: 'TOO_LARGE',
    says: 'the packet is larger than maximumPacketSize or than the smaller limit for packets of its kind',
    scanner: ERROR_PACKET_TOO_LARGE,
  },
  ERR_MQTT_FIELD_PAST_END: {
    class: 'MALFORMED',
    says: 'a field reaches past the end of the packet',
    scanner: ERROR_FIELD_PAST_END,
  },
  ERR_MQTT_TRAILING_BYTES: {
    class: 'MALFORMED',
    says: 'bytes are left over behind the last field',
    scanner: ERROR_TRAILING_BYTES,
  },
  ERR_MQTT_PACKET_IDENTIFIER: {
    class: 'MALFORMED',
    says: 'the Packet Identifier must be there and not be zero',
    statement: '2.3.1-1',
    mqtt5: {
      class: 'PROTOCOL',
      statement: {
        PUBLISH: '2.2.1-3',
        SUBSCRIBE: '2.2.1-3',
        UNSUBSCRIBE: '2.2.1-3',
        PUBACK: '2.2.1-5',
        PUBREC: '2.2.1-5',
        PUBREL: '2.2.1-5',
        PUBCOMP: '2.2.1-5',
        SUBACK: '2.2.1-6',
        UNSUBACK: '2.2.1-6',
      },
      statementFrom: { server: { PUBLISH: '2.2.1-4' } },
    },
    scanner: ERROR_PACKET_IDENTIFIER_ZERO,
  },
  ERR_MQTT_INVALID_UTF8: {
    class: 'MALFORMED',
    says: 'text is not well-formed UTF-8',
    statement: '1.5.3-1',
    mqtt5: { statement: '1.5.4-1' },
    scanner: ERROR_INVALID_UTF8,
  },
  ERR_MQTT_NULL_CHARACTER: {
    class: 'MALFORMED',
    says: 'text contains U+0000',
    statement: '1.5.3-2',
    mqtt5: { statement: '1.5.4-2' },
    scanner: ERROR_NULL_CHARACTER,
  },
  ERR_MQTT_DISCOURAGED_CHARACTER: {
    class: 'MALFORMED',
    says: "text contains a control character or a non-character, which the option text: 'reject' refuses",
    scanner: ERROR_DISCOURAGED_CHARACTER,
  },
  ERR_MQTT_TOPIC_NAME_EMPTY: {
    class: 'MALFORMED',
    says: 'a Topic Name has at least one character',
    statement: '4.7.3-1',
    mqtt5: { class: 'TOPIC_NAME', statement: '4.7.3-1' },
    scanner: ERROR_TOPIC_NAME_EMPTY,
  },
  ERR_MQTT_TOPIC_NAME_WILDCARD: {
    class: 'MALFORMED',
    says: 'a Topic Name contains a wildcard',
    statement: { PUBLISH: '3.3.2-2', CONNECT: '4.7.1-1' },
    mqtt5: { class: 'TOPIC_NAME', statement: { PUBLISH: '3.3.2-2', CONNECT: '4.7.0-1' } },
    scanner: ERROR_TOPIC_NAME_WILDCARD,
  },
  ERR_MQTT_TOPIC_FILTER_EMPTY: {
    class: 'MALFORMED',
    says: 'a Topic Filter has at least one character',
    statement: '4.7.3-1',
    mqtt5: { class: 'TOPIC_FILTER', statement: '4.7.3-1' },
  },
  ERR_MQTT_MULTI_LEVEL_WILDCARD: {
    class: 'MALFORMED',
    says: '# must stand alone or behind a /, and be the last character of its Topic Filter',
    statement: '4.7.1-2',
    mqtt5: { class: 'TOPIC_FILTER', statement: '4.7.1-1' },
  },
  ERR_MQTT_SINGLE_LEVEL_WILDCARD: {
    class: 'MALFORMED',
    says: '+ must fill a whole level of its Topic Filter',
    statement: '4.7.1-3',
    mqtt5: { class: 'TOPIC_FILTER', statement: '4.7.1-2' },
  },
  ERR_MQTT_PROTOCOL_NAME: {
    class: 'PROTOCOL',
    says: 'the Protocol Name is neither MQTT nor MQIsdp',
    statement: '3.1.2-1',
    mqtt5: { class: 'VERSION', statement: '3.1.2-1' },
  },
  ERR_MQTT_PROTOCOL_LEVEL: {
    class: 'VERSION',
    says: 'the Protocol Level is not supported under this Protocol Name',
    statement: '3.1.2-2',
    mqtt5: { statement: '3.1.2-2' },
  },
  ERR_MQTT_CONNECT_RESERVED_FLAG: {
    class: 'MALFORMED',
    says: 'the reserved bit of the Connect Flags is set',
    statement: '3.1.2-3',
    mqtt5: { statement: '3.1.2-3' },
  },
  ERR_MQTT_WILL_QOS_WITHOUT_WILL: {
    class: 'MALFORMED',
    says: 'Will QoS is set without the Will Flag',
    statement: '3.1.2-13',
    mqtt5: { statement: '3.1.2-11' },
  },
  ERR_MQTT_WILL_RETAIN_WITHOUT_WILL: {
    class: 'MALFORMED',
    says: 'Will Retain is set without the Will Flag',
    statement: '3.1.2-15',
    mqtt5: { statement: '3.1.2-13' },
  },
  ERR_MQTT_PASSWORD_WITHOUT_USER_NAME: {
    class: 'MALFORMED',
    says: 'there is a Password without a User Name',
    statement: '3.1.2-22',
  },
  ERR_MQTT_CLIENT_IDENTIFIER: {
    class: 'CLIENT_ID',
    says: 'an empty Client Identifier needs Clean Session, and MQTT 3.1.1 or later',
    statement: '3.1.3-8',
    senderStatement: '3.1.3-7',
  },
  ERR_MQTT_CONNACK_FLAGS: {
    class: 'MALFORMED',
    says: 'reserved bits of the Connect Acknowledge Flags are set',
    mqtt5: { statement: '3.2.2-1' },
  },
  ERR_MQTT_CONNECT_RETURN_CODE: {
    class: 'PROTOCOL',
    says: 'the Connect Return code is reserved',
    statement: '3.2.2-6',
  },
  ERR_MQTT_SESSION_PRESENT: {
    class: 'PROTOCOL',
    says: 'Session Present is set although the connection is refused',
    statement: '3.2.2-4',
    mqtt5: { statement: '3.2.2-6' },
  },
  ERR_MQTT_NO_TOPIC_FILTER: {
    class: 'MALFORMED',
    says: 'there is no Topic Filter',
    statement: { SUBSCRIBE: '3.8.3-3', UNSUBSCRIBE: '3.10.3-2' },
    mqtt5: { class: 'PROTOCOL', statement: { SUBSCRIBE: '3.8.3-2', UNSUBSCRIBE: '3.10.3-2' } },
  },
  ERR_MQTT_SUBSCRIPTION_RESERVED_BITS: {
    class: 'MALFORMED',
    says: 'reserved bits of a Requested QoS byte are set',
    statement: '3.8.3-4',
    mqtt5: { statement: '3.8.3-5' },
  },
  ERR_MQTT_NO_RETURN_CODE: {
    class: 'PROTOCOL',
    says: 'there is no return code',
    statement: '3.9.3-1',
  },
  ERR_MQTT_SUBSCRIBE_RETURN_CODE: {
    class: 'PROTOCOL',
    says: 'a return code is not 0, 1, 2 or 0x80',
    statement: '3.9.3-2',
  },
  ERR_MQTT_CONNACK_OF_MQTT_3: {
    class: 'PROTOCOL',
    says: 'the CONNACK is one of MQTT 3.1.1: the Server does not speak MQTT 5.0',
  },
  ERR_MQTT_REASON_CODE: {
    class: 'PROTOCOL',
    says: 'the reason code is not one that this side may send in this packet',
    mqtt5: {
      statement: {
        CONNACK: '3.2.2-8',
        PUBACK: '3.4.2-1',
        PUBREC: '3.5.2-1',
        PUBREL: '3.6.2-1',
        PUBCOMP: '3.7.2-1',
        SUBACK: '3.9.3-2',
        UNSUBACK: '3.11.3-2',
        DISCONNECT: '3.14.2-1',
        AUTH: '3.15.2-1',
      },
    },
    scanner: ERROR_REASON_CODE,
  },
  ERR_MQTT_NO_REASON_CODE: {
    class: 'PROTOCOL',
    says: 'there is no reason code',
  },
  ERR_MQTT_RETAIN_HANDLING: {
    class: 'PROTOCOL',
    says: 'Retain Handling is not 0, 1 or 2',
  },
  ERR_MQTT_NO_LOCAL_ON_SHARED_SUBSCRIPTION: {
    class: 'PROTOCOL',
    says: 'No Local is set on a Shared Subscription',
    mqtt5: { statement: '3.8.3-4' },
  },
  ERR_MQTT_SHARE_NAME_EMPTY: {
    class: 'TOPIC_FILTER',
    says: 'the ShareName of a Shared Subscription has at least one character',
    mqtt5: { statement: '4.8.2-1' },
  },
  ERR_MQTT_SHARED_SUBSCRIPTION: {
    class: 'TOPIC_FILTER',
    says: 'a ShareName has no wildcards and is followed by / and a Topic Filter',
    mqtt5: { statement: '4.8.2-2' },
  },
  ERR_MQTT_VARIABLE_BYTE_INTEGER_TOO_LONG: {
    class: 'MALFORMED',
    says: 'a Variable Byte Integer takes more than four bytes',
    scanner: ERROR_VARIABLE_BYTE_INTEGER_TOO_LONG,
  },
  ERR_MQTT_VARIABLE_BYTE_INTEGER_NOT_MINIMAL: {
    class: 'MALFORMED',
    says: 'a Variable Byte Integer takes more bytes than it needs',
    mqtt5: { statement: '1.5.5-1' },
    scanner: ERROR_VARIABLE_BYTE_INTEGER_NOT_MINIMAL,
  },
  ERR_MQTT_PROPERTY_PAST_END: {
    class: 'MALFORMED',
    says: 'a property reaches past the end of the properties',
    scanner: ERROR_PROPERTY_PAST_END,
  },
  ERR_MQTT_PROPERTY_UNKNOWN: {
    class: 'MALFORMED',
    says: 'there is no such property',
    scanner: ERROR_PROPERTY_UNKNOWN,
  },
  ERR_MQTT_PROPERTY_NOT_ALLOWED: {
    class: 'MALFORMED',
    says: 'packets of this type do not carry this property',
    scanner: ERROR_PROPERTY_NOT_ALLOWED,
  },
  ERR_MQTT_PROPERTY_REPEATED: {
    class: 'PROTOCOL',
    says: 'a property stands there more than once',
    scanner: ERROR_PROPERTY_REPEATED,
  },
  ERR_MQTT_PROPERTY_VALUE: {
    class: 'PROTOCOL',
    says: 'a property has a value that it may not have',
    scanner: ERROR_PROPERTY_VALUE,
  },
  ERR_MQTT_PROPERTY_NOT_FROM_CLIENT: {
    class: 'PROTOCOL',
    says: 'a Client may not send this property in this packet',
    mqtt5: { statement: { PUBLISH: '3.3.4-6' } },
    scanner: ERROR_PROPERTY_NOT_FROM_CLIENT,
  },
  ERR_MQTT_PROPERTY_NOT_FROM_SERVER: {
    class: 'PROTOCOL',
    says: 'a Server may not send this property in this packet',
    mqtt5: { statement: { DISCONNECT: '3.14.2-2' } },
    scanner: ERROR_PROPERTY_NOT_FROM_SERVER,
  },
  ERR_MQTT_RESPONSE_TOPIC_EMPTY: {
    class: 'PROTOCOL',
    says: 'a Response Topic has at least one character',
    mqtt5: { statement: '4.7.3-1' },
    scanner: ERROR_RESPONSE_TOPIC_EMPTY,
  },
  ERR_MQTT_RESPONSE_TOPIC_WILDCARD: {
    class: 'PROTOCOL',
    says: 'a Response Topic contains a wildcard',
    mqtt5: { statement: '3.3.2-14' },
    scanner: ERROR_RESPONSE_TOPIC_WILDCARD,
  },
  ERR_MQTT_AUTHENTICATION_DATA_WITHOUT_METHOD: {
    class: 'PROTOCOL',
    says: 'there is Authentication Data without an Authentication Method',
    scanner: ERROR_AUTHENTICATION_DATA_WITHOUT_METHOD,
  },
  ERR_MQTT_AUTHENTICATION_METHOD_MISSING: {
    class: 'PROTOCOL',
    says: 'an AUTH that is not empty names its Authentication Method',
  },
  ERR_MQTT_TOPIC_ALIAS_ZERO: {
    class: 'ALIAS',
    says: 'a Topic Alias is not 0',
    mqtt5: { statement: '3.3.2-8' },
    scanner: ERROR_TOPIC_ALIAS_ZERO,
  },
  ERR_MQTT_TOPIC_ALIAS_TOO_LARGE: {
    class: 'ALIAS',
    says: 'the Topic Alias is larger than the Topic Alias Maximum',
    mqtt5: { statementFrom: { client: '3.2.2-17', server: '3.1.2-26' } },
    scanner: ERROR_TOPIC_ALIAS_TOO_LARGE,
  },
  ERR_MQTT_TOPIC_ALIAS_MISSING: {
    class: 'PROTOCOL',
    says: 'an empty Topic Name needs a Topic Alias',
    scanner: ERROR_TOPIC_ALIAS_MISSING,
  },
  ERR_MQTT_TOPIC_ALIAS_UNKNOWN: {
    class: 'PROTOCOL',
    says: 'the Topic Alias has not been given a Topic Name on this connection',
  },
  ERR_MQTT_QOS_NOT_SUPPORTED: {
    class: 'QOS',
    says: 'QoS is higher than the Maximum QoS',
    mqtt5: { statement: '3.2.2-11' },
    scanner: ERROR_QOS_NOT_SUPPORTED,
  },
  ERR_MQTT_RETAIN_NOT_SUPPORTED: {
    class: 'RETAIN',
    says: 'RETAIN is set although retained messages are not available',
    mqtt5: { statement: '3.2.2-14' },
    scanner: ERROR_RETAIN_NOT_SUPPORTED,
  },
  ERR_MQTT_PAYLOAD_FORMAT: {
    class: 'PAYLOAD_FORMAT',
    says: 'the payload is not the UTF-8 that the Payload Format Indicator says it is',
  },
  ERR_MQTT_UNEXPECTED_END: {
    class: 'TRANSPORT',
    says: 'the stream ended inside a packet',
  },
  ERR_MQTT_DECODER_POISONED: {
    class: 'USAGE',
    says: 'this decoder has met an error and takes no more bytes: close the connection (the error is the cause)',
  },
  ERR_MQTT_DECODER_ENDED: {
    class: 'USAGE',
    says: 'this decoder has been told that its stream is over',
  },
  ERR_MQTT_STALE_BATCH: {
    class: 'USAGE',
    says: 'this batch was used after a later scan took over its frame table: use it before the next push(), or detach() it',
  },
  ERR_MQTT_FIELD_TYPE: { class: 'USAGE', says: 'the field has the wrong type' },
  ERR_MQTT_FIELD_RANGE: { class: 'USAGE', says: 'the field is out of range' },
  ERR_MQTT_FIELD_TOO_LONG: {
    class: 'USAGE',
    says: 'the field is longer than 65,535 bytes',
  },
  ERR_MQTT_TOPIC_TOO_LONG: {
    class: 'USAGE',
    says: 'a Topic Name or Topic Filter is longer than 65,535 bytes',
    statement: '4.7.3-3',
    mqtt5: { statement: '4.7.3-3' },
  },
  ERR_MQTT_VERSION_OF_PACKET: {
    class: 'USAGE',
    says: 'this version of MQTT has no such packet or field',
  },
  ERR_MQTT_PAYLOAD_LENGTH: {
    class: 'USAGE',
    says: 'the parts of a payload have more or fewer bytes than was said',
  },
  ERR_MQTT_PACKET_IDENTIFIER_AT_QOS_0: {
    class: 'USAGE',
    says: 'a PUBLISH at QoS 0 has no Packet Identifier',
    statement: '2.3.1-5',
    mqtt5: { statement: '2.2.1-2' },
  },
} as const satisfies Record<string, Rule>;
