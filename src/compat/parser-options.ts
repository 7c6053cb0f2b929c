/** What a parser can be told. */
import { boolean, packetSize } from '../options.js';

/**
 * Options of {@link parser}. The object is kept and read again for every chunk, as far as `protocolVersion` and `bridgeMode` go: who changes it
 * changes how the parser goes on. It may have other fields, which mean nothing here. A CONNECT that was parsed takes its place.
 */
export interface ParserOptions {
  /** 5: packets are read as MQTT 5.0. Anything else: as MQTT 3.1.1, until a CONNECT tells otherwise. */
  protocolVersion?: number | undefined;
  /** Whether subscriptions get `rh`, `rap` and `nl` as bridges of before MQTT 5.0 want them. */
  bridgeMode?: boolean | undefined;
  /**
   * Bytes of the largest packet to accept, fixed header included (2 to 268,435,460). A larger one is refused as soon as its length is
   * known. {@link ParserDefaults.maximumPacketSize} if left out.
   */
  maximumPacketSize?: number | undefined;
  /** Whether every rule of the specification is an error when it is broken. {@link ParserDefaults.strict} if left out. */
  strict?: boolean | undefined;
  /**
   * Which payloads, those of Wills and passwords included, are copied: none (`false`), all (`true`), or those of at most so many bytes. What is not copied is a view of the chunk and
   * keeps all of it, usually 64 KiB, in memory for as long as somebody keeps the message. {@link ParserDefaults.copyPayloads} if left out.
   */
  copyPayloads?: boolean | number | undefined;
}

/** What holds for parsers that are made from now on and are not told otherwise, in this copy of the package. */
export interface ParserDefaults {
  /** 67,108,864 bytes (64 MiB). */
  maximumPacketSize: number;
  /** `false`: what brokers and clients answer for themselves passes. See `docs/migrating-from-mqtt-packet.md`. */
  strict: boolean;
  /** `false`. */
  copyPayloads: boolean | number;
}

export const DEFAULTS: ParserDefaults = {
  maximumPacketSize: 67_108_864,
  strict: false,
  copyPayloads: false,
};

/** The options that hold from the beginning to the end. */
export interface FixedOptions {
  readonly maximumPacketSize: number;
  readonly strict: boolean;
  /** Bytes of the longest payload that is copied; -1: none. */
  readonly copyUpTo: number;
}

function copyUpTo(value: unknown): number {
  if (value === true) return Number.MAX_SAFE_INTEGER;
  if (value === false) return -1;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new TypeError('option copyPayloads must be a boolean or a number of bytes');
}

const RESOLVED = new Map<string, FixedOptions>();

/** Throws a `TypeError` or `RangeError` that names the option at fault. Parsers with the same options share them. */
export function fixedOptions(options: ParserOptions): FixedOptions {
  const resolved = {
    maximumPacketSize: packetSize(
      'maximumPacketSize',
      options.maximumPacketSize ?? DEFAULTS.maximumPacketSize,
    ),
    strict: boolean('strict', options.strict ?? DEFAULTS.strict),
    copyUpTo: copyUpTo(options.copyPayloads ?? DEFAULTS.copyPayloads),
  };
  const key = Object.values(resolved).join();
  const known = RESOLVED.get(key);
  if (known !== undefined) return known;
  if (RESOLVED.size === 64) RESOLVED.clear();
  RESOLVED.set(key, resolved);
  return resolved;
}
