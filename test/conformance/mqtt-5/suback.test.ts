/** SUBACK (section 3.9) and UNSUBACK (section 3.11), which are built alike. */
import { describe, it } from 'vitest';
import type { SubackPacket, UnsubackPacket } from '../../../src/protocol/packets.js';
import { malformed, mqtt5, protocolError } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame } from '../../support/hex.js';

const { decodes, refuses, expectPacket, expectViolation } = mqtt5;
const { encodes, refusesToEncode, expectEncoded, expectRefusal } = encoding5;

const SUBACK: SubackPacket = { type: 'SUBACK', packetIdentifier: 10, reasonCodes: [0] };
const UNSUBACK: UnsubackPacket = { type: 'UNSUBACK', packetIdentifier: 10, reasonCodes: [0] };

function byteOf(value: number): string {
  return value.toString(16).padStart(2, '0');
}

describe('Packet Identifier', () => {
  decodes('MQTT-2.2.1-6: SUBACK with 1', '90 04 0001 00 00', { ...SUBACK, packetIdentifier: 1 });
  decodes('MQTT-2.2.1-6: SUBACK with 65535', '90 04 FFFF 00 00', {
    ...SUBACK,
    packetIdentifier: 65_535,
  });
  decodes('MQTT-2.2.1-6: UNSUBACK with 256', 'B0 04 0100 00 00', {
    ...UNSUBACK,
    packetIdentifier: 256,
  });
  refuses(
    'MQTT-2.2.1-6: SUBACK with 0',
    '90 04 0000 00 00',
    protocolError('ERR_MQTT_PACKET_IDENTIFIER', 'SUBACK', 2, 'MQTT-2.2.1-6'),
  );
  refuses(
    'MQTT-2.2.1-6: UNSUBACK with 0',
    'B0 04 0000 00 00',
    protocolError('ERR_MQTT_PACKET_IDENTIFIER', 'UNSUBACK', 2, 'MQTT-2.2.1-6'),
  );
  encodes(
    'MQTT-2.2.1-6: SUBACK with 1 is encoded',
    { ...SUBACK, packetIdentifier: 1 },
    '90 04 0001 00 00',
  );
  encodes(
    'MQTT-2.2.1-6: UNSUBACK with 65535 is encoded',
    { ...UNSUBACK, packetIdentifier: 65_535 },
    'B0 04 FFFF 00 00',
  );
  for (const packet of [SUBACK, UNSUBACK]) {
    for (const packetIdentifier of [0, undefined]) {
      refusesToEncode(
        `MQTT-2.2.1-6: ${packet.type} with ${packetIdentifier} is not encoded`,
        { ...packet, packetIdentifier },
        refusal('ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier', 'MQTT-2.2.1-6'),
      );
    }
  }
});

/** Table 3-8. */
const SUBACK_CODES = [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2];
/** Table 3-9. */
const UNSUBACK_CODES = [0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91];

