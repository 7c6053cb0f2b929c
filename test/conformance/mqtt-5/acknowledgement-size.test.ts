/**
 * What PUBACK, PUBREC, PUBREL and PUBCOMP leave out so as not to be larger than their receiver accepts
 * (sections 3.4.2.2 to 3.7.2.2): first the User Properties, then the Reason String.
 */
import { describe } from 'vitest';
import type {
  AcknowledgementPacket,
  AcknowledgementProperties,
} from '../../../src/protocol/packets.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, utf8 } from '../../support/hex.js';

const { encodes, refusesToEncode } = encoding5;

type Type = AcknowledgementPacket['type'];

/** The first byte, and a reason code that is not 0. */
const TYPES: Readonly<Record<Type, readonly [first: string, code: number]>> = {
  PUBACK: ['40', 0x10],
  PUBREC: ['50', 0x87],
  PUBREL: ['62', 0x92],
  PUBCOMP: ['70', 0x92],
};

interface Case {
  readonly what: string;
  readonly packet: AcknowledgementPacket;
  readonly bytes: Uint8Array;
  readonly maximumPacketSize: number;
}

function packetOf(type: Type, reasonCode: number, properties: AcknowledgementProperties) {
  return { type, packetIdentifier: 1, reasonCode, properties } as AcknowledgementPacket;
}

const REASON_STRING = '1F 0002 6E6F';
const USER_PROPERTY = '26 0001 6E 0001 76';

/** A Reason String alone: 11 bytes with it, 5 without, or 4 if the reason code goes without saying. */
function reasonStringCases(type: Type): Case[] {
  const [first, code] = TYPES[type];
  const failure = packetOf(type, code, { reasonString: 'no' });
  const success = packetOf(type, 0, { reasonString: 'no' });
  const failed = frame(first, '0001', code.toString(16));
  const whole = frame(first, '0001', code.toString(16), '05', REASON_STRING);
  const wholeSuccess = frame(first, '0001 00 05', REASON_STRING);
  // From 130 to 131 bytes the Remaining Length takes a second byte.
  const text = 'r'.repeat(121);
  const long = packetOf(type, code, { reasonString: text });
  const wholeLong = frame(first, '0001', code.toString(16), '7C 1F', utf8(text));
  const cases: readonly (readonly [AcknowledgementPacket, Uint8Array, number])[] = [
    [failure, whole, 12],
    [failure, whole, 11],
    [failure, failed, 10],
    [failure, failed, 5],
    [success, wholeSuccess, 11],
    [success, frame(first, '0001'), 10],
    [success, frame(first, '0001'), 4],
    [long, wholeLong, 131],
    [long, failed, 130],
  ];
  return cases.map(([packet, bytes, maximumPacketSize]) => ({
    what: `${bytes.length} bytes are left of ${type} where ${maximumPacketSize} are accepted`,
    packet,
    bytes,
    maximumPacketSize,
  }));
}

/** User Properties alone, and with a Reason String, which stays for as long as it fits. */
function userPropertyCases(type: Type): Case[] {
  const [first, code] = TYPES[type];
  const start = `0001 ${code.toString(16)}`;
  const failed = frame(first, start);
  const alone = packetOf(type, code, { userProperties: [['n', 'v']] });
  const both = packetOf(type, code, { reasonString: 'no', userProperties: [['n', 'v']] });
  const inverse = packetOf(type, code, { userProperties: [['n', 'v']], reasonString: 'no' });
  const withReason = frame(first, start, '05', REASON_STRING);
  const cases: readonly (readonly [AcknowledgementPacket, Uint8Array, number])[] = [
    [alone, frame(first, start, '07', USER_PROPERTY), 13],
    [alone, failed, 12],
    [both, frame(first, start, '0C', REASON_STRING, USER_PROPERTY), 18],
    [both, withReason, 17],
    [both, withReason, 11],
    [both, failed, 10],
    [inverse, frame(first, start, '0C', USER_PROPERTY, REASON_STRING), 18],
    [inverse, withReason, 17],
    [inverse, failed, 10],
  ];
  return cases.map(([packet, bytes, maximumPacketSize], index) => ({
    what: `case ${index}: ${bytes.length} bytes are left of ${type} where ${maximumPacketSize} are accepted`,
    packet,
    bytes,
    maximumPacketSize,
  }));
}

describe('Reason String', () => {
  for (const { what, packet, bytes, maximumPacketSize } of reasonStringCases('PUBACK')) {
    encodes(`MQTT-3.4.2-2: ${what}`, packet, bytes, { maximumPacketSize });
  }
  for (const { what, packet, bytes, maximumPacketSize } of reasonStringCases('PUBREC')) {
    encodes(`MQTT-3.5.2-2: ${what}`, packet, bytes, { maximumPacketSize });
  }
  for (const { what, packet, bytes, maximumPacketSize } of reasonStringCases('PUBREL')) {
    encodes(`MQTT-3.6.2-2: ${what}`, packet, bytes, { maximumPacketSize });
  }
  for (const { what, packet, bytes, maximumPacketSize } of reasonStringCases('PUBCOMP')) {
    encodes(`MQTT-3.7.2-2: ${what}`, packet, bytes, { maximumPacketSize });
  }
});

describe('User Properties', () => {
  for (const { what, packet, bytes, maximumPacketSize } of userPropertyCases('PUBACK')) {
    encodes(`MQTT-3.4.2-3: ${what}`, packet, bytes, { maximumPacketSize });
  }
  for (const { what, packet, bytes, maximumPacketSize } of userPropertyCases('PUBREC')) {
    encodes(`MQTT-3.5.2-3: ${what}`, packet, bytes, { maximumPacketSize });
  }
  for (const { what, packet, bytes, maximumPacketSize } of userPropertyCases('PUBREL')) {
    encodes(`MQTT-3.6.2-3: ${what}`, packet, bytes, { maximumPacketSize });
  }
  for (const { what, packet, bytes, maximumPacketSize } of userPropertyCases('PUBCOMP')) {
    encodes(`MQTT-3.7.2-3: ${what}`, packet, bytes, { maximumPacketSize });
  }
});

describe('what cannot be left out', () => {
  for (const type of Object.keys(TYPES) as Type[]) {
    const [, code] = TYPES[type];
    const packet = { type, packetIdentifier: 1, reasonCode: code };
    for (const properties of [undefined, { reasonString: 'no', userProperties: [['n', 'v']] }]) {
      refusesToEncode(
        `MQTT-3.1.2-25: ${type} with a reason code does not fit into four bytes${properties ? ', whatever it leaves out' : ''}`,
        { ...packet, properties },
        refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
        { maximumPacketSize: 4 },
      );
    }
    refusesToEncode(
      `MQTT-3.1.2-25: ${type} does not fit into three bytes`,
      { type, packetIdentifier: 1, properties: { reasonString: 'no' } },
      refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
      { maximumPacketSize: 3 },
    );
  }
});
