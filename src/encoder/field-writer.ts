/**
 * Writing the fields of one packet.
 *
 * Lengths are known before the first byte is written: `encodedLength()` has asked for every field's
 * length and refused those that do not fit. What is left to check while writing is the text
 * itself, which is checked as bytes, by the very functions that check what a peer sends.
 */
import { isWellFormed, utf8Length, writeUtf8 } from '../bytes.js';
import { errorCodeOf } from '../errors.js';
import { variableByteIntegerLength } from '../protocol/packet-types.js';
import type { EncodableBytes } from '../protocol/packets.js';
import {
  checkSharedSubscription,
  checkText,
  checkTopicFilter,
  faultCode,
  isSharedSubscription,
} from '../text.js';
import type { EncodingContext } from './context.js';
import { refuse, refuseChange, refuseSurrogate } from './field-checks.js';

/** Characters of text for which a loop is faster than calls. */
const SHORT_TEXT = 64;

/** Writes to `target` from `position` on, where there is room for `length` bytes. */
export class FieldWriter {
  /** The rules by which the packet is encoded. */
  readonly context: EncodingContext;
  readonly #target: Uint8Array;
  readonly #end: number;
  /** Offset of the next byte to write. */
  position: number;

  constructor(context: EncodingContext, target: Uint8Array, position: number, length: number) {
    this.context = context;
    this.#target = target;
    this.position = position;
    this.#end = position + length;
  }

  /** Whether there is room left: whether what may be left out at the end of a body was counted in. */
  get hasRoom(): boolean {
    return this.position < this.#end;
  }

  /** Ends the writing: all the room that was asked for must have been used, and no more. */
  finish(): void {
    if (this.position !== this.#end) refuseChange(this.context);
  }

  uint8(value: number): void {
    this.#target[this.position++] = value;
  }

  uint16(value: number): void {
    this.#target[this.position++] = value >> 8;
    this.#target[this.position++] = value & 0xff;
  }

  uint32(value: number): void {
    this.uint16(value >>> 16);
    this.uint16(value & 0xffff);
  }

  /** Seven bits a byte, least significant first, in as few bytes as it takes: also a Remaining Length. */
  variableByteInteger(value: number): void {
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
      this.#utf8(bytes);
    } else {
      if (bytes.length > this.#end - this.position) refuseChange(this.context);
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

  /**
   * Text behind its two-byte length, if it is short and nothing but printable ASCII; otherwise nothing is written and it
   * is left to {@link text}. Returns whether it was written.
   */
  plainText(text: string): boolean {
    return this.#plainText(text, true);
  }

  /** A Topic Name behind its two-byte length. */
  topicName(field: string, topic: string): void {
    if (topic === '') refuse(this.context, 'ERR_MQTT_TOPIC_NAME_EMPTY', field);
    this.#text(field, topic, false);
  }

  /** A Response Topic behind its two-byte length: a Topic Name that has error codes of its own. */
  responseTopic(field: string, topic: string): void {
    if (this.#plainText(topic, false)) return;
    const at = this.position;
    this.#anyText(field, topic, true);
    const kind = checkText(this.#target, at + 2, this.position, false, 0);
    if (kind < 0) refuse(this.context, 'ERR_MQTT_RESPONSE_TOPIC_WILDCARD', field);
  }

  /** A Topic Filter behind its two-byte length. Returns whether its subscription is a shared one. */
  topicFilter(field: string, filter: string): boolean {
    const start = this.position + 2;
    this.#text(field, filter, true);
    const isShared =
      this.context.protocolVersion === 5 &&
      isSharedSubscription(this.#target, start, this.position);
    const fault =
      checkTopicFilter(this.#target, start, this.position) ??
      (isShared ? checkSharedSubscription(this.#target, start, this.position) : undefined);
    if (fault !== undefined) refuse(this.context, fault.code, field);
    return isShared;
  }

  /**
   * Leaves a byte for the length of what follows, a Variable Byte Integer. {@link insertLength}
   * makes room for more where one byte does not hold it.
   *
   * @returns the place of that byte
   */
  reserveLength(): number {
    return this.position++;
  }

  /** Writes at `at` the length of all that was written behind it. */
  insertLength(at: number): void {
    const start = at + 1;
    const length = this.position - start;
    const more = variableByteIntegerLength(length) - 1;
    if (more > 0) {
      if (more > this.#end - this.position) refuseChange(this.context);
      this.#target.copyWithin(start + more, start, this.position);
    }
    this.position = at;
    this.variableByteInteger(length);
    this.position += length;
  }

  #text(field: string, text: string, wildcards: boolean): void {
    if (!this.#plainText(text, wildcards)) this.#anyText(field, text, wildcards);
  }

  /**
   * Writes text that is short and nothing but printable ASCII, which most text is: in one loop that is faster than
   * the calls of {@link #anyText}. Whether it was such text; `properties.test.ts` shows that it makes no difference.
   */
  #plainText(text: string, wildcards: boolean): boolean {
    const { length } = text;
    if (length > SHORT_TEXT || length > this.#end - this.position - 2) return false;
    const target = this.#target;
    let p = this.position + 2;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code < 0x20 || code > 0x7e) return false;
      if (!wildcards && (code === 0x2b || code === 0x23)) return false;
      target[p++] = code;
    }
    target[this.position] = 0;
    target[this.position + 1] = length;
    this.position = p;
    return true;
  }

  #anyText(field: string, text: string, wildcards: boolean): void {
    if (!isWellFormed(text)) refuseSurrogate(this.context, field);
    const at = this.position;
    this.position += 2;
    this.#utf8(text);
    const kind = checkText(this.#target, at + 2, this.position, wildcards, 0);
    if (kind < 0) refuse(this.context, errorCodeOf(faultCode(kind)), field);
    this.#setLength(at);
  }

  #utf8(text: string): void {
    if (this.position > this.#end) refuseChange(this.context);
    const written = writeUtf8(this.#target, text, this.position, this.#end);
    this.position += written;
    // What was cut off at the end has grown since its length was taken.
    if (this.position === this.#end && utf8Length(text) !== written) refuseChange(this.context);
  }

  #setLength(at: number): void {
    const length = this.position - at - 2;
    this.#target[at] = length >> 8;
    this.#target[at + 1] = length & 0xff;
  }
}
