/** AUTH (section 3.15). */
import { describe } from 'vitest';
import {
  CONNECT_5,
  malformed,
  mqtt5,
  PINGREQ,
  PINGRESP,
  PUBLISH_5,
  protocolError,
} from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, hex } from '../../support/hex.js';
import { allBut, hexByte } from './connect.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

/** Authentication Method `m` as the only property, behind the Property Length. */
const METHOD = '04 15 0001 6D';
const properties = { authenticationMethod: 'm' } as const;
const MISSING = 'ERR_MQTT_AUTHENTICATION_METHOD_MISSING';

/** Section 3.15.2.1, table 3-11: Success from a Server, Continue authentication from both, Re-authenticate from a Client. */
const SENDERS = [
  {
    sender: 'client',
    decoder: { role: 'server', protocolVersion: 'auto' },
    before: [CONNECT_5, PINGREQ],
    after: [PUBLISH_5, PINGREQ],
    codes: [0x18, 0x19],
  },
  {
    sender: 'server',
    decoder: { role: 'client' },
    before: [PINGRESP, PUBLISH_5],
    after: [PINGRESP],
    codes: [0x00, 0x18],
  },
  {
    sender: 'any',
    decoder: { role: 'any' },
    before: [PINGREQ, PINGRESP],
    after: [PUBLISH_5],
    codes: [0x00, 0x18, 0x19],
  },
] as const;
const [FROM_CLIENT, FROM_SERVER, FROM_ANY] = SENDERS;

describe('fixed header', () => {
  decodes('MQTT-3.15.1-1: flags 0', `F0 06 18 ${METHOD}`, {
    type: 'AUTH',
    reasonCode: 0x18,
    properties,
  });
  for (let flags = 1; flags < 16; flags++) {
    refuses(
      `MQTT-3.15.1-1: flags ${flags}`,
      `F${flags.toString(16)} 06 18 ${METHOD}`,
      malformed('ERR_MQTT_RESERVED_FLAGS', 'AUTH', 0, 'MQTT-3.15.1-1'),
      { decidedBy: 1 },
    );
  }
  encodes(
    'MQTT-3.15.1-1: flags are written as 0',
    { type: 'AUTH', reasonCode: 0x18, properties },
    `F0 06 18 ${METHOD}`,
  );
});

describe('reason code', () => {
  for (const { sender, decoder, before, after, codes } of SENDERS) {
    const legal: readonly (0x00 | 0x18 | 0x19)[] = codes;
    for (const reasonCode of legal) {
      const bytes = `F0 06 ${hexByte(reasonCode)} ${METHOD}`;
      const packet = { type: 'AUTH', reasonCode, properties } as const;
      decodes(`MQTT-3.15.2-1: 0x${hexByte(reasonCode)}, sender ${sender}`, bytes, packet, {
        decoder,
        before,
        after,
      });
      encodes(`MQTT-3.15.2-1: 0x${hexByte(reasonCode)}, encoder ${sender}`, packet, bytes, {
        role: sender,
      });
    }
    for (const reasonCode of allBut(legal)) {
      refuses(
        `MQTT-3.15.2-1: 0x${hexByte(reasonCode)}, sender ${sender}`,
        `F0 06 ${hexByte(reasonCode)} ${METHOD}`,
        protocolError('ERR_MQTT_REASON_CODE', 'AUTH', 2, 'MQTT-3.15.2-1'),
        { decoder, before, after, everyCut: false },
      );
      refusesToEncode(
        `MQTT-3.15.2-1: 0x${hexByte(reasonCode)}, encoder ${sender}`,
        { type: 'AUTH', reasonCode, properties },
        refusal('ERR_MQTT_REASON_CODE', 'reasonCode', 'MQTT-3.15.2-1'),
        { role: sender },
      );
    }
  }
  for (const reasonCode of [256, -1, 0.5, Number.NaN, '24', null]) {
    refusesToEncode(
      `MQTT-3.15.2-1: ${reasonCode} (${typeof reasonCode}) is no reason code`,
      { type: 'AUTH', reasonCode, properties },
      refusal('ERR_MQTT_REASON_CODE', 'reasonCode', 'MQTT-3.15.2-1'),
    );
  }
});

describe('short form', () => {
  const packet = { type: 'AUTH', reasonCode: 0 } as const;
  for (const from of [FROM_SERVER, FROM_ANY]) {
    const role = from.sender;
    decodes(`3.15.2.1 short form: nothing is Success, sender ${role}`, 'F0 00', packet, from);
    encodes(`3.15.2.1 short form: all is left out, encoder ${role}`, packet, 'F0 00', { role });
  }
  refuses(
    'MQTT-3.15.2-1: nothing is Success, which a Client does not say',
    'F0 00',
    protocolError('ERR_MQTT_REASON_CODE', 'AUTH', 2, 'MQTT-3.15.2-1'),
    FROM_CLIENT,
  );
  refusesToEncode(
    'MQTT-3.15.2-1: nothing is Success, which is not encoded for a Client',
    { type: 'AUTH' },
    refusal('ERR_MQTT_REASON_CODE', 'reasonCode', 'MQTT-3.15.2-1'),
    { role: 'client' },
  );
  encodes(
    '3.15.2.1 short form: a reason code that is left out is Success',
    { type: 'AUTH' },
    'F0 00',
  );
  encodes(
    '3.15.2.1 short form: so are properties of which there are none',
    { type: 'AUTH', properties: { authenticationMethod: undefined, userProperties: [] } },
    'F0 00',
  );
  encodes(
    '3.15.2.1 short form: reason code 0 stands before properties',
    { type: 'AUTH', properties },
    `F0 06 00 ${METHOD}`,
  );
  for (const code of ['00', '18', '19']) {
    // A decoder that knows no sender takes all three codes.
    refuses(
      `3.15.2.1 short form: reason code 0x${code} without a Property Length`,
      `F0 01 ${code}`,
      malformed('ERR_MQTT_FIELD_PAST_END', 'AUTH', 3),
      FROM_ANY,
    );
  }
  refuses(
    '3.15.2.1 short form: a Property Length and no properties',
    'F0 02 18 01',
    malformed('ERR_MQTT_FIELD_PAST_END', 'AUTH', 3),
  );
  refuses(
    '3.15.2.1 short form: a byte behind the properties',
    `F0 07 18 ${METHOD} 00`,
    malformed('ERR_MQTT_TRAILING_BYTES', 'AUTH', 8),
  );
});

