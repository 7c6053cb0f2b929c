/** Topic Names and Topic Filters (section 4.7): wildcards, at least one character, U+0000, length. */
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/errors.js';
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
import { decodeChunks, SCANNERS } from '../../support/decode.js';
import { frame, prefixed, utf8 } from '../../support/hex.js';

function subscribe(topicFilter: string): ControlPacket {
  return { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [{ topicFilter, qos: 0 }] };
}

function unsubscribe(topicFilter: string): ControlPacket {
  return { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: [topicFilter] };
}

function publish(topic: string): ControlPacket {
  const payload = new Uint8Array(0);
  return { type: 'PUBLISH', topic, payload, retain: false, qos: 0, dup: false };
}

const subscribeFrame = (filter: string): Uint8Array => frame('82', '0001', utf8(filter), '00');
const unsubscribeFrame = (filter: string): Uint8Array => frame('A2', '0001', utf8(filter));
/** Where a filter's first byte stands in both. */
const AT = 6;

const LEGAL = {
  'MQTT-4.7.1-2': ['#', '/#', 'sport/#', 'a/b/c/#', '€/#', '+/#', '//#', '$SYS/#', ' /#'],
  'MQTT-4.7.1-3': [
    '+',
    '/+',
    '+/',
    '+/+',
    'a/+',
    '+/a',
    'a/+/b',
    '/+/',
    '+/+/+',
    '+/€/+',
    '$share/+',
  ],
  'MQTT-4.7.3-1': ['/', ' ', 'a', '//', '€', '$', '*'],
} as const;

describe('Topic Filters as they may be', () => {
  for (const [statement, filters] of Object.entries(LEGAL)) {
    for (const filter of filters) {
      it(`MQTT-4.7.1-1: ${filter}, legal by ${statement}`, () => {
        expectPacket(subscribeFrame(filter), subscribe(filter));
        expectPacket(unsubscribeFrame(filter), unsubscribe(filter));
      });
    }
  }
  decodes('MQTT-4.7.1-2: # behind a /', subscribeFrame('a/#'), subscribe('a/#'));
  decodes('MQTT-4.7.1-2: # alone', unsubscribeFrame('#'), unsubscribe('#'));
  decodes('MQTT-4.7.1-3: + between two /', subscribeFrame('a/+/b'), subscribe('a/+/b'));
  decodes('MQTT-4.7.1-3: + alone', unsubscribeFrame('+'), unsubscribe('+'));
  encodes('MQTT-4.7.1-2: a/# is encoded', subscribe('a/#'), '82 08 0001 0003 612F23 00');
  encodes('MQTT-4.7.1-3: +/a is encoded', unsubscribe('+/a'), 'A2 07 0001 0003 2B2F61');
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
    ] as const
  ).map(([filter, at]) => [filter, at, 'ERR_MQTT_MULTI_LEVEL_WILDCARD', 'MQTT-4.7.1-2'] as const),
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
  ).map(([filter, at]) => [filter, at, 'ERR_MQTT_SINGLE_LEVEL_WILDCARD', 'MQTT-4.7.1-3'] as const),
];

