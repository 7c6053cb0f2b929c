/**
 * The rules that a sender owes, field by field, as far as they can be checked before anything is
 * written: types, ranges, lengths. Each refuses with an `MqttEncodeError` that names the field.
 */
import { isBytes, isWellFormed, utf8Length } from '../bytes.js';
import { type ErrorCode, MqttEncodeError } from '../errors.js';
import { MAXIMUM_FIELD_LENGTH, type ProtocolVersion, type QoS } from '../protocol/packet-types.js';
import type { EncodableBytes } from '../protocol/packets.js';
import type { EncodingContext } from './context.js';

const VERSION_NAMES: Readonly<Record<ProtocolVersion, string>> = {
  3: 'MQTT 3.1',
  4: 'MQTT 3.1.1',
  5: 'MQTT 5.0',
};

/** Throws an `MqttEncodeError`. */
export function refuse(
  { packetType, protocolVersion, sender }: EncodingContext,
  code: ErrorCode,
  field: string,
  detail?: string,
): never {
  const says =
    detail === undefined && code === 'ERR_MQTT_VERSION_OF_PACKET'
      ? `does not exist in ${VERSION_NAMES[protocolVersion]}, the protocolVersion of this encoder`
      : detail;
  throw new MqttEncodeError(code, packetType, field, says, protocolVersion, sender);
}

/** Refuses a field that the version does not have, unless it is left out. */
export function refuseIfPresent(context: EncodingContext, field: string, value: unknown): void {
  if (value !== undefined) refuse(context, 'ERR_MQTT_VERSION_OF_PACKET', field);
}

/** Refuses a packet that is no longer what was measured. */
export function refuseChange(context: EncodingContext): never {
  const detail = 'has changed while it was encoded';
  return refuse(context, 'ERR_MQTT_FIELD_RANGE', 'packet', detail);
}

/** Refuses text that UTF-8 cannot carry. */
export function refuseSurrogate(context: EncodingContext, field: string): never {
  const detail = 'contains a lone surrogate, which UTF-8 cannot carry';
  return refuse(context, 'ERR_MQTT_INVALID_UTF8', field, detail);
}

/** Characters up to which counting them in a loop is faster than the call that measures any text. */
const FEW_CHARACTERS = 24;

/** Whether `text` is a text of few characters, each of which takes one byte. */
export function isShortAscii(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > FEW_CHARACTERS) return false;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}

/** Bytes that a text takes with its two-byte length before it. */
export function textLength(
  context: EncodingContext,
  field: string,
  text: string,
  tooLong: ErrorCode = 'ERR_MQTT_FIELD_TOO_LONG',
): number {
  if (isShortAscii(text)) return 2 + text.length;
  if (typeof text !== 'string') {
    refuse(context, 'ERR_MQTT_FIELD_TYPE', field, 'must be a string');
  }
  const length = utf8Length(text);
  if (length > MAXIMUM_FIELD_LENGTH) refuse(context, tooLong, field);
  return 2 + length;
}

/** Bytes that a Topic Name or Topic Filter takes with its two-byte length before it. */
export function topicLength(context: EncodingContext, field: string, topic: string): number {
  return textLength(context, field, topic, 'ERR_MQTT_TOPIC_TOO_LONG');
}

/** How many bytes `bytes` are, not counting any length before them. */
export function bytesLength(
  context: EncodingContext,
  field: string,
  bytes: EncodableBytes,
): number {
  if (typeof bytes === 'string') {
    if (!isWellFormed(bytes)) refuseSurrogate(context, field);
    return utf8Length(bytes);
  }
  if (isBytes(bytes)) return bytes.length;
  return refuse(context, 'ERR_MQTT_FIELD_TYPE', field, 'must be a Uint8Array or a string');
}

/** Bytes that a binary field takes with its two-byte length before it. */
export function binaryLength(
  context: EncodingContext,
  field: string,
  bytes: EncodableBytes,
): number {
  const length = bytesLength(context, field, bytes);
  if (length > MAXIMUM_FIELD_LENGTH) refuse(context, 'ERR_MQTT_FIELD_TOO_LONG', field);
  return 2 + length;
}

/** A flag; `fallback` if it is left out and there is one. */
export function flag(
  context: EncodingContext,
  field: string,
  value: boolean | undefined,
  fallback?: boolean,
): boolean {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== 'boolean') {
    refuse(context, 'ERR_MQTT_FIELD_TYPE', field, 'must be a boolean');
  }
  return value;
}

/** A QoS. */
export function qosOf(context: EncodingContext, field: string, value: QoS): QoS {
  if (value !== 0 && value !== 1 && value !== 2) {
    refuse(context, 'ERR_MQTT_INVALID_QOS', field);
  }
  return value;
}

/** An integer from 0 to `maximum`. */
export function integerOf(
  context: EncodingContext,
  field: string,
  value: number,
  maximum: number,
): number {
  if (typeof value !== 'number') {
    refuse(context, 'ERR_MQTT_FIELD_TYPE', field, 'must be a number');
  }
  if (!Number.isInteger(value) || value < 0 || value > maximum) {
    const detail = `must be an integer from 0 to ${maximum.toLocaleString('en')}`;
    refuse(context, 'ERR_MQTT_FIELD_RANGE', field, detail);
  }
  return value;
}

/** An integer that two bytes hold. */
export function uint16Of(context: EncodingContext, field: string, value: number): number {
  return integerOf(context, field, value, 0xffff);
}

/** A Packet Identifier: an integer from 1 to 65,535. */
export function packetIdentifierOf(context: EncodingContext, value: number | undefined): number {
  const field = 'packetIdentifier';
  if (value === undefined || value === 0) {
    return refuse(context, 'ERR_MQTT_PACKET_IDENTIFIER', field);
  }
  return uint16Of(context, field, value);
}

/** The elements of a list that must not be empty. */
export function listOf<T>(
  context: EncodingContext,
  field: string,
  value: readonly T[],
  empty: ErrorCode,
): readonly T[] {
  if (!Array.isArray(value)) {
    refuse(context, 'ERR_MQTT_FIELD_TYPE', field, 'must be an array');
  }
  if (value.length === 0) refuse(context, empty, field);
  return value;
}

/** An object, or `undefined` if it is left out. */
export function objectOf<T extends object>(
  context: EncodingContext,
  field: string,
  value: T | undefined,
): T | undefined {
  if (value !== undefined && (typeof value !== 'object' || value === null)) {
    refuse(context, 'ERR_MQTT_FIELD_TYPE', field, 'must be an object');
  }
  return value;
}
