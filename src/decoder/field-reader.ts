/**
 * Reading the fields of one frame's body.
 *
 * A reader knows where its frame ends and cannot see past it: every read is checked against the
 * end, and running out of bytes is an error, never a reason to wait. Whoever reads a body ends
 * with `finish()`, which refuses bytes that are left over.
 */

import { TEXT_IS_ASCII } from '../../assembly/layout.js';
import { decodeAscii, decodeUtf8 } from '../bytes.js';
import { type ErrorCode, errorCodeOf, MqttError } from '../errors.js';
import type { PacketType } from '../protocol/packet-types.js';
import { checkText, checkTopicFilter, faultCode, faultPosition } from '../text.js';

/** A body, and what is needed to speak of its errors. */
export interface Body {
  readonly packetType: PacketType;
  /** The chunk, or the joined frame. */
  readonly bytes: Uint8Array;
  /** Offset of the body in `bytes`. */
  readonly start: number;
  /** Offset of the frame's end in `bytes`, exclusive. */
  readonly end: number;
  /** Offset of the first of `bytes` in the stream. */
  readonly streamOffset: number;
  /** Whether control characters and non-characters in text are refused. */
  readonly strictText: boolean;
}

export class FieldReader {
  readonly #body: Body;
  /** Offset of the next byte to read. */
  position: number;

  constructor(body: Body) {
    this.#body = body;
    this.position = body.start;
  }

  /** Whether the body is used up. */
  get atEnd(): boolean {
    return this.position === this.#body.end;
  }

  /** Throws the error `code` for the byte at `position`; `null` as `statement` means that there is none. */
  fail(code: ErrorCode, position: number, statement?: string | null): never {
    const { packetType, streamOffset } = this.#body;
    throw new MqttError(code, { packetType, offset: streamOffset + position, statement });
  }

  uint8(): number {
    const at = this.#take(1, this.position);
    return this.#body.bytes[at] as number;
  }

  uint16(): number {
    const at = this.#take(2, this.position);
    const { bytes } = this.#body;
    return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  }

  /** A Packet Identifier, which is never 0. */
  packetIdentifier(): number {
    const at = this.position;
    const identifier = this.uint16();
    if (identifier === 0) this.fail('ERR_MQTT_PACKET_IDENTIFIER', at);
    return identifier;
  }

  /** A binary field behind its two-byte length, as a view. `statement` is the rule that asks for it. */
  binary(statement?: string): Uint8Array {
    const start = this.#prefixed(statement);
    return this.#body.bytes.subarray(start, this.position);
  }

  /** A string behind its two-byte length. `statement` is the rule that asks for it. */
  text(statement?: string): string {
    const start = this.#prefixed(statement);
    return this.#textFrom(start, true);
  }

  /** A Topic Name: at least one character, no wildcards. */
  topicName(statement?: string): string {
    const at = this.position;
    const start = this.#prefixed(statement);
    if (start === this.position) this.fail('ERR_MQTT_TOPIC_NAME_EMPTY', at);
    return this.#textFrom(start, false);
  }

  /** A Topic Filter: at least one character, wildcards only where they may stand. */
  topicFilter(): string {
    const at = this.position;
    const start = this.#prefixed();
    const filter = this.#textFrom(start, true);
    const fault = checkTopicFilter(this.#body.bytes, start, this.position);
    if (fault !== undefined) this.fail(fault.code, filter === '' ? at : fault.position);
    return filter;
  }

  /** Ends the reading: nothing may be left over. */
  finish(): void {
    if (!this.atEnd) this.fail('ERR_MQTT_TRAILING_BYTES', this.position);
  }

  /** Moves over `length` bytes; if they are not all there, the field that began at `field` is at fault. */
  #take(length: number, field: number, statement?: string): number {
    const at = this.position;
    if (length > this.#body.end - at) this.fail('ERR_MQTT_FIELD_PAST_END', field, statement);
    this.position = at + length;
    return at;
  }

  /** Reads a two-byte length and moves over as many bytes; returns where they start. */
  #prefixed(statement?: string): number {
    const field = this.position;
    const at = this.#take(2, field, statement);
    const { bytes } = this.#body;
    const length = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    return this.#take(length, field, statement);
  }

  #textFrom(start: number, wildcards: boolean): string {
    const { bytes, strictText } = this.#body;
    const kind = checkText(bytes, start, this.position, wildcards, strictText);
    if (kind < 0) this.fail(errorCodeOf(faultCode(kind)), faultPosition(kind));
    return kind === TEXT_IS_ASCII
      ? decodeAscii(bytes, start, this.position)
      : decodeUtf8(bytes, start, this.position);
  }
}
