/** Topic Names and Topic Filters (section 4.7): wildcards, at least one character, U+0000, length. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors.js';
import type { ControlPacket, PublishPacket } from '../../../src/protocol/packets.js';
import { malformed, mqtt5, protocolError, violation } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { decodeChunks, SCANNERS } from '../../support/decode.js';
import { frame, prefixed, utf8 } from '../../support/hex.js';

const { decodes, refuses, expectPacket, expectViolation } = mqtt5;
const { encodes, refusesToEncode, expectRefusal } = encoding5;

const PLAIN = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;

function subscribe(topicFilter: string): ControlPacket {
  return { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [{ topicFilter, ...PLAIN }] };
}

function unsubscribe(topicFilter: string): ControlPacket {
  return { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: [topicFilter] };
}

function publish(topic: string): ControlPacket {
  const payload = new Uint8Array(0);
  return { type: 'PUBLISH', topic, payload, retain: false, qos: 0, dup: false };
}

const CONNECT = { type: 'CONNECT', protocolLevel: 5 } as const;

const subscribeFrame = (filter: string): Uint8Array => frame('82', '0001 00', utf8(filter), '00');
const unsubscribeFrame = (filter: string): Uint8Array => frame('A2', '0001 00', utf8(filter));
const publishFrame = (topic: string): Uint8Array => frame('30', utf8(topic), '00');
/** A CONNECT whose Will has this topic. */
const willFrame = (topic: string): Uint8Array =>
  frame('10', utf8('MQTT'), '05 06 0000 00', utf8('c'), '00', utf8(topic), '0000');
/** Where a filter's first byte stands in both packets. */
const AT = 7;

const LEGAL = {
  'MQTT-4.7.1-1': ['#', '/#', 'sport/#', 'a/b/c/#', '€/#', '+/#', '//#', '$SYS/#', ' /#'],
  'MQTT-4.7.1-2': ['+', '/+', '+/', '+/+', 'a/+', '+/a', 'a/+/b', '/+/', '+/+/+', '+/€/+'],
  'MQTT-4.7.3-1': ['/', ' ', 'a', '//', '€', '$', '*', '$share', '$SHARE/+'],
} as const;

describe('Topic Filters as they may be', () => {
  for (const [statement, filters] of Object.entries(LEGAL)) {
    for (const filter of filters) {
      it(`MQTT-4.7.1-1: ${filter} is legal by ${statement}`, () => {
        expectPacket(subscribeFrame(filter), subscribe(filter));
        expectPacket(unsubscribeFrame(filter), unsubscribe(filter));
      });
    }
  }
  decodes('MQTT-4.7.1-1: # behind a /', subscribeFrame('a/#'), subscribe('a/#'));
  decodes('MQTT-4.7.1-1: # alone', unsubscribeFrame('#'), unsubscribe('#'));
  decodes('MQTT-4.7.1-2: + between two /', subscribeFrame('a/+/b'), subscribe('a/+/b'));
  decodes('MQTT-4.7.1-2: + alone', unsubscribeFrame('+'), unsubscribe('+'));
  encodes('MQTT-4.7.1-1: a/# is encoded', subscribe('a/#'), '82 09 0001 00 0003 612F23 00');
  encodes('MQTT-4.7.1-2: +/a is encoded', unsubscribe('+/a'), 'A2 08 0001 00 0003 2B2F61');
});

const ILLEGAL: readonly (readonly [filter: string, at: number, code: ErrorCode, id: string])[] = [
  ...(
    [
      ['sport/tennis#', 12],
      ['sport/tennis/#/ranking', 13],
      ['##', 0],
      ['#/', 0],
      ['#/a', 0],
      ['a#', 1],
      ['a/#/', 2],
      ['/#/#', 1],
      ['a/b#/c', 3],
      ['€#', 3],
      ['a/#b', 2],
      ['#+', 0],
    ] as const
  ).map(([filter, at]) => [filter, at, 'ERR_MQTT_MULTI_LEVEL_WILDCARD', 'MQTT-4.7.1-1'] as const),
  ...(
    [
      ['sport+', 5],
      ['+sport', 0],
      ['a/b+', 3],
      ['a/+b', 2],
      ['++', 0],
      ['a/++/b', 2],
      ['+/+a', 2],
      ['€+', 3],
      ['+#', 0],
      ['a+/b', 1],
    ] as const
  ).map(([filter, at]) => [filter, at, 'ERR_MQTT_SINGLE_LEVEL_WILDCARD', 'MQTT-4.7.1-2'] as const),
];

