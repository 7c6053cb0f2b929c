/** The Client Identifier (section 3.1.3.1). */
import { describe } from 'vitest';
import { malformed, mqtt5 } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';
import { CLIENT_IDENTIFIER, connect, HEAD, PACKET } from './connect.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

const NO_FIELD = 'ERR_MQTT_FIELD_PAST_END';

describe('Client Identifier', () => {
  decodes('MQTT-3.1.3-3: it comes first', connect('02', utf8('c')), PACKET);
  for (const rest of ['00', '0001', '0002 63', 'FFFF 63']) {
    refuses(
      `MQTT-3.1.3-3: of the Client Identifier there is "${rest}"`,
      connect('02', rest),
      malformed(NO_FIELD, 'CONNECT', CLIENT_IDENTIFIER, 'MQTT-3.1.3-3'),
    );
  }
  refuses(
    'MQTT-3.1.3-3: it is missing, where properties make the packet long enough',
    frame('10', HEAD, '02 003C', '03 21 0001'),
    malformed(NO_FIELD, 'CONNECT', 16, 'MQTT-3.1.3-3'),
  );
  refuses(
    'MQTT-3.1.3-3: it is missing, and so the packet too short for any CONNECT',
    connect('02'),
    malformed('ERR_MQTT_PACKET_LENGTH', 'CONNECT', 1),
    { decidedBy: 2 },
  );
  encodes(
    'MQTT-3.1.3-3: one that is left out is written as an empty one',
    { type: 'CONNECT' },
    '10 0D 0004 4D515454 05 02 0000 00 0000',
  );

  decodes('MQTT-3.1.3-4: UTF-8', connect('02', prefixed('C3A9')), {
    ...PACKET,
    clientIdentifier: 'é',
  });
  refuses(
    'MQTT-3.1.3-4: ill-formed',
    connect('02', prefixed('61 C3')),
    malformed('ERR_MQTT_INVALID_UTF8', 'CONNECT', 16, 'MQTT-1.5.4-1'),
  );
  refuses(
    'MQTT-3.1.3-4: U+0000',
    connect('02', prefixed('61 00')),
    malformed('ERR_MQTT_NULL_CHARACTER', 'CONNECT', 16, 'MQTT-1.5.4-2'),
  );
  encodes(
    'MQTT-3.1.3-4: written as UTF-8',
    { ...PACKET, clientIdentifier: 'é' },
    '10 0F 0004 4D515454 05 02 003C 00 0002 C3A9',
  );
  refusesToEncode(
    'MQTT-3.1.3-4: a lone surrogate is no text',
    { ...PACKET, clientIdentifier: '\ud800' },
    refusal('ERR_MQTT_INVALID_UTF8', 'clientIdentifier', 'MQTT-1.5.4-1'),
  );
  refusesToEncode(
    'MQTT-3.1.3-4: U+0000 is not encoded',
    { ...PACKET, clientIdentifier: 'a\0' },
    refusal('ERR_MQTT_NULL_CHARACTER', 'clientIdentifier', 'MQTT-1.5.4-2'),
  );
  for (const clientIdentifier of [null, 7, hex('63')]) {
    refusesToEncode(
      `MQTT-3.1.3-4: ${JSON.stringify(clientIdentifier)} is no text`,
      { ...PACKET, clientIdentifier },
      refusal('ERR_MQTT_FIELD_TYPE', 'clientIdentifier'),
    );
  }

  encodes(
    'MQTT-3.1.3-4: 65,535 bytes of text',
    { ...PACKET, clientIdentifier: `${'é'.repeat(32_767)}c` },
    connect('02', 'FFFF', 'C3A9'.repeat(32_767), '63'),
  );
  refusesToEncode(
    'MQTT-3.1.3-4: 65,536 bytes of text are too many',
    { ...PACKET, clientIdentifier: 'é'.repeat(32_768) },
    refusal('ERR_MQTT_FIELD_TOO_LONG', 'clientIdentifier'),
  );

  for (const clientIdentifier of [
    '0',
    'Z',
    'abcdefghijklmnopqrstuvw',
    'xyzABCDEFGHIJKLMNOPQRST',
    '0123456789UVWXYZ0123456',
  ]) {
    decodes(`MQTT-3.1.3-5: ${clientIdentifier}`, connect('02', utf8(clientIdentifier)), {
      ...PACKET,
      clientIdentifier,
    });
  }
  decodes(
    'MQTT-3.1.3-5: longer ones and other characters are allowed too',
    connect('02', utf8(`/+#${' '.repeat(60_000)}`)),
    { ...PACKET, clientIdentifier: `/+#${' '.repeat(60_000)}` },
  );

  decodes('MQTT-3.1.3-8: empty with Clean Start', connect('02', '0000'), {
    ...PACKET,
    clientIdentifier: '',
  });
  decodes('MQTT-3.1.3-8: empty without Clean Start', connect('00', '0000'), {
    ...PACKET,
    cleanStart: false,
    clientIdentifier: '',
  });
  encodes(
    'MQTT-3.1.3-8: empty without Clean Start is encoded',
    { ...PACKET, cleanStart: false, clientIdentifier: '' },
    connect('00', '0000'),
  );
});
