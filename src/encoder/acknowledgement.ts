/** PUBACK, PUBREC, PUBREL, PUBCOMP (sections 3.4 to 3.7) and UNSUBACK (3.11): a Packet Identifier alone. */
import type { AcknowledgementPacket } from '../protocol/packets.js';
import { type BodyEncoder, packetIdentifierOf } from './field-writer.js';

export const acknowledgementEncoder: BodyEncoder<AcknowledgementPacket> = {
  length: () => 2,

  write(packet, writer) {
    writer.uint16(packetIdentifierOf(packet.type, packet.packetIdentifier));
  },
};
