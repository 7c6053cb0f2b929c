/** CONNACK (section 3.2): Connect Acknowledge Flags, Connect Return code or reason code, and properties. */
import type { ConnackPacket } from '../protocol/packets.js';
import { isConnectReturnCode } from '../protocol/return-codes.js';
import type { FieldReader } from './field-reader.js';

export function decodeConnack(reader: FieldReader): ConnackPacket {
  const flagsAt = reader.position;
  const flags = reader.uint8();
  if (flags > 1) reader.fail('ERR_MQTT_CONNACK_FLAGS', flagsAt);
  const sessionPresent = flags === 1;
  const codeAt = reader.position;
  if (!reader.isMqtt5) {
    const returnCode = reader.uint8();
    if (!isConnectReturnCode(returnCode)) {
      return reader.fail('ERR_MQTT_CONNECT_RETURN_CODE', codeAt);
    }
    if (sessionPresent && returnCode !== 0) reader.fail('ERR_MQTT_SESSION_PRESENT', flagsAt);
    reader.finish();
    return { type: 'CONNACK', sessionPresent, returnCode };
  }
  const isOfMqtt3 = isConnectReturnCode(reader.uint8()) && reader.atEnd;
  if (isOfMqtt3) reader.fail('ERR_MQTT_CONNACK_OF_MQTT_3', codeAt);
  reader.position = codeAt;
  const reasonCode = reader.reasonCode('CONNACK');
  if (sessionPresent && reasonCode !== 0) reader.fail('ERR_MQTT_SESSION_PRESENT', flagsAt);
  const withProperties = reader.properties('CONNACK');
  reader.finish();
  return { type: 'CONNACK', sessionPresent, reasonCode, ...withProperties };
}
