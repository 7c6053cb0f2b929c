/**
 * Every sequence of up to three bytes, and those of four bytes at their borders, as part of a Topic Name, at
 * every place of a 16-byte step, through every scanner. The oracle is `isUtf8` of Node.js, and for U+0000
 * and wildcards a search.
 *
 * There are too many for every run: each takes one slice of 64, another one every time, and all borders.
 * `TEXT_SLICE=7` takes that slice, `TEXT_SLICE=all` all of them.
 */
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ERROR_INVALID_UTF8,
  ERROR_NULL_CHARACTER,
  ERROR_TOPIC_NAME_WILDCARD,
  RESULT_ERROR_CODE,
  RESULT_ERROR_OFFSET,
  RESULT_ROWS,
  RESULT_STATUS,
  ROW_WORDS,
  STATUS_ERROR,
  TOPIC_IS_ASCII,
} from '../../assembly/layout.js';
import { MAXIMUM_FRAME_LENGTH } from '../../src/protocol/packet-types.js';
import { chooseScanner } from '../../src/scanner/choose.js';
import type { Scanner } from '../../src/scanner/scanner.js';
import { SCANNERS } from '../support/decode.js';

const LIMITS = {
  allowedTypes: 0xffff,
  maximumPacketSize: MAXIMUM_FRAME_LENGTH,
  maximumListPacketSize: MAXIMUM_FRAME_LENGTH,
  maximumConnectSize: MAXIMUM_FRAME_LENGTH,
  topicAliasMaximum: 0,
  maximumQoS: 2,
  publishPartsAbove: MAXIMUM_FRAME_LENGTH,
  publishFlags: 0x3c3f,
  rules: 0,
};

const SLICES = 64;
const SLICE = process.env.TEXT_SLICE ?? String(Date.now() % SLICES);

// ---- sequences and what is to be said of them ---------------------------------------------

/** What is said of a sequence: one of these, or an error code and, in its lower half, the place of the error. */
const ASCII = 0;
const NOT_ASCII = 1;

/** Sequences of `width` bytes each, one behind the other, and what is to be said of each. */
interface Sequences {
  readonly width: number;
  readonly bytes: Uint8Array;
  readonly expected: Int32Array;
}

function errorAt(code: number, place: number): number {
  return (code << 16) | place;
}

