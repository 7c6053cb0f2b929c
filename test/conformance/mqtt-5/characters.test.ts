/** Characters of text (section 1.5.4) that may not be there, must stay, or are discouraged, in every place. */
import { describe, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import { type CaseOptions, malformed, mqtt5 } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';
import { bytesOf, nameOf, PLACES, type Place } from './text-places.js';

const { decodes, refuses, expectPacket, expectViolation } = mqtt5;
const { encodes, refusesToEncode, expectRefusal } = encoding5;

/** Whether every cut is tried or only two ways to read the stream. */
type Cutting = { readonly everyCut?: false };

/** The decoders for a place, with control characters and non-characters refused if `strict`. */
function decodersFor({ receivers }: Place, cutting: Cutting, strict = false): CaseOptions[] {
  return receivers.map(({ decoder, ...rest }) => ({
    ...rest,
    ...cutting,
    decoder: { ...decoder, ...(strict ? { text: 'reject' } : {}) },
  }));
}

function accepted(place: Place, text: string, cutting: Cutting, strict = false): void {
  for (const options of decodersFor(place, cutting, strict)) {
    expectPacket(place.make(bytesOf(text)), place.packet(text), options);
  }
}

/** Expects that the character behind `before`, in hexadecimal, is at fault. */
function refused(
  place: Place,
  [before, bytes]: readonly [before: string, bytes: string],
  [code, statement]: readonly [code: ErrorCode, statement?: string],
  cutting: Cutting,
  strict = false,
): void {
  const expected = malformed(code, place.type, place.at + before.length / 2, statement);
  for (const options of decodersFor(place, cutting, strict)) {
    expectViolation(place.make(`${before}${bytes}7A`), expected, options);
  }
}

const topic = (text: string): ControlPacket => ({
  type: 'PUBLISH',
  topic: text,
  payload: hex('6869'),
  retain: false,
  qos: 0,
  dup: false,
});

describe('U+0000', () => {
  const fault = ['ERR_MQTT_NULL_CHARACTER', 'MQTT-1.5.4-2'] as const;
  decodes(
    'MQTT-1.5.4-2: U+0001 is not U+0000',
    frame('30', prefixed('61 01 62'), '00 6869'),
    topic('a\u0001b'),
  );
  refuses(
    'MQTT-1.5.4-2: U+0000 in a Topic Name',
    frame('30', prefixed('61 00 62'), '00'),
    malformed('ERR_MQTT_NULL_CHARACTER', 'PUBLISH', 5, 'MQTT-1.5.4-2'),
  );
  it('MQTT-1.5.4-2: U+0000 is refused in every place', () => {
    for (const place of PLACES) {
      refused(place, ['61', '00'], fault, {});
      for (const length of [0, 15, 30]) {
        refused(place, ['61'.repeat(length), '00'], fault, { everyCut: false });
      }
    }
  });
  refuses(
    'MQTT-1.5.4-2: U+0000 in two bytes is ill-formed',
    frame('30', prefixed('61 C0 80'), '00'),
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 5, 'MQTT-1.5.4-1'),
  );
  decodes('MQTT-1.5.4-2: a payload is no text', '30 05 0001 61 00 00', {
    ...topic('a'),
    payload: hex('00'),
  } as ControlPacket);
  encodes(
    'MQTT-1.5.4-2: U+0001 is encoded',
    { type: 'PUBLISH', topic: '\u0001' },
    '30 04 0001 01 00',
  );
  refusesToEncode(
    'MQTT-1.5.4-2: U+0000 in a Topic Name is not encoded',
    { type: 'PUBLISH', topic: 'a\0' },
    refusal('ERR_MQTT_NULL_CHARACTER', 'topic', 'MQTT-1.5.4-2'),
  );
  it('MQTT-1.5.4-2: the encoder refuses U+0000 in every place', () => {
    for (const place of PLACES) {
      expectRefusal(
        { ...place.packet('a\0b') },
        refusal('ERR_MQTT_NULL_CHARACTER', place.field, 'MQTT-1.5.4-2'),
      );
    }
  });
});

