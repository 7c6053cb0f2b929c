/** AUTH (MQTT 5.0, section 3.15): a reason code and properties, which may be left out together. */
import type { AuthPacket } from '../protocol/packets.js';
import type { FieldReader } from './field-reader.js';

export function decodeAuth(reader: FieldReader): AuthPacket {
  if (reader.atEnd) {
    // Success, which only a Server says.
    reader.expectSender('server', 'ERR_MQTT_REASON_CODE');
    return { type: 'AUTH', reasonCode: 0 };
  }
  const start = reader.position;
  const reasonCode = reader.reasonCode('AUTH');
  const withProperties = reader.properties('AUTH');
  reader.finish();
  if (withProperties.properties?.authenticationMethod === undefined) {
    reader.fail('ERR_MQTT_AUTHENTICATION_METHOD_MISSING', start);
  }
  return { type: 'AUTH', reasonCode, ...withProperties };
}
