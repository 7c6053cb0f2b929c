/** A table by topic number. */
import { TOPIC_PLACES } from '../assembly/layout.js';

/** @internal Which place of the dictionary the topic with this number has, or had. */
export function placeOf(number: number): number {
  return (number - 1) & (TOPIC_PLACES - 1);
}

/**
 * Whatever belongs to topics, such as a broker's subscribers, by the `topicId` of frames: an array look-up.
 *
 * A topic that loses its place in the topic dictionary gets another number when it comes back, so an entry can become unreachable. It makes
 * room for that of the topic which has the place now: a map holds 16,384 entries at most, one a place. So `undefined` means
 * "not known", to be looked up by the text of the topic, not "nothing there".
 *
 * Keep one for each value of the option `scanner` that your decoders have, which is usually one: scanners number topics on their own.
 */
export class TopicMap<T> {
  readonly #numbers = new Int32Array(TOPIC_PLACES);
  readonly #values = new Array<T | undefined>(TOPIC_PLACES);

  /** The value for the topic with this number; `undefined` if there is none, or if the number is 0. */
  get(topicId: number): T | undefined {
    const place = placeOf(topicId);
    return this.#numbers[place] === topicId ? this.#values[place] : undefined;
  }

  /**
   * Sets the value for the topic with this number. Number 0, which is that of no topic, is ignored, and so is the number of a
   * topic that has lost its place to one that has a value already.
   */
  set(topicId: number, value: T): void {
    const place = placeOf(topicId);
    if (topicId === 0 || topicId < (this.#numbers[place] as number)) return;
    this.#numbers[place] = topicId;
    this.#values[place] = value;
  }

  /** Forgets all values: for when subscriptions change. */
  clear(): void {
    this.#numbers.fill(0);
    this.#values.fill(undefined);
  }
}
