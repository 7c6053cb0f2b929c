/** The variable header of PUBLISH (section 3.3.2): Topic Name, then a Packet Identifier if QoS is 1 or 2. */
import {
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  COLUMN_PAYLOAD,
  COLUMN_TOPIC_LENGTH,
  ERROR_FIELD_PAST_END,
  ERROR_PACKET_IDENTIFIER_ZERO,
  ERROR_TOPIC_NAME_EMPTY,
  TEXT_IS_ASCII,
  TEXT_IS_NOT_ASCII,
  TOPIC_IS_ASCII,
} from './layout';
import { setError } from './result';
import { checkTopicName } from './text';

/** Bytes of variable header that stand between the body and the payload, with the length they claim. */
export function publishHeaderLength(first: u32, body: u32): u32 {
  return 2 + bigEndian16(body) + ((first & 0x06) != 0 ? 2 : 0);
}

export function bigEndian16(p: u32): u32 {
  const high: u32 = load<u8>(p);
  const low: u32 = load<u8>(p + 1);
  return (high << 8) | low;
}

/**
 * Checks the variable header of the frame `body` to `end` and fills the columns of `row`.
 * `base` is what to add to an address to make it an offset. Returns whether all is well; if
 * not, the error is noted with its address.
 */
export function publish(row: u32, first: u32, body: u32, end: u32, base: u32, rules: u32): bool {
  const topicLength = bigEndian16(body);
  const topic = body + 2;
  const topicEnd = topic + topicLength;
  const payload = body + publishHeaderLength(first, body);
  if (topicLength == 0) {
    setError(ERROR_TOPIC_NAME_EMPTY, body, first);
    return false;
  }
  if (payload > end) {
    setError(ERROR_FIELD_PAST_END, topicEnd > end ? body : topicEnd, first);
    return false;
  }
  const text = checkTopicName(topic, topicEnd, first, rules);
  if (text != TEXT_IS_ASCII && text != TEXT_IS_NOT_ASCII) return false;
  let identifier: u32 = 0;
  if (payload != topicEnd) {
    identifier = bigEndian16(topicEnd);
    if (identifier == 0) {
      setError(ERROR_PACKET_IDENTIFIER_ZERO, topicEnd, first);
      return false;
    }
  }
  const flag: u32 = text == TEXT_IS_ASCII ? TOPIC_IS_ASCII : 0;
  store<u32>(row + (COLUMN_FIRST_BYTE << 2), first | flag);
  store<u32>(row + (COLUMN_TOPIC_LENGTH << 2), topicLength);
  store<u32>(row + (COLUMN_PACKET_IDENTIFIER << 2), identifier);
  store<u32>(row + (COLUMN_PAYLOAD << 2), payload + base);
  return true;
}
