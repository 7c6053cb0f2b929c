/** What a decoder can be told, and what it is told when nobody says anything. */
import { boolean, oneOf, optionsObject, packetSize, uint16 } from '../options.js';
import {
  MAXIMUM_FRAME_LENGTH,
  PROTOCOL_VERSIONS,
  type ProtocolVersion,
  type QoS,
  type Role,
} from '../protocol/packet-types.js';
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
   * The version of the protocol: 3 is MQTT 3.1, 4 is MQTT 3.1.1, 5 is MQTT 5.0. `auto` (the default)
   * takes it from the CONNECT and reads as 3.1.1 where none has come: a Client, which gets no
   * CONNECT, has to say what it has sent. A number refuses a CONNECT of any other.
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
   * The same for packets that are lists, which take many times the memory of their bytes once they
   * are decoded, and for the properties of all others: 1,048,576 by default; never more than
   * `maximumPacketSize`. Lists are SUBSCRIBE, SUBACK and UNSUBSCRIBE, and in MQTT 5.0 all packets
   * that have properties but CONNECT and PUBLISH.
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
   * Whether text must be well-formed UTF-8: `strict` (the default), or `off` for peers that send other
   * encodings. The risk of `off`: each ill-formed sequence becomes U+FFFD, so different Topic Names or Client
   * Identifiers can become the same, and what is sent on is not what was received. U+0000 and wildcards are
   * refused as ever (MQTT-1.5.3-1, MQTT-1.5.4-1).
   */
  readonly utf8?: 'strict' | 'off' | undefined;
  /**
   * Whether a Remaining Length that takes more bytes than it needs is an error, as MQTT 5.0 says
   * and MQTT 3.1.1 does not; that is the default. `false` relaxes MQTT 5.0, at the risk that two readers
   * of one stream, of which the other is strict, do not agree on where it broke (MQTT-1.5.5-1).
   */
  readonly minimalRemainingLength?: boolean | undefined;
  /**
   * The Topic Alias Maximum that the other side was told, 0 to 65,535 (MQTT 5.0): a larger Topic Alias is an
   * error. Not checked if left out. Where nothing was told, it is 0 (MQTT-3.1.2-26, MQTT-3.2.2-17).
   */
  readonly topicAliasMaximum?: number | undefined;
  /**
   * Whether an empty Topic Name is replaced by the one that its Topic Alias stands for: `false` by default.
   * `true` needs `topicAliasMaximum`. A connection holds that many Topic Names at most, of 65,535 bytes each
   * at most, so small numbers are wise.
   */
  readonly resolveTopicAliases?: boolean | undefined;
  /**
   * The Maximum QoS that Clients were told (MQTT 5.0): a PUBLISH of higher QoS is an error (a Will is the Server's to
   * refuse). 2 by default.
   */
  readonly maximumQoS?: QoS | undefined;
  /** The Retain Available that Clients were told (MQTT 5.0): with `false`, RETAIN is an error. `true` by default. */
  readonly retainAvailable?: boolean | undefined;
  /**
   * Whether a payload, that of a Will included, must be well-formed UTF-8 where the Payload Format Indicator says so (MQTT 5.0, section
   * 3.3.2.3.2), which takes a look at every byte of it. `false` by default.
   */
  readonly checkPayloadFormat?: boolean | undefined;
  /**
   * A PUBLISH of more bytes than this, fixed header included, is not held until it is complete but comes as
   * `PUBLISH_START`, any number of `PUBLISH_PART`, and `PUBLISH_END`, so that payloads of any length pass in
   * constant memory. Its header is held until it is complete: 65,548 bytes and, in MQTT 5.0, `maximumListPacketSize` of
   * properties at most. Left out, every PUBLISH comes whole. Each piece takes some hundred bytes and some time: less
   * than a few KiB is no saving.
   */
  readonly publishPartsAbove?: number | undefined;
  /** The scanner: `auto` (the default) is the fastest that this engine runs. */
  readonly scanner?: ScannerChoice | undefined;
}

