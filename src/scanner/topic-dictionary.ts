/**
 * The topic dictionary in TypeScript, in the memory and by the rules of `assembly/topics.ts`, where they are explained:
 * that of the baseline scanner, and the way in which TypeScript reads a header into the dictionary of the WebAssembly scanner.
 */
import {
  LAST_TOPIC_NUMBER,
  LONGEST_TOPIC,
  RULE_ANY_BYTES_IN_TEXT,
  RULE_NO_DISCOURAGED_CHARACTERS,
  TEXT_IS_ASCII,
  TOPIC_BYTES,
  TOPIC_CREDIT,
  TOPIC_FIRST_CREDIT,
  TOPIC_HASH,
  TOPIC_KIND_SHIFT,
  TOPIC_LENGTH,
  TOPIC_MOST_CREDIT,
  TOPIC_NUMBER,
  TOPIC_PLACES,
  TOPIC_SET_BYTES,
  TOPIC_SET_SHIFT,
  TOPIC_WAYS,
} from '../../assembly/layout.js';
import { checkText } from '../text.js';

const HASH = TOPIC_HASH >> 2;
const NUMBER = TOPIC_NUMBER >> 2;
const LENGTH = TOPIC_LENGTH >> 2;
const CREDIT = TOPIC_CREDIT >> 2;
const SET_WORDS = TOPIC_SET_BYTES >> 2;
const SETS = TOPIC_PLACES / TOPIC_WAYS;

/** Bytes of sets and topics together. */
export const TOPIC_DICTIONARY_BYTES = SETS * TOPIC_SET_BYTES;

/** The keys of the hash, as the WebAssembly module wants them: drawn anew by each thread. */
export const TOPIC_HASH_KEYS: Uint8Array = randomBytes(new Uint8Array(LONGEST_TOPIC));

/** Fills `bytes` at random: well enough to be guessed by nobody, where the engine can do that. */
function randomBytes(bytes: Uint8Array): Uint8Array {
  const { crypto } = globalThis as {
    crypto?: { getRandomValues(bytes: Uint8Array): Uint8Array };
  };
  return crypto === undefined
    ? bytes.map(() => Math.random() * 256)
    : crypto.getRandomValues(bytes);
}

export class TopicDictionary {
  /** The number of the topic that was checked last, or 0. */
  number = 0;
  /** The dictionary as words, and as bytes. */
  readonly #sets: Int32Array;
  readonly #bytes: Uint8Array;
  /** The keys, two bytes each. */
  readonly #keys: Uint16Array;

