/** Text (section 1.5.3), in every packet and field that has some. */
import { describe, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors.js';
import type { PacketType } from '../../../src/protocol/packet-types.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import {
  decodes,
  expectPacket,
  expectViolation,
  malformed,
  refuses,
} from '../../support/conformance.js';
import {
  encodes,
  expectRefusal,
  refusal,
  refusesToEncode,
} from '../../support/conformance-encode.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';

/** One place where text stands: how to make a frame and a packet of it. `text` is hexadecimal there. */
interface Place {
  readonly field: string;
  readonly type: PacketType;
  readonly make: (text: string) => Uint8Array;
  /** Where the first byte of the text stands in a frame with a Remaining Length of one byte. */
  readonly at: number;
  readonly packet: (text: string) => ControlPacket;
}

const CONNECT_WITH = {
  type: 'CONNECT',
  protocolName: 'MQTT',
  protocolLevel: 4,
  bridge: false,
  cleanSession: true,
  keepAlive: 0,
} as const;
const HEAD = '0004 4D515454 04';

// biome-ignore format: a table
const PLACES: readonly Place[] = [
  { field: 'topic', type: 'PUBLISH', at: 4,
    make: (text) => frame('30', prefixed(text), '6869'),
    packet: (topic) => ({ type: 'PUBLISH', topic, payload: hex('6869'), retain: false, qos: 0, dup: false }) },
  { field: 'clientIdentifier', type: 'CONNECT', at: 14,
    make: (text) => frame('10', HEAD, '02 0000', prefixed(text)),
    packet: (clientIdentifier) => ({ ...CONNECT_WITH, clientIdentifier }) },
  { field: 'will.topic', type: 'CONNECT', at: 17,
    make: (text) => frame('10', HEAD, '06 0000', utf8('c'), prefixed(text), utf8('m')),
    packet: (topic) => ({ ...CONNECT_WITH, clientIdentifier: 'c', will: { qos: 0, retain: false, topic, payload: hex('6D') } }) },
  { field: 'userName', type: 'CONNECT', at: 17,
    make: (text) => frame('10', HEAD, '82 0000', utf8('c'), prefixed(text)),
    packet: (userName) => ({ ...CONNECT_WITH, clientIdentifier: 'c', userName }) },
  { field: 'subscriptions[1].topicFilter', type: 'SUBSCRIBE', at: 10,
    make: (text) => frame('82', '0001', utf8('a'), '00', prefixed(text), '01'),
    packet: (topicFilter) => ({ type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [{ topicFilter: 'a', qos: 0 }, { topicFilter, qos: 1 }] }) },
  { field: 'topicFilters[1]', type: 'UNSUBSCRIBE', at: 9,
    make: (text) => frame('A2', '0001', utf8('a'), prefixed(text)),
    packet: (topicFilter) => ({ type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: ['a', topicFilter] }) },
];

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

function bytesOf(text: string): string {
  return Buffer.from(text).toString('hex');
}

function refusedIn(place: Place, bytes: string, code: ErrorCode, statement?: string): void {
  for (const before of ['', '61', '61'.repeat(15), '61'.repeat(30)]) {
    expectViolation(
      place.make(`${before} ${bytes} 7A`),
      malformed(code, place.type, place.at + before.length / 2, statement),
      before === '61' ? {} : { everyCut: false },
    );
  }
}

describe('well-formed UTF-8', () => {
  for (const codePoint of BORDERS) {
    const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
    it(`MQTT-1.5.3-1: ${name} is text in every field`, () => {
      for (const place of PLACES) {
        const text = `a${String.fromCodePoint(codePoint)}`;
        expectPacket(place.make(bytesOf(text)), place.packet(text));
      }
    });
  }
  decodes('MQTT-1.5.3-1: one, two, three and four bytes', frame('30', utf8('aé€😀')), {
    type: 'PUBLISH',
    topic: 'aé€😀',
    payload: new Uint8Array(0),
    retain: false,
    qos: 0,
    dup: false,
  });
  for (const [bytes, why] of ILL_FORMED) {
    it(`MQTT-1.5.3-1: ${why} is refused in every field`, () => {
      for (const place of PLACES) {
        refusedIn(place, bytes, 'ERR_MQTT_INVALID_UTF8', 'MQTT-1.5.3-1');
      }
    });
  }
  refuses(
    'MQTT-1.5.3-1: a character that the end of its field cuts off',
    frame('30', prefixed('61 E2 82'), 'AC'),
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 5, 'MQTT-1.5.3-1'),
  );
  refuses(
    'MQTT-1.5.3-1: a character that its field and the Packet Identifier share',
    frame('32', prefixed('C3'), 'A9 01'),
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 4, 'MQTT-1.5.3-1'),
  );
  refuses(
    'MQTT-1.5.3-1: an ill-formed Protocol Name',
    frame('10', '0004 4D5154FF 04', '02 0000', utf8('c')),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', 7, 'MQTT-1.5.3-1'),
  );

  encodes(
    'MQTT-1.5.3-1: a pair of surrogates is one character',
    { type: 'PUBLISH', topic: '\ud83d\ude00' },
    '30 06 0004 F09F9880',
  );
  for (const [text, why] of [
    ['a\ud800', 'a high surrogate alone'],
    ['\udfffa', 'a low surrogate alone'],
    ['\ude00\ud83d', 'a pair of surrogates the wrong way round'],
  ] as const) {
    it(`MQTT-1.5.3-1: the encoder refuses ${why} in every field`, () => {
      for (const place of PLACES) {
        expectRefusal(
          { ...place.packet(text) },
          refusal('ERR_MQTT_INVALID_UTF8', place.field, 'MQTT-1.5.3-1'),
        );
      }
    });
  }
  refusesToEncode(
    'MQTT-1.5.3-1: a lone surrogate is not written as U+FFFD',
    { type: 'PUBLISH', topic: '\ud83d' },
    refusal('ERR_MQTT_INVALID_UTF8', 'topic', 'MQTT-1.5.3-1'),
  );
});

