/**
 * PUBACK, PUBREC, PUBREL, PUBCOMP (sections 3.4 to 3.7): a Packet Identifier, and in MQTT 5.0 a reason
 * code and properties, of which as much is left out at the end as goes without saying.
 */
import type { AcknowledgementPacket } from '../protocol/packets.js';
import type { BodyEncoder } from './context.js';
import { packetIdentifierOf } from './field-checks.js';
import { plainAcknowledgement } from './plain.js';
import { propertiesLength, writeProperties } from './properties.js';
import { optionalReasonCodeOf } from './reason-codes.js';

export const acknowledgementEncoder: BodyEncoder<AcknowledgementPacket> = {
  plain: plainAcknowledgement,

  length(packet, properties, context) {
    const reasonCode = optionalReasonCodeOf(context, packet);
    if (properties !== undefined) {
      const length = propertiesLength(context, context.packetType, properties);
      if (length > 1) return 3 + length;
    }
    return reasonCode === 0 ? 2 : 3;
  },

  write(packet, properties, writer) {
    const { context } = writer;
    writer.uint16(packetIdentifierOf(context, packet.packetIdentifier));
    if (writer.hasRoom) writer.uint8(optionalReasonCodeOf(context, packet));
    if (writer.hasRoom) writeProperties(writer, context.packetType, properties);
  },
};
