/**
 * The variable header of PUBLISH (section 3.3.2): Topic Name, a Packet Identifier if QoS is 1 or 2, and in
 * MQTT 5.0 properties.
 */
import { limit } from './fixed-header';
import {
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  COLUMN_PAYLOAD,
  COLUMN_TOPIC_ID,
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
import { checkTopicName } from './topics';

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

function wrong(code: u32, address: u32, first: u32): u32 {
  setError(code, address, first);
  return PUBLISH_IS_WRONG;
}

/**
 * Checks the properties at `p` of a PUBLISH whose body begins at `body`, and fills the columns of `row` that
 * depend on them; `flags` are those known already. Returns what {@link publish} returns.
 */
function publishProperties(
  row: u32,
  flags: u32,
  body: u32,
  p: u32,
  end: u32,
  base: u32,
  rules: u32,
): u32 {
  const first = flags & 0xff;
  const topicLength = bigEndian16(body);
  const found = propertyLength(p, end, first);
  if (found == 0) return PUBLISH_IS_WRONG;
  const length = found & 0x0fffffff;
  if (length > limit(LIMIT_MAXIMUM_LIST_PACKET_SIZE))
    return wrong(ERROR_PACKET_TOO_LARGE, p, first);
  const properties = p + (found >> 28);
  const payload = properties + length;
  let alias: u32 = 0;
  let outcome: u32 = PUBLISH_IS_WELL;
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
  if (topicLength == 0 && alias == 0) return wrong(ERROR_TOPIC_ALIAS_MISSING, body, first);
  store<u32>(row + (COLUMN_FIRST_BYTE << 2), flags);
  store<u32>(row + (COLUMN_TOPIC_LENGTH << 2), topicLength | (alias << TOPIC_ALIAS_SHIFT));
  store<u32>(row + (COLUMN_PAYLOAD << 2), payload + base);
  return outcome;
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
  const topicEnd = body + 2 + topicLength;
  const payload: u32 = (first & 0x06) != 0 ? topicEnd + 2 : topicEnd;
  if (topicLength == 0 && !withProperties) return wrong(ERROR_TOPIC_NAME_EMPTY, body, first);
  if (payload > end) return wrong(ERROR_FIELD_PAST_END, topicEnd > end ? body : topicEnd, first);
  const kind = checkTopicName(body + 2, topicEnd, first, rules, row + (COLUMN_TOPIC_ID << 2));
  if (kind > (TEXT_IS_NOT_ASCII as u32)) return PUBLISH_IS_WRONG;
  const flags = first | (kind == TEXT_IS_ASCII ? TOPIC_IS_ASCII : 0);
  let identifier: u32 = 0;
  if (payload != topicEnd) {
    identifier = bigEndian16(topicEnd);
    if (identifier == 0) return wrong(ERROR_PACKET_IDENTIFIER_ZERO, topicEnd, first);
  }
  store<u32>(row + (COLUMN_PACKET_IDENTIFIER << 2), identifier);
  if (withProperties) return publishProperties(row, flags, body, payload, end, base, rules);
  store<u32>(row + (COLUMN_FIRST_BYTE << 2), flags);
  store<u32>(row + (COLUMN_TOPIC_LENGTH << 2), topicLength);
  store<u32>(row + (COLUMN_PAYLOAD << 2), payload + base);
  return PUBLISH_IS_WELL;
}
