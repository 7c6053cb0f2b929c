/**
 * DISCONNECT (section 3.14): empty, and in MQTT 5.0 a reason code and properties, of which as much is left
 * out at the end as goes without saying.
 */
import type { DisconnectPacket } from '../protocol/packets.js';
import type { BodyEncoder } from './context.js';
import { propertiesLength, writeProperties } from './properties.js';
import { optionalReasonCodeOf } from './reason-codes.js';

export const disconnectEncoder: BodyEncoder<DisconnectPacket> = {
  length(packet, properties, context) {
    const reasonCode = optionalReasonCodeOf(context, packet);
    const length = propertiesLength(context, 'DISCONNECT', properties);
    if (length > 1) return 1 + length;
    return reasonCode === 0 ? 0 : 1;
  },

  write(packet, properties, writer) {
    if (writer.hasRoom) writer.uint8(optionalReasonCodeOf(writer.context, packet));
    if (writer.hasRoom) writeProperties(writer, 'DISCONNECT', properties);
  },
};
