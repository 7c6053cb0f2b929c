/**
 * The fourteen control packets of MQTT 3.1.1 as plain objects, one interface a type, told apart
 * by `type`. Fields carry the specification's names; field order is the order on the wire.
 *
 * `Packet` is what decoding yields. `EncodablePacket` is what encoding takes: the same, with
 * everything left out that has a customary value. Every `Packet` is an `EncodablePacket`.
 */
import type { QoS } from './packet-types.js';
import type { ConnectReturnCode, SubscribeReturnCode } from './return-codes.js';

/** The message a Server publishes when a Client vanishes (section 3.1.2.5). */
export interface Will {
  readonly qos: QoS;
  readonly retain: boolean;
  /** Will Topic: a Topic Name, so without wildcards. */
  readonly topic: string;
  /** Will Message: 0 to 65,535 bytes, a view of the bytes the packet was decoded from. */
  readonly payload: Uint8Array;
}

/** Client requests a connection to a Server (section 3.1). */
export interface ConnectPacket {
  readonly type: 'CONNECT';
  /** `MQTT` for level 4, `MQIsdp` for level 3. */
  readonly protocolName: 'MQTT' | 'MQIsdp';
  /** 4 is MQTT 3.1.1, 3 is MQTT 3.1. */
  readonly protocolLevel: 3 | 4;
  /** Bit 7 of the Protocol Level, by which some brokers' bridges make themselves known. */
  readonly bridge: boolean;
  readonly cleanSession: boolean;
  /** Seconds, 0 to 65,535; 0 turns the mechanism off. */
  readonly keepAlive: number;
  /** May be empty only with `cleanSession`. */
  readonly clientIdentifier: string;
  readonly will?: Will;
  readonly userName?: string;
  /** Binary, 0 to 65,535 bytes: a view of the bytes the packet was decoded from. */
  readonly password?: Uint8Array;
}

/** Acknowledge connection request (section 3.2). */
export interface ConnackPacket {
  readonly type: 'CONNACK';
  readonly sessionPresent: boolean;
  readonly returnCode: ConnectReturnCode;
}

interface PublishFields {
  readonly type: 'PUBLISH';
  /** Topic Name: at least one character, without wildcards. */
  readonly topic: string;
  /** Application Message: a view of the bytes the packet was decoded from, never a copy. */
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

/** Publish message (section 3.3). A Packet Identifier is there exactly when QoS is 1 or 2. */
export type PublishPacket =
  | (PublishFields & {
      readonly qos: 0;
      readonly dup: false;
      readonly packetIdentifier?: undefined;
    })
  | (PublishFields & {
      readonly qos: 1 | 2;
      readonly dup: boolean;
      /** 1 to 65,535. */
      readonly packetIdentifier: number;
    });

interface Acknowledgement<Type extends string> {
  readonly type: Type;
  /** 1 to 65,535, that of the packet acknowledged. */
  readonly packetIdentifier: number;
}

/** Publish acknowledgement, QoS 1 (section 3.4). */
export type PubackPacket = Acknowledgement<'PUBACK'>;
/** Publish received, QoS 2 part 1 (section 3.5). */
export type PubrecPacket = Acknowledgement<'PUBREC'>;
/** Publish release, QoS 2 part 2 (section 3.6). */
export type PubrelPacket = Acknowledgement<'PUBREL'>;
/** Publish complete, QoS 2 part 3 (section 3.7). */
export type PubcompPacket = Acknowledgement<'PUBCOMP'>;

/** One Topic Filter with the QoS asked for it. */
export interface Subscription {
  readonly topicFilter: string;
  /** Requested QoS. */
  readonly qos: QoS;
}

/** Subscribe to topics (section 3.8). */
export interface SubscribePacket {
  readonly type: 'SUBSCRIBE';
  /** 1 to 65,535. */
  readonly packetIdentifier: number;
  /** At least one. */
  readonly subscriptions: readonly Subscription[];
}

/** Subscribe acknowledgement (section 3.9). */
export interface SubackPacket {
  readonly type: 'SUBACK';
  /** 1 to 65,535. */
  readonly packetIdentifier: number;
  /** At least one; in the order of the subscriptions. */
  readonly returnCodes: readonly SubscribeReturnCode[];
}

/** Unsubscribe from topics (section 3.10). */
export interface UnsubscribePacket {
  readonly type: 'UNSUBSCRIBE';
  /** 1 to 65,535. */
  readonly packetIdentifier: number;
  /** At least one. */
  readonly topicFilters: readonly string[];
}

/** Unsubscribe acknowledgement (section 3.11). */
export type UnsubackPacket = Acknowledgement<'UNSUBACK'>;

/** PING request (section 3.12). */
export interface PingreqPacket {
  readonly type: 'PINGREQ';
}

/** PING response (section 3.13). */
export interface PingrespPacket {
  readonly type: 'PINGRESP';
}

/** Disconnect notification (section 3.14). */
export interface DisconnectPacket {
  readonly type: 'DISCONNECT';
}

/** Any control packet. Switch on `type` to tell them apart. */
export type Packet =
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
  | DisconnectPacket;

/** The packets that consist of a Packet Identifier alone. */
export type AcknowledgementPacket =
  | PubackPacket
  | PubrecPacket
  | PubrelPacket
  | PubcompPacket
  | UnsubackPacket;

/** Bytes, or text that is sent as UTF-8. */
export type EncodableBytes = Uint8Array | string;

/** A Will to encode: `qos` is 0, `retain` false and `payload` empty where left out. */
export interface EncodableWill {
  readonly qos?: QoS | undefined;
  readonly retain?: boolean | undefined;
  readonly topic: string;
  readonly payload?: EncodableBytes | undefined;
}

/** A CONNECT to encode. */
export interface EncodableConnectPacket {
  readonly type: 'CONNECT';
  /** Follows from `protocolLevel`; if given, it must fit. */
  readonly protocolName?: 'MQTT' | 'MQIsdp' | undefined;
  /** 4 if left out. */
  readonly protocolLevel?: 3 | 4 | undefined;
  /** `false` if left out. */
  readonly bridge?: boolean | undefined;
  /** `true` if left out. */
  readonly cleanSession?: boolean | undefined;
  /** Seconds; 0 if left out. */
  readonly keepAlive?: number | undefined;
  /** Empty if left out. */
  readonly clientIdentifier?: string | undefined;
  readonly will?: EncodableWill | undefined;
  readonly userName?: string | undefined;
  readonly password?: EncodableBytes | undefined;
}

/** A PUBLISH to encode: QoS 0, not retained, no payload where left out. */
export interface EncodablePublishPacket {
  readonly type: 'PUBLISH';
  readonly topic: string;
  readonly payload?: EncodableBytes | undefined;
  readonly qos?: QoS | undefined;
  readonly dup?: boolean | undefined;
  readonly retain?: boolean | undefined;
  /** Needed for QoS 1 and 2, refused for QoS 0. */
  readonly packetIdentifier?: number | undefined;
}

/** What the encoder takes. */
export type EncodablePacket =
  | Exclude<Packet, ConnectPacket | PublishPacket>
  | EncodableConnectPacket
  | EncodablePublishPacket;
