/** What is particular to decoding MQTT 5.0, beside the statements of the specification. */
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/decoder/decoder.js';
import type { DecoderOptions } from '../../src/decoder/options.js';
import { RowMap } from '../../src/decoder/row-map.js';
import { encode } from '../../src/encoder/encoder.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { decodeChunks, SCANNERS } from '../support/decode.js';
import { hex, join } from '../support/hex.js';

const PUBACK = hex('40 02 0001');

describe.each(SCANNERS)('%s', (scanner) => {
  describe('a version that is set while a PUBLISH in parts is unfinished', () => {
    /** Pushes `first`, sets the version, pushes the rest. */
    function outcome(
      stream: Uint8Array,
      first: number,
      version: 4 | 5,
      options: DecoderOptions,
    ): { packets: ControlPacket[]; code: string | undefined } {
      const decoder = new Decoder({ ...options, scanner });
      const packets = [...decoder.push(stream.subarray(0, first)).packets()];
      decoder.protocolVersion = version;
      const batch = decoder.push(stream.subarray(first));
      for (let index = 0; index < batch.length; index++) packets.push(batch.packetAt(index));
      return { packets, code: batch.error?.code };
    }

    const payload = new Uint8Array(40).fill(0x61);
    const frame = join(hex('30 2C 0001 61 1E'), payload);

    test('holds for it, wherever in its header it was', () => {
      for (let first = 0; first <= 6; first++) {
        const { packets, code } = outcome(join(frame, PUBACK, PUBACK), first, 4, {
          role: 'client',
          protocolVersion: 5,
          publishPartsAbove: 10,
        });
        expect(code).toBeUndefined();
        const parts = packets.flatMap((one) => (one.type === 'PUBLISH_PART' ? [one.payload] : []));
        expect(Buffer.concat(parts).toString('hex')).toBe(`1e${'61'.repeat(40)}`);
        expect(packets.filter(({ type }) => type === 'PUBACK')).toHaveLength(2);
        expect(packets.filter(({ type }) => type === 'PUBLISH_END')).toHaveLength(1);
      }
    });

    test('brings its limits', () => {
      const large = encode(
        { type: 'PUBLISH', topic: 'a', qos: 2, packetIdentifier: 1, payload },
        { protocolVersion: 5 },
      );
      for (let first = 0; first <= 6; first++) {
        const { packets, code } = outcome(large, first, 5, {
          role: 'server',
          state: 'open',
          publishPartsAbove: 10,
          maximumQoS: 1,
        });
        expect([packets, code]).toEqual([[], 'ERR_MQTT_QOS_NOT_SUPPORTED']);
      }
    });

    test('changes nothing about a payload that is under way', () => {
      const good = join(hex('30 2C 0001 61 00'), payload);
      const { packets: pieces } = outcome(join(good, PUBACK), 20, 4, {
        role: 'client',
        protocolVersion: 5,
        publishPartsAbove: 10,
      });
      expect(pieces.map(({ type }) => type)).toEqual([
        'PUBLISH_START',
        'PUBLISH_PART',
        'PUBLISH_PART',
        'PUBLISH_END',
        'PUBACK',
      ]);
    });
  });

  test.each(['auto', 5] as const)(
    'a CONNECT that cannot be good is not waited for: %s',
    (version) => {
      const decoder = new Decoder({ protocolVersion: version, scanner });
      const batch = decoder.push(hex('10 FF FF FF 7F'));
      expect(batch.error).toMatchObject({
        code: 'ERR_MQTT_PACKET_TOO_LARGE',
        packetType: 'CONNECT',
      });
      expect(decoder.unfinishedLength).toBe(0);
    },
  );

  test('the largest CONNECT there can be is taken', () => {
    const text = 'x'.repeat(65_535);
    const value = 'v'.repeat(65_000);
    const userProperties = Array.from({ length: 16 }, () => ['name', value] as const);
    const frame = encode({
      type: 'CONNECT',
      protocolLevel: 5,
      clientIdentifier: text,
      properties: { userProperties },
      will: { topic: text, payload: text, properties: { userProperties } },
      userName: text,
      password: text,
    });
    expect(frame.length).toBeGreaterThan(2_400_000);
    const { packets, error } = decodeChunks([frame], { scanner });
    expect(error).toBeUndefined();
    expect(packets).toHaveLength(1);
  });

  test.each([
    ['DISCONNECT', 'E0 00'],
    ['AUTH', 'F0 00'],
  ] as const)('a %s without a body is read from its row, however many there are', (type, frame) => {
    const count = 10_000;
    const chunk = Buffer.concat(Array.from({ length: count }, () => hex(frame)));
    const batch = new Decoder({ protocolVersion: 5, scanner }).push(chunk);
    expect(batch.length).toBe(count);
    expect(batch.packetAt(count - 1)).toEqual({ type, reasonCode: 0 });
    // Nothing has been made for it yet: each request makes a packet.
    expect(batch.packetAt(1)).not.toBe(batch.packetAt(1));
  });

  test('a Will Payload that is said to be UTF-8 must be, if that is asked for', () => {
    const connect = (willPayload: string) =>
      hex(`10 17 0004 4D515454 05 06 0000 00 0000 02 01 01 0001 61 ${willPayload}`);
    const good = connect('0002 C3A9');
    const bad = connect('0002 C328');
    const options = { scanner, checkPayloadFormat: true };
    expect(decodeChunks([good], options).error).toBeUndefined();
    expect(decodeChunks([bad], { scanner }).error).toBeUndefined();
    expect(decodeChunks([bad], options).error).toMatchObject({
      code: 'ERR_MQTT_PAYLOAD_FORMAT',
      packetType: 'CONNECT',
      offset: 23,
      reasonCode: 0x99,
    });
  });
});

test('what belongs to rows is found, and nothing else', () => {
  for (const rows of [[], [0], [5], [0, 1, 2], [3, 9, 10, 4000, 2 ** 25]]) {
    const map = new RowMap<string>();
    for (const row of rows) map.set(row, `of ${row}`);
    for (const row of rows) expect(map.get(row)).toBe(`of ${row}`);
    for (const row of [-1, 4, 7, 11, 4001, 2 ** 26]) expect(map.get(row)).toBeUndefined();
  }
});
