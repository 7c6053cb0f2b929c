/** DISCONNECT of MQTT 5.0 (section 3.14) with a body: a reason code, and properties, which may be left out. */
import type { DisconnectPacket } from '../protocol/packets.js';
import type { FieldReader } from './field-reader.js';

export function decodeDisconnect(reader: FieldReader): DisconnectPacket {
  const reasonCode = reader.reasonCode('DISCONNECT');
  const withProperties = reader.atEnd ? {} : reader.properties('DISCONNECT');
  reader.finish();
  return { type: 'DISCONNECT', reasonCode, ...withProperties };
}
