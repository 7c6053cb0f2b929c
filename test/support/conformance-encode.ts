/** The driver of the conformance tables for encoding: a case is a packet and what has to become of it. */
import { expect, it } from 'vitest';
import { Encoder, type EncoderOptions, encode } from '../../src/encoder/encoder.js';
import { type ErrorCode, MqttEncodeError } from '../../src/errors.js';
import type { EncodablePacket } from '../../src/protocol/packets.js';
import { decodeChunks } from './decode.js';
import { hex } from './hex.js';

/** A packet with any fields at all. */
export interface AnyPacket {
  readonly type: string;
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

/** The driver for one version of the protocol. */
export interface EncodingDriver {
  /** Checks that `packet` is encoded as `frame`; see {@link encodes}. */
  expectEncoded(
    packet: EncodablePacket,
    frame: string | Uint8Array,
    options?: EncoderOptions,
  ): void;
  /** A test: `packet` is encoded as `frame`, in hexadecimal, and that is legal. */
  encodes(
    name: string,
    packet: EncodablePacket,
    frame: string | Uint8Array,
    options?: EncoderOptions,
  ): void;
  /** Checks that `packet` is not encoded; see {@link refusesToEncode}. */
  expectRefusal(packet: AnyPacket, expected: Refusal, options?: EncoderOptions): void;
  /** A test: the encoder refuses `packet`, which need not be of the type that the encoder asks for. */
  refusesToEncode(
    name: string,
    packet: AnyPacket,
    expected: Refusal,
    options?: EncoderOptions,
  ): void;
}

function driverFor(protocolVersion: 5 | undefined): EncodingDriver {
  const version = protocolVersion === undefined ? {} : { protocolVersion };
  const driver: EncodingDriver = {
    expectEncoded(packet, frame, options = {}) {
      const all = { ...version, ...options };
      const wanted = Buffer.from(typeof frame === 'string' ? hex(frame) : frame).toString('hex');
      expect(Buffer.from(encode(packet, all)).toString('hex')).toBe(wanted);
      const encoder = new Encoder(all);
      expect(encoder.encodedLength(packet)).toBe(wanted.length / 2);
      expect(Buffer.concat(encoder.encodeParts(packet)).toString('hex')).toBe(wanted);
      const target = new Uint8Array(wanted.length / 2 + 5).fill(0xee);
      expect(new Encoder(all).encodeInto(packet, target, 3)).toBe(wanted.length / 2);
      expect(Buffer.from(target).toString('hex')).toBe(`eeeeee${wanted}eeee`);
      const { packets, error } = decodeChunks([hex(wanted)], version);
      expect([packets.length, error]).toEqual([1, undefined]);
    },

    encodes(name, packet, frame, options) {
      it(name, () => driver.expectEncoded(packet, frame, options));
    },

    expectRefusal(packet, expected, options = {}) {
      const wrong = packet as unknown as EncodablePacket;
      const encoder = new Encoder({ ...version, ...options });
      const ways = [
        () => encoder.encode(wrong),
        () => encoder.encodeInto(wrong, new Uint8Array(70_000)),
        () => encoder.encodeParts(wrong),
      ];
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
    },

    refusesToEncode(name, packet, expected, options) {
      it(name, () => driver.expectRefusal(packet, expected, options));
    },
  };
  return driver;
}

/** The driver for MQTT 3.1 and 3.1.1. */
export const { expectEncoded, encodes, expectRefusal, refusesToEncode } = driverFor(undefined);
/** The driver for MQTT 5.0. */
export const encoding5: EncodingDriver = driverFor(5);
