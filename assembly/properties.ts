/**
 * The properties of MQTT 5.0 (section 2.2.2), checked against the table that the host has written:
 * which property may stand in which packet, how often, from whom, and with which values.
 *
 * Properties end where their length says. Nothing is read behind that end, and a property that
 * crosses it is at fault where it begins.
 */

import { limit } from './fixed-header';
import {
  ERROR_FIELD_PAST_END,
  ERROR_PROPERTY_NOT_ALLOWED,
  ERROR_PROPERTY_NOT_FROM_CLIENT,
  ERROR_PROPERTY_NOT_FROM_SERVER,
  ERROR_PROPERTY_PAST_END,
  ERROR_PROPERTY_REPEATED,
  ERROR_PROPERTY_UNKNOWN,
  ERROR_RESPONSE_TOPIC_EMPTY,
  ERROR_TOPIC_ALIAS_TOO_LARGE,
  ERROR_TOPIC_NAME_WILDCARD,
  ERROR_VARIABLE_BYTE_INTEGER_NOT_MINIMAL,
  ERROR_VARIABLE_BYTE_INTEGER_TOO_LONG,
  LIMIT_TOPIC_ALIAS_MAXIMUM,
  PAYLOAD_FORMAT_INDICATOR,
  PROPERTIES_ARE_WRONG,
  PROPERTIES_SAY_TEXT,
  PROPERTY_IDENTIFIERS,
  PROPERTY_IS_BINARY,
  PROPERTY_IS_BYTE,
  PROPERTY_IS_TEXT_PAIR,
  PROPERTY_IS_TOPIC_NAME,
  PROPERTY_IS_TWO_BYTE_INTEGER,
  PROPERTY_IS_VARIABLE_BYTE_INTEGER,
  PROPERTY_MAXIMUM,
  PROPERTY_MINIMUM,
  PROPERTY_NOT_FROM_CLIENT,
  PROPERTY_NOT_FROM_SERVER,
  PROPERTY_PACKETS,
  PROPERTY_REPEATS,
  PROPERTY_TABLE,
  PROPERTY_TYPE,
  PROPERTY_VALUE_ERROR,
  PROPERTY_WORDS,
  RULE_FROM_CLIENT,
  RULE_FROM_SERVER,
  TEXT_IS_ASCII,
  TEXT_IS_NOT_ASCII,
  TOPIC_ALIAS,
} from './layout';
import { replaceErrorCode, setError } from './result';
import { checkText } from './text';

export function bigEndian16(p: u32): u32 {
  const high: u32 = load<u8>(p);
  const low: u32 = load<u8>(p + 1);
  return (high << 8) | low;
}

/**
 * Reads the Variable Byte Integer at `p` (section 1.5.5), which must end before `end`; else the error
 * `pastEnd` is noted for the byte `field`. Returns its value in the low 28 bits with the number of its
 * bytes above them, or 0 if it is wrong: the error is noted then.
 */
function variableByteInteger(p: u32, end: u32, first: u32, pastEnd: u32, field: u32): u32 {
  let value: u32 = 0;
  let bytes: u32 = 0;
  let byte: u32 = 0x80;
  while (byte >= 0x80) {
    if (bytes == 4) {
      setError(ERROR_VARIABLE_BYTE_INTEGER_TOO_LONG, p + 3, first);
      return 0;
    }
    if (p + bytes >= end) {
      setError(pastEnd, field, first);
      return 0;
    }
    byte = load<u8>(p + bytes);
    value |= (byte & 0x7f) << (7 * bytes);
    bytes++;
  }
  if (byte == 0 && bytes > 1) {
    setError(ERROR_VARIABLE_BYTE_INTEGER_NOT_MINIMAL, p + bytes - 1, first);
    return 0;
  }
  return value | (bytes << 28);
}

/**
 * Reads the Property Length at `p` of a frame that ends at `end`. Returns it as
 * {@link variableByteInteger} does; the properties do not reach past the end.
 */
export function propertyLength(p: u32, end: u32, first: u32): u32 {
  const found = variableByteInteger(p, end, first, ERROR_FIELD_PAST_END, p);
  if (found == 0) return 0;
  if ((found & 0x0fffffff) > end - p - (found >> 28)) {
    setError(ERROR_FIELD_PAST_END, p, first);
    return 0;
  }
  return found;
}

function property(word: u32, identifier: u32): u32 {
  return load<u32>(PROPERTY_TABLE + ((identifier * PROPERTY_WORDS + word) << 2));
}

/** Moves over the text at `p` behind its two-byte length. Returns where it ends, or 0 if it is wrong. */
function text(p: u32, end: u32, first: u32, rules: u32, at: u32, wildcards: bool): u32 {
  if (end - p < 2 || bigEndian16(p) > end - p - 2) {
    setError(ERROR_PROPERTY_PAST_END, at, first);
    return 0;
  }
  const start = p + 2;
  const next = start + bigEndian16(p);
  const kind = checkText(start, next, first, rules, wildcards);
  return kind == TEXT_IS_ASCII || kind == TEXT_IS_NOT_ASCII ? next : 0;
}

