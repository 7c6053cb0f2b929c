/** PINGREQ (section 3.12), PINGRESP (3.13) and DISCONNECT (3.14): a fixed header and nothing else. */
import { describe } from 'vitest';
import { decodes, malformed, refuses } from '../../support/conformance.js';
import { encodes } from '../../support/conformance-encode.js';

const WRONG_LENGTHS = [
  ['01 00', 2],
  ['02 0001', 2],
  ['80 01', 3],
  ['FF FF FF 7F', 5],
] as const;

describe('PINGREQ and PINGRESP', () => {
  for (const [type, first] of [
    ['PINGREQ', 'C0'],
    ['PINGRESP', 'D0'],
  ] as const) {
    decodes(`3.12 and 3.13 remaining length: 0 for ${type}`, `${first} 00`, { type });
    encodes(`3.12 and 3.13 remaining length: 0 for ${type} is encoded`, { type }, `${first} 00`);
    for (const [bytes, decidedBy] of WRONG_LENGTHS) {
      refuses(
        `3.12 and 3.13 remaining length: ${bytes} for ${type}`,
        `${first} ${bytes}`,
        malformed('ERR_MQTT_PACKET_LENGTH', type, 1),
        { decidedBy },
      );
    }
  }
});

describe('DISCONNECT', () => {
  decodes('3.14 remaining length: 0', 'E0 00', { type: 'DISCONNECT' });
  encodes('3.14 remaining length: 0 is encoded', { type: 'DISCONNECT' }, 'E0 00');
  for (const [bytes, decidedBy] of WRONG_LENGTHS) {
    refuses(
      `3.14 remaining length: ${bytes}`,
      `E0 ${bytes}`,
      malformed('ERR_MQTT_PACKET_LENGTH', 'DISCONNECT', 1),
      { decidedBy },
    );
  }
});
