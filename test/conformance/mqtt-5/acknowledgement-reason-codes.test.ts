/** The reason codes of PUBACK, PUBREC, PUBREL and PUBCOMP (tables 3-4 to 3-10): each byte there is. */
import { describe } from 'vitest';
import type { AcknowledgementPacket } from '../../../src/protocol/packets.js';
import { mqtt5, protocolError, type Violation } from '../../support/conformance.js';
import {
  type AnyPacket,
  encoding5,
  type Refusal,
  refusal,
} from '../../support/conformance-encode.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

/** What PUBACK and PUBREC may say. */
const OF_RECEIPT: readonly number[] = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
/** What PUBREL and PUBCOMP may say. */
const OF_RELEASE: readonly number[] = [0x00, 0x92];

function allBut(codes: readonly number[]): number[] {
  return Array.from({ length: 256 }, (_, code) => code).filter((code) => !codes.includes(code));
}

function digits(code: number): string {
  return code.toString(16).padStart(2, '0');
}

type Type = AcknowledgementPacket['type'];

const FIRST_BYTES: Readonly<Record<Type, string>> = {
  PUBACK: '40',
  PUBREC: '50',
  PUBREL: '62',
  PUBCOMP: '70',
};

/** A frame with a reason code alone, which at 0 could be left out. */
function bytes(type: Type, code: number): string {
  return `${FIRST_BYTES[type]} 03 0001 ${digits(code)}`;
}

function bytesInBrief(type: Type, code: number): string {
  return code === 0 ? `${FIRST_BYTES[type]} 02 0001` : bytes(type, code);
}

/** A frame with a reason code and an empty list of properties. */
function bytesAtLength(type: Type, code: number): string {
  return `${FIRST_BYTES[type]} 04 0001 ${digits(code)} 00`;
}

function packet(type: Type, reasonCode: number): AcknowledgementPacket {
  return { type, packetIdentifier: 1, reasonCode } as AcknowledgementPacket;
}

function anyPacket(type: Type, reasonCode: unknown): AnyPacket {
  return { type, packetIdentifier: 1, reasonCode };
}

function wrongCode(type: Type, statement: string): Violation {
  return protocolError('ERR_MQTT_REASON_CODE', type, 4, statement);
}

function wrongCodeToEncode(statement: string): Refusal {
  return refusal('ERR_MQTT_REASON_CODE', 'reasonCode', statement);
}

/** What the encoder is given that is no byte at all. */
const NO_BYTES = [-1, 256, 0.5, '0', null];

const NOT_AS_WRITTEN = { canonical: false } as const;
const OF_MANY = { everyCut: false } as const;

describe('PUBACK', () => {
  for (const code of OF_RECEIPT) {
    const named = `0x${digits(code)}`;
    decodes(
      `MQTT-3.4.2-1: ${named}`,
      bytes('PUBACK', code),
      packet('PUBACK', code),
      NOT_AS_WRITTEN,
    );
    decodes(
      `MQTT-3.4.2-1: ${named} before no properties`,
      bytesAtLength('PUBACK', code),
      packet('PUBACK', code),
      NOT_AS_WRITTEN,
    );
    encodes(`MQTT-3.4.2-1: ${named}`, packet('PUBACK', code), bytesInBrief('PUBACK', code));
  }
  for (const code of allBut(OF_RECEIPT)) {
    refuses(
      `MQTT-3.4.2-1: 0x${digits(code)} is none of PUBACK`,
      bytes('PUBACK', code),
      wrongCode('PUBACK', 'MQTT-3.4.2-1'),
      OF_MANY,
    );
  }
  for (const code of [...allBut(OF_RECEIPT), ...NO_BYTES]) {
    refusesToEncode(
      `MQTT-3.4.2-1: ${JSON.stringify(code)} is not encoded`,
      anyPacket('PUBACK', code),
      wrongCodeToEncode('MQTT-3.4.2-1'),
    );
  }
});

