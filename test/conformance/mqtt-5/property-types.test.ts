/** How properties are written (section 2.2.2.2, table 2-4): the length and the bounds of each type. */
import { describe } from 'vitest';
import { malformed, mqtt5 } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { hex, utf8 } from '../../support/hex.js';
import {
  anyPacketOf,
  carry,
  companion,
  digits,
  HOLDERS,
  type HolderName,
  holderOf,
  PROPERTIES,
  type Property,
  type PropertyType,
  packetOf,
  propertiesAt,
  reader,
  receivers,
} from './holders.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

/** The values at the borders of a property's type, in hexadecimal and in a packet. */
type Borders = readonly (readonly [name: string, bytes: string, value: unknown])[];

const TWO_BYTES: Borders = [
  ['serverKeepAlive', '0000', 0],
  ['serverKeepAlive', '00FF', 255],
  ['serverKeepAlive', '0100', 256],
  ['serverKeepAlive', 'FFFF', 65_535],
  ['topicAliasMaximum', 'FFFE', 65_534],
  ['receiveMaximum', '0001', 1],
  ['receiveMaximum', 'FFFF', 65_535],
  ['topicAlias', '0001', 1],
  ['topicAlias', '8000', 32_768],
];
const FOUR_BYTES: Borders = [
  ['messageExpiryInterval', '00000000', 0],
  ['messageExpiryInterval', '00010000', 65_536],
  ['messageExpiryInterval', '7FFFFFFF', 2_147_483_647],
  ['messageExpiryInterval', '80000000', 2_147_483_648],
  ['messageExpiryInterval', 'FFFFFFFF', 4_294_967_295],
  ['willDelayInterval', '01020304', 16_909_060],
  ['sessionExpiryInterval', '00000000', 0],
  ['sessionExpiryInterval', 'FFFFFFFF', 4_294_967_295],
  ['maximumPacketSize', '00000001', 1],
  ['maximumPacketSize', '80000000', 2_147_483_648],
  ['maximumPacketSize', 'FFFFFFFF', 4_294_967_295],
];
const LONGEST = 'x'.repeat(65_535);
const TEXTS: Borders = [
  ['contentType', '0000', ''],
  ['assignedClientIdentifier', '0000', ''],
  ['authenticationMethod', '0000', ''],
  ['responseInformation', '0000', ''],
  ['serverReference', '0000', ''],
  ['reasonString', '0000', ''],
  ['reasonString', utf8('\ufeff€😀'), '\ufeff€😀'],
  ['reasonString', utf8('a'.repeat(256)), 'a'.repeat(256)],
  ['contentType', utf8(LONGEST), LONGEST],
];
const BYTES: Borders = [
  ['correlationData', '0000', hex('')],
  ['correlationData', '0003 C3 28 00', hex('C32800')],
  ['correlationData', `FFFF ${'FF'.repeat(65_535)}`, new Uint8Array(65_535).fill(0xff)],
  ['authenticationData', '0000', hex('')],
  ['authenticationData', '0004 ED A0 80 00', hex('EDA08000')],
];
const SINGLE_BYTES: Borders = [
  ['payloadFormatIndicator', '00', 0],
  ['payloadFormatIndicator', '01', 1],
  ['maximumQoS', '00', 0],
  ['maximumQoS', '01', 1],
  ['requestProblemInformation', '00', false],
  ['requestProblemInformation', '01', true],
  ['requestResponseInformation', '00', false],
  ['requestResponseInformation', '01', true],
  ['retainAvailable', '00', false],
  ['retainAvailable', '01', true],
  ['wildcardSubscriptionAvailable', '00', false],
  ['wildcardSubscriptionAvailable', '01', true],
  ['subscriptionIdentifierAvailable', '00', false],
  ['subscriptionIdentifierAvailable', '01', true],
  ['sharedSubscriptionAvailable', '00', false],
  ['sharedSubscriptionAvailable', '01', true],
];
const VARIABLE: Borders = [
  ['subscriptionIdentifier', '01', 1],
  ['subscriptionIdentifier', '7F', 127],
  ['subscriptionIdentifier', '80 01', 128],
  ['subscriptionIdentifier', 'FF FF FF 7F', 268_435_455],
  ['subscriptionIdentifiers', 'FF 7F', [16_383]],
  ['subscriptionIdentifiers', '80 80 01', [16_384]],
  ['subscriptionIdentifiers', 'FF FF FF 7F', [268_435_455]],
];

function rowOf(name: string): Property {
  return PROPERTIES.find((property) => property.name === name) as Property;
}

function shortened(bytes: string): string {
  return bytes.length > 24 ? `${hex(bytes).length} bytes` : bytes;
}

