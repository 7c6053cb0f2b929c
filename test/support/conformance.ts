/**
 * The driver of the conformance tables for decoding: a case is a frame and what has to become of it.
 *
 * Every frame is read by every scanner, by the decoder of every side that may receive it, behind
 * good packets and before good ones, and in every way of cutting the stream: whole, byte by byte,
 * and in two at each position. All of it must come to the same end. What is expected stands in
 * the tables as the specification has it; nothing here asks the code what is right.
 */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { DecoderOptions } from '../../src/decoder/options.js';
import { encode } from '../../src/encoder/encoder.js';
import type { ErrorClass, ErrorCode, MqttError } from '../../src/errors.js';
import type { PacketType } from '../../src/protocol/packet-types.js';
import type { Packet } from '../../src/protocol/packets.js';
import { byteByByte, cutAt, decodeChunks, type Outcome, SCANNERS } from './decode.js';
import { hex, join } from './hex.js';

/** A packet and its bytes. */
export interface Example {
  readonly bytes: Uint8Array;
  readonly packet: Packet;
}

export const CONNECT: Example = {
  bytes: hex('10 0E 0004 4D515454 04 02 003C 0002 6D65'),
  packet: {
    type: 'CONNECT',
    protocolName: 'MQTT',
    protocolLevel: 4,
    bridge: false,
    cleanSession: true,
    keepAlive: 60,
    clientIdentifier: 'me',
  },
};
export const PINGREQ: Example = { bytes: hex('C0 00'), packet: { type: 'PINGREQ' } };
export const PINGRESP: Example = { bytes: hex('D0 00'), packet: { type: 'PINGRESP' } };
export const PUBLISH: Example = {
  bytes: hex('30 05 0001 61 6869'),
  packet: { type: 'PUBLISH', topic: 'a', payload: hex('6869'), retain: false, qos: 0, dup: false },
};

/** What an error has to say. `offset` counts from the first byte of the frame at fault. */
export interface Violation {
  readonly errorClass: ErrorClass;
  readonly code: ErrorCode;
  readonly packetType: PacketType | undefined;
  readonly offset: number;
  readonly statement: string | undefined;
}

/** The answers of conformance by class: MQTT 5.0 reason code, Connect Return code of MQTT 3.1.1. */
export const ANSWER: Readonly<Record<ErrorClass, readonly [number, (1 | 2)?]>> = {
  MALFORMED: [0x81],
  PROTOCOL: [0x82],
  VERSION: [0x84, 1],
  CLIENT_ID: [0x85, 2],
  TOO_LARGE: [0x95],
  TRANSPORT: [0x81],
  USAGE: [0x83],
};

export function violation(
  errorClass: ErrorClass,
  code: ErrorCode,
  packetType: PacketType | undefined,
  offset: number,
  statement?: string,
): Violation {
  return { errorClass, code, packetType, offset, statement };
}

/** A violation of class MALFORMED. */
export function malformed(
  code: ErrorCode,
  packetType: PacketType | undefined,
  offset: number,
  statement?: string,
): Violation {
  return violation('MALFORMED', code, packetType, offset, statement);
}

/** A violation of class PROTOCOL. */
export function protocolError(
  code: ErrorCode,
  packetType: PacketType | undefined,
  offset: number,
  statement?: string,
): Violation {
  return violation('PROTOCOL', code, packetType, offset, statement);
}

/** How a case departs from the usual. */
export interface CaseOptions {
  /** Options of the decoder. With `role` or `state` among them the case runs for that decoder only. */
  readonly decoder?: DecoderOptions;
  /** What stands before the frame and behind it, if `role` or `state` is given: nothing if left out. */
  readonly before?: readonly Example[];
  readonly after?: readonly Example[];
  /** `false`: not cut at every position, for cases of which there are very many. */
  readonly everyCut?: false;
}

interface Context {
  readonly options: DecoderOptions;
  readonly before: readonly Example[];
  readonly after: readonly Example[];
}

