/** How large packets may be: the Maximum Packet Size of either side, and the limit before the CONNECT. */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import { Encoder } from '../../../src/encoder/encoder.js';
import type { PacketType } from '../../../src/protocol/packet-types.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import {
  CONNECT_5,
  expectOutcome,
  mqtt5,
  PINGREQ,
  PINGRESP,
  violation,
} from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { decodeChunks, SCANNERS } from '../../support/decode.js';
import { frame, hex, utf8 } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

/** A PUBLISH with as many bytes of payload. */
function publish(length: number): { bytes: Uint8Array; packet: ControlPacket } {
  return {
    bytes: frame('30', utf8('a'), '00', '00'.repeat(length)),
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

function tooLarge(type: PacketType) {
  return violation('TOO_LARGE', 'ERR_MQTT_PACKET_TOO_LARGE', type, 1);
}

/** The two sides. MQTT-3.2.2-15 says of what a Server gets what MQTT-3.1.2-24 says of what a Client gets. */
const SIDES = [
  [{ role: 'client' }, PINGRESP],
  [{ role: 'server', state: 'open' }, PINGREQ],
] as const;

describe('Maximum Packet Size of the receiver', () => {
  decodes('MQTT-3.1.2-24: 16 of 16 bytes', publish(10).bytes, publish(10).packet, {
    decoder: { role: 'client', maximumPacketSize: 16 },
    after: [PINGRESP],
  });
  decodes('MQTT-3.2.2-15: 16 of 16 bytes', publish(10).bytes, publish(10).packet, {
    decoder: { role: 'server', state: 'open', maximumPacketSize: 16 },
    after: [PINGREQ],
  });
  refuses('MQTT-3.1.2-24: 17 of 16 bytes', publish(11).bytes, tooLarge('PUBLISH'), {
    decoder: { role: 'client', maximumPacketSize: 16 },
    before: [PINGRESP],
    decidedBy: 2,
  });
  refuses('MQTT-3.2.2-15: 17 of 16 bytes', publish(11).bytes, tooLarge('PUBLISH'), {
    decoder: { role: 'server', state: 'open', maximumPacketSize: 16 },
    before: [PINGREQ],
    decidedBy: 2,
  });
  for (const [side, ping] of SIDES) {
    const { role } = side;
    for (const [length, limit] of [
      [123, 129], // Remaining Length 127
      [124, 131], // Remaining Length 128
    ] as const) {
      const { bytes, packet } = publish(length);
      decodes(`MQTT-3.1.2-24: ${limit} of ${limit} bytes, role ${role}`, bytes, packet, {
        decoder: { ...side, maximumPacketSize: limit },
        before: [ping],
        after: [ping],
      });
      refuses(
        `MQTT-3.1.2-24: ${limit} of ${limit - 1} bytes, role ${role}`,
        bytes,
        tooLarge('PUBLISH'),
        {
          decoder: { ...side, maximumPacketSize: limit - 1 },
          before: [ping],
          decidedBy: length === 123 ? 2 : 3,
        },
      );
    }
    decodes(`MQTT-3.1.2-24: the smallest takes a ping, role ${role}`, ping.bytes, ping.packet, {
      decoder: { ...side, maximumPacketSize: 2 },
      after: [ping],
    });
    refuses(
      `MQTT-3.1.2-24: the smallest takes no PUBACK, role ${role}`,
      '40 02 0001',
      tooLarge('PUBACK'),
      {
        decoder: { ...side, maximumPacketSize: 2 },
        before: [ping],
        decidedBy: 2,
      },
    );
    refuses(
      `MQTT-3.1.2-24: all bytes of the fixed header count, those of a length that is not minimal too, role ${role}`,
      '40 82 80 80 00 0001',
      tooLarge('PUBACK'),
      { decoder: { ...side, maximumPacketSize: 6, minimalRemainingLength: false }, decidedBy: 5 },
    );
    refuses(
      `MQTT-3.1.2-24: the largest there is, of one byte less, role ${role}`,
      '30 FF FF FF 7F',
      tooLarge('PUBLISH'),
      {
        decoder: { ...side, maximumPacketSize: 268_435_459 },
        decidedBy: 5,
      },
    );
    it(`MQTT-3.1.2-24: the largest there is by default, and it takes no memory before it comes, role ${role}`, () => {
      for (const scanner of SCANNERS) {
        const options = { ...side, scanner, protocolVersion: 5 } as const;
        const decoders = Array.from({ length: 64 }, () => new Decoder(options));
        const before = process.memoryUsage().arrayBuffers;
        for (const decoder of decoders) {
          expect(decoder.push(hex('30 FF FF FF 7F 0001 61 00')).error).toBe(undefined);
          expect(decoder.unfinishedLength).toBe(9);
        }
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
      }
    });
  }
  it('MQTT-3.2.2-15: what never comes is an error at the end only', () => {
    const error = {
      code: 'ERR_MQTT_UNEXPECTED_END',
      errorClass: 'TRANSPORT',
      reasonCode: 0x81,
      packetType: 'PUBLISH',
      offset: 9,
    };
    const stream = hex('30 FF FF FF 7F 0001 61 00');
    expectOutcome(stream, { protocolVersion: 5 }, { packets: [], error });
  });
});

describe('Maximum Packet Size of the peer', () => {
  const atLimit = { role: 'server', maximumPacketSize: 16 } as const;
  encodes('MQTT-3.1.2-25: 16 of 16 bytes', publish(10).packet, publish(10).bytes, atLimit);
  refusesToEncode(
    'MQTT-3.1.2-25: 17 of 16 bytes',
    { ...publish(11).packet },
    refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
    atLimit,
  );
  for (const [length, limit] of [
    [123, 129], // Remaining Length 127
    [124, 131], // Remaining Length 128
  ] as const) {
    const { bytes, packet } = publish(length);
    encodes(`MQTT-3.1.2-25: ${limit} of ${limit} bytes`, packet, bytes, {
      maximumPacketSize: limit,
    });
    refusesToEncode(
      `MQTT-3.1.2-25: ${limit} of ${limit - 1} bytes`,
      { ...packet },
      refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
      { maximumPacketSize: limit - 1 },
    );
  }
  for (const packet of [
    { type: 'PUBACK', packetIdentifier: 1 },
    { type: 'SUBACK', packetIdentifier: 1, reasonCodes: [0] },
    { type: 'CONNACK', sessionPresent: false, reasonCode: 0 },
  ]) {
    refusesToEncode(
      `MQTT-3.1.2-25: the smallest takes no ${packet.type}`,
      packet,
      refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
      { maximumPacketSize: 2 },
    );
  }
  // What these packets say of themselves is not for people only, so nothing is left out.
  const userProperties = [['n', 'v']] as const;
  for (const [packet, bytes] of [
    [
      { ...publish(0).packet, properties: { userProperties } },
      '30 0B 0001 61 07 26 0001 6E 0001 76',
    ],
    [
      {
        type: 'UNSUBSCRIBE',
        packetIdentifier: 1,
        properties: { userProperties },
        topicFilters: ['a'],
      },
      'A2 0D 0001 07 26 0001 6E 0001 76 0001 61',
    ],
  ] as const) {
    const { length } = hex(bytes);
    encodes(
      `MQTT-3.1.2-25: ${packet.type} of ${length} bytes fits`,
      packet as ControlPacket,
      bytes,
      {
        maximumPacketSize: length,
      },
    );
    refusesToEncode(
      `MQTT-3.1.2-25: ${packet.type} does not lose its User Properties to fit`,
      packet,
      refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
      { maximumPacketSize: length - 1 },
    );
  }
  it('MQTT-3.1.2-25: the payload that follows a PUBLISH_START counts', () => {
    const encoder = new Encoder({ protocolVersion: 5, maximumPacketSize: 131 });
    const start = { type: 'PUBLISH_START', topic: 'a' } as const;
    expect(() => encoder.encode({ ...start, payloadLength: 125 })).toThrow(
      expect.objectContaining({ code: 'ERR_MQTT_PACKET_TOO_LARGE', field: 'packet' }),
    );
    const head = encoder.encode({ ...start, payloadLength: 124 });
    expect(Array.from(head)).toEqual(Array.from(hex('30 80 01 0001 61 00')));
  });
  it('MQTT-3.1.2-25: Remaining Length is 268,435,455 at most in any case', () => {
    const encoder = new Encoder({ protocolVersion: 5 });
    const payload = new Uint8Array(268_435_452);
    const packet = { type: 'PUBLISH', topic: 'a' } as const;
    const fits = { ...packet, payload: payload.subarray(0, 268_435_451) };
    expect(encoder.encodedLength(fits)).toBe(268_435_460);
    expect(() => encoder.encodedLength({ ...packet, payload })).toThrow(
      expect.objectContaining({ code: 'ERR_MQTT_PACKET_TOO_LARGE', field: 'packet' }),
    );
  });
});

describe('maximumConnectPacketSize', () => {
  decodes('option maximumConnectPacketSize: 17 of 17 bytes', CONNECT_5.bytes, CONNECT_5.packet, {
    decoder: { role: 'server', maximumConnectPacketSize: 17 },
    after: [publish(100), PINGREQ],
  });
  refuses('option maximumConnectPacketSize: 17 of 16 bytes', CONNECT_5.bytes, tooLarge('CONNECT'), {
    decoder: { role: 'server', maximumConnectPacketSize: 16 },
    decidedBy: 2,
  });
  refuses(
    'option maximumConnectPacketSize: never more than maximumPacketSize',
    CONNECT_5.bytes,
    tooLarge('CONNECT'),
    {
      decoder: { role: 'server', maximumConnectPacketSize: 99, maximumPacketSize: 16 },
      decidedBy: 2,
    },
  );
  refuses(
    'option maximumConnectPacketSize: behind the CONNECT maximumPacketSize counts',
    publish(12).bytes,
    tooLarge('PUBLISH'),
    {
      decoder: { role: 'server', maximumConnectPacketSize: 17, maximumPacketSize: 17 },
      before: [CONNECT_5, publish(11)],
      decidedBy: 2,
    },
  );
  for (const state of ['open', 'unchecked'] as const) {
    decodes(
      `option maximumConnectPacketSize: of no account in state ${state}`,
      publish(100).bytes,
      publish(100).packet,
      { decoder: { role: 'server', state, maximumConnectPacketSize: 16 }, after: [PINGREQ] },
    );
  }
  it('option maximumConnectPacketSize: 65,536 bytes by default', () => {
    const connect = (length: number): Uint8Array =>
      frame('10', '0004 4D515454 05 42 0000 00', utf8(''), utf8('p'.repeat(length - 19)));
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
