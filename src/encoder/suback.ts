/** SUBACK (section 3.9): return codes up to MQTT 3.1.1, reason codes and properties in MQTT 5.0. */
import type { SubackPacket } from '../protocol/packets.js';
import { isSubscribeReturnCode } from '../protocol/return-codes.js';
import type { BodyEncoder } from './context.js';
import { listOf, packetIdentifierOf, refuse, refuseIfPresent } from './field-checks.js';
import { propertiesLength, writeProperties } from './properties.js';
import { reasonCodeListOf, writeReasonCodes } from './reason-codes.js';

export const subackEncoder: BodyEncoder<SubackPacket> = {
  length({ returnCodes, reasonCodes }, properties, context) {
    if (context.protocolVersion === 5) {
      refuseIfPresent(context, 'returnCodes', returnCodes);
      const length = 2 + propertiesLength(context, 'SUBACK', properties);
      return length + reasonCodeListOf(context, reasonCodes).length;
    }
    refuseIfPresent(context, 'reasonCodes', reasonCodes);
    return 2 + listOf(context, 'returnCodes', returnCodes ?? [], 'ERR_MQTT_NO_RETURN_CODE').length;
  },

  write({ packetIdentifier, returnCodes = [], reasonCodes }, properties, writer) {
    const { context } = writer;
    writer.uint16(packetIdentifierOf(context, packetIdentifier));
    if (context.protocolVersion === 5) {
      writeProperties(writer, 'SUBACK', properties);
      writeReasonCodes(writer, reasonCodes);
      return;
    }
    for (const [index, code] of returnCodes.entries()) {
      if (!isSubscribeReturnCode(code)) {
        refuse(context, 'ERR_MQTT_SUBSCRIBE_RETURN_CODE', `returnCodes[${index}]`);
      }
      writer.uint8(code);
    }
  },
};