const FROM_CLIENT = [1, 8, 10, 12, 14];
const FROM_SERVER = [2, 9, 11, 13];

/** The decoders that may receive a frame with this first byte, and good company for the frame. */
function contextsOf(
  first: number,
  { decoder = {}, before = [], after = [] }: CaseOptions,
): Context[] {
  if (decoder.role !== undefined || decoder.state !== undefined) {
    return [{ options: decoder, before, after }];
  }
  const type = first >> 4;
  const fromClient = !FROM_SERVER.includes(type);
  const fromServer = !FROM_CLIENT.includes(type);
  const ping = fromClient ? PINGREQ : PINGRESP;
  const contexts: Context[] = [
    { options: decoder, before: [ping, PUBLISH], after: [ping, PUBLISH] },
  ];
  if (fromClient) {
    contexts.push({
      options: { ...decoder, role: 'server' },
      before: type === 1 ? [] : [CONNECT, PINGREQ],
      after: [PUBLISH],
    });
  }
  if (fromServer) {
    const options = { ...decoder, role: 'client' } as const;
    contexts.push({ options, before: [PUBLISH, PINGRESP], after: [PINGRESP] });
  }
  return contexts;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function bytesAsHex(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return value.length > 1024
      ? `${value.length} bytes, SHA-1 ${createHash('sha1').update(value).digest('hex')}`
      : `bytes ${Buffer.from(value).toString('hex')}`;
  }
  if (Array.isArray(value)) return value.map(bytesAsHex);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, bytesAsHex(field)]));
}

/** A value as text that is the same for the same fields, bytes and text. */
export function summary(value: unknown): string {
  return JSON.stringify(bytesAsHex(value), plain);
}

function errorFields(error: MqttError | undefined): object | undefined {
  if (error === undefined) return undefined;
  const { code, errorClass, reasonCode, connectReturnCode, packetType, offset, statement } = error;
  return { code, errorClass, reasonCode, connectReturnCode, packetType, offset, statement };
}

function outcomeOf({ packets, error }: Outcome): object {
  return { packets, error: errorFields(error) };
}

function violationFields(expected: Violation, base: number): object {
  const [reasonCode, connectReturnCode] = ANSWER[expected.errorClass];
  return { ...expected, offset: base + expected.offset, reasonCode, connectReturnCode };
}

const EVERY_CUT_UP_TO = 600;
const BYTE_BY_BYTE_UP_TO = 70_000;

/** Every offset inside a stream of this length. */
function offsetsIn(length: number): number[] {
  return Array.from({ length: Math.max(0, length - 1) }, (_, index) => index + 1);
}

/** Where to cut a stream in two: everywhere, or where headers and ends are if it is long. */
function cuts(length: number): number[] {
  if (length <= EVERY_CUT_UP_TO) return offsetsIn(length);
  return offsetsIn(length).filter((at) => at < 30 || at > length - 10 || at % 65_535 === 0);
}

/** A stream byte by byte, each with a buffer of its own; of a very long one only the ends. */
function singleBytes(stream: Uint8Array): Uint8Array[] {
  if (stream.length <= BYTE_BY_BYTE_UP_TO) return byteByByte(stream);
  const from = 100;
  const to = stream.length - 100;
  return [
    ...byteByByte(stream.subarray(0, from)),
    stream.subarray(from, to),
    ...byteByByte(stream.subarray(to)),
  ];
}

/**
 * Decodes `stream` with every scanner and in every way of cutting it, or without `everyCut` only
 * whole and byte by byte: it must come to `expected`.
 */