describe('U+0000', () => {
  decodes('MQTT-1.5.3-2: U+0001 is not U+0000', frame('30', prefixed('61 01 62'), '00'), {
    type: 'PUBLISH',
    topic: 'a\u0001b',
    payload: hex('00'),
    retain: false,
    qos: 0,
    dup: false,
  });
  refuses(
    'MQTT-1.5.3-2: U+0000 in a Topic Name',
    frame('30', prefixed('61 00 62')),
    malformed('ERR_MQTT_NULL_CHARACTER', 'PUBLISH', 5, 'MQTT-1.5.3-2'),
  );
  it('MQTT-1.5.3-2: U+0000 is refused in every field', () => {
    for (const place of PLACES) {
      refusedIn(place, '00', 'ERR_MQTT_NULL_CHARACTER', 'MQTT-1.5.3-2');
    }
  });
  refuses(
    'MQTT-1.5.3-2: U+0000 in two bytes is ill-formed',
    frame('30', prefixed('61 C0 80')),
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 5, 'MQTT-1.5.3-1'),
  );
  encodes('MQTT-1.5.3-2: U+0001 is encoded', { type: 'PUBLISH', topic: '\u0001' }, '30 03 0001 01');
  refusesToEncode(
    'MQTT-1.5.3-2: U+0000 in a Topic Name is not encoded',
    { type: 'PUBLISH', topic: 'a\0' },
    refusal('ERR_MQTT_NULL_CHARACTER', 'topic', 'MQTT-1.5.3-2'),
  );
  it('MQTT-1.5.3-2: the encoder refuses U+0000 in every field', () => {
    for (const place of PLACES) {
      expectRefusal(
        { ...place.packet('a\0b') },
        refusal('ERR_MQTT_NULL_CHARACTER', place.field, 'MQTT-1.5.3-2'),
      );
    }
  });
});

describe('U+FEFF', () => {
  decodes('MQTT-1.5.3-3: a leading U+FEFF stays', frame('30', prefixed('EFBBBF 61')), {
    type: 'PUBLISH',
    topic: '\ufeffa',
    payload: new Uint8Array(0),
    retain: false,
    qos: 0,
    dup: false,
  });
  it('MQTT-1.5.3-3: U+FEFF stays at the beginning, in the middle and at the end of every field', () => {
    for (const place of PLACES) {
      for (const text of ['\ufeff', '\ufeffa', 'a\ufeffb', 'a\ufeff', '\ufeff\ufeff']) {
        expectPacket(place.make(bytesOf(text)), place.packet(text));
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
  const topic = (text: string): ControlPacket => PLACES[0]?.packet(text) as ControlPacket;

  for (const codePoint of discouraged) {
    const text = `a${String.fromCodePoint(codePoint)}`;
    const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
    decodes(
      `1.5.3 discouraged characters: ${name} is accepted by default`,
      frame('30', utf8(text), '6869'),
      topic(text),
    );
    refuses(
      `1.5.3 discouraged characters: ${name} is refused on demand`,
      frame('30', utf8(text), '6869'),
      malformed('ERR_MQTT_DISCOURAGED_CHARACTER', 'PUBLISH', 5),
      strict,
    );
    it(`1.5.3 discouraged characters: ${name} is refused on demand in every field`, () => {
      for (const { make, type, at } of PLACES) {
        const expected = malformed('ERR_MQTT_DISCOURAGED_CHARACTER', type, at + 1);
        expectViolation(make(bytesOf(text)), expected, strict);
      }
    });
  }
  for (const codePoint of neighbours) {
    const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
    it(`1.5.3 discouraged characters: ${name} is accepted in any case`, () => {
      const text = `a${String.fromCodePoint(codePoint)}`;
      for (const place of PLACES) {
        expectPacket(place.make(bytesOf(text)), place.packet(text), strict);
      }
    });
  }
  decodes(
    '1.5.3 discouraged characters: binary fields are not text',
    frame(
      '10',
      HEAD,
      'C6 0000',
      utf8('c'),
      utf8('t'),
      prefixed('01 7F 00'),
      utf8('u'),
      '0002 1F00',
    ),
    {
      ...CONNECT_WITH,
      clientIdentifier: 'c',
      will: { qos: 0, retain: false, topic: 't', payload: hex('01 7F 00') },
      userName: 'u',
      password: hex('1F 00'),
    },
    strict,
  );
});
