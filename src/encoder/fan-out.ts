/**
 * One message to many subscribers (section 3.3): its text is checked and encoded once, whatever their number.
 *
 * Deliveries differ in the first byte and the Packet Identifier, and in MQTT 5.0 in the Topic Alias and the Subscription
 * Identifiers. At QoS 0 nothing differs but RETAIN, so all subscribers of a version get the very same bytes. Above,
 * each gets a copy with its own identifier; or, for a vectored write, a copy of what stands before the payload.
 */
import { allocateShortLived, utf8Length } from '../bytes.js';
import { peerPacketSize } from '../options.js';
import { integerBytes, variableByteInteger } from '../properties.js';
import {
  MAXIMUM_REMAINING_LENGTH,
  type ProtocolVersion,
  type QoS,
  variableByteIntegerLength,
} from '../protocol/packet-types.js';
import type { EncodableBytes, PublishProperties } from '../protocol/packets.js';
import type { EncodableProperties, EncodingContext } from './context.js';
import { contextsOf } from './contexts.js';
import { Encoder } from './encoder.js';
import { packetIdentifierOf, qosOf, refuse, refuseIfPresent } from './field-checks.js';
import { FieldWriter } from './field-writer.js';
import { protocolVersionOf } from './options.js';
import { frameLength } from './peer.js';
import { propertiesLength, writeProperties } from './properties.js';
import { publishFirstByte } from './publish.js';

/** What all subscribers get. A decoded PUBLISH is one; what belongs to its connection is not looked at. */
export interface FanOutMessage {
  /** Topic Name; not empty. */
  readonly topic: string;
  /** Application Message; empty if left out. */
  readonly payload?: EncodableBytes | undefined;
  /**
   * For subscribers of MQTT 5.0; others get none. A Topic Alias and Subscription Identifiers in them are left
   * out: they belong to the connection on which the message came (3.3.2-7).
   */
  readonly properties?: PublishProperties | undefined;
}

/** What one subscriber gets besides: QoS 0, not retained and in MQTT 3.1.1 where left out. */
export interface FanOutDelivery {
  readonly protocolVersion?: ProtocolVersion | undefined;
  readonly qos?: QoS | undefined;
  readonly dup?: boolean | undefined;
  readonly retain?: boolean | undefined;
  /** 1 to 65,535; there exactly when QoS is 1 or 2. */
  readonly packetIdentifier?: number | undefined;
  /** MQTT 5.0: the Topic Alias, 1 to 65,535 (3.3.2.3.4). */
  readonly topicAlias?: number | undefined;
  /** MQTT 5.0: whether the Topic Name is left out, because the subscriber knows the alias. */
  readonly omitTopic?: boolean | undefined;
  /** MQTT 5.0: of the subscriptions for which the message is sent (3.3.2.3.8). */
  readonly subscriptionIdentifiers?: readonly number[] | undefined;
  /** Bytes of the largest frame that the subscriber accepts. Not checked if left out. */
  readonly maximumPacketSize?: number | undefined;
}

/** What stands before the payload; the Packet Identifier is 0 until it is written into a copy. */
interface Head {
  readonly bytes: Uint8Array;
  readonly identifierAt: number;
  /** Head and payload, once they are wanted. */
  frame: Uint8Array | undefined;
}

const NONE = new Uint8Array(0);
const NO_TOPIC = new Uint8Array(2);

/** The rules of PUBLISH by version, once they are wanted. */
const CONTEXTS = new Map<ProtocolVersion, EncodingContext>();

function contextOf(protocolVersion: ProtocolVersion = 4): EncodingContext {
  return CONTEXTS.get(protocolVersion) ?? makeContext(protocolVersion);
}

function makeContext(version: ProtocolVersion): EncodingContext {
  const protocolVersion = protocolVersionOf(version);
  const rules = { protocolVersion, sender: 'server', sendsDoubtfulReasonCodes: false } as const;
  const context = contextsOf(rules).get('PUBLISH') as EncodingContext;
  CONTEXTS.set(protocolVersion, context);
  return context;
}

function sharedProperties(properties: PublishProperties | undefined): typeof properties {
  if (typeof properties !== 'object' || properties === null) return properties;
  const { topicAlias: _, subscriptionIdentifiers: __, ...shared } = properties;
  return shared;
}

