/** The stream as a whole: an error ends it (section 4.8), chunks mean nothing (section 6), it ends between packets. */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import { MqttError } from '../../../src/errors.js';
import { CONNECT, expectOutcome, PINGREQ, PINGRESP, PUBLISH } from '../../support/conformance.js';
import { cutAt, decodeChunks, SCANNERS } from '../../support/decode.js';
import { hex, join } from '../../support/hex.js';
import { summary } from '../../support/summary.js';

const EVERY_TYPE = [
  CONNECT,
  { bytes: hex('20 02 01 00'), packet: { type: 'CONNACK', sessionPresent: true, returnCode: 0 } },
  PUBLISH,
  {
    bytes: hex('3D 07 0003 612F62 1234'),
    packet: {
      type: 'PUBLISH',
      topic: 'a/b',
      payload: new Uint8Array(0),
      retain: true,
      qos: 2,
      dup: true,
      packetIdentifier: 0x1234,
    },
  },
  { bytes: hex('40 02 0001'), packet: { type: 'PUBACK', packetIdentifier: 1 } },
  { bytes: hex('50 02 0002'), packet: { type: 'PUBREC', packetIdentifier: 2 } },
  { bytes: hex('62 02 0003'), packet: { type: 'PUBREL', packetIdentifier: 3 } },
  { bytes: hex('70 02 0004'), packet: { type: 'PUBCOMP', packetIdentifier: 4 } },
  {
    bytes: hex('82 06 0005 0001 61 02'),
    packet: {
      type: 'SUBSCRIBE',
      packetIdentifier: 5,
      subscriptions: [{ topicFilter: 'a', qos: 2 }],
    },
  },
  {
    bytes: hex('90 03 0005 80'),
    packet: { type: 'SUBACK', packetIdentifier: 5, returnCodes: [128] },
  },
  {
    bytes: hex('A2 05 0006 0001 61'),
    packet: { type: 'UNSUBSCRIBE', packetIdentifier: 6, topicFilters: ['a'] },
  },
  { bytes: hex('B0 02 0006'), packet: { type: 'UNSUBACK', packetIdentifier: 6 } },
  PINGREQ,
  PINGRESP,
  { bytes: hex('E0 00'), packet: { type: 'DISCONNECT' } },
] as const;

const STREAM = join(...EVERY_TYPE.map(({ bytes }) => bytes));
const PACKETS = EVERY_TYPE.map(({ packet }) => packet);

