/** The Will of a CONNECT (sections 3.1.2.5 to 3.1.2.7 and 3.1.3.2 to 3.1.3.4): its flags, its fields. */
import { describe } from 'vitest';
import type { Will } from '../../../src/protocol/packets.js';
import { malformed, mqtt5, violation } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';
import { HEAD, hexByte, NEXT, PACKET } from './connect.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

const NO_FIELD = 'ERR_MQTT_FIELD_PAST_END';
const WILL: Will = { qos: 0, retain: false, topic: 't', payload: hex('6D') };

/** A CONNECT with these flags, a Client Identifier, and what follows it. */
function connect(flags: string, ...rest: readonly string[]): Uint8Array {
  return frame('10', HEAD, flags, '003C 00', utf8('c'), ...rest);
}

describe('Will Flag', () => {
  decodes(
    'MQTT-3.1.2-9: Will Properties, Will Topic, Will Payload',
    `10 24
     0004 4D515454 // protocol name
     05            // protocol version
     06            // connect flags: will, clean start
     003C          // keep alive: 60 s
     00            // property length
     0001 63       // client identifier
     0F            // length of the will properties
     18 00000005   // will delay interval: 5 s
     02 00000000   // message expiry interval: 0 s
     09 0002 00FF  // correlation data
     0001 74       // will topic
     0001 6D       // will payload`,
    {
      ...PACKET,
      will: {
        ...WILL,
        properties: {
          willDelayInterval: 5,
          messageExpiryInterval: 0,
          correlationData: hex('00FF'),
        },
      },
    },
  );
  decodes(
    'MQTT-3.1.2-9: no Will Properties, and an empty Will Payload',
    connect('06', '00', utf8('t'), '0000'),
    { ...PACKET, will: { ...WILL, payload: new Uint8Array(0) } },
  );
  refuses(
    'MQTT-3.1.2-9: the flag, and no Will at all',
    connect('06'),
    malformed(NO_FIELD, 'CONNECT', NEXT, 'MQTT-3.1.2-9'),
  );
  for (const rest of ['', '00', '0001', '0002 74']) {
    refuses(
      `MQTT-3.1.2-9: the flag, and of the Will Topic "${rest}"`,
      connect('06', '00', rest),
      malformed(NO_FIELD, 'CONNECT', NEXT + 1, 'MQTT-3.1.2-9'),
    );
    refuses(
      `MQTT-3.1.2-9: the flag, and of the Will Payload "${rest}"`,
      connect('06', '00', utf8('t'), rest),
      malformed(NO_FIELD, 'CONNECT', NEXT + 4, 'MQTT-3.1.2-9'),
    );
  }
  refuses(
    'MQTT-3.1.2-9: a Will as MQTT 3.1.1 writes it, without Will Properties',
    connect('06', utf8('t'), utf8('m')),
    malformed(NO_FIELD, 'CONNECT', NEXT + 1, 'MQTT-3.1.2-9'),
  );
  encodes(
    'MQTT-3.1.2-9: a Will of a Will Topic alone has all three fields',
    { ...PACKET, will: { topic: 't' } },
    connect('06', '00', utf8('t'), '0000'),
  );
  encodes(
    'MQTT-3.1.2-9: empty Will Properties are written as their length',
    { ...PACKET, will: { ...WILL, properties: {} } },
    connect('06', '00', utf8('t'), utf8('m')),
  );
  refusesToEncode(
    'MQTT-3.1.2-9: a Will without a Will Topic is not encoded',
    { ...PACKET, will: { payload: 'm' } },
    refusal('ERR_MQTT_FIELD_TYPE', 'will.topic'),
  );
  for (const will of [null, true, 't']) {
    refusesToEncode(
      `MQTT-3.1.2-9: ${JSON.stringify(will)} is no Will`,
      { ...PACKET, will },
      refusal('ERR_MQTT_FIELD_TYPE', 'will'),
    );
  }
  for (const properties of [null, 'none']) {
    refusesToEncode(
      `MQTT-3.1.2-9: ${JSON.stringify(properties)} is no Will Properties`,
      { ...PACKET, will: { topic: 't', properties } },
      refusal('ERR_MQTT_FIELD_TYPE', 'will.properties'),
    );
  }
  refusesToEncode(
    'MQTT-3.1.2-9: a number is no Will Payload',
    { ...PACKET, will: { topic: 't', payload: 7 } },
    refusal('ERR_MQTT_FIELD_TYPE', 'will.payload'),
  );
});

