/**
 * Properties as mqtt-packet takes them: an object of names and values, or arrays of values where a property comes more than once. Which
 * packet they belong to makes no difference, as it makes none there.
 */
import { MAXIMUM_REMAINING_LENGTH } from '../protocol/packet-types.js';
import type { FrameWriter } from './frame-writer.js';
import { type CompatProperty, PROPERTY_BY_NAME } from './properties.js';
import { type Fields, fieldsOf, inWords, isByte, payloadOf, refuse } from './write-fields.js';

/** Properties that an acknowledgement can do without, in the order in which they are left out to fit the Maximum Packet Size. */
const DIAGNOSTICS: readonly string[] = ['reasonString', 'userProperties'];

const isOwn = Object.prototype.hasOwnProperty;

/** Whether that is an object of properties: mqtt-packet takes lists and whatever is no object for none. */
function hasProperties(properties: unknown): properties is Fields {
  return typeof properties === 'object' && properties !== null && !Array.isArray(properties);
}

function writeUserProperty(
  writer: FrameWriter,
  { identifier, name }: CompatProperty,
  key: string,
  value: unknown,
): void {
  if (value === undefined || value === null) refuse(`${name}: ${key}`, value);
  writer.uint8(identifier);
  writer.lengthAndBytes(name, key);
  writer.lengthAndBytes(name, String(value));
}

function writeUserProperties(writer: FrameWriter, property: CompatProperty, pairs: unknown): void {
  if (typeof pairs !== 'object' || pairs === null) refuse(property.name, pairs);
  for (const key in pairs) {
    if (!isOwn.call(pairs, key)) continue;
    const value = (pairs as Fields)[key];
    if (Array.isArray(value)) {
      for (const each of value) writeUserProperty(writer, property, key, each);
    } else {
      writeUserProperty(writer, property, key, value);
    }
  }
}

function integerOf(name: string, value: unknown, maximum: number): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > maximum) {
    refuse(name, value);
  }
  return value as number;
}

/** Seconds, mostly: a fraction is dropped, as mqtt-packet does and programs that divide milliseconds may rely on. */
function wholeNumberOf(name: string, value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 0xffff_ffff)) refuse(name, value);
  return Math.floor(value);
}

function writeValue(writer: FrameWriter, property: CompatProperty, value: unknown): void {
  const { identifier, name, type } = property;
  if (type === 'text-pair') {
    writeUserProperties(writer, property, value);
    return;
  }
  writer.uint8(identifier);
  switch (type) {
    case 'boolean':
      if (typeof value !== 'boolean') refuse(name, value);
      writer.uint8(value ? 1 : 0);
      break;
    case 'byte':
      if (!isByte(value)) refuse(name, value);
      writer.uint8(value);
      break;
    case 'two-byte-integer':
      writer.uint16(integerOf(name, value, 0xffff));
      break;
    case 'four-byte-integer':
      writer.uint32(wholeNumberOf(name, value));
      break;
    case 'variable-byte-integer':
      writer.variableByteInteger(integerOf(name, value, MAXIMUM_REMAINING_LENGTH));
      break;
    case 'text':
      if (typeof value !== 'string') refuse(name, value);
      writer.lengthAndBytes(name, value);
      break;
    case 'binary':
      writer.lengthAndBytes(name, payloadOf(value) ?? refuse(name, value));
  }
}

function writeProperty(writer: FrameWriter, name: string, value: unknown): void {
  const property = PROPERTY_BY_NAME.get(name);
  if (property === undefined) {
    throw new Error(`Invalid property ${name}: ${inWords(value)}`);
  }
  if (Array.isArray(value)) {
    for (const each of value) writeValue(writer, property, each);
  } else {
    writeValue(writer, property, value);
  }
}

/**
 * Writes properties behind their length.
 *
 * @param without how many of the {@link DIAGNOSTICS} are left out
 */
export function writeProperties(writer: FrameWriter, properties: unknown, without = 0): void {
  if (!hasProperties(properties)) {
    writer.uint8(0);
    return;
  }
  const place = writer.reserveLength();
  // Quicker than a list of the keys; what is inherited is stepped over.
  for (const name in properties) {
    if (!isOwn.call(properties, name)) continue;
    const value = properties[name];
    if (value === undefined) continue;
    if (without > 0 && DIAGNOSTICS.slice(0, without).includes(name)) continue;
    writeProperty(writer, name, value);
  }
  writer.insertLength(place);
}

/**
 * The frame with as many of its diagnostics as the peer's Maximum Packet Size allows, or `undefined` if it is too large without any. The
 * caller's properties stay as they are.
 *
 * @param encode makes the frame without the first so many {@link DIAGNOSTICS}
 */
export function fittingFrame(
  opts: unknown,
  encode: (without: number) => Buffer,
): Buffer | undefined {
  const { maximumPacketSize } = fieldsOf(fieldsOf(opts).properties);
  let frame = encode(0);
  if (!maximumPacketSize) return frame;
  for (let without = 1; frame.length > (maximumPacketSize as number); without++) {
    if (without > DIAGNOSTICS.length) return undefined;
    frame = encode(without);
  }
  return frame;
}