  /**
   * @param buffer where the dictionary is, from `offset` on, or its own memory
   * @param keys the keys of the hash
   */
  constructor(
    buffer: ArrayBufferLike = new ArrayBuffer(TOPIC_DICTIONARY_BYTES),
    offset = 0,
    keys: Uint8Array = TOPIC_HASH_KEYS,
  ) {
    this.#sets = new Int32Array(buffer, offset, SETS * SET_WORDS);
    this.#bytes = new Uint8Array(buffer, offset, TOPIC_DICTIONARY_BYTES);
    this.#keys = Uint16Array.from(
      { length: LONGEST_TOPIC / 2 },
      (_, index) => (keys[index * 2] as number) | ((keys[index * 2 + 1] as number) << 8),
    );
  }

  /** Checks the Topic Name in the bytes `start` to `end`, not empty, with the results of `checkText`, and sets {@link number}. */
  check(bytes: Uint8Array, start: number, end: number, rules: number): number {
    this.number = 0;
    const length = end - start;
    const checksFirst = (rules & RULE_NO_DISCOURAGED_CHARACTERS) !== 0;
    let kind = TEXT_IS_ASCII;
    if (checksFirst || length > LONGEST_TOPIC) {
      kind = checkText(bytes, start, end, false, rules);
      if (kind < 0 || length > LONGEST_TOPIC) return kind;
    }
    const hash = this.#hash(bytes, start, length);
    const set = (hash >>> TOPIC_SET_SHIFT) * SET_WORDS;
    const sets = this.#sets;
    for (let place = set; place < set + TOPIC_WAYS; place++) {
      if (sets[place + HASH] !== hash) continue;
      const found = sets[place + LENGTH] as number;
      if ((found & 0xffff) !== length || !this.#isTopic(set, place, bytes, start, length)) continue;
      const credit = sets[place + CREDIT] as number;
      if (credit < TOPIC_MOST_CREDIT) sets[place + CREDIT] = credit + 1;
      this.number = sets[place + NUMBER] as number;
      return found >> TOPIC_KIND_SHIFT;
    }
    if (!checksFirst) kind = checkText(bytes, start, end, false, rules);
    if (kind < 0) return kind;
    const isWellFormed = kind === TEXT_IS_ASCII || (rules & RULE_ANY_BYTES_IN_TEXT) === 0;
    if (isWellFormed) this.number = this.#admit(set, hash, bytes, start, length, kind);
    return kind;
  }

  #hash(bytes: Uint8Array, start: number, length: number): number {
    const keys = this.#keys;
    const whole = start + (length & ~3);
    let hash = length;
    let key = 0;
    let p = start;
    for (; p < whole; p += 4) {
      const low = (bytes[p] as number) | ((bytes[p + 1] as number) << 8);
      const high = (bytes[p + 2] as number) | ((bytes[p + 3] as number) << 8);
      hash = (hash + keyed(low, high, keys, key)) | 0;
      key += 2;
    }
    // The last block is filled up with 0.
    const end = start + length;
    for (const blocks = ((length + 15) >> 4) << 3; key < blocks; key += 2, p += 4) {
      const low =
        (p < end ? (bytes[p] as number) : 0) | (p + 1 < end ? (bytes[p + 1] as number) << 8 : 0);
      const high = p + 2 < end ? (bytes[p + 2] as number) : 0;
      hash = (hash + keyed(low, high, keys, key)) | 0;
    }
    return Math.imul(hash, 0x9e3779b1);
  }

  #isTopic(set: number, place: number, bytes: Uint8Array, start: number, length: number): boolean {
    const topics = this.#bytes;
    const topic = bytesAt(set, place);
    for (let i = 0; i < length; i++) {
      if (topics[topic + i] !== bytes[start + i]) return false;
    }
    return true;
  }

  #admit(
    set: number,
    hash: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    kind: number,
  ): number {
    const sets = this.#sets;
    let place = set;
    let least = Number.POSITIVE_INFINITY;
    for (let candidate = set; candidate < set + TOPIC_WAYS; candidate++) {
      const isFree = sets[candidate + NUMBER] === 0;
      const credit = isFree ? 0 : (sets[candidate + CREDIT] as number);
      if (credit < least) {
        least = credit;
        place = candidate;
      }
      if (isFree) break;
    }
    if (least > 0) {
      sets[place + CREDIT] = least - 1;
      return 0;
    }
    const last = sets[place + NUMBER] as number;
    if (last > LAST_TOPIC_NUMBER - TOPIC_PLACES) return 0;
    const topic = bytesAt(set, place);
    const number =
      last === 0 ? (set / SET_WORDS) * TOPIC_WAYS + place - set + 1 : last + TOPIC_PLACES;
    this.#bytes.fill(0, topic, topic + LONGEST_TOPIC);
    for (let i = 0; i < length; i++) this.#bytes[topic + i] = bytes[start + i] as number;
    sets[place + HASH] = hash;
    sets[place + NUMBER] = number;
    sets[place + LENGTH] = length | (kind << TOPIC_KIND_SHIFT);
    sets[place + CREDIT] = TOPIC_FIRST_CREDIT;
    return number;
  }
}

/** What four bytes, in two halves, add to the hash. */
function keyed(low: number, high: number, keys: Uint16Array, key: number): number {
  return Math.imul(
    (low + (keys[key] as number)) & 0xffff,
    (high + (keys[key + 1] as number)) & 0xffff,
  );
}

/** Where the bytes of the topic at `place` of the set begin. */
function bytesAt(set: number, place: number): number {
  return (set << 2) + TOPIC_BYTES + (place - set) * LONGEST_TOPIC;
}
