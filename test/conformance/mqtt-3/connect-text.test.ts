/** What CONNECT holds as text and what as bytes (section 3.1.3), its end, and its answer (section 3.1.4). */
import { describe, expect, it } from 'vitest';
import type { MqttError } from '../../../src/errors.js';
import type { ConnectPacket } from '../../../src/protocol/packets.js';
import { decodes, malformed, protocolError, refuses } from '../../support/conformance.js';
import { encodes, refusal, refusesToEncode } from '../../support/conformance-encode.js';
import { HEAD, PACKET } from '../../support/connect.js';
import { decodeChunks } from '../../support/decode.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';

const EVERY_BYTE = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
).join('');

function withWill(topic: string, payload = '6D'): Uint8Array {
  return frame('10', HEAD, '06 003C', utf8('c'), prefixed(topic), prefixed(payload));
}

describe('Will Topic', () => {
  decodes('MQTT-3.1.3-10: UTF-8', withWill('E282AC'), {
    ...PACKET,
    will: { qos: 0, retain: false, topic: '€', payload: hex('6D') },
  });
  refuses(
    'MQTT-3.1.3-10: ill-formed',
    withWill('74 E282'),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', 18, 'MQTT-1.5.3-1'),
  );
  encodes(
    'MQTT-3.1.3-10: written as UTF-8',
    { ...PACKET, will: { topic: '€', payload: 'm' } },
    withWill('E282AC'),
  );
  refusesToEncode(
    'MQTT-3.1.3-10: a lone surrogate is no text',
    { ...PACKET, will: { topic: '\udc00' } },
    refusal('ERR_MQTT_INVALID_UTF8', 'will.topic', 'MQTT-1.5.3-1'),
  );
  decodes('3.1.3 Will Topic: levels and a dollar', withWill(Buffer.from('$a//b').toString('hex')), {
    ...PACKET,
    will: { qos: 0, retain: false, topic: '$a//b', payload: hex('6D') },
  });
  for (const [topic, offset] of [
    ['23', 17],
    ['2B', 17],
    ['612F23', 19],
    ['612F2B2F62', 19],
    ['6162632B', 20],
  ] as const) {
    refuses(
      `3.1.3 Will Topic: wildcard in ${Buffer.from(topic, 'hex')}`,
      withWill(topic),
      malformed('ERR_MQTT_TOPIC_NAME_WILDCARD', 'CONNECT', offset, 'MQTT-4.7.1-1'),
    );
    refusesToEncode(
      `3.1.3 Will Topic: wildcard in ${Buffer.from(topic, 'hex')}`,
      { ...PACKET, will: { topic: Buffer.from(topic, 'hex').toString() } },
      refusal('ERR_MQTT_TOPIC_NAME_WILDCARD', 'will.topic', 'MQTT-4.7.1-1'),
    );
  }
  refuses(
    '3.1.3 Will Topic: empty',
    withWill(''),
    malformed('ERR_MQTT_TOPIC_NAME_EMPTY', 'CONNECT', 15, 'MQTT-4.7.3-1'),
  );
  encodes(
    '3.1.3 Will Topic: one character is encoded',
    { ...PACKET, will: { topic: '/', payload: 'm' } },
    withWill('2F'),
  );
  refusesToEncode(
    '3.1.3 Will Topic: an empty one is not encoded',
    { ...PACKET, will: { topic: '' } },
    refusal('ERR_MQTT_TOPIC_NAME_EMPTY', 'will.topic', 'MQTT-4.7.3-1'),
  );
});

