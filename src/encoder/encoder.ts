/**
 * Packets to bytes. The exact length of a frame is known before its first byte is written, so
 * every frame is written once, into one buffer.
 *
 * A packet that the specification forbids is refused with an `MqttEncodeError` that names the
 * field and the statement; no byte of it leaves.
 *
 * What an encoder knows of its connection (version, Topic Aliases, a payload under way) changes only
 * after a frame has been written: neither by a packet that is refused nor by `encodedLength()`.
 */
import { allocateShortLived, isBytes } from '../bytes.js';
import { PROTOCOL_VERSIONS, type ProtocolVersion, type Side } from '../protocol/packet-types.js';
import type {
  ConnackPacket,
  ConnectPacket,
  EncodableConnectPacket,
  EncodablePacket,
  EncodablePublishPacket,
  EncodablePublishStart,
} from '../protocol/packets.js';
import type { BodyEncoder, EncodableProperties, EncodingContext } from './context.js';
import { type Contexts, contextsOf, ENCODABLE_TYPES } from './contexts.js';
import { refuse } from './field-checks.js';
import { FieldWriter } from './field-writer.js';
import { FrameJoiner } from './frame-joiner.js';
import {
  checkLimits,
  checkOptions,
  type EncoderOptions,
  type PeerLimits,
  protocolVersionOf,
} from './options.js';
import { PayloadParts } from './payload-parts.js';
import { frameLength, Peer } from './peer.js';
import { PLAIN_SLACK, writePlain } from './plain.js';
import { type EncodableMessage, publishFirstByte, publishStartEncoder } from './publish.js';

export type { EncoderOptions, PeerLimits };

/** Writes the beginning of a PUBLISH, whose payload stands elsewhere. */
const headEncoder = publishStartEncoder as BodyEncoder<EncodablePacket>;

/** How many bytes of the frame's payload are not written along with it. */
function lengthApart(packet: EncodablePacket, { type }: EncodingContext): number {
  return type === 'PUBLISH_START' ? (packet as EncodablePublishStart).payloadLength : 0;
}

/** Encodes packets of MQTT 5.0, MQTT 3.1.1 or MQTT 3.1, for one connection. */
export class Encoder {
  readonly #isFixed: boolean;
  readonly #sender: Side | undefined;
  readonly #sendsDoubtfulReasonCodes: boolean;
  readonly #peer: Peer;
  readonly #payload = new PayloadParts();
  #protocolVersion: ProtocolVersion;
  /** The rules under `#protocolVersion`. */
  #contexts: Contexts;

  /**
   * @param options see {@link EncoderOptions}
   * @throws `TypeError` or `RangeError` naming the option at fault
   */
  constructor(options: EncoderOptions = {}) {
    const checked = checkOptions(options);
    const { protocolVersion, role } = checked;
    this.#isFixed = protocolVersion !== 'auto';
    this.#sender = role === 'any' ? undefined : role;
    this.#sendsDoubtfulReasonCodes = checked.sendDoubtfulReasonCodes;
    this.#peer = new Peer(checked, checked.assignTopicAliases);
    this.#protocolVersion = protocolVersion === 'auto' ? 4 : protocolVersion;
    this.#contexts = this.#contextsOf(this.#protocolVersion);
  }

  /**
   * The version whose packets are made. With the option `protocolVersion: 'auto'` a CONNECT that is encoded
   * changes it. Setting it is for a Server, whose decoder has learnt it, and throws a `RangeError` for
   * what is no version.
   */
  get protocolVersion(): ProtocolVersion {
    return this.#protocolVersion;
  }

  set protocolVersion(version: ProtocolVersion) {
    this.#protocolVersion = protocolVersionOf(version);
    this.#contexts = this.#contextsOf(version);
  }

