/** How large packets may be: the options of decoder and encoder, and what the protocol itself allows. */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import { Encoder } from '../../../src/encoder/encoder.js';
import { MqttEncodeError } from '../../../src/errors.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import {
  CONNECT,
  decodes,
  expectOutcome,
  PINGREQ,
  refuses,
  violation,
} from '../../support/conformance.js';
import { decodeChunks, SCANNERS } from '../../support/decode.js';
import { frame, hex, utf8 } from '../../support/hex.js';

/** A PUBLISH with as many bytes of payload. */
function publish(length: number): { bytes: Uint8Array; packet: ControlPacket } {
  return {
    bytes: frame('30', utf8('a'), '00'.repeat(length)),
    packet: {
      type: 'PUBLISH',
      topic: 'a',
      payload: new Uint8Array(length),
      retain: false,
      qos: 0,
      dup: false,
    },
  };
}

const TOO_LARGE = violation('TOO_LARGE', 'ERR_MQTT_PACKET_TOO_LARGE', 'PUBLISH', 1);

describe('maximumPacketSize of a decoder', () => {
  decodes('option maximumPacketSize: 16 of 16 bytes', publish(11).bytes, publish(11).packet, {
    decoder: { maximumPacketSize: 16 },
  });
  refuses('option maximumPacketSize: 17 of 16 bytes', publish(12).bytes, TOO_LARGE, {
    decoder: { maximumPacketSize: 16 },
    decidedBy: 2,
  });
  decodes(
    'option maximumPacketSize: 129 of 130 bytes, Remaining Length 127',
    publish(124).bytes,
    publish(124).packet,
    { decoder: { maximumPacketSize: 130 } },
  );
  refuses(
    'option maximumPacketSize: 131 of 130 bytes, Remaining Length 128',
    publish(125).bytes,
    TOO_LARGE,
    { decoder: { maximumPacketSize: 130 }, decidedBy: 3 },
  );
  decodes(
    'option maximumPacketSize: 131 of 131 bytes, Remaining Length 128',
    publish(125).bytes,
    publish(125).packet,
    { decoder: { maximumPacketSize: 131 } },
  );
  decodes(
    'option maximumPacketSize: the smallest',
    'C0 00',
    { type: 'PINGREQ' },
    { decoder: { role: 'any', maximumPacketSize: 2 }, after: [PINGREQ] },
  );
  refuses(
    'option maximumPacketSize: the smallest takes no acknowledgement',
    '40 02 0001',
    violation('TOO_LARGE', 'ERR_MQTT_PACKET_TOO_LARGE', 'PUBACK', 1),
    { decoder: { role: 'any', maximumPacketSize: 2 }, before: [PINGREQ], decidedBy: 2 },
  );
  decodes(
    'option maximumPacketSize: all bytes of a long fixed header count, 5 of 5',
    'C0 80 80 80 00',
    { type: 'PINGREQ' },
    { decoder: { role: 'any', maximumPacketSize: 5 }, canonical: false },
  );
  refuses(
    'option maximumPacketSize: all bytes of a long fixed header count, 5 of 4',
    'C0 80 80 80 00',
    violation('TOO_LARGE', 'ERR_MQTT_PACKET_TOO_LARGE', 'PINGREQ', 1),
    { decoder: { role: 'any', maximumPacketSize: 4 }, decidedBy: 5 },
  );
  refuses(
    'option maximumPacketSize: the largest there is, of one byte less',
    '30 FF FF FF 7F',
    TOO_LARGE,
    {
      decoder: { role: 'any', maximumPacketSize: 268_435_459 },
      decidedBy: 5,
    },
  );
  it('option maximumPacketSize: the largest there is by default', () => {
    for (const scanner of SCANNERS) {
      const decoder = new Decoder({ scanner });
      expect(decoder.push(hex('30 FF FF FF 7F 0001 61')).error).toBe(undefined);
      expect(decoder.unfinishedLength).toBe(8);
    }
  });
});

