/** The topic dictionary: the same in all scanners, and what it promises of its numbers. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  COLUMN_TOPIC_ID,
  LAST_TOPIC_NUMBER,
  LONGEST_TOPIC,
  RESULT_ROWS,
  RESULT_STATUS,
  ROW_WORDS,
  RULE_ANY_BYTES_IN_TEXT,
  RULE_NO_DISCOURAGED_CHARACTERS,
  STATUS_DONE,
  STATUS_ERROR,
  TABLE_ROWS,
  TEXT_IS_ASCII,
  TEXT_IS_NOT_ASCII,
  TOPIC_CREDIT,
  TOPIC_FIRST_CREDIT,
  TOPIC_MOST_CREDIT,
  TOPIC_NUMBER,
  TOPIC_PLACES,
  TOPIC_SET_BYTES,
  TOPIC_SETS,
} from '../../assembly/layout.js';
import { scanLimits } from '../../src/decoder/limits.js';
import { resolveDecoderOptions } from '../../src/decoder/options.js';
import { BaselineScanner } from '../../src/scanner/baseline.js';
import type { Scanner } from '../../src/scanner/scanner.js';
import { TOPIC_DICTIONARY_BYTES, TopicDictionary } from '../../src/scanner/topic-dictionary.js';
import { WasmScanner } from '../../src/scanner/wasm.js';
import { checkText } from '../../src/text.js';
import { SCANNERS } from '../support/decode.js';

const LIMITS = scanLimits(resolveDecoderOptions({}), undefined, false);
const WAYS = 4;
const SET_WORDS = TOPIC_SET_BYTES / 4;

/** A dictionary whose memory can be looked into. `keys` of 0 make collisions easy to choose. */
function openDictionary(keys?: Uint8Array) {
  const buffer = new ArrayBuffer(TOPIC_DICTIONARY_BYTES);
  const dictionary = new TopicDictionary(buffer, 0, keys);
  return { buffer, dictionary, sets: new Int32Array(buffer) };
}

/**
 * Keys of the hash that are the same in every run, and spread topics well. With those that are drawn at random, about one time in a
 * hundred, some thousand topics that are much alike crowd in so few sets that a hundred of them and more find no place.
 */
const KEYS = createHash('shake256', { outputLength: LONGEST_TOPIC }).update('keys').digest();

/** A scanner that has seen no topics, with the keys of the thread where no others are given. */
function freshScanner(name: (typeof SCANNERS)[number], keys?: Uint8Array): Scanner {
  if (name === 'baseline') {
    const dictionary = new TopicDictionary(undefined, undefined, keys);
    return new BaselineScanner(undefined, undefined, dictionary);
  }
  return new WasmScanner(name === 'wasm-simd' ? 'simd' : 'scalar', keys);
}

function frameOf(topic: Uint8Array): Buffer {
  const length = topic.length + 2;
  const size = length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7];
  return Buffer.concat([
    Uint8Array.of(0x30, ...size, topic.length >> 8, topic.length & 0xff),
    topic,
  ]);
}

/** The numbers that a scanner gives to topics that come in this order. */
function numbersOf(
  scanner: Scanner,
  topics: readonly Uint8Array[],
  rules = LIMITS.rules,
): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < topics.length; at += TABLE_ROWS) {
    const some = topics.slice(at, at + TABLE_ROWS);
    for (const piece of chunked(some)) {
      const chunk = Buffer.concat(piece.map(frameOf));
      scanner.scan(chunk, 0, 0, { ...LIMITS, rules });
      expect(scanner.result[RESULT_STATUS]).toBe(STATUS_DONE);
      expect(scanner.result[RESULT_ROWS]).toBe(piece.length);
      for (let row = 0; row < piece.length; row++) {
        numbers.push(scanner.table[row * ROW_WORDS + COLUMN_TOPIC_ID] as number);
      }
    }
  }
  return numbers;
}

/** So few at a time that the window holds them. */
function chunked<T>(items: readonly T[]): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < items.length; at += 500) pieces.push(items.slice(at, at + 500));
  return pieces;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

/** Topics of all lengths around the blocks of the hash, and so few different ones that they come again. */
const topics = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 140 }), fc.boolean())
    .map(([number, length, isAscii]) => {
      const text = `${number}/`.padEnd(length, isAscii ? 'plain' : 'é€😀').slice(0, length);
      // Cut in the middle of a surrogate pair, a character becomes U+FFFD.
      return bytes(text);
    }),
  { minLength: 1, maxLength: 200 },
);

test('all scanners give the same numbers', () => {
  const scanners = SCANNERS.map((name) => freshScanner(name));
  const rules = [0, RULE_NO_DISCOURAGED_CHARACTERS, RULE_ANY_BYTES_IN_TEXT];
  fc.assert(
    fc.property(topics, fc.constantFrom(...rules), (list, more) => {
      const [first, ...others] = scanners.map((scanner) =>
        numbersOf(scanner, list, LIMITS.rules | more),
      );
      for (const other of others) expect(other).toEqual(first);
    }),
    { numRuns: 300 },
  );
});