  /**
   * Takes in what the peer has told in its CONNECT or CONNACK, as decoded: its version, Maximum Packet Size, Topic
   * Alias Maximum (0 if it told none) and whether it wants problem information. All that {@link setPeerLimits} and
   * the options said of these is replaced.
   */
  learnFrom(packet: ConnectPacket | ConnackPacket): void {
    const { properties } = packet;
    const isMqtt5 =
      packet.type === 'CONNECT' ? packet.protocolLevel === 5 : packet.reasonCode !== undefined;
    if (packet.type === 'CONNECT') this.protocolVersion = packet.protocolLevel;
    this.setPeerLimits({
      maximumPacketSize: properties?.maximumPacketSize,
      topicAliasMaximum: isMqtt5 ? (properties?.topicAliasMaximum ?? 0) : undefined,
      omitDiagnostics:
        packet.type === 'CONNECT' && packet.properties?.requestProblemInformation === false,
    });
  }

  /**
   * Sets what the peer has told, which is often after the encoder was made. What is left out of `limits` is as if it
   * had been left out of the options, whatever was set before. Topic Aliases given before are given anew.
   *
   * @throws `TypeError` or `RangeError` naming what is at fault
   */
  setPeerLimits(limits: PeerLimits): void {
    this.#peer.setLimits(checkLimits(limits));
  }

  /**
   * How many bytes `encode(packet)` would give, fixed header included. Lengths are checked;
   * whether the packet can be encoded in every other respect shows when it is.
   *
   * @throws `MqttEncodeError` if a length does not fit, `TypeError` if `packet` is no packet
   */
  encodedLength(packet: EncodablePacket): number {
    const context = this.#contextOf(packet);
    if (context.continuesPayload) return this.#payload.bytesOf(context, packet).length;
    const planned = this.#peer.plan(packet, context);
    const body = this.#peer.bodyLength(planned, this.#peer.propertiesOf(planned, context), context);
    return frameLength(body) - lengthApart(planned, context);
  }

  /**
   * Encodes `packet` into a buffer of its own, which is the caller's. It may be carved out of a pool
   * that other small buffers share, as those of `Buffer.allocUnsafe()` are.
   *
   * A payload that comes in parts is no exception to the order on the wire: `PUBLISH_START` gives
   * the frame up to the payload, each `PUBLISH_PART` its own bytes, not a copy, and `PUBLISH_END` none.
   *
   * @throws `MqttEncodeError` naming field and statement, `TypeError` if `packet` is no packet
   */
  encode(packet: EncodablePacket): Uint8Array {
    const context = this.#contextOf(packet);
    if (context.continuesPayload) {
      const bytes = this.#payload.bytesOf(context, packet);
      this.#payload.take(context, bytes);
      return bytes;
    }
    const plain = this.#plainBody(packet, context);
    if (plain >= 0) {
      const target = allocateShortLived(frameLength(plain));
      if (writePlain(packet, context, target, 0, plain)) return target;
    }
    const planned = this.#peer.plan(packet, context);
    const properties = this.#peer.propertiesOf(planned, context);
    const body = this.#peer.bodyLength(planned, properties, context);
    const apart = lengthApart(planned, context);
    const length = frameLength(body) - apart;
    const target = allocateShortLived(length);
    const writer = new FieldWriter(context, target, 0, length);
    this.#write(planned, properties, context.body, body, writer);
    if (context.tellsEncoder || this.#peer.topicAliases !== undefined) {
      this.#written(packet, planned, context, apart);
    }
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
    const context = this.#contextOf(packet);
    if (context.continuesPayload) {
      const bytes = this.#payload.bytesOf(context, packet);
      checkRoom(target, offset, bytes.length);
      target.set(bytes, offset);
      this.#payload.take(context, bytes);
      return bytes.length;
    }
    const plain = this.#plainBody(packet, context);
    if (plain >= 0 && frameLength(plain) + PLAIN_SLACK <= target.length - offset) {
      if (writePlain(packet, context, target, offset, plain)) return frameLength(plain);
    }
    const planned = this.#peer.plan(packet, context);
    const properties = this.#peer.propertiesOf(planned, context);
    const body = this.#peer.bodyLength(planned, properties, context);
    const apart = lengthApart(planned, context);
    const length = frameLength(body) - apart;
    checkRoom(target, offset, length);
    const writer = new FieldWriter(context, target, offset, length);
    this.#write(planned, properties, context.body, body, writer);
    if (context.tellsEncoder || this.#peer.topicAliases !== undefined) {
      this.#written(packet, planned, context, apart);
    }
    return length;
  }

