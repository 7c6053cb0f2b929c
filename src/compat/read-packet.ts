/**
 * Reads any frame as mqtt-packet does: the same fields, the same order of checks, the same words for what is refused. What mqtt-packet
 * lets pass passes here.
 */
import { asView } from '../bytes.js';
import { isReasonCode, type ReasonCodePacketType } from '../protocol/reason-codes.js';
import { FrameReader, refuse } from './frame-reader.js';
import { type Packet, packetOf } from './packet.js';
import type { PacketCmd } from './types.js';

/** What is known of a connection. */
export interface ParserSettings {
  protocolVersion?: unknown;
  bridgeMode?: unknown;
}

/** What a fixed header is refused for; `undefined`: nothing. */
export function refusalOfFirstByte(first: number): string | undefined {
  const flags = first & 0x0f;
  const { cmd } = packetOf(first, -1);
  if (cmd !== 'publish' && cmd !== 'reserved') {
    const needed = cmd === 'pubrel' || cmd === 'subscribe' || cmd === 'unsubscribe' ? 2 : 0;
    if (flags === needed) return undefined;
    return `Invalid header flag bits, must be 0x${needed} for ${cmd} packet`;
  }
  return (flags & 6) === 6 ? 'Packet must not have both QoS bits set to 1' : undefined;
}

/**
 * The packet in the bytes `body` to `end` that begins with the byte `first`. Buffers in it are views. Throws a `Refusal`.
 */
export function readPacket(
  bytes: Uint8Array,
  first: number,
  body: number,
  end: number,
  settings: ParserSettings,
): Packet {
  const packet = packetOf(first, end - body);
  const reader = new FrameReader(bytes, body, end);
  const isMqtt5 = settings.protocolVersion === 5;
  switch (packet.cmd) {
    case 'connect':
      readConnect(packet, reader);
      break;
    case 'connack':
      readConnack(packet, reader, isMqtt5);
      break;
    case 'publish':
      readPublish(packet, reader, isMqtt5);
      break;
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
      readAcknowledgement(packet, reader, isMqtt5);
      break;
    case 'subscribe':
      readSubscribe(packet, reader, settings);
      break;
    case 'suback':
      readSuback(packet, reader, isMqtt5);
      break;
    case 'unsubscribe':
      readUnsubscribe(packet, reader, isMqtt5);
      break;
    case 'unsuback':
      readUnsuback(packet, reader, settings);
      break;
    case 'disconnect':
      if (!isMqtt5) break;
      packet.reasonCode = reader.byte() ?? 0;
      checkReasonCode(packet);
      readProperties(packet, reader);
      break;
    case 'auth':
      if (!isMqtt5) refuse('Not supported auth packet for this version MQTT');
      // An AUTH may be cut short, as other packets with a reason code.
      packet.reasonCode = reader.byte() ?? 0;
      checkReasonCode(packet);
      readProperties(packet, reader);
      break;
    case 'pingreq':
    case 'pingresp':
      break;
    default:
      refuse('Not supported');
  }
  return packet;
}

function readProperties(target: Record<string, unknown>, reader: FrameReader): void {
  const properties = reader.properties();
  if (properties !== undefined) target.properties = properties;
}

function checkReasonCode({ cmd, reasonCode }: Packet): void {
  const type = (cmd as PacketCmd).toUpperCase() as ReasonCodePacketType;
  if (!isReasonCode(type, reasonCode as number)) {
    refuse(`Invalid ${cmd} reason code`);
  }
}

function readConnect(packet: Packet, reader: FrameReader): void {
  const protocolId = reader.text();
  if (protocolId === null) refuse('Cannot parse protocolId');
  if (protocolId !== 'MQTT' && protocolId !== 'MQIsdp') refuse('Invalid protocolId');
  packet.protocolId = protocolId;
  const level = reader.byte();
  if (level === undefined) refuse('Packet too short');
  const protocolVersion = level & 0x7f;
  packet.protocolVersion = level;
  if (level >= 128) {
    packet.bridgeMode = true;
    packet.protocolVersion = protocolVersion;
  }
  if (protocolVersion < 3 || protocolVersion > 5) refuse('Invalid protocol version');
  const flags = reader.byte();
  if (flags === undefined) refuse('Packet too short');
  if ((flags & 1) !== 0) refuse('Connect flag bit 0 must be 0, but got 1');
  const hasWill = (flags & 0x04) !== 0;
  const will: Record<string, unknown> = {
    retain: (flags & 0x20) !== 0,
    qos: (flags >> 3) & 3,
  };
  if (hasWill) packet.will = will;
  else if (will.retain) {
    refuse('Will Retain Flag must be set to zero when Will Flag is set to 0');
  } else if (will.qos !== 0) {
    refuse('Will QoS must be set to zero when Will Flag is set to 0');
  }
  packet.clean = (flags & 0x02) !== 0;
  packet.keepalive = reader.twoByteInteger();
  if (packet.keepalive === -1) refuse('Packet too short');
  if (protocolVersion === 5) readProperties(packet, reader);
  packet.clientId = reader.text() ?? refuse('Packet too short');
  if (hasWill) {
    if (protocolVersion === 5) readProperties(will, reader);
    will.topic = reader.text() ?? refuse('Cannot parse will topic');
    will.payload = reader.binary() ?? refuse('Cannot parse will payload');
  }
  if ((flags & 0x80) !== 0) packet.username = reader.text() ?? refuse('Cannot parse username');
  if ((flags & 0x40) !== 0) packet.password = reader.binary() ?? refuse('Cannot parse password');
}