describe('values at the borders of their types', () => {
  for (const [name, bytes, value] of [
    ...SINGLE_BYTES,
    ...TWO_BYTES,
    ...FOUR_BYTES,
    ...VARIABLE,
    ...TEXTS,
    ...BYTES,
  ]) {
    const { identifier, holders } = rowOf(name);
    // The longest ones are longer than a CONNECT may be by default.
    const several = bytes.length > 1000 ? 1 : 2;
    for (const holder of holders.slice(0, several).map(holderOf)) {
      const beside = companion(holder, identifier);
      const frame = carry(holder, `${digits(identifier)} ${bytes} ${beside.bytes}`);
      const packet = packetOf(holder, { [name]: value, ...beside.value });
      for (const receiver of receivers(holder, identifier)) {
        decodes(
          `2.2.2.2 types of properties: ${name} of ${shortened(bytes)} in ${holder.name}${reader(receiver)}`,
          frame,
          packet,
          frame.length > 1000 ? { decoder: { role: 'any' }, everyCut: false } : receiver,
        );
      }
      encodes(
        `2.2.2.2 types of properties: ${name} of ${shortened(bytes)} in ${holder.name} is encoded`,
        packet,
        frame,
      );
    }
  }
});

describe('values that are shorter than their type', () => {
  for (const holder of HOLDERS) {
    for (const { identifier, name, bytes } of PROPERTIES) {
      if (!rowOf(name).holders.includes(holder.name)) continue;
      const value = bytes.replaceAll(' ', '');
      for (let length = 0; length < value.length; length += 2) {
        for (const receiver of receivers(holder, identifier)) {
          refuses(
            `2.2.2.2 types of properties: ${name} of ${length / 2} bytes in ${holder.name}${reader(receiver)}`,
            carry(holder, digits(identifier) + value.slice(0, length)),
            malformed('ERR_MQTT_PROPERTY_PAST_END', holder.packetType, propertiesAt(holder)),
            { ...receiver, everyCut: false },
          );
        }
      }
    }
    // Behind a good property, where the values of both could be read from behind the end.
    refuses(
      `2.2.2.2 types of properties: a User Property that ends in its value, in ${holder.name}`,
      carry(holder, '26 0001 6E 0001 76 26 0001 6E 0002 76'),
      malformed('ERR_MQTT_PROPERTY_PAST_END', holder.packetType, propertiesAt(holder) + 7),
    );
  }
});

/** Values of another type than the one asked for. */
const WRONG_TYPES: Readonly<Record<PropertyType, readonly unknown[]>> = {
  byte: ['1', true, null, 1n],
  flag: [0, 1, 'true', null],
  'two-byte-integer': ['1', true, null, 1n],
  'four-byte-integer': ['1', true, null, 1n],
  'variable-byte-integer': ['1', true, null, 1n],
  text: [1, true, null, hex('61')],
  binary: [1, 'text', null, [1]],
  'text-pair': ['ab', ['a'], ['a', 'b', 'c'], null, { a: 'b' }],
};

/** Numbers that the type cannot hold. */
const OUT_OF_RANGE: Readonly<Partial<Record<PropertyType, readonly number[]>>> = {
  byte: [-1, 256, 0.5, Number.NaN],
  'two-byte-integer': [-1, 65_536, 1.5, Number.NaN],
  'four-byte-integer': [-1, 4_294_967_296, 1.5, Number.POSITIVE_INFINITY],
  'variable-byte-integer': [-1, 268_435_456, 1.5, Number.NaN],
};

function described(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'number' ? `${value}` : JSON.stringify(value);
}

describe('values of another type', () => {
  for (const { name, type, identifier, holders } of PROPERTIES) {
    const holder = holderOf(holders[0] as HolderName);
    const isList = name === 'userProperties' || name === 'subscriptionIdentifiers';
    const field = `${holder.field}.${name}`;
    const beside = companion(holder, identifier).value;
    const cases = [
      ...WRONG_TYPES[type].map((value) => ['ERR_MQTT_FIELD_TYPE', value] as const),
      ...(OUT_OF_RANGE[type] ?? []).map((value) => ['ERR_MQTT_FIELD_RANGE', value] as const),
    ];
    for (const [code, value] of cases) {
      refusesToEncode(
        `2.2.2.2 types of properties: ${name} of ${described(value)} is not encoded`,
        anyPacketOf(holder, { ...beside, [name]: isList ? [value] : value }),
        refusal(code, isList ? `${field}[0]` : field),
      );
    }
    if (!isList) continue;
    for (const value of [1, 'ab', null, { 0: 1 }]) {
      refusesToEncode(
        `2.2.2.2 types of properties: ${name} that is ${described(value)} and no array`,
        anyPacketOf(holder, { [name]: value }),
        refusal('ERR_MQTT_FIELD_TYPE', field),
      );
    }
  }
  for (const name of ['contentType', 'responseTopic', 'correlationData']) {
    const { type } = rowOf(name);
    const value = type === 'binary' ? new Uint8Array(65_536) : `${LONGEST}x`;
    const isTopic = name === 'responseTopic';
    refusesToEncode(
      `2.2.2.2 types of properties: ${name} of 65,536 bytes is not encoded`,
      anyPacketOf(holderOf('PUBLISH'), { [name]: value }),
      isTopic
        ? refusal('ERR_MQTT_TOPIC_TOO_LONG', `properties.${name}`, 'MQTT-4.7.3-3')
        : refusal('ERR_MQTT_FIELD_TOO_LONG', `properties.${name}`),
    );
  }
});
