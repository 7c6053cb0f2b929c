/** SUBSCRIBE (section 3.8). Where wildcards may stand is tested in topic-filter.test.ts. */
import { describe, it } from 'vitest';
import type { SubscribePacket } from '../../../src/protocol/packets.js';
import { decodes, expectViolation, malformed, refuses } from '../../support/conformance.js';
import { encodes, refusal, refusesToEncode } from '../../support/conformance-encode.js';
import { frame, prefixed, utf8 } from '../../support/hex.js';

const PACKET: SubscribePacket = {
  type: 'SUBSCRIBE',
  packetIdentifier: 10,
  subscriptions: [{ topicFilter: 'a/b', qos: 1 }],
};

describe('Packet Identifier', () => {
  for (const [bytes, packetIdentifier] of [
    ['0001', 1],
    ['FFFF', 65_535],
  ] as const) {
    decodes(
      `MQTT-2.3.1-1: SUBSCRIBE with ${packetIdentifier}`,
      frame('82', bytes, utf8('a/b'), '01'),
      { ...PACKET, packetIdentifier },
    );
    encodes(
      `MQTT-2.3.1-1: SUBSCRIBE with ${packetIdentifier} is encoded`,
      { ...PACKET, packetIdentifier },
      frame('82', bytes, utf8('a/b'), '01'),
    );
  }
  refuses(
    'MQTT-2.3.1-1: SUBSCRIBE with 0',
    frame('82', '0000', utf8('a/b'), '01'),
    malformed('ERR_MQTT_PACKET_IDENTIFIER', 'SUBSCRIBE', 2, 'MQTT-2.3.1-1'),
  );
  for (const packetIdentifier of [0, undefined]) {
    refusesToEncode(
      `MQTT-2.3.1-1: SUBSCRIBE with ${packetIdentifier} is not encoded`,
      { ...PACKET, packetIdentifier },
      refusal('ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier', 'MQTT-2.3.1-1'),
    );
  }
});

describe('Topic Filters', () => {
  decodes(
    'MQTT-3.8.3-1: UTF-8',
    `82 09 000A
     0004 E282AC62 // topic filter
     02            // requested QoS`,
    { ...PACKET, subscriptions: [{ topicFilter: '€b', qos: 2 }] },
  );
  refuses(
    'MQTT-3.8.3-1: ill-formed',
    frame('82', '000A', prefixed('61 FF'), '00'),
    malformed('ERR_MQTT_INVALID_UTF8', 'SUBSCRIBE', 7, 'MQTT-1.5.3-1'),
  );
  refuses(
    'MQTT-3.8.3-1: ill-formed, the third of three',
    frame('82', '000A', utf8('a'), '00', utf8('b'), '00', prefixed('ED A0 80'), '00'),
    malformed('ERR_MQTT_INVALID_UTF8', 'SUBSCRIBE', 14, 'MQTT-1.5.3-1'),
  );
  encodes(
    'MQTT-3.8.3-1: written as UTF-8',
    { ...PACKET, subscriptions: [{ topicFilter: '€b', qos: 2 }] },
    '82 09 000A 0004 E282AC62 02',
  );
  refusesToEncode(
    'MQTT-3.8.3-1: a lone surrogate is no text',
    { ...PACKET, subscriptions: [{ topicFilter: '\ud800', qos: 0 }] },
    refusal('ERR_MQTT_INVALID_UTF8', 'subscriptions[0].topicFilter', 'MQTT-1.5.3-1'),
  );
  decodes('MQTT-3.8.3-3: one pair', frame('82', '000A', utf8('a/b'), '01'), PACKET);
  decodes('MQTT-3.8.3-3: the shortest pair', '82 06 000A 0001 23 00', {
    ...PACKET,
    subscriptions: [{ topicFilter: '#', qos: 0 }],
  });
  decodes(
    'MQTT-3.8.3-3: three pairs, two of them alike',
    frame('82', '000A', utf8('a'), '00', utf8('b'), '01', utf8('a'), '02'),
    {
      ...PACKET,
      subscriptions: [
        { topicFilter: 'a', qos: 0 },
        { topicFilter: 'b', qos: 1 },
        { topicFilter: 'a', qos: 2 },
      ],
    },
  );
  for (const bytes of ['82 00', '82 01 00', '82 02 000A', '82 03 000A 00', '82 05 000A 0001 61']) {
    refuses(
      `MQTT-3.8.3-3: ${bytes} is too short for a pair`,
      bytes,
      malformed('ERR_MQTT_PACKET_LENGTH', 'SUBSCRIBE', 1, 'MQTT-3.8.3-3'),
      { decidedBy: 2 },
    );
  }
  for (const [body, offset, why] of [
    ['000A 0002 6162', 8, 'a Topic Filter without a QoS'],
    ['000A 0003 6162', 4, 'a Topic Filter one byte too long'],
    ['000A 0001 61 00 00', 8, 'half a length behind the first pair'],
    ['000A 0001 61 00 0001', 8, 'a length alone behind the first pair'],
    ['000A 0001 61 00 0001 62', 11, 'a second Topic Filter without a QoS'],
    ['000A 0001 61 00 FFFF 62 00', 8, 'a second Topic Filter that claims all there can be'],
  ] as const) {
    refuses(
      `MQTT-3.8.3-3: ${why}`,
      frame('82', body),
      malformed('ERR_MQTT_FIELD_PAST_END', 'SUBSCRIBE', offset),
    );
  }
  encodes('MQTT-3.8.3-3: one pair is encoded', PACKET, '82 08 000A 0003 612F62 01');
  refusesToEncode(
    'MQTT-3.8.3-3: no pair is not encoded',
    { ...PACKET, subscriptions: [] },
    refusal('ERR_MQTT_NO_TOPIC_FILTER', 'subscriptions', 'MQTT-3.8.3-3'),
  );
  for (const subscriptions of [undefined, null, 'a/b', { topicFilter: 'a', qos: 0 }]) {
    refusesToEncode(
      `MQTT-3.8.3-3: subscriptions that are ${JSON.stringify(subscriptions)} are not encoded`,
      { ...PACKET, subscriptions },
      refusal('ERR_MQTT_FIELD_TYPE', 'subscriptions'),
    );
  }
});

