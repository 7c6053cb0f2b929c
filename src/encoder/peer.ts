/** What the peer accepts and wants, and what becomes of a packet for its sake. */
import { MAXIMUM_REMAINING_LENGTH, variableByteIntegerLength } from '../protocol/packet-types.js';
import type { EncodablePacket } from '../protocol/packets.js';
import type { EncodableProperties, EncodingContext } from './context.js';
import { DIAGNOSTICS, omitsDiagnostics, without, yieldsToLimit } from './diagnostics.js';
import { refuse } from './field-checks.js';
import type { CheckedLimits } from './options.js';
import { propertiesOf, propertyOf } from './properties.js';
import type { EncodableMessage } from './publish.js';
import { TopicAliases } from './topic-aliases.js';

/** Length of the frame whose body takes so many bytes. */
export function frameLength(body: number): number {
  return 1 + variableByteIntegerLength(body) + body;
}

/** The peer of one connection, as the options of the encoder tell of it. */
export class Peer {
  #limits: CheckedLimits;
  /** The aliases that the peer knows, if the encoder gives them. */
  topicAliases: TopicAliases | undefined;

  constructor(limits: CheckedLimits, assignsTopicAliases: boolean) {
    this.#limits = limits;
    this.topicAliases = assignsTopicAliases
      ? new TopicAliases(limits.topicAliasMaximum ?? 0)
      : undefined;
  }

  /** The peer has told its limits. */
  setLimits(limits: CheckedLimits): void {
    this.#limits = limits;
    this.topicAliases?.setMaximum(limits.topicAliasMaximum ?? 0);
  }

  /** The packet as it is to be written: itself, unless it is given a Topic Alias. */
  plan(packet: EncodablePacket, context: EncodingContext): EncodablePacket {
    const aliases = this.topicAliases;
    if (aliases === undefined || context.packetType !== 'PUBLISH') return packet;
    if (context.protocolVersion !== 5) return packet;
    const planned = aliases.plan(packet as EncodableMessage);
    if (planned === packet || planned.topic === '') return planned;
    // A new alias makes the packet longer, and it can do without.
    return this.#fits(planned, planned.properties, context) ? planned : packet;
  }

  /** The properties of `packet` that are to be written: those that are given, or fewer. */
  propertiesOf(packet: EncodablePacket, context: EncodingContext): EncodableProperties | undefined {
    const given = (packet as { readonly properties?: EncodableProperties }).properties;
    if (given === undefined) return undefined;
    const properties = propertiesOf(context, 'properties', given);
    return properties === undefined ? undefined : this.#keep(properties, packet, context);
  }

  #keep(
    given: EncodableProperties,
    packet: EncodablePacket,
    context: EncodingContext,
  ): EncodableProperties {
    let properties = given;
    if (this.#limits.omitDiagnostics && omitsDiagnostics(context)) {
      // What is wrong with them is wrong although they are not sent.
      context.body.length(packet, properties, context);
      properties = DIAGNOSTICS.reduce(without, properties);
    }
    if (!yieldsToLimit(context)) return properties;
    for (const omitted of DIAGNOSTICS) {
      if (this.#fits(packet, properties, context)) break;
      properties = without(properties, omitted);
    }
    return properties;
  }

  /** Length of the body, if the peer accepts the packet. */
  bodyLength(
    packet: EncodablePacket,
    properties: EncodableProperties | undefined,
    context: EncodingContext,
  ): number {
    const body = context.body.length(packet, properties, context);
    if (!this.accepts(body)) refuse(context, 'ERR_MQTT_PACKET_TOO_LARGE', 'packet');
    const { topicAliasMaximum } = this.#limits;
    if (properties !== undefined && topicAliasMaximum !== undefined) {
      const alias = propertyOf(properties, 'topicAlias');
      if (alias !== undefined && alias > topicAliasMaximum) {
        refuse(context, 'ERR_MQTT_TOPIC_ALIAS_TOO_LARGE', 'properties.topicAlias');
      }
    }
    return body;
  }

  #fits(
    packet: EncodablePacket,
    properties: EncodableProperties | undefined,
    context: EncodingContext,
  ): boolean {
    return this.accepts(context.body.length(packet, properties, context));
  }

  /** Whether it takes a frame whose body has so many bytes. */
  accepts(body: number): boolean {
    return body <= MAXIMUM_REMAINING_LENGTH && frameLength(body) <= this.#limits.maximumPacketSize;
  }
}
