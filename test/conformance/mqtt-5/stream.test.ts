/** The stream as a whole: an error ends it (section 4.13), chunks mean nothing (section 6), it ends between packets. */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import { MqttError } from '../../../src/errors.js';
import {
  CONNECT_5,
  expectOutcome,
  PINGREQ,
  PINGRESP,
  PUBLISH_5,
} from '../../support/conformance.js';
import { cutAt, decodeChunks, SCANNERS } from '../../support/decode.js';
import { hex, join } from '../../support/hex.js';
import { summary } from '../../support/summary.js';

const MQTT_5 = { protocolVersion: 5 } as const;

const EVERY_TYPE = [
  CONNECT_5,
  {
    bytes: hex('20 06 01 00 03 21 0005'),
    packet: {
      type: 'CONNACK',
      sessionPresent: true,
      reasonCode: 0,
      properties: { receiveMaximum: 5 },
    },
  },
  PUBLISH_5,
  {
    bytes: hex('3D 10 0003 612F62 1234 08 23 0007 0B 80 01 01 01'),
    packet: {
      type: 'PUBLISH',
      topic: 'a/b',
      payload: new Uint8Array(0),
      retain: true,
      qos: 2,
      dup: true,
      packetIdentifier: 0x1234,
      properties: { topicAlias: 7, subscriptionIdentifiers: [128], payloadFormatIndicator: 1 },
    },
  },
  { bytes: hex('40 02 0001'), packet: { type: 'PUBACK', packetIdentifier: 1, reasonCode: 0 } },
  {
    bytes: hex('50 03 0002 10'),
    packet: { type: 'PUBREC', packetIdentifier: 2, reasonCode: 0x10 },
  },
  {
    bytes: hex('62 08 0003 92 04 1F 0001 72'),
    packet: {
      type: 'PUBREL',
      packetIdentifier: 3,
      reasonCode: 0x92,
      properties: { reasonString: 'r' },
    },
  },
  {
    bytes: hex('70 0B 0004 00 07 26 0001 6E 0001 76'),
    packet: {
      type: 'PUBCOMP',
      packetIdentifier: 4,
      reasonCode: 0,
      properties: { userProperties: [['n', 'v']] },
    },
  },
  {
    bytes: hex('82 09 0005 02 0B 05 0001 61 2E'),
    packet: {
      type: 'SUBSCRIBE',
      packetIdentifier: 5,
      properties: { subscriptionIdentifier: 5 },
      subscriptions: [
        { topicFilter: 'a', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 },
      ],
    },
  },
  {
    bytes: hex('90 05 0005 00 02 80'),
    packet: { type: 'SUBACK', packetIdentifier: 5, reasonCodes: [2, 128] },
  },
  {
    bytes: hex('A2 06 0006 00 0001 61'),
    packet: { type: 'UNSUBSCRIBE', packetIdentifier: 6, topicFilters: ['a'] },
  },
  {
    bytes: hex('B0 04 0006 00 11'),
    packet: { type: 'UNSUBACK', packetIdentifier: 6, reasonCodes: [0x11] },
  },
  PINGREQ,
  PINGRESP,
  {
    bytes: hex('F0 06 18 04 15 0001 6D'),
    packet: { type: 'AUTH', reasonCode: 0x18, properties: { authenticationMethod: 'm' } },
  },
  { bytes: hex('E0 01 80'), packet: { type: 'DISCONNECT', reasonCode: 0x80 } },
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

/** Pushes `bad` between two good packets: the first is delivered, and nothing comes after it, ever. */
function expectEnd(bad: string, expected: object): void {
  for (const scanner of SCANNERS) {
    const decoder = new Decoder({ ...MQTT_5, scanner });
    const batch = decoder.push(join(PINGREQ.bytes, hex(bad), PINGREQ.bytes));
    expect(batch.length).toBe(1);
    expect(batch.error).toMatchObject(expected);
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
}

describe('an error ends the stream', () => {
  for (const [what, bad, code, offset] of [
    ['in a fixed header', 'C1 00', 'ERR_MQTT_RESERVED_FLAGS', 2],
    ['in a body', '20 03 02 00 00', 'ERR_MQTT_CONNACK_FLAGS', 4],
    ['in a PUBLISH', '30 04 0001 FF 00', 'ERR_MQTT_INVALID_UTF8', 6],
    ['in properties', '40 06 0001 00 02 07 00', 'ERR_MQTT_PROPERTY_UNKNOWN', 8],
  ] as const) {
    it(`MQTT-4.13.1-1: nothing is read after a malformed packet, ${what}`, () => {
      expectEnd(bad, { code, errorClass: 'MALFORMED', reasonCode: 0x81, offset });
    });
  }
  for (const [what, bad, code, offset] of [
    ['in a reason code', '40 03 0001 01', 'ERR_MQTT_REASON_CODE', 6],
    ['in a body', '82 03 0001 00', 'ERR_MQTT_NO_TOPIC_FILTER', 7],
    ['in a Packet Identifier', '32 06 0001 61 0000 00', 'ERR_MQTT_PACKET_IDENTIFIER', 7],
    ['in properties', '30 08 0001 61 04 01 00 01 00', 'ERR_MQTT_PROPERTY_REPEATED', 10],
  ] as const) {
    it(`MQTT-4.13.2-1: nothing is read after a protocol error, ${what}`, () => {
      expectEnd(bad, { code, errorClass: 'PROTOCOL', reasonCode: 0x82, offset });
    });
  }

  it('MQTT-3.1.4-6: nothing is read behind a CONNECT that is refused', () => {
    for (const [connect, reasonCode] of [
      ['10 0F 0004 4D515454 05 03 003C 00 0002 6D65', 0x81], // the reserved flag
      ['10 0F 0004 4D515454 06 02 003C 00 0002 6D65', 0x84], // version 6
      ['10 12 0004 4D515454 05 02 003C 03 21 0000 0002 6D65', 0x82], // Receive Maximum 0
      ['10 0F 0004 4D515454 05 02 003C 00 0002 6DFF', 0x81], // ill-formed Client Identifier
    ] as const) {
      const stream = join(hex(connect), CONNECT_5.bytes, PINGREQ.bytes);
      for (const scanner of SCANNERS) {
        for (let at = 1; at < stream.length; at++) {
          const decoder = new Decoder({ role: 'server', scanner });
          const [first, second] = cutAt(stream, [at]) as [Uint8Array, Uint8Array];
          const batches = [decoder.push(first)];
          if (decoder.error === undefined) batches.push(decoder.push(second));
          expect(batches.map(({ length }) => length)).toEqual(batches.map(() => 0));
          expect(decoder.error).toMatchObject({ packetType: 'CONNECT', reasonCode });
          const { code } = thrownBy(() => decoder.push(CONNECT_5.bytes));
          expect(code).toBe('ERR_MQTT_DECODER_POISONED');
        }
      }
    }
  });

  it('MQTT-4.13.1-1: an error of one connection is nothing to another', () => {
    for (const scanner of SCANNERS) {
      const bad = new Decoder({ ...MQTT_5, scanner });
      const good = new Decoder({ ...MQTT_5, scanner });
      good.push(PUBLISH_5.bytes.subarray(0, 3));
      bad.push(hex('00'));
      expect(Array.from(good.push(PUBLISH_5.bytes.subarray(3)).packets())).toHaveLength(1);
    }
  });

  it('MQTT-4.13.1-1: of two errors the first counts, whichever part of the decoder finds it', () => {
    const errors = [
      { hex: '30 04 0001 23 00', code: 'ERR_MQTT_TOPIC_NAME_WILDCARD', offset: 4 },
      { hex: '20 03 00 01 00', code: 'ERR_MQTT_REASON_CODE', offset: 3 },
      { hex: '40 03 0001 01', code: 'ERR_MQTT_REASON_CODE', offset: 4 },
      { hex: '00', code: 'ERR_MQTT_RESERVED_PACKET_TYPE', offset: 0 },
    ];
    for (const first of errors) {
      for (const second of errors) {
        const good = PUBLISH_5.bytes;
        const bad = [hex(first.hex), good, hex(second.hex)];
        const stream = join(PINGREQ.bytes, ...bad, PINGREQ.bytes);
        for (const scanner of SCANNERS) {
          for (let at = 1; at < stream.length; at++) {
            const { packets, error } = decodeChunks(cutAt(stream, [at]), { ...MQTT_5, scanner });
            const found = [packets.length, error?.code, error?.offset];
            expect(found).toEqual([1, first.code, 2 + first.offset]);
          }
        }
      }
    }
  });
});

describe('WebSocket frames', () => {
  it('MQTT-6.0.0-1: what is not binary is refused', () => {
    const decoder = new Decoder(MQTT_5);
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
    expectOutcome(STREAM, MQTT_5, { packets: PACKETS });
    // The version is learnt from the CONNECT.
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

  it('MQTT-6.0.0-2: thousands of packets in one frame, then each kind of error', () => {
    for (const scanner of SCANNERS) {
      for (const count of [4094, 4095, 4096, 4097, 8192, 8193]) {
        for (const [bad, offset] of [
          ['00', 0],
          ['30 04 0001 23 00', 4],
          ['20 03 00 01 00', 3],
          ['40 03 0001 01', 4],
          ['C0 FF FF FF FF', 4],
        ] as const) {
          const good = new Uint8Array(count * 2);
          for (let at = 0; at < good.length; at += 2) good[at] = 0xc0;
          const chunk = join(good, hex(bad), STREAM);
          const { packets, error } = decodeChunks([chunk], { ...MQTT_5, scanner });
          expect([packets.length, error?.offset]).toEqual([count, good.length + offset]);
        }
      }
    }
  });
});

describe('the end of the stream', () => {
  it('end of stream: between packets it is well', () => {
    expectOutcome(new Uint8Array(0), MQTT_5, { packets: [] });
    expectOutcome(CONNECT_5.bytes, { role: 'server' }, { packets: [CONNECT_5.packet] });
  });

  it('end of stream: inside any packet it is an error', () => {
    let packetsBefore: (typeof PACKETS)[number][] = [];
    let start = 0;
    for (const { bytes, packet } of EVERY_TYPE) {
      for (let length = 1; length < bytes.length; length++) {
        const error = {
          code: 'ERR_MQTT_UNEXPECTED_END',
          errorClass: 'TRANSPORT',
          reasonCode: 0x81,
          packetType: packet.type,
          offset: start + length,
        };
        const stream = STREAM.subarray(0, start + length);
        expectOutcome(stream, MQTT_5, { packets: packetsBefore, error }, false);
      }
      packetsBefore = [...packetsBefore, packet];
      start += bytes.length;
    }
  });
});
