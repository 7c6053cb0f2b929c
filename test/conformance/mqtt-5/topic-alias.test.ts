/** Topic Aliases (section 3.3.2.3.4): their bounds, and what they stand instead of. */
import { describe } from 'vitest';
import {
  CONNECT_5,
  mqtt5,
  PINGREQ,
  PINGRESP,
  PUBLISH_5,
  protocolError,
  type Violation,
  violation,
} from '../../support/conformance.js';
import { type AnyPacket, encoding5, refusal } from '../../support/conformance-encode.js';
import { hex } from '../../support/hex.js';
import { packet, publish } from './topic-aliases.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

/** Where the value of the alias stands in a PUBLISH to a topic of so many bytes. */
function valueAt(topicLength: number): number {
  return 6 + topicLength;
}

function tooLarge(topicLength: number, statement?: string): Violation {
  const code = 'ERR_MQTT_TOPIC_ALIAS_TOO_LARGE';
  return violation('ALIAS', code, 'PUBLISH', valueAt(topicLength), statement);
}

describe('Topic Alias 0', () => {
  for (const alias of [1, 255, 256, 65_535]) {
    decodes(`MQTT-3.3.2-8: ${alias}`, publish('a', alias), packet('a', alias));
    decodes(`MQTT-3.3.2-8: ${alias} alone`, publish('', alias), packet('', alias));
    encodes(`MQTT-3.3.2-8: ${alias} is encoded`, packet('a', alias), publish('a', alias));
  }
  for (const topicAliasMaximum of [undefined, 0, 10]) {
    const decoder = topicAliasMaximum === undefined ? {} : { topicAliasMaximum };
    for (const topic of ['', 'a']) {
      refuses(
        `MQTT-3.3.2-8: 0 with topic '${topic}' where the maximum is ${topicAliasMaximum}`,
        publish(topic, 0),
        violation(
          'ALIAS',
          'ERR_MQTT_TOPIC_ALIAS_ZERO',
          'PUBLISH',
          valueAt(topic.length),
          'MQTT-3.3.2-8',
        ),
        { decoder },
      );
    }
  }
  for (const topicAlias of [-1, 65_536, 1.5, Number.NaN]) {
    refusesToEncode(
      `MQTT-3.3.2-8: ${topicAlias} is not encoded`,
      packet('a', topicAlias) as unknown as AnyPacket,
      refusal('ERR_MQTT_FIELD_RANGE', 'properties.topicAlias'),
    );
  }
  for (const topic of ['', 'a']) {
    refusesToEncode(
      `MQTT-3.3.2-8: 0 with topic '${topic}' is not encoded`,
      packet(topic, 0) as unknown as AnyPacket,
      refusal('ERR_MQTT_TOPIC_ALIAS_ZERO', 'properties.topicAlias', 'MQTT-3.3.2-8'),
    );
  }
});

describe('empty Topic Name', () => {
  decodes('3.3.2.1 Topic Alias instead of Topic Name: alone', '30 06 0000 03 23 0001', {
    ...packet('', 1),
    payload: hex(''),
  });
  decodes(
    '3.3.2.1 Topic Alias instead of Topic Name: behind other properties, at QoS 1',
    '32 0F 0000 0005 0A 26 0001 6E 0001 76 23 FFFF',
    {
      type: 'PUBLISH',
      topic: '',
      payload: hex(''),
      retain: false,
      qos: 1,
      dup: false,
      packetIdentifier: 5,
      properties: { userProperties: [['n', 'v']], topicAlias: 65_535 },
    },
  );
  for (const [bytes, what] of [
    ['30 05 0000 00 6869', 'no properties'],
    ['30 03 0000 00', 'nothing at all'],
    ['30 07 0000 02 01 01 6869', 'another property'],
    ['30 08 0000 00 23 0001 6869', 'what looks like an alias in the payload'],
    ['32 07 0000 0005 00 6869', 'no properties at QoS 1'],
  ] as const) {
    refuses(
      `3.3.2.1 Topic Alias instead of Topic Name: ${what}`,
      bytes,
      protocolError('ERR_MQTT_TOPIC_ALIAS_MISSING', 'PUBLISH', 2),
    );
  }
  encodes(
    '3.3.2.1 Topic Alias instead of Topic Name: is encoded',
    packet('', 1),
    '30 08 0000 03 23 0001 6869',
  );
  for (const properties of [undefined, {}, { topicAlias: undefined }, { contentType: 't' }]) {
    refusesToEncode(
      `3.3.2.1 Topic Alias instead of Topic Name: an empty topic with ${JSON.stringify(properties)}`,
      { type: 'PUBLISH', topic: '', properties },
      refusal('ERR_MQTT_TOPIC_ALIAS_MISSING', 'topic'),
    );
  }
});

/** Maxima that were told, each with the largest alias below and the smallest above. */
const MAXIMA = [1, 10, 255, 256, 65_534];

