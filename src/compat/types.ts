/**
 * The types that mqtt-packet 9 exports, by the same names and as lenient: code written against them compiles unchanged. What is wider
 * here is what mqtt-packet takes without saying so.
 */
import type { EventEmitter } from 'node:events';
import type { QoS } from '../protocol/packet-types.js';
import type { Chunk } from './chunk.js';

/** What a packet is, as `cmd`. */
export type PacketCmd =
  | 'auth'
  | 'connack'
  | 'connect'
  | 'disconnect'
  | 'pingreq'
  | 'pingresp'
  | 'puback'
  | 'pubcomp'
  | 'publish'
  | 'pubrel'
  | 'pubrec'
  | 'suback'
  | 'subscribe'
  | 'unsuback'
  | 'unsubscribe';

/** User Properties by name; a name that comes more than once has all its values, in their order. */
export type UserProperties = { [index: string]: string | string[] };

/** What all packets have. */
export interface IPacket {
  cmd: PacketCmd;
  /** Packet Identifier, 1 to 65,535. */
  messageId?: number;
  /** Remaining Length, bytes: of packets that were parsed. */
  length?: number;
}

/** AUTH (MQTT 5.0, section 3.15). */
export interface IAuthPacket extends IPacket {
  cmd: 'auth';
  reasonCode: number;
  properties?: {
    authenticationMethod?: string;
    authenticationData?: Buffer;
    reasonString?: string;
    userProperties?: UserProperties;
  };
}

/** CONNECT (section 3.1). */
export interface IConnectPacket extends IPacket {
  cmd: 'connect';
  clientId: string;
  protocolVersion?: 4 | 5 | 3;
  protocolId?: 'MQTT' | 'MQIsdp';
  clean?: boolean;
  /** Seconds. */
  keepalive?: number;
  username?: string;
  password?: Buffer;
  will?: {
    topic: string;
    payload: Buffer | string;
    qos?: QoS;
    retain?: boolean;
    properties?: {
      willDelayInterval?: number;
      payloadFormatIndicator?: boolean;
      messageExpiryInterval?: number;
      contentType?: string;
      responseTopic?: string;
      correlationData?: Buffer;
      userProperties?: UserProperties;
    };
  };
  properties?: {
    sessionExpiryInterval?: number;
    receiveMaximum?: number;
    maximumPacketSize?: number;
    topicAliasMaximum?: number;
    requestResponseInformation?: boolean;
    requestProblemInformation?: boolean;
    userProperties?: UserProperties;
    authenticationMethod?: string;
    authenticationData?: Buffer;
  };
}

/** PUBLISH (section 3.3). The payload of a parsed one is a `Buffer`, a view of the bytes that were parsed. */
export interface IPublishPacket extends IPacket {
  cmd: 'publish';
  qos: QoS;
  dup: boolean;
  retain: boolean;
  topic: string;
  payload: string | Buffer;
  properties?: {
    payloadFormatIndicator?: boolean;
    messageExpiryInterval?: number;
    topicAlias?: number;
    responseTopic?: string;
    correlationData?: Buffer;
    userProperties?: UserProperties;
    subscriptionIdentifier?: number | number[];
    contentType?: string;
  };
}

/** CONNACK (section 3.2): `returnCode` up to MQTT 3.1.1, `reasonCode` in 5.0. */
export interface IConnackPacket extends IPacket {
  cmd: 'connack';
  returnCode?: number;
  reasonCode?: number;
  sessionPresent: boolean;
  properties?: {
    sessionExpiryInterval?: number;
    receiveMaximum?: number;
    maximumQoS?: number;
    retainAvailable?: boolean;
    maximumPacketSize?: number;
    assignedClientIdentifier?: string;
    topicAliasMaximum?: number;
    reasonString?: string;
    userProperties?: UserProperties;
    wildcardSubscriptionAvailable?: boolean;
    subscriptionIdentifiersAvailable?: boolean;
    sharedSubscriptionAvailable?: boolean;
    serverKeepAlive?: number;
    responseInformation?: string;
    serverReference?: string;
    authenticationMethod?: string;
    authenticationData?: Buffer;
  };
}

/** A subscription; `nl`, `rap` and `rh` (No Local, Retain As Published, Retain Handling) are MQTT 5.0. */
export interface ISubscription {
  topic: string;
  qos: QoS;
  nl?: boolean;
  rap?: boolean;
  rh?: number;
}

