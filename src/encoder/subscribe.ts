/** SUBSCRIBE (section 3.8). Subscription Options besides QoS are MQTT 5.0. */
import type { SubscribePacket, Subscription } from '../protocol/packets.js';
import { SUBSCRIPTION_OPTION } from '../protocol/subscription-options.js';
import type { BodyEncoder, EncodingContext } from './context.js';
import { flag, listOf, packetIdentifierOf, qosOf, refuse, topicLength } from './field-checks.js';
import { propertiesLength, writeProperties } from './properties.js';

/** Before MQTT 5.0 there are no such options, so they may be there only if they ask for nothing. */
function refuseOptions(context: EncodingContext, field: string, subscription: Subscription): void {
  const { noLocal = false, retainAsPublished = false, retainHandling = 0 } = subscription;
  const code = 'ERR_MQTT_VERSION_OF_PACKET';
  if (noLocal !== false) refuse(context, code, `${field}.noLocal`);
  if (retainAsPublished !== false) refuse(context, code, `${field}.retainAsPublished`);
  if (retainHandling !== 0) refuse(context, code, `${field}.retainHandling`);
}

/** The byte of Subscription Options (section 3.8.3.1). */
function optionsOf(
  context: EncodingContext,
  field: string,
  subscription: Subscription,
  isShared: boolean,
): number {
  const { retainHandling = 0 } = subscription;
  let options: number = qosOf(context, `${field}.qos`, subscription.qos);
  if (context.protocolVersion !== 5) {
    refuseOptions(context, field, subscription);
    return options;
  }
  if (flag(context, `${field}.noLocal`, subscription.noLocal, false)) {
    if (isShared) {
      refuse(context, 'ERR_MQTT_NO_LOCAL_ON_SHARED_SUBSCRIPTION', `${field}.noLocal`);
    }
    options |= SUBSCRIPTION_OPTION.noLocal;
  }
  if (flag(context, `${field}.retainAsPublished`, subscription.retainAsPublished, false)) {
    options |= SUBSCRIPTION_OPTION.retainAsPublished;
  }
  if (retainHandling !== 0 && retainHandling !== 1 && retainHandling !== 2) {
    refuse(context, 'ERR_MQTT_RETAIN_HANDLING', `${field}.retainHandling`);
  }
  return options | (retainHandling << SUBSCRIPTION_OPTION.retainHandlingShift);
}

export const subscribeEncoder: BodyEncoder<SubscribePacket> = {
  length({ subscriptions }, properties, context) {
    let length = 2 + propertiesLength(context, 'SUBSCRIBE', properties);
    for (const [index, subscription] of listOf(
      context,
      'subscriptions',
      subscriptions,
      'ERR_MQTT_NO_TOPIC_FILTER',
    ).entries()) {
      const field = `subscriptions[${index}].topicFilter`;
      length += topicLength(context, field, subscription?.topicFilter) + 1;
    }
    return length;
  },

  write({ packetIdentifier, subscriptions }, properties, writer) {
    const { context } = writer;
    writer.uint16(packetIdentifierOf(context, packetIdentifier));
    writeProperties(writer, 'SUBSCRIBE', properties);
    for (const [index, subscription] of subscriptions.entries()) {
      const field = `subscriptions[${index}]`;
      const isShared = writer.topicFilter(`${field}.topicFilter`, subscription.topicFilter);
      writer.uint8(optionsOf(context, field, subscription, isShared));
    }
  },
};