function firstOf(sequence: Uint8Array, bytes: readonly number[]): number {
  const at = sequence.findIndex((byte) => bytes.includes(byte));
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

/** An ill-formed sequence is at fault behind the longest part that is well-formed. */
function illFormedAt(sequence: Uint8Array): number {
  if (isUtf8(sequence)) return Number.POSITIVE_INFINITY;
  let length = sequence.length - 1;
  while (!isUtf8(sequence.subarray(0, length))) length--;
  return length;
}

function expectedOf(sequence: Uint8Array): number {
  const places = [
    [ERROR_INVALID_UTF8, illFormedAt(sequence)],
    [ERROR_NULL_CHARACTER, firstOf(sequence, [0])],
    [ERROR_TOPIC_NAME_WILDCARD, firstOf(sequence, [0x2b, 0x23])],
  ] as const;
  const [code, at] = places.reduce((one, other) => (other[1] < one[1] ? other : one));
  if (at < sequence.length) return errorAt(code, at);
  return sequence.every((byte) => byte < 0x80) ? ASCII : NOT_ASCII;
}

function sequencesOf(width: number, bytes: Uint8Array): Sequences {
  const expected = new Int32Array(bytes.length / width);
  for (let i = 0; i < expected.length; i++) {
    expected[i] = expectedOf(bytes.subarray(i * width, (i + 1) * width));
  }
  return { width, bytes, expected };
}

/** Sequences of a block: as frames, they fit into the table and into the window. */
const BLOCK = 2048;
/** Blocks of all sequences of three bytes: with ASCII in front they are the shorter ones. */
const BLOCKS = 256 ** 3 / BLOCK;

function block(number: number): Sequences {
  const bytes = Buffer.alloc(BLOCK * 3);
  for (let i = 0; i < BLOCK; i++) bytes.writeUIntBE(number * BLOCK + i, i * 3, 3);
  return sequencesOf(3, bytes);
}

/** The blocks of a slice: an odd step spreads them over all first bytes. */
function* blocksOf(slice: string): Generator<Sequences> {
  const [first, step] = slice === 'all' ? [0, 1] : [Number(slice), SLICES];
  for (let i = first; i < BLOCKS; i += step) yield block((i * 1001) % BLOCKS);
}

/** All combinations of a byte of each list, in blocks. */
function* combinations(...lists: readonly (readonly number[])[]): Generator<Sequences> {
  const width = lists.length;
  let all: number[][] = [[]];
  for (const list of lists) all = all.flatMap((front) => list.map((byte) => [...front, byte]));
  for (let i = 0; i < all.length; i += BLOCK) {
    yield sequencesOf(width, Uint8Array.from(all.slice(i, i + BLOCK).flat()));
  }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

// ---- driving a scanner ------------------------------------------------------------------------

/** What stands around a sequence in its Topic Name. */
interface Surroundings {
  readonly before: Buffer;
  readonly behind: Buffer;
}

/** Every place of a 16-byte step: at the end of the text, inside it, and with other text in an earlier step. */
const SURROUNDINGS: readonly Surroundings[] = range(0, 16).flatMap((place) => [
  { before: Buffer.alloc(place, 'a'), behind: Buffer.alloc(0) },
  { before: Buffer.alloc(place, 'a'), behind: Buffer.from('z') },
  { before: Buffer.from(`é${'a'.repeat(14 + place)}`), behind: Buffer.alloc(0) },
]);

/** Bytes before a Topic Name: the Remaining Length, always in two bytes, and its own length. */
const HEADER = 5;

/** What stands behind a Topic Name: it would go on with the last sequence if it were believed. */
const PAYLOAD = Buffer.from([0x80]);

/** A chunk: a PUBLISH for each sequence. */
function framesOf({ width, bytes, expected }: Sequences, { before, behind }: Surroundings): Buffer {
  const topic = before.length + width + behind.length;
  const size = topic + 2 + PAYLOAD.length;
  const header = Buffer.from([0x30, (size & 0x7f) | 0x80, size >> 7, topic >> 8, topic & 0xff]);
  const frame = Buffer.concat([header, before, Buffer.alloc(width), behind, PAYLOAD]);
  const chunk = Buffer.alloc(frame.length * expected.length, frame);
  let at = header.length + before.length;
  for (let i = 0; i < bytes.length; i += width) {
    for (let k = 0; k < width; k++) chunk[at + k] = bytes[i + k] as number;
    at += frame.length;
  }
  return chunk;
}

/** Fails with the first sequence of which `scanner` says something else than it should. */
function checkSequences(scanner: Scanner, sequences: Sequences, around: Surroundings): void {
  const { width, bytes, expected } = sequences;
  const { result, table } = scanner;
  const chunk = framesOf(sequences, around);
  const frameLength = chunk.length / expected.length;
  const isPlain = around.before.every((byte) => byte < 0x80);
  const compare = (index: number, said: number): void => {
    const wanted = expected[index] as number;
    if (said === (wanted === ASCII && !isPlain ? NOT_ASCII : wanted)) return;
    const sequence = Buffer.from(bytes.subarray(index * width, (index + 1) * width));
    expect.fail(
      `${scanner.name}: ${sequence.toString('hex')} behind ${around.before.length} bytes and before ` +
        `${around.behind.length}: ${said >> 16}@${said & 0xffff}, not ${wanted >> 16}@${wanted & 0xffff} (slice ${SLICE})`,
    );
  };
  let next = 0;
  while (next < expected.length) {
    // The rest of a chunk whose beginning is loaded already.
    scanner.scan(chunk, next * frameLength, 0, LIMITS, next > 0);
    const rows = result[RESULT_ROWS] as number;
    for (let row = 0; row < rows; row++) {
      const isAscii = ((table[row * ROW_WORDS] as number) & TOPIC_IS_ASCII) !== 0;
      compare(next + row, isAscii ? ASCII : NOT_ASCII);
    }
    next += rows;
    if (next === expected.length) return;
    if (result[RESULT_STATUS] !== STATUS_ERROR) expect.fail(`status ${result[RESULT_STATUS]}`);
    const sequence = next * frameLength + HEADER + around.before.length;
    const place = (result[RESULT_ERROR_OFFSET] as number) - sequence;
    compare(next, errorAt(result[RESULT_ERROR_CODE] as number, place));
    next++;
  }
}

function checkAll(name: (typeof SCANNERS)[number], blocks: Iterable<Sequences>): number {
  const scanner = chooseScanner(name);
  // The baseline scanner has no steps: one place is like another.
  const surroundings = name === 'baseline' ? SURROUNDINGS.slice(0, 3) : SURROUNDINGS;
  let count = 0;
  for (const sequences of blocks) {
    for (const around of surroundings) checkSequences(scanner, sequences, around);
    count += sequences.expected.length;
  }
  return count;
}

describe.each(SCANNERS)('%s says of a Topic Name what isUtf8 says', (name) => {
  test(`of sequences of three bytes, slice ${SLICE}`, () => {
    const count = 256 ** 3 / (SLICE === 'all' ? 1 : SLICES);
    expect(checkAll(name, blocksOf(SLICE))).toBe(count);
  }, 3_600_000);

  test('of three bytes at their borders, whatever the first one is', () => {
    const borders = [0x00, 0x23, 0x2b, 0x61, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xe0];
    expect(checkAll(name, combinations(range(0, 256), borders, borders))).toBe(256 * 13 ** 2);
  });

  test('of four bytes at their borders', () => {
    const borders = [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0];
    const blocks = combinations(range(0xf0, 0xf8), borders, borders, borders);
    expect(checkAll(name, blocks)).toBe(8 ** 4);
  });
});

/** Characters of one to four bytes, most of them where text is not ASCII throughout. */
const character = fc.oneof(
  fc.constantFrom('a', '/', 'é', 'ß', '温', '度', '🌡'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);

test('long text with one byte changed is said to be wrong where it is', () => {
  const text = fc.array(character, { minLength: 1, maxLength: 100 }).map((all) => all.join(''));
  fc.assert(
    fc.property(text, fc.nat(), fc.nat(255), (text, place, byte) => {
      const bytes = Buffer.from(text);
      const changed = Uint8Array.from(bytes);
      changed[place % bytes.length] = byte;
      for (const topic of [bytes, changed]) {
        const around = { before: Buffer.alloc(0), behind: Buffer.alloc(0) };
        const sequences = sequencesOf(topic.length, topic);
        for (const name of SCANNERS) checkSequences(chooseScanner(name), sequences, around);
      }
    }),
    { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 2000) },
  );
});

test('the oracle finds what is wrong, and where', () => {
  const said = (...bytes: readonly number[]) => expectedOf(Uint8Array.from(bytes));
  expect(said(0x61, 0x62, 0x63)).toBe(ASCII);
  expect(said(0xe2, 0x82, 0xac)).toBe(NOT_ASCII);
  expect(said(0x61, 0xe2, 0x82)).toBe(errorAt(ERROR_INVALID_UTF8, 1));
  expect(said(0xc3, 0xa9, 0xff)).toBe(errorAt(ERROR_INVALID_UTF8, 2));
  expect(said(0xe2, 0x00, 0x23)).toBe(errorAt(ERROR_INVALID_UTF8, 0));
  expect(said(0xc3, 0xa9, 0x00)).toBe(errorAt(ERROR_NULL_CHARACTER, 2));
  expect(said(0x2b, 0xff, 0x00)).toBe(errorAt(ERROR_TOPIC_NAME_WILDCARD, 0));
});
