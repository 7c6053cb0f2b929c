/**
 * The frames of four published walkthroughs: each decodes to the listed fields and encodes back
 * byte for byte, cut anywhere, through every scanner; the malformed ones end in an error.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../src/decoder/decoder.js';
import { Encoder, encode } from '../src/encoder/encoder.js';
import type { ControlPacket } from '../src/protocol/packets.js';
import { CONNECT_RETURN_CODES } from '../src/protocol/return-codes.js';
import { byteByByte, cutAt, decodeChunks, SCANNERS } from './support/decode.js';
import { hex, join } from './support/hex.js';

interface ReferenceFrame {
  readonly source: string;
  readonly name: string;
  readonly hex: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

const { frames, malformed } = JSON.parse(
  readFileSync(new URL('vectors/reference-frames.json', import.meta.url), 'utf8'),
) as {
  readonly frames: readonly ReferenceFrame[];
  readonly malformed: readonly Omit<ReferenceFrame, 'expect'>[];
};

const PINGREQ = hex('C0 00');
const utf8 = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes);

/** What a packet says in the words of the reference file. */
function fieldsOf(packet: ControlPacket, remainingLength: number): Record<string, unknown> {
  const { type } = packet;
  const identifier = 'packetIdentifier' in packet ? { packetId: packet.packetIdentifier } : {};
  switch (packet.type) {
    case 'CONNECT':
      return {
        type,
        protocolName: packet.protocolName,
        protocolLevel: packet.protocolLevel,
        cleanSession: packet.cleanSession,
        keepAlive: packet.keepAlive,
        clientId: packet.clientIdentifier,
        username: packet.userName,
        passwordUtf8: utf8(packet.password),
        will: packet.will ?? null,
        remainingLength,
      };
    case 'CONNACK':
      return {
        type,
        sessionPresent: packet.sessionPresent,
        returnCode: packet.returnCode,
        meaning: CONNECT_RETURN_CODES[packet.returnCode ?? 0]
          .toLowerCase()
          .replace('connection refused, ', ''),
      };
    case 'PUBLISH':
      return { ...packet, ...identifier, payloadUtf8: utf8(packet.payload) };
    default:
      return { ...packet, ...identifier };
  }
}

test('there are as many frames as published', () => {
  expect(frames).toHaveLength(53);
  expect(malformed).toHaveLength(3);
});

describe.each(SCANNERS)('%s', (scanner) => {
  describe.each(frames)('$source $name', (frame) => {
    const bytes = hex(frame.hex);
    const stream = join(bytes, PINGREQ);
    const whole = decodeChunks([bytes], { scanner }).packets[0] as ControlPacket;

    test('decodes to the listed fields', () => {
      const [first] = new Decoder({ scanner }).push(bytes);
      const fields = fieldsOf(whole, first?.remainingLength ?? -1);
      for (const [name, value] of Object.entries(frame.expect)) {
        expect(fields, name).toHaveProperty(name, value);
      }
    });

    test('encodes back byte for byte', () => {
      expect(Buffer.from(encode(whole)).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
      expect(new Encoder().encodedLength(whole)).toBe(bytes.length);
    });

    test('comes out the same cut at every position, and so does what follows', () => {
      for (let cut = 1; cut < stream.length; cut++) {
        expect(decodeChunks(cutAt(stream, [cut]), { scanner }), `cut at ${cut}`).toEqual({
          packets: [whole, { type: 'PINGREQ' }],
          error: undefined,
        });
      }
    });

    test('comes out the same byte by byte, and so does what follows', () => {
      expect(decodeChunks(byteByByte(stream), { scanner })).toEqual({
        packets: [whole, { type: 'PINGREQ' }],
        error: undefined,
      });
    });
  });

  describe.each(malformed)('malformed: $source $name', ({ hex: text }) => {
    const stream = join(hex(text), PINGREQ, PINGREQ);

    test('ends in an error and yields nothing, cut anywhere', () => {
      const { packets, error } = decodeChunks([stream], { scanner });
      expect(packets).toEqual([]);
      expect(error?.errorClass).toBe('MALFORMED');
      for (let cut = 1; cut < stream.length; cut++) {
        expect(decodeChunks(cutAt(stream, [cut]), { scanner })).toEqual({ packets, error });
      }
      expect(decodeChunks(byteByByte(stream), { scanner })).toEqual({ packets, error });
    });
  });
});
