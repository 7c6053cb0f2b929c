/**
 * Properties (MQTT 5.0, section 2.2.2): of a packet or of a Will, by the table of properties.
 *
 * They are written in the order of the object's keys. Only its own enumerable keys count, as
 * for `JSON.stringify()`: what it inherits is neither written nor does it count as being there.
 */
import { isBytes } from '../bytes.js';
import { errorCodeOf } from '../errors.js';
import {
  MAXIMUM_REMAINING_LENGTH,
  type PacketType,
  type Side,
  variableByteIntegerLength,
} from '../protocol/packet-types.js';
import {
  PROPERTIES,
  PROPERTY_NAMES,
  type PropertyHolder,
  type PropertyName,
  type PropertyRow,
  propertyMaximum,
  propertyRow,
  propertyValueError,
  type UserProperty,
} from '../protocol/properties.js';
import type { EncodableProperties, EncodingContext } from './context.js';
import {
  binaryLength,
  flag,
  integerOf,
  isShortAscii,
  objectOf,
  refuse,
  refuseIfPresent,
  textLength,
  topicLength,
} from './field-checks.js';
import type { FieldWriter } from './field-writer.js';

/** What may have properties: a packet (PINGREQ and PINGRESP have none that are allowed), or a Will. */
type Holder = PacketType | 'WILL';

/** A property in one holder. */
interface Entry {
  readonly name: PropertyName;
  readonly row: PropertyRow;
  /** Its field as errors name it. */
  readonly field: string;
  /** The side that alone may send it in this holder. */
  readonly onlyFrom: Side | undefined;
}

type Entries = ReadonlyMap<string, Entry>;

function fieldOf(holder: Holder): string {
  return holder === 'WILL' ? 'will.properties' : 'properties';
}

function makeEntries(holder: PropertyHolder): Entries {
  const names = PROPERTY_NAMES.filter((name) => propertyRow(name).packets.includes(holder));
  return new Map(
    names.map((name): [string, Entry] => {
      const row = propertyRow(name);
      const field = `${fieldOf(holder)}.${name}`;
      return [name, { name, row, field, onlyFrom: row.onlyFrom?.[holder] }];
    }),
  );
}

const ENTRIES = new Map<Holder, Entries>();

/** The properties that `holder` may carry, by their names. */
function entriesOf(holder: Holder): Entries {
  let entries = ENTRIES.get(holder);
  if (entries === undefined) {
    entries = makeEntries(holder as PropertyHolder);
    ENTRIES.set(holder, entries);
  }
  return entries;
}

/** The field of a value as errors name it; `index` is its place in a list, -1 where there is no list. */
function fieldAt({ field }: Entry, index: number): string {
  return index < 0 ? field : `${field}[${index}]`;
}

/** The value of a property that is the object's own, else `undefined`. */
export function propertyOf<Name extends PropertyName>(
  properties: EncodableProperties | undefined,
  name: Name,
): EncodableProperties[Name] {
  return properties !== undefined && Object.prototype.propertyIsEnumerable.call(properties, name)
    ? properties[name]
    : undefined;
}

/** The properties as the version has them: none before MQTT 5.0, where any that is there is refused. */
export function propertiesOf(
  context: EncodingContext,
  field: string,
  properties: EncodableProperties | undefined,
): EncodableProperties | undefined {
  if (objectOf(context, field, properties) === undefined) return undefined;
  if (context.protocolVersion === 5) return properties;
  for (const value of Object.values(properties as EncodableProperties)) {
    refuseIfPresent(context, field, value);
  }
  return undefined;
}

