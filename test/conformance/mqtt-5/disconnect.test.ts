/** DISCONNECT (section 3.14). */
import { describe, it } from 'vitest';
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
import { allBut, hexByte } from './connect.js';

const { decodes, refuses } = mqtt5;
const { encodes, expectRefusal, refusesToEncode } = encoding5;

/** Section 3.14.2.1, table 3-10: the codes that both sides may send. */
// biome-ignore format: a table
const FROM_BOTH = [0x00, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99] as const;
/** Those that only a Client may send. */
const FROM_CLIENT = [0x04] as const;
/** Those that only a Server may send. */
// biome-ignore format: a table
const FROM_SERVER = [
  0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
] as const;
/** Listed for DISCONNECT by table 2-6, which is about all packets, and not by table 3-10. */
const DOUBTFUL = 0x8c;

type Code =
  | (typeof FROM_BOTH)[number]
  | (typeof FROM_CLIENT)[number]
  | (typeof FROM_SERVER)[number]
  | typeof DOUBTFUL;

/** Each side as the one who sends, the decoder that reads from it, and its reason codes. */
const SENDERS = [
  {
    sender: 'client',
    decoder: { role: 'server', protocolVersion: 'auto' },
    before: [CONNECT_5, PINGREQ],
    after: [PUBLISH_5, PINGREQ],
    codes: [...FROM_BOTH, ...FROM_CLIENT],
  },
  {
    sender: 'server',
    decoder: { role: 'client' },
    before: [PINGRESP, PUBLISH_5],
    after: [PINGRESP],
    codes: [...FROM_BOTH, ...FROM_SERVER],
  },
  {
    sender: 'any',
    decoder: { role: 'any' },
    before: [PINGREQ, PINGRESP],
    after: [PUBLISH_5],
    codes: [...FROM_BOTH, ...FROM_CLIENT, ...FROM_SERVER],
  },
] as const;

describe('fixed header', () => {
  decodes('MQTT-3.14.1-1: flags 0', 'E0 00', { type: 'DISCONNECT', reasonCode: 0 });
  for (let flags = 1; flags < 16; flags++) {
    refuses(
      `MQTT-3.14.1-1: flags ${flags}`,
      `E${flags.toString(16)} 00`,
      malformed('ERR_MQTT_RESERVED_FLAGS', 'DISCONNECT', 0, 'MQTT-3.14.1-1'),
      { decidedBy: 1 },
    );
  }
  encodes('MQTT-3.14.1-1: flags are written as 0', { type: 'DISCONNECT' }, 'E0 00');
});

describe('reason code', () => {
  for (const { sender, decoder, before, after, codes } of SENDERS) {
    const legal: readonly Code[] = codes;
    for (const reasonCode of legal) {
      const code = hexByte(reasonCode);
      decodes(
        `MQTT-3.14.2-1: 0x${code}, sender ${sender}`,
        `E0 02 ${code} 00`,
        { type: 'DISCONNECT', reasonCode },
        { decoder, before, after, canonical: false },
      );
      encodes(
        `MQTT-3.14.2-1: 0x${code}, encoder ${sender}`,
        { type: 'DISCONNECT', reasonCode },
        reasonCode === 0 ? 'E0 00' : `E0 01 ${code}`,
        { role: sender },
      );
    }
    for (const reasonCode of allBut([...legal, DOUBTFUL])) {
      const code = hexByte(reasonCode);
      refuses(
        `MQTT-3.14.2-1: 0x${code}, sender ${sender}`,
        `E0 02 ${code} 00`,
        protocolError('ERR_MQTT_REASON_CODE', 'DISCONNECT', 2, 'MQTT-3.14.2-1'),
        { decoder, before, after, everyCut: false },
      );
      refusesToEncode(
        `MQTT-3.14.2-1: 0x${code}, encoder ${sender}`,
        { type: 'DISCONNECT', reasonCode },
        refusal('ERR_MQTT_REASON_CODE', 'reasonCode', 'MQTT-3.14.2-1'),
        { role: sender },
      );
    }
  }
  refuses(
    'MQTT-3.14.2-1: a code that is none, and nothing behind it',
    'E0 01 01',
    protocolError('ERR_MQTT_REASON_CODE', 'DISCONNECT', 2, 'MQTT-3.14.2-1'),
  );
  for (const reasonCode of [256, -1, 0.5, Number.NaN, '0', null]) {
    refusesToEncode(
      `MQTT-3.14.2-1: ${reasonCode} (${typeof reasonCode}) is no reason code`,
      { type: 'DISCONNECT', reasonCode },
      refusal('ERR_MQTT_REASON_CODE', 'reasonCode', 'MQTT-3.14.2-1'),
    );
  }
});

