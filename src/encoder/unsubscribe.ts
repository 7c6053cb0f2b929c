/** UNSUBSCRIBE (section 3.10). */
import type { UnsubscribePacket } from '../protocol/packets.js';
import { type BodyEncoder, listOf, packetIdentifierOf, topicLength } from './field-writer.js';

const TYPE = 'UNSUBSCRIBE';

export const unsubscribeEncoder: BodyEncoder<UnsubscribePacket> = {
  length({ topicFilters }) {
    let length = 2;
    for (const [index, topicFilter] of listOf(
      TYPE,
      'topicFilters',
      topicFilters,
      'ERR_MQTT_NO_TOPIC_FILTER',
    ).entries()) {
      length += topicLength(TYPE, `topicFilters[${index}]`, topicFilter);
    }
    return length;
  },

  write({ packetIdentifier, topicFilters }, writer) {
    writer.uint16(packetIdentifierOf(TYPE, packetIdentifier));
    for (const [index, topicFilter] of topicFilters.entries()) {
      writer.topicFilter(`topicFilters[${index}]`, topicFilter);
    }
  },
};