describe('User Name is text, Password and Will Message are bytes', () => {
  decodes(
    'MQTT-3.1.3-11: a User Name in UTF-8',
    frame('10', HEAD, '82 003C', utf8('c'), utf8('jörg')),
    {
      ...PACKET,
      userName: 'jörg',
    },
  );
  refuses(
    'MQTT-3.1.3-11: an ill-formed User Name',
    frame('10', HEAD, '82 003C', utf8('c'), prefixed('6A F6 7267')),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', 18, 'MQTT-1.5.3-1'),
  );
  encodes(
    'MQTT-3.1.3-11: a User Name is written as UTF-8',
    { ...PACKET, userName: 'jörg' },
    frame('10', HEAD, '82 003C', utf8('c'), '0005 6AC3B67267'),
  );
  refusesToEncode(
    'MQTT-3.1.3-11: a User Name with a lone surrogate',
    { ...PACKET, userName: '\ud800' },
    refusal('ERR_MQTT_INVALID_UTF8', 'userName', 'MQTT-1.5.3-1'),
  );
  decodes('MQTT-3.1.3-11: a Will Message of any bytes', withWill('74', EVERY_BYTE), {
    ...PACKET,
    will: { qos: 0, retain: false, topic: 't', payload: hex(EVERY_BYTE) },
  });
  decodes(
    'MQTT-3.1.3-11: a Password of any bytes',
    frame('10', HEAD, 'C2 003C', utf8('c'), utf8('u'), prefixed(EVERY_BYTE)),
    { ...PACKET, userName: 'u', password: hex(EVERY_BYTE) },
  );
  encodes(
    'MQTT-3.1.3-11: a Password of any bytes is encoded',
    { ...PACKET, userName: 'u', password: hex(EVERY_BYTE) },
    frame('10', HEAD, 'C2 003C', utf8('c'), utf8('u'), prefixed(EVERY_BYTE)),
  );
  it('MQTT-3.1.3-11: fields of 65,535 bytes are read', () => {
    const long = 'FF'.repeat(65_535);
    const bytes = frame(
      '10',
      HEAD,
      'C6 003C',
      utf8('c'),
      utf8('t'),
      prefixed(long),
      utf8('u'),
      prefixed(long),
    );
    const { packets, error } = decodeChunks([bytes]);
    const { will, password } = packets[0] as ConnectPacket;
    expect([error, will?.payload.length, password?.length]).toEqual([undefined, 65_535, 65_535]);
  });
});

describe('the end of CONNECT, and its answer', () => {
  decodes(
    '3.1 last field: the last byte of the Password is the last byte',
    frame('10', HEAD, 'C2 003C', utf8('c'), utf8('u'), utf8('p')),
    { ...PACKET, userName: 'u', password: hex('70') },
  );
  refuses(
    '3.1 last field: a byte behind the Client Identifier',
    frame('10', HEAD, '02 003C', utf8('c'), '00'),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', 15),
  );
  refuses(
    '3.1 last field: a byte behind the Password',
    frame('10', HEAD, 'C2 003C', utf8('c'), utf8('u'), utf8('p'), 'C0'),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', 21),
  );
  refuses(
    '3.1 last field: a PINGREQ inside the packet is not one',
    frame('10', HEAD, '02 003C', utf8('c'), 'C0 00'),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', 15),
  );
  refuses(
    'MQTT-3.1.4-1: a malformed CONNECT, to be closed on without CONNACK',
    frame('10', HEAD, '03 003C', utf8('c')),
    malformed('ERR_MQTT_CONNECT_RESERVED_FLAG', 'CONNECT', 9, 'MQTT-3.1.2-3'),
  );
  refuses(
    'MQTT-3.1.4-1: a CONNECT of another protocol, to be closed on without CONNACK',
    frame('10', utf8('HTTP'), '04 02 003C', utf8('c')),
    protocolError('ERR_MQTT_PROTOCOL_NAME', 'CONNECT', 2, 'MQTT-3.1.2-1'),
  );
  it('MQTT-3.1.4-1: only a level and a Client Identifier are answered with a return code', () => {
    const answer = (bytes: Uint8Array): number | undefined =>
      (decodeChunks([bytes]).error as MqttError).connectReturnCode;
    expect(answer(frame('10', HEAD, '03 003C', utf8('c')))).toBe(undefined);
    expect(answer(frame('10', utf8('HTTP'), '04 02 003C', utf8('c')))).toBe(undefined);
    expect(answer(frame('10', utf8('MQTT'), '06 02 003C', utf8('c')))).toBe(1);
    expect(answer(frame('10', HEAD, '00 003C 0000'))).toBe(2);
  });
  it('MQTT-3.1.3-8: MQTT 3.1 knows no empty Client Identifier at all', () => {
    const { error } = decodeChunks([frame('10', utf8('MQIsdp'), '03 02 003C 0000')]);
    expect(error).toMatchObject({
      code: 'ERR_MQTT_CLIENT_IDENTIFIER',
      errorClass: 'CLIENT_ID',
      connectReturnCode: 2,
      offset: 14,
    });
  });
});
