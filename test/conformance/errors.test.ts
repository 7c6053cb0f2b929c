/** Every error code there is can be met; what each says of itself; what none of them says. */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/decoder/decoder.js';
import type { DecoderOptions } from '../../src/decoder/options.js';
import { type EncoderOptions, encode } from '../../src/encoder/encoder.js';
import {
  ERROR_CODES,
  type ErrorClass,
  type ErrorCode,
  MqttEncodeError,
  MqttError,
} from '../../src/errors.js';
import type { EncodablePacket } from '../../src/protocol/packets.js';
import { decodeChunks } from '../support/decode.js';
import { frame, hex, prefixed, utf8 } from '../support/hex.js';

/** Text that a peer might hope to see in a log. */
const SECRET = 'Zq7-hunter2';
const LEVEL_4 = '0004 4D515454 04';

function decoding(bytes: Uint8Array | string, options: DecoderOptions = {}): () => never {
  return () => {
    throw decodeChunks([typeof bytes === 'string' ? hex(bytes) : bytes], options).error;
  };
}

function decoding5(bytes: Uint8Array | string, options: DecoderOptions = {}): () => never {
  return decoding(bytes, { protocolVersion: 5, ...options });
}

function encoding(packet: object, options?: EncoderOptions): () => unknown {
  return () => encode(packet as EncodablePacket, options);
}

/** A PUBLISH of MQTT 5.0 with these properties, in hexadecimal. */
function publish5(properties: string, topic: string = SECRET): Uint8Array {
  const length = (properties.replaceAll(' ', '').length / 2).toString(16).padStart(2, '0');
  return frame('30', utf8(topic), length, properties);
}

function poisoned(): unknown {
  const decoder = new Decoder();
  decoder.push(hex('00'));
  return decoder.push(hex('C0 00'));
}

function ended(): unknown {
  const decoder = new Decoder();
  decoder.end();
  return decoder.push(hex('C0 00'));
}

function stale(): unknown {
  const decoder = new Decoder();
  const batch = decoder.push(hex('C0 00'));
  decoder.push(hex('C0 00'));
  return batch.packetAt(0);
}