/** An integer property within the bounds of its type, `maximum`, and of its row. */
function checkInteger(
  context: EncodingContext,
  entry: Entry,
  index: number,
  value: unknown,
  maximum: number,
): number {
  const { row } = entry;
  const { minimum = 0 } = row;
  const most = Math.min(propertyMaximum(row), maximum);
  if (Number.isInteger(value) && (value as number) >= minimum && (value as number) <= most) {
    return value as number;
  }
  const field = fieldAt(entry, index);
  integerOf(context, field, value as number, maximum);
  const detail = `must be an integer from ${minimum} to ${most}`;
  const code = errorCodeOf(propertyValueError(entry.name));
  return refuse(context, code, field, code === 'ERR_MQTT_PROPERTY_VALUE' ? detail : undefined);
}

/** Bytes that one half of a User Property takes. Its field is put into words only where it is refused. */
function halfLength(
  context: EncodingContext,
  entry: Entry,
  index: number,
  pair: UserProperty,
  half: 0 | 1,
): number {
  const text = pair[half];
  return isShortAscii(text)
    ? 2 + text.length
    : textLength(context, `${fieldAt(entry, index)}[${half}]`, text);
}

function userPropertyLength(
  context: EncodingContext,
  entry: Entry,
  index: number,
  pair: UserProperty,
): number {
  if (!Array.isArray(pair) || pair.length !== 2) {
    const field = fieldAt(entry, index);
    refuse(context, 'ERR_MQTT_FIELD_TYPE', field, 'must be an array of a name and a value');
  }
  return (
    1 + halfLength(context, entry, index, pair, 0) + halfLength(context, entry, index, pair, 1)
  );
}

/** Bytes that a property takes once, with its identifier. Only integers and pairs stand in lists. */
function valueLength(
  context: EncodingContext,
  entry: Entry,
  index: number,
  value: unknown,
): number {
  const { row, field } = entry;
  switch (row.type) {
    case 'flag':
      flag(context, field, value as boolean);
      return 2;
    case 'byte':
      checkInteger(context, entry, index, value, 0xff);
      return 2;
    case 'two-byte-integer':
      checkInteger(context, entry, index, value, 0xffff);
      return 3;
    case 'four-byte-integer':
      checkInteger(context, entry, index, value, 0xffff_ffff);
      return 5;
    case 'variable-byte-integer': {
      const integer = checkInteger(context, entry, index, value, MAXIMUM_REMAINING_LENGTH);
      return 1 + variableByteIntegerLength(integer);
    }
    case 'text':
      return 1 + textLength(context, field, value as string);
    case 'topic-name':
      if (value === '') refuse(context, 'ERR_MQTT_RESPONSE_TOPIC_EMPTY', field);
      return 1 + topicLength(context, field, value as string);
    case 'binary':
      if (!isBytes(value)) {
        refuse(context, 'ERR_MQTT_FIELD_TYPE', field, 'must be a Uint8Array');
      }
      return 1 + binaryLength(context, field, value);
    case 'text-pair':
      return userPropertyLength(context, entry, index, value as UserProperty);
  }
}

/** Bytes that a property takes which may stand there more than once. */
function listLength(context: EncodingContext, entry: Entry, values: unknown): number {
  if (!Array.isArray(values)) {
    refuse(context, 'ERR_MQTT_FIELD_TYPE', entry.field, 'must be an array');
  }
  let length = 0;
  for (let index = 0; index < values.length; index++) {
    length += valueLength(context, entry, index, values[index]);
  }
  return length;
}

/** The entry of a property that `holder` may carry and the sender may send. */
function entryOf(context: EncodingContext, holder: Holder, entries: Entries, name: string): Entry {
  const entry = entries.get(name);
  if (entry === undefined) {
    const isKnown = Object.hasOwn(PROPERTIES, name);
    return refuse(
      context,
      isKnown ? 'ERR_MQTT_PROPERTY_NOT_ALLOWED' : 'ERR_MQTT_PROPERTY_UNKNOWN',
      `${fieldOf(holder)}.${name}`,
    );
  }
  const { onlyFrom } = entry;
  if (onlyFrom !== undefined && context.sender !== undefined && onlyFrom !== context.sender) {
    const isClient = context.sender === 'client';
    refuse(
      context,
      isClient ? 'ERR_MQTT_PROPERTY_NOT_FROM_CLIENT' : 'ERR_MQTT_PROPERTY_NOT_FROM_SERVER',
      entry.field,
    );
  }
  return entry;
}

