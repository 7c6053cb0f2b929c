/** SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK as mqtt-packet takes them: a Packet Identifier, properties in MQTT 5.0, a list. */
import { PACKET_TYPE } from '../protocol/packet-types.js';
import type { FrameWriter } from './frame-writer.js';
import { type Fields, fieldsOf, isByte, messageIdOf } from './write-fields.js';
import { fittingFrame, writeProperties } from './write-properties.js';

/** What a SUBACK says of a subscription that was refused: asked for, it is QoS 0, as with mqtt-packet. */
const REFUSED = 0x80;

/** MQTT 3.1 marks repeated requests. */
function requestFirstByte(type: number, { dup }: Fields): number {
  return (type << 4) | (dup ? 8 : 0) | 2;
}

/** A list as it is now, if it is one, is not empty, and has nothing but what it may have. */
function listOf<T>(value: unknown, field: string, isItem: (item: unknown) => item is T): T[] {
  const list: T[] = [];
  if (typeof value === 'object' && value !== null) {
    const { length } = value as ArrayLike<unknown>;
    for (let i = 0; i < length; i++) {
      const item = (value as ArrayLike<unknown>)[i];
      if (!isItem(item)) throw new Error(`Invalid ${field}`);
      list.push(item);
    }
  }
  if (list.length === 0) throw new Error(`Invalid ${field}`);
  return list;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** The options of a subscription of MQTT 5.0 that are beyond its QoS. */
function subscriptionOptions(subscription: Fields): number {
  const nl = subscription.nl || false;
  if (typeof nl !== 'boolean') throw new Error('Invalid subscriptions - invalid No Local');
  const rap = subscription.rap || false;
  if (typeof rap !== 'boolean') {
    throw new Error('Invalid subscriptions - invalid Retain as Published');
  }
  const rh = subscription.rh || 0;
  if (rh !== 0 && rh !== 1 && rh !== 2) {
    throw new Error('Invalid subscriptions - invalid Retain Handling');
  }
  return (nl ? 4 : 0) | (rap ? 8 : 0) | (rh << 4);
}

function writeSubscription(writer: FrameWriter, subscription: Fields, mqtt5: boolean): void {
  const { topic, qos } = subscription;
  if (typeof topic !== 'string') throw new Error('Invalid subscriptions - invalid topic');
  if (qos !== 0 && qos !== 1 && qos !== 2 && qos !== REFUSED) {
    throw new Error('Invalid subscriptions - invalid qos');
  }
  const options = mqtt5 ? subscriptionOptions(subscription) : 0;
  writer.lengthAndBytes('subscriptions - invalid topic', topic);
  writer.uint8(options | (qos & 3));
}

export function encodeSubscribe(writer: FrameWriter, packet: Fields, mqtt5: boolean): Buffer {
  writer.begin();
  writer.uint16(messageIdOf(packet));
  if (mqtt5) writeProperties(writer, packet.properties);
  const { subscriptions } = packet;
  const list =
    typeof subscriptions === 'object' ? (subscriptions as ArrayLike<unknown>) : undefined;
  if (!list?.length) throw new Error('Invalid subscriptions');
  for (let i = 0; i < list.length; i++) writeSubscription(writer, fieldsOf(list[i]), mqtt5);
  return writer.end(requestFirstByte(PACKET_TYPE.SUBSCRIBE, packet));
}

export function encodeUnsubscribe(writer: FrameWriter, packet: Fields, mqtt5: boolean): Buffer {
  const messageId = messageIdOf(packet);
  const topics = listOf(packet.unsubscriptions, 'unsubscriptions', isText);
  writer.begin();
  writer.uint16(messageId);
  if (mqtt5) writeProperties(writer, packet.properties);
  for (const topic of topics) writer.lengthAndBytes('unsubscriptions', topic);
  return writer.end(requestFirstByte(PACKET_TYPE.UNSUBSCRIBE, packet));
}

/** SUBACK, or UNSUBACK of MQTT 5.0. */
export function encodeGranted(
  writer: FrameWriter,
  firstByte: number,
  packet: Fields,
  opts: unknown,
  mqtt5: boolean,
): Buffer | undefined {
  const messageId = messageIdOf(packet);
  const granted = listOf(packet.granted, 'qos vector', isByte);
  const encode = (without: number): Buffer => {
    writer.begin();
    writer.uint16(messageId);
    if (mqtt5) writeProperties(writer, packet.properties, without);
    for (const code of granted) writer.uint8(code);
    return writer.end(firstByte);
  };
  return mqtt5 ? fittingFrame(opts, encode) : encode(0);
}