describe('Topic Filters as they may not be', () => {
  for (const [filter, at, code, statement] of ILLEGAL) {
    it(`MQTT-4.7.1-1: ${filter}, illegal by ${statement}`, () => {
      expectViolation(subscribeFrame(filter), malformed(code, 'SUBSCRIBE', AT + at, statement));
      expectViolation(unsubscribeFrame(filter), malformed(code, 'UNSUBSCRIBE', AT + at, statement));
      expectRefusal(
        { ...subscribe(filter) },
        refusal(code, 'subscriptions[0].topicFilter', statement),
      );
      expectRefusal({ ...unsubscribe(filter) }, refusal(code, 'topicFilters[0]', statement));
    });
  }
  refuses(
    'MQTT-4.7.1-2: # that is not last',
    subscribeFrame('a/#/b'),
    malformed('ERR_MQTT_MULTI_LEVEL_WILDCARD', 'SUBSCRIBE', AT + 2, 'MQTT-4.7.1-2'),
  );
  refuses(
    'MQTT-4.7.1-3: + that fills half a level',
    unsubscribeFrame('a/b+/c'),
    malformed('ERR_MQTT_SINGLE_LEVEL_WILDCARD', 'UNSUBSCRIBE', AT + 3, 'MQTT-4.7.1-3'),
  );
  refusesToEncode(
    'MQTT-4.7.1-2: # that is not last is not encoded',
    { ...subscribe('a/#/b') },
    refusal('ERR_MQTT_MULTI_LEVEL_WILDCARD', 'subscriptions[0].topicFilter', 'MQTT-4.7.1-2'),
  );
  refusesToEncode(
    'MQTT-4.7.1-3: + that fills half a level is not encoded',
    { ...unsubscribe('a/b+/c') },
    refusal('ERR_MQTT_SINGLE_LEVEL_WILDCARD', 'topicFilters[0]', 'MQTT-4.7.1-3'),
  );

  it('MQTT-4.7.1-1: every filter of up to six characters of a / + #', () => {
    const alphabet = ['a', '/', '+', '#'];
    let filters = [''];
    for (let length = 1; length <= 6; length++) {
      filters = filters.flatMap((filter) => alphabet.map((character) => filter + character));
      for (const filter of filters) {
        const levels = filter.split('/');
        const legal = levels.every(
          (level, index) =>
            level === '+' || (level === '#' && index === levels.length - 1) || !/[+#]/.test(level),
        );
        for (const bytes of [subscribeFrame(filter), unsubscribeFrame(filter)]) {
          const { error } = decodeChunks([bytes], { scanner: 'baseline' });
          expect([filter, error === undefined]).toEqual([filter, legal]);
        }
      }
    }
  });
});

describe('wildcards in a Topic Name', () => {
  decodes('MQTT-4.7.1-1: none in a PUBLISH', frame('30', utf8('a/b')), publish('a/b'));
  for (const topic of ['+', '#', 'a/+', 'a/#']) {
    const at = topic.length - 1;
    refuses(
      `MQTT-4.7.1-1: ${topic} in a PUBLISH`,
      frame('30', utf8(topic)),
      malformed('ERR_MQTT_TOPIC_NAME_WILDCARD', 'PUBLISH', 4 + at, 'MQTT-3.3.2-2'),
    );
    refuses(
      `MQTT-4.7.1-1: ${topic} in a Will`,
      frame('10', utf8('MQTT'), '04 06 0000', utf8('c'), utf8(topic), '0000'),
      malformed('ERR_MQTT_TOPIC_NAME_WILDCARD', 'CONNECT', 17 + at, 'MQTT-4.7.1-1'),
    );
  }
  encodes('MQTT-4.7.1-1: none in a PUBLISH to encode', publish('a/b'), '30 05 0003 612F62');
  encodes('MQTT-4.7.1-1: one in a filter to encode', subscribe('+'), '82 06 0001 0001 2B 00');
  refusesToEncode(
    'MQTT-4.7.1-1: one in a PUBLISH is not encoded',
    { ...publish('a/+') },
    refusal('ERR_MQTT_TOPIC_NAME_WILDCARD', 'topic', 'MQTT-3.3.2-2'),
  );
});

describe('at least one character', () => {
  decodes('MQTT-4.7.3-1: one in a PUBLISH', '30 03 0001 2F', publish('/'));
  decodes('MQTT-4.7.3-1: one in a SUBSCRIBE', subscribeFrame('/'), subscribe('/'));
  decodes('MQTT-4.7.3-1: one in an UNSUBSCRIBE', unsubscribeFrame(' '), unsubscribe(' '));
  refuses(
    'MQTT-4.7.3-1: none in a PUBLISH',
    '30 03 0000 61',
    malformed('ERR_MQTT_TOPIC_NAME_EMPTY', 'PUBLISH', 2, 'MQTT-4.7.3-1'),
  );
  refuses(
    'MQTT-4.7.3-1: none in a PUBLISH at QoS 1',
    '32 05 0000 0001 61',
    malformed('ERR_MQTT_TOPIC_NAME_EMPTY', 'PUBLISH', 2, 'MQTT-4.7.3-1'),
  );
  refuses(
    'MQTT-4.7.3-1: none in a SUBSCRIBE',
    frame('82', '0001', utf8('a'), '00', '0000 00'),
    malformed('ERR_MQTT_TOPIC_FILTER_EMPTY', 'SUBSCRIBE', 8, 'MQTT-4.7.3-1'),
  );
  refuses(
    'MQTT-4.7.3-1: none in an UNSUBSCRIBE',
    frame('A2', '0001', utf8('a'), '0000'),
    malformed('ERR_MQTT_TOPIC_FILTER_EMPTY', 'UNSUBSCRIBE', 7, 'MQTT-4.7.3-1'),
  );
  encodes('MQTT-4.7.3-1: one is encoded', publish('/'), '30 03 0001 2F');
  for (const [packet, code, field] of [
    [publish(''), 'ERR_MQTT_TOPIC_NAME_EMPTY', 'topic'],
    [subscribe(''), 'ERR_MQTT_TOPIC_FILTER_EMPTY', 'subscriptions[0].topicFilter'],
    [unsubscribe(''), 'ERR_MQTT_TOPIC_FILTER_EMPTY', 'topicFilters[0]'],
  ] as const) {
    refusesToEncode(
      `MQTT-4.7.3-1: none in ${packet.type} is not encoded`,
      { ...packet },
      refusal(code, field, 'MQTT-4.7.3-1'),
    );
  }
});

describe('U+0000 and length', () => {
  decodes('MQTT-4.7.3-2: none', subscribeFrame('\u0001'), subscribe('\u0001'));
  refuses(
    'MQTT-4.7.3-2: in a SUBSCRIBE',
    frame('82', '0001', prefixed('612F00'), '00'),
    malformed('ERR_MQTT_NULL_CHARACTER', 'SUBSCRIBE', AT + 2, 'MQTT-1.5.3-2'),
  );
  refuses(
    'MQTT-4.7.3-2: in a PUBLISH',
    frame('32', prefixed('00'), '0001'),
    malformed('ERR_MQTT_NULL_CHARACTER', 'PUBLISH', 4, 'MQTT-1.5.3-2'),
  );
  encodes('MQTT-4.7.3-2: none to encode', unsubscribe('\u0001'), 'A2 05 0001 0001 01');
  refusesToEncode(
    'MQTT-4.7.3-2: in an UNSUBSCRIBE, not encoded',
    { ...unsubscribe('a\0') },
    refusal('ERR_MQTT_NULL_CHARACTER', 'topicFilters[0]', 'MQTT-1.5.3-2'),
  );

  const longest = 'a'.repeat(65_535);
  encodes('MQTT-4.7.3-3: 65,535 bytes in a PUBLISH', publish(longest), frame('30', utf8(longest)));
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
      [{ type: 'CONNECT', will: { topic: text } }, 'will.topic'],
    ] as const) {
      refusesToEncode(
        `MQTT-4.7.3-3: ${what} in ${packet.type}`,
        { ...packet },
        refusal('ERR_MQTT_TOPIC_TOO_LONG', field, 'MQTT-4.7.3-3'),
      );
    }
  }
  it('MQTT-4.7.3-3: 65,535 bytes are read, and the bytes behind them', () => {
    for (const scanner of SCANNERS) {
      const { packets, error } = decodeChunks([frame('32', utf8(longest), 'FFFF', '01')], {
        scanner,
      });
      expect(error).toBe(undefined);
      expect(packets[0]).toMatchObject({ topic: longest, packetIdentifier: 65_535 });
    }
  });
});
