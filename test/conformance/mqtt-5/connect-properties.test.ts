/** The properties of CONNECT (section 3.1.2.11), and in CONNACK and AUTH those that have the same rules. */
import { describe } from 'vitest';
import type { ErrorCode } from '../../../src/errors.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import { mqtt5, protocolError } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, hex, prefixed, utf8 } from '../../support/hex.js';
import { FIRST_PROPERTY, HEAD, PACKET, properties } from './connect.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

/** A CONNECT with these properties, in hexadecimal. */
function connect(...parts: readonly string[]): Uint8Array {
  return frame('10', HEAD, '02 003C', properties(...parts), utf8('c'));
}

/** A CONNACK with these properties, in hexadecimal. */
function connack(...parts: readonly string[]): Uint8Array {
  return frame('20', '00 00', properties(...parts));
}

const CONNACK = { type: 'CONNACK', sessionPresent: false, reasonCode: 0 } as const;
const VALUE = 'ERR_MQTT_PROPERTY_VALUE';
const TYPE = 'ERR_MQTT_FIELD_TYPE';
const RANGE = 'ERR_MQTT_FIELD_RANGE';

/** The packets that carry Receive Maximum and Maximum Packet Size, and where their first property begins. */
const HOLDERS = [
  { holder: 'CONNECT', packet: PACKET, bytesOf: connect, first: FIRST_PROPERTY },
  { holder: 'CONNACK', packet: CONNACK, bytesOf: connack, first: 5 },
] as const;

describe('Receive Maximum', () => {
  for (const { holder, packet, bytesOf, first } of HOLDERS) {
    for (const [value, bytes] of [
      [1, '0001'],
      [0x100, '0100'],
      [65_535, 'FFFF'],
    ] as const) {
      const received: ControlPacket = { ...packet, properties: { receiveMaximum: value } };
      decodes(`3.1.2.11.3 Receive Maximum: ${value} in ${holder}`, bytesOf('21', bytes), received);
      encodes(
        `3.1.2.11.3 Receive Maximum: ${value} in ${holder} is encoded`,
        received,
        bytesOf('21', bytes),
      );
    }
    refuses(
      `3.1.2.11.3 Receive Maximum: 0 in ${holder}`,
      bytesOf('21 0000'),
      protocolError(VALUE, holder, first + 1),
    );
    for (const [value, code] of [
      [0, VALUE],
      [-1, RANGE],
      [65_536, RANGE],
      [1.5, RANGE],
      [Number.NaN, RANGE],
      ['1', TYPE],
      [null, TYPE],
    ] as const) {
      refusesToEncode(
        `3.1.2.11.3 Receive Maximum: ${JSON.stringify(value)} in ${holder} is not encoded`,
        { ...packet, properties: { receiveMaximum: value } },
        refusal(code, 'properties.receiveMaximum'),
      );
    }
  }
});

describe('Maximum Packet Size', () => {
  for (const { holder, packet, bytesOf, first } of HOLDERS) {
    for (const [value, bytes] of [
      [1, '00000001'],
      [0x0100_0000, '01000000'],
      [0x8000_0000, '80000000'],
      [4_294_967_295, 'FFFFFFFF'],
    ] as const) {
      const received: ControlPacket = { ...packet, properties: { maximumPacketSize: value } };
      decodes(
        `3.1.2.11.4 Maximum Packet Size: ${value} in ${holder}`,
        bytesOf('27', bytes),
        received,
      );
      encodes(
        `3.1.2.11.4 Maximum Packet Size: ${value} in ${holder} is encoded`,
        received,
        bytesOf('27', bytes),
      );
    }
    refuses(
      `3.1.2.11.4 Maximum Packet Size: 0 in ${holder}`,
      bytesOf('27 00000000'),
      protocolError(VALUE, holder, first + 1),
    );
    for (const [value, code] of [
      [0, VALUE],
      [-1, RANGE],
      [4_294_967_296, RANGE],
      [1.5, RANGE],
      ['1', TYPE],
    ] as const) {
      refusesToEncode(
        `3.1.2.11.4 Maximum Packet Size: ${JSON.stringify(value)} in ${holder} is not encoded`,
        { ...packet, properties: { maximumPacketSize: value } },
        refusal(code, 'properties.maximumPacketSize'),
      );
    }
  }
});

/** Flags, and the bytes that they are. */
const FLAGS = [
  [false, '00'],
  [true, '01'],
] as const;
/** Some bytes that are neither of them. */
const NO_FLAGS = ['02', '03', '80', 'FF'];

describe('Request Response Information', () => {
  for (const [value, byte] of FLAGS) {
    const packet: ControlPacket = { ...PACKET, properties: { requestResponseInformation: value } };
    decodes(`3.1.2.11.6 Request Response Information: 0x${byte}`, connect('19', byte), packet);
    encodes(
      `3.1.2.11.6 Request Response Information: ${value} is encoded`,
      packet,
      connect('19', byte),
    );
  }
  for (const byte of NO_FLAGS) {
    refuses(
      `3.1.2.11.6 Request Response Information: 0x${byte}`,
      connect('19', byte),
      protocolError(VALUE, 'CONNECT', FIRST_PROPERTY + 1),
    );
  }
  for (const value of [0, 1, 2, 'true', null]) {
    refusesToEncode(
      `3.1.2.11.6 Request Response Information: ${JSON.stringify(value)} is not encoded`,
      { ...PACKET, properties: { requestResponseInformation: value } },
      refusal(TYPE, 'properties.requestResponseInformation'),
    );
  }
});

