/** AUTH (MQTT 5.0, section 3.15): empty, or a reason code and properties that name the method. */
import type { EncodableAuthPacket } from '../protocol/packets.js';
import type { BodyEncoder } from './context.js';
import { refuse } from './field-checks.js';
import { propertiesLength, propertyOf, writeProperties } from './properties.js';
import { optionalReasonCodeOf } from './reason-codes.js';

export const authEncoder: BodyEncoder<EncodableAuthPacket> = {
  length(packet, properties, context) {
    const reasonCode = optionalReasonCodeOf(context, packet);
    const length = propertiesLength(context, 'AUTH', properties);
    if (reasonCode === 0 && length === 1) return 0;
    if (propertyOf(properties, 'authenticationMethod') === undefined) {
      const field = 'properties.authenticationMethod';
      refuse(context, 'ERR_MQTT_AUTHENTICATION_METHOD_MISSING', field);
    }
    return 1 + length;
  },

  write(packet, properties, writer) {
    if (!writer.hasRoom) return;
    writer.uint8(optionalReasonCodeOf(writer.context, packet));
    writeProperties(writer, 'AUTH', properties);
  },
};
