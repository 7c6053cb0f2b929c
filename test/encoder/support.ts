import { expect } from 'vitest';
import { Encoder, type EncoderOptions } from '../../src/encoder/encoder.js';
import { type ErrorCode, MqttEncodeError } from '../../src/errors.js';
import type { EncodablePacket } from '../../src/protocol/packets.js';
import { hex } from '../support/hex.js';

/** A packet with any fields at all, also those that the types forbid. */
export interface AnyPacket {
  readonly type: string;
  readonly [field: string]: unknown;
}

export const MQTT_5: EncoderOptions = { protocolVersion: 5 };

export function packetOf(packet: AnyPacket): EncodablePacket {
  return packet as unknown as EncodablePacket;
}

export function asHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Checks that `packet` becomes `bytes`, hexadecimal, whichever way it is encoded. */
export function expectBytes(packet: AnyPacket, bytes: string, options = MQTT_5): void {
  const wanted = asHex(hex(bytes));
  const length = wanted.length / 2;
  expect(asHex(new Encoder(options).encode(packetOf(packet)))).toBe(wanted);
  expect(new Encoder(options).encodedLength(packetOf(packet))).toBe(length);
  const target = new Uint8Array(length + 5).fill(0xee);
  expect(new Encoder(options).encodeInto(packetOf(packet), target, 3)).toBe(length);
  expect(asHex(target)).toBe(`eeeeee${wanted}eeee`);
  const parts = new Encoder(options).encodeParts(packetOf(packet));
  expect(asHex(Buffer.concat(parts))).toBe(wanted);
}

/** The `MqttEncodeError` that `action` throws. */
export function errorOf(action: () => unknown): MqttEncodeError {
  let thrown: unknown;
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(MqttEncodeError);
  return thrown as MqttEncodeError;
}

/** Checks that `packet` is refused, whichever way it is encoded. */
export function expectRefusal(
  packet: AnyPacket,
  code: ErrorCode,
  field: string,
  options: EncoderOptions = MQTT_5,
): void {
  const target = new Uint8Array(100_000);
  for (const encode of [
    (encoder: Encoder) => encoder.encode(packetOf(packet)),
    (encoder: Encoder) => encoder.encodeInto(packetOf(packet), target),
    (encoder: Encoder) => encoder.encodeParts(packetOf(packet)),
  ]) {
    const error = errorOf(() => encode(new Encoder(options)));
    expect([error.code, error.field]).toEqual([code, field]);
  }
}