describe('Will QoS', () => {
  decodes('MQTT-3.1.2-11: no Will, Will QoS 0', connect('02'), PACKET);
  for (const [flags, qos] of [
    ['0A', 1],
    ['12', 2],
    ['1A', 3],
  ] as const) {
    refuses(
      `MQTT-3.1.2-11: no Will, Will QoS ${qos}`,
      connect(flags),
      malformed('ERR_MQTT_WILL_QOS_WITHOUT_WILL', 'CONNECT', 9, 'MQTT-3.1.2-11'),
    );
  }
  refuses(
    'MQTT-3.1.2-11: no Will Flag and Will QoS 0, but the fields of a Will',
    connect('02', '00', utf8('t'), utf8('m')),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', NEXT),
  );
  encodes(
    'MQTT-3.1.2-11: without a Will, Will QoS is written as 0',
    { ...PACKET, will: undefined },
    connect('02'),
  );

  for (const qos of [0, 1, 2] as const) {
    const bytes = connect(hexByte(0x06 | (qos << 3)), '00', utf8('t'), utf8('m'));
    decodes(`MQTT-3.1.2-12: Will QoS ${qos}`, bytes, { ...PACKET, will: { ...WILL, qos } });
    encodes(
      `MQTT-3.1.2-12: Will QoS ${qos} is encoded`,
      { ...PACKET, will: { qos, topic: 't', payload: 'm' } },
      bytes,
    );
  }
  refuses(
    'MQTT-3.1.2-12: Will QoS 3',
    connect('1E', '00', utf8('t'), utf8('m')),
    malformed('ERR_MQTT_INVALID_QOS', 'CONNECT', 9, 'MQTT-3.1.2-12'),
  );
  refuses(
    'MQTT-3.1.2-12: Will QoS 3 of a retained Will',
    connect('3E', '00', utf8('t'), utf8('m')),
    malformed('ERR_MQTT_INVALID_QOS', 'CONNECT', 9, 'MQTT-3.1.2-12'),
  );
  for (const qos of [3, -1, 0.5, '1', null]) {
    refusesToEncode(
      `MQTT-3.1.2-12: Will QoS ${JSON.stringify(qos)} is not encoded`,
      { ...PACKET, will: { qos, topic: 't' } },
      refusal('ERR_MQTT_INVALID_QOS', 'will.qos', 'MQTT-3.1.2-12'),
    );
  }
});

describe('Will Retain', () => {
  decodes('MQTT-3.1.2-13: no Will, Will Retain 0', connect('02'), PACKET);
  decodes('MQTT-3.1.2-13: a Will may be retained', connect('26', '00', utf8('t'), utf8('m')), {
    ...PACKET,
    will: { ...WILL, retain: true },
  });
  for (const flags of ['20', '22']) {
    refuses(
      `MQTT-3.1.2-13: no Will, Will Retain 1, flags 0x${flags}`,
      connect(flags),
      malformed('ERR_MQTT_WILL_RETAIN_WITHOUT_WILL', 'CONNECT', 9, 'MQTT-3.1.2-13'),
    );
  }
  encodes(
    'MQTT-3.1.2-13: without a Will, Will Retain is written as 0',
    { ...PACKET, cleanStart: false },
    connect('00'),
  );
  encodes(
    'MQTT-3.1.2-13: with a Will, Will Retain is written as it is',
    { ...PACKET, will: { topic: 't', payload: 'm', retain: true } },
    connect('26', '00', utf8('t'), utf8('m')),
  );
});

describe('Will Topic', () => {
  /** A CONNECT whose Will Topic has these bytes; they begin at `NEXT + 3`. */
  const withTopic = (topic: string): Uint8Array => connect('06', '00', prefixed(topic), utf8('m'));

  decodes('MQTT-3.1.3-11: UTF-8', withTopic('E282AC'), {
    ...PACKET,
    will: { ...WILL, topic: '€' },
  });
  decodes('MQTT-3.1.3-11: levels and a dollar', withTopic('24612F2F62'), {
    ...PACKET,
    will: { ...WILL, topic: '$a//b' },
  });
  decodes('MQTT-3.1.3-11: one character', withTopic('2F'), {
    ...PACKET,
    will: { ...WILL, topic: '/' },
  });
  refuses(
    'MQTT-3.1.3-11: ill-formed',
    withTopic('74 E282'),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', NEXT + 4, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-3.1.3-11: U+0000',
    withTopic('74 00'),
    malformed('ERR_MQTT_NULL_CHARACTER', 'CONNECT', NEXT + 4, 'MQTT-1.5.4-2'),
  );
  refuses(
    'MQTT-3.1.3-11: empty',
    withTopic(''),
    violation('TOPIC_NAME', 'ERR_MQTT_TOPIC_NAME_EMPTY', 'CONNECT', NEXT + 1, 'MQTT-4.7.3-1'),
  );
  for (const [topic, at] of [
    ['#', 0],
    ['+', 0],
    ['a/#', 2],
    ['a/+/b', 2],
    ['abc+', 3],
  ] as const) {
    refuses(
      `MQTT-3.1.3-11: wildcard in ${topic}`,
      withTopic(Buffer.from(topic).toString('hex')),
      violation(
        'TOPIC_NAME',
        'ERR_MQTT_TOPIC_NAME_WILDCARD',
        'CONNECT',
        NEXT + 3 + at,
        'MQTT-4.7.0-1',
      ),
    );
    refusesToEncode(
      `MQTT-3.1.3-11: wildcard in ${topic}, which is not encoded`,
      { ...PACKET, will: { topic } },
      refusal('ERR_MQTT_TOPIC_NAME_WILDCARD', 'will.topic', 'MQTT-4.7.0-1'),
    );
  }
  encodes(
    'MQTT-3.1.3-11: written as UTF-8',
    { ...PACKET, will: { topic: '€', payload: 'm' } },
    withTopic('E282AC'),
  );
  refusesToEncode(
    'MQTT-3.1.3-11: an empty one is not encoded',
    { ...PACKET, will: { topic: '' } },
    refusal('ERR_MQTT_TOPIC_NAME_EMPTY', 'will.topic', 'MQTT-4.7.3-1'),
  );
  refusesToEncode(
    'MQTT-3.1.3-11: a lone surrogate is no text',
    { ...PACKET, will: { topic: '\udc00' } },
    refusal('ERR_MQTT_INVALID_UTF8', 'will.topic', 'MQTT-1.5.4-1'),
  );
  refusesToEncode(
    'MQTT-3.1.3-11: U+0000 is not encoded',
    { ...PACKET, will: { topic: 't\0' } },
    refusal('ERR_MQTT_NULL_CHARACTER', 'will.topic', 'MQTT-1.5.4-2'),
  );
});