  /**
   * Encodes `packet` for a vectored write (`socket.cork()`, `writev`), without a copy of its payload.
   *
   * @returns the frame of a PUBLISH whose payload is a `Uint8Array` and not empty: what stands before the
   *   payload, and the payload, which is the caller's own. Of every other packet one element, that
   *   of {@link encode}
   * @throws what {@link encode} throws
   */
  encodeParts(packet: EncodablePacket): readonly Uint8Array[] {
    const context = this.#contextOf(packet);
    const { payload } = packet as EncodablePublishPacket;
    if (context.type !== 'PUBLISH' || !isBytes(payload) || payload.length === 0) {
      return [this.encode(packet)];
    }
    const planned = this.#peer.plan(packet, context);
    const properties = this.#peer.propertiesOf(planned, context);
    const body = this.#peer.bodyLength(planned, properties, context);
    const target = allocateShortLived(frameLength(body) - payload.length);
    const writer = new FieldWriter(context, target, 0, target.length);
    this.#write(planned, properties, headEncoder, body, writer);
    if (this.#peer.topicAliases !== undefined) this.#written(packet, planned, context, 0);
    return [target, payload];
  }

  /**
   * Encodes packets one behind the other into one buffer, exactly as long as they are, which is the caller's: for one
   * write where there is much to say at once, such as acknowledgements. The bytes are those that {@link encode}
   * would give for each in turn, so a CONNECT may stand among them, and a payload in parts may begin or end there.
   *
   * If one packet is refused, nothing is handed out, and the encoder is what it was before the call: it has
   * learnt no version, given no Topic Alias, counted no part of a payload. For that, an encoder which assigns Topic Aliases
   * copies the list of those it has given, once a call.
   *
   * @param packets taken in completely before the first is encoded; there may be none
   * @throws what {@link encode} throws, and `TypeError` if `packets` cannot be iterated over
   */
  encodeAll(packets: Iterable<EncodablePacket>): Uint8Array {
    const list = [...packets];
    const version = this.#protocolVersion;
    const payloadLeft = this.#payload.left;
    const topicAliases = this.#peer.topicAliases?.copy();
    const joiner = new FrameJoiner();
    try {
      for (const packet of list) this.#append(packet, joiner);
      return joiner.join();
    } catch (error) {
      this.protocolVersion = version;
      this.#payload.left = payloadLeft;
      this.#peer.topicAliases = topicAliases;
      throw error;
    } finally {
      joiner.release();
    }
  }

  #append(packet: EncodablePacket, joiner: FrameJoiner): void {
    const context = this.#contextOf(packet);
    const plain = this.#plainBody(packet, context);
    if (plain >= 0 && joiner.makeRoom(frameLength(plain) + PLAIN_SLACK)) {
      if (writePlain(packet, context, joiner.block, joiner.position, plain)) {
        joiner.position += frameLength(plain);
        return;
      }
    }
    for (const part of this.encodeParts(packet)) joiner.add(part);
  }

  /**
   * Says that no more packets come.
   *
   * @throws `MqttEncodeError` with `ERR_MQTT_PAYLOAD_LENGTH` if a payload that comes in parts is unfinished
   */
  end(): void {
    this.#payload.end(this.#contexts.get('PUBLISH_END') as EncodingContext);
  }

