/**
 * Properties on the wire (MQTT 5.0, section 2.2.2): the same checks in the same order as
 * `assembly/properties.ts`, for the baseline scanner and for everything that is decoded in TypeScript;
 * and reading properties that have been checked.
 *
 * Properties end where their length says. Nothing is read behind that end, and a property that
 * crosses it is at fault where it begins. What a peer calls its User Properties never becomes the key
 * of an object.
 */
import {
  ERROR_AUTHENTICATION_DATA_WITHOUT_METHOD,
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
  PAYLOAD_FORMAT_INDICATOR,
  PROPERTIES_SAY_TEXT,
  PROPERTY_ALLOWED,
  PROPERTY_ALLOWED_FROM_CLIENT,
  PROPERTY_ALLOWED_FROM_SERVER,
  PROPERTY_IDENTIFIERS,
  PROPERTY_IS_BINARY,
  PROPERTY_IS_BYTE,
  PROPERTY_IS_TEXT_PAIR,
  PROPERTY_IS_TOPIC_NAME,
  PROPERTY_IS_TWO_BYTE_INTEGER,
  PROPERTY_IS_VARIABLE_BYTE_INTEGER,
  PROPERTY_MAXIMUM,
  PROPERTY_MINIMUM,
  PROPERTY_REPEATS_SHIFT,
  PROPERTY_TYPE,
  PROPERTY_VALUE_ERROR,
  PROPERTY_WORDS,
  TOPIC_ALIAS,
} from '../assembly/layout.js';
import type { Side } from './protocol/packet-types.js';
import {
  PROPERTY_NAMES,
  PROPERTY_TABLE_WORDS,
  type PropertyName,
  type PropertyType,
  propertyName,
  propertyRow,
  type UserProperty,
} from './protocol/properties.js';
import { decodeText } from './short-text.js';
import { checkText, fault, faultCode, faultPosition } from './text.js';

const VALUE_MASK = 0x0fff_ffff;

/** The value in a result of {@link variableByteInteger}. */
export function integerValue(found: number): number {
  return found & VALUE_MASK;
}

/** The number of bytes in a result of {@link variableByteInteger}. */
export function integerBytes(found: number): number {
  return found >> 28;
}

/**
 * Reads the Variable Byte Integer at `p` (section 1.5.5), which must end before `end`; else the error
 * is `pastEnd`, for the byte `field`. Returns its value in the low 28 bits with the number of its bytes
 * above them, or a negative number for `faultCode()` and `faultPosition()`.
 */
export function variableByteInteger(
  bytes: Uint8Array,
  p: number,
  end: number,
  pastEnd: number,
  field: number,
): number {
  let value = 0;
  let count = 0;
  let byte = 0x80;
  while (byte >= 0x80) {
    if (count === 4) return fault(ERROR_VARIABLE_BYTE_INTEGER_TOO_LONG, p + 3);
    if (p + count >= end) return fault(pastEnd, field);
    byte = bytes[p + count] as number;
    value |= (byte & 0x7f) << (7 * count);
    count++;
  }
  if (byte === 0 && count > 1) {
    return fault(ERROR_VARIABLE_BYTE_INTEGER_NOT_MINIMAL, p + count - 1);
  }
  return value | (count << 28);
}

/**
 * Reads the Property Length at `p` of a frame that ends at `end`. Returns it as
 * {@link variableByteInteger} does; the properties do not reach past the end.
 */
export function propertyLength(bytes: Uint8Array, p: number, end: number): number {
  const found = variableByteInteger(bytes, p, end, ERROR_FIELD_PAST_END, p);
  if (found < 0) return found;
  if (integerValue(found) > end - p - integerBytes(found)) return fault(ERROR_FIELD_PAST_END, p);
  return found;
}

/** What a check of properties has to know besides their bytes. */
export interface PropertyRules {
  /** Who has sent them, if that is known. */
  readonly sender: Side | undefined;
  /** The largest Topic Alias. */
  readonly topicAliasMaximum: number;
  /** The `RULE_*` bits, of which those about text hold here as well. */
  readonly rules: number;
}

const WORDS = PROPERTY_TABLE_WORDS;

/** The error of a property for being where it is, or 0. */
function placeError(
  identifier: number,
  mask: number,
  isSeen: boolean,
  sender: Side | undefined,
): number {
  if (identifier >= PROPERTY_IDENTIFIERS) return ERROR_PROPERTY_UNKNOWN;
  const entry = identifier * PROPERTY_WORDS;
  const allowed = WORDS[entry + PROPERTY_ALLOWED] as number;
  if (allowed === 0) return ERROR_PROPERTY_UNKNOWN;
  if ((allowed & mask) === 0) return ERROR_PROPERTY_NOT_ALLOWED;
  if (
    sender === 'client' &&
    ((WORDS[entry + PROPERTY_ALLOWED_FROM_CLIENT] as number) & mask) === 0
  ) {
    return ERROR_PROPERTY_NOT_FROM_CLIENT;
  }
  if (
    sender === 'server' &&
    ((WORDS[entry + PROPERTY_ALLOWED_FROM_SERVER] as number) & mask) === 0
  ) {
    return ERROR_PROPERTY_NOT_FROM_SERVER;
  }
  if (isSeen && (allowed & (mask << PROPERTY_REPEATS_SHIFT)) === 0) return ERROR_PROPERTY_REPEATED;
  return 0;
}

