/** CONNACK (section 3.2). */
import { describe, it } from 'vitest';
import {
  decodes,
  expectPacket,
  expectViolation,
  malformed,
  protocolError,
  refuses,
} from '../../support/conformance.js';
import { encodes, refusal, refusesToEncode } from '../../support/conformance-encode.js';

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

describe('Connect Acknowledge Flags', () => {
  decodes('3.2.2 acknowledge flags: 0', '20 02 00 00', {
    type: 'CONNACK',
    sessionPresent: false,
    returnCode: 0,
  });
  decodes('3.2.2 acknowledge flags: 1 is Session Present', '20 02 01 00', {
    type: 'CONNACK',
    sessionPresent: true,
    returnCode: 0,
  });
  refuses(
    '3.2.2 acknowledge flags: 2',
    '20 02 02 00',
    malformed('ERR_MQTT_CONNACK_FLAGS', 'CONNACK', 2),
  );
  refuses(
    '3.2.2 acknowledge flags: the highest bit',
    '20 02 81 00',
    malformed('ERR_MQTT_CONNACK_FLAGS', 'CONNACK', 2),
  );
  it('3.2.2 acknowledge flags: any other value', () => {
    for (let flags = 2; flags < 256; flags++) {
      expectViolation(
        `20 02 ${hexByte(flags)} 00`,
        malformed('ERR_MQTT_CONNACK_FLAGS', 'CONNACK', 2),
        { everyCut: false },
      );
    }
  });
  encodes(
    '3.2.2 acknowledge flags: Session Present is bit 0',
    { type: 'CONNACK', sessionPresent: true, returnCode: 0 },
    '20 02 01 00',
  );
});

describe('Connect Return code', () => {
  for (const returnCode of [0, 1, 2, 3, 4, 5] as const) {
    decodes(`MQTT-3.2.2-6: ${returnCode}`, `20 02 00 0${returnCode}`, {
      type: 'CONNACK',
      sessionPresent: false,
      returnCode,
    });
    encodes(
      `MQTT-3.2.2-6: ${returnCode} is encoded`,
      { type: 'CONNACK', sessionPresent: false, returnCode },
      `20 02 00 0${returnCode}`,
    );
  }
  refuses(
    'MQTT-3.2.2-6: 6',
    '20 02 00 06',
    protocolError('ERR_MQTT_CONNECT_RETURN_CODE', 'CONNACK', 3, 'MQTT-3.2.2-6'),
  );
  it('MQTT-3.2.2-6: every reserved code', () => {
    for (let code = 6; code < 256; code++) {
      expectViolation(
        `20 02 00 ${hexByte(code)}`,
        protocolError('ERR_MQTT_CONNECT_RETURN_CODE', 'CONNACK', 3, 'MQTT-3.2.2-6'),
        { everyCut: false },
      );
    }
  });
  for (const returnCode of [6, 255, 256, -1, 0.5, '0', null, undefined]) {
    refusesToEncode(
      `MQTT-3.2.2-6: ${returnCode} is not encoded`,
      { type: 'CONNACK', sessionPresent: false, returnCode },
      refusal('ERR_MQTT_CONNECT_RETURN_CODE', 'returnCode', 'MQTT-3.2.2-6'),
    );
  }
});

describe('Session Present', () => {
  decodes('MQTT-3.2.2-4: a session and return code 0', '20 02 01 00', {
    type: 'CONNACK',
    sessionPresent: true,
    returnCode: 0,
  });
  it('MQTT-3.2.2-4: no session and any return code', () => {
    for (const returnCode of [0, 1, 2, 3, 4, 5] as const) {
      const packet = { type: 'CONNACK', sessionPresent: false, returnCode } as const;
      expectPacket(`20 02 00 0${returnCode}`, packet);
    }
  });
  for (const code of [1, 2, 3, 4, 5]) {
    refuses(
      `MQTT-3.2.2-4: a session and return code ${code}`,
      `20 02 01 0${code}`,
      protocolError('ERR_MQTT_SESSION_PRESENT', 'CONNACK', 2, 'MQTT-3.2.2-4'),
    );
  }
  encodes(
    'MQTT-3.2.2-4: no session and a refusal are encoded',
    { type: 'CONNACK', sessionPresent: false, returnCode: 5 },
    '20 02 00 05',
  );
  refusesToEncode(
    'MQTT-3.2.2-4: a session and a refusal are not encoded',
    { type: 'CONNACK', sessionPresent: true, returnCode: 5 },
    refusal('ERR_MQTT_SESSION_PRESENT', 'sessionPresent', 'MQTT-3.2.2-4'),
  );
});

describe('Remaining Length', () => {
  decodes('3.2 remaining length: 2', '20 02 00 00', {
    type: 'CONNACK',
    sessionPresent: false,
    returnCode: 0,
  });
  for (const [bytes, decidedBy] of [
    ['20 00', 2],
    ['20 01 00', 2],
    ['20 03 00 00 00', 2],
    ['20 82 01 00 00', 3],
  ] as const) {
    refuses(
      `3.2 remaining length: ${bytes}`,
      bytes,
      malformed('ERR_MQTT_PACKET_LENGTH', 'CONNACK', 1),
      { decidedBy },
    );
  }
});
