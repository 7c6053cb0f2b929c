/** SUBSCRIBE (section 3.8): Packet Identifier, then Topic Filters, each with a Requested QoS. */
import type { SubscribePacket, Subscription } from '../protocol/packets.js';
import type { FieldReader } from './field-reader.js';

export function decodeSubscribe(reader: FieldReader): SubscribePacket {
  const packetIdentifier = reader.packetIdentifier();
  const subscriptions: Subscription[] = [];
  while (!reader.atEnd) {
    const topicFilter = reader.topicFilter();
    const qosAt = reader.position;
    const qos = reader.uint8();
    if (qos > 3) reader.fail('ERR_MQTT_SUBSCRIPTION_RESERVED_BITS', qosAt);
    if (qos !== 0 && qos !== 1 && qos !== 2) return reader.fail('ERR_MQTT_INVALID_QOS', qosAt);
    subscriptions.push({ topicFilter, qos });
  }
  return { type: 'SUBSCRIBE', packetIdentifier, subscriptions };
}
