/** The payload of CONNECT (section 3.1.3): the order of its fields, User Name, Password, its end. */
import { describe } from 'vitest';
import type { ConnectPacket } from '../../../src/protocol/packets.js';
import { malformed, mqtt5 } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';
import { CLIENT_IDENTIFIER, connect, HEAD, hexByte, NEXT, PACKET } from './connect.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

const NO_FIELD = 'ERR_MQTT_FIELD_PAST_END';
const EVERY_BYTE = Array.from({ length: 256 }, (_, byte) => hexByte(byte)).join('');

describe('order', () => {
  const full = connect('EE', utf8('c'), '00', utf8('t'), utf8('m'), utf8('u'), utf8('p'));
  const packet: ConnectPacket = {
    ...PACKET,
    will: { qos: 1, retain: true, topic: 't', payload: hex('6D') },
    userName: 'u',
    password: hex('70'),
  };
  decodes(
    'MQTT-3.1.3-1: Client Identifier, Will Properties, Topic and Payload, User Name, Password',
    full,
    packet,
  );
  encodes('MQTT-3.1.3-1: the encoder keeps the order', packet, full);
  encodes(
    'MQTT-3.1.3-1: the encoder keeps it whatever the order of the fields is',
    {
      password: 'p',
      userName: 'u',
      will: { payload: 'm', topic: 't', retain: true, qos: 1 },
      clientIdentifier: 'c',
      keepAlive: 60,
      type: 'CONNECT',
    },
    full,
  );
  refuses(
    'MQTT-3.1.3-1: a binary Will Payload where the Will Topic belongs',
    connect('06', utf8('c'), '00', prefixed('FF'), utf8('t')),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', NEXT + 3, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-3.1.3-1: a binary Password where the User Name belongs',
    connect('C2', utf8('c'), prefixed('FF'), utf8('u')),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', NEXT + 2, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-3.1.3-1: Will Properties in front of the Client Identifier',
    connect('06', '02 01 00', utf8('c'), utf8('t'), utf8('m')),
    malformed(NO_FIELD, 'CONNECT', CLIENT_IDENTIFIER, 'MQTT-3.1.3-3'),
  );

  // Properties of 128 bytes, whose length takes two: a User Property with a name of 120 bytes.
  const name = 'n'.repeat(120);
  const long = `8001 26 ${utf8(name)} 0003 787878`;
  // Remaining Length and Property Length take a byte more than usual.
  const behindLong = 15 + 128;
  decodes(
    'MQTT-3.1.3-1: behind properties whose length takes two bytes, here and in the Will',
    frame('10', HEAD, '06 003C', long, utf8('c'), long, utf8('t'), utf8('m')),
    {
      ...PACKET,
      properties: { userProperties: [[name, 'xxx']] },
      will: {
        qos: 0,
        retain: false,
        properties: { userProperties: [[name, 'xxx']] },
        topic: 't',
        payload: hex('6D'),
      },
    },
  );
  refuses(
    'MQTT-3.1.3-1: behind such properties there is no Client Identifier',
    frame('10', HEAD, '02 003C', long, '0001'),
    malformed(NO_FIELD, 'CONNECT', behindLong, 'MQTT-3.1.3-3'),
  );
  refuses(
    'MQTT-3.1.3-1: behind such Will Properties there is no Will Topic',
    connect('06', utf8('c'), long, '0002 74'),
    malformed(NO_FIELD, 'CONNECT', NEXT + 3 + 128, 'MQTT-3.1.2-9'),
  );
});

describe('User Name', () => {
  decodes('MQTT-3.1.2-16: no flag, no User Name', connect('02', utf8('c')), PACKET);
  refuses(
    'MQTT-3.1.2-16: no flag, but a User Name',
    connect('02', utf8('c'), utf8('u')),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', NEXT),
  );
  encodes(
    'MQTT-3.1.2-16: no User Name, no flag',
    { ...PACKET, userName: undefined },
    connect('02', utf8('c')),
  );

  decodes('MQTT-3.1.2-17: an empty User Name is one', connect('82', utf8('c'), '0000'), {
    ...PACKET,
    userName: '',
  });
  for (const rest of ['', '00', '0001', '0002 75']) {
    refuses(
      `MQTT-3.1.2-17: a flag, and of the User Name "${rest}"`,
      connect('82', utf8('c'), rest),
      malformed(NO_FIELD, 'CONNECT', NEXT, 'MQTT-3.1.2-17'),
    );
  }
  encodes(
    'MQTT-3.1.2-17: an empty User Name has its flag and its length',
    { ...PACKET, userName: '' },
    connect('82', utf8('c'), '0000'),
  );
});

