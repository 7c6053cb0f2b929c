/**
 * Variable Byte Integers (section 1.5.5): Remaining Length, Property Length, the identifier of a property,
 * Subscription Identifier.
 */
import { describe } from 'vitest';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import { malformed, mqtt5 } from '../../support/conformance.js';
import { encoding5 } from '../../support/conformance-encode.js';
import { frame, hex, utf8 } from '../../support/hex.js';
import {
  carry,
  companion,
  HOLDERS,
  holderOf,
  NOT_FROM_CLIENT,
  packetOf,
  propertiesAt,
  propertyLengthAt,
  reader,
} from './holders.js';

const { decodes, refuses } = mqtt5;
const { encodes } = encoding5;

/** Values at the borders of one, two, three and four bytes. */
const BORDERS = [
  [1, '01'],
  [127, '7F'],
  [128, '80 01'],
  [16_383, 'FF 7F'],
  [16_384, '80 80 01'],
  [2_097_151, 'FF FF 7F'],
  [2_097_152, '80 80 80 01'],
  [268_435_455, 'FF FF FF 7F'],
] as const;

/** How many bytes hexadecimal with a blank between two bytes has. */
function bytesIn(text: string): number {
  return text.split(' ').length;
}

const USER_PROPERTY = '0001 6E 0001 76';

