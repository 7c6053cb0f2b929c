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
  SHAPE_CONNECT,
  SHAPE_CONTROL,
  SHAPE_EMPTY,
  SHAPE_PACKET_IDENTIFIER,
  SHAPE_PUBLISH,
} from '../../assembly/layout.js';
import { PACKET_TYPE_ROWS } from './packet-types.js';

const SHAPES = {
  empty: SHAPE_EMPTY,
  'packet-identifier': SHAPE_PACKET_IDENTIFIER,
  publish: SHAPE_PUBLISH,
  control: SHAPE_CONTROL,
  connect: SHAPE_CONNECT,
} as const;

function flagsError(body: keyof typeof SHAPES, expected: number, flags: number): number {
  if (body !== 'publish') return flags === expected ? 0 : ERROR_RESERVED_FLAGS;
  const qos = (flags >> 1) & 3;
  const dup = flags >= 8;
  if (qos === 3) return ERROR_INVALID_QOS;
  return dup && qos === 0 ? ERROR_DUP_AT_QOS_0 : 0;
}

function makeTable(): Int32Array {
  const table = new Int32Array(256 * ENTRY_WORDS);
  for (let first = 0; first < 256; first++) {
    const entry = first * ENTRY_WORDS;
    const row = PACKET_TYPE_ROWS[first >> 4];
    if (row === undefined) {
      table[entry + ENTRY_ERROR] = ERROR_RESERVED_PACKET_TYPE;
      continue;
    }
    const carriesIdentifier = row.body === 'publish' && (first & 0x06) !== 0;
    table[entry + ENTRY_ERROR] = flagsError(row.body, row.flags, first & 0x0f);
    table[entry + ENTRY_MINIMUM_REMAINING_LENGTH] = row.minimum + (carriesIdentifier ? 2 : 0);
    table[entry + ENTRY_MAXIMUM_REMAINING_LENGTH] = row.maximum;
    table[entry + ENTRY_SHAPE] = SHAPES[row.body];
  }
  return table;
}

/**
 * The tables, by their number in the argument `rules` of a scan. MQTT 3.1 and 3.1.1 agree on
 * every entry and share the first.
 */
export const FIRST_BYTE_TABLE_LIST: readonly Int32Array[] = [makeTable()];
