/**
 * Packets to bytes. The exact length of a frame is known before its first byte is written, so
 * every frame is written once, into one buffer.
 *
 * A packet that the specification forbids is refused with an `MqttEncodeError` that names the
 * field and the statement; no byte of it leaves.
 */
import { allocateShortLived, isBytes } from '../bytes.js';
import { MqttEncodeError } from '../errors.js';
import { optionsObject, packetSize } from '../options.js';
import {
  firstByteOf,
  MAXIMUM_FRAME_LENGTH,
  MAXIMUM_REMAINING_LENGTH,
  PACKET_TYPE,
  PACKET_TYPES,
  type PacketType,
} from '../protocol/packet-types.js';
import type { EncodablePacket } from '../protocol/packets.js';
import { acknowledgementEncoder } from './acknowledgement.js';
import { connackEncoder } from './connack.js';
import { connectEncoder } from './connect.js';
import { type BodyEncoder, FieldWriter } from './field-writer.js';
import { publishEncoder, publishFirstByte } from './publish.js';
import { subackEncoder } from './suback.js';
import { subscribeEncoder } from './subscribe.js';
import { unsubscribeEncoder } from './unsubscribe.js';

const emptyEncoder: BodyEncoder<EncodablePacket> = { length: () => 0, write: () => {} };

type PacketOf<Type extends PacketType> = Extract<EncodablePacket, { readonly type: Type }>;

const BODY_ENCODERS: { readonly [Type in PacketType]: BodyEncoder<PacketOf<Type>> } = {
  CONNECT: connectEncoder,
  CONNACK: connackEncoder,
  PUBLISH: publishEncoder,
  PUBACK: acknowledgementEncoder,
  PUBREC: acknowledgementEncoder,
  PUBREL: acknowledgementEncoder,
  PUBCOMP: acknowledgementEncoder,
  SUBSCRIBE: subscribeEncoder,
  SUBACK: subackEncoder,
  UNSUBSCRIBE: unsubscribeEncoder,
  UNSUBACK: acknowledgementEncoder,
  PINGREQ: emptyEncoder,
  PINGRESP: emptyEncoder,
  DISCONNECT: emptyEncoder,
};

/** Options of an encoder. */
export interface EncoderOptions {
  /**
   * Bytes of the largest frame to make, fixed header included (2 to 268,435,460, the default). A
   * packet that takes more is refused with `ERR_MQTT_PACKET_TOO_LARGE`.
   */
  readonly maximumPacketSize?: number | undefined;
}

function bodyEncoderOf(packet: EncodablePacket): BodyEncoder<EncodablePacket> {
  if (typeof packet !== 'object' || packet === null) {
    throw new TypeError('packet must be an object');
  }
  if (typeof packet.type !== 'string' || !Object.hasOwn(PACKET_TYPE, packet.type)) {
    throw new TypeError(`packet.type must be one of ${PACKET_TYPES.join(', ')}`);
  }
  return BODY_ENCODERS[packet.type] as BodyEncoder<EncodablePacket>;
}

/** How many bytes a Remaining Length of this value takes. */
function remainingLengthBytes(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x20_0000 ? 3 : 4;
}

/** Length of the frame whose body takes so many bytes. */
function frameLength(body: number): number {
  return 1 + remainingLengthBytes(body) + body;
}

/** Encodes packets, MQTT 3.1.1 or, as each CONNECT says, MQTT 3.1. */
export class Encoder {
  readonly #maximumPacketSize: number;

  /**
   * @param options see {@link EncoderOptions}
   * @throws `TypeError` or `RangeError` naming the option at fault
   */
  constructor(options: EncoderOptions = {}) {
    this.#maximumPacketSize = packetSize(
      'maximumPacketSize',
      optionsObject(options, ['maximumPacketSize']).maximumPacketSize ?? MAXIMUM_FRAME_LENGTH,
    );
  }

  /**
   * How many bytes the frame of `packet` takes, fixed header included. Lengths are checked;
   * whether the packet can be encoded in every other respect shows when it is.
   *
   * @throws `MqttEncodeError` if a length does not fit, `TypeError` if `packet` is no packet
   */
  encodedLength(packet: EncodablePacket): number {
    const body = this.#bodyLength(packet, bodyEncoderOf(packet));
    return frameLength(body);
  }

  /**
   * Encodes `packet` into a buffer of its own, which is the caller's. It may be carved out of a pool
   * that other small buffers share, as those of `Buffer.allocUnsafe()` are.
   *
   * @throws `MqttEncodeError` naming field and statement, `TypeError` if `packet` is no packet
   */
  encode(packet: EncodablePacket): Uint8Array {
    const encoder = bodyEncoderOf(packet);
    const body = this.#bodyLength(packet, encoder);
    const target = allocateShortLived(frameLength(body));
    this.#write(packet, encoder, body, target, 0);
    return target;
  }

  /**
   * Encodes `packet` into `target`, which stays the caller's, from `offset` on. The bytes of the
   * packet must not overlap the place where it is written.
   *
   * @returns how many bytes were written
   * @throws `MqttEncodeError` naming field and statement, after which the bytes of `target` from
   *   `offset` on are undefined; `RangeError` if there is not enough room, in which case nothing
   *   was written; `TypeError` for a wrong argument
   */
  encodeInto(packet: EncodablePacket, target: Uint8Array, offset = 0): number {
    if (!isBytes(target)) throw new TypeError('target must be a Uint8Array');
    if (!Number.isInteger(offset) || offset < 0 || offset > target.length) {
      throw new RangeError(
        `offset must be an integer from 0 to ${target.length}, the target's length`,
      );
    }
    const encoder = bodyEncoderOf(packet);
    const body = this.#bodyLength(packet, encoder);
    const length = frameLength(body);
    if (length > target.length - offset) {
      throw new RangeError(
        `target has ${target.length - offset} bytes from offset on, the packet takes ${length}`,
      );
    }
    this.#write(packet, encoder, body, target, offset);
    return length;
  }

  #bodyLength(packet: EncodablePacket, encoder: BodyEncoder<EncodablePacket>): number {
    const body = encoder.length(packet);
    if (body > MAXIMUM_REMAINING_LENGTH || frameLength(body) > this.#maximumPacketSize) {
      throw new MqttEncodeError('ERR_MQTT_PACKET_TOO_LARGE', packet.type, 'packet');
    }
    return body;
  }

  #write(
    packet: EncodablePacket,
    encoder: BodyEncoder<EncodablePacket>,
    body: number,
    target: Uint8Array,
    offset: number,
  ): void {
    const length = frameLength(body);
    const writer = new FieldWriter(packet.type, target, offset, length);
    writer.uint8(packet.type === 'PUBLISH' ? publishFirstByte(packet) : firstByteOf(packet.type));
    writer.remainingLength(body);
    encoder.write(packet, writer);
    writer.finish();
  }
}

const encoder = new Encoder();

/** Encodes `packet` into a buffer of its own: {@link Encoder.encode} with no options. */
export function encode(packet: EncodablePacket): Uint8Array {
  return encoder.encode(packet);
}
