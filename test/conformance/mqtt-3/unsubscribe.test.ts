/** UNSUBSCRIBE (section 3.10). Where wildcards may stand is tested in topic-filter.test.ts. */
import { describe } from 'vitest';
import type { UnsubscribePacket } from '../../../src/protocol/packets.js';
import { decodes, malformed, refuses } from '../../support/conformance.js';
import { encodes, refusal, refusesToEncode } from '../../support/conformance-encode.js';
import { frame, prefixed, utf8 } from '../../support/hex.js';

const PACKET: UnsubscribePacket = {
  type: 'UNSUBSCRIBE',
  packetIdentifier: 10,
  topicFilters: ['a/b'],
};

describe('Packet Identifier', () => {
  decodes('MQTT-2.3.1-1: UNSUBSCRIBE with 65535', frame('A2', 'FFFF', utf8('a/b')), {
    ...PACKET,
    packetIdentifier: 65_535,
  });
  refuses(
    'MQTT-2.3.1-1: UNSUBSCRIBE with 0',
    frame('A2', '0000', utf8('a/b')),
    malformed('ERR_MQTT_PACKET_IDENTIFIER', 'UNSUBSCRIBE', 2, 'MQTT-2.3.1-1'),
  );
  encodes(
    'MQTT-2.3.1-1: UNSUBSCRIBE with 1 is encoded',
    { ...PACKET, packetIdentifier: 1 },
    frame('A2', '0001', utf8('a/b')),
  );
  refusesToEncode(
    'MQTT-2.3.1-1: UNSUBSCRIBE with 0 is not encoded',
    { ...PACKET, packetIdentifier: 0 },
    refusal('ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier', 'MQTT-2.3.1-1'),
  );
});

describe('Topic Filters', () => {
  decodes('MQTT-3.10.3-1: UTF-8', frame('A2', '000A', prefixed('F09F9880')), {
    ...PACKET,
    topicFilters: ['😀'],
  });
  refuses(
    'MQTT-3.10.3-1: ill-formed',
    frame('A2', '000A', prefixed('61 F09F98')),
    malformed('ERR_MQTT_INVALID_UTF8', 'UNSUBSCRIBE', 7, 'MQTT-1.5.3-1'),
  );
  encodes(
    'MQTT-3.10.3-1: written as UTF-8',
    { ...PACKET, topicFilters: ['😀'] },
    'A2 08 000A 0004 F09F9880',
  );
  refusesToEncode(
    'MQTT-3.10.3-1: a lone surrogate is no text',
    { ...PACKET, topicFilters: ['a', '\ude00'] },
    refusal('ERR_MQTT_INVALID_UTF8', 'topicFilters[1]', 'MQTT-1.5.3-1'),
  );
  decodes('MQTT-3.10.3-2: the shortest', 'A2 05 000A 0001 2B', { ...PACKET, topicFilters: ['+'] });
  decodes('MQTT-3.10.3-2: three', frame('A2', '000A', utf8('a'), utf8('b/#'), utf8('a')), {
    ...PACKET,
    topicFilters: ['a', 'b/#', 'a'],
  });
  for (const bytes of ['A2 00', 'A2 01 00', 'A2 02 000A', 'A2 03 000A 00', 'A2 04 000A 0001']) {
    refuses(
      `MQTT-3.10.3-2: ${bytes} is too short for a Topic Filter`,
      bytes,
      malformed('ERR_MQTT_PACKET_LENGTH', 'UNSUBSCRIBE', 1, 'MQTT-3.10.3-2'),
      { decidedBy: 2 },
    );
  }
  for (const [body, offset, why] of [
    ['000A 0002 61', 4, 'a Topic Filter one byte too long'],
    ['000A FFFF 6162', 4, 'a Topic Filter that claims all there can be'],
    ['000A 0001 61 00', 7, 'half a length behind the first'],
    ['000A 0001 61 0001', 7, 'a length alone behind the first'],
  ] as const) {
    refuses(
      `MQTT-3.10.3-2: ${why}`,
      frame('A2', body),
      malformed('ERR_MQTT_FIELD_PAST_END', 'UNSUBSCRIBE', offset),
    );
  }
  encodes('MQTT-3.10.3-2: one is encoded', PACKET, 'A2 07 000A 0003 612F62');
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
