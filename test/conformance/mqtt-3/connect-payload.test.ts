/** The payload of CONNECT (section 3.1.3), and the flags that announce its fields. */
import { describe, expect, it } from 'vitest';
import { encode } from '../../../src/encoder/encoder.js';
import type { ConnectPacket } from '../../../src/protocol/packets.js';
import { decodes, malformed, refuses } from '../../support/conformance.js';
import { encodes, refusal, refusesToEncode } from '../../support/conformance-encode.js';
import { HEAD, PACKET } from '../../support/connect.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';

const WILL = { qos: 0, retain: false, topic: 't', payload: hex('6D') } as const;
const NO_FIELD = 'ERR_MQTT_FIELD_PAST_END';
/** Where the field behind the Client Identifier `c` begins. */
const NEXT = 15;

describe('fields that flags announce', () => {
  const full = frame('10', HEAD, 'EE 003C', utf8('c'), utf8('t'), utf8('m'), utf8('u'), utf8('p'));
  const packet: ConnectPacket = {
    ...PACKET,
    will: { ...WILL, qos: 1, retain: true },
    userName: 'u',
    password: hex('70'),
  };
  decodes(
    'MQTT-3.1.3-1: Client Identifier, Will Topic, Will Message, User Name, Password',
    full,
    packet,
  );
  encodes('MQTT-3.1.3-1: the encoder keeps the order', packet, full);
  refuses(
    'MQTT-3.1.3-1: a binary Will Message where the Will Topic belongs',
    frame('10', HEAD, '06 003C', utf8('c'), prefixed('FF'), utf8('t')),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', 17, 'MQTT-1.5.3-1'),
  );
  refuses(
    'MQTT-3.1.3-1: a binary Password where the User Name belongs',
    frame('10', HEAD, 'C2 003C', utf8('c'), prefixed('FF'), utf8('u')),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', 17, 'MQTT-1.5.3-1'),
  );

  decodes(
    'MQTT-3.1.2-9: Will Flag, Will Topic and an empty Will Message',
    frame('10', HEAD, '06 003C', utf8('c'), utf8('t'), '0000'),
    { ...PACKET, will: { ...WILL, payload: new Uint8Array(0) } },
  );
  for (const [rest, at, why] of [
    ['', NEXT, 'no Will Topic'],
    ['00', NEXT, 'half a length of the Will Topic'],
    ['0002 74', NEXT, 'half a Will Topic'],
    ['0001 74', NEXT + 3, 'no Will Message'],
    ['0001 74 00', NEXT + 3, 'half a length of the Will Message'],
    ['0001 74 0002 6D', NEXT + 3, 'half a Will Message'],
    ['0001 74 FFFF 6D', NEXT + 3, 'a Will Message that claims all there can be'],
  ] as const) {
    refuses(
      `MQTT-3.1.2-9: Will Flag, ${why}`,
      frame('10', HEAD, '06 003C', utf8('c'), rest),
      malformed(NO_FIELD, 'CONNECT', at, 'MQTT-3.1.2-9'),
    );
  }
  encodes(
    'MQTT-3.1.2-9: a Will Message that is left out is written as an empty one',
    { ...PACKET, will: { topic: 't' } },
    frame('10', HEAD, '06 003C', utf8('c'), utf8('t'), '0000'),
  );
  refusesToEncode(
    'MQTT-3.1.2-9: a Will without a topic',
    { ...PACKET, will: { payload: 'm' } },
    refusal('ERR_MQTT_FIELD_TYPE', 'will.topic'),
  );

  decodes('MQTT-3.1.2-11: no Will Flag, no Will', frame('10', HEAD, '02 003C', utf8('c')), PACKET);
  refuses(
    'MQTT-3.1.2-11: no Will Flag, but a Will',
    frame('10', HEAD, '02 003C', utf8('c'), utf8('t'), utf8('m')),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', NEXT),
  );
  encodes(
    'MQTT-3.1.2-11: without a Will all its flags are 0',
    { type: 'CONNECT', userName: 'u', password: 'p' },
    frame('10', HEAD, 'C2 0000 0000', utf8('u'), utf8('p')),
  );
  encodes('MQTT-3.1.2-3: the reserved bit is written as 0', packet, full);
  encodes(
    'MQTT-3.1.2-13: without a Will, Will QoS is written as 0',
    { ...PACKET, will: undefined },
    frame('10', HEAD, '02 003C', utf8('c')),
  );
  encodes(
    'MQTT-3.1.2-15: without a Will, Will Retain is written as 0',
    { ...PACKET, cleanSession: false },
    frame('10', HEAD, '00 003C', utf8('c')),
  );
  it('MQTT-3.1.2-3: the encoder makes legal flags of any fields', () => {
    for (let choice = 0; choice < 8; choice++) {
      const bytes = encode({
        type: 'CONNECT',
        ...((choice & 1) === 0 ? {} : { will: { qos: 2, retain: true, topic: 't' } as const }),
        ...((choice & 2) === 0 ? {} : { userName: '' }),
        ...((choice & 6) === 6 ? { password: new Uint8Array(0) } : {}),
      });
      expect(bytes[9]).toBe(
        0x02 |
          ((choice & 1) === 0 ? 0 : 0x34) |
          ((choice & 2) === 0 ? 0 : 0x80) |
          ((choice & 6) === 6 ? 0x40 : 0),
      );
    }
  });

  decodes('MQTT-3.1.2-18: no flag, no User Name', frame('10', HEAD, '02 003C', utf8('c')), PACKET);
  refuses(
    'MQTT-3.1.2-18: no flag, but a User Name',
    frame('10', HEAD, '02 003C', utf8('c'), utf8('u')),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', NEXT),
  );
  encodes('MQTT-3.1.2-18: no User Name, no flag', PACKET, frame('10', HEAD, '02 003C', utf8('c')));
  decodes(
    'MQTT-3.1.2-19: an empty User Name is one',
    frame('10', HEAD, '82 003C', utf8('c'), '0000'),
    {
      ...PACKET,
      userName: '',
    },
  );
  for (const rest of ['', '00', '0001', '0002 75']) {
    refuses(
      `MQTT-3.1.2-19: a flag, and of the User Name "${rest}"`,
      frame('10', HEAD, '82 003C', utf8('c'), rest),
      malformed(NO_FIELD, 'CONNECT', NEXT, 'MQTT-3.1.2-19'),
    );
  }
  encodes(
    'MQTT-3.1.2-19: an empty User Name has its flag and its length',
    { ...PACKET, userName: '' },
    frame('10', HEAD, '82 003C', utf8('c'), '0000'),
  );
  decodes(
    'MQTT-3.1.2-20: no flag, no Password',
    frame('10', HEAD, '82 003C', utf8('c'), utf8('u')),
    { ...PACKET, userName: 'u' },
  );
  refuses(
    'MQTT-3.1.2-20: no flag, but a Password',
    frame('10', HEAD, '82 003C', utf8('c'), utf8('u'), utf8('p')),
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNECT', NEXT + 3),
  );
  encodes(
    'MQTT-3.1.2-20: no Password, no flag',
    { ...PACKET, userName: 'u', password: undefined },
    frame('10', HEAD, '82 003C', utf8('c'), utf8('u')),
  );
  decodes(
    'MQTT-3.1.2-21: an empty Password is one',
    frame('10', HEAD, 'C2 003C', utf8('c'), utf8('u'), '0000'),
    { ...PACKET, userName: 'u', password: new Uint8Array(0) },
  );
  for (const rest of ['', '00', '0001', '0002 70']) {
    refuses(
      `MQTT-3.1.2-21: a flag, and of the Password "${rest}"`,
      frame('10', HEAD, 'C2 003C', utf8('c'), utf8('u'), rest),
      malformed(NO_FIELD, 'CONNECT', NEXT + 3, 'MQTT-3.1.2-21'),
    );
  }
  encodes(
    'MQTT-3.1.2-21: an empty Password has its flag and its length',
    { ...PACKET, userName: 'u', password: new Uint8Array(0) },
    frame('10', HEAD, 'C2 003C', utf8('c'), utf8('u'), '0000'),
  );
  encodes(
    'MQTT-3.1.2-22: a Password with a User Name is encoded',
    { ...PACKET, userName: '', password: 'p' },
    frame('10', HEAD, 'C2 003C', utf8('c'), '0000', utf8('p')),
  );
  refusesToEncode(
    'MQTT-3.1.2-22: a Password without a User Name is not encoded',
    { ...PACKET, password: 'p' },
    refusal('ERR_MQTT_PASSWORD_WITHOUT_USER_NAME', 'password', 'MQTT-3.1.2-22'),
  );
});
