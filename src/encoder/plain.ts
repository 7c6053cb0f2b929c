/**
 * The fast way for the packets that most traffic is made of: a PUBLISH without properties whose Topic Name is short and
 * printable ASCII, and acknowledgements that say nothing but their Packet Identifier. They are written in
 * one go, without asking for lengths first.
 *
 * It refuses nothing but a packet that changes meanwhile. Whatever is not as plain as that, or not right, is left to the encoders of the
 * packets, which know what to say of it; `plain.test.ts` shows that both ways give the same bytes.
 */
import { isBytes } from '../bytes.js';
import type {
  AcknowledgementPacket,
  EncodablePacket,
  EncodablePublishPacket,
} from '../protocol/packets.js';
import type { EncodingContext } from './context.js';
import { refuseChange } from './field-checks.js';

/** Characters of a text that is written in a loop. */
const SHORT_TEXT = 64;

/** Bytes that text may take beyond its characters, if it turns out not to be ASCII. */
export const PLAIN_SLACK = 2 * 2 * SHORT_TEXT;

/** How a packet of one type is encoded in one go. */
export interface PlainEncoder<P> {
  /** Length of the body, if its text is ASCII; -1 if this way is not for the packet. */
  length(packet: P, context: EncodingContext): number;
  /**
   * Writes the frame with a body of so many bytes to `target` from `offset` on, where there is room for it and for
   * {@link PLAIN_SLACK}. Returns whether that is the packet; if not, the bytes are undefined.
   */
  write(
    packet: P,
    context: EncodingContext,
    target: Uint8Array,
    offset: number,
    body: number,
  ): boolean;
}

function isPacketIdentifier(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 0xffff;
}

export const plainAcknowledgement: PlainEncoder<AcknowledgementPacket> = {
  length({ packetIdentifier, reasonCode, properties }) {
    const isPlain = reasonCode === undefined || reasonCode === 0;
    return isPlain && properties === undefined && isPacketIdentifier(packetIdentifier) ? 2 : -1;
  },

  write({ packetIdentifier }, context, target, offset) {
    if (!isPacketIdentifier(packetIdentifier)) refuseChange(context);
    target[offset] = context.firstByte;
    target[offset + 1] = 2;
    target[offset + 2] = packetIdentifier >> 8;
    target[offset + 3] = packetIdentifier & 0xff;
    return true;
  },
};

/** Length of a payload, or -1 if it is neither bytes nor a short string. */
function payloadLength(payload: EncodablePublishPacket['payload']): number {
  if (typeof payload === 'string') return payload.length <= SHORT_TEXT ? payload.length : -1;
  if (payload === undefined) return 0;
  return isBytes(payload) ? payload.length : -1;
}

function isFlag(value: unknown): boolean {
  return value === undefined || typeof value === 'boolean';
}

/** Writes text that is printable ASCII and may be forbidden to have wildcards. Returns whether it is such text. */
function writeText(target: Uint8Array, at: number, text: string, wildcards: boolean): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
    if (!wildcards && (code === 0x2b || code === 0x23)) return false;
    target[at + i] = code;
  }
  return true;
}

export const plainPublish: PlainEncoder<EncodablePublishPacket> = {
  length(packet, context) {
    if (packet.properties !== undefined) return -1;
    const { topic, payload, qos = 0, dup, retain, packetIdentifier } = packet;
    if (typeof topic !== 'string' || topic.length === 0 || topic.length > SHORT_TEXT) return -1;
    if (!isFlag(dup) || !isFlag(retain)) return -1;
    const bytes = payloadLength(payload);
    if (bytes < 0) return -1;
    const body = 2 + topic.length + (context.protocolVersion === 5 ? 1 : 0) + bytes;
    if (qos === 0) return packetIdentifier === undefined && dup !== true ? body : -1;
    if (qos !== 1 && qos !== 2) return -1;
    return isPacketIdentifier(packetIdentifier) ? body + 2 : -1;
  },

  write({ topic, payload, qos = 0, dup, retain, packetIdentifier }, context, target, offset, body) {
    const isMqtt5 = context.protocolVersion === 5;
    const head = 2 + topic.length + (qos === 0 ? 0 : 2) + (isMqtt5 ? 1 : 0);
    const isAsMeasured =
      head + (payload === undefined ? 0 : payload.length) === body &&
      topic.length > 0 &&
      (qos === 0 ? dup !== true : qos <= 2 && isPacketIdentifier(packetIdentifier));
    if (!isAsMeasured) refuseChange(context);
    let p = offset;
    target[p++] =
      context.firstByte | (dup === true ? 8 : 0) | (qos << 1) | (retain === true ? 1 : 0);
    let remaining = body;
    while (remaining > 0x7f) {
      target[p++] = (remaining & 0x7f) | 0x80;
      remaining >>>= 7;
    }
    target[p++] = remaining;
    target[p++] = 0;
    target[p++] = topic.length;
    if (!writeText(target, p, topic, false)) return false;
    p += topic.length;
    if (qos !== 0) {
      target[p++] = (packetIdentifier as number) >> 8;
      target[p++] = (packetIdentifier as number) & 0xff;
    }
    if (isMqtt5) target[p++] = 0;
    if (typeof payload === 'string') return writeText(target, p, payload, true);
    if (payload !== undefined) target.set(payload, p);
    return true;
  },
};

/** Writes a packet the fast way. Whether that was possible; if not, nothing has happened but to `target`. */
export function writePlain(
  packet: EncodablePacket,
  context: EncodingContext,
  target: Uint8Array,
  offset: number,
  body: number,
): boolean {
  return context.body.plain?.write(packet, context, target, offset, body) === true;
}