/** SUBSCRIBE (section 3.8). */
export interface ISubscribePacket extends IPacket {
  cmd: 'subscribe';
  subscriptions: ISubscription[];
  properties?: {
    reasonString?: string;
    subscriptionIdentifier?: number;
    userProperties?: UserProperties;
  };
}

interface Diagnostics {
  reasonString?: string;
  userProperties?: UserProperties;
}

/** SUBACK (section 3.9). */
export interface ISubackPacket extends IPacket {
  cmd: 'suback';
  reasonCode?: number;
  properties?: Diagnostics;
  // biome-ignore lint/complexity/noBannedTypes: code that hands over objects is to compile
  granted: number[] | Object[];
}

/** UNSUBSCRIBE (section 3.10). */
export interface IUnsubscribePacket extends IPacket {
  cmd: 'unsubscribe';
  properties?: Diagnostics;
  unsubscriptions: string[];
}

/** UNSUBACK (section 3.11); `granted` is there in MQTT 5.0 only. */
export interface IUnsubackPacket extends IPacket {
  cmd: 'unsuback';
  reasonCode?: number;
  properties?: Diagnostics;
  granted: number[];
}

/** PUBACK (section 3.4). */
export interface IPubackPacket extends IPacket {
  cmd: 'puback';
  reasonCode?: number;
  properties?: Diagnostics;
}

/** PUBCOMP (section 3.7). */
export interface IPubcompPacket extends IPacket {
  cmd: 'pubcomp';
  reasonCode?: number;
  properties?: Diagnostics;
}

/** PUBREL (section 3.6). */
export interface IPubrelPacket extends IPacket {
  cmd: 'pubrel';
  reasonCode?: number;
  properties?: Diagnostics;
}

/** PUBREC (section 3.5). */
export interface IPubrecPacket extends IPacket {
  cmd: 'pubrec';
  reasonCode?: number;
  properties?: Diagnostics;
}

/** PINGREQ (section 3.12). */
export interface IPingreqPacket extends IPacket {
  cmd: 'pingreq';
}

/** PINGRESP (section 3.13). */
export interface IPingrespPacket extends IPacket {
  cmd: 'pingresp';
}

/** DISCONNECT (section 3.14). */
export interface IDisconnectPacket extends IPacket {
  cmd: 'disconnect';
  reasonCode?: number;
  properties?: {
    sessionExpiryInterval?: number;
    reasonString?: string;
    userProperties?: UserProperties;
    serverReference?: string;
  };
}

/** Any packet, told apart by `cmd`. What `Decoder` yields is a `ControlPacket`, told apart by `type`. */
export type Packet =
  | IConnectPacket
  | IPublishPacket
  | IConnackPacket
  | ISubscribePacket
  | ISubackPacket
  | IUnsubscribePacket
  | IUnsubackPacket
  | IPubackPacket
  | IPubcompPacket
  | IPubrelPacket
  | IPingreqPacket
  | IPingrespPacket
  | IDisconnectPacket
  | IPubrecPacket
  | IAuthPacket;

/** Parses the bytes of one connection; see {@link parser}. Whoever likes to may add fields of his own. */
export interface Parser extends EventEmitter {
  /** The options as they were given, or the CONNECT that was parsed last. */
  settings: object;
  /** The error that ended the last `parse()`, until the next one starts. */
  readonly error: Error | null;
  /** What is known of the packet that is not complete yet; its `length` is -1 as long as that is not known. */
  readonly packet: { readonly cmd: string | null; readonly length: number };

  /** A packet, before the `parse()` that completed it returns. It may be changed, and kept. */
  on(event: 'packet', listener: (packet: Packet) => void): this;
  /** Bytes that break a rule: an `MqttError`. */
  // biome-ignore lint/suspicious/noExplicitAny: a listener that says what it expects is to compile, as with mqtt-packet
  on(event: 'error', listener: (error: any) => void): this;
  on(event: string | symbol, listener: (...values: unknown[]) => void): this;

  /**
   * Takes in the next bytes and emits `packet` for every packet that they complete, before it returns. Buffers in packets are views of the
   * bytes, which must not be overwritten while they are in use; see `copyPayloads` of the options.
   *
   * Bytes that break a rule end in one event `error`, with an `MqttError`; the rest of the chunk is dropped, and so is
   * the frame that was begun. The next call starts anew. Without a listener for `error` it is thrown.
   *
   * @returns bytes held of an unfinished frame, without those of its fixed header as far as that is read
   * @throws `TypeError` if `chunk` is not bytes; what a listener throws
   */
  parse(chunk: Chunk, options?: object): number;
}