describe('reason codes of SUBACK', () => {
  for (const code of SUBACK_CODES) {
    decodes(`MQTT-3.9.3-2: 0x${byteOf(code)}`, `90 04 000A 00 ${byteOf(code)}`, {
      ...SUBACK,
      reasonCodes: [code],
    } as SubackPacket);
  }
  decodes('MQTT-3.9.3-2: all twelve', frame('90', '000A 00', SUBACK_CODES.map(byteOf).join(' ')), {
    ...SUBACK,
    reasonCodes: SUBACK_CODES,
  } as SubackPacket);
  refuses(
    'MQTT-3.9.3-2: 0x03, which would be QoS 3',
    '90 04 000A 00 03',
    protocolError('ERR_MQTT_REASON_CODE', 'SUBACK', 5, 'MQTT-3.9.3-2'),
  );
  refuses(
    'MQTT-3.9.3-2: the last of three',
    '90 06 000A 00 00 80 11',
    protocolError('ERR_MQTT_REASON_CODE', 'SUBACK', 7, 'MQTT-3.9.3-2'),
  );
  encodes(
    'MQTT-3.9.3-2: all twelve are encoded',
    { ...SUBACK, reasonCodes: SUBACK_CODES } as SubackPacket,
    frame('90', '000A 00', SUBACK_CODES.map(byteOf).join(' ')),
  );
  it('MQTT-3.9.3-2: each of the 256', () => {
    for (let code = 0; code < 256; code++) {
      const wire = frame('90', '000A 00', byteOf(code));
      const packet = { ...SUBACK, reasonCodes: [code] };
      if (SUBACK_CODES.includes(code)) {
        expectPacket(wire, packet as SubackPacket, { everyCut: false });
        expectEncoded(packet as SubackPacket, wire, { role: 'server' });
        continue;
      }
      const expected = protocolError('ERR_MQTT_REASON_CODE', 'SUBACK', 5, 'MQTT-3.9.3-2');
      expectViolation(wire, expected, { everyCut: false });
      expectRefusal(packet, refusal('ERR_MQTT_REASON_CODE', 'reasonCodes[0]', 'MQTT-3.9.3-2'));
    }
  });
  for (const code of [3, 0x11, 0x81, 256, -1, 0.5, '0', null]) {
    refusesToEncode(
      `MQTT-3.9.3-2: ${JSON.stringify(code)} is not encoded`,
      { ...SUBACK, reasonCodes: [0, code] },
      refusal('ERR_MQTT_REASON_CODE', 'reasonCodes[1]', 'MQTT-3.9.3-2'),
    );
  }

  refuses(
    'MQTT-3.9.3-2: none',
    '90 03 000A 00',
    protocolError('ERR_MQTT_NO_REASON_CODE', 'SUBACK', 5),
  );
  refuses(
    'MQTT-3.9.3-2: none behind properties',
    '90 07 000A 04 1F 0001 72',
    protocolError('ERR_MQTT_NO_REASON_CODE', 'SUBACK', 9),
  );
  for (const bytes of ['90 00', '90 01 00', '90 02 000A']) {
    refuses(
      `MQTT-3.9.3-2: ${bytes} is too short for a Property Length`,
      bytes,
      malformed('ERR_MQTT_PACKET_LENGTH', 'SUBACK', 1),
      { decidedBy: 2 },
    );
  }
  refusesToEncode(
    'MQTT-3.9.3-2: none is not encoded',
    { ...SUBACK, reasonCodes: [] },
    refusal('ERR_MQTT_NO_REASON_CODE', 'reasonCodes'),
  );
});

describe('reason codes of UNSUBACK', () => {
  for (const code of UNSUBACK_CODES) {
    decodes(`MQTT-3.11.3-2: 0x${byteOf(code)}`, `B0 04 000A 00 ${byteOf(code)}`, {
      ...UNSUBACK,
      reasonCodes: [code],
    } as UnsubackPacket);
  }
  refuses(
    'MQTT-3.11.3-2: 0x01, which is one of SUBACK',
    'B0 04 000A 00 01',
    protocolError('ERR_MQTT_REASON_CODE', 'UNSUBACK', 5, 'MQTT-3.11.3-2'),
  );
  refuses(
    'MQTT-3.11.3-2: the last of three',
    'B0 06 000A 00 00 11 97',
    protocolError('ERR_MQTT_REASON_CODE', 'UNSUBACK', 7, 'MQTT-3.11.3-2'),
  );
  encodes(
    'MQTT-3.11.3-2: all seven are encoded',
    { ...UNSUBACK, reasonCodes: UNSUBACK_CODES } as UnsubackPacket,
    frame('B0', '000A 00', UNSUBACK_CODES.map(byteOf).join(' ')),
  );
  it('MQTT-3.11.3-2: each of the 256', () => {
    for (let code = 0; code < 256; code++) {
      const wire = frame('B0', '000A 00', byteOf(code));
      const packet = { ...UNSUBACK, reasonCodes: [code] };
      if (UNSUBACK_CODES.includes(code)) {
        expectPacket(wire, packet as UnsubackPacket, { everyCut: false });
        expectEncoded(packet as UnsubackPacket, wire, { role: 'server' });
        continue;
      }
      const expected = protocolError('ERR_MQTT_REASON_CODE', 'UNSUBACK', 5, 'MQTT-3.11.3-2');
      expectViolation(wire, expected, { everyCut: false });
      expectRefusal(packet, refusal('ERR_MQTT_REASON_CODE', 'reasonCodes[0]', 'MQTT-3.11.3-2'));
    }
  });
  for (const code of [1, 0x97, 256, -1, '0', null]) {
    refusesToEncode(
      `MQTT-3.11.3-2: ${JSON.stringify(code)} is not encoded`,
      { ...UNSUBACK, reasonCodes: [0, code] },
      refusal('ERR_MQTT_REASON_CODE', 'reasonCodes[1]', 'MQTT-3.11.3-2'),
    );
  }

  refuses(
    'MQTT-3.11.3-2: none',
    'B0 03 000A 00',
    protocolError('ERR_MQTT_NO_REASON_CODE', 'UNSUBACK', 5),
  );
  for (const bytes of ['B0 00', 'B0 01 00', 'B0 02 000A']) {
    refuses(
      `MQTT-3.11.3-2: ${bytes} is too short for a Property Length`,
      bytes,
      malformed('ERR_MQTT_PACKET_LENGTH', 'UNSUBACK', 1),
      { decidedBy: 2 },
    );
  }
  for (const reasonCodes of [[], undefined]) {
    refusesToEncode(
      `MQTT-3.11.3-2: ${JSON.stringify(reasonCodes)} is not encoded`,
      { ...UNSUBACK, reasonCodes },
      refusal('ERR_MQTT_NO_REASON_CODE', 'reasonCodes'),
    );
  }
});