describe('U+FEFF', () => {
  decodes(
    'MQTT-1.5.4-3: a leading U+FEFF stays',
    frame('30', prefixed('EFBBBF 61'), '00 6869'),
    topic('\ufeffa'),
  );
  decodes(
    'MQTT-1.5.4-3: a leading U+FEFF stays in a property',
    frame('30', utf8('a'), '07 03', prefixed('EFBBBF 61'), '6869'),
    { ...topic('a'), properties: { contentType: '\ufeffa' } } as ControlPacket,
  );
  it('MQTT-1.5.4-3: U+FEFF stays at the beginning, in the middle and at the end in every place', () => {
    for (const place of PLACES) {
      for (const text of ['\ufeff', '\ufeffa', 'a\ufeffb', 'a\ufeff', '\ufeff\ufeff']) {
        accepted(place, text, text === '\ufeffa' ? {} : { everyCut: false });
      }
    }
  });
});

describe('discouraged characters', () => {
  const discouraged = [
    0x01, 0x1f, 0x7f, 0x80, 0x9f, 0xfdd0, 0xfdef, 0xfffe, 0xffff, 0x1fffe, 0x8ffff, 0x10ffff,
  ];
  const neighbours = [0x20, 0x7e, 0xa0, 0xfdcf, 0xfdf0, 0xfffd, 0x10000, 0x1fffd, 0x10fffd];
  const strict = { decoder: { text: 'reject' } } as const;

  for (const codePoint of discouraged) {
    const text = `a${String.fromCodePoint(codePoint)}`;
    const name = nameOf(codePoint);
    decodes(
      `1.5.4 discouraged characters: ${name} is accepted by default`,
      frame('30', utf8(text), '00 6869'),
      topic(text),
    );
    refuses(
      `1.5.4 discouraged characters: ${name} is refused on demand`,
      frame('30', utf8(text), '00 6869'),
      malformed('ERR_MQTT_DISCOURAGED_CHARACTER', 'PUBLISH', 5),
      strict,
    );
    it(`1.5.4 discouraged characters: ${name} is refused on demand in every place`, () => {
      const bytes = bytesOf(String.fromCodePoint(codePoint));
      for (const place of PLACES) {
        for (const before of ['', '61', '61'.repeat(20)]) {
          const cutting = { everyCut: false } as const;
          refused(place, [before, bytes], ['ERR_MQTT_DISCOURAGED_CHARACTER'], cutting, true);
        }
      }
    });
  }
  for (const codePoint of neighbours) {
    it(`1.5.4 discouraged characters: ${nameOf(codePoint)} is accepted in any case`, () => {
      for (const place of PLACES) {
        accepted(place, `a${String.fromCodePoint(codePoint)}`, { everyCut: false }, true);
      }
    });
  }
  it('1.5.4 discouraged characters: all that Unicode has no character for', () => {
    const [place] = PLACES as readonly [Place];
    for (let plane = 0; plane <= 16; plane++) {
      for (const last of [0xfffe, 0xffff]) {
        const bytes = bytesOf(String.fromCodePoint((plane << 16) | last));
        const cutting = { everyCut: false } as const;
        refused(place, ['61', bytes], ['ERR_MQTT_DISCOURAGED_CHARACTER'], cutting, true);
      }
      accepted(place, String.fromCodePoint((plane << 16) | 0xfffd), { everyCut: false }, true);
    }
  });
  decodes(
    '1.5.4 discouraged characters: binary fields are not text',
    frame(
      '10',
      '0004 4D515454 05 C6 0000',
      '09 15 0001 6D 16 0002 1F7F', // properties: authentication method and data
      utf8('c'),
      '05 09 0002 7F00', // will properties: correlation data
      utf8('t'),
      prefixed('01 7F 00'),
      utf8('u'),
      '0002 1F00',
    ),
    {
      type: 'CONNECT',
      protocolName: 'MQTT',
      protocolLevel: 5,
      cleanStart: true,
      keepAlive: 0,
      properties: { authenticationMethod: 'm', authenticationData: hex('1F7F') },
      clientIdentifier: 'c',
      will: {
        qos: 0,
        retain: false,
        properties: { correlationData: hex('7F00') },
        topic: 't',
        payload: hex('01 7F 00'),
      },
      userName: 'u',
      password: hex('1F 00'),
    },
    strict,
  );
});