export function expectOutcome(
  stream: Uint8Array,
  options: DecoderOptions,
  expected: object,
  everyCut = true,
): void {
  const wanted = summary(expected);
  for (const scanner of SCANNERS) {
    const check = (chunks: readonly Uint8Array[], how: string): void => {
      const found = outcomeOf(decodeChunks(chunks, { ...options, scanner }));
      if (summary(found) === wanted) return;
      expect(bytesAsHex(found), how).toEqual(bytesAsHex(expected));
      expect(summary(found), how).toBe(wanted);
    };
    const by = `${scanner}, role ${options.role ?? 'any'}`;
    check([stream], `${by}, whole`);
    check(singleBytes(stream), `${by}, byte by byte`);
    if (!everyCut) continue;
    if (stream.length <= BYTE_BY_BYTE_UP_TO) {
      const views = Array.from(stream, (_, at) => stream.subarray(at, at + 1));
      check(views, `${by}, byte by byte as views`);
    }
    for (const at of cuts(stream.length)) check(cutAt(stream, [at]), `${by}, cut at ${at}`);
  }
}

function bytesOf(examples: readonly Example[]): Uint8Array {
  return join(...examples.map(({ bytes }) => bytes));
}

function packetsOf(examples: readonly Example[]): Packet[] {
  return examples.map(({ packet }) => packet);
}

/** A frame that may be written in hexadecimal. */
function toBytes(frame: string | Uint8Array): Uint8Array {
  return typeof frame === 'string' ? hex(frame) : frame;
}

/** Checks that `frame` is read as `packet`; see {@link decodes}. */
export function expectPacket(
  frame: string | Uint8Array,
  packet: Packet,
  options: CaseOptions & { readonly canonical?: false } = {},
): void {
  const bytes = toBytes(frame);
  for (const context of contextsOf(bytes[0] as number, options)) {
    const { before, after } = context;
    const stream = join(bytesOf(before), bytes, bytesOf(after));
    const packets = [...packetsOf(before), packet, ...packetsOf(after)];
    expectOutcome(stream, context.options, { packets }, options.everyCut);
  }
  if (options.canonical !== false) {
    expect(Buffer.from(encode(packet)).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
  }
}

/**
 * A test: `frame`, in hexadecimal, is legal and is read as `packet`, and what follows it comes out
 * unharmed. The encoder makes the same bytes of it, unless they are not `canonical`.
 */
export function decodes(
  name: string,
  frame: string | Uint8Array,
  packet: Packet,
  options: CaseOptions & { readonly canonical?: false } = {},
): void {
  it(name, () => expectPacket(frame, packet, options));
}

/** Checks that `frame` is refused; see {@link refuses}. */
export function expectViolation(
  frame: string | Uint8Array,
  expected: Violation,
  options: CaseOptions & { readonly decidedBy?: number } = {},
): void {
  const bytes = toBytes(frame);
  const { decidedBy } = options;
  for (const context of contextsOf(bytes[0] as number, options)) {
    const before = bytesOf(context.before);
    const outcome = {
      packets: packetsOf(context.before),
      error: violationFields(expected, before.length),
    };
    const stream = join(before, bytes, bytesOf(context.after));
    expectOutcome(stream, context.options, outcome, options.everyCut);
    if (decidedBy === undefined) continue;
    const header = bytes.subarray(0, decidedBy);
    expectOutcome(join(before, header), context.options, outcome);
    for (let length = 1; length < decidedBy; length++) {
      expectOutcome(join(before, bytes.subarray(0, length)), context.options, {
        packets: packetsOf(context.before),
        error: violationFields(
          violation('TRANSPORT', 'ERR_MQTT_UNEXPECTED_END', expected.packetType, length),
          before.length,
        ),
      });
    }
  }
}

/**
 * A test: `frame`, in hexadecimal, breaks a rule. Packets before it are delivered, none behind it
 * is. `decidedBy`: after how many of its bytes, and no fewer, the error must be known.
 */
export function refuses(
  name: string,
  frame: string | Uint8Array,
  expected: Violation,
  options: CaseOptions & { readonly decidedBy?: number } = {},
): void {
  it(name, () => expectViolation(frame, expected, options));
}
