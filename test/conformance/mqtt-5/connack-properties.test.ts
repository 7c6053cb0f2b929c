/** The properties of CONNACK that tell what the Server offers (section 3.2.2.3). */
import { describe } from 'vitest';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import { mqtt5, protocolError } from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame } from '../../support/hex.js';
import { properties } from './connect.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

const PACKET = { type: 'CONNACK', sessionPresent: false, reasonCode: 0 } as const;
/** Where the first property begins. */
const FIRST = 5;

/** A CONNACK with these properties, in hexadecimal. */
function connack(...parts: readonly string[]): Uint8Array {
  return frame('20', '00 00', properties(...parts));
}

describe('Maximum QoS', () => {
  for (const maximumQoS of [0, 1] as const) {
    const packet: ControlPacket = { ...PACKET, properties: { maximumQoS } };
    decodes(`3.2.2.3.4 Maximum QoS: ${maximumQoS}`, connack(`24 0${maximumQoS}`), packet);
    encodes(
      `3.2.2.3.4 Maximum QoS: ${maximumQoS} is encoded`,
      packet,
      connack(`24 0${maximumQoS}`),
    );
  }
  for (const byte of ['02', '03', '80', 'FF']) {
    refuses(
      `3.2.2.3.4 Maximum QoS: 0x${byte}`,
      connack('24', byte),
      protocolError('ERR_MQTT_PROPERTY_VALUE', 'CONNACK', FIRST + 1),
    );
  }
  for (const [value, code] of [
    [2, 'ERR_MQTT_PROPERTY_VALUE'],
    [255, 'ERR_MQTT_PROPERTY_VALUE'],
    [256, 'ERR_MQTT_FIELD_RANGE'],
    [-1, 'ERR_MQTT_FIELD_RANGE'],
    [0.5, 'ERR_MQTT_FIELD_RANGE'],
    ['1', 'ERR_MQTT_FIELD_TYPE'],
    [true, 'ERR_MQTT_FIELD_TYPE'],
  ] as const) {
    refusesToEncode(
      `3.2.2.3.4 Maximum QoS: ${JSON.stringify(value)} is not encoded`,
      { ...PACKET, properties: { maximumQoS: value } },
      refusal(code, 'properties.maximumQoS'),
    );
  }
});

describe('what is available', () => {
  for (const [name, identifier, key] of [
    ['Retain Available', '25', 'retainAvailable'],
    ['Wildcard Subscription Available', '28', 'wildcardSubscriptionAvailable'],
    ['Subscription Identifiers Available', '29', 'subscriptionIdentifierAvailable'],
    ['Shared Subscription Available', '2A', 'sharedSubscriptionAvailable'],
  ] as const) {
    for (const [value, byte] of [
      [false, '00'],
      [true, '01'],
    ] as const) {
      const packet: ControlPacket = { ...PACKET, properties: { [key]: value } };
      decodes(`3.2.2.3 available features: ${name} ${byte}`, connack(identifier, byte), packet);
      encodes(
        `3.2.2.3 available features: ${name} ${value} is encoded`,
        packet,
        connack(identifier, byte),
      );
    }
    for (const byte of ['02', '03', '80', 'FF']) {
      refuses(
        `3.2.2.3 available features: ${name} 0x${byte}`,
        connack(identifier, byte),
        protocolError('ERR_MQTT_PROPERTY_VALUE', 'CONNACK', FIRST + 1),
      );
    }
    for (const value of [0, 1, 2, 'true', null]) {
      refusesToEncode(
        `3.2.2.3 available features: ${name} ${JSON.stringify(value)} is not encoded`,
        { ...PACKET, properties: { [key]: value } },
        refusal('ERR_MQTT_FIELD_TYPE', `properties.${key}`),
      );
    }
  }
  refuses(
    '3.2.2.3 available features: the second of two is at fault',
    connack('25 01', '28 02'),
    protocolError('ERR_MQTT_PROPERTY_VALUE', 'CONNACK', FIRST + 3),
  );
});
