/** CONNACK (section 3.2): acknowledge flags, reason code, and what makes room for the rest. */
import { describe } from 'vitest';
import {
  CONNECT_5,
  malformed,
  mqtt5,
  PUBLISH_5,
  protocolError,
} from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame } from '../../support/hex.js';
import { allBut, hexByte } from './connect.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

const PACKET = { type: 'CONNACK', sessionPresent: false, reasonCode: 0 } as const;

/** Section 3.2.2.2, table 3-1. */
// biome-ignore format: a table
const REASON_CODES = [
  0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99,
  0x9a, 0x9b, 0x9c, 0x9d, 0x9f,
] as const;
const REFUSALS = REASON_CODES.filter((code) => code !== 0);

describe('Connect Acknowledge Flags', () => {
  decodes(
    'MQTT-3.2.2-1: 0',
    `20 03
     00 // acknowledge flags
     00 // reason code
     00 // property length`,
    PACKET,
  );
  decodes('MQTT-3.2.2-1: bit 0 is Session Present', '20 03 01 00 00', {
    ...PACKET,
    sessionPresent: true,
  });
  for (const flags of allBut([0, 1])) {
    refuses(
      `MQTT-3.2.2-1: 0x${hexByte(flags)}`,
      `20 03 ${hexByte(flags)} 00 00`,
      malformed('ERR_MQTT_CONNACK_FLAGS', 'CONNACK', 2, 'MQTT-3.2.2-1'),
      { everyCut: false },
    );
  }
  encodes(
    'MQTT-3.2.2-1: Session Present is bit 0, all others are written as 0',
    { ...PACKET, sessionPresent: true },
    '20 03 01 00 00',
  );
  encodes('MQTT-3.2.2-1: no session, no bit', PACKET, '20 03 00 00 00');
  for (const sessionPresent of [undefined, null, 0, 1, 'true']) {
    refusesToEncode(
      `MQTT-3.2.2-1: ${JSON.stringify(sessionPresent)} is no Session Present`,
      { ...PACKET, sessionPresent },
      refusal('ERR_MQTT_FIELD_TYPE', 'sessionPresent'),
    );
  }
});

describe('Session Present', () => {
  decodes('MQTT-3.2.2-6: a session and reason code 0', '20 03 01 00 00', {
    ...PACKET,
    sessionPresent: true,
  });
  for (const reasonCode of REFUSALS) {
    const code = hexByte(reasonCode);
    decodes(`MQTT-3.2.2-6: no session and reason code 0x${code}`, `20 03 00 ${code} 00`, {
      ...PACKET,
      reasonCode,
    });
    refuses(
      `MQTT-3.2.2-6: a session and reason code 0x${code}`,
      `20 03 01 ${code} 00`,
      protocolError('ERR_MQTT_SESSION_PRESENT', 'CONNACK', 2, 'MQTT-3.2.2-6'),
    );
    refusesToEncode(
      `MQTT-3.2.2-6: a session and reason code 0x${code} are not encoded`,
      { ...PACKET, sessionPresent: true, reasonCode },
      refusal('ERR_MQTT_SESSION_PRESENT', 'sessionPresent', 'MQTT-3.2.2-6'),
    );
  }
  encodes(
    'MQTT-3.2.2-6: no session and a refusal are encoded',
    { ...PACKET, reasonCode: 0x87 },
    '20 03 00 87 00',
  );
});

