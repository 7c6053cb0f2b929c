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
import {
  checkProperties,
  integerBytes,
  integerValue,
  propertyLength,
  readProperties,
} from '../properties.js';
import type { PacketType, ProtocolVersion, Side } from '../protocol/packet-types.js';
import { holderNumber, type PropertiesOf, type PropertyHolder } from '../protocol/properties.js';
import {
  isReasonCode,
  type ReasonCode,
  type ReasonCodePacketType,
} from '../protocol/reason-codes.js';
import {
  checkSharedSubscription,
  checkText,
  checkTopicFilter,
  faultCode,
  faultPosition,
  isSharedSubscription,
} from '../text.js';
import { isUtf8 } from './payload-text.js';

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
  /** The `RULE_*` bits, of which those about text hold here as well. */
  readonly rules: number;
  /** The version of the protocol, if it is known; that of a CONNECT becomes known while it is read. */
  readonly protocolVersion: ProtocolVersion | undefined;
  /** Who has sent it, if that is known. */
  readonly sender: Side | undefined;
  /** The most bytes that properties may take. */
  readonly maximumPropertyLength: number;
  /** Whether a Will Payload must be UTF-8 where it is said to be. */
  readonly checkPayloadFormat: boolean;
}

/** The field that a reader reads properties into: nothing where there are none. */
export type WithProperties<Holder extends PropertyHolder> = {
  readonly properties?: PropertiesOf<Holder>;
};

export class FieldReader {
  readonly #body: Body;
  /** Offset of the next byte to read. */
  position: number;
  /** The version by whose rules the body is read. */
  protocolVersion: ProtocolVersion | undefined;

  constructor(body: Body) {
    this.#body = body;
    this.position = body.start;
    this.protocolVersion = body.protocolVersion;
  }

  /** Whether the body is read by the rules of MQTT 5.0. */
  get isMqtt5(): boolean {
    return this.protocolVersion === 5;
  }

  /** Whether the body is used up. */
  get atEnd(): boolean {
    return this.position === this.#body.end;
  }

  /** Throws the error `code` for the byte at `position`; `null` as `statement` means that there is none. */
  fail(code: ErrorCode, position: number, statement?: string | null): never {
    const { packetType, streamOffset, sender } = this.#body;
    throw new MqttError(code, {
      packetType,
      sender,
      offset: streamOffset + position,
      statement,
      protocolVersion: this.protocolVersion,
    });
  }

  /** Throws the error that a check has found. */
  #failBy(fault: number): never {
    return this.fail(errorCodeOf(faultCode(fault)), faultPosition(fault));
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
    const { bytes } = this.#body;
    const fault = checkTopicFilter(bytes, start, this.position);
    if (fault !== undefined) this.fail(fault.code, filter === '' ? at : fault.position);
    if (this.isMqtt5 && isSharedSubscription(bytes, start, this.position)) {
      const shared = checkSharedSubscription(bytes, start, this.position);
      if (shared !== undefined) this.fail(shared.code, shared.position);
    }
    return filter;
  }

  /**
   * Properties behind their length, where the version has them. Only in MQTT 5.0 is anything read.
   * `statement` is the rule that asks for them.
   */
  properties<Holder extends PropertyHolder>(
    holder: Holder,
    statement?: string,
  ): WithProperties<Holder> {
    if (!this.isMqtt5) return {};
    if (this.atEnd) this.fail('ERR_MQTT_FIELD_PAST_END', this.position, statement);
    const { bytes, end, sender, rules, maximumPropertyLength } = this.#body;
    const found = propertyLength(bytes, this.position, end);
    if (found < 0) this.#failBy(found);
    if (integerValue(found) > maximumPropertyLength) {
      this.fail('ERR_MQTT_PACKET_TOO_LARGE', this.position);
    }
    const start = this.position + integerBytes(found);
    this.position = start + integerValue(found);
    if (this.position === start) return {};
    const number = holderNumber(holder);
    const facts = checkProperties(bytes, start, this.position, number, {
      sender,
      topicAliasMaximum: 0,
      rules,
    });
    if (facts < 0) this.#failBy(facts);
    return {
      properties: readProperties(bytes, start, this.position, number) as PropertiesOf<Holder>,
    };
  }

  /** A reason code that packets of type `type` may carry. */
  reasonCode<Type extends ReasonCodePacketType>(type: Type): ReasonCode<Type> {
    const at = this.position;
    const code = this.uint8();
    if (!isReasonCode(type, code, this.#body.sender)) this.fail('ERR_MQTT_REASON_CODE', at);
    return code as ReasonCode<Type>;
  }

  /** Reason codes up to the end, of which there must be one. */
  reasonCodes<Type extends ReasonCodePacketType>(type: Type): ReasonCode<Type>[] {
    const codes: ReasonCode<Type>[] = [];
    while (!this.atEnd) codes.push(this.reasonCode(type));
    if (codes.length === 0) this.fail('ERR_MQTT_NO_REASON_CODE', this.position);
    return codes;
  }

  /** A Will Payload; `isText`: it is said to be UTF-8. */
  willPayload(isText: boolean, statement: string): Uint8Array {
    const at = this.position;
    const payload = this.binary(statement);
    if (isText && this.#body.checkPayloadFormat && !isUtf8(payload)) {
      this.fail('ERR_MQTT_PAYLOAD_FORMAT', at + 2);
    }
    return payload;
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
    const { bytes, rules } = this.#body;
    const kind = checkText(bytes, start, this.position, wildcards, rules);
    if (kind < 0) this.#failBy(kind);
    return kind === TEXT_IS_ASCII
      ? decodeAscii(bytes, start, this.position)
      : decodeUtf8(bytes, start, this.position);
  }
}