describe('Topic Filters as they may not be', () => {
  for (const [filter, at, code, statement] of ILLEGAL) {
    it(`MQTT-4.7.1-1: ${filter} is illegal by ${statement}`, () => {
      for (const [bytes, type] of [
        [subscribeFrame(filter), 'SUBSCRIBE'],
        [unsubscribeFrame(filter), 'UNSUBSCRIBE'],
      ] as const) {
        expectViolation(bytes, violation('TOPIC_FILTER', code, type, AT + at, statement));
      }
      const field = 'subscriptions[0].topicFilter';
      expectRefusal({ ...subscribe(filter) }, refusal(code, field, statement));
      expectRefusal({ ...unsubscribe(filter) }, refusal(code, 'topicFilters[0]', statement));
    });
  }
  refuses(
    'MQTT-4.7.1-1: # that is not last',
    subscribeFrame('a/#/b'),
    violation('TOPIC_FILTER', 'ERR_MQTT_MULTI_LEVEL_WILDCARD', 'SUBSCRIBE', AT + 2, 'MQTT-4.7.1-1'),
  );
  refuses(
    'MQTT-4.7.1-2: + that fills half a level',
    unsubscribeFrame('a/b+/c'),
    violation(
      'TOPIC_FILTER',
      'ERR_MQTT_SINGLE_LEVEL_WILDCARD',
      'UNSUBSCRIBE',
      AT + 3,
      'MQTT-4.7.1-2',
    ),
  );
  refusesToEncode(
    'MQTT-4.7.1-1: # that is not last is not encoded',
    { ...subscribe('a/#/b') },
    refusal('ERR_MQTT_MULTI_LEVEL_WILDCARD', 'subscriptions[0].topicFilter', 'MQTT-4.7.1-1'),
  );
  refusesToEncode(
    'MQTT-4.7.1-2: + that fills half a level is not encoded',
    { ...unsubscribe('a/b+/c') },
    refusal('ERR_MQTT_SINGLE_LEVEL_WILDCARD', 'topicFilters[0]', 'MQTT-4.7.1-2'),
  );

  it('MQTT-4.7.1-1: every filter of up to six characters of a / + #', () => {
    const alphabet = ['a', '/', '+', '#'];
    const options = { scanner: 'baseline', protocolVersion: 5 } as const;
    let filters = [''];
    for (let length = 1; length <= 6; length++) {
      filters = filters.flatMap((filter) => alphabet.map((character) => filter + character));
      for (const filter of filters) {
        const levels = filter.split('/');
        const isLegal = levels.every(
          (level, index) =>
            level === '+' || (level === '#' && index === levels.length - 1) || !/[+#]/.test(level),
        );
        for (const bytes of [subscribeFrame(filter), unsubscribeFrame(filter)]) {
          const { error } = decodeChunks([bytes], options);
          expect([filter, error?.errorClass]).toEqual([
            filter,
            isLegal ? undefined : 'TOPIC_FILTER',
          ]);
        }
      }
    }
  });
});

describe('at least one character', () => {
  decodes('MQTT-4.7.3-1: one in a PUBLISH', '30 04 0001 2F 00', publish('/'));
  decodes('MQTT-4.7.3-1: one in a SUBSCRIBE', subscribeFrame('/'), subscribe('/'));
  decodes('MQTT-4.7.3-1: one in an UNSUBSCRIBE', unsubscribeFrame(' '), unsubscribe(' '));
  refuses(
    'MQTT-4.7.3-1: none in a PUBLISH without a Topic Alias',
    '30 04 0000 00 61',
    protocolError('ERR_MQTT_TOPIC_ALIAS_MISSING', 'PUBLISH', 2),
  );
  refuses(
    'MQTT-4.7.3-1: none in a Will',
    willFrame(''),
    violation('TOPIC_NAME', 'ERR_MQTT_TOPIC_NAME_EMPTY', 'CONNECT', 17, 'MQTT-4.7.3-1'),
  );
  refuses(
    'MQTT-4.7.3-1: none in a SUBSCRIBE',
    frame('82', '0001 00', utf8('a'), '00', '0000 00'),
    violation('TOPIC_FILTER', 'ERR_MQTT_TOPIC_FILTER_EMPTY', 'SUBSCRIBE', 9, 'MQTT-4.7.3-1'),
  );
  refuses(
    'MQTT-4.7.3-1: none in an UNSUBSCRIBE',
    frame('A2', '0001 00', utf8('a'), '0000'),
    violation('TOPIC_FILTER', 'ERR_MQTT_TOPIC_FILTER_EMPTY', 'UNSUBSCRIBE', 8, 'MQTT-4.7.3-1'),
  );
  refuses(
    'MQTT-4.7.3-1: none in a Response Topic',
    '30 07 0001 61 03 08 0000',
    protocolError('ERR_MQTT_RESPONSE_TOPIC_EMPTY', 'PUBLISH', 7, 'MQTT-4.7.3-1'),
  );
  encodes('MQTT-4.7.3-1: one is encoded', publish('/'), '30 04 0001 2F 00');
  for (const [packet, code, field, statement] of [
    [publish(''), 'ERR_MQTT_TOPIC_ALIAS_MISSING', 'topic', undefined],
    [subscribe(''), 'ERR_MQTT_TOPIC_FILTER_EMPTY', 'subscriptions[0].topicFilter', 'MQTT-4.7.3-1'],
    [unsubscribe(''), 'ERR_MQTT_TOPIC_FILTER_EMPTY', 'topicFilters[0]', 'MQTT-4.7.3-1'],
    [
      { ...CONNECT, will: { topic: '' } },
      'ERR_MQTT_TOPIC_NAME_EMPTY',
      'will.topic',
      'MQTT-4.7.3-1',
    ],
    [
      { ...publish('a'), properties: { responseTopic: '' } },
      'ERR_MQTT_RESPONSE_TOPIC_EMPTY',
      'properties.responseTopic',
      'MQTT-4.7.3-1',
    ],
  ] as const) {
    refusesToEncode(
      `MQTT-4.7.3-1: none in ${field} of ${packet.type} is not encoded`,
      { ...packet },
      refusal(code, field, statement),
    );
  }
});

describe('U+0000 and length', () => {
  decodes('MQTT-4.7.3-2: none', subscribeFrame('\u0001'), subscribe('\u0001'));
  refuses(
    'MQTT-4.7.3-2: in a SUBSCRIBE',
    frame('82', '0001 00', prefixed('612F00'), '00'),
    malformed('ERR_MQTT_NULL_CHARACTER', 'SUBSCRIBE', AT + 2, 'MQTT-1.5.4-2'),
  );
  refuses(
    'MQTT-4.7.3-2: in an UNSUBSCRIBE',
    frame('A2', '0001 00', prefixed('00')),
    malformed('ERR_MQTT_NULL_CHARACTER', 'UNSUBSCRIBE', AT, 'MQTT-1.5.4-2'),
  );
  refuses(
    'MQTT-4.7.3-2: in a PUBLISH',
    frame('32', prefixed('00'), '0001 00'),
    malformed('ERR_MQTT_NULL_CHARACTER', 'PUBLISH', 4, 'MQTT-1.5.4-2'),
  );
  encodes('MQTT-4.7.3-2: none to encode', unsubscribe('\u0001'), 'A2 06 0001 00 0001 01');
  refusesToEncode(
    'MQTT-4.7.3-2: in an UNSUBSCRIBE, not encoded',
    { ...unsubscribe('a\0') },
    refusal('ERR_MQTT_NULL_CHARACTER', 'topicFilters[0]', 'MQTT-1.5.4-2'),
  );

  const longest = 'a'.repeat(65_535);
  encodes('MQTT-4.7.3-3: 65,535 bytes in a PUBLISH', publish(longest), publishFrame(longest));
  encodes('MQTT-4.7.3-3: 65,535 bytes in a SUBSCRIBE', subscribe(longest), subscribeFrame(longest));
  encodes(
    'MQTT-4.7.3-3: 65,535 bytes in two-byte characters and one more',
    unsubscribe(`${'é'.repeat(32_767)}a`),
    unsubscribeFrame(`${'é'.repeat(32_767)}a`),
  );
  for (const [what, text] of [
    ['65,536 bytes', `${longest}a`],
    ['65,536 bytes in two-byte characters', 'é'.repeat(32_768)],
  ] as const) {
    for (const [packet, field] of [
      [publish(text), 'topic'],
      [subscribe(text), 'subscriptions[0].topicFilter'],
      [unsubscribe(text), 'topicFilters[0]'],
      [{ ...CONNECT, will: { topic: text } }, 'will.topic'],
      [{ ...publish('a'), properties: { responseTopic: text } }, 'properties.responseTopic'],
    ] as const) {
      refusesToEncode(
        `MQTT-4.7.3-3: ${what} in ${field} of ${packet.type}`,
        { ...packet },
        refusal('ERR_MQTT_TOPIC_TOO_LONG', field, 'MQTT-4.7.3-3'),
      );
    }
  }
  it('MQTT-4.7.3-3: 65,535 bytes are read, and the bytes behind them', () => {
    for (const scanner of SCANNERS) {
      const bytes = frame('32', utf8(longest), 'FFFF 00 01');
      const { packets, error } = decodeChunks([bytes], { scanner, protocolVersion: 5 });
      expect(error).toBe(undefined);
      const [packet] = packets as PublishPacket[];
      expect(packet).toMatchObject({ topic: longest, packetIdentifier: 65_535 });
      expect(Array.from(packet?.payload ?? [])).toEqual([1]);
    }
  });
});
