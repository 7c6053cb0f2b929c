/**
 * The control packets of MQTT as plain objects, one interface a type, told apart by `type`. Fields
 * carry the specification's names; field order is the order on the wire.
 *
 * `ControlPacket` is what decoding yields. `EncodablePacket` is what encoding takes: the same, with
 * everything left out that has a customary value. Every `ControlPacket` is an `EncodablePacket`.
 *
 * Packets to encode are plain data: their fields are read more than once.
 *
 * What exists in one version only says so. `properties` and the reason codes that may be left out on the
 * wire are MQTT 5.0; `properties` is not there where there are none.
 */
import type { QoS } from './packet-types.js';
import type { PropertiesOf } from './properties.js';
import type { ReasonCode } from './reason-codes.js';
import type { ConnectReturnCode, SubscribeReturnCode } from './return-codes.js';

/** The message a Server publishes when a Client vanishes (section 3.1.2.5). */
export interface Will {
  readonly qos: QoS;
  readonly retain: boolean;
  /** Will Properties (MQTT 5.0, section 3.1.3.2). */
  readonly properties?: WillProperties | undefined;
  /** Will Topic: a Topic Name, so without wildcards. */
  readonly topic: string;
  /** Will Message or Will Payload: 0 to 65,535 bytes, a view of the bytes the packet was decoded from. */
  readonly payload: Uint8Array;
}

interface ConnectFields {
  readonly type: 'CONNECT';
  /** Seconds, 0 to 65,535; 0 turns the mechanism off. */
  readonly keepAlive: number;
  readonly will?: Will | undefined;
  readonly userName?: string | undefined;
  /** Binary, 0 to 65,535 bytes: a view of the bytes the packet was decoded from. */
  readonly password?: Uint8Array | undefined;
}

/** Client requests a connection to a Server (section 3.1). `protocolLevel` tells the versions apart. */
export type ConnectPacket =
  | (ConnectFields & {
      /** `MQTT` for level 4, `MQIsdp` for level 3. */
      readonly protocolName: 'MQTT' | 'MQIsdp';
      /** 4 is MQTT 3.1.1, 3 is MQTT 3.1. */
      readonly protocolLevel: 3 | 4;
      /** Bit 7 of the Protocol Level, by which some brokers' bridges make themselves known. */
      readonly bridge: boolean;
      readonly cleanSession: boolean;
      /** May be empty only with `cleanSession`. */
      readonly clientIdentifier: string;
      readonly cleanStart?: undefined;
      readonly properties?: undefined;
    })
  | (ConnectFields & {
      readonly protocolName: 'MQTT';
      /** Protocol Version 5: MQTT 5.0. */
      readonly protocolLevel: 5;
      readonly cleanStart: boolean;
      readonly properties?: ConnectProperties | undefined;
      /** Empty: the Server is to choose one. */
      readonly clientIdentifier: string;
      readonly bridge?: undefined;
      readonly cleanSession?: undefined;
    });

/** Acknowledge connection request (section 3.2): `returnCode` up to MQTT 3.1.1, `reasonCode` in MQTT 5.0. */
export type ConnackPacket =
  | {
      readonly type: 'CONNACK';
      readonly sessionPresent: boolean;
      readonly returnCode: ConnectReturnCode;
      readonly reasonCode?: undefined;
      readonly properties?: undefined;
    }
  | {
      readonly type: 'CONNACK';
      readonly sessionPresent: boolean;
      readonly reasonCode: ReasonCode<'CONNACK'>;
      readonly properties?: ConnackProperties | undefined;
      readonly returnCode?: undefined;
    };

interface MessageFields {
  /** Topic Name, without wildcards: at least one character, or in MQTT 5.0 none and a Topic Alias. */
  readonly topic: string;
  readonly retain: boolean;
  /** MQTT 5.0. */
  readonly properties?: PublishProperties | undefined;
}

