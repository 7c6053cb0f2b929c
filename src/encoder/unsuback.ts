/** UNSUBACK (section 3.11): a Packet Identifier, and in MQTT 5.0 properties and reason codes. */
import type { UnsubackPacket } from '../protocol/packets.js';
import type { BodyEncoder } from './context.js';
import { packetIdentifierOf, refuseIfPresent } from './field-checks.js';
import { propertiesLength, writeProperties } from './properties.js';
import { reasonCodeListOf, writeReasonCodes } from './reason-codes.js';

export const unsubackEncoder: BodyEncoder<UnsubackPacket> = {
  length({ reasonCodes }, properties, context) {
    if (context.protocolVersion === 5) {
      const length = 2 + propertiesLength(context, 'UNSUBACK', properties);
      return length + reasonCodeListOf(context, reasonCodes).length;
    }
    refuseIfPresent(context, 'reasonCodes', reasonCodes);
    return 2;
  },

  write({ packetIdentifier, reasonCodes }, properties, writer) {
    const { context } = writer;
    writer.uint16(packetIdentifierOf(context, packetIdentifier));
    if (context.protocolVersion === 5) {
      writeProperties(writer, 'UNSUBACK', properties);
      writeReasonCodes(writer, reasonCodes);
    }
  },
};
