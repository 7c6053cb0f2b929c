/** SUBACK (section 3.9). */
import type { SubackPacket } from '../protocol/packets.js';
import { isSubscribeReturnCode } from '../protocol/return-codes.js';
import { type BodyEncoder, listOf, packetIdentifierOf, refuse } from './field-writer.js';

const TYPE = 'SUBACK';

export const subackEncoder: BodyEncoder<SubackPacket> = {
  length({ returnCodes }) {
    return 2 + listOf(TYPE, 'returnCodes', returnCodes, 'ERR_MQTT_NO_RETURN_CODE').length;
  },

  write({ packetIdentifier, returnCodes }, writer) {
    writer.uint16(packetIdentifierOf(TYPE, packetIdentifier));
    for (const [index, code] of returnCodes.entries()) {
      if (!isSubscribeReturnCode(code)) {
        refuse('ERR_MQTT_SUBSCRIBE_RETURN_CODE', TYPE, `returnCodes[${index}]`);
      }
      writer.uint8(code);
    }
  },
};