/** QoS, and what hangs on it: a Packet Identifier is there exactly when QoS is 1 or 2. */
type Quality =
  | {
      readonly qos: 0;
      readonly dup: false;
      readonly packetIdentifier?: undefined;
    }
  | {
      readonly qos: 1 | 2;
      readonly dup: boolean;
      /** 1 to 65,535. */
      readonly packetIdentifier: number;
    };

/** Publish message (section 3.3). */
export type PublishPacket = MessageFields &
  Quality & {
    readonly type: 'PUBLISH';
    /** Application Message: a view of the bytes the packet was decoded from, never a copy. */
    readonly payload: Uint8Array;
  };

/**
 * The beginning of a PUBLISH whose payload comes in parts: all of it but the payload. Decoders yield it
 * only with the option `publishPartsAbove`. `PUBLISH_PART`s follow, then a `PUBLISH_END`, and nothing else
 * in between.
 */
export type PublishStart = MessageFields &
  Quality & {
    readonly type: 'PUBLISH_START';
    /** How many bytes of payload there will be. */
    readonly payloadLength: number;
  };

/** The next bytes of a payload that comes in parts. */
export interface PublishPart {
  readonly type: 'PUBLISH_PART';
  /** A view of the chunk, of one byte at least; to be encoded it may be empty. */
  readonly payload: Uint8Array;
}

/** The end of a payload that came in parts: all its bytes have been there. */
export interface PublishEnd {
  readonly type: 'PUBLISH_END';
}

/** A piece of a PUBLISH whose payload comes in parts. */
export type PublishPiece = PublishStart | PublishPart | PublishEnd;

interface Acknowledgement<Type extends 'PUBACK' | 'PUBREC' | 'PUBREL' | 'PUBCOMP'> {
  readonly type: Type;
  /** 1 to 65,535, that of the packet acknowledged. */
  readonly packetIdentifier: number;
  /** MQTT 5.0; 0 where it is left out on the wire. */
  readonly reasonCode?: ReasonCode<Type> | undefined;
  /** MQTT 5.0. */
  readonly properties?: PropertiesOf<Type> | undefined;
}

/** Publish acknowledgement, QoS 1 (section 3.4). */
export type PubackPacket = Acknowledgement<'PUBACK'>;
/** Publish received, QoS 2 part 1 (section 3.5). */
export type PubrecPacket = Acknowledgement<'PUBREC'>;
/** Publish release, QoS 2 part 2 (section 3.6). */
export type PubrelPacket = Acknowledgement<'PUBREL'>;
/** Publish complete, QoS 2 part 3 (section 3.7). */
export type PubcompPacket = Acknowledgement<'PUBCOMP'>;

/** One Topic Filter with what is asked for it. The last three fields are MQTT 5.0, where all are there. */
export interface Subscription {
  readonly topicFilter: string;
  /** Requested or Maximum QoS. */
  readonly qos: QoS;
  /** Whether messages of one's own are not wanted. */
  readonly noLocal?: boolean | undefined;
  /** Whether forwarded messages keep their RETAIN flag. */
  readonly retainAsPublished?: boolean | undefined;
  /** Retained messages are sent 0: on subscribing, 1: if the subscription is new, 2: not. */
  readonly retainHandling?: 0 | 1 | 2 | undefined;
}

/** Subscribe to topics (section 3.8). */
export interface SubscribePacket {
  readonly type: 'SUBSCRIBE';
  /** 1 to 65,535. */
  readonly packetIdentifier: number;
  /** MQTT 5.0. */
  readonly properties?: SubscribeProperties | undefined;
  /** At least one. */
  readonly subscriptions: readonly Subscription[];
}