/** Where the bytes begin behind the Variable Byte Integer at `at`. */
function behindInteger(bytes: Uint8Array, at: number): number {
  return at + integerBytes(variableByteInteger(bytes, at, bytes.length, 0, at));
}

/** The first byte of the frame, if all is right that makes a delivery differ, but for its properties. */
function firstByteOf(context: EncodingContext, delivery: FanOutDelivery): number {
  const { qos = 0, packetIdentifier } = delivery;
  if (qosOf(context, 'qos', qos) === 0 && packetIdentifier !== undefined) {
    refuse(context, 'ERR_MQTT_PACKET_IDENTIFIER_AT_QOS_0', 'packetIdentifier');
  }
  const firstByte = publishFirstByte(context, delivery);
  if (qos !== 0) packetIdentifierOf(context, packetIdentifier);
  return firstByte;
}

/** The properties that only this delivery has, as bytes without their length. */
function ownProperties(context: EncodingContext, delivery: FanOutDelivery): Uint8Array {
  const { topicAlias, subscriptionIdentifiers, omitTopic = false } = delivery;
  if (context.protocolVersion !== 5) {
    refuseIfPresent(context, 'topicAlias', topicAlias);
    refuseIfPresent(context, 'subscriptionIdentifiers', subscriptionIdentifiers);
    if (omitTopic) refuse(context, 'ERR_MQTT_VERSION_OF_PACKET', 'omitTopic');
  }
  if (omitTopic && topicAlias === undefined) {
    refuse(context, 'ERR_MQTT_TOPIC_ALIAS_MISSING', 'topic');
  }
  if (topicAlias === undefined && subscriptionIdentifiers === undefined) return NONE;
  const properties: EncodableProperties = { topicAlias, subscriptionIdentifiers };
  const length = propertiesLength(context, 'PUBLISH', properties);
  const bytes = allocateShortLived(length);
  writeProperties(new FieldWriter(context, bytes, 0, length), 'PUBLISH', properties);
  return bytes.subarray(behindInteger(bytes, 0));
}

/** Encodes the messages of all; nothing that it encodes changes it. */
let encoder: Encoder | undefined;

/**
 * A PUBLISH that goes to many subscribers, encoded once. For a Server: what only Servers may send is allowed.
 *
 * The payload of the message is not copied until a frame is wanted, and {@link PublishFanOut.encodeParts} hands out the
 * caller's own: it must not change as long as the fan-out, or anything that it gave, is in use.
 */
export class PublishFanOut {
  /** Topic Name behind its length; properties without theirs. */
  readonly #topic: Uint8Array;
  readonly #properties: Uint8Array;
  readonly #payload: Uint8Array;
  /** Heads that deliveries share: of MQTT 3 and of MQTT 5.0; at QoS 0, at QoS 0 retained, above QoS 0. */
  readonly #heads: (Head | undefined)[] = [];

  /**
   * @param message see {@link FanOutMessage}; no more than that is looked at
   * @throws `MqttEncodeError` naming field and statement, by the rules of MQTT 5.0
   */
  constructor(message: FanOutMessage) {
    const { topic, payload = '' } = message;
    if (topic === '') refuse(contextOf(5), 'ERR_MQTT_TOPIC_NAME_EMPTY', 'topic');
    const properties = sharedProperties(message.properties);
    encoder ??= new Encoder({ protocolVersion: 5, role: 'server' });
    const parts = encoder.encodeParts({ type: 'PUBLISH', topic, payload, properties });
    const frame = parts[0] as Uint8Array;
    const head = frame.length - (typeof payload === 'string' ? utf8Length(payload) : 0);
    const topicAt = behindInteger(frame, 1);
    const topicEnd =
      topicAt + 2 + (((frame[topicAt] as number) << 8) | (frame[topicAt + 1] as number));
    this.#topic = frame.subarray(topicAt, topicEnd);
    this.#properties = frame.subarray(behindInteger(frame, topicEnd), head);
    this.#payload = parts[1] ?? frame.subarray(head);
  }

  /**
   * The frame for one subscriber: the bytes that {@link Encoder.encode} would give for the message with what `delivery`
   * says.
   *
   * At QoS 0 without Topic Alias and Subscription Identifiers it is the same buffer for all subscribers of a version
   * (MQTT 3.1 and 3.1.1 count as one) with the same RETAIN: write it, do not write to it. Otherwise it is the caller's.
   *
   * @throws `MqttEncodeError` naming the field, `RangeError` for a `protocolVersion` that is none
   */
  encode(delivery: FanOutDelivery = {}): Uint8Array {
    const { protocolVersion, qos = 0 } = delivery;
    const context = contextOf(protocolVersion);
    const firstByte = firstByteOf(context, delivery);
    const head = this.#headFor(context, delivery, firstByte);
    head.frame ??= this.#join(head.bytes);
    return qos === 0 ? head.frame : withIdentifier(head, head.frame, firstByte, delivery);
  }