const isOwn = Object.prototype.hasOwnProperty;

/** Bytes that the properties take without the length before them. */
function fieldsLength(
  context: EncodingContext,
  holder: Holder,
  properties: EncodableProperties,
): number {
  const entries = entriesOf(holder);
  let length = 0;
  // Quicker than a list of the keys; what is inherited is stepped over.
  for (const name in properties) {
    if (!isOwn.call(properties, name)) continue;
    const value: unknown = properties[name as PropertyName];
    if (value === undefined) continue;
    const entry = entryOf(context, holder, entries, name);
    const { repeats, needs } = entry.row;
    length += repeats ? listLength(context, entry, value) : valueLength(context, entry, -1, value);
    if (needs !== undefined && propertyOf(properties, needs) === undefined) {
      refuse(context, 'ERR_MQTT_AUTHENTICATION_DATA_WITHOUT_METHOD', entry.field);
    }
  }
  return length;
}

/** Bytes that the properties take, with the length before them, which is 0 where there are none: nothing before MQTT 5.0. */
export function propertiesLength(
  context: EncodingContext,
  holder: Holder,
  properties: EncodableProperties | undefined,
): number {
  if (context.protocolVersion !== 5) return 0;
  if (properties === undefined) return 1;
  const length = fieldsLength(context, holder, properties);
  return variableByteIntegerLength(length) + length;
}

function writeHalf(
  writer: FieldWriter,
  entry: Entry,
  index: number,
  pair: UserProperty,
  half: 0 | 1,
): void {
  const text = pair[half];
  if (!writer.plainText(text)) writer.text(`${fieldAt(entry, index)}[${half}]`, text);
}

function writeValue(writer: FieldWriter, entry: Entry, index: number, value: unknown): void {
  const { row, field } = entry;
  writer.uint8(row.identifier);
  switch (row.type) {
    case 'flag':
      writer.uint8(value === true ? 1 : 0);
      break;
    case 'byte':
      writer.uint8(value as number);
      break;
    case 'two-byte-integer':
      writer.uint16(value as number);
      break;
    case 'four-byte-integer':
      writer.uint32(value as number);
      break;
    case 'variable-byte-integer':
      writer.variableByteInteger(value as number);
      break;
    case 'text':
      writer.text(field, value as string);
      break;
    case 'topic-name':
      writer.responseTopic(field, value as string);
      break;
    case 'binary':
      writer.binary(value as Uint8Array);
      break;
    case 'text-pair':
      writeHalf(writer, entry, index, value as UserProperty, 0);
      writeHalf(writer, entry, index, value as UserProperty, 1);
  }
}

/** Writes the properties behind their length, none before MQTT 5.0. Must have been preceded by {@link propertiesLength}. */
export function writeProperties(
  writer: FieldWriter,
  holder: Holder,
  properties: EncodableProperties | undefined,
): void {
  if (writer.context.protocolVersion !== 5) return;
  if (properties === undefined) {
    writer.uint8(0);
    return;
  }
  const at = writer.reserveLength();
  const entries = entriesOf(holder);
  for (const name in properties) {
    if (!isOwn.call(properties, name)) continue;
    const value: unknown = properties[name as PropertyName];
    if (value === undefined) continue;
    const entry = entryOf(writer.context, holder, entries, name);
    if (entry.row.repeats) {
      const values = value as readonly unknown[];
      for (let index = 0; index < values.length; index++) {
        writeValue(writer, entry, index, values[index]);
      }
    } else {
      writeValue(writer, entry, -1, value);
    }
  }
  writer.insertLength(at);
}