const DIAGNOSTICS = { reasonString: 'why', userProperties: [['n', 'v']] } as const;
const BOTH = '0D 1F 0003 776879 26 0001 6E 0001 76';
const REASON_STRING = '06 1F 0003 776879';
const USER_PROPERTY = '07 26 0001 6E 0001 76';

describe('what makes SUBACK too large', () => {
  const whole = { ...SUBACK, properties: DIAGNOSTICS } as const;
  encodes('MQTT-3.9.2-2: all of 19 bytes fits 19', whole, frame('90', '000A', BOTH, '00'), {
    maximumPacketSize: 19,
  });
  encodes(
    'MQTT-3.9.2-2: User Properties are left out of 18 bytes',
    whole,
    frame('90', '000A', REASON_STRING, '00'),
    { maximumPacketSize: 18 },
  );
  encodes(
    'MQTT-3.9.2-2: User Properties alone, 13 bytes of 13',
    { ...SUBACK, properties: { userProperties: [['n', 'v']] } },
    frame('90', '000A', USER_PROPERTY, '00'),
    { maximumPacketSize: 13 },
  );
  encodes(
    'MQTT-3.9.2-2: User Properties alone, 13 bytes of 12',
    { ...SUBACK, properties: { userProperties: [['n', 'v']] } },
    '90 04 000A 00 00',
    { maximumPacketSize: 12 },
  );
  encodes(
    'MQTT-3.9.2-1: the Reason String stays if 12 bytes fit',
    whole,
    frame('90', '000A', REASON_STRING, '00'),
    { maximumPacketSize: 12 },
  );
  encodes('MQTT-3.9.2-1: the Reason String is left out of 11', whole, '90 04 000A 00 00', {
    maximumPacketSize: 11,
  });
  encodes('MQTT-3.9.2-1: nothing more is left out of 6', whole, '90 04 000A 00 00', {
    maximumPacketSize: 6,
  });
  refusesToEncode(
    'MQTT-3.9.2-1: what is still too large is not encoded',
    whole,
    refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
    { maximumPacketSize: 5 },
  );
});

describe('what makes UNSUBACK too large', () => {
  const whole = { ...UNSUBACK, properties: DIAGNOSTICS, reasonCodes: [0, 0x11] } as const;
  encodes('MQTT-3.11.2-2: all of 20 bytes fits 20', whole, frame('B0', '000A', BOTH, '00 11'), {
    maximumPacketSize: 20,
  });
  encodes(
    'MQTT-3.11.2-2: User Properties are left out of 19 bytes',
    whole,
    frame('B0', '000A', REASON_STRING, '00 11'),
    { maximumPacketSize: 19 },
  );
  encodes(
    'MQTT-3.11.2-1: the Reason String stays if 13 bytes fit',
    whole,
    frame('B0', '000A', REASON_STRING, '00 11'),
    { maximumPacketSize: 13 },
  );
  encodes('MQTT-3.11.2-1: the Reason String is left out of 12', whole, 'B0 05 000A 00 00 11', {
    maximumPacketSize: 12,
  });
  encodes('MQTT-3.11.2-1: nothing more is left out of 7', whole, 'B0 05 000A 00 00 11', {
    maximumPacketSize: 7,
  });
  refusesToEncode(
    'MQTT-3.11.2-1: what is still too large is not encoded',
    whole,
    refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
    { maximumPacketSize: 6 },
  );
});