/** Something that ends in each error, with text of the peer where there is room for it. */
// biome-ignore format: a table
const INPUTS: Readonly<Record<ErrorCode, readonly [ErrorClass, () => unknown]>> = {
  ERR_MQTT_RESERVED_PACKET_TYPE: ['MALFORMED', decoding(frame('F0', utf8(SECRET)))],
  ERR_MQTT_RESERVED_FLAGS: ['MALFORMED', decoding(frame('81', '0001', utf8(SECRET), '00'))],
  ERR_MQTT_INVALID_QOS: ['MALFORMED', decoding(frame('36', utf8(SECRET), '0001'))],
  ERR_MQTT_DUP_AT_QOS_0: ['MALFORMED', decoding(frame('38', utf8(SECRET)))],
  ERR_MQTT_PACKET_NOT_ALLOWED: ['PROTOCOL', decoding('C0 00', { role: 'client' })],
  ERR_MQTT_CONNECT_EXPECTED: ['PROTOCOL', decoding(frame('30', utf8(SECRET)), { role: 'server' })],
  ERR_MQTT_SECOND_CONNECT: ['PROTOCOL', decoding(frame('10', LEVEL_4, '02 0000', utf8(SECRET)), { state: 'open' })],
  ERR_MQTT_REMAINING_LENGTH_TOO_LONG: ['MALFORMED', decoding('30 FF FF FF FF')],
  ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL: ['MALFORMED', decoding('C0 80 00', { minimalRemainingLength: true })],
  ERR_MQTT_PACKET_LENGTH: ['MALFORMED', decoding(frame('C0', utf8(SECRET)))],
  ERR_MQTT_PACKET_TOO_LARGE: ['TOO_LARGE', decoding(frame('30', utf8(SECRET)), { maximumPacketSize: 9 })],
  ERR_MQTT_FIELD_PAST_END: ['MALFORMED', decoding(frame('30', 'FFFF', utf8(SECRET)))],
  ERR_MQTT_TRAILING_BYTES: ['MALFORMED', decoding(frame('10', LEVEL_4, '02 0000', utf8('c'), utf8(SECRET)))],
  ERR_MQTT_PACKET_IDENTIFIER: ['MALFORMED', decoding(frame('32', utf8(SECRET), '0000'))],
  ERR_MQTT_INVALID_UTF8: ['MALFORMED', decoding(frame('30', prefixed(`${Buffer.from(SECRET).toString('hex')} FF`)))],
  ERR_MQTT_NULL_CHARACTER: ['MALFORMED', decoding(frame('30', utf8(`${SECRET}\0`)))],
  ERR_MQTT_DISCOURAGED_CHARACTER: ['MALFORMED', decoding(frame('30', utf8(`${SECRET}\x1b`)), { text: 'reject' })],
  ERR_MQTT_TOPIC_NAME_EMPTY: ['MALFORMED', decoding(frame('30', '0000', utf8(SECRET)))],
  ERR_MQTT_TOPIC_NAME_WILDCARD: ['MALFORMED', decoding(frame('30', utf8(`${SECRET}/#`)))],
  ERR_MQTT_TOPIC_FILTER_EMPTY: ['MALFORMED', decoding(frame('A2', '0001', utf8(SECRET), '0000'))],
  ERR_MQTT_MULTI_LEVEL_WILDCARD: ['MALFORMED', decoding(frame('A2', '0001', utf8(`${SECRET}#`)))],
  ERR_MQTT_SINGLE_LEVEL_WILDCARD: ['MALFORMED', decoding(frame('A2', '0001', utf8(`${SECRET}+`)))],
  ERR_MQTT_PROTOCOL_NAME: ['PROTOCOL', decoding(frame('10', utf8(SECRET), '04 02 0000 0000'))],
  ERR_MQTT_PROTOCOL_LEVEL: ['VERSION', decoding(frame('10', utf8('MQTT'), '06 02 0000', utf8(SECRET)))],
  ERR_MQTT_CONNECT_RESERVED_FLAG: ['MALFORMED', decoding(frame('10', LEVEL_4, '03 0000', utf8(SECRET)))],
  ERR_MQTT_WILL_QOS_WITHOUT_WILL: ['MALFORMED', decoding(frame('10', LEVEL_4, '0A 0000', utf8(SECRET)))],
  ERR_MQTT_WILL_RETAIN_WITHOUT_WILL: ['MALFORMED', decoding(frame('10', LEVEL_4, '22 0000', utf8(SECRET)))],
  ERR_MQTT_PASSWORD_WITHOUT_USER_NAME: ['MALFORMED', decoding(frame('10', LEVEL_4, '42 0000', utf8(SECRET)))],
  ERR_MQTT_CLIENT_IDENTIFIER: ['CLIENT_ID', decoding(frame('10', LEVEL_4, '80 0000', '0000', utf8(SECRET)))],
  ERR_MQTT_CONNACK_FLAGS: ['MALFORMED', decoding('20 02 FF 00')],
  ERR_MQTT_CONNECT_RETURN_CODE: ['PROTOCOL', decoding('20 02 00 FF')],
  ERR_MQTT_SESSION_PRESENT: ['PROTOCOL', decoding('20 02 01 05')],
  ERR_MQTT_NO_TOPIC_FILTER: ['MALFORMED', encoding({ type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: [] })],
  ERR_MQTT_SUBSCRIPTION_RESERVED_BITS: ['MALFORMED', decoding(frame('82', '0001', utf8(SECRET), 'FF'))],
  ERR_MQTT_NO_RETURN_CODE: ['PROTOCOL', encoding({ type: 'SUBACK', packetIdentifier: 1, returnCodes: [] })],
  ERR_MQTT_SUBSCRIBE_RETURN_CODE: ['PROTOCOL', decoding('90 03 0001 FF')],
  ERR_MQTT_CONNACK_OF_MQTT_3: ['PROTOCOL', decoding5('20 02 00 01')],
  ERR_MQTT_REASON_CODE: ['PROTOCOL', decoding5(frame('40', '0001 FF 00'))],
  ERR_MQTT_NO_REASON_CODE: ['PROTOCOL', decoding5('90 03 0001 00')],
  ERR_MQTT_RETAIN_HANDLING: ['PROTOCOL', decoding5(frame('82', '0001 00', utf8(SECRET), '30'))],
  ERR_MQTT_NO_LOCAL_ON_SHARED_SUBSCRIPTION: ['PROTOCOL', decoding5(frame('82', '0001 00', utf8(`$share/a/${SECRET}`), '04'))],
  ERR_MQTT_SHARE_NAME_EMPTY: ['TOPIC_FILTER', decoding5(frame('82', '0001 00', utf8(`$share//${SECRET}`), '00'))],
  ERR_MQTT_SHARED_SUBSCRIPTION: ['TOPIC_FILTER', decoding5(frame('82', '0001 00', utf8(`$share/${SECRET}`), '00'))],
  ERR_MQTT_VARIABLE_BYTE_INTEGER_TOO_LONG: ['MALFORMED', decoding5(frame('30', utf8(SECRET), 'FF FF FF FF 01'))],
  ERR_MQTT_VARIABLE_BYTE_INTEGER_NOT_MINIMAL: ['MALFORMED', decoding5(frame('30', utf8(SECRET), '80 00'))],
  ERR_MQTT_PROPERTY_PAST_END: ['MALFORMED', decoding5(publish5('02 00'))],
  ERR_MQTT_PROPERTY_UNKNOWN: ['MALFORMED', decoding5(publish5('00'))],
  ERR_MQTT_PROPERTY_NOT_ALLOWED: ['MALFORMED', decoding5(publish5('11 00000000'))],
  ERR_MQTT_PROPERTY_REPEATED: ['PROTOCOL', decoding5(publish5('01 00 01 00'))],
  ERR_MQTT_PROPERTY_VALUE: ['PROTOCOL', decoding5(publish5('01 02'))],
  ERR_MQTT_PROPERTY_NOT_FROM_CLIENT: ['PROTOCOL', decoding5(publish5('0B 01'), { role: 'server', state: 'open' })],
  ERR_MQTT_PROPERTY_NOT_FROM_SERVER: ['PROTOCOL', decoding5('E0 07 00 05 11 00000000', { role: 'client' })],
  ERR_MQTT_RESPONSE_TOPIC_EMPTY: ['PROTOCOL', decoding5(publish5('08 0000'))],
  ERR_MQTT_RESPONSE_TOPIC_WILDCARD: ['PROTOCOL', decoding5(publish5('08 0001 23'))],
  ERR_MQTT_AUTHENTICATION_DATA_WITHOUT_METHOD: ['PROTOCOL', decoding5(frame('F0', '18 04 16 0001 61'))],
  ERR_MQTT_AUTHENTICATION_METHOD_MISSING: ['PROTOCOL', decoding5('F0 02 18 00')],
  ERR_MQTT_TOPIC_ALIAS_ZERO: ['ALIAS', decoding5(publish5('23 0000'))],
  ERR_MQTT_TOPIC_ALIAS_TOO_LARGE: ['ALIAS', decoding5(publish5('23 0002'), { topicAliasMaximum: 1 })],
  ERR_MQTT_TOPIC_ALIAS_MISSING: ['PROTOCOL', decoding5(publish5('', ''))],
  ERR_MQTT_TOPIC_ALIAS_UNKNOWN: ['PROTOCOL', decoding5(publish5('23 0001', ''), { resolveTopicAliases: true, topicAliasMaximum: 1 })],
  ERR_MQTT_QOS_NOT_SUPPORTED: ['QOS', decoding5(frame('32', utf8(SECRET), '0001 00'), { maximumQoS: 0 })],
  ERR_MQTT_RETAIN_NOT_SUPPORTED: ['RETAIN', decoding5(frame('31', utf8(SECRET), '00'), { retainAvailable: false })],
  ERR_MQTT_PAYLOAD_FORMAT: ['PAYLOAD_FORMAT', decoding5(frame('30', utf8(SECRET), '02 01 01', 'FF'), { checkPayloadFormat: true })],
  ERR_MQTT_VERSION_OF_PACKET: ['USAGE', encoding({ type: 'AUTH' })],
  ERR_MQTT_PAYLOAD_LENGTH: ['USAGE', encoding({ type: 'PUBLISH_END' })],
  ERR_MQTT_UNEXPECTED_END: ['TRANSPORT', decoding(frame('30', utf8(SECRET)).subarray(0, -1))],
  ERR_MQTT_DECODER_POISONED: ['USAGE', poisoned],
  ERR_MQTT_DECODER_ENDED: ['USAGE', ended],
  ERR_MQTT_STALE_BATCH: ['USAGE', stale],
  ERR_MQTT_FIELD_TYPE: ['USAGE', encoding({ type: 'PUBLISH', topic: 1 })],
  ERR_MQTT_FIELD_RANGE: ['USAGE', encoding({ type: 'CONNECT', keepAlive: 65_536 })],
  ERR_MQTT_FIELD_TOO_LONG: ['USAGE', encoding({ type: 'CONNECT', clientIdentifier: 'a'.repeat(65_536) })],
  ERR_MQTT_TOPIC_TOO_LONG: ['USAGE', encoding({ type: 'PUBLISH', topic: 'a'.repeat(65_536) })],
  ERR_MQTT_PACKET_IDENTIFIER_AT_QOS_0: ['USAGE', encoding({ type: 'PUBLISH', topic: 'a', packetIdentifier: 1 })],
};

