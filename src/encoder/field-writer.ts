/**
 * Writing the fields of one packet, with the rules that a sender owes.
 *
 * Lengths are known before the first byte is written: `encodedLength()` has asked for every field's
 * length and refused those that do not fit. What is left to check while writing is the text
 * itself, which is checked as bytes, by the very functions that check what a peer sends.
 */
import { isBytes, isWellFormed, utf8Length, writeUtf8 } from '../bytes.js';
import { type ErrorCode, errorCodeOf, MqttEncodeError } from '../errors.js';
import { MAXIMUM_FIELD_LENGTH, type PacketType, type QoS } from '../protocol/packet-types.js';
import type { EncodableBytes } from '../protocol/packets.js';
import { checkText, checkTopicFilter, faultCode } from '../text.js';

/** Throws an `MqttEncodeError`. */
export function refuse(
  code: ErrorCode,
  packetType: PacketType,
  field: string,
  detail?: string,
): never {
  throw new MqttEncodeError(code, packetType, field, detail);
}

function refuseSurrogate(packetType: PacketType, field: string): never {
  const detail = 'contains a lone surrogate, which UTF-8 cannot carry';
  return refuse('ERR_MQTT_INVALID_UTF8', packetType, field, detail);
}

/** Bytes that a text takes with its two-byte length before it. */
export function textLength(
  packetType: PacketType,
  field: string,
  text: string,
  tooLong: ErrorCode = 'ERR_MQTT_FIELD_TOO_LONG',
): number {
  if (typeof text !== 'string') {
    refuse('ERR_MQTT_FIELD_TYPE', packetType, field, 'must be a string');
  }
  const length = utf8Length(text);
  if (length > MAXIMUM_FIELD_LENGTH) refuse(tooLong, packetType, field);
  return 2 + length;
}

/** Bytes that a Topic Name or Topic Filter takes with its two-byte length before it. */
export function topicLength(packetType: PacketType, field: string, topic: string): number {
  return textLength(packetType, field, topic, 'ERR_MQTT_TOPIC_TOO_LONG');
}

/** How many bytes `bytes` are, not counting any length before them. */
export function bytesLength(packetType: PacketType, field: string, bytes: EncodableBytes): number {
  if (typeof bytes === 'string') {
    if (!isWellFormed(bytes)) refuseSurrogate(packetType, field);
    return utf8Length(bytes);
  }
  if (isBytes(bytes)) return bytes.length;
  return refuse('ERR_MQTT_FIELD_TYPE', packetType, field, 'must be a Uint8Array or a string');
}

/** Bytes that a binary field takes with its two-byte length before it. */
export function binaryLength(packetType: PacketType, field: string, bytes: EncodableBytes): number {
  const length = bytesLength(packetType, field, bytes);
  if (length > MAXIMUM_FIELD_LENGTH) refuse('ERR_MQTT_FIELD_TOO_LONG', packetType, field);
  return 2 + length;
}

/** A flag; `fallback` if it is left out and there is one. */
export function flag(
  packetType: PacketType,
  field: string,
  value: boolean | undefined,
  fallback?: boolean,
): boolean {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== 'boolean') {
    refuse('ERR_MQTT_FIELD_TYPE', packetType, field, 'must be a boolean');
  }
  return value;
}

/** A QoS. */
export function qosOf(packetType: PacketType, field: string, value: QoS): QoS {
  if (value !== 0 && value !== 1 && value !== 2) {
    refuse('ERR_MQTT_INVALID_QOS', packetType, field);
  }
  return value;
}

/** An integer that two bytes hold. */
export function uint16Of(packetType: PacketType, field: string, value: number): number {
  if (typeof value !== 'number') {
    refuse('ERR_MQTT_FIELD_TYPE', packetType, field, 'must be a number');
  }
  if (!Number.isInteger(value) || value < 0 || value > 0xffff) {
    refuse('ERR_MQTT_FIELD_RANGE', packetType, field, 'must be an integer from 0 to 65,535');
  }
  return value;
}

