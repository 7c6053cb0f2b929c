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
  PROPERTY_ALLOWED,
  PROPERTY_IDENTIFIERS,
  PROPERTY_IS_BINARY,
  PROPERTY_IS_BYTE,
  PROPERTY_IS_TEXT,
  PROPERTY_IS_TEXT_PAIR,
  PROPERTY_IS_TOPIC_NAME,
  PROPERTY_IS_TWO_BYTE_INTEGER,
  PROPERTY_IS_VARIABLE_BYTE_INTEGER,
  PROPERTY_MAXIMUM,
  PROPERTY_MINIMUM,
  PROPERTY_REPEATS_SHIFT,
  PROPERTY_TABLE,
  PROPERTY_TYPE,
  PROPERTY_VALUE_ERROR,
  PROPERTY_WORDS,
  RULE_FROM_CLIENT,
  RULE_FROM_SERVER,
  RULE_NO_DISCOURAGED_CHARACTERS,
  TEXT_IS_ASCII,
  TEXT_IS_NOT_ASCII,
  TOPIC_ALIAS,
} from './layout';
import { replaceErrorCode, setError } from './result';
import { checkText, isShortAscii } from './text';

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

/** One word of the entry of a property in the table. */
function property(word: u32, identifier: u32): u32 {
  return load<u32>(PROPERTY_TABLE + ((identifier * PROPERTY_WORDS + word) << 2));
}

/** In which packets a property may stand, given who is known to have sent this one. */
function allowedPackets(identifier: u32, rules: u32): u32 {
  // The bits of the rules are chosen so that they are distances in bytes.
  const sender = rules & (RULE_FROM_CLIENT | RULE_FROM_SERVER);
  return load<u32>(PROPERTY_TABLE + identifier * (PROPERTY_WORDS << 2) + sender);
}

/**
 * Notes what is wrong with the property that begins at `p` and may not stand there. Returns
 * `PROPERTIES_ARE_WRONG`.
 */
function misplaced(p: u32, end: u32, packet: u32, first: u32, rules: u32): u32 {
  const found = variableByteInteger(p, end, first, ERROR_PROPERTY_PAST_END, p);
  if (found == 0) return PROPERTIES_ARE_WRONG;
  const identifier = found & 0x0fffffff;
  const allowed: u32 =
    identifier < (PROPERTY_IDENTIFIERS as u32) ? property(PROPERTY_ALLOWED, identifier) : 0;
  let wrong: u32 = ERROR_PROPERTY_REPEATED;
  if (allowed == 0) wrong = ERROR_PROPERTY_UNKNOWN;
  else if (((allowed >> packet) & 1) == 0) wrong = ERROR_PROPERTY_NOT_ALLOWED;
  else if (((allowedPackets(identifier, rules) >> packet) & 1) == 0) {
    wrong =
      (rules & RULE_FROM_CLIENT) != 0
        ? ERROR_PROPERTY_NOT_FROM_CLIENT
        : ERROR_PROPERTY_NOT_FROM_SERVER;
  }
  setError(wrong, p, first);
  return PROPERTIES_ARE_WRONG;
}

/**
 * Where the field at `p` ends that stands behind its two-byte length: behind `end`, too, if the length does not
 * fit. Its bytes may be those of whatever follows then, and are not believed.
 */
function prefixedEnd(p: u32): u32 {
  return p + 2 + bigEndian16(p);
}

/**
 * Checks the properties in the bytes `p` to `end` of a packet of type `packet` that begins with the byte
 * `first`. Returns the Topic Alias, or 0 if there is none, with `PROPERTIES_SAY_TEXT` above it if the
 * Payload Format Indicator is 1; or `PROPERTIES_ARE_WRONG`: the error is noted with its address then.
 */
export function checkProperties(p: u32, end: u32, packet: u32, first: u32, rules: u32): u32 {
  // Those that may not come again.
  let seen: u64 = 0;
  let facts: u32 = 0;
  const isLenient = (rules & RULE_NO_DISCOURAGED_CHARACTERS) == 0;
  while (p < end) {
    const at = p;
    // All identifiers are below 64, so a larger one is wrong, in however many bytes it is written.
    const identifier: u32 = load<u8>(p++);
    if (identifier >= (PROPERTY_IDENTIFIERS as u32))
      return misplaced(at, end, packet, first, rules);
    const allowed = allowedPackets(identifier, rules) >> packet;
    const bit = (1 as u64) << (identifier as u64);
    if ((allowed & 1) == 0 || (seen & bit) != 0) return misplaced(at, end, packet, first, rules);
    if (((allowed >> PROPERTY_REPEATS_SHIFT) & 1) == 0) seen |= bit;

    const type = property(PROPERTY_TYPE, identifier);
    if (type >= (PROPERTY_IS_TEXT as u32)) {
      if (type == PROPERTY_IS_BINARY) {
        p = prefixedEnd(p);
        if (p > end) {
          setError(ERROR_PROPERTY_PAST_END, at, first);
          return PROPERTIES_ARE_WRONG;
        }
        continue;
      }
      const isTopicName = type == PROPERTY_IS_TOPIC_NAME;
      const start = p + 2;
      let texts = type == PROPERTY_IS_TEXT_PAIR ? 2 : 1;
      while (texts-- > 0) {
        const from = p + 2;
        p = prefixedEnd(p);
        if (p > end) {
          setError(ERROR_PROPERTY_PAST_END, at, first);
          return PROPERTIES_ARE_WRONG;
        }
        if (ASC_FEATURE_SIMD) {
          if (isLenient && !isTopicName && isShortAscii(from, p)) continue;
        }
        const kind = checkText(from, p, first, rules, !isTopicName);
        if (kind != TEXT_IS_ASCII && kind != TEXT_IS_NOT_ASCII) {
          if (isTopicName) {
            replaceErrorCode(ERROR_TOPIC_NAME_WILDCARD, property(PROPERTY_VALUE_ERROR, identifier));
          }
          return PROPERTIES_ARE_WRONG;
        }
      }
      if (isTopicName && p == start) {
        setError(ERROR_RESPONSE_TOPIC_EMPTY, start - 2, first);
        return PROPERTIES_ARE_WRONG;
      }
      continue;
    }

    const start = p;
    let value: u32 = 0;
    if (type == PROPERTY_IS_VARIABLE_BYTE_INTEGER) {
      // Most take one byte, and no call.
      value = load<u8>(p);
      if (p < end && value < 0x80) {
        p++;
      } else {
        const integer = variableByteInteger(p, end, first, ERROR_PROPERTY_PAST_END, at);
        if (integer == 0) return PROPERTIES_ARE_WRONG;
        value = integer & 0x0fffffff;
        p += integer >> 28;
      }
    } else {
      if (type == PROPERTY_IS_BYTE) {
        p += 1;
        value = load<u8>(start);
      } else if (type == PROPERTY_IS_TWO_BYTE_INTEGER) {
        p += 2;
        value = bigEndian16(start);
      } else {
        p += 4;
        value = bswap(load<u32>(start));
      }
      if (p > end) {
        setError(ERROR_PROPERTY_PAST_END, at, first);
        return PROPERTIES_ARE_WRONG;
      }
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
  }
  return facts;
}
