/**
 * The scanner in plain TypeScript: the fallback where WebAssembly is not allowed, the oracle of
 * the WebAssembly scanner in tests, and the baseline of the benchmarks. Rule for rule and in
 * the same order what `assembly/` does.
 */
import {
  COLUMN_BODY,
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  COLUMN_PAYLOAD,
  COLUMN_START,
  COLUMN_TOPIC_ID,
  COLUMN_TOPIC_LENGTH,
  ENTRY_ERROR,
  ENTRY_MAXIMUM_REMAINING_LENGTH,
  ENTRY_MINIMUM_REMAINING_LENGTH,
  ENTRY_SHAPE,
  ENTRY_WORDS,
  ERROR_FIELD_PAST_END,
  ERROR_PACKET_IDENTIFIER_ZERO,
  ERROR_PACKET_LENGTH,
  ERROR_PACKET_NOT_ALLOWED,
  ERROR_PACKET_TOO_LARGE,
  ERROR_QOS_NOT_SUPPORTED,
  ERROR_REASON_CODE,
  ERROR_REMAINING_LENGTH_NOT_MINIMAL,
  ERROR_REMAINING_LENGTH_TOO_LONG,
  ERROR_RETAIN_NOT_SUPPORTED,
  ERROR_TOPIC_ALIAS_MISSING,
  ERROR_TOPIC_NAME_EMPTY,
  ERROR_TRAILING_BYTES,
  HEADER_ERROR,
  HEADER_INCOMPLETE,
  PROPERTIES_ARE_WRONG,
  PROPERTIES_SAY_TEXT,
  PUBLISH_IS_SHOWN,
  PUBLISH_IS_WELL,
  PUBLISH_IS_WRONG,
  REASON_CODE_SET_WORDS,
  RESULT_CONTROL_ROWS,
  RESULT_ERROR_CODE,
  RESULT_ERROR_FIRST_BYTE,
  RESULT_ERROR_OFFSET,
  RESULT_NEEDED,
  RESULT_POSITION,
  RESULT_ROWS,
  RESULT_STATUS,
  RESULT_WORDS,
  ROW_HAS_PROPERTIES,
  ROW_IS_MQTT_5,
  ROW_PAYLOAD_IS_TEXT,
  ROW_WORDS,
  RULE_FROM_CLIENT,
  RULE_FROM_SERVER,
  RULE_MINIMAL_REMAINING_LENGTH,
  RULE_NO_RETAIN,
  RULE_SHOW_TEXT_PAYLOADS,
  RULE_SHOW_TOPIC_ALIASES,
  RULE_TABLE_SHIFT,
  SHAPE_ACKNOWLEDGEMENT,
  SHAPE_CONNECT,
  SHAPE_CONTROL,
  SHAPE_CONTROL_OR_EMPTY,
  SHAPE_IS_LIST,
  SHAPE_MASK,
  SHAPE_PACKET_IDENTIFIER,
  SHAPE_PUBLISH,
  SHAPE_PUBLISH_WITH_PROPERTIES,
  STATUS_CONNECT,
  STATUS_DONE,
  STATUS_ERROR,
  STATUS_LARGE_PUBLISH,
  STATUS_TABLE_FULL,
  TABLE_ROWS,
  TEXT_IS_ASCII,
  TOPIC_ALIAS_SHIFT,
  TOPIC_IS_ASCII,
  TOPIC_LENGTH_MASK,
} from '../../assembly/layout.js';
import { checkProperties, integerBytes, integerValue, propertyLength } from '../properties.js';
import { FIRST_BYTE_TABLE_LIST } from '../protocol/first-byte.js';
import { PACKET_TYPE } from '../protocol/packet-types.js';
import { REASON_CODE_BITS } from '../protocol/reason-codes.js';
import { faultCode, faultPosition } from '../text.js';
import { TopicMap } from '../topic-map.js';
import { Lease } from './lease.js';
import { hasProperties, publishHeaderEnd } from './publish-header.js';
import type { ScanLimits, Scanner } from './scanner.js';
import { TopicDictionary } from './topic-dictionary.js';

export class BaselineScanner implements Scanner {
  readonly name = 'baseline';
  readonly table: Int32Array;
  readonly result: Int32Array;
  readonly topicNames = new TopicMap<string>();
  readonly lease = new Lease();
  readonly #topics: TopicDictionary;

  /**
   * @param table the frame table to fill
   * @param result where to say what came of a scan
   * @param topics the topic dictionary
   */
  constructor(
    table: Int32Array = new Int32Array(TABLE_ROWS * ROW_WORDS),
    result: Int32Array = new Int32Array(RESULT_WORDS),
    topics: TopicDictionary = new TopicDictionary(),
  ) {
    this.table = table;
    this.result = result;
    this.#topics = topics;
  }

