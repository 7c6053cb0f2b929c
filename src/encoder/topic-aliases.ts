/**
 * Topic Aliases that the encoder gives by itself (MQTT 5.0, section 3.3.2.3.4): the first PUBLISH to a topic
 * carries the topic and an alias, later ones the alias alone. When all aliases are in use, the one
 * whose topic has not been used for longest is given anew.
 *
 * The receiver remembers what was sent to it, so nothing is remembered here that was not: planning
 * changes nothing, and only {@link TopicAliases.sent} says that a frame has been written. An
 * alias that a packet brings along belongs to the caller from then on and is never given again:
 * the caller may well use it later without its topic.
 */
import { utf8Length } from '../bytes.js';
import type { EncodableProperties } from './context.js';
import { propertyOf } from './properties.js';
import type { EncodableMessage } from './publish.js';

/** A topic of so few bytes is not longer than the property that would replace it. */
const PROPERTY_LENGTH = 3;

function withAlias(packet: EncodableMessage, topic: string, topicAlias: number): EncodableMessage {
  const { qos, dup, retain, packetIdentifier } = packet;
  const properties = { ...packet.properties, topicAlias };
  const message = { topic, qos, dup, retain, packetIdentifier, properties };
  return packet.type === 'PUBLISH'
    ? { type: packet.type, ...message, payload: packet.payload }
    : { type: packet.type, ...message, payloadLength: packet.payloadLength };
}

function explicitAlias({ properties }: EncodableMessage): unknown {
  return typeof properties === 'object' && properties !== null
    ? propertyOf(properties as EncodableProperties, 'topicAlias')
    : undefined;
}

/** The aliases of one connection, in one direction. */
export class TopicAliases {
  #maximum: number;
  /** The alias of each topic that has one; the topic used last stands last. */
  #aliases = new Map<string, number>();
  #topics = new Map<number, string>();
  /** Aliases that the caller uses. */
  #taken = new Set<number>();
  /** The lowest alias that has been neither given nor taken; those above may have been taken. */
  #next = 1;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /**
   * From now on there may be so many. Those given before are given anew; those that the caller uses stay the
   * caller's.
   */
  setMaximum(maximum: number): void {
    this.#maximum = maximum;
    this.#aliases.clear();
    this.#topics.clear();
    this.#next = 0;
    this.#advance();
  }

  /** The packet as it is to be sent: itself, or a copy with an alias, whose topic is empty if the receiver knows it. */
  plan(packet: EncodableMessage): EncodableMessage {
    const { topic, properties } = packet;
    if (typeof topic !== 'string' || utf8Length(topic) <= PROPERTY_LENGTH) return packet;
    if (properties !== undefined && (typeof properties !== 'object' || properties === null)) {
      return packet;
    }
    if (explicitAlias(packet) !== undefined) return packet;
    const known = this.#aliases.get(topic);
    if (known !== undefined) return withAlias(packet, '', known);
    const alias = this.#aliasToGive();
    return alias === undefined ? packet : withAlias(packet, topic, alias);
  }

  /** `packet` has been written as `planned`, which is what {@link plan} made of it, or `packet` itself. */
  sent(packet: EncodableMessage, planned: EncodableMessage): void {
    const alias = explicitAlias(planned);
    if (typeof alias !== 'number') return;
    if (planned === packet) this.#take(alias);
    else this.#use(planned.topic === '' ? this.#topics.get(alias) : planned.topic, alias);
  }

  /** A new connection begins, on which no alias means anything. */
  clear(): void {
    this.#aliases.clear();
    this.#topics.clear();
    this.#taken.clear();
    this.#next = 1;
  }

  /** The same aliases for the same topics, for putting back. */
  copy(): TopicAliases {
    const copy = new TopicAliases(this.#maximum);
    copy.#aliases = new Map(this.#aliases);
    copy.#topics = new Map(this.#topics);
    copy.#taken = new Set(this.#taken);
    copy.#next = this.#next;
    return copy;
  }

  #aliasToGive(): number | undefined {
    if (this.#next <= this.#maximum) return this.#next;
    const oldest = this.#aliases.values().next();
    return oldest.done === true ? undefined : oldest.value;
  }

  #use(topic: string | undefined, alias: number): void {
    this.#forget(alias);
    if (topic === undefined) return;
    this.#aliases.set(topic, alias);
    this.#topics.set(alias, topic);
    if (alias === this.#next) this.#advance();
  }

  #take(alias: number): void {
    this.#forget(alias);
    this.#taken.add(alias);
    if (alias === this.#next) this.#advance();
  }

  #advance(): void {
    do {
      this.#next++;
    } while (this.#taken.has(this.#next));
  }

  #forget(alias: number): void {
    const topic = this.#topics.get(alias);
    if (topic === undefined) return;
    this.#topics.delete(alias);
    this.#aliases.delete(topic);
  }
}
