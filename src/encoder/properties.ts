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
  variableByteIntegerLength,
} from '../protocol/packet-types.js';
import {
  PROPERTIES,
  PROPERTY_NAMES,
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
  readonly row: PropertyRow;
  /** Its field as errors name it. */
  readonly field: string;
}

type Entries = ReadonlyMap<string, Entry>;

const ENTRIES = new Map<Holder, Entries>();

function fieldOf(holder: Holder): string {
  return holder === 'WILL' ? 'will.properties' : 'properties';
}

/** The properties that `holder` may carry, by their names. */
function entriesOf(holder: Holder): Entries {
  let entries = ENTRIES.get(holder);
  if (entries === undefined) {
    const names = PROPERTY_NAMES.filter((name) =>
      (propertyRow(name).packets as readonly Holder[]).includes(holder),
    );
    entries = new Map(
      names.map((name) => [name, { row: propertyRow(name), field: `${fieldOf(holder)}.${name}` }]),
    );
    ENTRIES.set(holder, entries);
  }
  return entries;
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
  { row, field }: Entry,
  value: unknown,
  maximum: number,
  name: string,
): number {
  const integer = integerOf(context, field, value as number, maximum);
  const { minimum = 0 } = row;
  const most = Math.min(propertyMaximum(row), maximum);
  if (integer < minimum || integer > most) {
    const detail = `must be an integer from ${minimum} to ${most}`;
    const code = errorCodeOf(propertyValueError(name as PropertyName));
    refuse(context, code, field, code === 'ERR_MQTT_PROPERTY_VALUE' ? detail : undefined);
  }
  return integer;
}

function userPropertyLength(context: EncodingContext, field: string, pair: UserProperty): number {
  if (!Array.isArray(pair) || pair.length !== 2) {
    refuse(context, 'ERR_MQTT_FIELD_TYPE', field, 'must be an array of a name and a value');
  }
  return (
    1 + textLength(context, `${field}[0]`, pair[0]) + textLength(context, `${field}[1]`, pair[1])
  );
}

/** Bytes that a property takes once, with its identifier. */
function valueLength(context: EncodingContext, entry: Entry, value: unknown, name: string): number {
  const { row, field } = entry;
  switch (row.type) {
    case 'flag':
      flag(context, field, value as boolean);
      return 2;
    case 'byte':
      checkInteger(context, entry, value, 0xff, name);
      return 2;
    case 'two-byte-integer':
      checkInteger(context, entry, value, 0xffff, name);
      return 3;
    case 'four-byte-integer':
      checkInteger(context, entry, value, 0xffff_ffff, name);
      return 5;
    case 'variable-byte-integer':
      return (
        1 +
        variableByteIntegerLength(
          checkInteger(context, entry, value, MAXIMUM_REMAINING_LENGTH, name),
        )
      );
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
      return userPropertyLength(context, field, value as UserProperty);
  }
}

/** Bytes that a property takes which may stand there more than once. */
function listLength(
  context: EncodingContext,
  { row, field }: Entry,
  values: unknown,
  name: string,
): number {
  if (!Array.isArray(values)) {
    refuse(context, 'ERR_MQTT_FIELD_TYPE', field, 'must be an array');
  }
  let length = 0;
  for (const [index, value] of values.entries()) {
    length += valueLength(context, { row, field: `${field}[${index}]` }, value, name);
  }
  return length;
}

function isRepeated({ row }: Entry): boolean {
  return row.repeats;
}

/** The entry of a property that `holder` may carry and the sender may send. */
function entryOf(context: EncodingContext, holder: Holder, name: string): Entry {
  const entry = entriesOf(holder).get(name);
  if (entry === undefined) {
    const isKnown = Object.hasOwn(PROPERTIES, name);
    return refuse(
      context,
      isKnown ? 'ERR_MQTT_PROPERTY_NOT_ALLOWED' : 'ERR_MQTT_PROPERTY_UNKNOWN',
      `${fieldOf(holder)}.${name}`,
    );
  }
  const { onlyFrom } = entry.row;
  if (onlyFrom !== undefined && context.sender !== undefined) {
    const only = (onlyFrom as Partial<Record<Holder, string>>)[holder];
    if (only !== undefined && only !== context.sender) {
      const isClient = context.sender === 'client';
      refuse(
        context,
        isClient ? 'ERR_MQTT_PROPERTY_NOT_FROM_CLIENT' : 'ERR_MQTT_PROPERTY_NOT_FROM_SERVER',
        entry.field,
      );
    }
  }
  return entry;
}

/** Bytes that the properties take, with the length before them, which is 0 where there are none: nothing before MQTT 5.0. */
export function propertiesLength(
  context: EncodingContext,
  holder: Holder,
  properties: EncodableProperties | undefined,
): number {
  if (context.protocolVersion !== 5) return 0;
  if (properties === undefined) return 1;
  let length = 0;
  for (const name of Object.keys(properties)) {
    const value: unknown = properties[name as PropertyName];
    if (value === undefined) continue;
    const entry = entryOf(context, holder, name);
    length += isRepeated(entry)
      ? listLength(context, entry, value, name)
      : valueLength(context, entry, value, name);
    const { needs } = entry.row;
    if (needs !== undefined && propertyOf(properties, needs) === undefined) {
      refuse(context, 'ERR_MQTT_AUTHENTICATION_DATA_WITHOUT_METHOD', entry.field);
    }
  }
  return variableByteIntegerLength(length) + length;
}

function writeValue(writer: FieldWriter, { row, field }: Entry, value: unknown): void {
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
    case 'text-pair': {
      const [name, text] = value as UserProperty;
      writer.text(`${field}[0]`, name);
      writer.text(`${field}[1]`, text);
    }
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
  for (const name of Object.keys(properties)) {
    const value: unknown = properties[name as PropertyName];
    if (value === undefined) continue;
    const entry = entryOf(writer.context, holder, name);
    if (isRepeated(entry)) {
      for (const [index, one] of (value as readonly unknown[]).entries()) {
        writeValue(writer, { row: entry.row, field: `${entry.field}[${index}]` }, one);
      }
    } else {
      writeValue(writer, entry, value);
    }
  }
  writer.insertLength(at);
}
