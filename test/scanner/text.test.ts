/** Text, exhaustively where that is possible, against the engine's own decoder as oracle. */
import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import {
  ERROR_DISCOURAGED_CHARACTER,
  ERROR_INVALID_UTF8,
  ERROR_NULL_CHARACTER,
  ERROR_TOPIC_NAME_WILDCARD,
  RESULT_ERROR_CODE,
  RESULT_ERROR_OFFSET,
  RESULT_STATUS,
  RULE_ANY_BYTES_IN_TEXT,
  RULE_NO_DISCOURAGED_CHARACTERS,
  STATUS_DONE,
  TEXT_IS_ASCII,
} from '../../assembly/layout.js';
import { MAXIMUM_FRAME_LENGTH } from '../../src/protocol/packet-types.js';
import { chooseScanner } from '../../src/scanner/choose.js';
import { checkText, checkTopicFilter, faultCode, faultPosition } from '../../src/text.js';
import { SCANNERS } from '../support/decode.js';

const LIMITS = {
  allowedTypes: 0xffff,
  maximumPacketSize: MAXIMUM_FRAME_LENGTH,
  maximumListPacketSize: MAXIMUM_FRAME_LENGTH,
  maximumConnectSize: 1_000_000,
  topicAliasMaximum: 0,
  maximumQoS: 2,
  publishPartsAbove: 1_000_000,
  publishFlags: 0x3c3f,
  rules: 0,
};

/** What `name` says of a PUBLISH with this Topic Name: [0, 0] or error code and offset in the topic. */
function scanTopic(
  name: (typeof SCANNERS)[number],
  topic: Uint8Array,
  rules = 0,
): readonly [number, number] {
  const scanner = chooseScanner(name);
  const length = topic.length + 2;
  const size = length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7];
  const header = [0x30, ...size, topic.length >> 8, topic.length & 0xff];
  scanner.scan(Buffer.concat([Buffer.from(header), topic]), 0, 0, { ...LIMITS, rules });
  const { result } = scanner;
  if (result[RESULT_STATUS] === STATUS_DONE) return [0, 0];
  return [
    result[RESULT_ERROR_CODE] as number,
    (result[RESULT_ERROR_OFFSET] as number) - header.length,
  ];
}

function checkTopic(bytes: Uint8Array, rules = 0): readonly [number, number] {
  const kind = checkText(bytes, 0, bytes.length, false, rules);
  return kind < 0 ? [faultCode(kind), faultPosition(kind)] : [0, 0];
}