describe('Password', () => {
  decodes('MQTT-3.1.2-18: no flag, no Password', connect('82', utf8('c'), utf8('u')), {
    ...PACKET,
    userName: 'u',
  });
  refuses(
    'MQTT-3.1.2-18: no flag, but a Password',
    connect('82', utf8('c'), utf8('u'), utf8('p')),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', NEXT + 3),
  );
  encodes(
    'MQTT-3.1.2-18: no Password, no flag',
    { ...PACKET, userName: 'u', password: undefined },
    connect('82', utf8('c'), utf8('u')),
  );

  decodes(
    'MQTT-3.1.2-19: a Password with a User Name',
    connect('C2', utf8('c'), utf8('u'), utf8('p')),
    {
      ...PACKET,
      userName: 'u',
      password: hex('70'),
    },
  );
  decodes('MQTT-3.1.2-19: a Password without a User Name', connect('42', utf8('c'), utf8('p')), {
    ...PACKET,
    password: hex('70'),
  });
  decodes('MQTT-3.1.2-19: an empty Password is one', connect('42', utf8('c'), '0000'), {
    ...PACKET,
    password: new Uint8Array(0),
  });
  for (const rest of ['', '00', '0001', '0002 70']) {
    refuses(
      `MQTT-3.1.2-19: a flag, and of the Password "${rest}"`,
      connect('42', utf8('c'), rest),
      malformed(NO_FIELD, 'CONNECT', NEXT, 'MQTT-3.1.2-19'),
    );
    refuses(
      `MQTT-3.1.2-19: a flag, a User Name, and of the Password "${rest}"`,
      connect('C2', utf8('c'), utf8('u'), rest),
      malformed(NO_FIELD, 'CONNECT', NEXT + 3, 'MQTT-3.1.2-19'),
    );
  }
  encodes(
    'MQTT-3.1.2-19: a Password without a User Name is encoded',
    { ...PACKET, password: 'p' },
    connect('42', utf8('c'), utf8('p')),
  );
  encodes(
    'MQTT-3.1.2-19: an empty Password has its flag and its length',
    { ...PACKET, userName: 'u', password: new Uint8Array(0) },
    connect('C2', utf8('c'), utf8('u'), '0000'),
  );
});

describe('User Name is text, Password and Will Payload are bytes', () => {
  decodes('MQTT-3.1.3-12: a User Name in UTF-8', connect('82', utf8('c'), utf8('jörg')), {
    ...PACKET,
    userName: 'jörg',
  });
  refuses(
    'MQTT-3.1.3-12: an ill-formed User Name',
    connect('82', utf8('c'), prefixed('6A F6 7267')),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', NEXT + 3, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-3.1.3-12: U+0000 in a User Name',
    connect('82', utf8('c'), prefixed('75 00')),
    malformed('ERR_MQTT_NULL_CHARACTER', 'CONNECT', NEXT + 3, 'MQTT-1.5.4-2'),
  );
  encodes(
    'MQTT-3.1.3-12: a User Name is written as UTF-8',
    { ...PACKET, userName: 'jörg' },
    connect('82', utf8('c'), '0005 6AC3B67267'),
  );
  refusesToEncode(
    'MQTT-3.1.3-12: a User Name with a lone surrogate',
    { ...PACKET, userName: '\ud800' },
    refusal('ERR_MQTT_INVALID_UTF8', 'userName', 'MQTT-1.5.4-1'),
  );
  refusesToEncode(
    'MQTT-3.1.3-12: a User Name of bytes is no text',
    { ...PACKET, userName: hex('75') },
    refusal('ERR_MQTT_FIELD_TYPE', 'userName'),
  );
  refusesToEncode(
    'MQTT-3.1.3-12: a Password is bytes or text',
    { ...PACKET, password: 7 },
    refusal('ERR_MQTT_FIELD_TYPE', 'password'),
  );
  encodes(
    'MQTT-3.1.3-12: fields of 65,535 bytes are encoded',
    {
      ...PACKET,
      will: { topic: 't', payload: new Uint8Array(65_535) },
      userName: 'u'.repeat(65_535),
      password: new Uint8Array(65_535),
    },
    connect(
      'C6',
      `${utf8('c')} 00 ${utf8('t')}`,
      `FFFF ${'00'.repeat(65_535)}`,
      `FFFF ${'75'.repeat(65_535)}`,
      `FFFF ${'00'.repeat(65_535)}`,
    ),
  );
  for (const [field, fields] of [
    ['will.payload', { will: { topic: 't', payload: new Uint8Array(65_536) } }],
    ['userName', { userName: 'u'.repeat(65_536) }],
    ['password', { password: new Uint8Array(65_536) }],
    ['password', { password: 'p'.repeat(65_536) }],
  ] as const) {
    refusesToEncode(
      `MQTT-3.1.3-12: ${field} of 65,536 bytes is too long`,
      { ...PACKET, ...fields },
      refusal('ERR_MQTT_FIELD_TOO_LONG', field),
    );
  }
  decodes(
    'MQTT-3.1.3-12: a Password of any bytes',
    connect('42', utf8('c'), prefixed(EVERY_BYTE)),
    { ...PACKET, password: hex(EVERY_BYTE) },
  );
  decodes(
    'MQTT-3.1.3-12: a Will Payload of any bytes',
    connect('06', utf8('c'), '00', utf8('t'), prefixed(EVERY_BYTE)),
    { ...PACKET, will: { qos: 0, retain: false, topic: 't', payload: hex(EVERY_BYTE) } },
  );
  encodes(
    'MQTT-3.1.3-12: Password and Will Payload of any bytes are encoded',
    { ...PACKET, will: { topic: 't', payload: hex(EVERY_BYTE) }, password: hex(EVERY_BYTE) },
    connect('46', utf8('c'), '00', utf8('t'), prefixed(EVERY_BYTE), prefixed(EVERY_BYTE)),
  );
});

describe('the end of CONNECT', () => {
  decodes(
    '3.1 last field: the last byte of the Password is the last byte',
    connect('C2', utf8('c'), utf8('u'), utf8('p')),
    { ...PACKET, userName: 'u', password: hex('70') },
  );
  refuses(
    '3.1 last field: a byte behind the Client Identifier',
    connect('02', utf8('c'), '00'),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', NEXT),
  );
  refuses(
    '3.1 last field: a byte behind the Will Payload',
    connect('06', utf8('c'), '00', utf8('t'), utf8('m'), '00'),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', NEXT + 7),
  );
  refuses(
    '3.1 last field: a byte behind the Password',
    connect('C2', utf8('c'), utf8('u'), utf8('p'), 'C0'),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', NEXT + 6),
  );
  refuses(
    '3.1 last field: a PINGREQ inside the packet is not one',
    connect('02', utf8('c'), 'C0 00'),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', NEXT),
  );
});