/** The options with everything that was left out. */
export type ResolvedDecoderOptions = {
  readonly [Name in Exclude<keyof DecoderOptions, 'minimalRemainingLength'>]-?: NonNullable<
    DecoderOptions[Name]
  >;
} & {
  /** `undefined`: as the version of the protocol says. */
  readonly minimalRemainingLength: boolean | undefined;
  /** Bytes of the largest CONNECT that there is room for, whatever the state of the connection. */
  readonly largestConnect: number;
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
  'utf8',
  'minimalRemainingLength',
  'topicAliasMaximum',
  'resolveTopicAliases',
  'maximumQoS',
  'retainAvailable',
  'checkPayloadFormat',
  'publishPartsAbove',
  'scanner',
];

/** Options by their values: most decoders of a program have the same, and then share them. */
const RESOLVED = new Map<string, ResolvedDecoderOptions>();
/** So many are shared; a program that has more different ones makes some of them again. */
const MOST_SHARED = 64;

function shared(options: ResolvedDecoderOptions): ResolvedDecoderOptions {
  const key = Object.values(options).join();
  const known = RESOLVED.get(key);
  if (known !== undefined) return known;
  if (RESOLVED.size === MOST_SHARED) RESOLVED.clear();
  RESOLVED.set(key, options);
  return options;
}

/**
 * Fills in what was left out. Throws a `TypeError` or `RangeError` that names the option at fault.
 *
 * @param largestConnect bytes of the largest CONNECT that there is room for
 */
export function resolveDecoderOptions(
  options: DecoderOptions,
  largestConnect = MAXIMUM_FRAME_LENGTH,
): ResolvedDecoderOptions {
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
  const maximumQoS = oneOf('maximumQoS', options.maximumQoS ?? 2, [0, 1, 2] as const);
  const retainAvailable = boolean('retainAvailable', options.retainAvailable ?? true);
  // Both are about what Clients send: a Server may send what it does not take.
  if (role === 'client' && (maximumQoS < 2 || !retainAvailable)) {
    const name = retainAvailable ? 'maximumQoS' : 'retainAvailable';
    throw new RangeError(`option ${name}: a limit for Clients does not go with role 'client'`);
  }
  const resolveTopicAliases = boolean('resolveTopicAliases', options.resolveTopicAliases ?? false);
  if (resolveTopicAliases && options.topicAliasMaximum === undefined) {
    throw new TypeError('option resolveTopicAliases needs topicAliasMaximum, the most to hold');
  }
  const maximumPacketSize = packetSize(
    'maximumPacketSize',
    options.maximumPacketSize ?? MAXIMUM_FRAME_LENGTH,
  );
  return shared({
    role,
    state,
    minimalRemainingLength:
      options.minimalRemainingLength === undefined
        ? undefined
        : boolean('minimalRemainingLength', options.minimalRemainingLength),
    maximumPacketSize,
    maximumConnectPacketSize: Math.min(
      maximumPacketSize,
      packetSize('maximumConnectPacketSize', options.maximumConnectPacketSize ?? 65_536),
    ),
    largestConnect,
    maximumListPacketSize: Math.min(
      maximumPacketSize,
      packetSize('maximumListPacketSize', options.maximumListPacketSize ?? 1_048_576),
    ),
    protocolVersion: oneOf('protocolVersion', options.protocolVersion ?? 'auto', [
      'auto',
      ...PROTOCOL_VERSIONS,
    ] as const),
    text: oneOf('text', options.text ?? 'allow', ['allow', 'reject'] as const),
    utf8: oneOf('utf8', options.utf8 ?? 'strict', ['strict', 'off'] as const),
    topicAliasMaximum: uint16('topicAliasMaximum', options.topicAliasMaximum ?? 65_535),
    resolveTopicAliases,
    maximumQoS,
    retainAvailable,
    checkPayloadFormat: boolean('checkPayloadFormat', options.checkPayloadFormat ?? false),
    publishPartsAbove: packetSize(
      'publishPartsAbove',
      options.publishPartsAbove ?? MAXIMUM_FRAME_LENGTH,
    ),
    scanner: oneOf('scanner', options.scanner ?? 'auto', SCANNER_CHOICES),
  });
}
