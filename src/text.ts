/**
 * Text on the wire: well-formed UTF-8, no U+0000, and what Topic Names and Topic Filters ask for
 * besides. The same rules in the same order as `assembly/text.ts`, for the baseline scanner and
 * for everything that is decoded or encoded in TypeScript.
 */
import {
  ERROR_DISCOURAGED_CHARACTER,
  ERROR_INVALID_UTF8,
  ERROR_NULL_CHARACTER,
  ERROR_TOPIC_NAME_WILDCARD,
  RULE_ANY_BYTES_IN_TEXT,
  RULE_NO_DISCOURAGED_CHARACTERS,
  TEXT_IS_ASCII,
  TEXT_IS_NOT_ASCII,
} from '../assembly/layout.js';
import type { ErrorCode } from './errors.js';

const CODE_BITS = 64;

/** What a check returns for an error: a negative number that holds the code and the place. */
export function fault(code: number, position: number): number {
  return -(position * CODE_BITS + code);
}

/** The number of the error code in a negative result of a check. */
export function faultCode(fault: number): number {
  return -fault % CODE_BITS;
}

/** The place of the error in a negative result of a check. */
export function faultPosition(fault: number): number {
  return Math.floor(-fault / CODE_BITS);
}

function isDiscouraged(codePoint: number): boolean {
  return (
    codePoint < 0x20 ||
    (codePoint >= 0x7f && codePoint <= 0x9f) ||
    (codePoint >= 0xfdd0 && codePoint <= 0xfdef) ||
    (codePoint & 0xfffe) === 0xfffe
  );
}

/**
 * Checks the bytes `start` to `end`. `wildcards` says whether + and # are allowed; of the `RULE_*` bits
 * in `rules`, two are about text: without them, it must be well-formed and may have all characters but
 * U+0000.
 *
 * Returns `TEXT_IS_ASCII`, `TEXT_IS_NOT_ASCII`, or a negative number for {@link faultCode} and
 * {@link faultPosition}. An ill-formed sequence is at fault where it begins.
 */
export function checkText(
  bytes: Uint8Array,
  start: number,
  end: number,
  wildcards: boolean,
  rules: number,
): number {
  const strict = (rules & RULE_NO_DISCOURAGED_CHARACTERS) !== 0;
  const anyBytes = (rules & RULE_ANY_BYTES_IN_TEXT) !== 0;
  let kind = TEXT_IS_ASCII;
  let p = start;
  while (p < end) {
    const byte = bytes[p] as number;
    if (byte < 0x80) {
      if (byte === 0) return fault(ERROR_NULL_CHARACTER, p);
      if (!wildcards && (byte === 0x2b || byte === 0x23)) {
        return fault(ERROR_TOPIC_NAME_WILDCARD, p);
      }
      if (strict && isDiscouraged(byte)) return fault(ERROR_DISCOURAGED_CHARACTER, p);
      p++;
      continue;
    }
    kind = TEXT_IS_NOT_ASCII;
    if (anyBytes) {
      p++;
      continue;
    }
    let length: number;
    let codePoint: number;
    if (byte >= 0xc2 && byte < 0xe0) {
      length = 2;
      codePoint = byte & 0x1f;
    } else if (byte >= 0xe0 && byte < 0xf0) {
      length = 3;
      codePoint = byte & 0x0f;
    } else if (byte >= 0xf0 && byte < 0xf5) {
      length = 4;
      codePoint = byte & 0x07;
    } else {
      return fault(ERROR_INVALID_UTF8, p);
    }
    if (length > end - p) return fault(ERROR_INVALID_UTF8, p);
    for (let i = 1; i < length; i++) {
      const next = bytes[p + i] as number;
      if ((next & 0xc0) !== 0x80) return fault(ERROR_INVALID_UTF8, p);
      codePoint = (codePoint << 6) | (next & 0x3f);
    }
    const overlong = (length === 3 && codePoint < 0x800) || (length === 4 && codePoint < 0x10000);
    const surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    if (overlong || surrogate || codePoint > 0x10ffff) return fault(ERROR_INVALID_UTF8, p);
    if (strict && isDiscouraged(codePoint)) return fault(ERROR_DISCOURAGED_CHARACTER, p);
    p += length;
  }
  return kind;
}

const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;

/** A rule of Topic Filters that is broken, and where. */
export interface TopicFilterFault {
  readonly code: ErrorCode;
  readonly position: number;
}

/**
 * Checks where the wildcards of a Topic Filter stand (section 4.7.1). The bytes `start` to `end`
 * must be well-formed text already.
 */
export function checkTopicFilter(
  bytes: Uint8Array,
  start: number,
  end: number,
): TopicFilterFault | undefined {
  if (start === end) return { code: 'ERR_MQTT_TOPIC_FILTER_EMPTY', position: start };
  for (let p = start; p < end; p++) {
    const byte = bytes[p];
    if (byte !== PLUS && byte !== HASH) continue;
    const opensLevel = p === start || bytes[p - 1] === SLASH;
    if (byte === HASH && !(opensLevel && p + 1 === end)) {
      return { code: 'ERR_MQTT_MULTI_LEVEL_WILDCARD', position: p };
    }
    const closesLevel = p + 1 === end || bytes[p + 1] === SLASH;
    if (byte === PLUS && !(opensLevel && closesLevel)) {
      return { code: 'ERR_MQTT_SINGLE_LEVEL_WILDCARD', position: p };
    }
  }
  return undefined;
}

/** By this a Topic Filter says that its subscription is shared (MQTT 5.0, section 4.8.2). */
export const SHARE_PREFIX = '$share/';
const SHARE_PREFIX_BYTES = Array.from(SHARE_PREFIX, (character) => character.charCodeAt(0));

/** Whether the Topic Filter in the bytes `start` to `end` is that of a Shared Subscription. */
export function isSharedSubscription(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start >= SHARE_PREFIX.length &&
    SHARE_PREFIX_BYTES.every((byte, index) => bytes[start + index] === byte)
  );
}

/**
 * Checks the Topic Filter of a Shared Subscription (MQTT 5.0, section 4.8.2), which must have passed
 * {@link checkTopicFilter}: `$share/`, a ShareName without wildcards, `/`, and a Topic Filter.
 */
export function checkSharedSubscription(
  bytes: Uint8Array,
  start: number,
  end: number,
): TopicFilterFault | undefined {
  const shareName = start + SHARE_PREFIX.length;
  let p = shareName;
  while (p < end && bytes[p] !== SLASH) {
    if (bytes[p] === PLUS || bytes[p] === HASH) {
      return { code: 'ERR_MQTT_SHARED_SUBSCRIPTION', position: p };
    }
    p++;
  }
  if (p === shareName) return { code: 'ERR_MQTT_SHARE_NAME_EMPTY', position: p };
  // A / and at least one character behind it.
  return p + 1 < end ? undefined : { code: 'ERR_MQTT_SHARED_SUBSCRIPTION', position: p };
}
