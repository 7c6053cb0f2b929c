/** What a connection allows at the moment, as the scanners want it. */
import {
  RULE_ANY_BYTES_IN_TEXT,
  RULE_FROM_CLIENT,
  RULE_FROM_SERVER,
  RULE_MINIMAL_REMAINING_LENGTH,
  RULE_NO_DISCOURAGED_CHARACTERS,
  RULE_NO_RETAIN,
  RULE_SHOW_TEXT_PAYLOADS,
  RULE_SHOW_TOPIC_ALIASES,
  RULE_TABLE_SHIFT,
} from '../../assembly/layout.js';
import { publishFlags, tableNumberOf } from '../protocol/first-byte.js';
import {
  allowedTypes,
  MAXIMUM_CONNECT_LENGTH,
  PACKET_TYPE,
  type ProtocolVersion,
  senderTo,
} from '../protocol/packet-types.js';
import type { ScanLimits } from '../scanner/scanner.js';
import type { ResolvedDecoderOptions } from './options.js';
import { LONGEST_FIXED_HEADER } from './unfinished-frame.js';

const CONNECT_ONLY = 1 << PACKET_TYPE.CONNECT;

/** The limits by what they follow from: connections with the same options share them. */
const LIMITS = new WeakMap<ResolvedDecoderOptions, Map<string, ScanLimits>>();

/**
 * The limits of a connection with these options, of which `version` is known so far (`undefined`: nothing);
 * `isConnected`: its CONNECT has been.
 */
export function scanLimits(
  options: ResolvedDecoderOptions,
  version: ProtocolVersion | undefined,
  isConnected: boolean,
): ScanLimits {
  let all = LIMITS.get(options);
  if (all === undefined) {
    all = new Map();
    LIMITS.set(options, all);
  }
  const key = `${version} ${isConnected}`;
  let limits = all.get(key);
  if (limits === undefined) {
    limits = makeLimits(options, version, isConnected);
    all.set(key, limits);
  }
  return limits;
}

function makeLimits(
  options: ResolvedDecoderOptions,
  version: ProtocolVersion | undefined,
  isConnected: boolean,
): ScanLimits {
  const { state, minimalRemainingLength = version === 5 } = options;
  const sender = senderTo(options.role);
  const expectsConnect = state === 'expectConnect' && !isConnected;
  const types = allowedTypes(sender, version);
  const maximumPacketSize = expectsConnect
    ? options.maximumConnectPacketSize
    : options.maximumPacketSize;
  const maximumListPacketSize = Math.min(options.maximumListPacketSize, maximumPacketSize);
  const allowed = expectsConnect
    ? CONNECT_ONLY
    : state === 'unchecked'
      ? types
      : types & ~CONNECT_ONLY;
  const maximumQoS = version === 5 ? options.maximumQoS : 2;
  const forbidsRetain = version === 5 && !options.retainAvailable;
  const mayPublish = ((allowed >> PACKET_TYPE.PUBLISH) & 1) !== 0;
  return {
    allowedTypes: allowed,
    maximumPacketSize,
    maximumListPacketSize,
    // Longer ones end in an error when their bytes are there, so their bytes need not come.
    maximumConnectSize: Math.min(
      maximumPacketSize,
      options.largestConnect,
      LONGEST_FIXED_HEADER + MAXIMUM_CONNECT_LENGTH + 2 * (4 + maximumListPacketSize),
    ),
    topicAliasMaximum: options.topicAliasMaximum,
    maximumQoS,
    publishFlags: mayPublish ? publishFlags(maximumQoS, !forbidsRetain) : 0,
    publishPartsAbove: options.publishPartsAbove,
    rules:
      (minimalRemainingLength ? RULE_MINIMAL_REMAINING_LENGTH : 0) |
      (options.text === 'reject' ? RULE_NO_DISCOURAGED_CHARACTERS : 0) |
      (options.utf8 === 'off' ? RULE_ANY_BYTES_IN_TEXT : 0) |
      (sender === 'client' ? RULE_FROM_CLIENT : 0) |
      (sender === 'server' ? RULE_FROM_SERVER : 0) |
      (forbidsRetain ? RULE_NO_RETAIN : 0) |
      (options.resolveTopicAliases ? RULE_SHOW_TOPIC_ALIASES : 0) |
      (options.checkPayloadFormat ? RULE_SHOW_TEXT_PAYLOADS : 0) |
      (tableNumberOf(version) << RULE_TABLE_SHIFT),
  };
}
