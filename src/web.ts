/** The public surface without anything of Node.js: what browsers get, and `mqtt-wasm/web` everywhere. */
export { copies } from './copies.js';
export type { FrameBatch } from './decoder/batch.js';
export type { FrameType } from './decoder/contents.js';
export { Decoder } from './decoder/decoder.js';
export type { Frame, FrameCursor, FrameProperties } from './decoder/frame.js';
export type { DecoderOptions } from './decoder/options.js';
export { Encoder, type EncoderOptions, encode, type PeerLimits } from './encoder/encoder.js';
export { type FanOutDelivery, type FanOutMessage, PublishFanOut } from './encoder/fan-out.js';
export {
  ERROR_CODES,
  type ErrorClass,
  type ErrorCode,
  MqttEncodeError,
  MqttError,
  type MqttErrorContext,
} from './errors.js';
export { decodeBatches } from './io/batches.js';
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
  AcknowledgementProperties,
  AuthPacket,
  AuthProperties,
  ConnackPacket,
  ConnackProperties,
  ConnectPacket,
  ConnectProperties,
  ControlPacket,
  DisconnectPacket,
  DisconnectProperties,
  EncodableAuthPacket,
  EncodableBytes,
  EncodableConnectPacket,
  EncodablePacket,
  EncodablePublishPacket,
  EncodablePublishStart,
  EncodableWill,
  PingreqPacket,
  PingrespPacket,
  PubackPacket,
  PubcompPacket,
  PublishEnd,
  PublishPacket,
  PublishPart,
  PublishPiece,
  PublishProperties,
  PublishStart,
  PubrecPacket,
  PubrelPacket,
  SubackPacket,
  SubackProperties,
  SubscribePacket,
  SubscribeProperties,
  Subscription,
  UnsubackPacket,
  UnsubackProperties,
  UnsubscribePacket,
  UnsubscribeProperties,
  Will,
  WillProperties,
} from './protocol/packets.js';
export type {
  PropertiesOf,
  PropertyHolder,
  PropertyName,
  PropertyValues,
  UserProperty,
} from './protocol/properties.js';
export {
  REASON_CODES,
  type ReasonCode,
  type ReasonCodePacketType,
  reasonCodeName,
} from './protocol/reason-codes.js';
export {
  CONNECT_RETURN_CODES,
  type ConnectReturnCode,
  type SubscribeReturnCode,
} from './protocol/return-codes.js';
export { availableScanners, type ScannerChoice } from './scanner/choose.js';
export type { ScannerName } from './scanner/scanner.js';
export { TopicMap } from './topic-map.js';
