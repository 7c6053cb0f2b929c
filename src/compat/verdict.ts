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
import { errorCodeOf, MqttError } from '../errors.js';
import { decodedTypes, type PacketType, packetTypeName } from '../protocol/packet-types.js';
import type { ScanLimits, Scanner } from '../scanner/scanner.js';

import { MOST_MENDED, mend } from './leniency.js';

/** The rules that hold. */
export interface Law {
  readonly version: 4 | 5;
  readonly limits: ScanLimits;
  readonly isStrict: boolean;
}

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
  if (law.isStrict) return fault;
  const mended = new Uint8Array(frame);
  let found = fault;
  for (let left = MOST_MENDED; left > 0; left--) {
    const isMended = mend(found, mended, streamOffset);
    if (isMended === undefined) return found;
    const next = isMended ? faultIn(mended, scanner, law, streamOffset) : undefined;
    if (next === undefined) return undefined;
    found = next;
  }
  return found;
}

/** What is wrong with a complete frame. */
function faultIn(
  frame: Uint8Array,
  scanner: Scanner,
  law: Law,
  streamOffset: number,
): MqttError | undefined {
  const { table, result, lease } = scanner;
  lease.generation++;
  scanner.scan(frame, 0, 0, law.limits);
  if (result[RESULT_STATUS] === STATUS_ERROR) return scannerFault(scanner, law, streamOffset);
  const first = table[COLUMN_FIRST_BYTE] as number;
  return bodyFault(frame, first, table[COLUMN_BODY] as number, frame.length, law, streamOffset);
}