/** Subscribe acknowledgement (section 3.9): `returnCodes` up to MQTT 3.1.1, `reasonCodes` in MQTT 5.0. */
export type SubackPacket =
  | {
      readonly type: 'SUBACK';
      /** 1 to 65,535. */
      readonly packetIdentifier: number;
      /** At least one; in the order of the subscriptions. */
      readonly returnCodes: readonly SubscribeReturnCode[];
      readonly reasonCodes?: undefined;
      readonly properties?: undefined;
    }
  | {
      readonly type: 'SUBACK';
      /** 1 to 65,535. */
      readonly packetIdentifier: number;
      readonly properties?: SubackProperties | undefined;
      /** At least one; in the order of the subscriptions. */
      readonly reasonCodes: readonly ReasonCode<'SUBACK'>[];
      readonly returnCodes?: undefined;
    };

/** Unsubscribe from topics (section 3.10). */
export interface UnsubscribePacket {
  readonly type: 'UNSUBSCRIBE';
  /** 1 to 65,535. */
  readonly packetIdentifier: number;
  /** MQTT 5.0. */
  readonly properties?: UnsubscribeProperties | undefined;
  /** At least one. */
  readonly topicFilters: readonly string[];
}

/** Unsubscribe acknowledgement (section 3.11). */
export interface UnsubackPacket {
  readonly type: 'UNSUBACK';
  /** 1 to 65,535. */
  readonly packetIdentifier: number;
  /** MQTT 5.0. */
  readonly properties?: UnsubackProperties | undefined;
  /** MQTT 5.0: at least one; in the order of the Topic Filters. */
  readonly reasonCodes?: readonly ReasonCode<'UNSUBACK'>[] | undefined;
}

/** PING request (section 3.12). */
export interface PingreqPacket {
  readonly type: 'PINGREQ';
}

/** PING response (section 3.13). */
export interface PingrespPacket {
  readonly type: 'PINGRESP';
}

/** Disconnect notification (section 3.14). In MQTT 5.0 a Server may send it as well. */
export interface DisconnectPacket {
  readonly type: 'DISCONNECT';
  /** MQTT 5.0; 0 where it is left out on the wire. */
  readonly reasonCode?: ReasonCode<'DISCONNECT'> | undefined;
  /** MQTT 5.0. */
  readonly properties?: DisconnectProperties | undefined;
}

/** Authentication exchange (MQTT 5.0, section 3.15). */
export interface AuthPacket {
  readonly type: 'AUTH';
  /** 0 where it is left out on the wire. */
  readonly reasonCode: ReasonCode<'AUTH'>;
  readonly properties?: AuthProperties | undefined;
}

/** Properties of CONNECT (section 3.1.2.11). */
export type ConnectProperties = PropertiesOf<'CONNECT'>;
/** Properties of a Will (section 3.1.3.2). */
export type WillProperties = PropertiesOf<'WILL'>;
/** Properties of CONNACK (section 3.2.2.3). */
export type ConnackProperties = PropertiesOf<'CONNACK'>;
/** Properties of PUBLISH (section 3.3.2.3). */
export type PublishProperties = PropertiesOf<'PUBLISH'>;
/** Properties of PUBACK, PUBREC, PUBREL and PUBCOMP (sections 3.4.2.2 to 3.7.2.2). */
export type AcknowledgementProperties = PropertiesOf<'PUBACK'>;
/** Properties of SUBSCRIBE (section 3.8.2.1). */
export type SubscribeProperties = PropertiesOf<'SUBSCRIBE'>;
/** Properties of SUBACK (section 3.9.2.1). */
export type SubackProperties = PropertiesOf<'SUBACK'>;
/** Properties of UNSUBSCRIBE (section 3.10.2.1). */
export type UnsubscribeProperties = PropertiesOf<'UNSUBSCRIBE'>;
/** Properties of UNSUBACK (section 3.11.2.1). */
export type UnsubackProperties = PropertiesOf<'UNSUBACK'>;
/** Properties of DISCONNECT (section 3.14.2.2). */
export type DisconnectProperties = PropertiesOf<'DISCONNECT'>;
/** Properties of AUTH (section 3.15.2.2). */
export type AuthProperties = PropertiesOf<'AUTH'>;

