/** SUBSCRIBE (section 3.8). */
import type { SubscribePacket } from '../protocol/packets.js';
import {
  type BodyEncoder,
  listOf,
  packetIdentifierOf,
  qosOf,
  topicLength,
} from './field-writer.js';

const TYPE = 'SUBSCRIBE';

export const subscribeEncoder: BodyEncoder<SubscribePacket> = {
  length({ subscriptions }) {
    let length = 2;
    for (const [index, subscription] of listOf(
      TYPE,
      'subscriptions',
      subscriptions,
      'ERR_MQTT_NO_TOPIC_FILTER',
    ).entries()) {
      const field = `subscriptions[${index}].topicFilter`;
      length += topicLength(TYPE, field, subscription?.topicFilter) + 1;
    }
    return length;
  },

  write({ packetIdentifier, subscriptions }, writer) {
    writer.uint16(packetIdentifierOf(TYPE, packetIdentifier));
    for (const [index, { topicFilter, qos }] of subscriptions.entries()) {
      writer.topicFilter(`subscriptions[${index}].topicFilter`, topicFilter);
      writer.uint8(qosOf(TYPE, `subscriptions[${index}].qos`, qos));
    }
  },
};