describe('Connect Reason Code', () => {
  for (const reasonCode of REASON_CODES) {
    const code = hexByte(reasonCode);
    const packet = { ...PACKET, reasonCode };
    decodes(`MQTT-3.2.2-8: 0x${code}`, `20 03 00 ${code} 00`, packet);
    encodes(`MQTT-3.2.2-8: 0x${code} is encoded`, packet, `20 03 00 ${code} 00`);
  }
  for (const reasonCode of allBut(REASON_CODES)) {
    const code = hexByte(reasonCode);
    refuses(
      `MQTT-3.2.2-8: 0x${code} is none`,
      `20 03 00 ${code} 00`,
      protocolError('ERR_MQTT_REASON_CODE', 'CONNACK', 3, 'MQTT-3.2.2-8'),
      { everyCut: false },
    );
    refusesToEncode(
      `MQTT-3.2.2-8: 0x${code} is none and not encoded`,
      { ...PACKET, reasonCode },
      refusal('ERR_MQTT_REASON_CODE', 'reasonCode', 'MQTT-3.2.2-8'),
    );
  }
  for (const reasonCode of [256, -1, 0.5, Number.NaN, '0', null]) {
    refusesToEncode(
      `MQTT-3.2.2-8: ${reasonCode} (${typeof reasonCode}) is no reason code`,
      { ...PACKET, reasonCode },
      refusal('ERR_MQTT_REASON_CODE', 'reasonCode', 'MQTT-3.2.2-8'),
    );
  }
  refusesToEncode(
    'MQTT-3.2.2-8: a reason code that is left out',
    { type: 'CONNACK', sessionPresent: false },
    refusal('ERR_MQTT_NO_REASON_CODE', 'reasonCode'),
  );
  refusesToEncode(
    'MQTT-3.2.2-8: a return code is one of MQTT 3.1.1',
    { ...PACKET, returnCode: 0 },
    refusal('ERR_MQTT_VERSION_OF_PACKET', 'returnCode'),
  );
});

describe('a Server that speaks MQTT 3.1.1', () => {
  decodes('3.2 CONNACK of MQTT 3.1.1: one of MQTT 5.0 has properties', '20 03 00 00 00', PACKET);
  for (const bytes of [
    '20 02 00 00',
    '20 02 01 00',
    '20 02 00 01',
    '20 02 00 02',
    '20 02 00 03',
    '20 02 00 04',
    '20 02 00 05',
  ]) {
    refuses(
      `3.2 CONNACK of MQTT 3.1.1: ${bytes}`,
      bytes,
      protocolError('ERR_MQTT_CONNACK_OF_MQTT_3', 'CONNACK', 3),
    );
  }
  // An observer learns from the CONNECT what the Client has asked for.
  const observer = {
    decoder: { role: 'any', protocolVersion: 'auto' },
    before: [CONNECT_5],
  } as const;
  decodes('3.2 CONNACK of MQTT 3.1.1: an observer sees one of MQTT 5.0', '20 03 00 00 00', PACKET, {
    ...observer,
    after: [PUBLISH_5],
  });
  refuses(
    '3.2 CONNACK of MQTT 3.1.1: an observer sees one after a CONNECT of MQTT 5.0',
    '20 02 00 01',
    protocolError('ERR_MQTT_CONNACK_OF_MQTT_3', 'CONNACK', 3),
    observer,
  );
  for (const code of ['80', '84', '87', '9F']) {
    refuses(
      `3.2 CONNACK of MQTT 3.1.1: reason code 0x${code} is none of it, the properties are missing`,
      `20 02 00 ${code}`,
      malformed('ERR_MQTT_FIELD_PAST_END', 'CONNACK', 4),
    );
  }
  refuses(
    '3.2 CONNACK of MQTT 3.1.1: code 6 is of neither version',
    '20 02 00 06',
    protocolError('ERR_MQTT_REASON_CODE', 'CONNACK', 3, 'MQTT-3.2.2-8'),
  );
  refuses(
    '3.2 CONNACK of MQTT 3.1.1: reserved flags are of neither version',
    '20 02 02 00',
    malformed('ERR_MQTT_CONNACK_FLAGS', 'CONNACK', 2, 'MQTT-3.2.2-1'),
  );
  refuses(
    '3.2 CONNACK of MQTT 3.1.1: code 1 is no reason code where there are properties',
    '20 03 00 01 00',
    protocolError('ERR_MQTT_REASON_CODE', 'CONNACK', 3, 'MQTT-3.2.2-8'),
  );
  for (const bytes of ['20 00', '20 01 00']) {
    refuses(
      `3.2 CONNACK of MQTT 3.1.1: ${bytes} is too short for any version`,
      bytes,
      malformed('ERR_MQTT_PACKET_LENGTH', 'CONNACK', 1),
      { decidedBy: 2 },
    );
  }
});

