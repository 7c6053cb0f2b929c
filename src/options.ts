/** Checking of options: an error names the option and says what it may be. */
import { MAXIMUM_FRAME_LENGTH } from './protocol/packet-types.js';

/** The value, if it is one of `values`; else throws a `RangeError`. */
export function oneOf<T>(name: string, value: unknown, values: readonly T[]): T {
  if (values.includes(value as T)) return value as T;
  throw new RangeError(`option ${name} must be one of ${values.join(', ')}`);
}

/** The value, if it is an integer within these bounds; else throws a `TypeError` or `RangeError`. */
export function integer(name: string, value: unknown, minimum: number, maximum: number): number {
  if (typeof value !== 'number') throw new TypeError(`option ${name} must be a number`);
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new RangeError(`option ${name} must be an integer from ${minimum} to ${maximum}`);
  }
  return value;
}

/** The value, if it is the length a frame can have; else throws a `TypeError` or `RangeError`. */
export function packetSize(name: string, value: unknown): number {
  return integer(name, value, 2, MAXIMUM_FRAME_LENGTH);
}

/**
 * The value, if it is a Maximum Packet Size as a peer may tell it (MQTT 5.0, section 3.1.2.11.4), which may be more
 * than a frame can have; else throws a `TypeError` or `RangeError`.
 */
export function peerPacketSize(name: string, value: unknown): number {
  return integer(name, value, 1, 0xffff_ffff);
}

/** The value, if it is a boolean; else throws a `TypeError`. */
export function boolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`option ${name} must be a boolean`);
  return value;
}

/**
 * The value, if it is an object, with no other keys than these if any are given; else throws a
 * `TypeError`, because a limit that is misspelled would be no limit.
 */
export function optionsObject<T extends object>(value: T, keys?: readonly string[]): T {
  if (typeof value !== 'object' || value === null) throw new TypeError('options must be an object');
  for (const key of Object.keys(value)) {
    if (keys !== undefined && !keys.includes(key)) {
      throw new TypeError(`there is no option ${key}; the options are ${keys.join(', ')}`);
    }
  }
  return value;
}

/** The value, if it is an integer that two bytes hold; else throws a `TypeError` or `RangeError`. */
export function uint16(name: string, value: unknown): number {
  return integer(name, value, 0, 65_535);
}
