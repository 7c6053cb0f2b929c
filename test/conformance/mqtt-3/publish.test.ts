/** PUBLISH (section 3.3). */
import { describe, it } from 'vitest';
import type { PublishPacket } from '../../../src/protocol/packets.js';
import {
  decodes,
  expectPacket,
  expectViolation,
  malformed,
  refuses,
} from '../../support/conformance.js';
import { encodes, refusal, refusesToEncode } from '../../support/conformance-encode.js';
import { frame, hex, utf8 } from '../../support/hex.js';

const AT_MOST_ONCE: PublishPacket = {
  type: 'PUBLISH',
  topic: 'a/b',
  payload: hex('6869'),
  retain: false,
  qos: 0,
  dup: false,
};
const AT_LEAST_ONCE: PublishPacket = { ...AT_MOST_ONCE, qos: 1, packetIdentifier: 0x1234 };

describe('flags', () => {
  decodes('MQTT-3.3.1-2: DUP 0 at QoS 0', '30 07 0003 612F62 6869', AT_MOST_ONCE);
  decodes('MQTT-3.3.1-2: DUP 1 at QoS 1', '3A 09 0003 612F62 1234 6869', {
    ...AT_LEAST_ONCE,
    dup: true,
  });
  for (const first of ['38', '39']) {
    refuses(
      `MQTT-3.3.1-2: DUP 1 at QoS 0, first byte 0x${first}`,
      `${first} 07 0003 612F62 6869`,
      malformed('ERR_MQTT_DUP_AT_QOS_0', 'PUBLISH', 0, 'MQTT-3.3.1-2'),
      { decidedBy: 1 },
    );
  }
  encodes(
    'MQTT-3.3.1-2: DUP 1 at QoS 2 is encoded',
    { ...AT_LEAST_ONCE, qos: 2, dup: true },
    '3C 09 0003 612F62 1234 6869',
  );
  encodes('MQTT-3.3.1-2: DUP 0 at QoS 0 is encoded', AT_MOST_ONCE, '30 07 0003 612F62 6869');
  refusesToEncode(
    'MQTT-3.3.1-2: DUP 1 at QoS 0 is not encoded',
    { ...AT_MOST_ONCE, dup: true },
    refusal('ERR_MQTT_DUP_AT_QOS_0', 'dup', 'MQTT-3.3.1-2'),
  );
  decodes('MQTT-3.3.1-4: QoS 2', '34 09 0003 612F62 1234 6869', { ...AT_LEAST_ONCE, qos: 2 });
  for (const first of ['36', '37', '3E', '3F']) {
    refuses(
      `MQTT-3.3.1-4: QoS 3, first byte 0x${first}`,
      `${first} 09 0003 612F62 1234 6869`,
      malformed('ERR_MQTT_INVALID_QOS', 'PUBLISH', 0, 'MQTT-3.3.1-4'),
      { decidedBy: 1 },
    );
  }
  for (const qos of [1, 2] as const) {
    encodes(
      `MQTT-3.3.1-4: QoS ${qos} is encoded`,
      { ...AT_LEAST_ONCE, qos },
      `3${qos * 2} 09 0003 612F62 1234 6869`,
    );
  }
  for (const qos of [3, -1, 0.5, '1', null]) {
    refusesToEncode(
      `MQTT-3.3.1-4: QoS ${JSON.stringify(qos)} is not encoded`,
      { ...AT_LEAST_ONCE, qos },
      refusal('ERR_MQTT_INVALID_QOS', 'qos', 'MQTT-3.3.1-4'),
    );
  }
  it('MQTT-3.3.1-4: every legal combination of DUP, QoS and RETAIN', () => {
    for (const first of [0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x3a, 0x3b, 0x3c, 0x3d]) {
      const qos = ((first >> 1) & 3) as 0 | 1 | 2;
      const retain = (first & 1) === 1;
      const fields = { ...AT_MOST_ONCE, retain };
      const packet: PublishPacket =
        qos === 0
          ? { ...fields, qos, dup: false }
          : { ...fields, qos, dup: first >= 0x38, packetIdentifier: 0xffff };
      expectPacket(frame(first.toString(16), utf8('a/b'), qos === 0 ? '' : 'FFFF', '6869'), packet);
    }
  });
});

