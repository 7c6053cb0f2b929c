/** CONNACK (section 3.2). */
import type { ConnackPacket } from '../protocol/packets.js';
import { isConnectReturnCode } from '../protocol/return-codes.js';
import { type BodyEncoder, flag, refuse } from './field-writer.js';

const TYPE = 'CONNACK';

export const connackEncoder: BodyEncoder<ConnackPacket> = {
  length: () => 2,

  write({ sessionPresent, returnCode }, writer) {
    const present = flag(TYPE, 'sessionPresent', sessionPresent);
    if (!isConnectReturnCode(returnCode)) {
      refuse('ERR_MQTT_CONNECT_RETURN_CODE', TYPE, 'returnCode', 'must be an integer from 0 to 5');
    }
    if (present && returnCode !== 0) refuse('ERR_MQTT_SESSION_PRESENT', TYPE, 'sessionPresent');
    writer.uint8(present ? 1 : 0);
    writer.uint8(returnCode);
  },
};