describe('Requested QoS', () => {
  for (const qos of [0, 1, 2] as const) {
    decodes(`MQTT-3.8.3-4: ${qos}`, frame('82', '000A', utf8('a/b'), `0${qos}`), {
      ...PACKET,
      subscriptions: [{ topicFilter: 'a/b', qos }],
    });
    encodes(
      `MQTT-3.8.3-4: ${qos} is encoded`,
      { ...PACKET, subscriptions: [{ topicFilter: 'a/b', qos }] },
      frame('82', '000A', utf8('a/b'), `0${qos}`),
    );
  }
  refuses(
    'MQTT-3.8.3-4: 3',
    frame('82', '000A', utf8('a/b'), '03'),
    malformed('ERR_MQTT_INVALID_QOS', 'SUBSCRIBE', 9, 'MQTT-3.8.3-4'),
  );
  for (const byte of ['04', '08', '10', '20', '40', '80', '81', 'FC']) {
    refuses(
      `MQTT-3.8.3-4: reserved bits 0x${byte}`,
      frame('82', '000A', utf8('a/b'), byte),
      malformed('ERR_MQTT_SUBSCRIPTION_RESERVED_BITS', 'SUBSCRIBE', 9, 'MQTT-3.8.3-4'),
    );
  }
  refuses(
    'MQTT-3.8.3-4: reserved bits of the second pair',
    frame('82', '000A', utf8('a/b'), '00', utf8('c'), '04'),
    malformed('ERR_MQTT_SUBSCRIPTION_RESERVED_BITS', 'SUBSCRIBE', 13, 'MQTT-3.8.3-4'),
  );
  it('MQTT-3.8.3-4: every byte from 4 on', () => {
    for (let byte = 4; byte < 256; byte++) {
      expectViolation(
        frame('82', '000A', utf8('a/b'), byte.toString(16).padStart(2, '0')),
        malformed('ERR_MQTT_SUBSCRIPTION_RESERVED_BITS', 'SUBSCRIBE', 9, 'MQTT-3.8.3-4'),
        { everyCut: false },
      );
    }
  });
  for (const qos of [3, 0x80, -1, 0.5, '1', null]) {
    refusesToEncode(
      `MQTT-3.8.3-4: ${JSON.stringify(qos)} is not encoded`,
      {
        ...PACKET,
        subscriptions: [
          { topicFilter: 'a', qos: 0 },
          { topicFilter: 'b', qos },
        ],
      },
      refusal('ERR_MQTT_INVALID_QOS', 'subscriptions[1].qos', 'MQTT-3.8.3-4'),
    );
  }
});