/** Where the field at `p` ends that stands behind its two-byte length, or -1 if that is behind `end`. */
function prefixedEnd(bytes: Uint8Array, p: number, end: number): number {
  if (end - p < 2) return -1;
  const next = p + 2 + (((bytes[p] as number) << 8) | (bytes[p + 1] as number));
  return next > end ? -1 : next;
}

/** Where the text at `p` ends, which stands behind its two-byte length, or a negative fault. */
function textEnd(
  bytes: Uint8Array,
  p: number,
  end: number,
  at: number,
  wildcards: boolean,
  rules: number,
): number {
  const next = prefixedEnd(bytes, p, end);
  if (next < 0) return fault(ERROR_PROPERTY_PAST_END, at);
  const kind = checkText(bytes, p + 2, next, wildcards, rules);
  return kind < 0 ? kind : next;
}

/** Properties that need another one beside them, as bits of the identifiers seen. */
const NEEDS = PROPERTY_NAMES.flatMap((name) => {
  const { identifier, needs } = propertyRow(name);
  return needs === undefined ? [] : [{ identifier, needed: propertyRow(needs).identifier }];
});

/**
 * Checks the properties in the bytes `start` to `end` of what `holder` is the number of. Returns the
 * Topic Alias, or 0 if there is none, with `PROPERTIES_SAY_TEXT` above it if the Payload Format
 * Indicator is 1; or a negative number for `faultCode()` and `faultPosition()`.
 */
export function checkProperties(
  bytes: Uint8Array,
  start: number,
  end: number,
  holder: number,
  { sender, topicAliasMaximum, rules }: PropertyRules,
): number {
  const mask = 1 << holder;
  // The properties met so far, as bits: identifiers below 32, and those above.
  let seenLow = 0;
  let seenHigh = 0;
  let facts = 0;
  let dependentAt = 0;
  let p = start;
  while (p < end) {
    const at = p;
    const found = variableByteInteger(bytes, p, end, ERROR_PROPERTY_PAST_END, at);
    if (found < 0) return found;
    const identifier = integerValue(found);
    p += integerBytes(found);
    const bit = 1 << (identifier & 31);
    const isSeen = ((identifier < 32 ? seenLow : seenHigh) & bit) !== 0;
    const wrong = placeError(identifier, mask, isSeen, sender);
    if (wrong !== 0) return fault(wrong, at);
    if (identifier < 32) seenLow |= bit;
    else seenHigh |= bit;
    for (const { identifier: own } of NEEDS) if (own === identifier) dependentAt = at;

    const entry = identifier * PROPERTY_WORDS;
    const type = WORDS[entry + PROPERTY_TYPE] as number;
    if (type <= PROPERTY_IS_VARIABLE_BYTE_INTEGER) {
      const valueAt = p;
      let value = 0;
      if (type === PROPERTY_IS_VARIABLE_BYTE_INTEGER) {
        const integer = variableByteInteger(bytes, p, end, ERROR_PROPERTY_PAST_END, at);
        if (integer < 0) return integer;
        value = integerValue(integer);
        p += integerBytes(integer);
      } else {
        const width = type === PROPERTY_IS_BYTE ? 1 : type === PROPERTY_IS_TWO_BYTE_INTEGER ? 2 : 4;
        if (end - p < width) return fault(ERROR_PROPERTY_PAST_END, at);
        value = integerAt(bytes, p, width);
        p += width;
      }
      if (
        value < (WORDS[entry + PROPERTY_MINIMUM] as number) >>> 0 ||
        value > (WORDS[entry + PROPERTY_MAXIMUM] as number) >>> 0
      ) {
        return fault(WORDS[entry + PROPERTY_VALUE_ERROR] as number, valueAt);
      }
      if (identifier === TOPIC_ALIAS) {
        if (value > topicAliasMaximum) return fault(ERROR_TOPIC_ALIAS_TOO_LARGE, valueAt);
        facts |= value;
      } else if (identifier === PAYLOAD_FORMAT_INDICATOR && value === 1) {
        facts |= PROPERTIES_SAY_TEXT;
      }
    } else if (type === PROPERTY_IS_BINARY) {
      p = prefixedEnd(bytes, p, end);
      if (p < 0) return fault(ERROR_PROPERTY_PAST_END, at);
    } else if (type === PROPERTY_IS_TOPIC_NAME) {
      const next = textEnd(bytes, p, end, at, false, rules);
      if (next < 0) {
        return faultCode(next) === ERROR_TOPIC_NAME_WILDCARD
          ? fault(WORDS[entry + PROPERTY_VALUE_ERROR] as number, faultPosition(next))
          : next;
      }
      if (next === p + 2) return fault(ERROR_RESPONSE_TOPIC_EMPTY, p);
      p = next;
    } else {
      p = textEnd(bytes, p, end, at, true, rules);
      if (p >= 0 && type === PROPERTY_IS_TEXT_PAIR) {
        p = textEnd(bytes, p, end, at, true, rules);
      }
      if (p < 0) return p;
    }
  }
  for (const { identifier, needed } of NEEDS) {
    // Both identifiers are below 32.
    if (((seenLow >> identifier) & 1) === 1 && ((seenLow >> needed) & 1) === 0) {
      return fault(ERROR_AUTHENTICATION_DATA_WITHOUT_METHOD, dependentAt);
    }
  }
  return facts;
}