describe('PUBREC', () => {
  for (const code of OF_RECEIPT) {
    const named = `0x${digits(code)}`;
    decodes(
      `MQTT-3.5.2-1: ${named}`,
      bytes('PUBREC', code),
      packet('PUBREC', code),
      NOT_AS_WRITTEN,
    );
    decodes(
      `MQTT-3.5.2-1: ${named} before no properties`,
      bytesAtLength('PUBREC', code),
      packet('PUBREC', code),
      NOT_AS_WRITTEN,
    );
    encodes(`MQTT-3.5.2-1: ${named}`, packet('PUBREC', code), bytesInBrief('PUBREC', code));
  }
  for (const code of allBut(OF_RECEIPT)) {
    refuses(
      `MQTT-3.5.2-1: 0x${digits(code)} is none of PUBREC`,
      bytes('PUBREC', code),
      wrongCode('PUBREC', 'MQTT-3.5.2-1'),
      OF_MANY,
    );
  }
  for (const code of [...allBut(OF_RECEIPT), ...NO_BYTES]) {
    refusesToEncode(
      `MQTT-3.5.2-1: ${JSON.stringify(code)} is not encoded`,
      anyPacket('PUBREC', code),
      wrongCodeToEncode('MQTT-3.5.2-1'),
    );
  }
});

describe('PUBREL', () => {
  for (const code of OF_RELEASE) {
    const named = `0x${digits(code)}`;
    decodes(
      `MQTT-3.6.2-1: ${named}`,
      bytes('PUBREL', code),
      packet('PUBREL', code),
      NOT_AS_WRITTEN,
    );
    decodes(
      `MQTT-3.6.2-1: ${named} before no properties`,
      bytesAtLength('PUBREL', code),
      packet('PUBREL', code),
      NOT_AS_WRITTEN,
    );
    encodes(`MQTT-3.6.2-1: ${named}`, packet('PUBREL', code), bytesInBrief('PUBREL', code));
  }
  for (const code of allBut(OF_RELEASE)) {
    refuses(
      `MQTT-3.6.2-1: 0x${digits(code)} is none of PUBREL`,
      bytes('PUBREL', code),
      wrongCode('PUBREL', 'MQTT-3.6.2-1'),
      OF_MANY,
    );
  }
  for (const code of [...allBut(OF_RELEASE), ...NO_BYTES]) {
    refusesToEncode(
      `MQTT-3.6.2-1: ${JSON.stringify(code)} is not encoded`,
      anyPacket('PUBREL', code),
      wrongCodeToEncode('MQTT-3.6.2-1'),
    );
  }
});

describe('PUBCOMP', () => {
  for (const code of OF_RELEASE) {
    const named = `0x${digits(code)}`;
    decodes(
      `MQTT-3.7.2-1: ${named}`,
      bytes('PUBCOMP', code),
      packet('PUBCOMP', code),
      NOT_AS_WRITTEN,
    );
    decodes(
      `MQTT-3.7.2-1: ${named} before no properties`,
      bytesAtLength('PUBCOMP', code),
      packet('PUBCOMP', code),
      NOT_AS_WRITTEN,
    );
    encodes(`MQTT-3.7.2-1: ${named}`, packet('PUBCOMP', code), bytesInBrief('PUBCOMP', code));
  }
  for (const code of allBut(OF_RELEASE)) {
    refuses(
      `MQTT-3.7.2-1: 0x${digits(code)} is none of PUBCOMP`,
      bytes('PUBCOMP', code),
      wrongCode('PUBCOMP', 'MQTT-3.7.2-1'),
      OF_MANY,
    );
  }
  for (const code of [...allBut(OF_RELEASE), ...NO_BYTES]) {
    refusesToEncode(
      `MQTT-3.7.2-1: ${JSON.stringify(code)} is not encoded`,
      anyPacket('PUBCOMP', code),
      wrongCodeToEncode('MQTT-3.7.2-1'),
    );
  }
});