  header(bytes: Uint8Array, length: number, limits: ScanLimits): number {
    const found = this.#fixedHeader(bytes, 0, length, limits, entriesOf(limits.rules));
    return found <= 0 ? found : 1 + (found >> 28) + (found & 0x0fffffff);
  }

  scan(bytes: Uint8Array, from: number, rows: number, limits: ScanLimits): void {
    const { table, result } = this;
    const available = bytes.length;
    const entries = entriesOf(limits.rules);
    let p = from;
    let count = rows;
    let controlRows = 0;
    let needed = 0;
    let status = STATUS_DONE;

    while (p < available) {
      if (count === TABLE_ROWS) {
        status = STATUS_TABLE_FULL;
        break;
      }
      const found = this.#fixedHeader(bytes, p, available, limits, entries);
      if (found === HEADER_ERROR) {
        status = STATUS_ERROR;
        break;
      }
      if (found === HEADER_INCOMPLETE) break;
      const first = bytes[p] as number;
      const body = p + 1 + (found >> 28);
      const end = body + (found & 0x0fffffff);
      const shape = (entries[first * ENTRY_WORDS + ENTRY_SHAPE] as number) & SHAPE_MASK;
      const isPublish = shape === SHAPE_PUBLISH || shape === SHAPE_PUBLISH_WITH_PROPERTIES;
      if (isPublish && end - p > limits.publishPartsAbove) {
        needed = end - p;
        status = STATUS_LARGE_PUBLISH;
        break;
      }
      if (end > available) {
        needed = end - p;
        break;
      }

      const row = count * ROW_WORDS;
      if (isPublish) {
        const withProperties = shape === SHAPE_PUBLISH_WITH_PROPERTIES;
        const outcome = this.#publish(bytes, row, first, body, end, limits, withProperties);
        if (outcome === PUBLISH_IS_WRONG) {
          status = STATUS_ERROR;
          break;
        }
        if (outcome === PUBLISH_IS_SHOWN) controlRows++;
      } else {
        let identifier = 0;
        let flags = first;
        if (shape === SHAPE_PACKET_IDENTIFIER || shape === SHAPE_ACKNOWLEDGEMENT) {
          identifier = bigEndian16(bytes, body);
          if (identifier === 0) {
            this.#fail(ERROR_PACKET_IDENTIFIER_ZERO, body, first);
            status = STATUS_ERROR;
            break;
          }
          if (shape === SHAPE_ACKNOWLEDGEMENT) {
            const more = this.#acknowledgement(bytes, body + 2, end, first, limits);
            if (more === PROPERTIES_ARE_WRONG) {
              status = STATUS_ERROR;
              break;
            }
            flags |= ROW_IS_MQTT_5 | more;
          }
        } else if (shape === SHAPE_CONTROL_OR_EMPTY && body === end) {
          if (first >> 4 === PACKET_TYPE.AUTH && (limits.rules & RULE_FROM_CLIENT) !== 0) {
            // Success, which only a Server says.
            this.#fail(ERROR_REASON_CODE, body, first);
            status = STATUS_ERROR;
            break;
          }
          flags |= ROW_IS_MQTT_5;
        } else if (
          shape === SHAPE_CONTROL ||
          shape === SHAPE_CONNECT ||
          shape === SHAPE_CONTROL_OR_EMPTY
        ) {
          controlRows++;
        }
        table[row + COLUMN_FIRST_BYTE] = flags;
        table[row + COLUMN_TOPIC_LENGTH] = 0;
        table[row + COLUMN_PACKET_IDENTIFIER] = identifier;
        table[row + COLUMN_PAYLOAD] = end;
        table[row + COLUMN_TOPIC_ID] = 0;
      }
      table[row + COLUMN_START] = p;
      table[row + COLUMN_BODY] = body;
      table[row + COLUMN_END] = end;
      count++;
      p = end;
      if (shape === SHAPE_CONNECT) {
        status = STATUS_CONNECT;
        break;
      }
    }

    result[RESULT_STATUS] = status;
    result[RESULT_ROWS] = count;
    result[RESULT_POSITION] = p;
    result[RESULT_NEEDED] = needed;
    result[RESULT_CONTROL_ROWS] = controlRows;
  }

  publishHeader(
    bytes: Uint8Array,
    from: number,
    length: number,
    row: number,
    limits: ScanLimits,
  ): number {
    const { table } = this;
    const first = bytes[from] as number;
    const withProperties = hasProperties(first, limits.rules);
    const end = from + length;
    let body = from + 2;
    while ((bytes[body - 1] as number) >= 0x80) body++;
    const maximumProperties = withProperties ? limits.maximumListPacketSize : undefined;
    const needed = publishHeaderEnd(bytes, first, body, end, maximumProperties);
    if (needed > bytes.length) return needed - from;
    const at = row * ROW_WORDS;
    const outcome = this.#publish(bytes, at, first, body, end, limits, withProperties);
    if (outcome === PUBLISH_IS_WRONG) return HEADER_ERROR;
    const payload = table[at + COLUMN_PAYLOAD] as number;
    table[at + COLUMN_START] = from;
    table[at + COLUMN_BODY] = body;
    table[at + COLUMN_END] = payload;
    return payload - from;
  }

