/** The properties of PUBLISH (section 3.3.2.3), but for Topic Alias: their values, and who may send them. */
import { describe } from 'vitest';
import type { PublishPacket, PublishProperties } from '../../../src/protocol/packets.js';
import {
  CONNECT_5,
  malformed,
  mqtt5,
  PINGREQ,
  PINGRESP,
  PUBLISH_5,
  protocolError,
} from '../../support/conformance.js';
import { type AnyPacket, encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

/** Where the first property stands in the frames of this file. */
const AT = 6;

function publish(properties: string): Uint8Array {
  const length = hex(properties).length.toString(16).padStart(2, '0');
  return frame('30', utf8('a'), length, properties, '6869');
}

function packet(properties: PublishProperties): PublishPacket {
  const message = { topic: 'a', payload: hex('6869'), retain: false } as const;
  return { type: 'PUBLISH', ...message, qos: 0, dup: false, properties };
}

function anyPacket(properties: Readonly<Record<string, unknown>>): AnyPacket {
  return { ...packet({}), properties };
}

const TO_ANY = { decoder: { role: 'any' }, before: [PUBLISH_5], after: [PINGREQ] } as const;
const TO_CLIENT = { decoder: { role: 'client' }, before: [PUBLISH_5], after: [PINGRESP] } as const;
const TO_SERVER = {
  decoder: { role: 'server' },
  before: [CONNECT_5, PUBLISH_5],
  after: [PINGREQ],
} as const;

describe('Payload Format Indicator', () => {
  for (const value of [0, 1] as const) {
    const properties = { payloadFormatIndicator: value };
    decodes(
      `3.3.2.3.2 Payload Format Indicator: ${value}`,
      publish(`01 0${value}`),
      packet(properties),
    );
    encodes(
      `3.3.2.3.2 Payload Format Indicator: ${value} is encoded`,
      packet(properties),
      publish(`01 0${value}`),
    );
  }
  for (const value of [2, 3, 0x7f, 0x80, 0x81, 0xff]) {
    refuses(
      `3.3.2.3.2 Payload Format Indicator: ${value}`,
      publish(`01 ${value.toString(16).padStart(2, '0')}`),
      protocolError('ERR_MQTT_PROPERTY_VALUE', 'PUBLISH', AT + 1),
    );
    refusesToEncode(
      `3.3.2.3.2 Payload Format Indicator: ${value} is not encoded`,
      anyPacket({ payloadFormatIndicator: value }),
      refusal('ERR_MQTT_PROPERTY_VALUE', 'properties.payloadFormatIndicator'),
    );
  }
});

describe('Response Topic', () => {
  decodes('MQTT-3.3.2-13: UTF-8', publish(`08 ${utf8('é/€')}`), packet({ responseTopic: 'é/€' }));
  encodes('MQTT-3.3.2-13: UTF-8', packet({ responseTopic: 'é/€' }), publish(`08 ${utf8('é/€')}`));
  refuses(
    'MQTT-3.3.2-13: ill-formed',
    publish(`08 ${prefixed('61C0AF')}`),
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', AT + 4, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-3.3.2-13: U+0000',
    publish(`08 ${utf8('r\0')}`),
    malformed('ERR_MQTT_NULL_CHARACTER', 'PUBLISH', AT + 4, 'MQTT-1.5.4-2'),
  );
  refusesToEncode(
    'MQTT-3.3.2-13: a lone surrogate is not encoded',
    anyPacket({ responseTopic: 'r\ud800' }),
    refusal('ERR_MQTT_INVALID_UTF8', 'properties.responseTopic', 'MQTT-1.5.4-1'),
  );
  refusesToEncode(
    'MQTT-3.3.2-13: U+0000 is not encoded',
    anyPacket({ responseTopic: 'r\0' }),
    refusal('ERR_MQTT_NULL_CHARACTER', 'properties.responseTopic', 'MQTT-1.5.4-2'),
  );
  for (const responseTopic of ['*', '$SYS/r', '/', 'a/b c/*']) {
    const bytes = publish(`08 ${utf8(responseTopic)}`);
    decodes(`MQTT-3.3.2-14: ${responseTopic} has no wildcard`, bytes, packet({ responseTopic }));
    encodes(`MQTT-3.3.2-14: ${responseTopic} has no wildcard`, packet({ responseTopic }), bytes);
  }
  for (const responseTopic of ['+', '#', 'r+', 'r/#', '€/+/r', 'a/b/c/d/e/f/g/h/#']) {
    const at = Buffer.from(responseTopic).findIndex((byte) => byte === 0x2b || byte === 0x23);
    refuses(
      `MQTT-3.3.2-14: ${responseTopic}`,
      publish(`08 ${utf8(responseTopic)}`),
      protocolError('ERR_MQTT_RESPONSE_TOPIC_WILDCARD', 'PUBLISH', AT + 3 + at, 'MQTT-3.3.2-14'),
    );
    refusesToEncode(
      `MQTT-3.3.2-14: ${responseTopic} is not encoded`,
      anyPacket({ responseTopic }),
      refusal('ERR_MQTT_RESPONSE_TOPIC_WILDCARD', 'properties.responseTopic', 'MQTT-3.3.2-14'),
    );
  }
  refuses(
    'MQTT-4.7.3-1: a Response Topic without a character',
    publish('08 0000'),
    protocolError('ERR_MQTT_RESPONSE_TOPIC_EMPTY', 'PUBLISH', AT + 1, 'MQTT-4.7.3-1'),
  );
  refusesToEncode(
    'MQTT-4.7.3-1: a Response Topic without a character is not encoded',
    anyPacket({ responseTopic: '' }),
    refusal('ERR_MQTT_RESPONSE_TOPIC_EMPTY', 'properties.responseTopic', 'MQTT-4.7.3-1'),
  );
});

describe('Content Type', () => {
  for (const contentType of ['text/plain; charset=utf-8', 'é+#', '']) {
    const bytes = publish(`03 ${utf8(contentType)}`);
    decodes(`MQTT-3.3.2-19: '${contentType}'`, bytes, packet({ contentType }));
    encodes(`MQTT-3.3.2-19: '${contentType}'`, packet({ contentType }), bytes);
  }
  refuses(
    'MQTT-3.3.2-19: ill-formed',
    publish(`03 ${prefixed('6161F4908080')}`),
    malformed('ERR_MQTT_INVALID_UTF8', 'PUBLISH', AT + 5, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-3.3.2-19: U+0000',
    publish(`03 ${utf8('\0')}`),
    malformed('ERR_MQTT_NULL_CHARACTER', 'PUBLISH', AT + 3, 'MQTT-1.5.4-2'),
  );
  refusesToEncode(
    'MQTT-3.3.2-19: a lone surrogate is not encoded',
    anyPacket({ contentType: '\udc00' }),
    refusal('ERR_MQTT_INVALID_UTF8', 'properties.contentType', 'MQTT-1.5.4-1'),
  );
  refusesToEncode(
    'MQTT-3.3.2-19: U+0000 is not encoded',
    anyPacket({ contentType: 'a\0b' }),
    refusal('ERR_MQTT_NULL_CHARACTER', 'properties.contentType', 'MQTT-1.5.4-2'),
  );
});

describe('Subscription Identifier', () => {
  const smallest = packet({ subscriptionIdentifiers: [1] });
  const largest = packet({ subscriptionIdentifiers: [268_435_455] });
  for (const to of [TO_ANY, TO_CLIENT]) {
    const { role } = to.decoder;
    decodes(`3.3.2.3.8 Subscription Identifier: 1, role ${role}`, publish('0B 01'), smallest, to);
    decodes(
      `3.3.2.3.8 Subscription Identifier: 268,435,455, role ${role}`,
      publish('0B FF FF FF 7F'),
      largest,
      to,
    );
    refuses(
      `3.3.2.3.8 Subscription Identifier: 0, role ${role}`,
      publish('0B 00'),
      protocolError('ERR_MQTT_PROPERTY_VALUE', 'PUBLISH', AT + 1),
      to,
    );
    refuses(
      `3.3.2.3.8 Subscription Identifier: 0 as the third, role ${role}`,
      publish('0B 01 0B FF 7F 0B 00'),
      protocolError('ERR_MQTT_PROPERTY_VALUE', 'PUBLISH', AT + 6),
      to,
    );
    decodes(
      `MQTT-3.3.4-6: a Server may send it, role ${role}`,
      publish('0B 07 0B 80 01'),
      packet({ subscriptionIdentifiers: [7, 128] }),
      to,
    );
  }
  encodes('3.3.2.3.8 Subscription Identifier: 1 is encoded', smallest, publish('0B 01'));
  encodes(
    '3.3.2.3.8 Subscription Identifier: 268,435,455 is encoded',
    largest,
    publish('0B FF FF FF 7F'),
    { role: 'server' },
  );
  refusesToEncode(
    '3.3.2.3.8 Subscription Identifier: 0 is not encoded',
    anyPacket({ subscriptionIdentifiers: [1, 0] }),
    refusal('ERR_MQTT_PROPERTY_VALUE', 'properties.subscriptionIdentifiers[1]'),
  );
  for (const value of [268_435_456, -1, 1.5]) {
    refusesToEncode(
      `3.3.2.3.8 Subscription Identifier: ${value} is not encoded`,
      anyPacket({ subscriptionIdentifiers: [value] }),
      refusal('ERR_MQTT_FIELD_RANGE', 'properties.subscriptionIdentifiers[0]'),
    );
  }

  decodes(
    'MQTT-3.3.4-6: a Client sends other properties',
    publish(`03 ${utf8('t')}`),
    packet({ contentType: 't' }),
    TO_SERVER,
  );
  for (const [properties, offset] of [
    ['0B 07', 0],
    ['0B 00', 0],
    ['26 0001 6E 0001 76 0B 07', 7],
  ] as const) {
    refuses(
      `MQTT-3.3.4-6: a Client may not send ${properties}`,
      publish(properties),
      protocolError('ERR_MQTT_PROPERTY_NOT_FROM_CLIENT', 'PUBLISH', AT + offset, 'MQTT-3.3.4-6'),
      TO_SERVER,
    );
  }
  refusesToEncode(
    'MQTT-3.3.4-6: a Client does not encode it',
    anyPacket({ subscriptionIdentifiers: [7] }),
    refusal(
      'ERR_MQTT_PROPERTY_NOT_FROM_CLIENT',
      'properties.subscriptionIdentifiers',
      'MQTT-3.3.4-6',
    ),
    { role: 'client' },
  );
});