describe('maximumPacketSize of an encoder', () => {
  it('option maximumPacketSize: a packet is encoded up to it', () => {
    const encoder = new Encoder({ maximumPacketSize: 16 });
    expect(encoder.encode(publish(11).packet)).toHaveLength(16);
    expect(encoder.encodedLength(publish(11).packet)).toBe(16);
  });

  it('option maximumPacketSize: a packet that is one byte larger is refused', () => {
    const encoder = new Encoder({ maximumPacketSize: 16 });
    for (const way of [
      () => encoder.encode(publish(12).packet),
      () => encoder.encodeInto(publish(12).packet, new Uint8Array(99)),
      () => encoder.encodedLength(publish(12).packet),
    ]) {
      expect(way).toThrow(MqttEncodeError);
      expect(way).toThrow(
        expect.objectContaining({
          code: 'ERR_MQTT_PACKET_TOO_LARGE',
          packetType: 'PUBLISH',
          field: 'packet',
          statement: undefined,
        }),
      );
    }
  });

  it('option maximumPacketSize: Remaining Length is 268,435,455 at most in any case', () => {
    const encoder = new Encoder();
    const payload = new Uint8Array(268_435_453);
    const packet = { type: 'PUBLISH', topic: 'a' } as const;
    const fits = { ...packet, payload: payload.subarray(0, 268_435_452) };
    expect(encoder.encodedLength(fits)).toBe(268_435_460);
    expect(() => encoder.encodedLength({ ...packet, payload })).toThrow(
      expect.objectContaining({ code: 'ERR_MQTT_PACKET_TOO_LARGE', field: 'packet' }),
    );
  });
});

describe('maximumConnectPacketSize', () => {
  const connectError = { ...TOO_LARGE, packetType: 'CONNECT' } as const;
  decodes('option maximumConnectPacketSize: 16 of 16 bytes', CONNECT.bytes, CONNECT.packet, {
    decoder: { role: 'server', maximumConnectPacketSize: 16 },
    after: [publish(100), PINGREQ],
  });
  refuses('option maximumConnectPacketSize: 16 of 15 bytes', CONNECT.bytes, connectError, {
    decoder: { role: 'server', maximumConnectPacketSize: 15 },
    decidedBy: 2,
  });
  refuses(
    'option maximumConnectPacketSize: never more than maximumPacketSize',
    CONNECT.bytes,
    connectError,
    {
      decoder: { role: 'server', maximumConnectPacketSize: 99, maximumPacketSize: 15 },
      decidedBy: 2,
    },
  );
  refuses(
    'option maximumConnectPacketSize: behind the CONNECT maximumPacketSize counts',
    publish(12).bytes,
    TOO_LARGE,
    {
      decoder: { role: 'server', maximumConnectPacketSize: 16, maximumPacketSize: 16 },
      before: [CONNECT, publish(11)],
      decidedBy: 2,
    },
  );
  for (const state of ['open', 'unchecked'] as const) {
    const limited = { role: 'server', state, maximumConnectPacketSize: 15 } as const;
    decodes(
      `option maximumConnectPacketSize: of no account in state ${state}`,
      publish(100).bytes,
      publish(100).packet,
      { decoder: limited, after: [PINGREQ] },
    );
  }
  it('option maximumConnectPacketSize: 65,536 bytes by default', () => {
    const connect = (length: number): Uint8Array =>
      frame('10', '0004 4D515454 04 C2 0000', utf8(''), utf8('u'), utf8('p'.repeat(length - 21)));
    const options = { role: 'server' } as const;
    for (const scanner of SCANNERS) {
      const fits = connect(65_536);
      expect(fits).toHaveLength(65_536);
      expect(decodeChunks([fits], { ...options, scanner }).error).toBe(undefined);
      const larger = connect(65_537);
      expect(larger).toHaveLength(65_537);
      expect(decodeChunks([larger.subarray(0, 4)], { ...options, scanner }).error).toMatchObject({
        code: 'ERR_MQTT_PACKET_TOO_LARGE',
        offset: 1,
      });
      expect(decodeChunks([larger], { scanner }).error).toBe(undefined);
    }
  });
});

describe('memory', () => {
  it('option maximumPacketSize: a length that is only claimed takes no memory', () => {
    for (const scanner of SCANNERS) {
      const decoders = Array.from({ length: 64 }, () => new Decoder({ scanner }));
      const before = process.memoryUsage().arrayBuffers;
      for (const decoder of decoders) decoder.push(hex('30 FF FF FF 7F 0001 61'));
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
      expect(decoders.map(({ unfinishedLength }) => unfinishedLength)).toEqual(
        Array.from({ length: 64 }, () => 8),
      );
    }
  });

  it('option maximumPacketSize: the claim of a packet that never ends is an error at the end only', () => {
    expectOutcome(
      hex('30 FF FF FF 7F 0001 61'),
      {},
      {
        packets: [],
        error: {
          code: 'ERR_MQTT_UNEXPECTED_END',
          errorClass: 'TRANSPORT',
          reasonCode: 0x81,
          packetType: 'PUBLISH',
          offset: 8,
        },
      },
    );
  });
});