describe.each(SCANNERS)('%s', (name) => {
  test('a topic keeps its number, and no number is that of two topics', () => {
    const scanner = freshScanner(name, KEYS);
    const list = Array.from({ length: 3000 }, (_, index) => bytes(`site/${index}/temperature`));
    const numbers = numbersOf(scanner, list);
    expect(numbersOf(scanner, list)).toEqual(numbers);
    const given = numbers.filter((number) => number !== 0);
    expect(given.length).toBeGreaterThan(2900);
    expect(new Set(given).size).toBe(given.length);
    expect(Math.max(...given)).toBeLessThanOrEqual(TOPIC_PLACES);
  });

  test('a flood of topics that come once neither drives out the busy ones nor mixes numbers up', () => {
    const scanner = freshScanner(name, KEYS);
    const busy = Array.from({ length: 64 }, (_, index) => bytes(`busy/${index}`));
    for (let round = 0; round < 20; round++) numbersOf(scanner, busy);
    const before = numbersOf(scanner, busy);
    const topicOf = new Map(before.map((number, index) => [number, `busy/${index}`]));
    for (let round = 0; round < 30; round++) {
      const flood = Array.from({ length: 10_000 }, (_, index) => `flood/${round}/${index}`);
      for (const [index, number] of numbersOf(scanner, flood.map(bytes)).entries()) {
        if (number === 0) continue;
        expect(topicOf.has(number)).toBe(false);
        topicOf.set(number, flood[index] as string);
      }
      expect(numbersOf(scanner, busy)).toEqual(before);
    }
    // Places did change hands, so the numbers went up.
    expect(Math.max(...topicOf.keys())).toBeGreaterThan(TOPIC_PLACES);
  });

  test('topics longer than a place have no number', () => {
    const scanner = freshScanner(name);
    const longest = bytes('x'.repeat(LONGEST_TOPIC));
    const list = [longest, bytes('x'.repeat(LONGEST_TOPIC + 1)), longest, bytes('x'.repeat(1000))];
    const numbers = numbersOf(scanner, list);
    expect(numbers[0]).toBeGreaterThan(0);
    expect(numbers).toEqual([numbers[0], 0, numbers[0], 0]);
  });

  test('topics that differ in their last byte or their length differ in their number', () => {
    const scanner = freshScanner(name, KEYS);
    const list = Array.from({ length: LONGEST_TOPIC }, (_, index) => [
      bytes('a'.repeat(index + 1)),
      bytes(`${'a'.repeat(index)}b`),
    ]).flat();
    const numbers = numbersOf(scanner, list);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).not.toContain(0);
  });

  test('what lies behind a topic does not count', () => {
    const scanner = freshScanner(name);
    for (let length = 1; length <= 40; length++) {
      const topic = bytes('t'.repeat(length));
      const [number] = numbersOf(scanner, [topic]);
      for (const fill of [0x00, 0x41, 0xff]) {
        const frame = Buffer.concat([frameOf(topic), Buffer.alloc(40, fill)]);
        frame[1] = length + 2 + 40;
        scanner.scan(frame, 0, 0, LIMITS);
        expect(scanner.table[COLUMN_TOPIC_ID]).toBe(number);
      }
    }
  });

  test('a topic that is known is still refused under stricter rules', () => {
    const scanner = freshScanner(name);
    const topic = bytes('control\u0001character');
    expect(numbersOf(scanner, [topic])[0]).toBeGreaterThan(0);
    scanner.scan(frameOf(topic), 0, 0, {
      ...LIMITS,
      rules: LIMITS.rules | RULE_NO_DISCOURAGED_CHARACTERS,
    });
    expect(scanner.result[RESULT_STATUS]).toBe(STATUS_ERROR);
  });

  test('an ill-formed topic that was let in without a check is refused where there is one', () => {
    const scanner = freshScanner(name);
    const topic = Uint8Array.of(0x61, 0xff, 0x62);
    const lax = LIMITS.rules | RULE_ANY_BYTES_IN_TEXT;
    expect(numbersOf(scanner, [topic, topic], lax)).toEqual([0, 0]);
    scanner.scan(frameOf(topic), 0, 0, LIMITS);
    expect(scanner.result[RESULT_STATUS]).toBe(STATUS_ERROR);
  });
});