  /**
   * The frame for one subscriber for a vectored write (`socket.cork()`, `writev`), without a copy of the payload: what
   * stands before it, and the payload, if it is not empty. The payload is the message's own, the same for all
   * subscribers; the bytes before it are shared or not as those of {@link encode} are.
   *
   * @throws what {@link encode} throws
   */
  encodeParts(delivery: FanOutDelivery = {}): readonly Uint8Array[] {
    const { protocolVersion, qos = 0 } = delivery;
    const context = contextOf(protocolVersion);
    const firstByte = firstByteOf(context, delivery);
    const head = this.#headFor(context, delivery, firstByte);
    const bytes = qos === 0 ? head.bytes : withIdentifier(head, head.bytes, firstByte, delivery);
    return this.#payload.length === 0 ? [bytes] : [bytes, this.#payload];
  }

  /** The head that the delivery shares with others, or one of its own. */
  #headFor(context: EncodingContext, delivery: FanOutDelivery, firstByte: number): Head {
    const { qos = 0, topicAlias, omitTopic, subscriptionIdentifiers, maximumPacketSize } = delivery;
    let head: Head;
    if (
      topicAlias === undefined &&
      subscriptionIdentifiers === undefined &&
      (omitTopic === undefined || omitTopic === false)
    ) {
      const index = (context.protocolVersion === 5 ? 3 : 0) + (qos === 0 ? firstByte & 1 : 2);
      head = this.#heads[index] ??= this.#makeHead(context, delivery, firstByte);
    } else {
      head = this.#makeHead(context, delivery, firstByte);
    }
    if (
      maximumPacketSize !== undefined &&
      head.bytes.length + this.#payload.length >
        peerPacketSize('maximumPacketSize', maximumPacketSize)
    ) {
      refuse(context, 'ERR_MQTT_PACKET_TOO_LARGE', 'packet');
    }
    return head;
  }

  #makeHead(context: EncodingContext, delivery: FanOutDelivery, firstByte: number): Head {
    const own = ownProperties(context, delivery);
    const isMqtt5 = context.protocolVersion === 5;
    const topic = delivery.omitTopic === true ? NO_TOPIC : this.#topic;
    const identifier = firstByte & 6 ? 2 : 0;
    const properties = this.#properties.length + own.length;
    const body =
      topic.length +
      identifier +
      (isMqtt5 ? variableByteIntegerLength(properties) + properties : 0) +
      this.#payload.length;
    if (body > MAXIMUM_REMAINING_LENGTH) refuse(context, 'ERR_MQTT_PACKET_TOO_LARGE', 'packet');
    const length = frameLength(body) - this.#payload.length;
    const bytes = allocateShortLived(length);
    const writer = new FieldWriter(context, bytes, 0, length);
    writer.uint8(firstByte);
    writer.variableByteInteger(body);
    writer.bytes(topic);
    const identifierAt = writer.position;
    if (identifier !== 0) writer.uint16(0);
    if (isMqtt5) {
      writer.variableByteInteger(properties);
      writer.bytes(this.#properties);
      writer.bytes(own);
    }
    writer.finish();
    return { bytes, identifierAt, frame: undefined };
  }

  #join(head: Uint8Array): Uint8Array {
    if (this.#payload.length === 0) return head;
    const frame = allocateShortLived(head.length + this.#payload.length);
    frame.set(head);
    frame.set(this.#payload, head.length);
    return frame;
  }
}

/** A copy of `bytes`, which begin as `head` does, for one delivery above QoS 0. */
function withIdentifier(
  { identifierAt }: Head,
  bytes: Uint8Array,
  firstByte: number,
  { packetIdentifier }: FanOutDelivery,
): Uint8Array {
  const copy = allocateShortLived(bytes.length);
  copy.set(bytes);
  copy[0] = firstByte;
  copy[identifierAt] = (packetIdentifier as number) >> 8;
  copy[identifierAt + 1] = (packetIdentifier as number) & 0xff;
  return copy;
}
