/** SUBSCRIBE (section 3.8): Packet Identifier, properties, then Topic Filters, each with Subscription Options. */

import type { SubscribePacket, Subscription } from '../protocol/packets.js';
import { SUBSCRIPTION_OPTION } from '../protocol/subscription-options.js';
import { SHARE_PREFIX } from '../text.js';
import type { FieldReader } from './field-reader.js';

export function decodeSubscribe(reader: FieldReader): SubscribePacket {
  const packetIdentifier = reader.packetIdentifier();
  const withProperties = reader.properties('SUBSCRIBE');
  const subscriptions: Subscription[] = [];
  while (!reader.atEnd) subscriptions.push(readSubscription(reader));
  if (subscriptions.length === 0) reader.fail('ERR_MQTT_NO_TOPIC_FILTER', reader.position);
  return { type: 'SUBSCRIBE', packetIdentifier, ...withProperties, subscriptions };
}

function readSubscription(reader: FieldReader): Subscription {
  const { reserved, qos: qosBits, noLocal, retainAsPublished } = SUBSCRIPTION_OPTION;
  const topicFilter = reader.topicFilter();
  const at = reader.position;
  const options = reader.uint8();
  const qos = options & qosBits;
  const isReserved = reader.isMqtt5 ? (options & reserved) !== 0 : options > qosBits;
  if (isReserved) reader.fail('ERR_MQTT_SUBSCRIPTION_RESERVED_BITS', at);
  if (qos !== 0 && qos !== 1 && qos !== 2) return reader.fail('ERR_MQTT_INVALID_QOS', at);
  if (!reader.isMqtt5) return { topicFilter, qos };
  const retainHandling = (options >> SUBSCRIPTION_OPTION.retainHandlingShift) & 3;
  if (retainHandling !== 0 && retainHandling !== 1 && retainHandling !== 2) {
    return reader.fail('ERR_MQTT_RETAIN_HANDLING', at);
  }
  const isLocal = (options & noLocal) === 0;
  if (!isLocal && topicFilter.startsWith(SHARE_PREFIX)) {
    reader.fail('ERR_MQTT_NO_LOCAL_ON_SHARED_SUBSCRIPTION', at);
  }
  return {
    topicFilter,
    qos,
    noLocal: !isLocal,
    retainAsPublished: (options & retainAsPublished) !== 0,
    retainHandling,
  };
}
