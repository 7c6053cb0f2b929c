/** The text of the topics that are in the topic dictionary, made once each. */
import { TOPIC_PLACES } from '../../assembly/layout.js';
import { placeOf } from '../topic-map.js';

export class TopicNames {
  /** By place: the number of the topic whose text is there. */
  readonly #numbers = new Int32Array(TOPIC_PLACES);
  readonly #names = new Array<string | undefined>(TOPIC_PLACES);

  /** The text of the topic with this number, which is not 0, if it is known. */
  get(number: number): string | undefined {
    const place = placeOf(number);
    return this.#numbers[place] === number ? this.#names[place] : undefined;
  }

  /** Notes the text of the topic with this number. */
  set(number: number, name: string): void {
    const place = placeOf(number);
    // An old batch may name a topic that has lost its place since.
    if ((this.#numbers[place] as number) > number) return;
    this.#numbers[place] = number;
    this.#names[place] = name;
  }
}
