/** UNSUBACK of MQTT 5.0 (section 3.11): Packet Identifier, properties, then a reason code a Topic Filter. */
import type { UnsubackPacket } from '../protocol/packets.js';
import type { FieldReader } from './field-reader.js';

export function decodeUnsuback(reader: FieldReader): UnsubackPacket {
  const packetIdentifier = reader.packetIdentifier();
  const withProperties = reader.properties('UNSUBACK');
  const reasonCodes = reader.reasonCodes('UNSUBACK');
  return { type: 'UNSUBACK', packetIdentifier, ...withProperties, reasonCodes };
}
