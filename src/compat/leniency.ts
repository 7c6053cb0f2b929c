/**
 * What passes unless the option `strict` is set, because brokers and clients have answers to it, which they could not give if the parser
 * refused the packet. `docs/migrating-from-mqtt-packet.md` lists it.
 *
 * Behind what passes in a packet may be something that does not. So what passes is mended in a copy of the frame, which is then looked at again.
 */
import { fixedHeaderLength } from '../decoder/unfinished-frame.js';
import type { ErrorCode } from '../errors.js';
import { PACKET_TYPE } from '../protocol/packet-types.js';
import { PROPERTIES } from '../protocol/properties.js';
import type { Fault } from './verdict.js';

/** `MQTT` behind its length. */
const NAME = [0, 4, 0x4d, 0x51, 0x54, 0x54];

/** So many faults of a packet are mended; one that has more is refused. */
export const MOST_MENDED = 16;

/**
 * Mends the fault that `frame` has at its byte `at`. Returns the frame, which may be a shorter one. `null`: it passes, and nothing can be
 * wrong behind it. `undefined`: it does not pass.
 */
type Mend = (frame: Uint8Array, at: number, version: 4 | 5) => Uint8Array | null | undefined;

const {
  authenticationMethod,
  receiveMaximum,
  subscriptionIdentifier,
  maximumQoS,
  willDelayInterval,
  userProperties,
} = PROPERTIES;

const MENDS: Readonly<Partial<Record<ErrorCode, Mend>>> = {
  ERR_MQTT_PACKET_IDENTIFIER: (frame, at) => write(frame, at, 0, 1),
  ERR_MQTT_TOPIC_NAME_WILDCARD: (frame) => {
    if (typeOf(frame) !== PACKET_TYPE.PUBLISH) return undefined;
    const start = fixedHeaderLength(frame) + 2;
    const end = start + bigEndian16(frame, start - 2);
    for (let at = start; at < end; at++) {
      if (frame[at] === 0x23 || frame[at] === 0x2b) frame[at] = 0x78;
    }
    return frame;
  },
  ERR_MQTT_PROTOCOL_NAME: withName,
  ERR_MQTT_PROTOCOL_LEVEL: withName,
  // A Clean Session may have no Client Identifier, but in MQTT 3.1.
  ERR_MQTT_CLIENT_IDENTIFIER: (frame) => {
    const mended = withName(frame);
    const flags = levelOf(mended) + 1;
    return write(mended, flags, (mended[flags] as number) | 2);
  },
  ERR_MQTT_CONNACK_OF_MQTT_3: () => null,
  // Brokers have return codes of their own.
  ERR_MQTT_CONNECT_RETURN_CODE: (frame, at) => write(frame, at, 0),
  // A CONNACK of MQTT 5.0 without reason code and properties: Success.
  ERR_MQTT_PACKET_LENGTH: (frame, _, version) =>
    typeOf(frame) === PACKET_TYPE.CONNACK && version === 5 && frame.length === 3 ? null : undefined,
  ERR_MQTT_PROPERTY_VALUE: (frame, at) => {
    switch (frame[at - 1]) {
      case receiveMaximum.identifier:
        return write(frame, at, 0, 1);
      case subscriptionIdentifier.identifier:
        return write(frame, at, 1);
      case maximumQoS.identifier:
        return write(frame, at, 0);
      default:
        return undefined;
    }
  },
  ERR_MQTT_TOPIC_ALIAS_ZERO: (frame, at) => write(frame, at, 0, 1),
  // A Will that is published with all that its CONNECT has said of it. Five bytes, as an empty User Property has.
  ERR_MQTT_PROPERTY_NOT_ALLOWED: (frame, at) =>
    typeOf(frame) === PACKET_TYPE.PUBLISH && frame[at] === willDelayInterval.identifier
      ? write(frame, at, userProperties.identifier, 0, 0, 0, 0)
      : undefined,
  // Becomes a method: text that is as long.
  ERR_MQTT_AUTHENTICATION_DATA_WITHOUT_METHOD: (frame, at) => {
    frame.fill(0x78, at + 3, at + 3 + bigEndian16(frame, at + 1));
    return write(frame, at, authenticationMethod.identifier);
  },
};

/** Mends a fault of the frame, which begins at `begin` in the stream: see {@link Mend}. */
export function mend(
  { code, offset }: Fault,
  frame: Uint8Array,
  begin: number,
  version: 4 | 5,
): Uint8Array | null | undefined {
  return MENDS[code]?.(frame, offset - begin, version);
}

function write(frame: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  frame.set(bytes, at);
  return frame;
}

function typeOf(frame: Uint8Array): number {
  return (frame[0] as number) >> 4;
}

function bigEndian16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** Where the Protocol Level of a CONNECT is. */
function levelOf(frame: Uint8Array): number {
  const body = fixedHeaderLength(frame);
  return body + 2 + bigEndian16(frame, body);
}

/** A CONNECT with the Protocol Name `MQTT`, and the level that goes with it. */
function withName(frame: Uint8Array): Uint8Array {
  const at = levelOf(frame);
  const version = Math.max(4, (frame[at] as number) & 0x7f);
  const rest = frame.subarray(at + 1);
  const length = NAME.length + 1 + rest.length;
  const header: number[] = [frame[0] as number];
  for (let left = length; left > 0; left >>= 7)
    header.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
  const mended = new Uint8Array(header.length + length);
  mended.set([...header, ...NAME, version]);
  mended.set(rest, mended.length - rest.length);
  return mended;
}
