/** The Topic Aliases that the other side has given on one connection (MQTT 5.0, section 3.3.2.3.4). */

/** A Topic Name, and its number in the topic dictionary, or 0. */
export interface AliasedTopic {
  readonly topic: string;
  readonly number: number;
}

export class TopicAliases {
  /** No more than the Topic Alias Maximum, which the scanners hold the other side to. */
  readonly #topics = new Map<number, AliasedTopic>();

  /**
   * The topic of a PUBLISH with this Topic Alias: its own, which the alias stands for from now on, or, if
   * it is empty, that which the alias stands for already; `undefined` if that is nothing.
   */
  resolve(alias: number, own: AliasedTopic): AliasedTopic | undefined {
    if (own.topic === '') return this.#topics.get(alias);
    this.#topics.set(alias, own);
    return own;
  }
}
