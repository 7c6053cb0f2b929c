/**
 * What the specification says of a frame, apart from what passes unless the option `strict` is set: faults for which brokers and clients
 * have answers of their own, which they could not give if the parser refused the packet.
 */
import {
  COLUMN_BODY,
  COLUMN_FIRST_BYTE,
  RESULT_ERROR_CODE,
  RESULT_ERROR_FIRST_BYTE,
  RESULT_ERROR_OFFSET,
  RESULT_STATUS,
  ROW_IS_MQTT_5,
  STATUS_ERROR,
} from '../../assembly/layout.js';
import { decodeControl } from '../decoder/control.js';
import { type ErrorCode, errorCodeOf, MqttError } from '../errors.js';
import {
  decodedTypes,
  PACKET_TYPE,
  type PacketType,
  packetTypeName,
} from '../protocol/packet-types.js';
import { PROPERTIES } from '../protocol/properties.js';
import type { ScanLimits, Scanner } from '../scanner/scanner.js';

/** The rules that hold. */
export interface Law {
  readonly version: 4 | 5;
  readonly limits: ScanLimits;
  readonly isStrict: boolean;
}

type Passes = (fault: MqttError, frame: Uint8Array, at: number) => boolean;

const always: Passes = () => true;
const MAXIMUM_QOS = PROPERTIES.maximumQoS.identifier;

/** Codes of faults that pass: always, or where a frame has them at its byte `at`. */
const PASSES: Readonly<Partial<Record<ErrorCode, Passes>>> = {
  ERR_MQTT_PACKET_IDENTIFIER: always,
  ERR_MQTT_TOPIC_NAME_WILDCARD: ({ packetType }) => packetType === 'PUBLISH',
  ERR_MQTT_PROTOCOL_NAME: always,
  ERR_MQTT_PROTOCOL_LEVEL: always,
  ERR_MQTT_CLIENT_IDENTIFIER: always,
  ERR_MQTT_CONNACK_OF_MQTT_3: always,
  // Brokers have return codes of their own.
  ERR_MQTT_CONNECT_RETURN_CODE: always,
  // A CONNACK of MQTT 5.0 without reason code and properties: Success.
  ERR_MQTT_PACKET_LENGTH: ({ packetType, protocolVersion }, frame) =>
    packetType === 'CONNACK' && protocolVersion === 5 && frame.length === 3,
  // A Maximum QoS of 2, which goes without saying.
  ERR_MQTT_PROPERTY_VALUE: ({ packetType }, frame, at) =>
    packetType === 'CONNACK' && frame[at - 1] === MAXIMUM_QOS && frame[at] === 2,
};

/** The error that the scanner has just noted. */
export function scannerFault(scanner: Scanner, { version }: Law, streamOffset: number): MqttError {
  const { result } = scanner;
  return new MqttError(errorCodeOf(result[RESULT_ERROR_CODE] as number), {
    packetType: packetTypeName((result[RESULT_ERROR_FIRST_BYTE] as number) >> 4),
    offset: streamOffset + (result[RESULT_ERROR_OFFSET] as number),
    protocolVersion: version,
  });
}

/** What is wrong with the body of a packet that the scanner leaves alone; `first` is its column. */
export function bodyFault(
  bytes: Uint8Array,
  first: number,
  body: number,
  end: number,
  law: Law,
  streamOffset: number,
): MqttError | undefined {
  const type = (first >> 4) & 0x0f;
  const { version, limits } = law;
  if (((decodedTypes(version) >> type) & 1) === 0 || (first & ROW_IS_MQTT_5) !== 0)
    return undefined;
  try {
    decodeControl(
      {
        packetType: packetTypeName(type) as PacketType,
        bytes,
        start: body,
        end,
        streamOffset,
        rules: limits.rules,
        protocolVersion: version,
        sender: undefined,
        maximumPropertyLength: limits.maximumListPacketSize,
        checkPayloadFormat: false,
      },
      undefined,
    );
  } catch (error) {
    if (error instanceof MqttError) return error;
    throw error;
  }
  return undefined;
}

/**
 * What is wrong with a complete frame, of which `fault` is known already. `undefined`: it passes.
 *
 * @param streamOffset where the frame begins in the stream
 */
export function verdictOn(
  fault: MqttError,
  frame: Uint8Array,
  scanner: Scanner,
  law: Law,
  streamOffset: number,
): MqttError | undefined {
  if (law.isStrict || !passes(fault, frame, streamOffset)) return fault;
  if (fault.code === 'ERR_MQTT_PACKET_LENGTH') return undefined;
  // Behind what passes may be something that does not, which shows when the one is mended.
  const mended = mend(frame, (fault.offset as number) - streamOffset);
  const { table, result, lease } = scanner;
  lease.generation++;
  scanner.scan(mended, 0, 0, law.limits);
  const next =
    result[RESULT_STATUS] === STATUS_ERROR
      ? scannerFault(scanner, law, streamOffset)
      : bodyFault(
          mended,
          table[COLUMN_FIRST_BYTE] as number,
          table[COLUMN_BODY] as number,
          mended.length,
          law,
          streamOffset,
        );
  return next === undefined || passes(next, mended, streamOffset) ? undefined : next;
}

function passes(fault: MqttError, frame: Uint8Array, begin: number): boolean {
  return PASSES[fault.code]?.(fault, frame, (fault.offset as number) - begin) ?? false;
}

/** A copy of the frame without what passes, which was found at its byte `at`. */
function mend(frame: Uint8Array, at: number): Uint8Array {
  const mended = Uint8Array.from(frame);
  const type = (mended[0] as number) >> 4;
  let body = 2;
  while ((mended[body - 1] as number) >= 0x80) body++;
  if (type === PACKET_TYPE.CONNECT) mendConnect(mended, body);
  else if (type === PACKET_TYPE.CONNACK) mended[at] = 0;
  else if (type === PACKET_TYPE.PUBLISH) mendPublish(mended, body);
  else mendPacketIdentifier(mended, body);
  return mended;
}

function bigEndian16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function mendPacketIdentifier(frame: Uint8Array, at: number): void {
  if (bigEndian16(frame, at) === 0) frame[at + 1] = 1;
}

function mendPublish(frame: Uint8Array, body: number): void {
  const end = body + 2 + bigEndian16(frame, body);
  for (let at = body + 2; at < end; at++) {
    if (frame[at] === 0x23 || frame[at] === 0x2b) frame[at] = 0x78;
  }
  if (((frame[0] as number) & 0x06) !== 0) mendPacketIdentifier(frame, end);
}

/** Gives the Protocol Name the level that goes with it, and a Client Identifier that is empty a Clean Session. */
function mendConnect(frame: Uint8Array, body: number): void {
  const level = body + 2 + bigEndian16(frame, body);
  const isMqtt31 = level - body === 8;
  const version = (frame[level] as number) & 0x7f;
  if (isMqtt31 && version === 4) frame[level] = 3;
  else if (!isMqtt31) frame[level] = version === 3 ? 4 : version;
  frame[level + 1] = (frame[level + 1] as number) | 0x02;
}