describe('Remaining Length', () => {
  for (const length of [4, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
    const bytes = frame('30', utf8('a'), '00', '00'.repeat(length - 4));
    const packet: ControlPacket = {
      type: 'PUBLISH',
      topic: 'a',
      payload: new Uint8Array(length - 4),
      retain: false,
      qos: 0,
      dup: false,
    };
    decodes(`MQTT-1.5.5-1: a Remaining Length of ${length}`, bytes, packet, { everyCut: false });
    encodes(`MQTT-1.5.5-1: a Remaining Length of ${length} is encoded`, packet, bytes);
  }
  for (const [bytes, type] of [
    ['C0 80 00', 'PINGREQ'],
    ['C0 80 80 00', 'PINGREQ'],
    ['D0 80 80 80 00', 'PINGRESP'],
    ['40 82 00', 'PUBACK'],
    ['30 FF 00', 'PUBLISH'],
    ['82 87 80 80 00', 'SUBSCRIBE'],
    ['E0 80 00', 'DISCONNECT'],
    ['F0 80 00', 'AUTH'],
  ] as const) {
    const length = bytesIn(bytes);
    refuses(
      `MQTT-1.5.5-1: ${bytes} takes more bytes than it needs`,
      `${bytes} ${'01'.repeat(127)}`,
      malformed('ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL', type, length - 1, 'MQTT-1.5.5-1'),
      { decidedBy: length },
    );
  }
  decodes('1.5.5 four bytes: a Remaining Length of one byte', 'E0 00', {
    type: 'DISCONNECT',
    reasonCode: 0,
  });
  for (const [bytes, type] of [
    ['30 80 80 80 80', 'PUBLISH'],
    ['30 FF FF FF FF 7F', 'PUBLISH'],
    ['40 82 80 80 80 00', 'PUBACK'],
    ['C0 80 80 80 80 00', 'PINGREQ'],
    ['D0 80 80 80 80 01', 'PINGRESP'],
    ['F0 FF FF FF FF 00', 'AUTH'],
  ] as const) {
    refuses(
      `1.5.5 four bytes: ${bytes} takes more`,
      bytes,
      malformed('ERR_MQTT_REMAINING_LENGTH_TOO_LONG', type, 4),
      { decidedBy: 5 },
    );
  }
});

describe('Property Length', () => {
  for (const holder of HOLDERS) {
    const method = companion(holder, 0).bytes;
    const at = propertyLengthAt(holder);
    for (const length of ['80 00', '80 80 00', '80 80 80 00']) {
      refuses(
        `MQTT-1.5.5-1: a Property Length of ${length} in ${holder.name}`,
        carry(holder, '', length),
        malformed(
          'ERR_MQTT_VARIABLE_BYTE_INTEGER_NOT_MINIMAL',
          holder.packetType,
          at + bytesIn(length) - 1,
          'MQTT-1.5.5-1',
        ),
      );
    }
    const properties = `26 ${USER_PROPERTY} ${method}`;
    const low = (0x80 + hex(properties).length).toString(16);
    for (const length of [`${low} 00`, `${low} 80 80 00`]) {
      refuses(
        `MQTT-1.5.5-1: a Property Length of ${length} before properties of ${holder.name}`,
        carry(holder, properties, length),
        malformed(
          'ERR_MQTT_VARIABLE_BYTE_INTEGER_NOT_MINIMAL',
          holder.packetType,
          at + bytesIn(length) - 1,
          'MQTT-1.5.5-1',
        ),
        { decoder: { minimalRemainingLength: false }, everyCut: false },
      );
    }
    for (const length of [
      '80 80 80 80',
      '80 80 80 80 00',
      'FF FF FF FF 7F',
      `${low} 80 80 80 00`,
    ]) {
      refuses(
        `1.5.5 four bytes: a Property Length of ${length} in ${holder.name}`,
        carry(holder, properties, length),
        malformed('ERR_MQTT_VARIABLE_BYTE_INTEGER_TOO_LONG', holder.packetType, at + 3),
        { everyCut: false },
      );
    }
  }
  for (const [body, what] of [
    ['80', 'one byte'],
    ['80 80', 'two bytes'],
    ['FF FF FF', 'three bytes'],
  ] as const) {
    refuses(
      `1.5.5 four bytes: the packet ends behind ${what} of its Property Length`,
      frame('30', utf8('a'), body),
      malformed('ERR_MQTT_FIELD_PAST_END', 'PUBLISH', 5),
    );
    refuses(
      `1.5.5 four bytes: the frame that ends behind ${what} of its Property Length is a PUBACK`,
      frame('40', '0001 00', body),
      malformed('ERR_MQTT_FIELD_PAST_END', 'PUBACK', 5),
    );
    refuses(
      `1.5.5 four bytes: the frame that ends behind ${what} of its Property Length is a DISCONNECT`,
      frame('E0', '00', body),
      malformed('ERR_MQTT_FIELD_PAST_END', 'DISCONNECT', 3),
    );
  }
  // Sixteen pairs of two strings as long as can be, and one that fills up: four bytes of Property Length.
  for (const [length, bytes] of [
    [2_097_151, 'FF FF 7F'],
    [2_097_152, '80 80 80 01'],
  ] as const) {
    const longest = 'x'.repeat(65_535);
    const pairs: [string, string][] = Array.from({ length: 15 }, () => [longest, longest]);
    const rest = length - 15 * 131_075 - 2 * 5 - 65_535;
    pairs.push([longest, ''], ['', 'y'.repeat(rest)]);
    const properties = pairs.map(([name, value]) => `26${utf8(name)}${utf8(value)}`).join('');
    const publish = holderOf('PUBLISH');
    const encoded = carry(publish, properties, bytes);
    const packet = packetOf(publish, { userProperties: pairs });
    decodes(`MQTT-1.5.5-1: a Property Length of ${length}`, encoded, packet, {
      decoder: { maximumListPacketSize: 4_000_000 },
      everyCut: false,
    });
  }
});

describe('identifier of a property', () => {
  for (const holder of HOLDERS) {
    const at = propertiesAt(holder);
    const method = companion(holder, 0);
    decodes(
      `MQTT-1.5.5-1: a property identifier of one byte in ${holder.name}`,
      carry(holder, `26 ${USER_PROPERTY} ${method.bytes}`),
      packetOf(holder, { userProperties: [['n', 'v']], ...method.value }),
    );
    for (const identifier of ['A6 00', 'A6 80 00', 'A6 80 80 00']) {
      refuses(
        `MQTT-1.5.5-1: a property identifier of ${identifier} in ${holder.name}`,
        carry(holder, `${identifier} ${USER_PROPERTY}`),
        malformed(
          'ERR_MQTT_VARIABLE_BYTE_INTEGER_NOT_MINIMAL',
          holder.packetType,
          at + bytesIn(identifier) - 1,
          'MQTT-1.5.5-1',
        ),
        identifier === 'A6 00' ? {} : { everyCut: false },
      );
    }
    for (const identifier of ['A6 80 80 80 00', 'FF FF FF FF 7F', '80 80 80 80']) {
      refuses(
        `1.5.5 four bytes: a property identifier of ${identifier} in ${holder.name}`,
        carry(holder, `${identifier} ${USER_PROPERTY}`),
        malformed('ERR_MQTT_VARIABLE_BYTE_INTEGER_TOO_LONG', holder.packetType, at + 3),
        { everyCut: false },
      );
    }
    for (const identifier of ['A6', 'A6 80', 'A6 80 80']) {
      refuses(
        `1.5.5 four bytes: a property identifier that ends the properties behind ${identifier}, in ${holder.name}`,
        carry(holder, identifier),
        malformed('ERR_MQTT_PROPERTY_PAST_END', holder.packetType, at),
        { everyCut: false },
      );
    }
  }
});

describe('Subscription Identifier', () => {
  const publish = holderOf('PUBLISH');
  const subscribe = holderOf('SUBSCRIBE');
  for (const [value, bytes] of BORDERS) {
    const inPublish = packetOf(publish, { subscriptionIdentifiers: [value] });
    const inSubscribe = packetOf(subscribe, { subscriptionIdentifier: value });
    for (const receiver of NOT_FROM_CLIENT) {
      decodes(
        `MQTT-1.5.5-1: a Subscription Identifier of ${value} in PUBLISH${reader(receiver)}`,
        carry(publish, `0B ${bytes}`),
        inPublish,
        receiver,
      );
    }
    decodes(
      `MQTT-1.5.5-1: a Subscription Identifier of ${value} in SUBSCRIBE`,
      carry(subscribe, `0B ${bytes}`),
      inSubscribe,
    );
    encodes(
      `MQTT-1.5.5-1: a Subscription Identifier of ${value} in PUBLISH is encoded`,
      inPublish,
      carry(publish, `0B ${bytes}`),
    );
    encodes(
      `MQTT-1.5.5-1: a Subscription Identifier of ${value} in SUBSCRIBE is encoded`,
      inSubscribe,
      carry(subscribe, `0B ${bytes}`),
    );
  }
  const notMinimal = ['81 00', 'FF 00', 'FF FF 00', '81 80 80 00', '80 00'];
  const tooLong = ['80 80 80 80', '81 80 80 80 00', 'FF FF FF FF 7F'];
  const unfinished = ['80', 'FF FF', '80 80 80'];
  for (const holder of [publish, subscribe]) {
    const at = propertiesAt(holder);
    for (const receiver of holder === publish ? NOT_FROM_CLIENT : [{}]) {
      const where = `in ${holder.name}${reader(receiver)}`;
      for (const bytes of notMinimal) {
        refuses(
          `MQTT-1.5.5-1: a Subscription Identifier of ${bytes} ${where}`,
          carry(holder, `0B ${bytes}`),
          malformed(
            'ERR_MQTT_VARIABLE_BYTE_INTEGER_NOT_MINIMAL',
            holder.packetType,
            at + bytesIn(bytes),
            'MQTT-1.5.5-1',
          ),
          receiver,
        );
      }
      for (const bytes of tooLong) {
        refuses(
          `1.5.5 four bytes: a Subscription Identifier of ${bytes} ${where}`,
          carry(holder, `0B ${bytes}`),
          malformed('ERR_MQTT_VARIABLE_BYTE_INTEGER_TOO_LONG', holder.packetType, at + 4),
          receiver,
        );
      }
      for (const bytes of unfinished) {
        refuses(
          `1.5.5 four bytes: a Subscription Identifier that ends the properties behind ${bytes} ${where}`,
          carry(holder, `0B ${bytes}`),
          malformed('ERR_MQTT_PROPERTY_PAST_END', holder.packetType, at),
          receiver,
        );
      }
    }
  }
});
