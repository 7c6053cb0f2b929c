/** The options of an encoder: what they are, and what they may be. */
import { boolean, oneOf, optionsObject, peerPacketSize, uint16 } from '../options.js';
import {
  MAXIMUM_FRAME_LENGTH,
  PROTOCOL_VERSIONS,
  type ProtocolVersion,
  type Role,
} from '../protocol/packet-types.js';

/** What the peer has told in its CONNECT or CONNACK. */
export interface PeerLimits {
  /**
   * Bytes of the largest frame to make, fixed header included (1 to 4,294,967,295; 268,435,460, which is the
   * largest there can be, by default): the Maximum Packet Size of the peer. Acknowledgements, CONNACK, DISCONNECT
   * and AUTH of MQTT 5.0 that take more lose their User Properties, then their Reason String. What is still larger
   * is refused with `ERR_MQTT_PACKET_TOO_LARGE`.
   */
  readonly maximumPacketSize?: number | undefined;
  /**
   * Whether the Client has asked for no problem information (3.1.2-29): a Server leaves out the Reason String and
   * the User Properties of every packet but CONNACK, PUBLISH and DISCONNECT. `false` if left out.
   */
  readonly omitDiagnostics?: boolean | undefined;
  /**
   * The Topic Alias Maximum of the peer, 0 to 65,535, which is 0 where the peer has not said any: a larger
   * Topic Alias is refused with `ERR_MQTT_TOPIC_ALIAS_TOO_LARGE`. Not checked if left out.
   */
  readonly topicAliasMaximum?: number | undefined;
}

/** Options of an encoder. */
export interface EncoderOptions extends PeerLimits {
  /**
   * The version whose packets are made: 3 (MQTT 3.1), 4 (MQTT 3.1.1), 5 (MQTT 5.0), or `auto` (the default): that of
   * the last CONNECT that was encoded, and 4 before. A Server, which encodes no CONNECT, sets
   * `encoder.protocolVersion` to what its decoder has learnt.
   */
  readonly protocolVersion?: 'auto' | ProtocolVersion | undefined;
  /**
   * Whose encoder it is. What only the other side may send is refused: packets, properties, reason
   * codes. `any` (the default): all that a side may send is encoded.
   */
  readonly role?: Role | undefined;
  /**
   * Whether the encoder gives topics of MQTT 5.0 an alias by itself: as many as `topicAliasMaximum` says, so none
   * until the peer has told. It remembers up to as many topics. All that is encoded must then be sent, in the order in which it was
   * encoded, on one connection. `false` if left out.
   */
  readonly assignTopicAliases?: boolean | undefined;
  /**
   * Whether DISCONNECT may have the reason code 0x8C, Bad authentication method, which one table of the
   * specification lists for it and another does not. The risk: to a strict peer it is a Protocol
   * Error, so the peer sees that instead of the reason. `false` if left out.
   */
  readonly sendDoubtfulReasonCodes?: boolean | undefined;
}

/** The names of all options of an encoder. */
const OPTION_NAMES: readonly (keyof EncoderOptions)[] = [
  'protocolVersion',
  'role',
  'maximumPacketSize',
  'omitDiagnostics',
  'topicAliasMaximum',
  'assignTopicAliases',
  'sendDoubtfulReasonCodes',
];

/** The limits with all that was left out. */
export interface CheckedLimits {
  readonly maximumPacketSize: number;
  readonly omitDiagnostics: boolean;
  readonly topicAliasMaximum: number | undefined;
}

/** The options with all that was left out. */
export interface CheckedOptions extends CheckedLimits {
  readonly protocolVersion: 'auto' | ProtocolVersion;
  readonly role: Role;
  readonly assignTopicAliases: boolean;
  readonly sendDoubtfulReasonCodes: boolean;
}

/** Checks a version; throws a `RangeError`. */
export function protocolVersionOf(value: unknown): ProtocolVersion {
  return oneOf('protocolVersion', value, PROTOCOL_VERSIONS);
}

function checkedLimits(limits: PeerLimits): CheckedLimits {
  const {
    maximumPacketSize = MAXIMUM_FRAME_LENGTH,
    omitDiagnostics = false,
    topicAliasMaximum,
  } = limits;
  return {
    maximumPacketSize: peerPacketSize('maximumPacketSize', maximumPacketSize),
    omitDiagnostics: boolean('omitDiagnostics', omitDiagnostics),
    topicAliasMaximum:
      topicAliasMaximum === undefined ? undefined : uint16('topicAliasMaximum', topicAliasMaximum),
  };
}

/** Checks what the peer has told; throws a `TypeError` or `RangeError` that names what is at fault. */
export function checkLimits(limits: PeerLimits): CheckedLimits {
  const names = ['maximumPacketSize', 'omitDiagnostics', 'topicAliasMaximum'];
  return checkedLimits(optionsObject(limits, names));
}

/** Checks the options; throws a `TypeError` or `RangeError` that names the one at fault. */
export function checkOptions(options: EncoderOptions): CheckedOptions {
  const {
    protocolVersion = 'auto',
    role = 'any',
    assignTopicAliases = false,
    sendDoubtfulReasonCodes = false,
  } = optionsObject(options, OPTION_NAMES);
  return {
    ...checkedLimits(options),
    protocolVersion: oneOf('protocolVersion', protocolVersion, ['auto', ...PROTOCOL_VERSIONS]),
    role: oneOf('role', role, ['client', 'server', 'any'] as const),
    assignTopicAliases: boolean('assignTopicAliases', assignTopicAliases),
    sendDoubtfulReasonCodes: boolean('sendDoubtfulReasonCodes', sendDoubtfulReasonCodes),
  };
}
