/** What a decoder can be told, and what it is told when nobody says anything. */
import { boolean, oneOf, optionsObject, packetSize } from '../options.js';
import { MAXIMUM_FRAME_LENGTH, type ProtocolVersion, type Role } from '../protocol/packet-types.js';
import { SCANNER_CHOICES, type ScannerChoice } from '../scanner/choose.js';

/** Options of a decoder. Every one may be left out. */
export interface DecoderOptions {
  /**
   * Whose decoder it is. A `server` reads what a Client sends, a `client` what a Server sends,
   * and packets that flow only the other way are errors; `any` (the default) takes both, as an
   * observer on the wire would.
   */
  readonly role?: Role | undefined;
  /**
   * The version of the protocol: 3 is MQTT 3.1, 4 is MQTT 3.1.1. `auto` (the default) takes it from
   * the CONNECT and reads as 3.1.1 where none has come. A number refuses a CONNECT of any other.
   */
  readonly protocolVersion?: 'auto' | ProtocolVersion | undefined;
  /**
   * Bytes of the largest packet to accept, fixed header included (2 to 268,435,460, the default,
   * which is the largest there can be). A larger one is refused as soon as its length is known.
   */
  readonly maximumPacketSize?: number | undefined;
  /**
   * The same for a Client that has not sent its CONNECT yet, who therefore nobody knows: 65,536 by
   * default. Only where `state` is `expectConnect`; never more than `maximumPacketSize`.
   */
  readonly maximumConnectPacketSize?: number | undefined;
  /**
   * The same for SUBSCRIBE, SUBACK and UNSUBSCRIBE, whose lists take many times the memory of their
   * bytes once they are decoded: 1,048,576 by default; never more than `maximumPacketSize`.
   */
  readonly maximumListPacketSize?: number | undefined;
  /**
   * Where the connection stands. `expectConnect` (the default of role `server`): the first packet
   * must be a CONNECT, and no other one may follow. `open`: the CONNECT has been, so there may
   * be none. `unchecked` (the default of the other roles): CONNECT may come at any time.
   */
  readonly state?: 'expectConnect' | 'open' | 'unchecked' | undefined;
  /**
   * What to do with control characters and non-characters in text, which section 1.5.3 discourages
   * and lets a receiver refuse: `allow` (the default) or `reject`.
   */
  readonly text?: 'allow' | 'reject' | undefined;
  /**
   * Whether a Remaining Length that takes more bytes than it needs is an error. MQTT 3.1.1 does
   * not say so; `false` is the default.
   */
  readonly minimalRemainingLength?: boolean | undefined;
  /** The scanner: `auto` (the default) is the fastest that this engine runs. */
  readonly scanner?: ScannerChoice | undefined;
}

/** The options with everything that was left out. */
export type ResolvedDecoderOptions = {
  readonly [Name in keyof DecoderOptions]-?: NonNullable<DecoderOptions[Name]>;
};

/** The names of all options. */
export const OPTION_NAMES: readonly (keyof DecoderOptions)[] = [
  'role',
  'protocolVersion',
  'maximumPacketSize',
  'maximumConnectPacketSize',
  'maximumListPacketSize',
  'state',
  'text',
  'minimalRemainingLength',
  'scanner',
];

function version(value: unknown): 'auto' | ProtocolVersion {
  if (value === 5) {
    throw new RangeError('option protocolVersion: MQTT 5.0 is not supported yet; use auto, 3 or 4');
  }
  return oneOf('protocolVersion', value, ['auto', 3, 4] as const);
}

/** Fills in what was left out. Throws a `TypeError` or `RangeError` that names the option at fault. */
export function resolveDecoderOptions(options: DecoderOptions): ResolvedDecoderOptions {
  optionsObject(options, OPTION_NAMES);
  const role = oneOf('role', options.role ?? 'any', ['server', 'client', 'any'] as const);
  const state = oneOf(
    'state',
    options.state ?? (role === 'server' ? 'expectConnect' : 'unchecked'),
    ['expectConnect', 'open', 'unchecked'] as const,
  );
  if (role === 'client' && state === 'expectConnect') {
    throw new RangeError("option state: 'expectConnect' does not go with role 'client'");
  }
  const maximumPacketSize = packetSize(
    'maximumPacketSize',
    options.maximumPacketSize ?? MAXIMUM_FRAME_LENGTH,
  );
  return {
    role,
    state,
    minimalRemainingLength: boolean(
      'minimalRemainingLength',
      options.minimalRemainingLength ?? false,
    ),
    maximumPacketSize,
    maximumConnectPacketSize: Math.min(
      maximumPacketSize,
      packetSize('maximumConnectPacketSize', options.maximumConnectPacketSize ?? 65_536),
    ),
    maximumListPacketSize: Math.min(
      maximumPacketSize,
      packetSize('maximumListPacketSize', options.maximumListPacketSize ?? 1_048_576),
    ),
    protocolVersion: version(options.protocolVersion ?? 'auto'),
    text: oneOf('text', options.text ?? 'allow', ['allow', 'reject'] as const),
    scanner: oneOf('scanner', options.scanner ?? 'auto', SCANNER_CHOICES),
  };
}
