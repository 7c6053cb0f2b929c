/** AUTH (MQTT 5.0, section 3.15) with a body: a reason code and properties. Without one its row says all. */
import type { AuthPacket } from '../protocol/packets.js';
import type { FieldReader } from './field-reader.js';

export function decodeAuth(reader: FieldReader): AuthPacket {
  const start = reader.position;
  const reasonCode = reader.reasonCode('AUTH');
  const withProperties = reader.properties('AUTH');
  reader.finish();
  if (withProperties.properties?.authenticationMethod === undefined) {
    reader.fail('ERR_MQTT_AUTHENTICATION_METHOD_MISSING', start);
  }
  return { type: 'AUTH', reasonCode, ...withProperties };
}
