/** UNSUBSCRIBE (section 3.10). */
import type { UnsubscribePacket } from '../protocol/packets.js';
import type { BodyEncoder } from './context.js';
import { listOf, packetIdentifierOf, topicLength } from './field-checks.js';
import { propertiesLength, writeProperties } from './properties.js';

export const unsubscribeEncoder: BodyEncoder<UnsubscribePacket> = {
  length({ topicFilters }, properties, context) {
    let length = 2 + propertiesLength(context, 'UNSUBSCRIBE', properties);
    for (const [index, topicFilter] of listOf(
      context,
      'topicFilters',
      topicFilters,
      'ERR_MQTT_NO_TOPIC_FILTER',
    ).entries()) {
      length += topicLength(context, `topicFilters[${index}]`, topicFilter);
    }
    return length;
  },

  write({ packetIdentifier, topicFilters }, properties, writer) {
    const { context } = writer;
    writer.uint16(packetIdentifierOf(context, packetIdentifier));
    writeProperties(writer, 'UNSUBSCRIBE', properties);
    for (const [index, topicFilter] of topicFilters.entries()) {
      writer.topicFilter(`topicFilters[${index}]`, topicFilter);
    }
  },
};