describe('checkText', () => {
  test('accepts exactly the well-formed sequences of one to three bytes', () => {
    const bytes = new Uint8Array(3);
    let wrong = 0;
    for (let length = 1; length <= 3; length++) {
      const part = bytes.subarray(0, length);
      // Sequences of three that begin with a shorter one hold nothing new but their rest.
      const first = length === 3 ? 0xe0 : 1;
      for (let a = first; a < 256; a++) {
        bytes[0] = a;
        for (let b = 1; b < (length > 1 ? 256 : 2); b++) {
          bytes[1] = b;
          for (let c = 1; c < (length > 2 ? 256 : 2); c++) {
            bytes[2] = c;
            const fine = checkText(bytes, 0, length, true, 0) >= 0;
            if (fine !== isUtf8(part)) wrong++;
          }
        }
      }
    }
    expect(wrong).toBe(0);
  });

  test('accepts exactly the well-formed sequences of four bytes at every border', () => {
    const edges = [0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
    for (let a = 0xef; a < 256; a++) {
      for (const b of edges) {
        for (const c of edges) {
          for (const d of edges) {
            const bytes = Uint8Array.of(a, b, c, d);
            expect(checkText(bytes, 0, 4, true, 0) >= 0).toBe(isUtf8(bytes));
          }
        }
      }
    }
  });

  test('knows ASCII from the rest, and refuses U+0000', () => {
    expect(checkText(Buffer.from('plain'), 0, 5, true, 0)).toBe(TEXT_IS_ASCII);
    expect(checkText(Buffer.from('ÿ'), 0, 2, true, 0)).not.toBe(TEXT_IS_ASCII);
    const fault = checkText(Buffer.from('ab\0c'), 0, 4, true, 0);
    expect([faultCode(fault), faultPosition(fault)]).toEqual([ERROR_NULL_CHARACTER, 2]);
  });

  test.each([
    ['\u0001', true],
    ['\u001f', true],
    ['\u0020', false],
    ['\u007e', false],
    ['\u007f', true],
    ['\u009f', true],
    ['\u00a0', false],
    ['\ufdcf', false],
    ['\ufdd0', true],
    ['\ufdef', true],
    ['\ufdf0', false],
    ['\ufffd', false],
    ['\ufffe', true],
    ['\uffff', true],
    ['\u{10000}', false],
    ['\u{1fffe}', true],
    ['\u{10ffff}', true],
    ['\u{10fffd}', false],
  ])('under the strict rule, %j is refused: %j', (character, refused) => {
    const bytes = Buffer.from(`ab${character}`);
    const strict = checkText(bytes, 0, bytes.length, true, RULE_NO_DISCOURAGED_CHARACTERS);
    expect(strict < 0).toBe(refused);
    if (refused) expect(faultPosition(strict)).toBe(2);
    expect(checkText(bytes, 0, bytes.length, true, 0)).toBeGreaterThanOrEqual(0);
  });
});

describe.each(SCANNERS)('the Topic Name check of %s', (name) => {
  // biome-ignore format: a list
  const specials = [0x00, 0x01, 0x1f, 0x20, 0x23, 0x2a, 0x2b, 0x7e, 0x7f, 0x80, 0xbf, 0xc0, 0xff];

  test.each([
    ['no rule but those of the standard', 0],
    ['the strict rule', RULE_NO_DISCOURAGED_CHARACTERS],
    ['no rule about UTF-8', RULE_ANY_BYTES_IN_TEXT],
    [
      'the strict rule, and none about UTF-8',
      RULE_NO_DISCOURAGED_CHARACTERS | RULE_ANY_BYTES_IN_TEXT,
    ],
  ])('under %s finds one odd byte at every position of every length', (_, rules) => {
    for (let length = 1; length <= 50; length++) {
      const topic = new Uint8Array(length).fill(0x61);
      expect(scanTopic(name, topic, rules)).toEqual([0, 0]);
      for (let at = 0; at < length; at++) {
        for (const odd of specials) {
          topic[at] = odd;
          expect(scanTopic(name, topic, rules)).toEqual(checkTopic(topic, rules));
        }
        topic[at] = 0x61;
      }
    }
  });

  test('agrees on every two-byte sequence at the end of a 16-byte step', () => {
    const topic = new Uint8Array(19).fill(0x62);
    for (let pair = 0; pair < 65_536; pair++) {
      topic[15] = pair >> 8;
      topic[16] = pair & 0xff;
      const [code, offset] = scanTopic(name, topic);
      const [expectedCode, expectedOffset] = checkTopic(topic);
      if (code !== expectedCode || offset !== expectedOffset) {
        expect.fail(
          `${pair.toString(16)}: ${code}@${offset}, not ${expectedCode}@${expectedOffset}`,
        );
      }
    }
  });

  test('agrees on sequences of three and four bytes at their borders', () => {
    const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0];
    for (let lead = 0xe0; lead <= 0xff; lead++) {
      for (const b of edges) {
        for (const c of edges) {
          for (const d of edges) {
            const topic = Uint8Array.of(0x61, lead, b, c, d);
            expect(scanTopic(name, topic)).toEqual(checkTopic(topic));
          }
        }
      }
    }
  });

  test('refuses exactly the discouraged characters under the strict rule', () => {
    const planes = Array.from({ length: 16 }, (_, plane) => (plane + 1) * 0x10000);
    const above = planes.flatMap((first) => [first, first + 1, first + 0xfffd, first + 0xfffe]);
    const wrong: number[] = [];
    for (const codePoint of [...Array(0x10000).keys(), ...above]) {
      if (codePoint === 0 || codePoint === 0x2b || codePoint === 0x23) continue;
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const topic = Buffer.from(`a${String.fromCodePoint(codePoint)}`);
      const [code, offset] = scanTopic(name, topic, RULE_NO_DISCOURAGED_CHARACTERS);
      const refused = code === ERROR_DISCOURAGED_CHARACTER && offset === 1;
      const isNonCharacter =
        (codePoint >= 0xfdd0 && codePoint <= 0xfdef) || (codePoint & 0xffff) >= 0xfffe;
      if (refused !== (/\p{Cc}/u.test(String.fromCodePoint(codePoint)) || isNonCharacter)) {
        wrong.push(codePoint);
      }
      if (!refused && code !== 0) wrong.push(codePoint);
    }
    expect(wrong).toEqual([]);
  });

  test('does not look at what stands behind the topic', () => {
    const scanner = chooseScanner(name);
    for (const payload of [0x00, 0x23, 0xff]) {
      const frame = Uint8Array.of(0x30, 5, 0, 2, 0x61, 0x62, payload);
      scanner.scan(frame, 0, 0, LIMITS);
      expect(scanner.result[RESULT_STATUS]).toBe(STATUS_DONE);
    }
  });

  test('reports whichever is wrong first', () => {
    expect(scanTopic(name, Buffer.from('a+\0'))).toEqual([ERROR_TOPIC_NAME_WILDCARD, 1]);
    expect(scanTopic(name, Buffer.from('a\0+'))).toEqual([ERROR_NULL_CHARACTER, 1]);
    expect(scanTopic(name, Uint8Array.of(0x61, 0xff, 0))).toEqual([ERROR_INVALID_UTF8, 1]);
  });
});

test.each([
  ['#', undefined],
  ['+', undefined],
  ['/', undefined],
  ['a/#', undefined],
  ['+/+', undefined],
  ['a/+/b', undefined],
  ['/+', undefined],
  ['+/', undefined],
  ['a#', 1],
  ['#/', 0],
  ['#a', 0],
  ['a/#/b', 2],
  ['##', 0],
  ['a+', 1],
  ['+a', 0],
  ['a/b+/c', 3],
  ['++', 0],
  ['+#', 0],
  ['', 0],
])('Topic Filter %j is at fault at %j', (filter, position) => {
  const bytes = Buffer.from(filter);
  expect(checkTopicFilter(bytes, 0, bytes.length)?.position).toBe(position);
});
