/**
 * The driver of the conformance tables for decoding: a case is a frame and what has to become of it.
 *
 * Every frame is read by every scanner, by the decoder of every side that may receive it, behind
 * good packets and before good ones, and in every way of cutting the stream: whole, byte by byte,
 * and in two at each position. All of it must come to the same end. What is expected stands in
 * the tables as the specification has it; nothing here asks the code what is right.
 */
import { appendFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { DecoderOptions } from '../../src/decoder/options.js';
import { type EncoderOptions, encode } from '../../src/encoder/encoder.js';
import type { ErrorClass, ErrorCode, MqttError } from '../../src/errors.js';
import type { PacketType, ProtocolVersion } from '../../src/protocol/packet-types.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { byteByByte, cutAt, decodeChunks, type Outcome, SCANNERS } from './decode.js';
import { hex, join } from './hex.js';
import { bytesAsHex, summary } from './summary.js';

/** A packet and its bytes. */
export interface Example {
  readonly bytes: Uint8Array;
  readonly packet: ControlPacket;
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
export const CONNECT_5: Example = {
  bytes: hex('10 0F 0004 4D515454 05 02 003C 00 0002 6D65'),
  packet: {
    type: 'CONNECT',
    protocolName: 'MQTT',
    protocolLevel: 5,
    cleanStart: true,
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

export const PUBLISH_5: Example = {
  bytes: hex('30 06 0001 61 00 6869'),
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
  TOPIC_NAME: [0x90],
  TOPIC_FILTER: [0x8f],
  ALIAS: [0x94],
  QOS: [0x9b],
  RETAIN: [0x9a],
  PAYLOAD_FORMAT: [0x99],
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

/** What differs between the versions that frames are read by. */
interface Version {
  readonly protocolVersion: ProtocolVersion;
  /** Options by which a decoder reads this version although no CONNECT has told it. */
  readonly options: DecoderOptions;
  readonly encoderOptions: EncoderOptions;
  readonly connect: Example;
  readonly publish: Example;
  /** Packet types that flow only one way. */
  readonly fromClient: readonly number[];
  readonly fromServer: readonly number[];
}

const MQTT_3: Version = {
  protocolVersion: 4,
  options: {},
  encoderOptions: {},
  connect: CONNECT,
  publish: PUBLISH,
  fromClient: [1, 8, 10, 12, 14],
  fromServer: [2, 9, 11, 13],
};
const MQTT_5: Version = {
  protocolVersion: 5,
  options: { protocolVersion: 5 },
  encoderOptions: { protocolVersion: 5 },
  connect: CONNECT_5,
  publish: PUBLISH_5,
  fromClient: [1, 8, 10, 12],
  fromServer: [2, 9, 11, 13],
};

/** The decoders that may receive a frame with this first byte, and good company for the frame. */
function contextsOf(
  version: Version,
  first: number,
  { decoder = {}, before = [], after = [] }: CaseOptions,
): Context[] {
  if (decoder.role !== undefined || decoder.state !== undefined) {
    return [{ options: { ...version.options, ...decoder }, before, after }];
  }
  const type = first >> 4;
  const fromClient = !version.fromServer.includes(type);
  const fromServer = !version.fromClient.includes(type);
  const ping = fromClient ? PINGREQ : PINGRESP;
  const { publish } = version;
  const contexts: Context[] = [
    {
      options: { ...version.options, ...decoder },
      before: [ping, publish],
      after: [ping, publish],
    },
  ];
  if (fromClient) {
    contexts.push({
      // The version is learnt from the CONNECT.
      options: { ...decoder, role: 'server' },
      before: type === 1 ? [] : [version.connect, PINGREQ],
      after: [publish],
    });
  }
  if (fromServer) {
    const options = { ...version.options, ...decoder, role: 'client' } as const;
    contexts.push({ options, before: [publish, PINGRESP], after: [PINGRESP] });
  }
  return contexts;
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
  const [reasonCode, returnCode] = ANSWER[expected.errorClass];
  const connectReturnCode = expected.packetType === 'CONNECT' ? returnCode : undefined;
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

function packetsOf(examples: readonly Example[]): ControlPacket[] {
  return examples.map(({ packet }) => packet);
}

/** A frame that may be written in hexadecimal. */
function toBytes(frame: string | Uint8Array): Uint8Array {
  return typeof frame === 'string' ? hex(frame) : frame;
}

/** Options of a case that is legal. `canonical: false`: the encoder writes it in other bytes. */
export type LegalOptions = CaseOptions & { readonly canonical?: false };
/** Options of a case that breaks a rule. `decidedBy`: after how many of its bytes, and no fewer, that is known. */
export type IllegalOptions = CaseOptions & { readonly decidedBy?: number };

/** A case as other judges of the same frames read it, a line of JSON each: see `recorded-cases.ts`. */
export interface RecordedCase {
  readonly name: string;
  readonly protocolVersion: ProtocolVersion;
  readonly legal: boolean;
  /** The frame, in hexadecimal. */
  readonly frame: string;
  /** Options of the decoder, other than the usual. */
  readonly options: DecoderOptions;
}

const RECORD_TO = process.env.CONFORMANCE_CASES;

function record(
  version: Version,
  name: string,
  frame: string | Uint8Array,
  legal: boolean,
  { decoder = {} }: CaseOptions,
): void {
  if (RECORD_TO === undefined) return;
  const entry: RecordedCase = {
    name,
    protocolVersion: version.protocolVersion,
    legal,
    frame: Buffer.from(toBytes(frame)).toString('hex'),
    options: decoder,
  };
  appendFileSync(RECORD_TO, `${JSON.stringify(entry)}\n`);
}

/** The driver for one version of the protocol. */
export interface ConformanceDriver {
  /** Checks that `frame` is read as `packet`; see {@link decodes}. */
  expectPacket(frame: string | Uint8Array, packet: ControlPacket, options?: LegalOptions): void;
  /**
   * A test: `frame`, in hexadecimal, is legal and is read as `packet`, and what follows it comes out
   * unharmed. The encoder makes the same bytes of it, unless they are not `canonical`.
   */
  decodes(
    name: string,
    frame: string | Uint8Array,
    packet: ControlPacket,
    options?: LegalOptions,
  ): void;
  /** Checks that `frame` is refused; see {@link refuses}. */
  expectViolation(frame: string | Uint8Array, expected: Violation, options?: IllegalOptions): void;
  /**
   * A test: `frame`, in hexadecimal, breaks a rule. Packets before it are delivered, none behind it
   * is. `decidedBy`: after how many of its bytes, and no fewer, the error must be known.
   */
  refuses(
    name: string,
    frame: string | Uint8Array,
    expected: Violation,
    options?: IllegalOptions,
  ): void;
}

function driverFor(version: Version): ConformanceDriver {
  const driver: ConformanceDriver = {
    expectPacket(frame, packet, options = {}) {
      const bytes = toBytes(frame);
      for (const context of contextsOf(version, bytes[0] as number, options)) {
        const { before, after } = context;
        const stream = join(bytesOf(before), bytes, bytesOf(after));
        const packets = [...packetsOf(before), packet, ...packetsOf(after)];
        expectOutcome(stream, context.options, { packets }, options.everyCut);
      }
      if (options.canonical !== false) {
        const encoded = encode(packet, version.encoderOptions);
        expect(Buffer.from(encoded).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
      }
    },

    decodes(name, frame, packet, options = {}) {
      record(version, name, frame, true, options);
      it(name, () => driver.expectPacket(frame, packet, options));
    },

    expectViolation(frame, expected, options = {}) {
      const bytes = toBytes(frame);
      const { decidedBy } = options;
      for (const context of contextsOf(version, bytes[0] as number, options)) {
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
    },

    refuses(name, frame, expected, options = {}) {
      record(version, name, frame, false, options);
      it(name, () => driver.expectViolation(frame, expected, options));
    },
  };
  return driver;
}

/** The driver for MQTT 3.1 and 3.1.1. */
export const { expectPacket, decodes, expectViolation, refuses } = driverFor(MQTT_3);
/** The driver for MQTT 5.0. */
export const mqtt5: ConformanceDriver = driverFor(MQTT_5);