describe('Topic Alias Maximum of a Client', () => {
  const before = [PUBLISH_5];
  const after = [PINGRESP];
  for (const topicAliasMaximum of MAXIMA) {
    const decoder = { role: 'client', topicAliasMaximum } as const;
    decodes(
      `MQTT-3.1.2-26: ${topicAliasMaximum} of ${topicAliasMaximum}`,
      publish('a', topicAliasMaximum),
      packet('a', topicAliasMaximum),
      { decoder, before, after },
    );
    refuses(
      `MQTT-3.1.2-26: ${topicAliasMaximum + 1} of ${topicAliasMaximum}`,
      publish('a', topicAliasMaximum + 1),
      tooLarge(1, 'MQTT-3.1.2-26'),
      { decoder, before },
    );
    refuses(
      `MQTT-3.1.2-26: ${topicAliasMaximum + 1} of ${topicAliasMaximum}, alone`,
      publish('', topicAliasMaximum + 1),
      tooLarge(0, 'MQTT-3.1.2-26'),
      { decoder, before },
    );
  }
  refuses('MQTT-3.1.2-26: 65,535 of 10', publish('a', 65_535), tooLarge(1, 'MQTT-3.1.2-26'), {
    decoder: { role: 'client', topicAliasMaximum: 10 },
    before,
  });
  const told = { role: 'client', topicAliasMaximum: 0 } as const;
  decodes('MQTT-3.1.2-27: no alias of 0', PUBLISH_5.bytes, PUBLISH_5.packet, {
    decoder: told,
    before,
    after,
  });
  for (const alias of [1, 65_535]) {
    // Also above the maximum of 0, which is what the error says.
    refuses(`MQTT-3.1.2-27: ${alias} of 0`, publish('a', alias), tooLarge(1, 'MQTT-3.1.2-26'), {
      decoder: told,
      before,
    });
  }
});

describe('Topic Alias Maximum of a Server', () => {
  const before = [CONNECT_5, PUBLISH_5];
  const after = [PINGREQ];
  for (const topicAliasMaximum of MAXIMA) {
    const decoder = { role: 'server', topicAliasMaximum } as const;
    decodes(
      `MQTT-3.2.2-17: ${topicAliasMaximum} of ${topicAliasMaximum}`,
      publish('a', topicAliasMaximum),
      packet('a', topicAliasMaximum),
      { decoder, before, after },
    );
    refuses(
      `MQTT-3.2.2-17: ${topicAliasMaximum + 1} of ${topicAliasMaximum}`,
      publish('a', topicAliasMaximum + 1),
      tooLarge(1, 'MQTT-3.2.2-17'),
      { decoder, before },
    );
    encodes(
      `MQTT-3.2.2-17: ${topicAliasMaximum} of ${topicAliasMaximum} is encoded`,
      packet('a', topicAliasMaximum),
      publish('a', topicAliasMaximum),
      { topicAliasMaximum },
    );
    refusesToEncode(
      `MQTT-3.2.2-17: ${topicAliasMaximum + 1} of ${topicAliasMaximum} is not encoded`,
      packet('a', topicAliasMaximum + 1) as unknown as AnyPacket,
      refusal('ERR_MQTT_TOPIC_ALIAS_TOO_LARGE', 'properties.topicAlias'),
      { topicAliasMaximum },
    );
  }
  for (const [role, statement] of [
    ['client', 'MQTT-3.2.2-17'],
    ['server', 'MQTT-3.1.2-26'],
  ] as const) {
    refusesToEncode(
      `MQTT-3.2.2-17: a ${role} that encodes 11 of 10 breaks ${statement}`,
      packet('a', 11) as unknown as AnyPacket,
      refusal('ERR_MQTT_TOPIC_ALIAS_TOO_LARGE', 'properties.topicAlias', statement),
      { role, topicAliasMaximum: 10 },
    );
  }
  refusesToEncode(
    'MQTT-3.2.2-17: 1 is not encoded where the peer has told none',
    packet('a', 1) as unknown as AnyPacket,
    refusal('ERR_MQTT_TOPIC_ALIAS_TOO_LARGE', 'properties.topicAlias'),
    { topicAliasMaximum: 0 },
  );
  refuses(
    'MQTT-3.2.2-17: a decoder of role any names no statement, since it knows no sender',
    publish('a', 11),
    tooLarge(1),
    { decoder: { role: 'any', topicAliasMaximum: 10 }, before: [PUBLISH_5] },
  );
  const told = { role: 'server', topicAliasMaximum: 0 } as const;
  decodes('MQTT-3.2.2-18: no alias of 0', PUBLISH_5.bytes, PUBLISH_5.packet, {
    decoder: told,
    before,
    after,
  });
  for (const alias of [1, 65_535]) {
    // Also above the maximum of 0, which is what the error says.
    refuses(`MQTT-3.2.2-18: ${alias} of 0`, publish('a', alias), tooLarge(1, 'MQTT-3.2.2-17'), {
      decoder: told,
      before,
    });
  }
});