  #contextsOf(protocolVersion: ProtocolVersion): Contexts {
    return contextsOf({
      protocolVersion,
      sender: this.#sender,
      sendsDoubtfulReasonCodes: this.#sendsDoubtfulReasonCodes,
    });
  }

  /** The rules for `packet`, if it may be encoded now, by its type. */
  #contextOf(packet: EncodablePacket): EncodingContext {
    if (typeof packet !== 'object' || packet === null) {
      throw new TypeError('packet must be an object');
    }
    let context = this.#contexts.get(packet.type);
    if (context === undefined) {
      throw new TypeError(`packet.type must be one of ${ENCODABLE_TYPES.join(', ')}`);
    }
    if (context.continuesPayload !== this.#payload.isUnderWay) this.#payload.refuse(context);
    if (context.type === 'CONNECT') {
      context = this.#contextOfConnect(packet as EncodableConnectPacket, context);
    }
    if (!context.isAllowed) this.#refuseType(context);
    return context;
  }

  /** A CONNECT follows the rules of its own version, which need not be that of the packets before. */
  #contextOfConnect(packet: EncodableConnectPacket, context: EncodingContext): EncodingContext {
    const { protocolLevel: level = this.#protocolVersion } = packet;
    const levels = this.#isFixed ? [this.#protocolVersion] : PROTOCOL_VERSIONS;
    if (!levels.includes(level)) {
      const detail = this.#isFixed
        ? `must be ${this.#protocolVersion}, the version of the encoder`
        : 'must be 3, 4 or 5';
      refuse(context, 'ERR_MQTT_PROTOCOL_LEVEL', 'protocolLevel', detail);
    }
    if (level === this.#protocolVersion) return context;
    return this.#contextsOf(level).get('CONNECT') as EncodingContext;
  }

  #refuseType(context: EncodingContext): never {
    if (context.packetType === 'AUTH' && context.protocolVersion !== 5) {
      return refuse(context, 'ERR_MQTT_VERSION_OF_PACKET', 'type');
    }
    const detail = `a ${context.sender === 'client' ? 'Client' : 'Server'} may not send this packet type`;
    return refuse(context, 'ERR_MQTT_PACKET_NOT_ALLOWED', 'type', detail);
  }

  /** Length of the body of a packet that may go the fast way, else -1. */
  #plainBody(packet: EncodablePacket, context: EncodingContext): number {
    const { plain } = context.body;
    if (plain === undefined || this.#peer.topicAliases !== undefined) return -1;
    const body = plain.length(packet, context);
    return this.#peer.accepts(body) ? body : -1;
  }

  #write(
    packet: EncodablePacket,
    properties: EncodableProperties | undefined,
    bodyEncoder: BodyEncoder<EncodablePacket>,
    body: number,
    writer: FieldWriter,
  ): void {
    const { context } = writer;
    writer.uint8(
      context.packetType === 'PUBLISH'
        ? publishFirstByte(context, packet as EncodableMessage)
        : context.firstByte,
    );
    writer.variableByteInteger(body);
    bodyEncoder.write(packet, properties, writer);
    writer.finish();
  }

  /** The frame of `packet` has been written, as `planned`; `apart` bytes of payload are to follow. */
  #written(
    packet: EncodablePacket,
    planned: EncodablePacket,
    context: EncodingContext,
    apart: number,
  ): void {
    if (context.packetType === 'PUBLISH') {
      if (context.type === 'PUBLISH_START') this.#payload.start(apart);
      this.#peer.topicAliases?.sent(packet as EncodableMessage, planned as EncodableMessage);
    } else if (context.packetType === 'CONNECT') {
      this.#peer.topicAliases?.clear();
      this.protocolVersion = context.protocolVersion;
    }
  }
}

function checkRoom(target: Uint8Array, offset: number, length: number): void {
  const room = target.length - offset;
  if (length > room) {
    throw new RangeError(`target has ${room} bytes from offset on, the packet takes ${length}`);
  }
}

const encoder = new Encoder();

/**
 * Encodes one packet into a buffer of its own, as {@link Encoder.encode} of an encoder that lives no longer:
 * it learns no version from a CONNECT and knows no payload under way. Without options, all but a
 * CONNECT of another version is MQTT 3.1.1. With options it makes an encoder for the one packet, which takes
 * longer than the packet: keep an {@link Encoder} for more than a few.
 *
 * @param options see {@link EncoderOptions}
 */
export function encode(packet: EncodablePacket, options?: EncoderOptions): Uint8Array {
  if (options !== undefined) return new Encoder(options).encode(packet);
  const changesEncoder = packet?.type === 'CONNECT' || packet?.type === 'PUBLISH_START';
  return (changesEncoder ? new Encoder() : encoder).encode(packet);
}
