/** PUBACK, PUBREC, PUBREL and PUBCOMP (sections 3.4 to 3.7): Packet Identifier, and what may be left out. */
import { describe } from 'vitest';
import type { AcknowledgementPacket } from '../../../src/protocol/packets.js';
import { malformed, mqtt5, protocolError } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

/** Each with a reason code of its own that is not 0. */
const TYPES = [
  ['PUBACK', '40', 0x10],
  ['PUBREC', '50', 0x10],
  ['PUBREL', '62', 0x92],
  ['PUBCOMP', '70', 0x92],
] as const;

describe('Packet Identifier', () => {
  for (const [type, first] of TYPES) {
    for (const packetIdentifier of [1, 0xff, 0x100, 0x1234, 0xffff]) {
      const bytes = frame(first, packetIdentifier.toString(16).padStart(4, '0'));
      const packet = { type, packetIdentifier, reasonCode: 0 } as const;
      decodes(`MQTT-2.2.1-5: ${type} with ${packetIdentifier}`, bytes, packet);
      encodes(`MQTT-2.2.1-5: ${type} with ${packetIdentifier} is encoded`, packet, bytes);
    }
    for (const rest of ['', '00', '00 00', '00 07 26 0001 6E 0001 76', 'FF']) {
      refuses(
        `MQTT-2.2.1-5: ${type} with 0 before '${rest}'`,
        frame(first, '0000', rest),
        protocolError('ERR_MQTT_PACKET_IDENTIFIER', type, 2, 'MQTT-2.2.1-5'),
      );
    }
    for (const packetIdentifier of [0, undefined]) {
      refusesToEncode(
        `MQTT-2.2.1-5: ${type} with ${packetIdentifier} is not encoded`,
        { type, packetIdentifier },
        refusal('ERR_MQTT_PACKET_IDENTIFIER', 'packetIdentifier', 'MQTT-2.2.1-5'),
      );
    }
    for (const packetIdentifier of [-1, 65_536, 0.5, Number.NaN]) {
      refusesToEncode(
        `MQTT-2.2.1-5: ${type} with ${packetIdentifier} is not encoded`,
        { type, packetIdentifier },
        refusal('ERR_MQTT_FIELD_RANGE', 'packetIdentifier'),
      );
    }
    for (const packetIdentifier of ['1', null, 1n]) {
      refusesToEncode(
        `MQTT-2.2.1-5: ${type} with a ${typeof packetIdentifier} is not encoded`,
        { type, packetIdentifier },
        refusal('ERR_MQTT_FIELD_TYPE', 'packetIdentifier'),
      );
    }
    for (const bytes of ['00', '01 01']) {
      refuses(
        `MQTT-2.2.1-5: ${type} without all of it, ${bytes}`,
        `${first} ${bytes}`,
        malformed('ERR_MQTT_PACKET_LENGTH', type, 1),
        { decidedBy: 2 },
      );
    }
  }
});

describe('flags of PUBREL', () => {
  const packet = { type: 'PUBREL', packetIdentifier: 1, reasonCode: 0 } as const;
  decodes('MQTT-3.6.1-1: flags 2', '62 02 0001', packet);
  encodes('MQTT-3.6.1-1: flags 2 are written', packet, '62 02 0001');
  for (let flags = 0; flags < 16; flags++) {
    if (flags === 2) continue;
    refuses(
      `MQTT-3.6.1-1: flags ${flags}`,
      `6${flags.toString(16)} 02 0001`,
      malformed('ERR_MQTT_RESERVED_FLAGS', 'PUBREL', 0, 'MQTT-3.6.1-1'),
      { decidedBy: 1 },
    );
  }
});

describe('what may be left out', () => {
  for (const [type, first, reasonCode] of TYPES) {
    const code = reasonCode.toString(16);
    /** A packet with these fields besides; the types of PUBACK and PUBREL know other reason codes. */
    const acknowledgement = (fields: object): AcknowledgementPacket =>
      ({ type, packetIdentifier: 0x1234, ...fields }) as AcknowledgementPacket;
    const success = acknowledgement({ reasonCode: 0 });
    const failure = acknowledgement({ reasonCode });
    const properties = { userProperties: [['n', 'v']] };
    const userProperty = '07 26 0001 6E 0001 76';

    decodes(
      `3.4.2.1 to 3.7.2.1 short forms: ${type} without reason code is success`,
      `${first} 02 1234`,
      success,
    );
    decodes(
      `3.4.2.1 to 3.7.2.1 short forms: ${type} without Property Length has no properties`,
      `${first} 03 1234 ${code}`,
      failure,
    );
    for (const [bytes, packet] of [
      ['03 1234 00', success],
      ['04 1234 00 00', success],
      [`04 1234 ${code} 00`, failure],
    ] as const) {
      decodes(
        `3.4.2.1 to 3.7.2.1 short forms: ${type} that leaves out less than it could, ${bytes}`,
        `${first} ${bytes}`,
        packet,
        { canonical: false },
      );
    }
    decodes(
      `3.4.2.1 to 3.7.2.1 short forms: ${type} that leaves out nothing, success`,
      frame(first, '1234 00', userProperty),
      acknowledgement({ reasonCode: 0, properties }),
    );
    decodes(
      `3.4.2.1 to 3.7.2.1 short forms: ${type} that leaves out nothing`,
      frame(first, '1234', code, userProperty),
      acknowledgement({ reasonCode, properties }),
    );

    for (const fields of [
      {},
      { reasonCode: 0 },
      { reasonCode: undefined },
      { properties: {} },
      { properties: { reasonString: undefined } },
      { reasonCode: 0, properties: { userProperties: [] } },
    ]) {
      encodes(
        `3.4.2.1 to 3.7.2.1 short forms: ${type} with ${JSON.stringify(fields)} leaves out all`,
        acknowledgement(fields),
        `${first} 02 1234`,
      );
    }
    for (const fields of [{ reasonCode }, { reasonCode, properties: {} }]) {
      encodes(
        `3.4.2.1 to 3.7.2.1 short forms: ${type} with ${JSON.stringify(fields)} leaves out its Property Length`,
        acknowledgement(fields),
        `${first} 03 1234 ${code}`,
      );
    }
    encodes(
      `3.4.2.1 to 3.7.2.1 short forms: ${type} of properties leaves out nothing`,
      acknowledgement({ properties }),
      frame(first, '1234 00', userProperty),
    );
  }
});
