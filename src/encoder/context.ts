/** What holds while one packet is encoded, besides the packet itself. */
import type { PacketType, ProtocolVersion, Side } from '../protocol/packet-types.js';
import type { EncodablePacket } from '../protocol/packets.js';
import type { PropertyName, PropertyValues } from '../protocol/properties.js';
import type { FieldWriter } from './field-writer.js';
import type { PlainEncoder } from './plain.js';

/** The properties of a packet or a Will to encode, before it is known which it may carry. */
export type EncodableProperties = {
  readonly [Name in PropertyName]?: PropertyValues[Name] | undefined;
};

/** How the body of one packet type is encoded. `properties` are always `undefined` before MQTT 5.0. */
export interface BodyEncoder<P> {
  /** The fast way for packets that are plain enough for it. */
  readonly plain?: PlainEncoder<P>;
  /** Checks what can be checked without writing, and returns the length of the body in bytes. */
  length(packet: P, properties: EncodableProperties | undefined, context: EncodingContext): number;
  /** Writes the body. */
  write(packet: P, properties: EncodableProperties | undefined, writer: FieldWriter): void;
}

/** Whose rules hold: of which version, and for which side. */
export interface Rules {
  readonly protocolVersion: ProtocolVersion;
  /** The side that sends the packets; `undefined`: it may be either. */
  readonly sender: Side | undefined;
  /** Whether reason codes are sent of which the specification leaves in doubt whether they may be. */
  readonly sendsDoubtfulReasonCodes: boolean;
}

/**
 * The rules of one packet type. Made once for all packets of a type, version and side, and never
 * changed, so that encoding a packet allocates nothing for it.
 */
export interface EncodingContext extends Rules {
  /** What `packet.type` says. */
  readonly type: EncodablePacket['type'];
  /** The control packet that it is, or is a piece of. */
  readonly packetType: PacketType;
  /** Whether it stands in the middle or at the end of a payload that comes in parts. */
  readonly continuesPayload: boolean;
  /** Whether the encoder has to know when such a packet has been written. */
  readonly tellsEncoder: boolean;
  /** The first byte of the frame; PUBLISH has its own. */
  readonly firstByte: number;
  /** Whether the version has such a packet, and the sender may send it. */
  readonly isAllowed: boolean;
  readonly body: BodyEncoder<EncodablePacket>;
}
