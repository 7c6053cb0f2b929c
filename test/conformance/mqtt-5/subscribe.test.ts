/** SUBSCRIBE (section 3.8). Its options and filters have tests of their own. */
import { describe } from 'vitest';
import type { SubscribePacket } from '../../../src/protocol/packets.js';
import { malformed, mqtt5, protocolError } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, prefixed, utf8 } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

const PLAIN = { noLocal: false, retainAsPublished: false, retainHandling: 0 } as const;
const PACKET: SubscribePacket = {
  type: 'SUBSCRIBE',
  packetIdentifier: 10,
  subscriptions: [{ topicFilter: 'a/b', qos: 1, ...PLAIN }],
};

function byteOf(value: number): string {
  return value.toString(16).padStart(2, '0');
}

describe('Packet Identifier', () => {
  for (const [bytes, packetIdentifier] of [
    ['0001', 1],
    ['0100', 256],
    ['FFFF', 65_535],
  ] as const) {
    const wire = frame('82', bytes, '00', utf8('a/b'), '01');
    decodes(`MQTT-2.2.1-3: SUBSCRIBE with ${packetIdentifier}`, wire, {
      ...PACKET,
      packetIdentifier,
    });
    encodes(
      `MQTT-2.2.1-3: SUBSCRIBE with ${packetIdentifier} is encoded`,
      { ...PACKET, packetIdentifier },
      wire,
    );
  }
  refuses(
    'MQTT-2.2.1-3: SUBSCRIBE with 0',
    frame('82', '0000 00', utf8('a/b'), '01'),
    protocolError('ERR_MQTT_PACKET_IDENTIFIER', 'SUBSCRIBE', 2, 'MQTT-2.2.1-3'),
  );
  for (const packetIdentifier of [0, undefined]) {
    refusesToEncode(
      `MQTT-2.2.1-3: SUBSCRIBE with ${packetIdentifier} is not encoded`,
      { ...PACKET, packetIdentifier },
      refusal('ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier', 'MQTT-2.2.1-3'),
    );
  }
  refusesToEncode(
    'MQTT-2.2.1-3: SUBSCRIBE with 65,536 is not encoded',
    { ...PACKET, packetIdentifier: 65_536 },
    refusal('ERR_MQTT_FIELD_RANGE', 'packetIdentifier'),
  );
});