/** The table of error classes: MQTT 5.0 reason code, Connect Return code of MQTT 3.1.1. */
const ANSWERS: Readonly<Record<ErrorClass, readonly [number, number | undefined]>> = {
  MALFORMED: [0x81, undefined],
  PROTOCOL: [0x82, undefined],
  VERSION: [0x84, 1],
  CLIENT_ID: [0x85, 2],
  TOO_LARGE: [0x95, undefined],
  TOPIC_NAME: [0x90, undefined],
  TOPIC_FILTER: [0x8f, undefined],
  ALIAS: [0x94, undefined],
  QOS: [0x9b, undefined],
  RETAIN: [0x9a, undefined],
  PAYLOAD_FORMAT: [0x99, undefined],
  TRANSPORT: [0x81, undefined],
  USAGE: [0x83, undefined],
};

function thrownBy(input: () => unknown): unknown {
  try {
    input();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('error codes', () => {
  it('are all in the table', () => {
    expect([...ERROR_CODES].sort()).toEqual(Object.keys(INPUTS).sort());
    expect(Object.isFrozen(ERROR_CODES)).toBe(true);
  });

  for (const code of ERROR_CODES) {
    const [errorClass, input] = INPUTS[code];
    it(`${code} is met`, () => {
      const error = thrownBy(input);
      expect(error).toMatchObject({ code });
      expect(error instanceof MqttError || error instanceof MqttEncodeError).toBe(true);
      expect((error as Error).name).toBe(
        error instanceof MqttError ? 'MqttError' : 'MqttEncodeError',
      );
    });

    it(`${code} is of class ${errorClass} and answered accordingly`, () => {
      const [reasonCode, connectReturnCode] = ANSWERS[errorClass];
      const error = new MqttError(code);
      expect([error.errorClass, error.reasonCode, error.connectReturnCode]).toEqual([
        errorClass,
        reasonCode,
        connectReturnCode,
      ]);
    });

    it(`${code} repeats nothing that the peer sent`, () => {
      const { message } = thrownBy(input) as Error;
      expect(message).toMatch(/^[ -~]+$/);
      expect(message).not.toContain(SECRET);
      expect(message).not.toContain(SECRET.slice(0, 4));
    });
  }

  it('say where they are in their message', () => {
    const { message } = thrownBy(decoding(frame('38', utf8('a')))) as Error;
    expect(message).toContain('PUBLISH');
    expect(message).toContain('byte 0 of the stream');
    expect(message).toContain('MQTT-3.3.1-2');
  });

  it('of the encoder name the field and the statement in their message', () => {
    const { message } = thrownBy(encoding({ type: 'PUBLISH', topic: 'a/#' })) as Error;
    expect(message).toContain('PUBLISH topic');
    expect(message).toContain('MQTT-3.3.2-2');
  });
});
