/**
 * How much of a PUBLISH scanning has to see: everything but its payload. Nothing is checked here; what is wrong
 * shows when the bytes found here are scanned.
 */
import {
  ENTRY_SHAPE,
  ENTRY_WORDS,
  RULE_TABLE_SHIFT,
  SHAPE_MASK,
  SHAPE_PUBLISH_WITH_PROPERTIES,
} from '../../assembly/layout.js';
import { FIRST_BYTE_TABLE_LIST } from '../protocol/first-byte.js';
import { MAXIMUM_REMAINING_LENGTH, PACKET_TYPE } from '../protocol/packet-types.js';

/** Offsets of a PUBLISH: where its header ends, and where it ends itself. Neither need be there yet. */
export interface PublishExtent {
  header: number;
  end: number;
}

/**
 * Finds the extent of the PUBLISH at `from`, if there is one of more than `limit` bytes, as far as can be told. Returns whether
 * there is one; `extent` has been set then.
 */
export function findLargePublish(
  bytes: Uint8Array,
  from: number,
  limit: number,
  rules: number,
  extent: PublishExtent,
): boolean {
  const first = bytes[from] as number;
  if (first >> 4 !== PACKET_TYPE.PUBLISH) return false;
  let length = 0;
  let body = from + 1;
  for (let shift = 0; shift < 28 && body < bytes.length; shift += 7) {
    const byte = bytes[body++] as number;
    length |= (byte & 0x7f) << shift;
    if (byte >= 0x80) continue;
    const end = body + length;
    if (end - from <= limit) return false;
    const maximumProperties = hasProperties(first, rules) ? MAXIMUM_REMAINING_LENGTH : undefined;
    extent.header = publishHeaderEnd(bytes, first, body, end, maximumProperties);
    extent.end = end;
    return true;
  }
  return false;
}

/**
 * Where the bytes end that must be there of the PUBLISH `body` to `end` to read its header, or to find it
 * wrong, as far as those there tell: not behind them if they are enough. `maximumProperties`: the most
 * that properties may take; `undefined`: there are none.
 */
export function publishHeaderEnd(
  bytes: Uint8Array,
  first: number,
  body: number,
  end: number,
  maximumProperties: number | undefined,
): number {
  const { length } = bytes;
  if (body + 2 > length) return body + 2;
  let p =
    body +
    2 +
    (((bytes[body] as number) << 8) | (bytes[body + 1] as number)) +
    ((first & 0x06) === 0 ? 0 : 2);
  if (p > end) return body + 2;
  if (p > length || maximumProperties === undefined) return p;
  let properties = 0;
  for (let count = 0; count < 4; count++) {
    if (p === end) return p;
    if (p === length) return p + 1;
    const byte = bytes[p++] as number;
    properties |= (byte & 0x7f) << (7 * count);
    if (byte >= 0x80) continue;
    return properties > end - p || properties > maximumProperties ? p : p + properties;
  }
  return p;
}

/** Whether a PUBLISH that begins with the byte `first` has properties under these rules. */
export function hasProperties(first: number, rules: number): boolean {
  const entry = FIRST_BYTE_TABLE_LIST[rules >> RULE_TABLE_SHIFT]?.[
    first * ENTRY_WORDS + ENTRY_SHAPE
  ] as number;
  return (entry & SHAPE_MASK) === SHAPE_PUBLISH_WITH_PROPERTIES;
}
