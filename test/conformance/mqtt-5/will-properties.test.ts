/** The properties of a Will (section 3.1.3.2). */
import { describe } from 'vitest';
import type { ControlPacket, WillProperties } from '../../../src/protocol/packets.js';
import { malformed, mqtt5, protocolError } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';
import { HEAD, NEXT, PACKET, properties } from './connect.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

/** Where the first Will Property begins: behind the Client Identifier and the length of the properties. */
const FIRST = NEXT + 1;

/** A CONNECT whose Will has these properties, in hexadecimal. */
function connect(...parts: readonly string[]): Uint8Array {
  return frame('10', HEAD, '06 003C 00', utf8('c'), properties(...parts), utf8('t'), utf8('m'));
}

/** The packet that such a CONNECT is. */
function packetWith(properties: WillProperties): ControlPacket {
  return {
    ...PACKET,
    will: { qos: 0, retain: false, properties, topic: 't', payload: hex('6D') },
  };
}

describe('Payload Format Indicator', () => {
  for (const value of [0, 1] as const) {
    const packet = packetWith({ payloadFormatIndicator: value });
    decodes(`3.1.3.2.3 Will Payload Format Indicator: ${value}`, connect(`01 0${value}`), packet);
    encodes(
      `3.1.3.2.3 Will Payload Format Indicator: ${value} is encoded`,
      packet,
      connect(`01 0${value}`),
    );
  }
  for (const byte of ['02', '03', '80', 'FF']) {
    refuses(
      `3.1.3.2.3 Will Payload Format Indicator: 0x${byte}`,
      connect('01', byte),
      protocolError('ERR_MQTT_PROPERTY_VALUE', 'CONNECT', FIRST + 1),
    );
  }
  for (const [value, code] of [
    [2, 'ERR_MQTT_PROPERTY_VALUE'],
    [-1, 'ERR_MQTT_FIELD_RANGE'],
    [256, 'ERR_MQTT_FIELD_RANGE'],
    [0.5, 'ERR_MQTT_FIELD_RANGE'],
    [true, 'ERR_MQTT_FIELD_TYPE'],
    ['1', 'ERR_MQTT_FIELD_TYPE'],
    [null, 'ERR_MQTT_FIELD_TYPE'],
  ] as const) {
    refusesToEncode(
      `3.1.3.2.3 Will Payload Format Indicator: ${JSON.stringify(value)} is not encoded`,
      { ...PACKET, will: { topic: 't', properties: { payloadFormatIndicator: value } } },
      refusal(code, 'will.properties.payloadFormatIndicator'),
    );
  }
});

describe('Response Topic', () => {
  const FIELD = 'will.properties.responseTopic';
  /** Where its first character stands, behind identifier and length. */
  const TEXT = FIRST + 3;

  for (const [topic, bytes] of [
    ['r', '72'],
    ['/', '2F'],
    ['$a//€', '24612F2F E282AC'],
  ] as const) {
    const packet = packetWith({ responseTopic: topic });
    decodes(`3.1.3.2.6 Will Response Topic: ${topic}`, connect('08', prefixed(bytes)), packet);
    encodes(
      `3.1.3.2.6 Will Response Topic: ${topic} is encoded`,
      packet,
      connect('08', prefixed(bytes)),
    );
  }
  for (const [topic, at] of [
    ['#', 0],
    ['+', 0],
    ['a/#', 2],
    ['a/+/b', 2],
    ['abc+', 3],
  ] as const) {
    refuses(
      `3.1.3.2.6 Will Response Topic: wildcard in ${topic}`,
      connect('08', utf8(topic)),
      protocolError('ERR_MQTT_RESPONSE_TOPIC_WILDCARD', 'CONNECT', TEXT + at, 'MQTT-3.3.2-14'),
    );
    refusesToEncode(
      `3.1.3.2.6 Will Response Topic: wildcard in ${topic}, which is not encoded`,
      { ...PACKET, will: { topic: 't', properties: { responseTopic: topic } } },
      refusal('ERR_MQTT_RESPONSE_TOPIC_WILDCARD', FIELD, 'MQTT-3.3.2-14'),
    );
  }
  refuses(
    '3.1.3.2.6 Will Response Topic: empty',
    connect('08 0000'),
    protocolError('ERR_MQTT_RESPONSE_TOPIC_EMPTY', 'CONNECT', FIRST + 1, 'MQTT-4.7.3-1'),
  );
  refuses(
    '3.1.3.2.6 Will Response Topic: ill-formed',
    connect('08', prefixed('72 C3')),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', TEXT + 1, 'MQTT-1.5.4-1'),
  );
  refuses(
    '3.1.3.2.6 Will Response Topic: U+0000',
    connect('08', prefixed('72 00')),
    malformed('ERR_MQTT_NULL_CHARACTER', 'CONNECT', TEXT + 1, 'MQTT-1.5.4-2'),
  );
  for (const [how, responseTopic, code, statement] of [
    ['an empty one', '', 'ERR_MQTT_RESPONSE_TOPIC_EMPTY', 'MQTT-4.7.3-1'],
    ['one with a lone surrogate', 'r\ud800', 'ERR_MQTT_INVALID_UTF8', 'MQTT-1.5.4-1'],
    ['one with U+0000', 'r\0', 'ERR_MQTT_NULL_CHARACTER', 'MQTT-1.5.4-2'],
    ['one that is no text', 7, 'ERR_MQTT_FIELD_TYPE', undefined],
    ['one that is too long', 'r'.repeat(65_536), 'ERR_MQTT_TOPIC_TOO_LONG', 'MQTT-4.7.3-3'],
  ] as const) {
    refusesToEncode(
      `3.1.3.2.6 Will Response Topic: ${how} is not encoded`,
      { ...PACKET, will: { topic: 't', properties: { responseTopic } } },
      refusal(code, FIELD, statement),
    );
  }
});