function thrownBy(action: () => unknown): MqttError {
  try {
    action();
  } catch (error) {
    if (error instanceof MqttError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('an error ends the stream', () => {
  it('MQTT-4.8.0-1: nothing is read after an error', () => {
    for (const scanner of SCANNERS) {
      const decoder = new Decoder({ scanner });
      const batch = decoder.push(join(PINGREQ.bytes, hex('C1 00'), PINGREQ.bytes));
      expect(batch.length).toBe(1);
      expect(batch.error).toMatchObject({ code: 'ERR_MQTT_RESERVED_FLAGS', offset: 2 });
      expect(decoder.error).toBe(batch.error);
      expect(decoder.unfinishedLength).toBe(0);
      for (const action of [
        () => decoder.push(PINGREQ.bytes),
        () => decoder.push(new Uint8Array(0)),
        () => decoder.end(),
        () => decoder.push(PINGREQ.bytes),
      ]) {
        const error = thrownBy(action);
        expect(error).toMatchObject({ code: 'ERR_MQTT_DECODER_POISONED', errorClass: 'USAGE' });
        expect(error.cause).toBe(batch.error);
      }
      expect(decoder.error).toBe(batch.error);
    }
  });

  it('MQTT-4.8.0-1: an error in the body of a packet ends it as well', () => {
    for (const scanner of SCANNERS) {
      const decoder = new Decoder({ scanner });
      const batch = decoder.push(join(PINGREQ.bytes, hex('20 02 02 00'), PINGREQ.bytes));
      expect([batch.length, batch.error?.code]).toEqual([1, 'ERR_MQTT_CONNACK_FLAGS']);
      expect(thrownBy(() => decoder.push(PINGREQ.bytes)).code).toBe('ERR_MQTT_DECODER_POISONED');
    }
  });

  it('MQTT-4.8.0-1: an error of one connection is nothing to another', () => {
    for (const scanner of SCANNERS) {
      const bad = new Decoder({ scanner });
      const good = new Decoder({ scanner });
      good.push(PUBLISH.bytes.subarray(0, 3));
      bad.push(hex('00'));
      expect(Array.from(good.push(PUBLISH.bytes.subarray(3)).packets())).toHaveLength(1);
    }
  });

  it('MQTT-4.8.0-1: of two errors the first counts, whichever part of the decoder finds it', () => {
    const publish = { hex: '30 03 0001 23', code: 'ERR_MQTT_TOPIC_NAME_WILDCARD', offset: 4 };
    const connack = { hex: '20 02 00 06', code: 'ERR_MQTT_CONNECT_RETURN_CODE', offset: 3 };
    const header = { hex: '00', code: 'ERR_MQTT_RESERVED_PACKET_TYPE', offset: 0 };
    for (const first of [publish, connack, header]) {
      for (const second of [publish, connack, header]) {
        const stream = join(
          PINGREQ.bytes,
          hex(first.hex),
          PUBLISH.bytes,
          hex(second.hex),
          PINGREQ.bytes,
        );
        for (const scanner of SCANNERS) {
          for (let at = 1; at < stream.length; at++) {
            const { packets, error } = decodeChunks(cutAt(stream, [at]), { scanner });
            expect([packets.length, error?.code, error?.offset]).toEqual([
              1,
              first.code,
              2 + first.offset,
            ]);
          }
        }
      }
    }
  });
});

describe('WebSocket frames', () => {
  it('MQTT-6.0.0-1: what is not binary is refused', () => {
    const decoder = new Decoder();
    for (const chunk of [
      '\u00c0\u0000',
      [0xc0, 0],
      null,
      undefined,
      new DataView(new ArrayBuffer(2)),
    ]) {
      expect(() => decoder.push(chunk as unknown as Uint8Array)).toThrow(TypeError);
    }
    expect(Array.from(decoder.push(PINGREQ.bytes).packets())).toEqual([PINGREQ.packet]);
  });

  it('MQTT-6.0.0-2: many packets in one frame, one packet in many frames', () => {
    expectOutcome(STREAM, {}, { packets: PACKETS });
  });

  it('MQTT-6.0.0-2: frames of one length', () => {
    for (const scanner of SCANNERS) {
      for (let length = 1; length <= STREAM.length; length++) {
        const offsets: number[] = [];
        for (let at = length; at < STREAM.length; at += length) offsets.push(at);
        const { packets, error } = decodeChunks(cutAt(STREAM, offsets), { scanner });
        expect([summary(packets), error]).toEqual([summary(PACKETS), undefined]);
      }
    }
  });

  it('MQTT-6.0.0-2: three frames, cut at any two places', () => {
    const wanted = summary(PACKETS);
    for (const scanner of SCANNERS) {
      for (let first = 1; first < STREAM.length; first++) {
        for (let second = first; second <= STREAM.length; second++) {
          const { packets, error } = decodeChunks(cutAt(STREAM, [first, second]), { scanner });
          if (error !== undefined || summary(packets) !== wanted) {
            expect({ first, second, packets, error }).toEqual({ packets: PACKETS });
          }
        }
      }
    }
  });

  it('MQTT-6.0.0-2: empty frames between any two bytes', () => {
    for (const scanner of SCANNERS) {
      const chunks = Array.from(STREAM).flatMap((byte) => [new Uint8Array(0), Uint8Array.of(byte)]);
      const { packets, error } = decodeChunks(chunks, { scanner });
      expect([summary(packets), error]).toEqual([summary(PACKETS), undefined]);
    }
  });
});

describe('long chunks', () => {
  it('MQTT-6.0.0-2: thousands of packets in one frame, then each kind of error', () => {
    for (const scanner of SCANNERS) {
      for (const count of [4094, 4095, 4096, 4097, 8192, 8193]) {
        for (const [bad, offset] of [
          ['00', 0],
          ['30 03 0001 23', 4],
          ['20 02 00 06', 3],
          ['C0 FF FF FF FF', 4],
        ] as const) {
          const good = new Uint8Array(count * 2);
          for (let at = 0; at < good.length; at += 2) good[at] = 0xc0;
          const { packets, error } = decodeChunks([join(good, hex(bad), STREAM)], { scanner });
          expect([packets.length, error?.offset]).toEqual([count, good.length + offset]);
        }
      }
    }
  });

  it('MQTT-6.0.0-2: 128 KiB, 64 KiB and their neighbours before a packet in one frame', () => {
    for (const scanner of SCANNERS) {
      for (const size of [65_536, 131_072]) {
        for (let distance = -30; distance <= 3; distance++) {
          const filler = new Uint8Array(size + distance - 9);
          for (let at = 0; at < filler.length; at += 2) filler[at] = 0xc0;
          const even = filler.length % 2 === 0 ? filler : filler.subarray(0, -1);
          const shift = distance % 2 === 0 ? hex('') : hex('30 03 0001 61');
          const before = even.length / 2 + (shift.length > 0 ? 1 : 0);
          const good = decodeChunks([join(even, shift, STREAM)], { scanner });
          expect(good.error).toBe(undefined);
          expect(summary(good.packets.slice(before))).toBe(summary(PACKETS));
          const bad = decodeChunks(
            [join(even, shift, hex('30 0A 0008 61626364 65662B67'), STREAM)],
            { scanner },
          );
          expect([bad.packets.length, bad.error?.code, bad.error?.offset]).toEqual([
            before,
            'ERR_MQTT_TOPIC_NAME_WILDCARD',
            even.length + shift.length + 10,
          ]);
        }
      }
    }
  });
});

describe('the end of the stream', () => {
  it('end of stream: between packets it is well', () => {
    expectOutcome(new Uint8Array(0), {}, { packets: [] });
    expectOutcome(CONNECT.bytes, { role: 'server' }, { packets: [CONNECT.packet] });
  });

  it('end of stream: inside any packet it is an error', () => {
    let packetsBefore: (typeof PACKETS)[number][] = [];
    let start = 0;
    for (const { bytes, packet } of EVERY_TYPE) {
      for (let length = 1; length < bytes.length; length++) {
        expectOutcome(
          STREAM.subarray(0, start + length),
          {},
          {
            packets: packetsBefore,
            error: {
              code: 'ERR_MQTT_UNEXPECTED_END',
              errorClass: 'TRANSPORT',
              reasonCode: 0x81,
              packetType: packet.type,
              offset: start + length,
            },
          },
          false,
        );
      }
      packetsBefore = [...packetsBefore, packet];
      start += bytes.length;
    }
  });
});
