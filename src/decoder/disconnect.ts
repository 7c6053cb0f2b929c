/** DISCONNECT of MQTT 5.0 (section 3.14): a reason code and properties, both of which may be left out from the end. */
import type { DisconnectPacket } from '../protocol/packets.js';
import type { FieldReader } from './field-reader.js';

export function decodeDisconnect(reader: FieldReader): DisconnectPacket {
  const reasonCode = reader.atEnd ? 0 : reader.reasonCode('DISCONNECT');
  const withProperties = reader.atEnd ? {} : reader.properties('DISCONNECT');
  reader.finish();
  return { type: 'DISCONNECT', reasonCode, ...withProperties };
}
