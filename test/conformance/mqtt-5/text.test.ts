/** Text (section 1.5.4), in every field and property that has some: well-formed UTF-8. */
import { describe, expect, it } from 'vitest';
import { malformed, mqtt5 } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, prefixed, utf8 } from '../../support/hex.js';
import { bytesOf, nameOf, PLACES, type Place } from './text-places.js';

const { decodes, refuses, expectPacket, expectViolation } = mqtt5;
const { encodes, refusesToEncode, expectRefusal } = encoding5;

/** The first and last character of every length in UTF-8, and of the gap that surrogates leave. */
const BORDERS = [0x01, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff];

// biome-ignore format: a table
const ILL_FORMED: readonly (readonly [bytes: string, why: string])[] = [
  ['80',          'a continuation byte on its own'],
  ['BF',          'the last continuation byte on its own'],
  ['C0 AF',       'a slash in two bytes'],
  ['C1 BF',       'U+007F in two bytes'],
  ['C2',          'the first of two bytes alone'],
  ['C2 7F',       'two bytes, the second too low'],
  ['DF C0',       'two bytes, the second too high'],
  ['E0 9F BF',    'U+07FF in three bytes'],
  ['E2 82',       'two of three bytes'],
  ['E2 28 A1',    'three bytes, the second none'],
  ['E2 82 28',    'three bytes, the third none'],
  ['ED A0 80',    'U+D800, the first surrogate'],
  ['ED BF BF',    'U+DFFF, the last surrogate'],
  ['ED A0 BD ED B8 80', 'a pair of surrogates'],
  ['F0 8F BF BF', 'U+FFFF in four bytes'],
  ['F0 9F 98',    'three of four bytes'],
  ['F0 28 8C BC', 'four bytes, the second none'],
  ['F0 90 28 BC', 'four bytes, the third none'],
  ['F0 90 8C 28', 'four bytes, the fourth none'],
  ['F4 90 80 80', 'U+110000, behind the last character'],
  ['F5 80 80 80', 'a first byte that is too high'],
  ['F8 88 80 80 80', 'five bytes'],
  ['FE',          'a byte that UTF-8 does not use'],
  ['FF',          'another'],
];

/** The ill-formed sequences that are tried at every cut; cutting says nothing of the others. */
const CUT_EVERYWHERE: readonly string[] = ['E2 82', 'F4 90 80 80'];

function refusedIn(place: Place, bytes: string): void {
  for (const before of ['', '61', '61'.repeat(15), '61'.repeat(30)]) {
    const expected = malformed(
      'ERR_MQTT_INVALID_UTF8',
      place.type,
      place.at + before.length / 2,
      'MQTT-1.5.4-1',
    );
    const isCut = before === '61' && CUT_EVERYWHERE.includes(bytes);
    for (const receiver of place.receivers) {
      expectViolation(place.make(`${before} ${bytes} 7A`), expected, {
        ...receiver,
        ...(isCut ? {} : { everyCut: false }),
      });
    }
  }
}

describe('well-formed UTF-8', () => {
  it('MQTT-1.5.4-1: text stands in 54 places', () => {
    expect(PLACES).toHaveLength(54);
    expect(new Set(PLACES.map(({ type, field }) => `${type} ${field}`)).size).toBe(54);
  });
  for (const codePoint of BORDERS) {
    it(`MQTT-1.5.4-1: ${nameOf(codePoint)} is text in every place`, () => {
      for (const place of PLACES) {
        const text = `a${String.fromCodePoint(codePoint)}`;
        for (const receiver of place.receivers) {
          expectPacket(place.make(bytesOf(text)), place.packet(text), {
            ...receiver,
            ...(codePoint === 0x10ffff ? {} : { everyCut: false }),
          });
        }
      }
    });
  }
  decodes('MQTT-1.5.4-1: one, two, three and four bytes', frame('30', utf8('aé€😀'), '00'), {
    type: 'PUBLISH',
    topic: 'aé€😀',
    payload: new Uint8Array(0),
    retain: false,
    qos: 0,
    dup: false,
  });
  for (const [bytes, why] of ILL_FORMED) {
    it(`MQTT-1.5.4-1: ${why} is refused in every place`, () => {
      for (const place of PLACES) refusedIn(place, bytes);
    });
  }
  refuses(
    'MQTT-1.5.4-1: a character that the end of its field cuts off',
    frame('30', prefixed('61 E2 82'), '00', 'AC'),
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 5, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-1.5.4-1: a character that its field and the Packet Identifier share',
    frame('32', prefixed('C3'), 'A901 00'),
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 4, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-1.5.4-1: a character that a property and the payload share',
    frame('30', utf8('a'), '04 03', prefixed('C3'), 'A9'),
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 9, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-1.5.4-1: an ill-formed Protocol Name',
    frame('10', '0004 4D5154FF 05', '02 0000 00', utf8('c')),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', 7, 'MQTT-1.5.4-1'),
    { decoder: { role: 'server' } },
  );

  encodes(
    'MQTT-1.5.4-1: a pair of surrogates is one character',
    { type: 'PUBLISH', topic: '\ud83d\ude00' },
    '30 07 0004 F09F9880 00',
  );
  for (const [text, why] of [
    ['a\ud800', 'a high surrogate alone'],
    ['\udfffa', 'a low surrogate alone'],
    ['\ude00\ud83d', 'a pair of surrogates the wrong way round'],
  ] as const) {
    it(`MQTT-1.5.4-1: the encoder refuses ${why} in every place`, () => {
      for (const place of PLACES) {
        expectRefusal(
          { ...place.packet(text) },
          refusal('ERR_MQTT_INVALID_UTF8', place.field, 'MQTT-1.5.4-1'),
        );
      }
    });
  }
  refusesToEncode(
    'MQTT-1.5.4-1: a lone surrogate is not written as U+FFFD',
    { type: 'PUBLISH', topic: '\ud83d' },
    refusal('ERR_MQTT_INVALID_UTF8', 'topic', 'MQTT-1.5.4-1'),
  );
});