/** A Packet Identifier: an integer from 1 to 65,535. */
export function packetIdentifierOf(packetType: PacketType, value: number | undefined): number {
  const field = 'packetIdentifier';
  if (value === undefined || value === 0) {
    return refuse('ERR_MQTT_PACKET_IDENTIFIER', packetType, field);
  }
  return uint16Of(packetType, field, value);
}

/** The elements of a list that must not be empty. */
export function listOf<T>(
  packetType: PacketType,
  field: string,
  value: readonly T[],
  empty: ErrorCode,
): readonly T[] {
  if (!Array.isArray(value)) {
    refuse('ERR_MQTT_FIELD_TYPE', packetType, field, 'must be an array');
  }
  if (value.length === 0) refuse(empty, packetType, field);
  return value;
}

/** Writes to `target` from `position` on, where there is room for `length` bytes. */
export class FieldWriter {
  readonly #packetType: PacketType;
  readonly #target: Uint8Array;
  readonly #end: number;
  /** Offset of the next byte to write. */
  position: number;

  constructor(packetType: PacketType, target: Uint8Array, position: number, length: number) {
    this.#packetType = packetType;
    this.#target = target;
    this.position = position;
    this.#end = position + length;
  }

  /** Ends the writing: all the room that was asked for must have been used, and no more. */
  finish(): void {
    if (this.position !== this.#end) this.#refuseChange();
  }

  uint8(value: number): void {
    this.#target[this.position++] = value;
  }

  uint16(value: number): void {
    this.#target[this.position++] = value >> 8;
    this.#target[this.position++] = value & 0xff;
  }

  /** Remaining Length: seven bits a byte, least significant first, in as few bytes as it takes. */
  remainingLength(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#target[this.position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#target[this.position++] = rest;
  }

  /** Bytes with nothing before them. */
  bytes(bytes: EncodableBytes): void {
    if (typeof bytes === 'string') {
      const written = writeUtf8(this.#target, bytes, this.position, this.#end);
      this.position += written;
      // What was cut off at the end has grown since its length was taken.
      if (this.position === this.#end && utf8Length(bytes) !== written) this.#refuseChange();
    } else {
      if (bytes.length > this.#end - this.position) this.#refuseChange();
      this.#target.set(bytes, this.position);
      this.position += bytes.length;
    }
  }

  /** Bytes behind their two-byte length. */
  binary(bytes: EncodableBytes): void {
    const at = this.position;
    this.position += 2;
    this.bytes(bytes);
    this.#setLength(at);
  }

  /** Text behind its two-byte length. */
  text(field: string, text: string): void {
    this.#text(field, text, true);
  }

  /** A Topic Name behind its two-byte length. */
  topicName(field: string, topic: string): void {
    if (topic === '') refuse('ERR_MQTT_TOPIC_NAME_EMPTY', this.#packetType, field);
    this.#text(field, topic, false);
  }

  /** A Topic Filter behind its two-byte length. */
  topicFilter(field: string, filter: string): void {
    const start = this.position + 2;
    this.#text(field, filter, true);
    const fault = checkTopicFilter(this.#target, start, this.position);
    if (fault !== undefined) refuse(fault.code, this.#packetType, field);
  }

  #refuseChange(): never {
    const detail = 'has changed while it was encoded';
    return refuse('ERR_MQTT_FIELD_RANGE', this.#packetType, 'packet', detail);
  }

  #text(field: string, text: string, wildcards: boolean): void {
    if (!isWellFormed(text)) refuseSurrogate(this.#packetType, field);
    const at = this.position;
    this.position += 2;
    this.bytes(text);
    const kind = checkText(this.#target, at + 2, this.position, wildcards, false);
    if (kind < 0) refuse(errorCodeOf(faultCode(kind)), this.#packetType, field);
    this.#setLength(at);
  }

  #setLength(at: number): void {
    const length = this.position - at - 2;
    this.#target[at] = length >> 8;
    this.#target[at + 1] = length & 0xff;
  }
}

/** How the body of one packet type is encoded. */
export interface BodyEncoder<P> {
  /** Checks what can be checked without writing, and returns the length of the body in bytes. */
  length(packet: P): number;
  /** Writes the body. */
  write(packet: P, writer: FieldWriter): void;
}
