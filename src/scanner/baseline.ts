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
  ERROR_REMAINING_LENGTH_NOT_MINIMAL,
  ERROR_REMAINING_LENGTH_TOO_LONG,
  ERROR_TOPIC_NAME_EMPTY,
  HEADER_ERROR,
  HEADER_INCOMPLETE,
  RESULT_CONTROL_ROWS,
  RESULT_ERROR_CODE,
  RESULT_ERROR_FIRST_BYTE,
  RESULT_ERROR_OFFSET,
  RESULT_NEEDED,
  RESULT_POSITION,
  RESULT_ROWS,
  RESULT_STATUS,
  RESULT_WORDS,
  ROW_WORDS,
  RULE_MINIMAL_REMAINING_LENGTH,
  RULE_NO_DISCOURAGED_CHARACTERS,
  RULE_TABLE_SHIFT,
  SHAPE_CONNECT,
  SHAPE_CONTROL,
  SHAPE_PACKET_IDENTIFIER,
  SHAPE_PUBLISH,
  STATUS_CONNECT,
  STATUS_DONE,
  STATUS_ERROR,
  STATUS_TABLE_FULL,
  TABLE_ROWS,
  TEXT_IS_ASCII,
  TOPIC_IS_ASCII,
} from '../../assembly/layout.js';
import { FIRST_BYTE_TABLE_LIST } from '../protocol/first-byte.js';
import { checkText, faultCode, faultPosition } from '../text.js';
import type { ScanLimits, Scanner } from './scanner.js';

export class BaselineScanner implements Scanner {
  readonly name = 'baseline';
  readonly table = new Int32Array(TABLE_ROWS * ROW_WORDS);
  readonly result = new Int32Array(RESULT_WORDS);
  generation = 0;

  header(bytes: Uint8Array, length: number, limits: ScanLimits): number {
    const found = this.#fixedHeader(bytes, 0, length, limits, entriesOf(limits.rules));
    return found <= 0 ? found : 1 + (found >> 28) + (found & 0x0fffffff);
  }

  scan(bytes: Uint8Array, from: number, rows: number, limits: ScanLimits): void {
    const { table, result } = this;
    const available = bytes.length;
    const entries = entriesOf(limits.rules);
    const strict = (limits.rules & RULE_NO_DISCOURAGED_CHARACTERS) !== 0;
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
      const body = p + 1 + (found >> 28);
      const end = body + (found & 0x0fffffff);
      if (end > available) {
        needed = end - p;
        break;
      }

      const first = bytes[p] as number;
      const row = count * ROW_WORDS;
      const shape = entries[first * ENTRY_WORDS + ENTRY_SHAPE];
      if (shape === SHAPE_PUBLISH) {
        if (!this.#publish(bytes, row, first, body, end, strict)) {
          status = STATUS_ERROR;
          break;
        }
      } else {
        let identifier = 0;
        if (shape === SHAPE_PACKET_IDENTIFIER) {
          identifier = bigEndian16(bytes, body);
          if (identifier === 0) {
            this.#fail(ERROR_PACKET_IDENTIFIER_ZERO, body, first);
            status = STATUS_ERROR;
            break;
          }
        } else if (shape === SHAPE_CONTROL || shape === SHAPE_CONNECT) {
          controlRows++;
        }
        table[row + COLUMN_FIRST_BYTE] = first;
        table[row + COLUMN_TOPIC_LENGTH] = 0;
        table[row + COLUMN_PACKET_IDENTIFIER] = identifier;
        table[row + COLUMN_PAYLOAD] = end;
      }
      table[row + COLUMN_START] = p;
      table[row + COLUMN_BODY] = body;
      table[row + COLUMN_END] = end;
      table[row + COLUMN_TOPIC_ID] = 0;
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
      entries[entry + ENTRY_SHAPE] === SHAPE_CONTROL
        ? limits.maximumListPacketSize
        : limits.maximumPacketSize;
    if (1 + count + length > maximum) {
      return this.#fail(ERROR_PACKET_TOO_LARGE, p + 1, first);
    }
    return length | (count << 28);
  }

  #publish(
    bytes: Uint8Array,
    row: number,
    first: number,
    body: number,
    end: number,
    strict: boolean,
  ): boolean {
    const topicLength = bigEndian16(bytes, body);
    const topicEnd = body + 2 + topicLength;
    const payload = (first & 0x06) === 0 ? topicEnd : topicEnd + 2;
    if (topicLength === 0) {
      this.#fail(ERROR_TOPIC_NAME_EMPTY, body, first);
      return false;
    }
    if (payload > end) {
      this.#fail(ERROR_FIELD_PAST_END, topicEnd > end ? body : topicEnd, first);
      return false;
    }
    const text = checkText(bytes, body + 2, topicEnd, false, strict);
    if (text < 0) {
      this.#fail(faultCode(text), faultPosition(text), first);
      return false;
    }
    let identifier = 0;
    if (payload !== topicEnd) {
      identifier = bigEndian16(bytes, topicEnd);
      if (identifier === 0) {
        this.#fail(ERROR_PACKET_IDENTIFIER_ZERO, topicEnd, first);
        return false;
      }
    }
    const { table } = this;
    table[row + COLUMN_FIRST_BYTE] = text === TEXT_IS_ASCII ? first | TOPIC_IS_ASCII : first;
    table[row + COLUMN_TOPIC_LENGTH] = topicLength;
    table[row + COLUMN_PACKET_IDENTIFIER] = identifier;
    table[row + COLUMN_PAYLOAD] = payload;
    return true;
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
