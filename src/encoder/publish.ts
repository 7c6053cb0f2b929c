/**
 * PUBLISH (section 3.3): Topic Name, a Packet Identifier if QoS is 1 or 2, properties in MQTT 5.0, then the
 * Application Message, which may also follow in parts.
 */
import { MAXIMUM_REMAINING_LENGTH, PACKET_TYPE, type QoS } from '../protocol/packet-types.js';
import type { EncodablePublishPacket, EncodablePublishStart } from '../protocol/packets.js';
import type { BodyEncoder, EncodableProperties, EncodingContext } from './context.js';
import {
  bytesLength,
  flag,
  integerOf,
  packetIdentifierOf,
  qosOf,
  refuse,
  topicLength,
} from './field-checks.js';
import type { FieldWriter } from './field-writer.js';
import { plainPublish } from './plain.js';
import { propertiesLength, propertyOf, writeProperties } from './properties.js';

/** A PUBLISH, with its payload or without. */
export type EncodableMessage = EncodablePublishPacket | EncodablePublishStart;

/** What the first byte says of a message. */
type Flags = Pick<EncodableMessage, 'qos' | 'dup' | 'retain'>;

function qosOfPublish(context: EncodingContext, { qos = 0 }: Flags): QoS {
  return qosOf(context, 'qos', qos);
}

/** The first byte of the frame: packet type, DUP, QoS, RETAIN (section 3.3.1). */
export function publishFirstByte(context: EncodingContext, packet: Flags): number {
  const qos = qosOfPublish(context, packet);
  const dup = flag(context, 'dup', packet.dup, false);
  const retain = flag(context, 'retain', packet.retain, false);
  if (dup && qos === 0) refuse(context, 'ERR_MQTT_DUP_AT_QOS_0', 'dup');
  return (PACKET_TYPE.PUBLISH << 4) | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
}

/** Length of all that stands before the payload. */
function headLength(
  packet: EncodableMessage,
  properties: EncodableProperties | undefined,
  context: EncodingContext,
): number {
  const { topic, packetIdentifier } = packet;
  const qos = qosOfPublish(context, packet);
  if (qos === 0 && packetIdentifier !== undefined) {
    refuse(context, 'ERR_MQTT_PACKET_IDENTIFIER_AT_QOS_0', 'packetIdentifier');
  }
  const length = topicLength(context, 'topic', topic) + (qos === 0 ? 0 : 2);
  return length + propertiesLength(context, 'PUBLISH', properties);
}

/** A Topic Name that the receiver knows by its alias (MQTT 5.0). */
function writeNoTopic(properties: EncodableProperties | undefined, writer: FieldWriter): void {
  if (propertyOf(properties, 'topicAlias') === undefined) {
    refuse(writer.context, 'ERR_MQTT_TOPIC_ALIAS_MISSING', 'topic');
  }
  writer.uint16(0);
}

function writeHead(
  packet: EncodableMessage,
  properties: EncodableProperties | undefined,
  writer: FieldWriter,
): void {
  const { context } = writer;
  if (packet.topic === '' && context.protocolVersion === 5) writeNoTopic(properties, writer);
  else writer.topicName('topic', packet.topic);
  if (qosOfPublish(context, packet) !== 0) {
    writer.uint16(packetIdentifierOf(context, packet.packetIdentifier));
  }
  writeProperties(writer, 'PUBLISH', properties);
}

export const publishEncoder: BodyEncoder<EncodablePublishPacket> = {
  plain: plainPublish,

  length(packet, properties, context) {
    const { payload = '' } = packet;
    return headLength(packet, properties, context) + bytesLength(context, 'payload', payload);
  },

  write(packet, properties, writer) {
    writeHead(packet, properties, writer);
    if (packet.payload !== undefined) writer.bytes(packet.payload);
  },
};

/** A PUBLISH whose payload is not written, but counted in the length. */
export const publishStartEncoder: BodyEncoder<EncodablePublishStart> = {
  length(packet, properties, context) {
    const { payloadLength } = packet;
    return (
      headLength(packet, properties, context) +
      integerOf(context, 'payloadLength', payloadLength, MAXIMUM_REMAINING_LENGTH)
    );
  },

  write: writeHead,
};
