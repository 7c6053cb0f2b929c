/** PUBACK, PUBREC, PUBREL, PUBCOMP (sections 3.4 to 3.7) and UNSUBACK (3.11). */
import { describe } from 'vitest';
import { decodes, malformed, refuses } from '../../support/conformance.js';
import { encodes, refusal, refusesToEncode } from '../../support/conformance-encode.js';

const FIRST_BYTES = [
  ['PUBACK', '40'],
  ['PUBREC', '50'],
  ['PUBREL', '62'],
  ['PUBCOMP', '70'],
  ['UNSUBACK', 'B0'],
] as const;

const WRONG_LENGTHS = [
  ['00', 2],
  ['01 01', 2],
  ['03 0001 00', 2],
  ['04 0001 00 00', 2],
  ['82 01 0001', 3],
  ['FF FF FF 7F 0001', 5],
] as const;

describe('Packet Identifier', () => {
  for (const [type, first] of FIRST_BYTES) {
    for (const [bytes, packetIdentifier] of [
      ['0001', 1],
      ['0100', 256],
      ['1234', 0x1234],
      ['FFFF', 65_535],
    ] as const) {
      decodes(`2.3.1 acknowledgements: ${type} with ${packetIdentifier}`, `${first} 02 ${bytes}`, {
        type,
        packetIdentifier,
      });
      encodes(
        `2.3.1 acknowledgements: ${type} with ${packetIdentifier} is encoded`,
        { type, packetIdentifier },
        `${first} 02 ${bytes}`,
      );
    }
    refuses(
      `2.3.1 acknowledgements: ${type} with 0`,
      `${first} 02 0000`,
      malformed('ERR_MQTT_PACKET_IDENTIFIER', type, 2, 'MQTT-2.3.1-1'),
    );
    for (const packetIdentifier of [0, undefined]) {
      refusesToEncode(
        `2.3.1 acknowledgements: ${type} with ${packetIdentifier} is not encoded`,
        { type, packetIdentifier },
        refusal('ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier', 'MQTT-2.3.1-1'),
      );
    }
    for (const packetIdentifier of [-1, 65_536, 0.5, Number.NaN]) {
      refusesToEncode(
        `2.3.1 acknowledgements: ${type} with ${packetIdentifier} is not encoded`,
        { type, packetIdentifier },
        refusal('ERR_MQTT_FIELD_RANGE', 'packetIdentifier'),
      );
    }
    for (const packetIdentifier of ['1', null, 1n]) {
      refusesToEncode(
        `2.3.1 acknowledgements: ${type} with a ${typeof packetIdentifier} is not encoded`,
        { type, packetIdentifier },
        refusal('ERR_MQTT_FIELD_TYPE', 'packetIdentifier'),
      );
    }
  }
});

describe('Remaining Length', () => {
  for (const [type, first] of FIRST_BYTES.slice(0, 4)) {
    decodes(`3.4 to 3.7 remaining length: 2 for ${type}`, `${first} 02 0007`, {
      type,
      packetIdentifier: 7,
    });
    for (const [bytes, decidedBy] of WRONG_LENGTHS) {
      refuses(
        `3.4 to 3.7 remaining length: ${bytes} for ${type}`,
        `${first} ${bytes}`,
        malformed('ERR_MQTT_PACKET_LENGTH', type, 1),
        { decidedBy },
      );
    }
  }
  decodes('3.11 remaining length: 2', 'B0 02 0007', { type: 'UNSUBACK', packetIdentifier: 7 });
  for (const [bytes, decidedBy] of WRONG_LENGTHS) {
    refuses(
      `3.11 remaining length: ${bytes}`,
      `B0 ${bytes}`,
      malformed('ERR_MQTT_PACKET_LENGTH', 'UNSUBACK', 1),
      { decidedBy },
    );
  }
});
