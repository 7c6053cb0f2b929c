/**
 * The fixed header (section 2.2): one byte of type and flags, then the Remaining Length in
 * one to four bytes of seven bits each, least significant first.
 *
 * Every rule that these two to five bytes can break is checked here, in the order in which
 * the bytes arrive, so that a frame cut anywhere ends in the same error as a whole one, and
 * so that nothing is kept in memory for a frame that can never be good.
 */
import {
  ENTRY_ERROR,
  ENTRY_MAXIMUM_REMAINING_LENGTH,
  ENTRY_MINIMUM_REMAINING_LENGTH,
  ENTRY_SHAPE,
  ERROR_PACKET_LENGTH,
  ERROR_PACKET_NOT_ALLOWED,
  ERROR_PACKET_TOO_LARGE,
  ERROR_QOS_NOT_SUPPORTED,
  ERROR_REMAINING_LENGTH_NOT_MINIMAL,
  ERROR_REMAINING_LENGTH_TOO_LONG,
  ERROR_RETAIN_NOT_SUPPORTED,
  FIRST_BYTE_TABLE_BYTES,
  FIRST_BYTE_TABLES,
  HEADER_ERROR,
  HEADER_INCOMPLETE,
  LIMIT_ALLOWED_TYPES,
  LIMIT_MAXIMUM_CONNECT_SIZE,
  LIMIT_MAXIMUM_LIST_PACKET_SIZE,
  LIMIT_MAXIMUM_PACKET_SIZE,
  LIMIT_MAXIMUM_QOS,
  LIMITS,
  RULE_MINIMAL_REMAINING_LENGTH,
  RULE_NO_RETAIN,
  RULE_TABLE_SHIFT,
  SHAPE_IS_LIST,
} from './layout';
import { setError } from './result';

/** Numbers of packet types. */
const CONNECT: u32 = 1;
const PUBLISH: u32 = 3;

/** One of the `LIMIT_*` words. */
export function limit(word: u32): u32 {
  return load<u32>(LIMITS + (word << 2));
}

/** The entry of the first-byte table for `first` under `rules`. */
export function entryOf(first: u32, rules: u32): u32 {
  return FIRST_BYTE_TABLES + (rules >> RULE_TABLE_SHIFT) * FIRST_BYTE_TABLE_BYTES + (first << 4);
}

/**
 * Checks the fixed header at `p`, of which the bytes before `end` are there.
 *
 * Returns `HEADER_INCOMPLETE`, `HEADER_ERROR` (noted with addresses), or the Remaining Length
 * in the low 28 bits with the number of its bytes, 1 to 4, above them.
 */
export function fixedHeader(p: u32, end: u32, rules: u32): i32 {
  if (p >= end) return HEADER_INCOMPLETE;
  const first: u32 = load<u8>(p);
  const entry = entryOf(first, rules);
  const wrong = load<u32>(entry + (ENTRY_ERROR << 2));
  if (wrong != 0) {
    setError(wrong, p, first);
    return HEADER_ERROR;
  }
  if (((limit(LIMIT_ALLOWED_TYPES) >> (first >> 4)) & 1) == 0) {
    setError(ERROR_PACKET_NOT_ALLOWED, p, first);
    return HEADER_ERROR;
  }

  if (first >> 4 == PUBLISH) {
    if (((first >> 1) & 3) > limit(LIMIT_MAXIMUM_QOS)) {
      setError(ERROR_QOS_NOT_SUPPORTED, p, first);
      return HEADER_ERROR;
    }
    if ((first & 1) != 0 && (rules & RULE_NO_RETAIN) != 0) {
      setError(ERROR_RETAIN_NOT_SUPPORTED, p, first);
      return HEADER_ERROR;
    }
  }

  let length: u32 = 0;
  let bytes: u32 = 0;
  let byte: u32 = 0x80;
  while (byte >= 0x80) {
    if (bytes == 4) {
      setError(ERROR_REMAINING_LENGTH_TOO_LONG, p + 4, first);
      return HEADER_ERROR;
    }
    const at = p + 1 + bytes;
    if (at >= end) return HEADER_INCOMPLETE;
    byte = load<u8>(at);
    length |= (byte & 0x7f) << (7 * bytes);
    bytes++;
  }

  if (byte == 0 && bytes > 1 && (rules & RULE_MINIMAL_REMAINING_LENGTH) != 0) {
    setError(ERROR_REMAINING_LENGTH_NOT_MINIMAL, p + bytes, first);
    return HEADER_ERROR;
  }
  if (
    length < load<u32>(entry + (ENTRY_MINIMUM_REMAINING_LENGTH << 2)) ||
    length > load<u32>(entry + (ENTRY_MAXIMUM_REMAINING_LENGTH << 2))
  ) {
    setError(ERROR_PACKET_LENGTH, p + 1, first);
    return HEADER_ERROR;
  }
  const isList = (load<u32>(entry + (ENTRY_SHAPE << 2)) & SHAPE_IS_LIST) != 0;
  const maximum = limit(
    isList
      ? LIMIT_MAXIMUM_LIST_PACKET_SIZE
      : first >> 4 == CONNECT
        ? LIMIT_MAXIMUM_CONNECT_SIZE
        : LIMIT_MAXIMUM_PACKET_SIZE,
  );
  if (1 + bytes + length > maximum) {
    setError(ERROR_PACKET_TOO_LARGE, p + 1, first);
    return HEADER_ERROR;
  }
  return (length | (bytes << 28)) as i32;
}