describe('the properties of CONNACK as a whole', () => {
  refuses(
    '2.2.2.1 property length: that of CONNACK reaches past the end',
    '20 03 00 00 01',
    malformed('ERR_MQTT_FIELD_PAST_END', 'CONNACK', 4),
  );
  refuses(
    '2.2.2.1 property length: a byte behind the properties of CONNACK',
    '20 04 00 00 00 00',
    malformed('ERR_MQTT_TRAILING_BYTES', 'CONNACK', 5),
  );
});

describe('what is left out of a CONNACK that would be too large', () => {
  const RECEIVE_MAXIMUM = '21 0001';
  const REASON_STRING = '1F 0001 72';
  const USER_PROPERTIES = '26 0001 61 0001 62  26 0001 63 0001 64';
  const packet = {
    ...PACKET,
    reasonCode: 0x87,
    properties: {
      userProperties: [
        ['a', 'b'],
        ['c', 'd'],
      ],
      receiveMaximum: 1,
      reasonString: 'r',
    },
  } as const;
  const whole = frame('20', '00 87', '15', USER_PROPERTIES, RECEIVE_MAXIMUM, REASON_STRING);
  const withoutUserProperties = frame('20', '00 87', '07', RECEIVE_MAXIMUM, REASON_STRING);
  const withoutBoth = frame('20', '00 87', '03', RECEIVE_MAXIMUM);

  encodes('MQTT-3.2.2-20: 26 of 26 bytes', packet, whole, { maximumPacketSize: 26 });
  for (const maximumPacketSize of [25, 12]) {
    encodes(
      `MQTT-3.2.2-20: for ${maximumPacketSize} bytes, all User Properties at once`,
      packet,
      withoutUserProperties,
      { maximumPacketSize },
    );
  }
  for (const maximumPacketSize of [11, 8]) {
    encodes(
      `MQTT-3.2.2-19: for ${maximumPacketSize} bytes, the Reason String as well`,
      packet,
      withoutBoth,
      { maximumPacketSize },
    );
  }
  refusesToEncode(
    'MQTT-3.2.2-19: other properties are not left out',
    packet,
    refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
    { maximumPacketSize: 7 },
  );

  const long = { ...PACKET, properties: { reasonString: 'r'.repeat(122) } };
  encodes(
    'MQTT-3.2.2-19: 131 of 131 bytes, whose Remaining Length takes two',
    long,
    frame('20', '00 00', '7D 1F 007A', '72'.repeat(122)),
    { maximumPacketSize: 131 },
  );
  encodes('MQTT-3.2.2-19: for 130 bytes', long, '20 03 00 00 00', { maximumPacketSize: 130 });
  const named = {
    ...PACKET,
    properties: { userProperties: [['u'.repeat(118), 'v']] },
  } as const;
  encodes(
    'MQTT-3.2.2-20: 131 of 131 bytes, the last without a Reason String',
    { ...PACKET, properties: { userProperties: [['u'.repeat(119), 'v']] } },
    frame('20', '00 00', '7D 26 0077', '75'.repeat(119), '0001 76'),
    { maximumPacketSize: 131 },
  );
  encodes('MQTT-3.2.2-20: for 128 bytes', named, '20 03 00 00 00', { maximumPacketSize: 128 });
  encodes(
    'MQTT-3.2.2-20: 129 of 129 bytes, whose Remaining Length takes one',
    named,
    frame('20', '00 00', '7C 26 0076', '75'.repeat(118), '0001 76'),
    { maximumPacketSize: 129 },
  );
  encodes('MQTT-3.2.2-20: without a limit nothing is left out', packet, whole);
});
