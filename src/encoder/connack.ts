/** CONNACK (section 3.2): a return code up to MQTT 3.1.1, a reason code and properties in MQTT 5.0. */
import type { ConnackPacket } from '../protocol/packets.js';
import { isConnectReturnCode } from '../protocol/return-codes.js';
import type { BodyEncoder, EncodingContext } from './context.js';
import { flag, refuse, refuseIfPresent } from './field-checks.js';
import { propertiesLength, writeProperties } from './properties.js';
import { reasonCodeOf } from './reason-codes.js';

function codeOf(context: EncodingContext, { returnCode, reasonCode }: ConnackPacket): number {
  if (context.protocolVersion === 5) {
    refuseIfPresent(context, 'returnCode', returnCode);
    if (reasonCode === undefined) {
      return refuse(context, 'ERR_MQTT_NO_REASON_CODE', 'reasonCode');
    }
    return reasonCodeOf(context, 'reasonCode', reasonCode);
  }
  refuseIfPresent(context, 'reasonCode', reasonCode);
  if (returnCode === undefined || !isConnectReturnCode(returnCode)) {
    const detail = 'must be an integer from 0 to 5';
    return refuse(context, 'ERR_MQTT_CONNECT_RETURN_CODE', 'returnCode', detail);
  }
  return returnCode;
}

export const connackEncoder: BodyEncoder<ConnackPacket> = {
  length(_packet, properties, context) {
    return 2 + propertiesLength(context, 'CONNACK', properties);
  },

  write(packet, properties, writer) {
    const { context } = writer;
    const present = flag(context, 'sessionPresent', packet.sessionPresent);
    const code = codeOf(context, packet);
    if (present && code !== 0) refuse(context, 'ERR_MQTT_SESSION_PRESENT', 'sessionPresent');
    writer.uint8(present ? 1 : 0);
    writer.uint8(code);
    writeProperties(writer, 'CONNACK', properties);
  },
};
