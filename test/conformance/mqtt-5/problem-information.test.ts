/**
 * Request Problem Information (section 3.1.2.11.7): what a Server leaves out for a Client that has
 * asked for no problem information, which its encoder is told by `omitDiagnostics`.
 */
import { describe } from 'vitest';
import type { EncodablePacket } from '../../../src/protocol/packets.js';
import { encoding5 } from '../../support/conformance-encode.js';
import { frame, hex } from '../../support/hex.js';

const { encodes } = encoding5;

const REASON_STRING = '1F 0001 72';
const USER_PROPERTY = '26 0001 61 0001 62';
const BOTH = `0B ${REASON_STRING} ${USER_PROPERTY}`;
const properties = { reasonString: 'r', userProperties: [['a', 'b']] } as const;
const userProperties = [['a', 'b']] as const;
const packetIdentifier = 1;

/** The packets that carry them to any Client, whole and as who asked for none gets them. */
const OMITTING: readonly (readonly [EncodablePacket, whole: Uint8Array, less: Uint8Array])[] = [
  [
    { type: 'PUBACK', packetIdentifier, properties },
    frame('40', '0001 00', BOTH),
    hex('40 02 0001'),
  ],
  [
    { type: 'PUBREC', packetIdentifier, reasonCode: 0x80, properties },
    frame('50', '0001 80', BOTH),
    hex('50 03 0001 80'),
  ],
  [
    { type: 'PUBREL', packetIdentifier, reasonCode: 0x92, properties },
    frame('62', '0001 92', BOTH),
    hex('62 03 0001 92'),
  ],
  [
    { type: 'PUBCOMP', packetIdentifier, properties },
    frame('70', '0001 00', BOTH),
    hex('70 02 0001'),
  ],
  [
    { type: 'SUBACK', packetIdentifier, properties, reasonCodes: [0x80] },
    frame('90', '0001', BOTH, '80'),
    hex('90 04 0001 00 80'),
  ],
  [
    { type: 'UNSUBACK', packetIdentifier, properties, reasonCodes: [0x11] },
    frame('B0', '0001', BOTH, '11'),
    hex('B0 04 0001 00 11'),
  ],
  [
    {
      type: 'AUTH',
      reasonCode: 0x18,
      properties: { reasonString: 'r', authenticationMethod: 'm', userProperties },
    },
    frame('F0', '18', '0F', REASON_STRING, '15 0001 6D', USER_PROPERTY),
    hex('F0 06 18 04 15 0001 6D'),
  ],
];

/** The packets in which a Server may send them in any case. */
const KEEPING: readonly (readonly [EncodablePacket, whole: Uint8Array])[] = [
  [
    { type: 'CONNACK', sessionPresent: false, reasonCode: 0x87, properties },
    frame('20', '00 87', BOTH),
  ],
  [
    { type: 'PUBLISH', topic: 't', properties: { userProperties } },
    frame('30', '0001 74', '07', USER_PROPERTY),
  ],
  [{ type: 'DISCONNECT', reasonCode: 0x87, properties }, frame('E0', '87', BOTH)],
];

describe('Request Problem Information', () => {
  for (const [packet, whole, less] of OMITTING) {
    const { type } = packet;
    for (const role of ['server', 'any'] as const) {
      encodes(`MQTT-3.1.2-29: ${type} without both, encoder ${role}`, packet, less, {
        role,
        omitDiagnostics: true,
      });
      encodes(
        `MQTT-3.1.2-29: ${type} with both where they are wanted, encoder ${role}`,
        packet,
        whole,
        {
          role,
          omitDiagnostics: false,
        },
      );
    }
    encodes(`MQTT-3.1.2-29: ${type} with both if nothing is said`, packet, whole);
  }
  for (const [packet, whole] of KEEPING) {
    encodes(`MQTT-3.1.2-29: ${packet.type} in full in any case`, packet, whole, {
      role: 'server',
      omitDiagnostics: true,
    });
  }
  encodes(
    'MQTT-3.1.2-29: CONNECT in full, which no Server sends',
    { type: 'CONNECT', properties: { userProperties } },
    frame('10', '0004 4D515454 05 02 0000', '07', USER_PROPERTY, '0000'),
    { omitDiagnostics: true },
  );
  encodes(
    'MQTT-3.1.2-29: what it may keep still gives way to the limit of the Client',
    { type: 'CONNACK', sessionPresent: false, reasonCode: 0x87, properties },
    frame('20', '00 87', '04', REASON_STRING),
    { role: 'server', omitDiagnostics: true, maximumPacketSize: 15 },
  );
});
