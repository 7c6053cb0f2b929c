/** SUBACK (section 3.9): Packet Identifier, properties, then a return code or reason code a subscription. */
import type { SubackPacket } from '../protocol/packets.js';
import { isSubscribeReturnCode, type SubscribeReturnCode } from '../protocol/return-codes.js';
import type { FieldReader } from './field-reader.js';

export function decodeSuback(reader: FieldReader): SubackPacket {
  const packetIdentifier = reader.packetIdentifier();
  if (reader.isMqtt5) {
    const withProperties = reader.properties('SUBACK');
    const reasonCodes = reader.reasonCodes('SUBACK');
    return { type: 'SUBACK', packetIdentifier, ...withProperties, reasonCodes };
  }
  const returnCodes: SubscribeReturnCode[] = [];
  while (!reader.atEnd) {
    const at = reader.position;
    const code = reader.uint8();
    if (!isSubscribeReturnCode(code)) return reader.fail('ERR_MQTT_SUBSCRIBE_RETURN_CODE', at);
    returnCodes.push(code);
  }
  return { type: 'SUBACK', packetIdentifier, returnCodes };
}
