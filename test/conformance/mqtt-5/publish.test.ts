/** PUBLISH (section 3.3): flags, Topic Name, Packet Identifier. */
import { describe, it } from 'vitest';
import type { PublishPacket } from '../../../src/protocol/packets.js';
import {
  malformed,
  mqtt5,
  PINGRESP,
  PUBLISH_5,
  protocolError,
  violation,
} from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';

const { decodes, expectPacket, expectViolation, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

const AT_MOST_ONCE: PublishPacket = {
  type: 'PUBLISH',
  topic: 'a/b',
  payload: hex('6869'),
  retain: false,
  qos: 0,
  dup: false,
};
const AT_LEAST_ONCE: PublishPacket = { ...AT_MOST_ONCE, qos: 1, packetIdentifier: 0x1234 };
const TO_CLIENT = { decoder: { role: 'client' }, before: [PUBLISH_5], after: [PINGRESP] } as const;

describe('flags', () => {
  decodes('MQTT-3.3.1-2: DUP 0 at QoS 0', '30 08 0003 612F62 00 6869', AT_MOST_ONCE);
  decodes('MQTT-3.3.1-2: DUP 1 at QoS 1', '3A 0A 0003 612F62 1234 00 6869', {
    ...AT_LEAST_ONCE,
    dup: true,
  });
  for (const first of ['38', '39']) {
    refuses(
      `MQTT-3.3.1-2: DUP 1 at QoS 0, first byte 0x${first}`,
      `${first} 08 0003 612F62 00 6869`,
      malformed('ERR_MQTT_DUP_AT_QOS_0', 'PUBLISH', 0, 'MQTT-3.3.1-2'),
      { decidedBy: 1 },
    );
  }
  encodes('MQTT-3.3.1-2: DUP 0 at QoS 0 is encoded', AT_MOST_ONCE, '30 08 0003 612F62 00 6869');
  encodes(
    'MQTT-3.3.1-2: DUP 1 at QoS 2 is encoded',
    { ...AT_LEAST_ONCE, qos: 2, dup: true },
    '3C 0A 0003 612F62 1234 00 6869',
  );
  refusesToEncode(
    'MQTT-3.3.1-2: DUP 1 at QoS 0 is not encoded',
    { ...AT_MOST_ONCE, dup: true },
    refusal('ERR_MQTT_DUP_AT_QOS_0', 'dup', 'MQTT-3.3.1-2'),
  );
  decodes('MQTT-3.3.1-4: QoS 2', '34 0A 0003 612F62 1234 00 6869', { ...AT_LEAST_ONCE, qos: 2 });
  for (const first of ['36', '37', '3E', '3F']) {
    refuses(
      `MQTT-3.3.1-4: QoS 3, first byte 0x${first}`,
      `${first} 0A 0003 612F62 1234 00 6869`,
      malformed('ERR_MQTT_INVALID_QOS', 'PUBLISH', 0, 'MQTT-3.3.1-4'),
      { decidedBy: 1 },
    );
  }
  for (const qos of [1, 2] as const) {
    encodes(
      `MQTT-3.3.1-4: QoS ${qos} is encoded`,
      { ...AT_LEAST_ONCE, qos },
      `3${qos * 2} 0A 0003 612F62 1234 00 6869`,
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
      const identifier = qos === 0 ? '' : 'FFFF';
      expectPacket(frame(first.toString(16), utf8('a/b'), identifier, '00 6869'), packet);
      expectPacket(frame(first.toString(16), utf8('a/b'), identifier, '02 01 00 6869'), {
        ...packet,
        properties: { payloadFormatIndicator: 0 },
      });
    }
  });
});