/** The unsigned integer in the `width` bytes at `p`. */
function integerAt(bytes: Uint8Array, p: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[p + i] as number);
  return value;
}

/** Where the field at `p` ends that stands behind its two-byte length and has been checked. */
function checkedEnd(bytes: Uint8Array, p: number): number {
  return p + 2 + (((bytes[p] as number) << 8) | (bytes[p + 1] as number));
}

/** What there is to know of a property to read it. */
interface Readable {
  readonly name: PropertyName;
  readonly type: PropertyType;
  readonly repeats: boolean;
}

/** Every property in every holder, by the number of the holder and the identifier. */
const READABLES: readonly (Readable | undefined)[] = Array.from(
  { length: 16 * PROPERTY_IDENTIFIERS },
  (_, index) => {
    const name = propertyName(
      index % PROPERTY_IDENTIFIERS,
      Math.floor(index / PROPERTY_IDENTIFIERS),
    );
    if (name === undefined) return undefined;
    const { type, repeats } = propertyRow(name);
    return { name, type, repeats };
  },
);

/** Properties that are being read. */
type Properties = { [Name in PropertyName]?: unknown };

/**
 * Sets a property. What a PUBLISH usually carries is set by its name as it stands here: the engine then knows the
 * object's shape beforehand, which takes a third of the time of reading seven properties away.
 */
function setProperty(properties: Properties, name: PropertyName, value: unknown): void {
  switch (name) {
    case 'payloadFormatIndicator':
      properties.payloadFormatIndicator = value;
      break;
    case 'messageExpiryInterval':
      properties.messageExpiryInterval = value;
      break;
    case 'contentType':
      properties.contentType = value;
      break;
    case 'responseTopic':
      properties.responseTopic = value;
      break;
    case 'correlationData':
      properties.correlationData = value;
      break;
    case 'userProperties':
      properties.userProperties = value;
      break;
    default:
      properties[name] = value;
  }
}

/** The values of a property that repeats, as far as they have been read. */
function valuesOf(properties: Properties, name: PropertyName): unknown[] | undefined {
  const values = name === 'userProperties' ? properties.userProperties : properties[name];
  return values as unknown[] | undefined;
}

/**
 * Reads the properties in the bytes `start` to `end`, which must have been checked, of what `holder` is
 * the number of. Bytes are views.
 */
export function readProperties(
  bytes: Uint8Array,
  start: number,
  end: number,
  holder: number,
): Record<string, unknown> {
  const properties: Properties = {};
  const first = holder * PROPERTY_IDENTIFIERS;
  let p = start;
  while (p < end) {
    // Identifiers take one byte: all that there are lie below 128.
    const identifier = bytes[p++] as number;
    const { name, type, repeats } = READABLES[first + identifier] as Readable;
    let value: unknown;
    let next: number;
    switch (type) {
      case 'byte':
        next = p + 1;
        value = bytes[p];
        break;
      case 'flag':
        next = p + 1;
        value = bytes[p] === 1;
        break;
      case 'two-byte-integer':
        next = p + 2;
        value = integerAt(bytes, p, 2);
        break;
      case 'four-byte-integer':
        next = p + 4;
        value = integerAt(bytes, p, 4);
        break;
      case 'variable-byte-integer': {
        const found = variableByteInteger(bytes, p, end, 0, p);
        next = p + integerBytes(found);
        value = integerValue(found);
        break;
      }
      case 'text':
      case 'topic-name':
        next = checkedEnd(bytes, p);
        value = decodeText(bytes, p + 2, next);
        break;
      case 'binary':
        next = checkedEnd(bytes, p);
        value = bytes.subarray(p + 2, next);
        break;
      case 'text-pair': {
        const middle = checkedEnd(bytes, p);
        next = checkedEnd(bytes, middle);
        value = [
          decodeText(bytes, p + 2, middle),
          decodeText(bytes, middle + 2, next),
        ] satisfies UserProperty;
      }
    }
    p = next;
    const values = repeats ? valuesOf(properties, name) : undefined;
    if (values === undefined) setProperty(properties, name, repeats ? [value] : value);
    else values.push(value);
  }
  return properties;
}
