/** SUBACK (section 3.9). */
import { describe, it } from 'vitest';
import type { SubackPacket } from '../../../src/protocol/packets.js';
import {
  decodes,
  expectViolation,
  malformed,
  protocolError,
  refuses,
} from '../../support/conformance.js';
import { encodes, refusal, refusesToEncode } from '../../support/conformance-encode.js';
import { frame } from '../../support/hex.js';

const PACKET: SubackPacket = { type: 'SUBACK', packetIdentifier: 10, returnCodes: [0] };

describe('Packet Identifier', () => {
  decodes('2.3.1 acknowledgements: SUBACK with 65535', '90 03 FFFF 00', {
    ...PACKET,
    packetIdentifier: 65_535,
  });
  refuses(
    '2.3.1 acknowledgements: SUBACK with 0',
    '90 03 0000 00',
    malformed('ERR_MQTT_PACKET_IDENTIFIER', 'SUBACK', 2, 'MQTT-2.3.1-1'),
  );
  encodes(
    '2.3.1 acknowledgements: SUBACK with 1 is encoded',
    { ...PACKET, packetIdentifier: 1 },
    '90 03 0001 00',
  );
  refusesToEncode(
    '2.3.1 acknowledgements: SUBACK with 0 is not encoded',
    { ...PACKET, packetIdentifier: 0 },
    refusal('ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier', 'MQTT-2.3.1-1'),
  );
});

describe('return codes', () => {
  for (const code of [0, 1, 2, 0x80] as const) {
    const bytes = frame('90', '000A', code.toString(16).padStart(2, '0'));
    decodes(`MQTT-3.9.3-2: ${code}`, bytes, { ...PACKET, returnCodes: [code] });
    encodes(`MQTT-3.9.3-2: ${code} is encoded`, { ...PACKET, returnCodes: [code] }, bytes);
  }
  decodes('MQTT-3.9.3-2: all four', '90 06 000A 80 02 01 00', {
    ...PACKET,
    returnCodes: [0x80, 2, 1, 0],
  });
  for (const code of ['03', '7F', '81', '82', 'FF']) {
    refuses(
      `MQTT-3.9.3-2: 0x${code}`,
      `90 03 000A ${code}`,
      protocolError('ERR_MQTT_SUBSCRIBE_RETURN_CODE', 'SUBACK', 4, 'MQTT-3.9.3-2'),
    );
  }
  refuses(
    'MQTT-3.9.3-2: the last of three',
    '90 05 000A 00 80 03',
    protocolError('ERR_MQTT_SUBSCRIBE_RETURN_CODE', 'SUBACK', 6, 'MQTT-3.9.3-2'),
  );
  it('MQTT-3.9.3-2: every reserved code', () => {
    for (let code = 3; code < 256; code++) {
      if (code === 0x80) continue;
      expectViolation(
        frame('90', '000A', code.toString(16).padStart(2, '0')),
        protocolError('ERR_MQTT_SUBSCRIBE_RETURN_CODE', 'SUBACK', 4, 'MQTT-3.9.3-2'),
        { everyCut: false },
      );
    }
  });
  for (const code of [3, 0x81, 256, -1, 0.5, '0', null]) {
    refusesToEncode(
      `MQTT-3.9.3-2: ${JSON.stringify(code)} is not encoded`,
      { ...PACKET, returnCodes: [0, code] },
      refusal('ERR_MQTT_SUBSCRIBE_RETURN_CODE', 'returnCodes[1]', 'MQTT-3.9.3-2'),
    );
  }

  decodes('3.9 one return code: one', '90 03 000A 00', PACKET);
  for (const bytes of ['90 00', '90 01 00', '90 02 000A']) {
    refuses(
      `3.9 one return code: none in ${bytes}`,
      bytes,
      malformed('ERR_MQTT_PACKET_LENGTH', 'SUBACK', 1, 'MQTT-3.9.3-1'),
      { decidedBy: 2 },
    );
  }
  encodes('3.9 one return code: one is encoded', PACKET, '90 03 000A 00');
  refusesToEncode(
    '3.9 one return code: none is not encoded',
    { ...PACKET, returnCodes: [] },
    refusal('ERR_MQTT_NO_RETURN_CODE', 'returnCodes', 'MQTT-3.9.3-1'),
  );
});
