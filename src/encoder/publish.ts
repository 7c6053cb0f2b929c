/** PUBLISH (section 3.3): Topic Name, a Packet Identifier if QoS is 1 or 2, then the Application Message. */
import { PACKET_TYPE, type QoS } from '../protocol/packet-types.js';
import type { EncodablePublishPacket } from '../protocol/packets.js';
import {
  type BodyEncoder,
  bytesLength,
  flag,
  packetIdentifierOf,
  qosOf,
  refuse,
  topicLength,
} from './field-writer.js';

const TYPE = 'PUBLISH';

function qosOfPublish({ qos = 0 }: EncodablePublishPacket): QoS {
  return qosOf(TYPE, 'qos', qos);
}

/** The first byte of the frame: packet type, DUP, QoS, RETAIN (section 3.3.1). */
export function publishFirstByte(packet: EncodablePublishPacket): number {
  const qos = qosOfPublish(packet);
  const dup = flag(TYPE, 'dup', packet.dup, false);
  const retain = flag(TYPE, 'retain', packet.retain, false);
  if (dup && qos === 0) refuse('ERR_MQTT_DUP_AT_QOS_0', TYPE, 'dup');
  return (PACKET_TYPE.PUBLISH << 4) | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0);
}

export const publishEncoder: BodyEncoder<EncodablePublishPacket> = {
  length(packet) {
    const { topic, payload = '', packetIdentifier } = packet;
    const qos = qosOfPublish(packet);
    if (qos === 0 && packetIdentifier !== undefined) {
      refuse('ERR_MQTT_PACKET_IDENTIFIER_AT_QOS_0', TYPE, 'packetIdentifier');
    }
    const header = topicLength(TYPE, 'topic', topic) + (qos === 0 ? 0 : 2);
    return header + bytesLength(TYPE, 'payload', payload);
  },

  write(packet, writer) {
    writer.topicName('topic', packet.topic);
    if (qosOfPublish(packet) !== 0)
      writer.uint16(packetIdentifierOf(TYPE, packet.packetIdentifier));
    if (packet.payload !== undefined) writer.bytes(packet.payload);
  },
};
