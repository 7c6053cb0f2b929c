/** The Client Identifier (section 3.1.3.1). */
import { describe } from 'vitest';
import { decodes, malformed, refuses, violation } from '../../support/conformance.js';
import { encodes, refusal, refusesToEncode } from '../../support/conformance-encode.js';
import { HEAD, PACKET } from '../../support/connect.js';
import { frame, prefixed, utf8 } from '../../support/hex.js';

const NO_FIELD = 'ERR_MQTT_FIELD_PAST_END';

describe('Client Identifier', () => {
  decodes('MQTT-3.1.3-3: it comes first', frame('10', HEAD, '02 003C', utf8('c')), PACKET);
  refuses(
    'MQTT-3.1.3-3: it is cut off',
    frame('10', HEAD, '02 003C', '0002 63'),
    malformed(NO_FIELD, 'CONNECT', 12, 'MQTT-3.1.3-3'),
  );
  refuses(
    'MQTT-3.1.3-3: its length is there, its bytes are not',
    frame('10', HEAD, '02 003C', '0001'),
    malformed(NO_FIELD, 'CONNECT', 12, 'MQTT-3.1.3-3'),
  );
  refuses(
    'MQTT-3.1.3-3: it is missing, at level 3, where the packet is long enough without',
    frame('10', utf8('MQIsdp'), '03 02 003C'),
    malformed(NO_FIELD, 'CONNECT', 14, 'MQTT-3.1.3-3'),
  );
  refuses(
    'MQTT-3.1.3-3: it is missing, and so the packet too short for any CONNECT',
    frame('10', HEAD, '02 003C'),
    malformed('ERR_MQTT_PACKET_LENGTH', 'CONNECT', 1),
    { decidedBy: 2 },
  );
  refuses(
    'MQTT-3.1.3-3: half of its length is missing',
    frame('10', HEAD, '02 003C 00'),
    malformed('ERR_MQTT_PACKET_LENGTH', 'CONNECT', 1),
    { decidedBy: 2 },
  );
  encodes(
    'MQTT-3.1.3-3: one that is left out is written as an empty one',
    { type: 'CONNECT' },
    '10 0C 0004 4D515454 04 02 0000 0000',
  );
  decodes('MQTT-3.1.3-4: UTF-8', frame('10', HEAD, '02 003C', prefixed('C3A9')), {
    ...PACKET,
    clientIdentifier: 'é',
  });
  refuses(
    'MQTT-3.1.3-4: ill-formed',
    frame('10', HEAD, '02 003C', prefixed('61 C3')),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', 15, 'MQTT-1.5.3-1'),
  );
  encodes(
    'MQTT-3.1.3-4: written as UTF-8',
    { ...PACKET, clientIdentifier: 'é' },
    '10 0E 0004 4D515454 04 02 003C 0002 C3A9',
  );
  refusesToEncode(
    'MQTT-3.1.3-4: a lone surrogate is no text',
    { ...PACKET, clientIdentifier: '\ud800' },
    refusal('ERR_MQTT_INVALID_UTF8', 'clientIdentifier', 'MQTT-1.5.3-1'),
  );
  for (const identifier of [
    '0',
    'Z',
    'abcdefghijklmnopqrstuvw',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    '01234567890123456789012',
  ]) {
    decodes(`MQTT-3.1.3-5: ${identifier}`, frame('10', HEAD, '00 003C', utf8(identifier)), {
      ...PACKET,
      cleanSession: false,
      clientIdentifier: identifier,
    });
  }
  decodes(
    'MQTT-3.1.3-5: longer ones and other characters are allowed too',
    frame('10', HEAD, '00 003C', utf8(`/+#${' '.repeat(60_000)}`)),
    { ...PACKET, cleanSession: false, clientIdentifier: `/+#${' '.repeat(60_000)}` },
  );
  decodes('MQTT-3.1.3-7: empty with Clean Session', frame('10', HEAD, '02 003C 0000'), {
    ...PACKET,
    clientIdentifier: '',
  });
  refuses(
    'MQTT-3.1.3-7: empty without Clean Session',
    frame('10', HEAD, '00 003C 0000'),
    violation('CLIENT_ID', 'ERR_MQTT_CLIENT_IDENTIFIER', 'CONNECT', 12, 'MQTT-3.1.3-8'),
  );
  refuses(
    'MQTT-3.1.3-8: empty without Clean Session, with a User Name',
    frame('10', HEAD, '80 003C 0000', utf8('u')),
    violation('CLIENT_ID', 'ERR_MQTT_CLIENT_IDENTIFIER', 'CONNECT', 12, 'MQTT-3.1.3-8'),
  );
  encodes(
    'MQTT-3.1.3-7: empty with Clean Session is encoded',
    { type: 'CONNECT', cleanSession: true, clientIdentifier: '' },
    '10 0C 0004 4D515454 04 02 0000 0000',
  );
  encodes(
    'MQTT-3.1.3-7: one character without Clean Session is encoded',
    { type: 'CONNECT', cleanSession: false, clientIdentifier: 'c' },
    '10 0D 0004 4D515454 04 00 0000 0001 63',
  );
  refusesToEncode(
    'MQTT-3.1.3-7: empty without Clean Session is not encoded',
    { type: 'CONNECT', cleanSession: false, clientIdentifier: '' },
    refusal('ERR_MQTT_CLIENT_IDENTIFIER', 'clientIdentifier', 'MQTT-3.1.3-7'),
  );
});
