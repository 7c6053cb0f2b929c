/** UNSUBSCRIBE (section 3.10): Packet Identifier, then Topic Filters. */
import type { UnsubscribePacket } from '../protocol/packets.js';
import type { FieldReader } from './field-reader.js';

export function decodeUnsubscribe(reader: FieldReader): UnsubscribePacket {
  const packetIdentifier = reader.packetIdentifier();
  const topicFilters: string[] = [];
  while (!reader.atEnd) topicFilters.push(reader.topicFilter());
  return { type: 'UNSUBSCRIBE', packetIdentifier, topicFilters };
}
