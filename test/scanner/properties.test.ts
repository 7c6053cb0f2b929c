/**
 * Properties through every scanner: the same row, or the same error at the same byte, whatever stands in the
 * properties and behind them. What is right is said in `test/conformance/mqtt-5/`; here they are held together.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  COLUMN_TOPIC_ID,
  PROPERTY_IDENTIFIERS,
  RESULT_ERROR_CODE,
  RESULT_ERROR_OFFSET,
  RESULT_STATUS,
  ROW_WORDS,
  RULE_ANY_BYTES_IN_TEXT,
  RULE_FROM_CLIENT,
  RULE_FROM_SERVER,
  RULE_NO_DISCOURAGED_CHARACTERS,
  RULE_TABLE_SHIFT,
  RULES_OF_MQTT_5,
  STATUS_ERROR,
} from '../../assembly/layout.js';
import { MAXIMUM_FRAME_LENGTH } from '../../src/protocol/packet-types.js';
import { PROPERTY_NAMES, type PropertyType, propertyRow } from '../../src/protocol/properties.js';
import { chooseScanner } from '../../src/scanner/choose.js';
import { SCANNERS } from '../support/decode.js';

const LIMITS = {
  allowedTypes: 0xffff,
  maximumPacketSize: MAXIMUM_FRAME_LENGTH,
  maximumListPacketSize: MAXIMUM_FRAME_LENGTH,
  maximumConnectSize: MAXIMUM_FRAME_LENGTH,
  topicAliasMaximum: 2,
  maximumQoS: 2,
  publishPartsAbove: MAXIMUM_FRAME_LENGTH,
  publishFlags: 0x3c3f,
};

const SENDERS = [0, RULE_FROM_CLIENT, RULE_FROM_SERVER];
const TEXT_RULES = [0, RULE_NO_DISCOURAGED_CHARACTERS, RULE_ANY_BYTES_IN_TEXT];
const RULES = SENDERS.flatMap((sender) =>
  TEXT_RULES.map((text) => sender | text | (RULES_OF_MQTT_5 << RULE_TABLE_SHIFT)),
);

/** `bytes` behind their number, as a Variable Byte Integer of one or two bytes. */
function behindLength(bytes: readonly number[]): number[] {
  const { length } = bytes;
  return [...(length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7]), ...bytes];
}

/** A PUBLISH and a PUBACK with these properties; `behind` follows them, as payload and as another frame. */
function framesWith(properties: readonly number[], behind: readonly number[]): readonly Buffer[] {
  const block = behindLength(properties);
  return [
    Buffer.from([0x30, ...behindLength([0, 1, 0x61, ...block, ...behind])]),
    Buffer.from([0x40, ...behindLength([0, 1, 0x10, ...block]), ...behind]),
  ];
}

/** What a scanner makes of the first frame: an error and its place, or a row. */
function outcomeOf(name: (typeof SCANNERS)[number], bytes: Uint8Array, rules: number): string {
  const { result, table } = chooseScanner(name);
  table.fill(0, 0, ROW_WORDS);
  chooseScanner(name).scan(bytes, 0, 0, { ...LIMITS, rules });
  // Without the number of the topic, the last column, which depends on what the scanner has seen before.
  const row = table.subarray(0, COLUMN_TOPIC_ID).join(' ');
  if (result[RESULT_STATUS] !== STATUS_ERROR) return row;
  return `${result[RESULT_ERROR_CODE]}@${result[RESULT_ERROR_OFFSET]}, ${row}`;
}

function checkAlike(properties: readonly number[], behind: readonly number[], all = RULES): void {
  for (const bytes of framesWith(properties, behind)) {
    for (const rules of all) {
      const wanted = outcomeOf('baseline', bytes, rules);
      for (const name of SCANNERS) {
        const found = outcomeOf(name, bytes, rules);
        if (found === wanted) continue;
        expect.fail(`${name}, rules ${rules}: ${found}, not ${wanted}: ${bytes.toString('hex')}`);
      }
    }
  }
}

/** Bytes that mean something: lengths, borders, + and #, pieces of UTF-8, identifiers. */
const EDGES = [0, 1, 2, 3, 8, 0x0b, 0x1f, 0x23, 0x26, 0x2b, 0x61, 0x7f, 0x80, 0xa9, 0xc3, 0xff];