describe('Authentication Method', () => {
  decodes('3.15.2.2.2 Authentication Method: it is there', `F0 06 18 ${METHOD}`, {
    type: 'AUTH',
    reasonCode: 0x18,
    properties,
  });
  decodes('3.15.2.2.2 Authentication Method: an empty one is one', 'F0 05 18 03 15 0000', {
    type: 'AUTH',
    reasonCode: 0x18,
    properties: { authenticationMethod: '' },
  });
  decodes(
    '3.15.2.2.2 Authentication Method: it need not come first',
    `F0 0B
     18             // reason code: continue authentication
     09             // property length
     26 0000 0000   // user property
     15 0001 6D     // authentication method`,
    {
      type: 'AUTH',
      reasonCode: 0x18,
      properties: { userProperties: [['', '']], authenticationMethod: 'm' },
    },
  );
  refuses(
    '3.15.2.2.2 Authentication Method: no properties',
    'F0 02 18 00',
    protocolError(MISSING, 'AUTH', 2),
  );
  refuses(
    '3.15.2.2.2 Authentication Method: other properties',
    'F0 0B 18 09 1F 0001 72 26 0000 0000',
    protocolError(MISSING, 'AUTH', 2),
  );
  refuses(
    '3.15.2.2.2 Authentication Method: no properties, and reason code 0 that could have been left out',
    'F0 02 00 00',
    protocolError(MISSING, 'AUTH', 2),
    FROM_SERVER,
  );
  refuses(
    '3.15.2.2.2 Authentication Method: no properties, and Re-authenticate',
    'F0 02 19 00',
    protocolError(MISSING, 'AUTH', 2),
    FROM_CLIENT,
  );
  encodes(
    '3.15.2.2.2 Authentication Method: method and data',
    {
      type: 'AUTH',
      reasonCode: 0x19,
      properties: { authenticationMethod: 'm', authenticationData: hex('FF') },
    },
    'F0 0A 19 08 15 0001 6D 16 0001 FF',
  );
  encodes(
    '3.15.2.2.2 Authentication Method: an empty one is encoded',
    { type: 'AUTH', reasonCode: 0x18, properties: { authenticationMethod: '' } },
    'F0 05 18 03 15 0000',
  );
  for (const [how, packet] of [
    ['no properties', { type: 'AUTH', reasonCode: 0x18 }],
    ['empty properties', { type: 'AUTH', reasonCode: 0x19, properties: {} }],
    ['other properties', { type: 'AUTH', reasonCode: 0x18, properties: { reasonString: 'r' } }],
    ['other properties and Success', { type: 'AUTH', properties: { reasonString: 'r' } }],
    [
      'undefined',
      { type: 'AUTH', reasonCode: 0x18, properties: { authenticationMethod: undefined } },
    ],
  ] as const) {
    refusesToEncode(
      `3.15.2.2.2 Authentication Method: ${how}`,
      packet,
      refusal(MISSING, 'properties.authenticationMethod'),
    );
  }
});

describe('what is left out of an AUTH that would be too large', () => {
  const packet = {
    type: 'AUTH',
    reasonCode: 0x18,
    properties: { authenticationMethod: 'm', reasonString: 'r', userProperties: [['a', 'b']] },
  } as const;
  encodes(
    'MQTT-3.15.2-3: 19 of 19 bytes',
    packet,
    frame('F0', '18', '0F 15 0001 6D', '1F 0001 72', '26 0001 61 0001 62'),
    { maximumPacketSize: 19 },
  );
  for (const maximumPacketSize of [18, 12]) {
    encodes(
      `MQTT-3.15.2-3: for ${maximumPacketSize} bytes, the User Property`,
      packet,
      frame('F0', '18', '08 15 0001 6D', '1F 0001 72'),
      { maximumPacketSize },
    );
  }
  for (const maximumPacketSize of [11, 8]) {
    encodes(
      `MQTT-3.15.2-2: for ${maximumPacketSize} bytes, the Reason String as well`,
      packet,
      frame('F0', '18', METHOD),
      { maximumPacketSize },
    );
  }
  refusesToEncode(
    'MQTT-3.15.2-2: the Authentication Method is not left out',
    packet,
    refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
    { maximumPacketSize: 7 },
  );
  encodes(
    'MQTT-3.15.2-2: a Reason String alone',
    {
      type: 'AUTH',
      reasonCode: 0x18,
      properties: { reasonString: 'r', authenticationMethod: 'm' },
    },
    frame('F0', '18', METHOD),
    { maximumPacketSize: 11 },
  );
  encodes(
    'MQTT-3.15.2-3: a User Property alone',
    {
      type: 'AUTH',
      reasonCode: 0x18,
      properties: { userProperties: [['a', 'b']], authenticationMethod: 'm' },
    },
    frame('F0', '18', METHOD),
    { maximumPacketSize: 14 },
  );
});
