/**
 * Reads the fields of one complete frame as mqtt-packet does, but never past its end: what is not there is `null` or -1, and what
 * stands there is taken as it is. Whether it keeps the rules is for {@link verdictOn} to say.
 */
import { decodeUtf8, view } from '../bytes.js';
import { type CompatProperty, PROPERTY_BY_IDENTIFIER } from './properties.js';

/** What mqtt-packet says of a packet that it refuses. */
export class Refusal {
  readonly says: string;

  constructor(says: string) {
    this.says = says;
  }
}

/** Ends the reading of a packet. */
export function refuse(says: string): never {
  throw new Refusal(says);
}

type Properties = Record<string, unknown>;

export class FrameReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;

  /**
   * @param start where the body begins in `bytes`
   * @param end where it ends
   */
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  get isAtEnd(): boolean {
    return this.position >= this.end;
  }

  /** The next byte, `undefined` if there is none. */
  byte(): number | undefined {
    return this.position < this.end ? this.bytes[this.position++] : undefined;
  }

  /** A two byte integer, -1 if it is not there. */
  twoByteInteger(): number {
    return this.#integer(2);
  }

  /** Text, `null` if it is not all there. */
  text(): string | null {
    const start = this.#prefixed();
    return start < 0 ? null : decodeUtf8(this.bytes, start, this.position);
  }

  /** Binary data as a view, `null` if it is not all there. */
  binary(): Uint8Array | null {
    const start = this.#prefixed();
    return start < 0 ? null : view(this.bytes, start, this.position);
  }

  /** The properties by mqtt-packet's names; `undefined` if there are none. */
  properties(): Properties | undefined {
    const length = this.#variableByteInteger();
    const end = this.position + length;
    let properties: Properties | undefined;
    while (this.position < end) {
      const identifier = this.byte();
      if (identifier === undefined || identifier === 0) refuse('Cannot parse property code type');
      const property = PROPERTY_BY_IDENTIFIER[identifier];
      if (property === undefined) refuse('Unknown property');
      properties ??= {};
      if (property.type === 'text-pair') this.#userProperty(properties);
      else addValue(properties, property.name, this.#value(property));
    }
    return properties;
  }

  #integer(length: number): number {
    if (this.end - this.position < length) return -1;
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + (this.bytes[this.position++] as number);
    return value;
  }

  /** Steps over a length of two bytes and what it promises. Returns where that starts, or -1 if it is not all there. */
  #prefixed(): number {
    const length = this.twoByteInteger();
    if (length < 0 || length > this.end - this.position) return -1;
    const start = this.position;
    this.position += length;
    return start;
  }

  /** -1 if it is not all there. */
  #variableByteInteger(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      if (byte === undefined) return -1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return refuse('Invalid variable byte integer');
  }

  #value({ type }: CompatProperty): unknown {
    switch (type) {
      case 'boolean':
        return this.byte() !== 0;
      case 'byte':
        return this.byte();
      case 'two-byte-integer':
        return this.#integer(2);
      case 'four-byte-integer':
        return this.#integer(4);
      case 'variable-byte-integer':
        return this.#variableByteInteger();
      case 'text':
        return this.text();
      default:
        return this.binary();
    }
  }

  /** The names are the peer's, so the object that has them has no prototype. */
  #userProperty(properties: Properties): void {
    let users = properties.userProperties as Properties | undefined;
    if (users === undefined) {
      users = Object.create(null) as Properties;
      properties.userProperties = users;
    }
    const name = this.text() ?? '';
    addValue(users, name, this.text());
  }
}

/** Adds a value; one that is there already makes it a list. */
function addValue(values: Properties, name: string, value: unknown): void {
  if (!Object.hasOwn(values, name)) values[name] = value;
  else if (Array.isArray(values[name])) values[name].push(value);
  else values[name] = [values[name], value];
}
