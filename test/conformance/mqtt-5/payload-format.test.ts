/** Whether a payload is the UTF-8 that its Payload Format Indicator says it is (section 3.3.2.3.2). */
import { describe } from 'vitest';
import type { PublishPacket } from '../../../src/protocol/packets.js';
import { mqtt5, violation } from '../../support/conformance.js';
import { encoding5 } from '../../support/conformance-encode.js';
import { frame, hex, utf8 } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;
const { encodes } = encoding5;

function publish(payload: string, indicator: 0 | 1 | undefined): Uint8Array {
  return frame('30', utf8('a'), indicator === undefined ? '00' : `02 01 0${indicator}`, payload);
}

function packet(payload: string, indicator: 0 | 1 | undefined): PublishPacket {
  const message = { topic: 'a', payload: hex(payload), retain: false } as const;
  const properties = indicator === undefined ? {} : { payloadFormatIndicator: indicator };
  return {
    type: 'PUBLISH',
    ...message,
    qos: 0,
    dup: false,
    ...(indicator === undefined ? {} : { properties }),
  };
}

/** Where the payload begins behind the indicator: what is wrong is the payload as a whole. */
const NOT_TEXT = violation('PAYLOAD_FORMAT', 'ERR_MQTT_PAYLOAD_FORMAT', 'PUBLISH', 8);
const CHECKED = { decoder: { checkPayloadFormat: true } } as const;

const WELL_FORMED = [
  ['', 'nothing'],
  ['6869', 'ASCII'],
  ['00', 'U+0000, which is no MQTT string but UTF-8'],
  ['01 1F 7F C2 80', 'control characters'],
  ['EF BB BF 61', 'U+FEFF'],
  ['61 EF BB BF', 'U+FEFF at the end'],
  ['EF BF BF', 'a non-character'],
  ['C2 80 DF BF', 'two bytes'],
  ['E0 A0 80 ED 9F BF EE 80 80', 'three bytes up to the surrogates and from behind them on'],
  ['F0 90 80 80 F4 8F BF BF', 'four bytes'],
] as const;

const ILL_FORMED = [
  ['FF', 'a byte that no character has'],
  ['80', 'a continuation byte alone'],
  ['61 C3', 'a character cut off at the end'],
  ['E2 82', 'a character of three bytes cut off at the end'],
  ['F0 9F 98', 'a character of four bytes cut off at the end'],
  ['C3 28', 'a character without its continuation byte'],
  ['C0 80', 'U+0000 in two bytes'],
  ['C1 BF', 'two bytes for one'],
  ['E0 9F BF', 'three bytes for two'],
  ['F0 8F BF BF', 'four bytes for three'],
  ['ED A0 80', 'the first surrogate'],
  ['ED BF BF', 'the last surrogate'],
  ['F4 90 80 80', 'what is above U+10FFFF'],
  ['68 69 20 C3 A9 FE 21', 'text around an ill-formed byte'],
] as const;

describe('checkPayloadFormat', () => {
  for (const [payload, what] of WELL_FORMED) {
    decodes(`option checkPayloadFormat: ${what}`, publish(payload, 1), packet(payload, 1), CHECKED);
  }
  for (const [payload, what] of ILL_FORMED) {
    refuses(`option checkPayloadFormat: ${what}`, publish(payload, 1), NOT_TEXT, CHECKED);
    for (const indicator of [0, undefined] as const) {
      decodes(
        `option checkPayloadFormat: ${what} where the indicator is ${indicator}`,
        publish(payload, indicator),
        packet(payload, indicator),
        { ...CHECKED, everyCut: false },
      );
    }
    decodes(
      `option checkPayloadFormat: ${what} by default`,
      publish(payload, 1),
      packet(payload, 1),
      { everyCut: false },
    );
    decodes(
      `3.3.2.3.2 Payload Format Indicator: ${what} need not be looked at`,
      publish(payload, 1),
      packet(payload, 1),
      { decoder: { checkPayloadFormat: false }, everyCut: false },
    );
  }
  refuses(
    'option checkPayloadFormat: behind a Packet Identifier and other properties',
    '33 12 0001 61 0001 09 26 0001 6E 0001 76 01 01 FF',
    violation('PAYLOAD_FORMAT', 'ERR_MQTT_PAYLOAD_FORMAT', 'PUBLISH', 17),
    CHECKED,
  );
  // Larger than what is scanned at once.
  const much = '61'.repeat(200_000);
  decodes('option checkPayloadFormat: 200,000 bytes of text', publish(much, 1), packet(much, 1), {
    ...CHECKED,
    everyCut: false,
  });
  refuses(
    'option checkPayloadFormat: 200,000 bytes of text and an ill-formed one',
    publish(`${much}FF`, 1),
    violation('PAYLOAD_FORMAT', 'ERR_MQTT_PAYLOAD_FORMAT', 'PUBLISH', 10),
    { ...CHECKED, everyCut: false },
  );
  refuses(
    '3.3.2.3.2 Payload Format Indicator: a receiver may refuse what is not UTF-8',
    publish('C3', 1),
    NOT_TEXT,
    CHECKED,
  );
  for (const [text, bytes] of [
    ['é\0', 'C3A900'],
    ['', ''],
  ] as const) {
    encodes(
      `3.3.2.3.2 Payload Format Indicator: ${JSON.stringify(text)} is sent as UTF-8`,
      {
        type: 'PUBLISH',
        topic: 'a',
        properties: { payloadFormatIndicator: 1 },
        payload: text,
      },
      publish(bytes, 1),
    );
  }
});