describe('Request Problem Information', () => {
  for (const [value, byte] of FLAGS) {
    const packet: ControlPacket = { ...PACKET, properties: { requestProblemInformation: value } };
    decodes(`3.1.2.11.7 Request Problem Information: 0x${byte}`, connect('17', byte), packet);
    encodes(
      `3.1.2.11.7 Request Problem Information: ${value} is encoded`,
      packet,
      connect('17', byte),
    );
  }
  for (const byte of NO_FLAGS) {
    refuses(
      `3.1.2.11.7 Request Problem Information: 0x${byte}`,
      connect('17', byte),
      protocolError(VALUE, 'CONNECT', FIRST_PROPERTY + 1),
    );
  }
  for (const value of [0, 1, 2, 'true', null]) {
    refusesToEncode(
      `3.1.2.11.7 Request Problem Information: ${JSON.stringify(value)} is not encoded`,
      { ...PACKET, properties: { requestProblemInformation: value } },
      refusal(TYPE, 'properties.requestProblemInformation'),
    );
  }
});

describe('Authentication Data', () => {
  const WITHOUT_METHOD: ErrorCode = 'ERR_MQTT_AUTHENTICATION_DATA_WITHOUT_METHOD';
  const AUTH = { type: 'AUTH', reasonCode: 0x18 } as const;
  const auth = (...parts: readonly string[]): Uint8Array => frame('F0', '18', properties(...parts));
  const method = `15 ${utf8('m')}`;
  const data = `16 ${prefixed('00FF')}`;

  for (const { holder, packet, bytesOf, first } of [
    ...HOLDERS,
    { holder: 'AUTH', packet: AUTH, bytesOf: auth, first: 4 },
  ] as const) {
    const both = { authenticationMethod: 'm', authenticationData: hex('00FF') };
    decodes(`3.1.2.11.10 Authentication Data: with a method, in ${holder}`, bytesOf(method, data), {
      ...packet,
      properties: both,
    });
    decodes(
      `3.1.2.11.10 Authentication Data: in front of the method, in ${holder}`,
      bytesOf(data, method),
      {
        ...packet,
        properties: { authenticationData: hex('00FF'), authenticationMethod: 'm' },
      },
    );
    decodes(
      `3.1.2.11.10 Authentication Data: a method without data, in ${holder}`,
      bytesOf(method),
      {
        ...packet,
        properties: { authenticationMethod: 'm' },
      },
    );
    decodes(
      `3.1.2.11.10 Authentication Data: an empty method is one, in ${holder}`,
      bytesOf('15 0000', '16 0000'),
      {
        ...packet,
        properties: { authenticationMethod: '', authenticationData: new Uint8Array(0) },
      },
    );
    refuses(
      `3.1.2.11.10 Authentication Data: without a method, in ${holder}`,
      bytesOf(data),
      protocolError(WITHOUT_METHOD, holder, first),
    );
    refuses(
      `3.1.2.11.10 Authentication Data: empty and without a method, in ${holder}`,
      bytesOf('16 0000'),
      protocolError(WITHOUT_METHOD, holder, first),
    );
    refuses(
      `3.1.2.11.10 Authentication Data: without a method, between other properties, in ${holder}`,
      bytesOf('26 0000 0000', data, '26 0000 0000'),
      protocolError(WITHOUT_METHOD, holder, first + 5),
    );
    encodes(
      `3.1.2.11.10 Authentication Data: with a method, in ${holder}, is encoded`,
      { ...packet, properties: both },
      bytesOf(method, data),
    );
    encodes(
      `3.1.2.11.10 Authentication Data: an empty method is one, in ${holder}, and is encoded`,
      {
        ...packet,
        properties: { authenticationMethod: '', authenticationData: new Uint8Array(0) },
      },
      bytesOf('15 0000', '16 0000'),
    );
    for (const [how, given] of [
      ['without a method', { authenticationData: hex('00FF') }],
      [
        'with undefined as method',
        { authenticationData: hex('00FF'), authenticationMethod: undefined },
      ],
    ] as const) {
      refusesToEncode(
        `3.1.2.11.10 Authentication Data: ${how}, in ${holder}, is not encoded`,
        { ...packet, properties: given },
        refusal(WITHOUT_METHOD, 'properties.authenticationData'),
      );
    }
  }
  for (const authenticationData of ['text', 7, null]) {
    refusesToEncode(
      `3.1.2.11.10 Authentication Data: ${JSON.stringify(authenticationData)} is not bytes`,
      { ...PACKET, properties: { authenticationMethod: 'm', authenticationData } },
      refusal(TYPE, 'properties.authenticationData'),
    );
  }
});