describe('Topic Name', () => {
  decodes('MQTT-3.3.2-1: first and UTF-8', '30 07 0002 C3A9 00 6869', {
    ...AT_MOST_ONCE,
    topic: 'é',
  });
  decodes('MQTT-3.3.2-1: properties follow it, and no payload', '30 04 0001 61 00', {
    ...AT_MOST_ONCE,
    topic: 'a',
    payload: hex(''),
  });
  refuses(
    'MQTT-3.3.2-1: ill-formed',
    '30 07 0002 C328 00 6869',
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 4, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-3.3.2-1: ill-formed behind good characters',
    frame('32', prefixed('61 E282AC EDBFBF'.replaceAll(' ', '')), '0001 00'),
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', 8, 'MQTT-1.5.4-1'),
  );
  for (const [bytes, offset, why] of [
    ['30 04 0003 612F', 2, 'one byte too long'],
    ['30 05 FFFF 612F62', 2, 'that claims all there can be'],
    ['32 05 0004 612F62', 2, 'one byte too long at QoS 1'],
  ] as const) {
    refuses(
      `MQTT-3.3.2-1: a Topic Name ${why}`,
      bytes,
      malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', offset),
    );
  }
  for (const [bytes, why] of [
    ['30 00', 'no Topic Name'],
    ['30 01 00', 'half a length'],
    ['30 02 0000', 'a length alone'],
    ['32 04 0001 61 00', 'no room for a Packet Identifier and properties'],
    ['3D 03 0001 61', 'no room for a Packet Identifier'],
  ] as const) {
    refuses(`MQTT-3.3.2-1: ${why}`, bytes, malformed('ERR_MQTT_PACKET_LENGTH', 'PUBLISH', 1), {
      decidedBy: 2,
    });
  }
  encodes(
    'MQTT-3.3.2-1: written as UTF-8',
    { ...AT_MOST_ONCE, topic: 'é' },
    '30 07 0002 C3A9 00 6869',
  );
  refusesToEncode(
    'MQTT-3.3.2-1: a lone surrogate is no text',
    { ...AT_MOST_ONCE, topic: '\udfff' },
    refusal('ERR_MQTT_INVALID_UTF8', 'topic', 'MQTT-1.5.4-1'),
  );
  for (const topic of [undefined, null, 1, hex('61')]) {
    refusesToEncode(
      `MQTT-3.3.2-1: a topic that is ${topic instanceof Uint8Array ? 'bytes' : topic} is no text`,
      { ...AT_MOST_ONCE, topic },
      refusal('ERR_MQTT_FIELD_TYPE', 'topic'),
    );
  }
  for (const topic of ['*', '"', '$', ',', '*a,', '!"$%', 'a/$b/*', '$SYS/a', '/', '//', ' ']) {
    decodes(`MQTT-3.3.2-2: '${topic}' has no wildcard`, frame('30', utf8(topic), '00 6869'), {
      ...AT_MOST_ONCE,
      topic,
    });
  }
  for (const topic of ['+', '#', 'a+', 'a#b', 'a/+/b', 'a/#', '€/+', 'a/b/c/d/e/f/g/h/#']) {
    const at = Buffer.from(topic).findIndex((byte) => byte === 0x2b || byte === 0x23);
    refuses(
      `MQTT-3.3.2-2: ${topic}`,
      frame('30', utf8(topic), '00 6869'),
      violation('TOPIC_NAME', 'ERR_MQTT_TOPIC_NAME_WILDCARD', 'PUBLISH', 4 + at, 'MQTT-3.3.2-2'),
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
    '30 06 0001 2A 00 6869',
  );
  it('MQTT-3.3.2-2: a wildcard at each place of topics up to 40 bytes', () => {
    for (let length = 1; length <= 40; length++) {
      for (let at = 0; at < length; at++) {
        const topic = `${'a'.repeat(at)}${at % 2 === 0 ? '+' : '#'}${'a'.repeat(length - at - 1)}`;
        expectViolation(
          frame('32', utf8(topic), '0001 00'),
          violation(
            'TOPIC_NAME',
            'ERR_MQTT_TOPIC_NAME_WILDCARD',
            'PUBLISH',
            4 + at,
            'MQTT-3.3.2-2',
          ),
          { everyCut: false, decoder: { role: 'any' } },
        );
      }
    }
  });
});

describe('Packet Identifier', () => {
  for (const packetIdentifier of [1, 0xff, 0x100, 0xffff]) {
    const bytes = packetIdentifier.toString(16).padStart(4, '0');
    const encoded = `32 0A 0003 612F62 ${bytes} 00 6869`;
    const packet: PublishPacket = { ...AT_LEAST_ONCE, packetIdentifier };
    decodes(`MQTT-2.2.1-3: PUBLISH with ${packetIdentifier}`, encoded, packet);
    decodes(
      `MQTT-2.2.1-4: PUBLISH of a Server with ${packetIdentifier}`,
      encoded,
      packet,
      TO_CLIENT,
    );
    encodes(`MQTT-2.2.1-3: PUBLISH with ${packetIdentifier} is encoded`, packet, encoded);
  }
  for (const first of ['32', '33', '34', '35', '3A', '3B', '3C', '3D']) {
    for (const decoder of [{ role: 'any' }, { role: 'server', state: 'open' }] as const) {
      refuses(
        `MQTT-2.2.1-3: PUBLISH with 0, first byte 0x${first}, role ${decoder.role}`,
        `${first} 0A 0003 612F62 0000 00 6869`,
        protocolError('ERR_MQTT_PACKET_IDENTIFIER', 'PUBLISH', 7, 'MQTT-2.2.1-3'),
        { decoder, before: [PUBLISH_5] },
      );
    }
  }
  refuses(
    'MQTT-2.2.1-4: PUBLISH of a Server with 0',
    '32 0A 0003 612F62 0000 00 6869',
    protocolError('ERR_MQTT_PACKET_IDENTIFIER', 'PUBLISH', 7, 'MQTT-2.2.1-4'),
    TO_CLIENT,
  );
  for (const [bytes, why] of [
    ['32 05 0003 612F62', 'none'],
    ['34 06 0003 612F62 12', 'half of one'],
  ] as const) {
    refuses(
      `MQTT-2.2.1-3: PUBLISH with ${why}`,
      bytes,
      malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', 7),
    );
  }
  for (const packetIdentifier of [0, undefined]) {
    refusesToEncode(
      `MQTT-2.2.1-3: PUBLISH with ${packetIdentifier} is not encoded`,
      { ...AT_LEAST_ONCE, packetIdentifier },
      refusal('ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier', 'MQTT-2.2.1-3'),
    );
  }
  for (const packetIdentifier of [65_536, -1, 1.5, Number.NaN]) {
    refusesToEncode(
      `MQTT-2.2.1-3: PUBLISH with ${packetIdentifier} is not encoded`,
      { ...AT_LEAST_ONCE, packetIdentifier },
      refusal('ERR_MQTT_FIELD_RANGE', 'packetIdentifier'),
    );
  }
  encodes('MQTT-2.2.1-2: QoS 0 without', AT_MOST_ONCE, '30 08 0003 612F62 00 6869');
  for (const packetIdentifier of [0, 1]) {
    refusesToEncode(
      `MQTT-2.2.1-2: QoS 0 with ${packetIdentifier} is not encoded`,
      { ...AT_MOST_ONCE, packetIdentifier },
      refusal('ERR_MQTT_PACKET_IDENTIFIER_AT_QOS_0', 'packetIdentifier', 'MQTT-2.2.1-2'),
    );
  }
});