function readConnack(packet: Packet, reader: FrameReader, isMqtt5: boolean): void {
  const flags = reader.byte() ?? 0;
  if (flags > 1) refuse('Invalid connack flags, bits 7-1 must be set to 0');
  packet.sessionPresent = flags === 1;
  const code = reader.byte();
  if (!isMqtt5) {
    packet.returnCode = code;
    return;
  }
  packet.reasonCode = code ?? 0;
  readProperties(packet, reader);
}

function readPublish(packet: Packet, reader: FrameReader, isMqtt5: boolean): void {
  packet.topic = reader.text() ?? refuse('Cannot parse topic');
  if (packet.qos > 0) packet.messageId = reader.twoByteInteger();
  if (isMqtt5) readProperties(packet, reader);
  packet.payload = asView(reader.bytes.subarray(reader.position, reader.end));
}

function readAcknowledgement(packet: Packet, reader: FrameReader, isMqtt5: boolean): void {
  packet.messageId = reader.twoByteInteger();
  if (!isMqtt5) return;
  packet.reasonCode = 0;
  if (packet.length <= 2) return;
  packet.reasonCode = reader.byte();
  checkReasonCode(packet);
  if (packet.length > 3) readProperties(packet, reader);
}

function readSubscribe(packet: Packet, reader: FrameReader, settings: ParserSettings): void {
  const isMqtt5 = settings.protocolVersion === 5;
  const subscriptions: Record<string, unknown>[] = [];
  packet.subscriptions = subscriptions;
  packet.messageId = reader.twoByteInteger();
  if (isMqtt5) readProperties(packet, reader);
  if (packet.length <= 0) refuse('Malformed subscribe, no payload specified');
  while (!reader.isAtEnd) {
    const topic = reader.text() ?? refuse('Cannot parse topic');
    const options = reader.byte() ?? refuse('Malformed Subscribe Payload');
    if (isMqtt5 && (options & 0xc0) !== 0) {
      refuse('Invalid subscribe topic flag bits, bits 7-6 must be 0');
    }
    if (!isMqtt5 && (options & 0xfc) !== 0) {
      refuse('Invalid subscribe topic flag bits, bits 7-2 must be 0');
    }
    const qos = options & 3;
    if (qos > 2) refuse('Invalid subscribe QoS, must be <= 2');
    const rh = (options >> 4) & 3;
    if (rh > 2) refuse('Invalid retain handling, must be <= 2');
    const subscription: Record<string, unknown> = { topic, qos };
    if (isMqtt5) {
      subscription.nl = (options & 4) !== 0;
      subscription.rap = (options & 8) !== 0;
      subscription.rh = rh;
    } else if (settings.bridgeMode) {
      subscription.rh = 0;
      subscription.rap = true;
      subscription.nl = true;
    }
    subscriptions.push(subscription);
  }
}

function readSuback(packet: Packet, reader: FrameReader, isMqtt5: boolean): void {
  const granted: number[] = [];
  packet.granted = granted;
  packet.messageId = reader.twoByteInteger();
  if (isMqtt5) readProperties(packet, reader);
  if (packet.length <= 0) refuse('Malformed suback, no payload specified');
  for (let code = reader.byte(); code !== undefined; code = reader.byte()) {
    if (isMqtt5) {
      if (!isReasonCode('SUBACK', code)) refuse('Invalid suback code');
    } else if (code > 2 && code !== 0x80) {
      refuse('Invalid suback QoS, must be 0, 1, 2 or 128');
    }
    granted.push(code);
  }
}

function readUnsubscribe(packet: Packet, reader: FrameReader, isMqtt5: boolean): void {
  const unsubscriptions: string[] = [];
  packet.unsubscriptions = unsubscriptions;
  packet.messageId = reader.twoByteInteger();
  if (isMqtt5) readProperties(packet, reader);
  if (packet.length <= 0) refuse('Malformed unsubscribe, no payload specified');
  while (!reader.isAtEnd) unsubscriptions.push(reader.text() ?? refuse('Cannot parse topic'));
}

function readUnsuback(packet: Packet, reader: FrameReader, settings: ParserSettings): void {
  const { protocolVersion } = settings;
  packet.messageId = reader.twoByteInteger();
  if ((protocolVersion === 3 || protocolVersion === 4) && packet.length !== 2) {
    refuse('Malformed unsuback, payload length must be 2');
  }
  if (packet.length <= 0) refuse('Malformed unsuback, no payload specified');
  if (protocolVersion !== 5) return;
  readProperties(packet, reader);
  const granted: number[] = [];
  packet.granted = granted;
  for (let code = reader.byte(); code !== undefined; code = reader.byte()) {
    if (!isReasonCode('UNSUBACK', code)) refuse('Invalid unsuback code');
    granted.push(code);
  }
}