const edge = fc.constantFrom(...EDGES);
const bytes = (minLength: number, maxLength: number) =>
  fc.array(edge, { minLength, maxLength }).map((all): readonly number[] => all);
/** Short and long, plain or not: up to 16 bytes of plain text have a path of their own. */
const text = fc
  .oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 40 }).map((length) => 'a'.repeat(length)) },
    fc.string({ unit: fc.constantFrom('a', 'b', 'é', '温', '\u0001', '\u007f'), maxLength: 20 }),
    fc.string({ unit: fc.constantFrom('a', '/', '+', '#', '\0'), maxLength: 20 }),
  )
  .map((text): readonly number[] => [0, Buffer.byteLength(text), ...Buffer.from(text)]);

const VALUES: Readonly<Record<PropertyType, fc.Arbitrary<readonly number[]>>> = {
  byte: bytes(1, 1),
  flag: bytes(1, 1),
  'two-byte-integer': bytes(2, 2),
  'four-byte-integer': bytes(4, 4),
  'variable-byte-integer': bytes(1, 4),
  text,
  'topic-name': text,
  binary: bytes(0, 3).map((all) => [0, all.length, ...all]),
  'text-pair': fc.tuple(text, text).map((both) => both.flat()),
};

/** Properties of PUBLISH are the most, so that more than the first one is looked at. */
const known = fc
  .oneof(
    fc.constantFrom(
      ...PROPERTY_NAMES.filter((name) => propertyRow(name).packets.includes('PUBLISH')),
    ),
    fc.constantFrom(...PROPERTY_NAMES),
  )
  .chain((name) => {
    const { identifier, type } = propertyRow(name);
    return VALUES[type].map((value) => [identifier, ...value]);
  });
const properties = fc.array(known, { maxLength: 6 }).map((all) => all.flat());

test('every identifier with few bytes behind it', () => {
  // Rules of text make no difference here.
  const senders = RULES.filter((_, index) => index % TEXT_RULES.length === 0);
  const identifiers = [...Array(PROPERTY_IDENTIFIERS + 2).keys(), 0x7f, 0x80, 0x81, 0xff];
  for (const identifier of identifiers) {
    for (const byte of EDGES) {
      for (let length = 0; length <= 5; length++) {
        checkAlike([identifier, ...Array(length).fill(byte)], [], senders);
        checkAlike([identifier, ...Array(length).fill(0), byte], [0, 0], senders);
      }
    }
  }
});

test('text of every short length with an odd byte at every place', () => {
  const { identifier } = propertyRow('contentType');
  for (let length = 1; length <= 20; length++) {
    for (let at = 0; at < length; at++) {
      for (const odd of [0x00, 0x01, 0x2b, 0x7f, 0x80]) {
        const value = Array<number>(length).fill(0x61).with(at, odd);
        checkAlike([identifier, 0, length, ...value], [0]);
      }
    }
  }
});

test('properties of all kinds, whole, cut off, or with a byte changed', () => {
  const change = fc.record({ at: fc.nat(), byte: edge });
  const runs = Number(process.env.FAST_CHECK_RUNS ?? 1500);
  fc.assert(
    fc.property(properties, fc.nat(), change, bytes(0, 4), (whole, cut, { at, byte }, behind) => {
      checkAlike(whole, behind);
      // What is cut off stands behind the properties then: nothing there may be believed.
      const kept = cut % (whole.length + 1);
      checkAlike(whole.slice(0, kept), whole.slice(kept));
      if (whole.length > 0) checkAlike(whole.with(at % whole.length, byte), behind);
    }),
    { numRuns: runs },
  );
});

test('of these properties some are good, and the others wrong in many ways', () => {
  const outcomes = fc
    .sample(properties, { numRuns: 1000, seed: 5 })
    .flatMap((whole) => framesWith(whole, []).slice(0, 1))
    .map((frame) => outcomeOf('baseline', frame, RULES[0] as number));
  const errors = outcomes.filter((outcome) => outcome.includes('@'));
  expect(errors.length).toBeGreaterThan(300);
  expect(errors.length).toBeLessThan(800);
  expect(new Set(errors.map((error) => error.split('@')[0])).size).toBeGreaterThan(7);
});
