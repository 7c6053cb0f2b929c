/**
 * What the first byte of a frame says, as a table of 256 entries: whether a frame may begin so,
 * the bounds of its Remaining Length, and how its body is to be scanned.
 *
 * Both scanners read this one table; the WebAssembly scanner gets it copied into its memory.
 */
import {
  ENTRY_ERROR,
  ENTRY_MAXIMUM_REMAINING_LENGTH,
  ENTRY_MINIMUM_REMAINING_LENGTH,
  ENTRY_SHAPE,
  ENTRY_WORDS,
  ERROR_DUP_AT_QOS_0,
  ERROR_INVALID_QOS,
  ERROR_RESERVED_FLAGS,
  ERROR_RESERVED_PACKET_TYPE,
  RULES_OF_ANY_VERSION,
  RULES_OF_MQTT_3,
  RULES_OF_MQTT_5,
  SHAPE_ACKNOWLEDGEMENT,
  SHAPE_CONNECT,
  SHAPE_CONTROL,
  SHAPE_CONTROL_OR_EMPTY,
  SHAPE_EMPTY,
  SHAPE_IS_LIST,
  SHAPE_PACKET_IDENTIFIER,
  SHAPE_PUBLISH,
  SHAPE_PUBLISH_WITH_PROPERTIES,
} from '../../assembly/layout.js';
import { type PacketTypeRows, type ProtocolVersion, packetTypesOf } from './packet-types.js';

const SHAPES = {
  empty: SHAPE_EMPTY,
  'packet-identifier': SHAPE_PACKET_IDENTIFIER,
  acknowledgement: SHAPE_ACKNOWLEDGEMENT,
  publish: SHAPE_PUBLISH,
  'publish-with-properties': SHAPE_PUBLISH_WITH_PROPERTIES,
  control: SHAPE_CONTROL,
  'control-or-empty': SHAPE_CONTROL_OR_EMPTY,
  connect: SHAPE_CONNECT,
} as const;

function publishError(flags: number): number {
  const qos = (flags >> 1) & 3;
  const dup = flags >= 8;
  if (qos === 3) return ERROR_INVALID_QOS;
  return dup && qos === 0 ? ERROR_DUP_AT_QOS_0 : 0;
}

/** The flags that a PUBLISH may have under these limits: bit n is set if n is legal. */
export function publishFlags(maximumQoS: number, mayRetain: boolean): number {
  let legal = 0;
  for (let flags = 0; flags < 16; flags++) {
    const isLegal = publishError(flags) === 0 && ((flags >> 1) & 3) <= maximumQoS;
    if (isLegal && (mayRetain || (flags & 1) === 0)) legal |= 1 << flags;
  }
  return legal;
}

function makeTable(rows: PacketTypeRows): Int32Array {
  const table = new Int32Array(256 * ENTRY_WORDS);
  for (let first = 0; first < 256; first++) {
    const entry = first * ENTRY_WORDS;
    const row = rows[first >> 4];
    if (row === undefined) {
      table[entry + ENTRY_ERROR] = ERROR_RESERVED_PACKET_TYPE;
      continue;
    }
    const flags = first & 0x0f;
    const isPublish = row.name === 'PUBLISH';
    const carriesIdentifier = isPublish && (flags & 0x06) !== 0;
    table[entry + ENTRY_ERROR] = isPublish
      ? publishError(flags)
      : flags === row.flags
        ? 0
        : ERROR_RESERVED_FLAGS;
    table[entry + ENTRY_MINIMUM_REMAINING_LENGTH] = row.minimum + (carriesIdentifier ? 2 : 0);
    table[entry + ENTRY_MAXIMUM_REMAINING_LENGTH] = row.maximum;
    table[entry + ENTRY_SHAPE] = SHAPES[row.body] | (row.list ? SHAPE_IS_LIST : 0);
  }
  return table;
}

/** The number of the first-byte table for a version; `undefined` stands for one not told yet. */
export function tableNumberOf(version: ProtocolVersion | undefined): number {
  if (version === undefined) return RULES_OF_ANY_VERSION;
  return version === 5 ? RULES_OF_MQTT_5 : RULES_OF_MQTT_3;
}

function makeList(): readonly Int32Array[] {
  const list: Int32Array[] = [];
  for (const version of [4, 5, undefined] as const) {
    list[tableNumberOf(version)] = makeTable(packetTypesOf(version));
  }
  return list;
}

/** The tables, by their number in `LIMIT_RULES`. */
export const FIRST_BYTE_TABLE_LIST: readonly Int32Array[] = makeList();
