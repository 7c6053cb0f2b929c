/** A Remaining Length that takes more bytes than it needs: refused by MQTT 5.0, unless one asks otherwise. */
import { describe } from 'vitest';
import type { PacketType } from '../../../src/protocol/packet-types.js';
import {
  CONNECT,
  CONNECT_5,
  decodes as decodesMqtt3,
  type Example,
  malformed,
  mqtt5,
  PINGREQ,
  PUBLISH_5,
} from '../../support/conformance.js';
import { hex } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;

function notMinimal(type: PacketType, offset: number): ReturnType<typeof malformed> {
  return malformed('ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL', type, offset, 'MQTT-1.5.5-1');
}

/** Frames with one byte too many, and with as many too many as there can be. */
const LONG: readonly (readonly [bytes: string, lengthBytes: number, example: Example])[] = [
  ['C0 80 00', 2, PINGREQ],
  ['C0 80 80 80 00', 4, PINGREQ],
  ['30 86 00 0001 61 00 6869', 2, PUBLISH_5],
  ['30 86 80 80 00 0001 61 00 6869', 4, PUBLISH_5],
  [
    '40 82 80 00 1234',
    3,
    { bytes: hex(''), packet: { type: 'PUBACK', packetIdentifier: 0x1234, reasonCode: 0 } },
  ],
  ['E0 80 00', 2, { bytes: hex(''), packet: { type: 'DISCONNECT', reasonCode: 0 } }],
];

describe('packets behind the CONNECT', () => {
  for (const [bytes, lengthBytes, { packet }] of LONG) {
    const { type } = packet;
    const whole = `${bytes.slice(0, 2 + 3 * lengthBytes)} in ${type}`;
    refuses(
      `option minimalRemainingLength: ${whole} by default`,
      bytes,
      notMinimal(type as PacketType, lengthBytes),
      { decidedBy: 1 + lengthBytes },
    );
    refuses(
      `option minimalRemainingLength: ${whole} where it is true`,
      bytes,
      notMinimal(type as PacketType, lengthBytes),
      { decoder: { minimalRemainingLength: true }, decidedBy: 1 + lengthBytes },
    );
    decodes(`option minimalRemainingLength: ${whole} where it is false`, bytes, packet, {
      decoder: { minimalRemainingLength: false },
      canonical: false,
    });
  }
  for (const minimalRemainingLength of [true, false]) {
    decodes(
      `option minimalRemainingLength: as few bytes as possible where it is ${minimalRemainingLength}`,
      PUBLISH_5.bytes,
      PUBLISH_5.packet,
      { decoder: { minimalRemainingLength } },
    );
  }
  refuses(
    'option minimalRemainingLength: more than four bytes are too many even where it is false',
    'C0 80 80 80 80 00',
    malformed('ERR_MQTT_REMAINING_LENGTH_TOO_LONG', 'PINGREQ', 4),
    { decoder: { minimalRemainingLength: false }, decidedBy: 5 },
  );
  refuses(
    'option minimalRemainingLength: says nothing of the Property Length',
    '30 07 0001 61 80 00 6869',
    malformed('ERR_MQTT_VARIABLE_BYTE_INTEGER_NOT_MINIMAL', 'PUBLISH', 6, 'MQTT-1.5.5-1'),
    { decoder: { minimalRemainingLength: false } },
  );
  decodesMqtt3(
    'option minimalRemainingLength: MQTT 3.1.1 accepts it by default behind its CONNECT',
    'C0 80 00',
    PINGREQ.packet,
    { decoder: { role: 'server' }, before: [CONNECT], after: [PINGREQ], canonical: false },
  );
});

/** CONNECT with a Remaining Length of two and of four bytes, which one would hold. */
const CONNECTS = [
  ['10 8F 00 0004 4D515454 05 02 003C 00 0002 6D65', 2],
  ['10 8F 80 80 00 0004 4D515454 05 02 003C 00 0002 6D65', 4],
] as const;

describe('the CONNECT itself', () => {
  for (const [bytes, lengthBytes] of CONNECTS) {
    const what = `a CONNECT with ${lengthBytes} bytes`;
    for (const role of ['server', 'any'] as const) {
      const after = [PINGREQ, PUBLISH_5];
      refuses(
        `option minimalRemainingLength: ${what} whose version shows in its body, role ${role}`,
        bytes,
        notMinimal('CONNECT', lengthBytes),
        { decoder: { role, protocolVersion: 'auto' }, after },
      );
      refuses(
        `option minimalRemainingLength: ${what} where no other version is expected, role ${role}`,
        bytes,
        notMinimal('CONNECT', lengthBytes),
        { decoder: { role, protocolVersion: 5 }, after, decidedBy: 1 + lengthBytes },
      );
      for (const protocolVersion of ['auto', 5] as const) {
        decodes(
          `option minimalRemainingLength: ${what} where it is false, role ${role}, version ${protocolVersion}`,
          bytes,
          CONNECT_5.packet,
          {
            decoder: { role, protocolVersion, minimalRemainingLength: false },
            after,
            canonical: false,
          },
        );
      }
      // The version is not known then, and MQTT 3.1.1 has no statement about it.
      refuses(
        `option minimalRemainingLength: ${what} where it is true whatever the version, role ${role}`,
        bytes,
        malformed('ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL', 'CONNECT', lengthBytes),
        {
          decoder: { role, protocolVersion: 'auto', minimalRemainingLength: true },
          after,
          decidedBy: 1 + lengthBytes,
        },
      );
    }
  }
  decodes(
    'option minimalRemainingLength: behind a CONNECT that was accepted so, packets are as well',
    'C0 80 00',
    PINGREQ.packet,
    {
      decoder: { role: 'server', protocolVersion: 'auto', minimalRemainingLength: false },
      before: [{ bytes: hex(CONNECTS[0][0]), packet: CONNECT_5.packet }],
      after: [PINGREQ],
      canonical: false,
    },
  );
  decodesMqtt3(
    'option minimalRemainingLength: a CONNECT of MQTT 3.1.1 with two bytes is accepted by default',
    '10 8E 00 0004 4D515454 04 02 003C 0002 6D65',
    CONNECT.packet,
    { decoder: { role: 'server' }, after: [PINGREQ], canonical: false },
  );
});