describe('option sendDoubtfulReasonCodes', () => {
  const packet = { type: 'DISCONNECT', reasonCode: DOUBTFUL } as const;
  for (const { sender, decoder, before, after } of SENDERS) {
    decodes(
      `option sendDoubtfulReasonCodes: 0x8C is accepted in any case, sender ${sender}`,
      'E0 01 8C',
      packet,
      { decoder, before, after, canonical: false },
    );
    encodes(
      `option sendDoubtfulReasonCodes: 0x8C on demand, encoder ${sender}`,
      packet,
      'E0 01 8C',
      { role: sender, sendDoubtfulReasonCodes: true },
    );
    for (const options of [{}, { sendDoubtfulReasonCodes: false }]) {
      refusesToEncode(
        `option sendDoubtfulReasonCodes: not with ${JSON.stringify(options)}, encoder ${sender}`,
        packet,
        refusal('ERR_MQTT_REASON_CODE', 'reasonCode', 'MQTT-3.14.2-1'),
        { role: sender, ...options },
      );
    }
  }
  it('option sendDoubtfulReasonCodes: no code that neither table lists', () => {
    for (const reasonCode of allBut([...FROM_BOTH, ...FROM_CLIENT, ...FROM_SERVER, DOUBTFUL])) {
      expectRefusal(
        { type: 'DISCONNECT', reasonCode },
        refusal('ERR_MQTT_REASON_CODE', 'reasonCode', 'MQTT-3.14.2-1'),
        { sendDoubtfulReasonCodes: true },
      );
    }
  });
  refusesToEncode(
    'option sendDoubtfulReasonCodes: not what only the other side may send',
    { type: 'DISCONNECT', reasonCode: 0x04 },
    refusal('ERR_MQTT_REASON_CODE', 'reasonCode', 'MQTT-3.14.2-1'),
    { role: 'server', sendDoubtfulReasonCodes: true },
  );
});

describe('short forms', () => {
  const legal = { canonical: false } as const;
  decodes('3.14.2.1 short forms: nothing is reason code 0', 'E0 00', {
    type: 'DISCONNECT',
    reasonCode: 0,
  });
  decodes('3.14.2.1 short forms: a reason code and no Property Length', 'E0 01 80', {
    type: 'DISCONNECT',
    reasonCode: 0x80,
  });
  decodes(
    '3.14.2.1 short forms: reason code 0 may be written',
    'E0 01 00',
    { type: 'DISCONNECT', reasonCode: 0 },
    legal,
  );
  decodes(
    '3.14.2.1 short forms: so may a Property Length of 0',
    'E0 02 00 00',
    { type: 'DISCONNECT', reasonCode: 0 },
    legal,
  );
  decodes(
    '3.14.2.1 short forms: reason code 0 stands before properties',
    'E0 06 00 04 1F 0001 72',
    {
      type: 'DISCONNECT',
      reasonCode: 0,
      properties: { reasonString: 'r' },
    },
  );
  refuses(
    '3.14.2.1 short forms: a Property Length that is cut off',
    'E0 02 80 80',
    malformed('ERR_MQTT_FIELD_PAST_END', 'DISCONNECT', 3),
  );
  refuses(
    '3.14.2.1 short forms: a Property Length and no properties',
    'E0 02 80 01',
    malformed('ERR_MQTT_FIELD_PAST_END', 'DISCONNECT', 3),
  );
  refuses(
    '3.14.2.1 short forms: a byte behind the properties',
    'E0 03 00 00 00',
    malformed('ERR_MQTT_TRAILING_BYTES', 'DISCONNECT', 4),
  );
  encodes('3.14.2.1 short forms: all is left out', { type: 'DISCONNECT' }, 'E0 00');
  encodes(
    '3.14.2.1 short forms: reason code 0 is left out',
    { type: 'DISCONNECT', reasonCode: 0, properties: {} },
    'E0 00',
  );
  encodes(
    '3.14.2.1 short forms: the Property Length is left out',
    { type: 'DISCONNECT', reasonCode: 0x80, properties: { userProperties: [] } },
    'E0 01 80',
  );
  encodes(
    '3.14.2.1 short forms: with properties all is written',
    { type: 'DISCONNECT', properties: { reasonString: '' } },
    'E0 05 00 03 1F 0000',
  );
});
