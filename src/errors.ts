/**
 * What can go wrong, as data.
 *
 * `MqttError` is about bytes that a peer sent (or did not send); `MqttEncodeError` is about a
 * packet that a caller wants to encode. A wrong argument is neither: it is a `TypeError` or a
 * `RangeError` that names the argument. Messages never contain bytes of the peer, so that they
 * can be logged as they are.
 */

import type { PacketType, ProtocolVersion, Side } from './protocol/packet-types.js';
import { ANSWERS, type ErrorClass, RULES, type Rule } from './protocol/rules.js';

export type { ErrorClass };

/** The code of an error: stable, made for `switch`. */
export type ErrorCode = keyof typeof RULES;

/** Every error code there is. */
export const ERROR_CODES = Object.freeze(Object.keys(RULES)) as readonly ErrorCode[];

const RULE_TABLE: Readonly<Record<ErrorCode, Rule>> = RULES;

const CODE_OF_SCANNER_NUMBER = new Map<number, ErrorCode>();
for (const code of ERROR_CODES) {
  const number = RULE_TABLE[code].scanner;
  if (number !== undefined) CODE_OF_SCANNER_NUMBER.set(number, code);
}

/** @internal The code of an error that a scanner or a check of text reported as a number. */
export function errorCodeOf(number: number): ErrorCode {
  const code = CODE_OF_SCANNER_NUMBER.get(number);
  if (code === undefined) throw new Error(`no error code has the number ${number}`);
  return code;
}

function statementOf(
  code: ErrorCode,
  packetType: PacketType | undefined,
  version: ProtocolVersion | undefined,
  sender: Side | undefined,
): string | undefined {
  const rule = RULE_TABLE[code];
  if (version !== 5) return numbered(numberFor(rule.statement, packetType));
  const own = sender === undefined ? undefined : rule.mqtt5?.statementFrom?.[sender];
  return numbered(numberFor(own, packetType) ?? numberFor(rule.mqtt5?.statement, packetType));
}

function numberFor(
  statement: Rule['statement'],
  packetType: PacketType | undefined,
): string | undefined {
  if (typeof statement !== 'object') return statement;
  return packetType === undefined ? undefined : statement[packetType];
}

function classOf(
  code: ErrorCode,
  packetType: PacketType | undefined,
  version: ProtocolVersion | undefined,
): ErrorClass {
  const rule = RULE_TABLE[code];
  const own = version === 5 ? rule.mqtt5?.class : undefined;
  if (typeof own !== 'object') return own ?? rule.class;
  return (packetType === undefined ? undefined : own[packetType]) ?? rule.class;
}

function numbered(statement: string | undefined): string | undefined {
  return statement === undefined ? undefined : `MQTT-${statement}`;
}

/** Where an error was met. */
export interface MqttErrorContext {
  /** Type of the packet at fault, if it is known. */
  readonly packetType?: PacketType | undefined;
  /** The byte that breaks the rule, counted from the first byte of the stream. */
  readonly offset?: number | undefined;
  /** The version of the protocol whose rules hold, if it is known; else those of MQTT 3.1.1 are named. */
  readonly protocolVersion?: ProtocolVersion | undefined;
  /** Who has sent the bytes, if that is known. */
  readonly sender?: Side | undefined;
  /** Number of the statement, if it is not the usual one of the code; `null`: there is none. */
  readonly statement?: string | null | undefined;
  /** What to say, if it is not what the code says. */
  readonly message?: string | undefined;
  readonly cause?: unknown;
}

/** The bytes of a peer break a rule of the specification, or stop in the middle of a packet. */
export class MqttError extends Error {
  override readonly name: string = 'MqttError';
  /** What is wrong. */
  readonly code: ErrorCode;
  /** How it is to be answered. */
  readonly errorClass: ErrorClass;
  /** The MQTT 5.0 reason code to answer with, in DISCONNECT or, if a first CONNECT is at fault, in CONNACK. */
  readonly reasonCode: number;
  /** The MQTT 3.1.1 return code to answer a CONNECT with; `undefined`: close without an answer. */
  readonly connectReturnCode: 1 | 2 | undefined;
  /** Type of the packet at fault; `undefined` if it is not known. */
  readonly packetType: PacketType | undefined;
  /** The byte that breaks the rule, counted from the first byte of the stream. */
  readonly offset: number | undefined;
  /** The statement of the specification, such as `MQTT-3.3.1-4`; `undefined` if it has no number. */
  readonly statement: string | undefined;
  /** The version whose rules held, so the one that `statement` is of; `undefined` if no CONNECT had told. */
  readonly protocolVersion: ProtocolVersion | undefined;

  constructor(code: ErrorCode, context: MqttErrorContext = {}) {
    const rule = RULE_TABLE[code];
    const { packetType, offset, protocolVersion } = context;
    const statement =
      context.statement === undefined
        ? statementOf(code, packetType, protocolVersion, context.sender)
        : numbered(context.statement ?? undefined);
    const place = [
      ...(packetType === undefined ? [] : [packetType]),
      ...(offset === undefined ? [] : [`byte ${offset} of the stream`]),
      ...(statement === undefined ? [] : [statement]),
    ].join(', ');
    super(
      context.message ?? (place === '' ? rule.says : `${rule.says} (${place})`),
      context.cause === undefined ? undefined : { cause: context.cause },
    );
    this.code = code;
    this.errorClass = classOf(code, packetType, protocolVersion);
    const answer = ANSWERS[this.errorClass];
    this.reasonCode = answer.reasonCode;
    this.connectReturnCode =
      packetType === undefined || packetType === 'CONNECT' ? answer.connectReturnCode : undefined;
    this.protocolVersion = protocolVersion;
    this.packetType = packetType;
    this.offset = offset;
    this.statement = statement;
  }
}

/** A packet that cannot be encoded: the specification forbids it, or a field is not what it must be. */
export class MqttEncodeError extends Error {
  override readonly name: string = 'MqttEncodeError';
  /** What is wrong. */
  readonly code: ErrorCode;
  /** Type of the packet that was to be encoded. */
  readonly packetType: PacketType | undefined;
  /** The field at fault, as a path: `will.topic`, `subscriptions[2].qos`. */
  readonly field: string;
  /** The statement of the specification, such as `MQTT-3.3.1-4`; `undefined` if it has no number. */
  readonly statement: string | undefined;
  /** The version by whose rules the packet was to be encoded, so the one that `statement` is of. */
  readonly protocolVersion: ProtocolVersion | undefined;

  constructor(
    code: ErrorCode,
    packetType: PacketType | undefined,
    field: string,
    detail?: string,
    protocolVersion?: ProtocolVersion,
    sender?: Side,
  ) {
    const rule = RULE_TABLE[code];
    const { senderStatement } = protocolVersion === 5 ? (rule.mqtt5 ?? {}) : rule;
    const statement =
      numbered(senderStatement) ?? statementOf(code, packetType, protocolVersion, sender);
    const where = packetType === undefined ? field : `${packetType} ${field}`;
    super(
      `${where}: ${detail ?? RULE_TABLE[code].says}${statement === undefined ? '' : ` (${statement})`}`,
    );
    this.code = code;
    this.packetType = packetType;
    this.field = field;
    this.statement = statement;
    this.protocolVersion = protocolVersion;
  }
}
