/** UNSUBSCRIBE (section 3.10). Topic Filters are tested in topic-filter.test.ts and shared-subscription.test.ts. */
import { describe } from 'vitest';
import type { UnsubscribePacket } from '../../../src/protocol/packets.js';
import { malformed, mqtt5, protocolError } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, prefixed, utf8 } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

const PACKET: UnsubscribePacket = {
  type: 'UNSUBSCRIBE',
  packetIdentifier: 10,
  topicFilters: ['a/b'],
};

describe('Packet Identifier', () => {
  for (const [bytes, packetIdentifier] of [
    ['0001', 1],
    ['FFFF', 65_535],
  ] as const) {
    const wire = frame('A2', bytes, '00', utf8('a/b'));
    decodes(`MQTT-2.2.1-3: UNSUBSCRIBE with ${packetIdentifier}`, wire, {
      ...PACKET,
      packetIdentifier,
    });
    encodes(
      `MQTT-2.2.1-3: UNSUBSCRIBE with ${packetIdentifier} is encoded`,
      { ...PACKET, packetIdentifier },
      wire,
    );
  }
  refuses(
    'MQTT-2.2.1-3: UNSUBSCRIBE with 0',
    frame('A2', '0000 00', utf8('a/b')),
    protocolError('ERR_MQTT_PACKET_IDENTIFIER', 'UNSUBSCRIBE', 2, 'MQTT-2.2.1-3'),
  );
  for (const packetIdentifier of [0, undefined]) {
    refusesToEncode(
      `MQTT-2.2.1-3: UNSUBSCRIBE with ${packetIdentifier} is not encoded`,
      { ...PACKET, packetIdentifier },
      refusal('ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier', 'MQTT-2.2.1-3'),
    );
  }
});

describe('Topic Filters', () => {
  decodes('MQTT-3.10.3-1: UTF-8', frame('A2', '000A 00', prefixed('F09F9880')), {
    ...PACKET,
    topicFilters: ['😀'],
  });
  refuses(
    'MQTT-3.10.3-1: ill-formed',
    frame('A2', '000A 00', prefixed('61 F09F98')),
    malformed('ERR_MQTT_INVALID_UTF8', 'UNSUBSCRIBE', 8, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-3.10.3-1: ill-formed, the second of two',
    frame('A2', '000A 00', utf8('a'), prefixed('C1BF')),
    malformed('ERR_MQTT_INVALID_UTF8', 'UNSUBSCRIBE', 10, 'MQTT-1.5.4-1'),
  );
  encodes(
    'MQTT-3.10.3-1: written as UTF-8',
    { ...PACKET, topicFilters: ['😀'] },
    'A2 09 000A 00 0004 F09F9880',
  );
  refusesToEncode(
    'MQTT-3.10.3-1: a lone surrogate is no text',
    { ...PACKET, topicFilters: ['a', '\ude00'] },
    refusal('ERR_MQTT_INVALID_UTF8', 'topicFilters[1]', 'MQTT-1.5.4-1'),
  );

  decodes('MQTT-3.10.3-2: the shortest', 'A2 06 000A 00 0001 2B', {
    ...PACKET,
    topicFilters: ['+'],
  });
  decodes(
    'MQTT-3.10.3-2: three, two of them alike',
    frame('A2', '000A 00', utf8('a'), utf8('b/#'), utf8('a')),
    { ...PACKET, topicFilters: ['a', 'b/#', 'a'] },
  );
  decodes(
    'MQTT-3.10.3-2: one behind properties',
    frame('A2', '000A 07 26 0001 6E 0001 76', utf8('a/b')),
    { ...PACKET, properties: { userProperties: [['n', 'v']] } },
  );
  refuses(
    'MQTT-3.10.3-2: none, and no properties',
    'A2 03 000A 00',
    protocolError('ERR_MQTT_NO_TOPIC_FILTER', 'UNSUBSCRIBE', 5, 'MQTT-3.10.3-2'),
  );
  refuses(
    'MQTT-3.10.3-2: none behind properties',
    'A2 0A 000A 07 26 0001 6E 0001 76',
    protocolError('ERR_MQTT_NO_TOPIC_FILTER', 'UNSUBSCRIBE', 12, 'MQTT-3.10.3-2'),
  );
  for (const bytes of ['A2 00', 'A2 01 00', 'A2 02 000A']) {
    refuses(
      `MQTT-3.10.3-2: ${bytes} is too short for a Property Length`,
      bytes,
      malformed('ERR_MQTT_PACKET_LENGTH', 'UNSUBSCRIBE', 1),
      { decidedBy: 2 },
    );
  }
  for (const [body, offset, why] of [
    ['000A 00 00', 5, 'half a length'],
    ['000A 00 0001', 5, 'a length alone'],
    ['000A 00 0002 61', 5, 'a Topic Filter one byte too long'],
    ['000A 00 FFFF 6162', 5, 'a Topic Filter that claims all there can be'],
    ['000A 00 0001 61 00', 8, 'half a length behind the first'],
    ['000A 00 0001 61 0001', 8, 'a length alone behind the first'],
  ] as const) {
    refuses(
      `MQTT-3.10.3-2: ${why}`,
      frame('A2', body),
      malformed('ERR_MQTT_FIELD_PAST_END', 'UNSUBSCRIBE', offset),
    );
  }
  encodes('MQTT-3.10.3-2: one is encoded', PACKET, 'A2 08 000A 00 0003 612F62');
  encodes(
    'MQTT-3.10.3-2: two are encoded behind properties',
    { ...PACKET, properties: { userProperties: [['n', 'v']] }, topicFilters: ['a', 'b'] },
    'A2 10 000A 07 26 0001 6E 0001 76 0001 61 0001 62',
  );
  refusesToEncode(
    'MQTT-3.10.3-2: none is not encoded',
    { ...PACKET, topicFilters: [] },
    refusal('ERR_MQTT_NO_TOPIC_FILTER', 'topicFilters', 'MQTT-3.10.3-2'),
  );
  for (const topicFilters of [undefined, null, 'a/b']) {
    refusesToEncode(
      `MQTT-3.10.3-2: topicFilters that are ${JSON.stringify(topicFilters)} are not encoded`,
      { ...PACKET, topicFilters },
      refusal('ERR_MQTT_FIELD_TYPE', 'topicFilters'),
    );
  }
});
