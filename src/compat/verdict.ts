/** What the specification says of a frame, apart from what passes. */
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
import { decodedTypes, type PacketType, packetTypeName } from '../protocol/packet-types.js';
import type { ScanLimits, Scanner } from '../scanner/scanner.js';
import { MOST_MENDED, mend } from './leniency.js';

/** The rules that hold. */
export interface Law {
  readonly version: 4 | 5;
  readonly limits: ScanLimits;
  readonly isStrict: boolean;
}

/** What is wrong. It becomes an error, which is dear to make, if the packet is refused for it. */
export interface Fault {
  readonly code: ErrorCode;
  readonly packetType: PacketType | undefined;
  /** Of the byte at fault, in the stream. */
  readonly offset: number;
}

export function errorOf({ code, packetType, offset }: Fault, { version }: Law): MqttError {
  return new MqttError(code, { packetType, offset, protocolVersion: version });
}

/** What the scanner has just noted. */
export function scannerFault({ result }: Scanner, streamOffset: number): Fault {
  return {
    code: errorCodeOf(result[RESULT_ERROR_CODE] as number),
    packetType: packetTypeName((result[RESULT_ERROR_FIRST_BYTE] as number) >> 4),
    offset: streamOffset + (result[RESULT_ERROR_OFFSET] as number),
  };
}

/** What is wrong with the body of a packet that the scanner leaves alone; `first` is its column. */
export function bodyFault(
  bytes: Uint8Array,
  first: number,
  body: number,
  end: number,
  law: Law,
  streamOffset: number,
): Fault | undefined {
  const type = (first >> 4) & 0x0f;
  const { version, limits } = law;
  if (((decodedTypes(version) >> type) & 1) === 0 || (first & ROW_IS_MQTT_5) !== 0)
    return undefined;
  const { stackTraceLimit } = Error;
  // Most of these errors are looked at and forgotten.
  Error.stackTraceLimit = 0;
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
    if (!(error instanceof MqttError)) throw error;
    return { code: error.code, packetType: error.packetType, offset: error.offset as number };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return undefined;
}

/**
 * What a complete frame is refused for unless everything is, of which `fault` is known already. `undefined`: it passes.
 *
 * @param streamOffset where the frame begins in the stream
 */
export function verdictOn(
  fault: Fault,
  frame: Uint8Array,
  scanner: Scanner,
  law: Law,
  streamOffset: number,
): Fault | undefined {
  let found = fault;
  let mended: Uint8Array = new Uint8Array(frame);
  for (let left = MOST_MENDED; left > 0; left--) {
    // Where a frame gets shorter, that is before what is wrong with it next.
    const begin = streamOffset + frame.length - mended.length;
    const next = mend(found, mended, begin, law.version);
    if (next === undefined) return found;
    if (next === null) return undefined;
    mended = next;
    const following = faultIn(mended, scanner, law, streamOffset + frame.length - mended.length);
    if (following === undefined) return undefined;
    found = following;
  }
  return found;
}

/** What is wrong with a complete frame. */
function faultIn(
  frame: Uint8Array,
  scanner: Scanner,
  law: Law,
  streamOffset: number,
): Fault | undefined {
  const { table, result, lease } = scanner;
  lease.generation++;
  scanner.scan(frame, 0, 0, law.limits);
  if (result[RESULT_STATUS] === STATUS_ERROR) return scannerFault(scanner, streamOffset);
  const first = table[COLUMN_FIRST_BYTE] as number;
  return bodyFault(frame, first, table[COLUMN_BODY] as number, frame.length, law, streamOffset);
}