/** Any control packet, or a piece of a PUBLISH. Switch on `type` to tell them apart. */
export type ControlPacket =
  | ConnectPacket
  | ConnackPacket
  | PublishPacket
  | PubackPacket
  | PubrecPacket
  | PubrelPacket
  | PubcompPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket
  | UnsubackPacket
  | PingreqPacket
  | PingrespPacket
  | DisconnectPacket
  | AuthPacket
  | PublishPiece;

/** The acknowledgements of a PUBLISH. */
export type AcknowledgementPacket = PubackPacket | PubrecPacket | PubrelPacket | PubcompPacket;

/** Bytes, or text that is sent as UTF-8. */
export type EncodableBytes = Uint8Array | string;

/** A Will to encode: `qos` is 0, `retain` false and `payload` empty where left out. */
export interface EncodableWill {
  readonly qos?: QoS | undefined;
  readonly retain?: boolean | undefined;
  /** MQTT 5.0. */
  readonly properties?: WillProperties | undefined;
  readonly topic: string;
  readonly payload?: EncodableBytes | undefined;
}

/** A CONNECT to encode. */
export interface EncodableConnectPacket {
  readonly type: 'CONNECT';
  /** Follows from `protocolLevel`; if given, it must fit. */
  readonly protocolName?: 'MQTT' | 'MQIsdp' | undefined;
  /** The version of the encoder if left out, and 4 if that has none. */
  readonly protocolLevel?: 3 | 4 | 5 | undefined;
  /** Up to MQTT 3.1.1; `false` if left out. */
  readonly bridge?: boolean | undefined;
  /** Up to MQTT 3.1.1; `true` if left out. */
  readonly cleanSession?: boolean | undefined;
  /** MQTT 5.0; `true` if left out. */
  readonly cleanStart?: boolean | undefined;
  /** Seconds; 0 if left out. */
  readonly keepAlive?: number | undefined;
  /** MQTT 5.0. */
  readonly properties?: ConnectProperties | undefined;
  /** Empty if left out. */
  readonly clientIdentifier?: string | undefined;
  readonly will?: EncodableWill | undefined;
  readonly userName?: string | undefined;
  readonly password?: EncodableBytes | undefined;
}

interface EncodableMessage {
  /** Empty, in MQTT 5.0, only with a Topic Alias. */
  readonly topic: string;
  readonly qos?: QoS | undefined;
  readonly dup?: boolean | undefined;
  readonly retain?: boolean | undefined;
  /** Needed for QoS 1 and 2, refused for QoS 0. */
  readonly packetIdentifier?: number | undefined;
  /** MQTT 5.0. */
  readonly properties?: PublishProperties | undefined;
}

/** A PUBLISH to encode: QoS 0, not retained, no payload where left out. */
export interface EncodablePublishPacket extends EncodableMessage {
  readonly type: 'PUBLISH';
  readonly payload?: EncodableBytes | undefined;
}

/** The beginning of a PUBLISH to encode whose payload follows in parts. */
export interface EncodablePublishStart extends EncodableMessage {
  readonly type: 'PUBLISH_START';
  /** How many bytes the parts will have together, 0 to 268,435,455. */
  readonly payloadLength: number;
}

/** An AUTH to encode: reason code 0 where left out. */
export interface EncodableAuthPacket extends Omit<AuthPacket, 'reasonCode'> {
  readonly reasonCode?: ReasonCode<'AUTH'> | undefined;
}

/** What the encoder takes. */
export type EncodablePacket =
  | Exclude<ControlPacket, ConnectPacket | PublishPacket | PublishStart | AuthPacket>
  | EncodableConnectPacket
  | EncodablePublishPacket
  | EncodablePublishStart
  | EncodableAuthPacket;