describe('places', () => {
  /** With keys of 0 and these topics, the two words of 16 bits of each block can be exchanged without the hash noticing. */
  const colliding = (index: number): Uint8Array => {
    const parts = Array.from({ length: 8 }, (_, bit) => ((index >> bit) & 1 ? 'abcd' : 'cdab'));
    return bytes(parts.join(''));
  };

  function numberOf(dictionary: TopicDictionary, topic: Uint8Array): number {
    const kind = dictionary.check(topic, 0, topic.length, 0);
    expect([TEXT_IS_ASCII, TEXT_IS_NOT_ASCII]).toContain(kind);
    return dictionary.number;
  }

  test('topics chosen to collide share four places, and the rest is read without', () => {
    const { dictionary } = openDictionary(new Uint8Array(LONGEST_TOPIC));
    const numbers = Array.from({ length: 16 }, (_, index) =>
      numberOf(dictionary, colliding(index)),
    );
    expect(numbers.slice(0, WAYS).every((number) => number > 0)).toBe(true);
    expect(new Set(numbers.slice(0, WAYS)).size).toBe(WAYS);
    expect(numbers.slice(WAYS)).toEqual(Array(12).fill(0));
  });

  test('keys drawn at random scatter the same topics', () => {
    const keys = crypto.getRandomValues(new Uint8Array(LONGEST_TOPIC));
    const { dictionary } = openDictionary(keys);
    const numbers = Array.from({ length: 256 }, (_, index) =>
      numberOf(dictionary, colliding(index)),
    );
    expect(numbers.filter((number) => number > 0).length).toBeGreaterThan(240);
  });

  test('a place is taken over when its credit is gone, by a number that is new', () => {
    const { dictionary } = openDictionary(new Uint8Array(LONGEST_TOPIC));
    const first = Array.from({ length: WAYS }, (_, index) =>
      numberOf(dictionary, colliding(index)),
    );
    const late = colliding(9);
    let tries = 0;
    let number = 0;
    while (number === 0 && tries < 1000) {
      number = numberOf(dictionary, late);
      tries++;
    }
    // All four places had the credit of a newcomer; each attempt costs the weakest one, which is then the weakest again.
    expect(tries).toBe(TOPIC_FIRST_CREDIT + 1);
    expect(first.map((old) => old + TOPIC_PLACES)).toContain(number);
    const lost = first.indexOf(number - TOPIC_PLACES);
    for (const [index, old] of first.entries()) {
      if (index !== lost) expect(numberOf(dictionary, colliding(index))).toBe(old);
    }
    expect(numberOf(dictionary, colliding(lost))).not.toBe(first[lost]);
  });

  test('credit has an end', () => {
    const { dictionary, sets } = openDictionary();
    const topic = bytes('often');
    for (let i = 0; i < 1000; i++) numberOf(dictionary, topic);
    const word = sets.indexOf(TOPIC_MOST_CREDIT);
    expect(word % SET_WORDS).toBeGreaterThanOrEqual(TOPIC_CREDIT / 4);
  });

  test('a place that has used up its numbers keeps its topic', () => {
    const { dictionary, sets } = openDictionary(new Uint8Array(LONGEST_TOPIC));
    for (let index = 0; index < WAYS; index++) numberOf(dictionary, colliding(index));
    for (let word = 0; word < sets.length; word++) {
      if (
        word % SET_WORDS >= TOPIC_NUMBER / 4 &&
        word % SET_WORDS < TOPIC_NUMBER / 4 + WAYS &&
        sets[word] !== 0
      ) {
        sets[word] = LAST_TOPIC_NUMBER - 5;
      }
    }
    for (let i = 0; i < 200; i++) expect(numberOf(dictionary, colliding(20 + i))).toBe(0);
    expect(numberOf(dictionary, colliding(0))).toBe(LAST_TOPIC_NUMBER - 5);
  });

  test('the check of a topic is that of any text', () => {
    const { dictionary } = openDictionary();
    const some = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map(bytes),
    );
    fc.assert(
      fc.property(some, (topic) => {
        for (const rules of [0, RULE_NO_DISCOURAGED_CHARACTERS, RULE_ANY_BYTES_IN_TEXT]) {
          const found = dictionary.check(topic, 0, topic.length, rules);
          expect(found).toBe(checkText(topic, 0, topic.length, false, rules));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('the dictionaries of all scanners are the same to the byte', () => {
  const simd = new WasmScanner('simd');
  const scalar = new WasmScanner('scalar');
  const { buffer, dictionary } = openDictionary();
  const baseline = new BaselineScanner(undefined, undefined, dictionary);
  for (let round = 0; round < 4; round++) {
    const list = Array.from({ length: 20_000 }, (_, index) =>
      bytes(`round/${round % 3}/${index}/é`),
    );
    for (const scanner of [simd, scalar, baseline]) numbersOf(scanner, list);
  }
  const expected = Buffer.from(buffer);
  for (const scanner of [simd, scalar]) {
    const memory = scanner.table.buffer;
    const kept = Buffer.from(memory, TOPIC_SETS, TOPIC_DICTIONARY_BYTES);
    expect(Buffer.compare(kept, expected)).toBe(0);
  }
});
