/** CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, DISCONNECT, AUTH as mqtt-packet takes them: fixed fields, and properties in MQTT 5.0. */
import { PACKET_TYPE } from '../protocol/packet-types.js';
import type { FrameWriter } from './frame-writer.js';
import { type Fields, isByte, messageIdOf, reasonCodeOf, refuse } from './write-fields.js';
import { fittingFrame, writeProperties } from './write-properties.js';

/** The first byte of a packet that has nothing but a Packet Identifier, a reason code and properties. */
const FIRST_BYTE = {
  puback: PACKET_TYPE.PUBACK << 4,
  pubrec: PACKET_TYPE.PUBREC << 4,
  pubrel: (PACKET_TYPE.PUBREL << 4) | 2,
  pubcomp: PACKET_TYPE.PUBCOMP << 4,
} as const;

export function encodeConnack(writer: FrameWriter, packet: Fields, mqtt5: boolean): Buffer {
  const code = mqtt5 ? packet.reasonCode : packet.returnCode;
  if (typeof code !== 'number') throw new Error('Invalid return code');
  if (!isByte(code)) refuse('return code', code);
  writer.begin();
  writer.uint8(packet.sessionPresent ? 1 : 0);
  writer.uint8(code);
  if (mqtt5) writeProperties(writer, packet.properties);
  return writer.end(PACKET_TYPE.CONNACK << 4);
}

/**
 * PUBACK, PUBREC, PUBREL or PUBCOMP. Without properties the reason code 0 is left out, if it is there; mqtt-packet writes both
 * if it is not.
 */
export function encodeAcknowledgement(
  writer: FrameWriter,
  type: keyof typeof FIRST_BYTE,
  packet: Fields,
  opts: unknown,
  mqtt5: boolean,
): Buffer | undefined {
  const firstByte = FIRST_BYTE[type];
  const messageId = messageIdOf(packet);
  if (!mqtt5) return encodeMessageId(writer, firstByte, messageId);
  const { reasonCode, properties } = packet;
  const hasProperties = typeof properties === 'object' && properties !== null;
  if (!hasProperties && reasonCode === 0) return encodeMessageId(writer, firstByte, messageId);
  const encode = (without: number): Buffer => {
    writer.begin();
    writer.uint16(messageId);
    writer.uint8(reasonCodeOf(reasonCode));
    writeProperties(writer, properties, without);
    return writer.end(firstByte);
  };
  return hasProperties ? fittingFrame(opts, encode) : encode(0);
}

/** A frame of a Packet Identifier alone: an acknowledgement that says no more. */
export function encodeMessageId(writer: FrameWriter, firstByte: number, messageId: number): Buffer {
  writer.begin();
  writer.uint16(messageId);
  return writer.end(firstByte);
}

/** DISCONNECT of MQTT 5.0, which mqtt-packet always writes in full, or AUTH. */
export function encodeReason(
  writer: FrameWriter,
  firstByte: number,
  packet: Fields,
  opts: unknown,
): Buffer | undefined {
  const { reasonCode, properties } = packet;
  return fittingFrame(opts, (without) => {
    writer.begin();
    writer.uint8(reasonCodeOf(reasonCode));
    writeProperties(writer, properties, without);
    return writer.end(firstByte);
  });
}
