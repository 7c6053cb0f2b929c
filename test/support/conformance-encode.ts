/** The driver of the conformance tables for encoding: a case is a packet and what has to become of it. */
import { expect, it } from 'vitest';
import { Encoder, encode } from '../../src/encoder/encoder.js';
import { type ErrorCode, MqttEncodeError } from '../../src/errors.js';
import type { PacketType } from '../../src/protocol/packet-types.js';
import type { EncodablePacket } from '../../src/protocol/packets.js';
import { decodeChunks } from './decode.js';
import { hex } from './hex.js';

const encoder = new Encoder();

/** Checks that `packet` is encoded as `frame`; see {@link encodes}. */
export function expectEncoded(packet: EncodablePacket, frame: string | Uint8Array): void {
  const wanted = Buffer.from(typeof frame === 'string' ? hex(frame) : frame).toString('hex');
  expect(Buffer.from(encode(packet)).toString('hex')).toBe(wanted);
  expect(encoder.encodedLength(packet)).toBe(wanted.length / 2);
  const target = new Uint8Array(wanted.length / 2 + 5).fill(0xee);
  expect(encoder.encodeInto(packet, target, 3)).toBe(wanted.length / 2);
  expect(Buffer.from(target).toString('hex')).toBe(`eeeeee${wanted}eeee`);
  const { packets, error } = decodeChunks([hex(wanted)]);
  expect([packets.length, error]).toEqual([1, undefined]);
}

/** A test: `packet` is encoded as `frame`, in hexadecimal, and that is legal. */
export function encodes(name: string, packet: EncodablePacket, frame: string | Uint8Array): void {
  it(name, () => expectEncoded(packet, frame));
}

/** A packet with any fields at all. */
export interface AnyPacket {
  readonly type: PacketType;
  readonly [field: string]: unknown;
}

/** What the encoder has to say of a packet that it refuses. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly field: string;
  readonly statement: string | undefined;
}

export function refusal(code: ErrorCode, field: string, statement?: string): Refusal {
  return { code, field, statement };
}

/** Checks that `packet` is not encoded; see {@link refusesToEncode}. */
export function expectRefusal(packet: AnyPacket, expected: Refusal): void {
  const wrong = packet as unknown as EncodablePacket;
  const ways = [() => encode(wrong), () => encoder.encodeInto(wrong, new Uint8Array(70_000))];
  for (const way of ways) {
    let thrown: unknown;
    try {
      way();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(MqttEncodeError);
    const { code, field, statement, packetType } = thrown as MqttEncodeError;
    expect({ code, field, statement, packetType }).toEqual({
      ...expected,
      packetType: packet.type,
    });
  }
}

/** A test: the encoder refuses `packet`, which need not be of the type that the encoder asks for. */
export function refusesToEncode(name: string, packet: AnyPacket, expected: Refusal): void {
  it(name, () => expectRefusal(packet, expected));
}
