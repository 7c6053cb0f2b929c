/**
 * The packets whose bodies are decoded as soon as they were scanned: everything but PUBLISH,
 * acknowledgements and the packets without a body, whose rows say all there is to know.
 */
import type { ProtocolVersion } from '../protocol/packet-types.js';
import type {
  ConnackPacket,
  ConnectPacket,
  SubackPacket,
  SubscribePacket,
  UnsubscribePacket,
} from '../protocol/packets.js';
import { decodeConnack } from './connack.js';
import { decodeConnect } from './connect.js';
import { type Body, FieldReader } from './field-reader.js';
import { decodeSuback } from './suback.js';
import { decodeSubscribe } from './subscribe.js';
import { decodeUnsubscribe } from './unsubscribe.js';

/** A packet that {@link decodeControl} reads. */
export type ControlPacket =
  | ConnectPacket
  | ConnackPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket;

/** Decodes a body. Throws an `MqttError` if it breaks a rule. */
export function decodeControl(body: Body, expected: ProtocolVersion | undefined): ControlPacket {
  const reader = new FieldReader(body);
  switch (body.packetType) {
    case 'CONNECT':
      return decodeConnect(reader, expected);
    case 'CONNACK':
      return decodeConnack(reader);
    case 'SUBSCRIBE':
      return decodeSubscribe(reader);
    case 'SUBACK':
      return decodeSuback(reader);
    case 'UNSUBSCRIBE':
      return decodeUnsubscribe(reader);
    default:
      throw new Error(`${body.packetType} has no body to decode`);
  }
}