/**
 * Checks the properties in the bytes `p` to `end` of a packet of type `packet` that begins with the byte
 * `first`. Returns the Topic Alias, or 0 if there is none, with `PROPERTIES_SAY_TEXT` above it if the
 * Payload Format Indicator is 1; or `PROPERTIES_ARE_WRONG`: the error is noted with its address then.
 */
export function checkProperties(p: u32, end: u32, packet: u32, first: u32, rules: u32): u32 {
  const mask: u32 = 1 << packet;
  let seen: u64 = 0;
  let facts: u32 = 0;
  while (p < end) {
    const at = p;
    const found = variableByteInteger(p, end, first, ERROR_PROPERTY_PAST_END, at);
    if (found == 0) return PROPERTIES_ARE_WRONG;
    const identifier = found & 0x0fffffff;
    p += found >> 28;
    const packets: u32 =
      identifier < (PROPERTY_IDENTIFIERS as u32) ? property(PROPERTY_PACKETS, identifier) : 0;
    let wrong: u32 = 0;
    if (packets == 0) wrong = ERROR_PROPERTY_UNKNOWN;
    else if ((packets & mask) == 0) wrong = ERROR_PROPERTY_NOT_ALLOWED;
    else if (
      (rules & RULE_FROM_CLIENT) != 0 &&
      (property(PROPERTY_NOT_FROM_CLIENT, identifier) & mask) != 0
    ) {
      wrong = ERROR_PROPERTY_NOT_FROM_CLIENT;
    } else if (
      (rules & RULE_FROM_SERVER) != 0 &&
      (property(PROPERTY_NOT_FROM_SERVER, identifier) & mask) != 0
    ) {
      wrong = ERROR_PROPERTY_NOT_FROM_SERVER;
    } else if (
      ((seen >> (identifier as u64)) & 1) != 0 &&
      (property(PROPERTY_REPEATS, identifier) & mask) == 0
    ) {
      wrong = ERROR_PROPERTY_REPEATED;
    }
    if (wrong != 0) {
      setError(wrong, at, first);
      return PROPERTIES_ARE_WRONG;
    }
    seen |= (1 as u64) << (identifier as u64);

    const type = property(PROPERTY_TYPE, identifier);
    if (type <= (PROPERTY_IS_VARIABLE_BYTE_INTEGER as u32)) {
      const start = p;
      let value: u32 = 0;
      if (type == PROPERTY_IS_VARIABLE_BYTE_INTEGER) {
        const integer = variableByteInteger(p, end, first, ERROR_PROPERTY_PAST_END, at);
        if (integer == 0) return PROPERTIES_ARE_WRONG;
        value = integer & 0x0fffffff;
        p += integer >> 28;
      } else {
        const width: u32 =
          type == PROPERTY_IS_BYTE ? 1 : type == PROPERTY_IS_TWO_BYTE_INTEGER ? 2 : 4;
        if (end - p < width) {
          setError(ERROR_PROPERTY_PAST_END, at, first);
          return PROPERTIES_ARE_WRONG;
        }
        for (let i: u32 = 0; i < width; i++) {
          const byte: u32 = load<u8>(p + i);
          value = (value << 8) | byte;
        }
        p += width;
      }
      if (
        value < property(PROPERTY_MINIMUM, identifier) ||
        value > property(PROPERTY_MAXIMUM, identifier)
      ) {
        setError(property(PROPERTY_VALUE_ERROR, identifier), start, first);
        return PROPERTIES_ARE_WRONG;
      }
      if (identifier == TOPIC_ALIAS) {
        if (value > limit(LIMIT_TOPIC_ALIAS_MAXIMUM)) {
          setError(ERROR_TOPIC_ALIAS_TOO_LARGE, start, first);
          return PROPERTIES_ARE_WRONG;
        }
        facts |= value;
      } else if (identifier == PAYLOAD_FORMAT_INDICATOR && value == 1) {
        facts |= PROPERTIES_SAY_TEXT;
      }
    } else if (type == PROPERTY_IS_BINARY) {
      if (end - p < 2 || bigEndian16(p) > end - p - 2) {
        setError(ERROR_PROPERTY_PAST_END, at, first);
        return PROPERTIES_ARE_WRONG;
      }
      p += 2 + bigEndian16(p);
    } else if (type == PROPERTY_IS_TOPIC_NAME) {
      const start = p;
      p = text(p, end, first, rules, at, false);
      if (p == 0) {
        replaceErrorCode(ERROR_TOPIC_NAME_WILDCARD, property(PROPERTY_VALUE_ERROR, identifier));
        return PROPERTIES_ARE_WRONG;
      }
      if (p == start + 2) {
        setError(ERROR_RESPONSE_TOPIC_EMPTY, start, first);
        return PROPERTIES_ARE_WRONG;
      }
    } else {
      p = text(p, end, first, rules, at, true);
      if (p == 0) return PROPERTIES_ARE_WRONG;
      if (type == PROPERTY_IS_TEXT_PAIR) {
        p = text(p, end, first, rules, at, true);
        if (p == 0) return PROPERTIES_ARE_WRONG;
      }
    }
  }
  return facts;
}
