/** CONNACK (section 3.2): Connect Acknowledge Flags and Connect Return code. */
import type { ConnackPacket } from '../protocol/packets.js';
import { isConnectReturnCode } from '../protocol/return-codes.js';
import type { FieldReader } from './field-reader.js';

export function decodeConnack(reader: FieldReader): ConnackPacket {
  const flagsAt = reader.position;
  const flags = reader.uint8();
  if (flags > 1) reader.fail('ERR_MQTT_CONNACK_FLAGS', flagsAt);
  const codeAt = reader.position;
  const returnCode = reader.uint8();
  if (!isConnectReturnCode(returnCode)) {
    return reader.fail('ERR_MQTT_CONNECT_RETURN_CODE', codeAt);
  }
  const sessionPresent = flags === 1;
  if (sessionPresent && returnCode !== 0) reader.fail('ERR_MQTT_SESSION_PRESENT', flagsAt);
  reader.finish();
  return { type: 'CONNACK', sessionPresent, returnCode };
}