describe('Topic Name', () => {
  decodes('MQTT-3.3.2-1: first and UTF-8', '30 06 0002 C3A9 6869', { ...AT_MOST_ONCE, topic: 'é' });
  refuses(
    'MQTT-3.3.2-1: ill-formed',
    '30 06 0002 C328 6869',
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 4, 'MQTT-1.5.3-1'),
  );
  encodes(
    'MQTT-3.3.2-1: written as UTF-8',
    { ...AT_MOST_ONCE, topic: 'é' },
    '30 06 0002 C3A9 6869',
  );
  refusesToEncode(
    'MQTT-3.3.2-1: a lone surrogate is no text',
    { ...AT_MOST_ONCE, topic: '\udfff' },
    refusal('ERR_MQTT_INVALID_UTF8', 'topic', 'MQTT-1.5.3-1'),
  );
  for (const topic of [undefined, null, 1, hex('61')]) {
    refusesToEncode(
      `MQTT-3.3.2-1: a topic that is ${topic instanceof Uint8Array ? 'bytes' : topic} is no text`,
      { ...AT_MOST_ONCE, topic },
      refusal('ERR_MQTT_FIELD_TYPE', 'topic'),
    );
  }
  for (const topic of ['*', '"', '$', ',', '*a,', '!"$%', 'a/$b/*']) {
    decodes(`MQTT-3.3.2-2: ${topic} has no wildcard`, frame('30', utf8(topic), '6869'), {
      ...AT_MOST_ONCE,
      topic,
    });
  }
  for (const topic of ['+', '#', 'a+', 'a#b', 'a/+/b', 'a/#', '€/+', 'a/b/c/d/e/f/g/h/#']) {
    const bytes = Buffer.from(topic);
    const at = bytes.findIndex((byte) => byte === 0x2b || byte === 0x23);
    refuses(
      `MQTT-3.3.2-2: ${topic}`,
      frame('30', utf8(topic), '6869'),
      malformed('ERR_MQTT_TOPIC_NAME_WILDCARD', 'PUBLISH', 4 + at, 'MQTT-3.3.2-2'),
    );
    refusesToEncode(
      `MQTT-3.3.2-2: ${topic} is not encoded`,
      { ...AT_MOST_ONCE, topic },
      refusal('ERR_MQTT_TOPIC_NAME_WILDCARD', 'topic', 'MQTT-3.3.2-2'),
    );
  }
  encodes(
    'MQTT-3.3.2-2: an asterisk is encoded',
    { ...AT_MOST_ONCE, topic: '*' },
    '30 05 0001 2A 6869',
  );
  it('MQTT-3.3.2-2: a wildcard at each place of topics up to 50 bytes', () => {
    for (let length = 1; length <= 50; length++) {
      for (let at = 0; at < length; at++) {
        const topic = `${'a'.repeat(at)}${at % 2 === 0 ? '+' : '#'}${'a'.repeat(length - at - 1)}`;
        expectViolation(
          frame('32', utf8(topic), '0001'),
          malformed('ERR_MQTT_TOPIC_NAME_WILDCARD', 'PUBLISH', 4 + at, 'MQTT-3.3.2-2'),
          { everyCut: false, decoder: { role: 'any' } },
        );
      }
    }
  });
});

describe('variable header', () => {
  decodes('3.3 variable header: ends with the packet at QoS 0', '30 05 0003 612F62', {
    ...AT_MOST_ONCE,
    payload: new Uint8Array(0),
  });
  decodes('3.3 variable header: ends with the packet at QoS 1', '32 07 0003 612F62 1234', {
    ...AT_LEAST_ONCE,
    payload: new Uint8Array(0),
  });
  decodes('3.3 variable header: is followed by one byte of payload', '32 08 0003 612F62 1234 00', {
    ...AT_LEAST_ONCE,
    payload: hex('00'),
  });
  for (const [bytes, why] of [
    ['30 00', 'no Topic Name'],
    ['30 01 00', 'half a length'],
    ['30 02 0000', 'a length alone'],
    ['32 04 0001 61 00', 'half a Packet Identifier behind the shortest topic'],
    ['3D 03 0001 61', 'no Packet Identifier behind the shortest topic'],
  ]) {
    refuses(
      `3.3 variable header: ${why}`,
      `${bytes}`,
      malformed('ERR_MQTT_PACKET_LENGTH', 'PUBLISH', 1),
      { decidedBy: 2 },
    );
  }
  for (const [bytes, offset, why] of [
    ['30 04 0003 612F', 2, 'a Topic Name one byte too long'],
    ['30 05 FFFF 612F62', 2, 'a Topic Name that claims all there can be'],
    ['32 05 0004 612F62', 2, 'a Topic Name one byte too long at QoS 1'],
    ['32 05 0003 612F62', 7, 'no Packet Identifier'],
    ['34 06 0003 612F62 12', 7, 'half a Packet Identifier'],
  ] as const) {
    refuses(
      `3.3 variable header: ${why}`,
      bytes,
      malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', offset),
    );
  }
});

describe('Packet Identifier', () => {
  for (const packetIdentifier of [1, 0xff, 0x100, 0xffff]) {
    const bytes = packetIdentifier.toString(16).padStart(4, '0');
    decodes(`MQTT-2.3.1-1: PUBLISH with ${packetIdentifier}`, `32 09 0003 612F62 ${bytes} 6869`, {
      ...AT_LEAST_ONCE,
      packetIdentifier,
    });
    encodes(
      `MQTT-2.3.1-1: PUBLISH with ${packetIdentifier} is encoded`,
      { ...AT_LEAST_ONCE, packetIdentifier },
      `32 09 0003 612F62 ${bytes} 6869`,
    );
  }
  for (const first of ['32', '33', '34', '35', '3A', '3B', '3C', '3D']) {
    refuses(
      `MQTT-2.3.1-1: PUBLISH with 0, first byte 0x${first}`,
      `${first} 09 0003 612F62 0000 6869`,
      malformed('ERR_MQTT_PACKET_IDENTIFIER', 'PUBLISH', 7, 'MQTT-2.3.1-1'),
    );
  }
  for (const packetIdentifier of [0, undefined]) {
    refusesToEncode(
      `MQTT-2.3.1-1: PUBLISH with ${packetIdentifier} is not encoded`,
      { ...AT_LEAST_ONCE, packetIdentifier },
      refusal('ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier', 'MQTT-2.3.1-1'),
    );
  }
  for (const packetIdentifier of [65_536, -1, 1.5, Number.NaN]) {
    refusesToEncode(
      `MQTT-2.3.1-1: PUBLISH with ${packetIdentifier} is not encoded`,
      { ...AT_LEAST_ONCE, packetIdentifier },
      refusal('ERR_MQTT_FIELD_RANGE', 'packetIdentifier'),
    );
  }
  encodes('MQTT-2.3.1-5: QoS 0 without', AT_MOST_ONCE, '30 07 0003 612F62 6869');
  refusesToEncode(
    'MQTT-2.3.1-5: QoS 0 with one is not encoded',
    { ...AT_MOST_ONCE, packetIdentifier: 1 },
    refusal('ERR_MQTT_PACKET_IDENTIFIER_AT_QOS_0', 'packetIdentifier', 'MQTT-2.3.1-5'),
  );
});