  /** `HEADER_INCOMPLETE`, `HEADER_ERROR`, or Remaining Length with the number of its bytes above bit 28. */
  #fixedHeader(
    bytes: Uint8Array,
    p: number,
    limit: number,
    limits: ScanLimits,
    entries: Int32Array,
  ): number {
    if (p >= limit) return HEADER_INCOMPLETE;
    const first = bytes[p] as number;
    const entry = first * ENTRY_WORDS;
    const wrong = entries[entry + ENTRY_ERROR] as number;
    if (wrong !== 0) return this.#fail(wrong, p, first);
    if (((limits.allowedTypes >> (first >> 4)) & 1) === 0) {
      return this.#fail(ERROR_PACKET_NOT_ALLOWED, p, first);
    }
    if (first >> 4 === PACKET_TYPE.PUBLISH) {
      if (((first >> 1) & 3) > limits.maximumQoS) {
        return this.#fail(ERROR_QOS_NOT_SUPPORTED, p, first);
      }
      if ((first & 1) !== 0 && (limits.rules & RULE_NO_RETAIN) !== 0) {
        return this.#fail(ERROR_RETAIN_NOT_SUPPORTED, p, first);
      }
    }

    let length = 0;
    let count = 0;
    let byte = 0x80;
    while (byte >= 0x80) {
      if (count === 4) return this.#fail(ERROR_REMAINING_LENGTH_TOO_LONG, p + 4, first);
      const at = p + 1 + count;
      if (at >= limit) return HEADER_INCOMPLETE;
      byte = bytes[at] as number;
      length |= (byte & 0x7f) << (7 * count);
      count++;
    }

    if (byte === 0 && count > 1 && (limits.rules & RULE_MINIMAL_REMAINING_LENGTH) !== 0) {
      return this.#fail(ERROR_REMAINING_LENGTH_NOT_MINIMAL, p + count, first);
    }
    if (
      length < (entries[entry + ENTRY_MINIMUM_REMAINING_LENGTH] as number) ||
      length > (entries[entry + ENTRY_MAXIMUM_REMAINING_LENGTH] as number)
    ) {
      return this.#fail(ERROR_PACKET_LENGTH, p + 1, first);
    }
    const maximum =
      ((entries[entry + ENTRY_SHAPE] as number) & SHAPE_IS_LIST) !== 0
        ? limits.maximumListPacketSize
        : first >> 4 === PACKET_TYPE.CONNECT
          ? limits.maximumConnectSize
          : limits.maximumPacketSize;
    if (1 + count + length > maximum) {
      return this.#fail(ERROR_PACKET_TOO_LARGE, p + 1, first);
    }
    return length | (count << 28);
  }

  /** `PUBLISH_IS_WELL`, `PUBLISH_IS_SHOWN`, or `PUBLISH_IS_WRONG` with the error noted. */
  #publish(
    bytes: Uint8Array,
    row: number,
    first: number,
    body: number,
    end: number,
    limits: ScanLimits,
    withProperties: boolean,
  ): number {
    const { rules } = limits;
    const topicLength = bigEndian16(bytes, body);
    const topicEnd = body + 2 + topicLength;
    let payload = (first & 0x06) === 0 ? topicEnd : topicEnd + 2;
    if (topicLength === 0 && !withProperties) {
      return this.#wrong(ERROR_TOPIC_NAME_EMPTY, body, first);
    }
    if (payload > end) {
      return this.#wrong(ERROR_FIELD_PAST_END, topicEnd > end ? body : topicEnd, first);
    }
    const topics = this.#topics;
    let text = TEXT_IS_ASCII;
    if (topicLength === 0) topics.number = 0;
    else text = topics.check(bytes, body + 2, topicEnd, rules);
    if (text < 0) return this.#wrong(faultCode(text), faultPosition(text), first);
    let flags = text === TEXT_IS_ASCII ? first | TOPIC_IS_ASCII : first;
    let identifier = 0;
    if (payload !== topicEnd) {
      identifier = bigEndian16(bytes, topicEnd);
      if (identifier === 0) return this.#wrong(ERROR_PACKET_IDENTIFIER_ZERO, topicEnd, first);
    }

    let alias = 0;
    let outcome = PUBLISH_IS_WELL;
    if (withProperties) {
      const found = propertyLength(bytes, payload, end);
      if (found < 0) return this.#wrong(faultCode(found), faultPosition(found), first);
      const length = integerValue(found);
      if (length > limits.maximumListPacketSize) {
        return this.#wrong(ERROR_PACKET_TOO_LARGE, payload, first);
      }
      const properties = payload + integerBytes(found);
      payload = properties + length;
      flags |= ROW_IS_MQTT_5;
      if (length > 0) {
        const facts = this.#properties(bytes, properties, payload, first, limits);
        if (facts === PROPERTIES_ARE_WRONG) return PUBLISH_IS_WRONG;
        flags |= ROW_HAS_PROPERTIES;
        alias = facts & TOPIC_LENGTH_MASK;
        if (alias !== 0 && (rules & RULE_SHOW_TOPIC_ALIASES) !== 0) outcome = PUBLISH_IS_SHOWN;
        if ((facts & PROPERTIES_SAY_TEXT) !== 0) {
          flags |= ROW_PAYLOAD_IS_TEXT;
          if ((rules & RULE_SHOW_TEXT_PAYLOADS) !== 0) outcome = PUBLISH_IS_SHOWN;
        }
      }
      if (topicLength === 0 && alias === 0) {
        return this.#wrong(ERROR_TOPIC_ALIAS_MISSING, body, first);
      }
    }
    const { table } = this;
    table[row + COLUMN_FIRST_BYTE] = flags;
    table[row + COLUMN_TOPIC_LENGTH] = topicLength | (alias << TOPIC_ALIAS_SHIFT);
    table[row + COLUMN_PACKET_IDENTIFIER] = identifier;
    table[row + COLUMN_PAYLOAD] = payload;
    table[row + COLUMN_TOPIC_ID] = topics.number;
    return outcome;
  }

  /**
   * Checks what stands behind the Packet Identifier of an acknowledgement. Returns the flags for its
   * row, or `PROPERTIES_ARE_WRONG` with the error noted.
   */
  #acknowledgement(
    bytes: Uint8Array,
    from: number,
    end: number,
    first: number,
    limits: ScanLimits,
  ): number {
    if (from === end) return 0;
    const code = bytes[from] as number;
    const word = REASON_CODE_BITS[(first >> 4) * REASON_CODE_SET_WORDS + (code >> 5)] as number;
    if (((word >> (code & 31)) & 1) === 0) {
      this.#fail(ERROR_REASON_CODE, from, first);
      return PROPERTIES_ARE_WRONG;
    }
    let p = from + 1;
    if (p === end) return 0;
    const found = propertyLength(bytes, p, end);
    if (found < 0) {
      this.#fail(faultCode(found), faultPosition(found), first);
      return PROPERTIES_ARE_WRONG;
    }
    p += integerBytes(found);
    const last = p + integerValue(found);
    if (last < end) {
      this.#fail(ERROR_TRAILING_BYTES, last, first);
      return PROPERTIES_ARE_WRONG;
    }
    if (p === last) return 0;
    const facts = this.#properties(bytes, p, last, first, limits);
    return facts === PROPERTIES_ARE_WRONG ? PROPERTIES_ARE_WRONG : ROW_HAS_PROPERTIES;
  }

  /** What they say of the packet, or `PROPERTIES_ARE_WRONG` with the error noted. */
  #properties(
    bytes: Uint8Array,
    start: number,
    end: number,
    first: number,
    { rules, topicAliasMaximum }: ScanLimits,
  ): number {
    const facts = checkProperties(bytes, start, end, first >> 4, {
      sender:
        (rules & RULE_FROM_CLIENT) !== 0
          ? 'client'
          : (rules & RULE_FROM_SERVER) !== 0
            ? 'server'
            : undefined,
      topicAliasMaximum,
      rules,
    });
    if (facts >= 0) return facts;
    this.#fail(faultCode(facts), faultPosition(facts), first);
    return PROPERTIES_ARE_WRONG;
  }

  #wrong(code: number, offset: number, first: number): typeof PUBLISH_IS_WRONG {
    this.#fail(code, offset, first);
    return PUBLISH_IS_WRONG;
  }

  #fail(code: number, offset: number, first: number): typeof HEADER_ERROR {
    const { result } = this;
    result[RESULT_ERROR_CODE] = code;
    result[RESULT_ERROR_OFFSET] = offset;
    result[RESULT_ERROR_FIRST_BYTE] = first;
    return HEADER_ERROR;
  }
}

function entriesOf(rules: number): Int32Array {
  return FIRST_BYTE_TABLE_LIST[rules >> RULE_TABLE_SHIFT] as Int32Array;
}

function bigEndian16(bytes: Uint8Array, p: number): number {
  return ((bytes[p] as number) << 8) | (bytes[p + 1] as number);
}
