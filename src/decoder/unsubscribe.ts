/** UNSUBSCRIBE (section 3.10): Packet Identifier, properties, then Topic Filters. */
import type { UnsubscribePacket } from '../protocol/packets.js';
import type { FieldReader } from './field-reader.js';

export function decodeUnsubscribe(reader: FieldReader): UnsubscribePacket {
  const packetIdentifier = reader.packetIdentifier();
  const withProperties = reader.properties('UNSUBSCRIBE');
  const topicFilters: string[] = [];
  while (!reader.atEnd) topicFilters.push(reader.topicFilter());
  if (topicFilters.length === 0) reader.fail('ERR_MQTT_NO_TOPIC_FILTER', reader.position);
  return { type: 'UNSUBSCRIBE', packetIdentifier, ...withProperties, topicFilters };
}
