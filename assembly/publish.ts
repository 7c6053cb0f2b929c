/**
 * The variable header of PUBLISH (section 3.3.2): Topic Name, a Packet Identifier if QoS is 1 or 2, and in
 * MQTT 5.0 properties.
 */
import { limit } from './fixed-header';
import {
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  COLUMN_PAYLOAD,
  COLUMN_TOPIC_LENGTH,
  ERROR_FIELD_PAST_END,
  ERROR_PACKET_IDENTIFIER_ZERO,
  ERROR_PACKET_TOO_LARGE,
  ERROR_TOPIC_ALIAS_MISSING,
  ERROR_TOPIC_NAME_EMPTY,
  LIMIT_MAXIMUM_LIST_PACKET_SIZE,
  PROPERTIES_ARE_WRONG,
  PROPERTIES_SAY_TEXT,
  PUBLISH_IS_SHOWN,
  PUBLISH_IS_WELL,
  PUBLISH_IS_WRONG,
  ROW_HAS_PROPERTIES,
  ROW_IS_MQTT_5,
  ROW_PAYLOAD_IS_TEXT,
  RULE_SHOW_TEXT_PAYLOADS,
  RULE_SHOW_TOPIC_ALIASES,
  TEXT_IS_ASCII,
  TEXT_IS_NOT_ASCII,
  TOPIC_ALIAS_SHIFT,
  TOPIC_IS_ASCII,
  TOPIC_LENGTH_MASK,
} from './layout';
import { bigEndian16, checkProperties, propertyLength } from './properties';
import { setError } from './result';
import { checkText } from './text';

/** Number of the packet type PUBLISH. */
const PUBLISH: u32 = 3;

/** Bytes of Topic Name and Packet Identifier, with the length they claim. */
function topicAndIdentifierLength(first: u32, body: u32): u32 {
  return 2 + bigEndian16(body) + ((first & 0x06) != 0 ? 2 : 0);
}

/**
 * Whether all that scanning reads of a PUBLISH stands before `limit`. The frame goes on to `end`, behind it.
 * What is wrong already with the bytes there counts as loaded.
 */
export function publishIsLoaded(
  first: u32,
  body: u32,
  end: u32,
  loaded: u32,
  withProperties: bool,
): bool {
  if (body + 2 > loaded) return false;
  let p = body + topicAndIdentifierLength(first, body);
  if (p > end) return true;
  if (p > loaded) return false;
  if (!withProperties) return true;
  let length: u32 = 0;
  for (let bytes: u32 = 0; bytes < 4; bytes++) {
    if (p == end) return true;
    if (p == loaded) return false;
    const byte: u32 = load<u8>(p++);
    length |= (byte & 0x7f) << (7 * bytes);
    if (byte < 0x80) return length > end - p || p + length <= loaded;
  }
  return true;
}

/**
 * Checks the variable header of the frame `body` to `end` and fills the columns of `row`.
 * `base` is what to add to an address to make it an offset. Returns `PUBLISH_IS_WRONG` if a rule is
 * broken, which is noted with its address, `PUBLISH_IS_SHOWN` if the host wants to see the row, else
 * `PUBLISH_IS_WELL`.
 */
export function publish(
  row: u32,
  first: u32,
  body: u32,
  end: u32,
  base: u32,
  rules: u32,
  withProperties: bool,
): u32 {
  const topicLength = bigEndian16(body);
  const topic = body + 2;
  const topicEnd = topic + topicLength;
  let payload = body + topicAndIdentifierLength(first, body);
  if (topicLength == 0 && !withProperties) {
    setError(ERROR_TOPIC_NAME_EMPTY, body, first);
    return PUBLISH_IS_WRONG;
  }
  if (payload > end) {
    setError(ERROR_FIELD_PAST_END, topicEnd > end ? body : topicEnd, first);
    return PUBLISH_IS_WRONG;
  }
  const text = checkText(topic, topicEnd, first, rules, false);
  if (text != TEXT_IS_ASCII && text != TEXT_IS_NOT_ASCII) return PUBLISH_IS_WRONG;
  let flags: u32 = text == TEXT_IS_ASCII ? first | TOPIC_IS_ASCII : first;
  let identifier: u32 = 0;
  if (payload != topicEnd) {
    identifier = bigEndian16(topicEnd);
    if (identifier == 0) {
      setError(ERROR_PACKET_IDENTIFIER_ZERO, topicEnd, first);
      return PUBLISH_IS_WRONG;
    }
  }

  let alias: u32 = 0;
  let outcome: u32 = PUBLISH_IS_WELL;
  if (withProperties) {
    const found = propertyLength(payload, end, first);
    if (found == 0) return PUBLISH_IS_WRONG;
    const length = found & 0x0fffffff;
    if (length > limit(LIMIT_MAXIMUM_LIST_PACKET_SIZE)) {
      setError(ERROR_PACKET_TOO_LARGE, payload, first);
      return PUBLISH_IS_WRONG;
    }
    const properties = payload + (found >> 28);
    payload = properties + length;
    flags |= ROW_IS_MQTT_5;
    if (length > 0) {
      const facts = checkProperties(properties, payload, PUBLISH, first, rules);
      if (facts == PROPERTIES_ARE_WRONG) return PUBLISH_IS_WRONG;
      flags |= ROW_HAS_PROPERTIES;
      alias = facts & TOPIC_LENGTH_MASK;
      if (alias != 0 && (rules & RULE_SHOW_TOPIC_ALIASES) != 0) outcome = PUBLISH_IS_SHOWN;
      if ((facts & PROPERTIES_SAY_TEXT) != 0) {
        flags |= ROW_PAYLOAD_IS_TEXT;
        if ((rules & RULE_SHOW_TEXT_PAYLOADS) != 0) outcome = PUBLISH_IS_SHOWN;
      }
    }
    if (topicLength == 0 && alias == 0) {
      setError(ERROR_TOPIC_ALIAS_MISSING, body, first);
      return PUBLISH_IS_WRONG;
    }
  }
  store<u32>(row + (COLUMN_FIRST_BYTE << 2), flags);
  store<u32>(row + (COLUMN_TOPIC_LENGTH << 2), topicLength | (alias << TOPIC_ALIAS_SHIFT));
  store<u32>(row + (COLUMN_PACKET_IDENTIFIER << 2), identifier);
  store<u32>(row + (COLUMN_PAYLOAD << 2), payload + base);
  return outcome;
}
