/** Topic Names (section 4.7): no wildcards, in none of the places where they stand. */
import { describe } from 'vitest';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import { mqtt5, protocolError, violation } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, hex, utf8 } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

function subscribe(topicFilter: string): ControlPacket {
  return { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [{ topicFilter, qos: 0 }] };
}

function publish(topic: string): ControlPacket {
  const payload = new Uint8Array(0);
  return { type: 'PUBLISH', topic, payload, retain: false, qos: 0, dup: false };
}

const CONNECT = { type: 'CONNECT', protocolLevel: 5 } as const;

const publishFrame = (topic: string): Uint8Array => frame('30', utf8(topic), '00');
/** A CONNECT whose Will has this topic, which stands from byte 19 on. */
const willFrame = (topic: string): Uint8Array =>
  frame('10', utf8('MQTT'), '05 06 0000 00', utf8('c'), '00', utf8(topic), '0000');

describe('wildcards in a Topic Name', () => {
  decodes('MQTT-4.7.0-1: none in a PUBLISH', publishFrame('a/b'), publish('a/b'));
  decodes('MQTT-4.7.0-1: none in a Response Topic', '30 09 0001 61 04 08 0001 62 78', {
    ...publish('a'),
    properties: { responseTopic: 'b' },
    payload: hex('78'),
  } as ControlPacket);
  for (const topic of ['+', '#', 'a/+', 'a/#', 'a+b', '€#']) {
    const at = hex(utf8(topic)).length - 2 - (topic === 'a+b' ? 2 : 1);
    refuses(
      `MQTT-4.7.0-1: ${topic} in a PUBLISH`,
      publishFrame(topic),
      violation('TOPIC_NAME', 'ERR_MQTT_TOPIC_NAME_WILDCARD', 'PUBLISH', 4 + at, 'MQTT-3.3.2-2'),
    );
    refuses(
      `MQTT-4.7.0-1: ${topic} in a Will`,
      willFrame(topic),
      violation('TOPIC_NAME', 'ERR_MQTT_TOPIC_NAME_WILDCARD', 'CONNECT', 19 + at, 'MQTT-4.7.0-1'),
    );
    const property = `08 ${utf8(topic)}`;
    const length = hex(property).length.toString(16).padStart(2, '0');
    refuses(
      `MQTT-4.7.0-1: ${topic} in a Response Topic`,
      frame('30', utf8('a'), length, property),
      protocolError('ERR_MQTT_RESPONSE_TOPIC_WILDCARD', 'PUBLISH', 9 + at, 'MQTT-3.3.2-14'),
    );
    refuses(
      `MQTT-4.7.0-1: ${topic} in a Response Topic of a Will`,
      frame('10', utf8('MQTT'), '05 06 0000 00', utf8('c'), length, property, utf8('t'), '0000'),
      protocolError('ERR_MQTT_RESPONSE_TOPIC_WILDCARD', 'CONNECT', 20 + at, 'MQTT-3.3.2-14'),
    );
  }
  encodes('MQTT-4.7.0-1: none in a PUBLISH to encode', publish('a/b'), '30 06 0003 612F62 00');
  encodes('MQTT-4.7.0-1: one in a filter to encode', subscribe('+'), '82 07 0001 00 0001 2B 00');
  for (const wildcard of ['+', 'a/#']) {
    refusesToEncode(
      `MQTT-4.7.0-1: ${wildcard} in a PUBLISH is not encoded`,
      { ...publish(wildcard) },
      refusal('ERR_MQTT_TOPIC_NAME_WILDCARD', 'topic', 'MQTT-3.3.2-2'),
    );
    refusesToEncode(
      `MQTT-4.7.0-1: ${wildcard} in a Will is not encoded`,
      { ...CONNECT, will: { topic: wildcard } },
      refusal('ERR_MQTT_TOPIC_NAME_WILDCARD', 'will.topic', 'MQTT-4.7.0-1'),
    );
    refusesToEncode(
      `MQTT-4.7.0-1: ${wildcard} in a Response Topic is not encoded`,
      { ...publish('a'), properties: { responseTopic: wildcard } },
      refusal('ERR_MQTT_RESPONSE_TOPIC_WILDCARD', 'properties.responseTopic', 'MQTT-3.3.2-14'),
    );
  }
});
