/** What becomes of a CONNECT that is in error, and of what stands behind it (section 3.1.4). */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import type { MqttError } from '../../../src/errors.js';
import {
  CONNECT_5,
  malformed,
  mqtt5,
  PINGREQ,
  PUBLISH_5,
  protocolError,
  violation,
} from '../../support/conformance.js';
import { decodeChunks, SCANNERS } from '../../support/decode.js';
import { frame, join, utf8 } from '../../support/hex.js';
import { FIRST_PROPERTY, HEAD, NEXT } from './connect.js';

const { refuses } = mqtt5;

const CLIENT = utf8('c');

describe('a CONNECT that breaks section 3.1', () => {
  refuses(
    'MQTT-3.1.4-1: the reserved flag',
    frame('10', HEAD, '03 003C 00', CLIENT),
    malformed('ERR_MQTT_CONNECT_RESERVED_FLAG', 'CONNECT', 9, 'MQTT-3.1.2-3'),
  );
  refuses(
    'MQTT-3.1.4-1: properties that reach past the end of the packet',
    frame('10', HEAD, '02 003C 04', CLIENT),
    malformed('ERR_MQTT_FIELD_PAST_END', 'CONNECT', 12),
  );
  refuses(
    'MQTT-3.1.4-1: a property of a Will among those of the connection',
    frame('10', HEAD, '02 003C 05 18 00000001', CLIENT),
    malformed('ERR_MQTT_PROPERTY_NOT_ALLOWED', 'CONNECT', FIRST_PROPERTY),
  );
  refuses(
    'MQTT-3.1.4-1: a property twice',
    frame('10', HEAD, '02 003C 06 21 0001 21 0001', CLIENT),
    protocolError('ERR_MQTT_PROPERTY_REPEATED', 'CONNECT', FIRST_PROPERTY + 3),
  );
  refuses(
    'MQTT-3.1.4-1: a value that a property may not have',
    frame('10', HEAD, '02 003C 03 21 0000', CLIENT),
    protocolError('ERR_MQTT_PROPERTY_VALUE', 'CONNECT', FIRST_PROPERTY + 1),
  );
  refuses(
    'MQTT-3.1.4-1: a wildcard in the Will Topic',
    frame('10', HEAD, '06 003C 00', CLIENT, '00', utf8('#'), '0000'),
    violation('TOPIC_NAME', 'ERR_MQTT_TOPIC_NAME_WILDCARD', 'CONNECT', NEXT + 3, 'MQTT-4.7.0-1'),
  );

  it('MQTT-3.1.4-1: the error says with which reason code CONNACK may answer', () => {
    const answer = (bytes: Uint8Array): readonly unknown[] => {
      const { reasonCode, connectReturnCode } = decodeChunks([bytes]).error as MqttError;
      return [reasonCode, connectReturnCode];
    };
    expect(answer(frame('10', HEAD, '03 003C 00', CLIENT))).toEqual([0x81, undefined]);
    expect(answer(frame('10', HEAD, '02 003C 03 21 0000', CLIENT))).toEqual([0x82, undefined]);
    // The other side speaks a version that is not known, so perhaps one older than reason codes.
    expect(answer(frame('10', utf8('MQTT'), '06 02 003C 00', CLIENT))).toEqual([0x84, 1]);
    expect(answer(frame('10', HEAD, '06 003C 00', CLIENT, '00', utf8('#'), '0000'))).toEqual([
      0x90,
      undefined,
    ]);
  });
});

describe('what stands behind it', () => {
  const REFUSED = [
    frame('10', HEAD, '03 003C 00', CLIENT),
    frame('10', HEAD, '02 003C 03 21 0000', CLIENT),
    frame('10', HEAD, '02 003C 00', CLIENT, '00'),
    frame('10', utf8('MQTT'), '06 02 003C 00', CLIENT),
    frame('10', HEAD, '06 003C 00', CLIENT, '00', utf8('#'), '0000'),
  ];

  it('MQTT-3.1.4-6: packets in the same chunk are not delivered', () => {
    const rest = join(CONNECT_5.bytes, PUBLISH_5.bytes, PINGREQ.bytes);
    for (const scanner of SCANNERS) {
      for (const role of ['server', 'any'] as const) {
        for (const refused of REFUSED) {
          const decoder = new Decoder({ role, scanner });
          const batch = decoder.push(join(refused, rest));
          expect(batch.length).toBe(0);
          expect(batch.error?.packetType).toBe('CONNECT');
          expect(decoder.unfinishedLength).toBe(0);
        }
      }
    }
  });

  it('MQTT-3.1.4-6: packets in later chunks are not even taken', () => {
    for (const scanner of SCANNERS) {
      for (const role of ['server', 'any'] as const) {
        for (const refused of REFUSED) {
          const decoder = new Decoder({ role, scanner });
          const { error } = decoder.push(refused);
          for (const { bytes } of [CONNECT_5, PUBLISH_5, PINGREQ]) {
            let thrown: unknown;
            try {
              decoder.push(bytes);
            } catch (caught) {
              thrown = caught;
            }
            expect(thrown).toMatchObject({ code: 'ERR_MQTT_DECODER_POISONED', cause: error });
          }
          expect(error).toBeDefined();
        }
      }
    }
  });
});