describe('Topic Filters', () => {
  decodes(
    'MQTT-3.8.3-1: UTF-8',
    `82 0A 000A
     00            // no properties
     0004 E282AC62 // topic filter
     02            // subscription options`,
    { ...PACKET, subscriptions: [{ topicFilter: '€b', qos: 2, ...PLAIN }] },
  );
  refuses(
    'MQTT-3.8.3-1: ill-formed',
    frame('82', '000A 00', prefixed('61 FF'), '00'),
    malformed('ERR_MQTT_INVALID_UTF8', 'SUBSCRIBE', 8, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-3.8.3-1: ill-formed, the third of three',
    frame('82', '000A 00', utf8('a'), '00', utf8('b'), '00', prefixed('ED A0 80'), '00'),
    malformed('ERR_MQTT_INVALID_UTF8', 'SUBSCRIBE', 15, 'MQTT-1.5.4-1'),
  );
  encodes(
    'MQTT-3.8.3-1: written as UTF-8',
    { ...PACKET, subscriptions: [{ topicFilter: '€b', qos: 2 }] },
    '82 0A 000A 00 0004 E282AC62 02',
  );
  refusesToEncode(
    'MQTT-3.8.3-1: a lone surrogate is no text',
    { ...PACKET, subscriptions: [{ topicFilter: '\ud800', qos: 0 }] },
    refusal('ERR_MQTT_INVALID_UTF8', 'subscriptions[0].topicFilter', 'MQTT-1.5.4-1'),
  );

  decodes('MQTT-3.8.3-2: one pair', frame('82', '000A 00', utf8('a/b'), '01'), PACKET);
  decodes('MQTT-3.8.3-2: the shortest pair', '82 07 000A 00 0001 23 00', {
    ...PACKET,
    subscriptions: [{ topicFilter: '#', qos: 0, ...PLAIN }],
  });
  decodes(
    'MQTT-3.8.3-2: three pairs, two of them with the same Topic Filter',
    frame('82', '000A 00', utf8('a'), '00', utf8('b'), '01', utf8('a'), '02'),
    {
      ...PACKET,
      subscriptions: [
        { topicFilter: 'a', qos: 0, ...PLAIN },
        { topicFilter: 'b', qos: 1, ...PLAIN },
        { topicFilter: 'a', qos: 2, ...PLAIN },
      ],
    },
  );
  decodes(
    'MQTT-3.8.3-2: one pair behind properties',
    frame('82', '000A 07', '26 0001 6E 0001 76', utf8('a/b'), '01'),
    { ...PACKET, properties: { userProperties: [['n', 'v']] } },
  );
  refuses(
    'MQTT-3.8.3-2: no pair, and no properties',
    '82 03 000A 00',
    protocolError('ERR_MQTT_NO_TOPIC_FILTER', 'SUBSCRIBE', 5, 'MQTT-3.8.3-2'),
  );
  refuses(
    'MQTT-3.8.3-2: no pair behind properties',
    frame('82', '000A 07', '26 0001 6E 0001 76'),
    protocolError('ERR_MQTT_NO_TOPIC_FILTER', 'SUBSCRIBE', 12, 'MQTT-3.8.3-2'),
  );
  for (const bytes of ['82 00', '82 01 00', '82 02 000A']) {
    refuses(
      `MQTT-3.8.3-2: ${bytes} is too short for a Property Length`,
      bytes,
      malformed('ERR_MQTT_PACKET_LENGTH', 'SUBSCRIBE', 1),
      { decidedBy: 2 },
    );
  }
  for (const [body, offset, why] of [
    ['000A 00 00', 5, 'half a length'],
    ['000A 00 0001', 5, 'a length alone'],
    ['000A 00 0001 61', 8, 'a Topic Filter without options'],
    ['000A 00 0003 6162', 5, 'a Topic Filter one byte too long'],
    ['000A 00 0001 61 00 00', 9, 'half a length behind the first pair'],
    ['000A 00 0001 61 00 0001', 9, 'a length alone behind the first pair'],
    ['000A 00 0001 61 00 0001 62', 12, 'a second Topic Filter without options'],
    ['000A 00 0001 61 00 FFFF 62 00', 9, 'a second Topic Filter that claims all there can be'],
  ] as const) {
    refuses(
      `MQTT-3.8.3-2: ${why}`,
      frame('82', body),
      malformed('ERR_MQTT_FIELD_PAST_END', 'SUBSCRIBE', offset),
    );
  }
  encodes('MQTT-3.8.3-2: one pair is encoded', PACKET, '82 09 000A 00 0003 612F62 01');
  refusesToEncode(
    'MQTT-3.8.3-2: no pair is not encoded',
    { ...PACKET, subscriptions: [] },
    refusal('ERR_MQTT_NO_TOPIC_FILTER', 'subscriptions', 'MQTT-3.8.3-2'),
  );
  for (const subscriptions of [undefined, null, 'a/b', { topicFilter: 'a', qos: 0 }]) {
    refusesToEncode(
      `MQTT-3.8.3-2: subscriptions that are ${JSON.stringify(subscriptions)} are not encoded`,
      { ...PACKET, subscriptions },
      refusal('ERR_MQTT_FIELD_TYPE', 'subscriptions'),
    );
  }
});

describe('Subscription Identifier', () => {
  for (const [bytes, subscriptionIdentifier] of [
    ['01', 1],
    ['7F', 127],
    ['80 01', 128],
    ['FF 7F', 16_383],
    ['80 80 01', 16_384],
    ['FF FF 7F', 2_097_151],
    ['80 80 80 01', 2_097_152],
    ['FF FF FF 7F', 268_435_455],
  ] as const) {
    const length = byteOf(1 + bytes.split(' ').length);
    const wire = frame('82', `000A ${length} 0B ${bytes}`, utf8('a/b'), '01');
    const packet = { ...PACKET, properties: { subscriptionIdentifier } };
    decodes(`3.8.2.1.2 one Subscription Identifier: ${subscriptionIdentifier}`, wire, packet);
    encodes(
      `3.8.2.1.2 one Subscription Identifier: ${subscriptionIdentifier} is encoded`,
      packet,
      wire,
    );
  }
  refuses(
    '3.8.2.1.2 one Subscription Identifier: 0',
    frame('82', '000A 02 0B 00', utf8('a/b'), '01'),
    protocolError('ERR_MQTT_PROPERTY_VALUE', 'SUBSCRIBE', 6),
  );
  for (const [second, why] of [
    ['0B 01', 'twice the same'],
    ['0B 02', 'two of them'],
  ] as const) {
    refuses(
      `3.8.2.1.2 one Subscription Identifier: ${why}`,
      frame('82', `000A 04 0B 01 ${second}`, utf8('a/b'), '01'),
      protocolError('ERR_MQTT_PROPERTY_REPEATED', 'SUBSCRIBE', 7),
    );
  }
  refuses(
    '3.8.2.1.2 one Subscription Identifier: more than four bytes',
    frame('82', '000A 06 0B 80 80 80 80 01', utf8('a/b'), '01'),
    malformed('ERR_MQTT_VARIABLE_BYTE_INTEGER_TOO_LONG', 'SUBSCRIBE', 9),
  );
  refuses(
    '3.8.2.1.2 one Subscription Identifier: two bytes for 1',
    frame('82', '000A 03 0B 81 00', utf8('a/b'), '01'),
    malformed('ERR_MQTT_VARIABLE_BYTE_INTEGER_NOT_MINIMAL', 'SUBSCRIBE', 7, 'MQTT-1.5.5-1'),
  );
  for (const [value, code] of [
    [0, 'ERR_MQTT_PROPERTY_VALUE'],
    [268_435_456, 'ERR_MQTT_FIELD_RANGE'],
    [-1, 'ERR_MQTT_FIELD_RANGE'],
    [[1, 2], 'ERR_MQTT_FIELD_TYPE'],
  ] as const) {
    refusesToEncode(
      `3.8.2.1.2 one Subscription Identifier: ${JSON.stringify(value)} is not encoded`,
      { ...PACKET, properties: { subscriptionIdentifier: value } },
      refusal(code, 'properties.subscriptionIdentifier'),
    );
  }
});
