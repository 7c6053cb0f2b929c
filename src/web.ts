/** The public surface without anything of Node.js: what browsers get, and `mqtt-wasm/web` everywhere. */
export type { Frame, FrameBatch } from './decoder/batch.js';
export { Decoder } from './decoder/decoder.js';
export type { DecoderOptions } from './decoder/options.js';
export { Encoder, type EncoderOptions, encode } from './encoder/encoder.js';
export {
  ERROR_CODES,
  type ErrorClass,
  type ErrorCode,
  MqttEncodeError,
  MqttError,
  type MqttErrorContext,
} from './errors.js';
export type { DecoderStreamOptions, Delivered, Delivery } from './io/delivery.js';
export { WebDecoderStream, WebEncoderStream } from './io/web-stream.js';
export {
  PACKET_TYPES,
  type PacketType,
  type ProtocolVersion,
  type QoS,
  type Role,
} from './protocol/packet-types.js';
export type {
  AcknowledgementPacket,
  ConnackPacket,
  ConnectPacket,
  DisconnectPacket,
  EncodableBytes,
  EncodableConnectPacket,
  EncodablePacket,
  EncodablePublishPacket,
  EncodableWill,
  Packet,
  PingreqPacket,
  PingrespPacket,
  PubackPacket,
  PubcompPacket,
  PublishPacket,
  PubrecPacket,
  PubrelPacket,
  SubackPacket,
  SubscribePacket,
  Subscription,
  UnsubackPacket,
  UnsubscribePacket,
  Will,
} from './protocol/packets.js';
export {
  CONNECT_RETURN_CODES,
  type ConnectReturnCode,
  type SubscribeReturnCode,
} from './protocol/return-codes.js';
export { availableScanners, type ScannerChoice } from './scanner/choose.js';
export type { ScannerName } from './scanner/scanner.js';
