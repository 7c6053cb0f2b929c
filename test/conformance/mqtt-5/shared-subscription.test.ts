/** Shared Subscriptions (section 4.8.2): `$share/`, a ShareName, `/`, and a Topic Filter. */
import { describe, expect, it } from 'vitest';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import {
  expectPacket as expectPacketOfMqtt3,
  mqtt5,
  protocolError,
  type Violation,
  violation,
} from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { decodeChunks } from '../../support/decode.js';
import { frame, utf8 } from '../../support/hex.js';

const { decodes, refuses, expectPacket, expectViolation } = mqtt5;
const { encodes, refusesToEncode, expectEncoded, expectRefusal } = encoding5;

const PLAIN = { qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;

function subscribe(topicFilter: string): ControlPacket {
  return { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [{ topicFilter, ...PLAIN }] };
}

function unsubscribe(topicFilter: string): ControlPacket {
  return { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: [topicFilter] };
}

const subscribeFrame = (filter: string, options = '00'): Uint8Array =>
  frame('82', '0001 00', utf8(filter), options);
const unsubscribeFrame = (filter: string): Uint8Array => frame('A2', '0001 00', utf8(filter));
/** Where a filter's first byte stands in both packets. */
const AT = 7;
/** Where a ShareName begins. */
const SHARE_NAME = AT + '$share/'.length;

/** Filters with what they ask for: a ShareName of one character at least, and a filter behind it. */
// biome-ignore format: a table
const LEGAL = [
  '$share/a/b', '$share/consumer1//finance', '$share/a/#', '$share/a/+', '$share/a//', '$share/€/€',
  '$share/ / ', '$share/$share/$share', '$share/a/$share/+/b', '$share/a/b/#', '$share/a/+/+',
];
/** Filters that only look as if they were shared. */
const ORDINARY = ['$share', '$SHARE/a', '$Share//b', '$shar/', '$shared/', '/$share/'];

describe('filters as they may be', () => {
  for (const filter of [...LEGAL, ...ORDINARY]) {
    it(`MQTT-4.8.2-2: ${filter} is legal`, () => {
      expectPacket(subscribeFrame(filter), subscribe(filter));
      expectPacket(unsubscribeFrame(filter), unsubscribe(filter));
    });
  }
  it('MQTT-4.8.2-2: MQTT 3.1.1 knows no Shared Subscriptions, so these are filters like any other', () => {
    for (const filter of ['$share/', '$share//a', '$share/a', '$share/a/', '$share/+/a']) {
      expectPacketOfMqtt3(frame('82', '0001', utf8(filter), '00'), {
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        subscriptions: [{ topicFilter: filter, qos: 0 }],
      });
    }
  });
  decodes('MQTT-4.8.2-1: one character', subscribeFrame('$share/n/t'), subscribe('$share/n/t'));
  decodes(
    'MQTT-4.8.2-2: a ShareName with all that it may have',
    unsubscribeFrame('$share/$ -é*/t'),
    unsubscribe('$share/$ -é*/t'),
  );
  encodes(
    'MQTT-4.8.2-1: one character is encoded',
    subscribe('$share/n/t'),
    '82 10 0001 00 000A 24 73 68 61 72 65 2F 6E 2F 74 00',
  );
  encodes(
    'MQTT-4.8.2-2: a Topic Filter with a wildcard is encoded',
    unsubscribe('$share/n/#'),
    'A2 0F 0001 00 000A 24 73 68 61 72 65 2F 6E 2F 23',
  );
});

/** Where the fault of each stands, counted from the beginning of its ShareName. */
const EMPTY_NAMES = [
  ['$share/', 0],
  ['$share//', 0],
  ['$share//a', 0],
  ['$share///', 0],
  ['$share//#', 0],
] as const;
const NAMES_WITH_WILDCARDS = [
  ['$share/+/a', 0],
  ['$share/#', 0],
  ['$share/+', 0],
  ['$share/+/+', 0],
] as const;
const WITHOUT_FILTER = [
  ['$share/a', 1],
  ['$share/a/', 1],
  ['$share/name', 4],
  ['$share/name/', 4],
  ['$share/€/', 3],
] as const;

function expectIllegal(filter: string, expected: Omit<Violation, 'packetType'>): void {
  for (const [bytes, packetType] of [
    [subscribeFrame(filter), 'SUBSCRIBE'],
    [unsubscribeFrame(filter), 'UNSUBSCRIBE'],
  ] as const) {
    expectViolation(bytes, { ...expected, packetType });
  }
  const { code, statement } = expected;
  const field = 'subscriptions[0].topicFilter';
  expectRefusal({ ...subscribe(filter) }, refusal(code, field, statement));
  expectRefusal({ ...unsubscribe(filter) }, refusal(code, 'topicFilters[0]', statement));
}

describe('filters as they may not be', () => {
  const empty = violation(
    'TOPIC_FILTER',
    'ERR_MQTT_SHARE_NAME_EMPTY',
    'SUBSCRIBE',
    SHARE_NAME,
    'MQTT-4.8.2-1',
  );
  const wrong = violation(
    'TOPIC_FILTER',
    'ERR_MQTT_SHARED_SUBSCRIPTION',
    'UNSUBSCRIBE',
    SHARE_NAME,
    'MQTT-4.8.2-2',
  );
  for (const [filter, at] of EMPTY_NAMES) {
    it(`MQTT-4.8.2-1: ${filter} has no ShareName`, () => {
      expectIllegal(filter, { ...empty, offset: SHARE_NAME + at });
    });
  }
  for (const [filter, at] of NAMES_WITH_WILDCARDS) {
    it(`MQTT-4.8.2-2: ${filter} has a wildcard in the ShareName`, () => {
      expectIllegal(filter, { ...wrong, offset: SHARE_NAME + at });
    });
  }
  for (const [filter, at] of WITHOUT_FILTER) {
    it(`MQTT-4.8.2-2: ${filter} has no Topic Filter behind the ShareName`, () => {
      expectIllegal(filter, { ...wrong, offset: SHARE_NAME + at });
    });
  }
  refuses('MQTT-4.8.2-1: none', subscribeFrame('$share//t'), empty);
  refuses('MQTT-4.8.2-2: a wildcard', unsubscribeFrame('$share/+/t'), wrong);
  refuses(
    'MQTT-4.8.2-2: a wildcard that fills half a level is one too many by the rule of all filters',
    subscribeFrame('$share/a+/t'),
    violation(
      'TOPIC_FILTER',
      'ERR_MQTT_SINGLE_LEVEL_WILDCARD',
      'SUBSCRIBE',
      SHARE_NAME + 1,
      'MQTT-4.7.1-2',
    ),
  );
  refuses(
    'MQTT-4.8.2-2: the filter behind the ShareName is a filter like any other',
    subscribeFrame('$share/a/#/b'),
    violation(
      'TOPIC_FILTER',
      'ERR_MQTT_MULTI_LEVEL_WILDCARD',
      'SUBSCRIBE',
      SHARE_NAME + 2,
      'MQTT-4.7.1-1',
    ),
  );
  refusesToEncode(
    'MQTT-4.8.2-1: none is not encoded',
    { ...unsubscribe('$share//t') },
    refusal('ERR_MQTT_SHARE_NAME_EMPTY', 'topicFilters[0]', 'MQTT-4.8.2-1'),
  );
  refusesToEncode(
    'MQTT-4.8.2-2: no Topic Filter is not encoded',
    { ...subscribe('$share/a/') },
    refusal('ERR_MQTT_SHARED_SUBSCRIPTION', 'subscriptions[0].topicFilter', 'MQTT-4.8.2-2'),
  );

  it('MQTT-4.8.2-2: every ending of up to five characters of a / + #', () => {
    const alphabet = ['a', '/', '+', '#'];
    let endings = [''];
    for (let length = 0; length <= 5; length++) {
      for (const ending of endings) {
        const filter = `$share/${ending}`;
        const [name = '', ...levels] = ending.split('/');
        const isLegal =
          name !== '' &&
          !/[+#]/.test(name) &&
          levels.join('/') !== '' &&
          levels.every(
            (level, index) =>
              level === '+' ||
              (level === '#' && index === levels.length - 1) ||
              !/[+#]/.test(level),
          );
        for (const bytes of [subscribeFrame(filter), unsubscribeFrame(filter)]) {
          const { error } = decodeChunks([bytes], { scanner: 'baseline', protocolVersion: 5 });
          const errorClass = isLegal ? undefined : 'TOPIC_FILTER';
          expect([filter, error?.errorClass]).toEqual([filter, errorClass]);
        }
      }
      endings = endings.flatMap((ending) => alphabet.map((character) => ending + character));
    }
  });
});

describe('No Local', () => {
  function withNoLocal(topicFilter: string, noLocal = true) {
    const subscription = { topicFilter, ...PLAIN, noLocal };
    return { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [subscription] } as const;
  }
  decodes(
    'MQTT-3.8.3-4: not set on a Shared Subscription',
    subscribeFrame('$share/a/b', '00'),
    subscribe('$share/a/b'),
  );
  decodes('MQTT-3.8.3-4: set on another', subscribeFrame('a/b', '04'), withNoLocal('a/b'));
  for (const filter of ORDINARY) {
    it(`MQTT-3.8.3-4: set on ${filter}, which is not shared`, () => {
      expectPacket(subscribeFrame(filter, '04'), withNoLocal(filter));
    });
  }
  refuses(
    'MQTT-3.8.3-4: set on a Shared Subscription',
    subscribeFrame('$share/a/b', '04'),
    protocolError('ERR_MQTT_NO_LOCAL_ON_SHARED_SUBSCRIPTION', 'SUBSCRIBE', AT + 10, 'MQTT-3.8.3-4'),
  );
  refuses(
    'MQTT-3.8.3-4: set on the second subscription, which is shared',
    frame('82', '0001 00', utf8('a'), '04', utf8('$share/a/b'), '2E'),
    protocolError('ERR_MQTT_NO_LOCAL_ON_SHARED_SUBSCRIPTION', 'SUBSCRIBE', AT + 14, 'MQTT-3.8.3-4'),
  );
  encodes('MQTT-3.8.3-4: set on another is encoded', withNoLocal('a'), '82 07 0001 00 0001 61 04');
  it('MQTT-3.8.3-4: not set on a Shared Subscription is encoded', () => {
    for (const filter of LEGAL) {
      expectEncoded(withNoLocal(filter, false), subscribeFrame(filter, '00'));
    }
  });
  refusesToEncode(
    'MQTT-3.8.3-4: set on a Shared Subscription is not encoded',
    withNoLocal('$share/a/b'),
    refusal('ERR_MQTT_NO_LOCAL_ON_SHARED_SUBSCRIPTION', 'subscriptions[0].noLocal', 'MQTT-3.8.3-4'),
  );
});
