/**
 * What passes unless the option `strict` is set, because brokers and clients have answers to it, which they could not give if the parser
 * refused the packet. `docs/migrating-from-mqtt-packet.md` lists it.
 *
 * Behind what passes in a packet may be something that does not. So what passes is mended in a copy of the frame, which is then looked at again.
 */
import type { ErrorCode, MqttError } from '../errors.js';
import { PACKET_TYPE } from '../protocol/packet-types.js';
import { PROPERTIES } from '../protocol/properties.js';

/** So many faults of a packet are mended; one that has more is refused. */
export const MOST_MENDED = 16;

/**
 * Mends the fault that `frame` has at its byte `at`. Returns whether it has done so; `undefined`: the fault does not pass. What passes and cannot be
 * mended is the last that is looked at.
 */
type Mend = (frame: Uint8Array, at: number, fault: MqttError) => boolean | undefined;

const { receiveMaximum, subscriptionIdentifier, maximumQoS, willDelayInterval, userProperties } =
  PROPERTIES;

const MENDS: Readonly<Partial<Record<ErrorCode, Mend>>> = {
  ERR_MQTT_PACKET_IDENTIFIER: (frame, at) => write(frame, at, 0, 1),
  ERR_MQTT_TOPIC_NAME_WILDCARD: (frame) => {
    if (typeOf(frame) !== PACKET_TYPE.PUBLISH) return undefined;
    const start = bodyOf(frame) + 2;
    const end = start + bigEndian16(frame, start - 2);
    for (let at = start; at < end; at++) {
      if (frame[at] === 0x23 || frame[at] === 0x2b) frame[at] = 0x78;
    }
    return true;
  },
  ERR_MQTT_PROTOCOL_NAME: mendProtocolLevel,
  ERR_MQTT_PROTOCOL_LEVEL: mendProtocolLevel,
  // A Clean Session may have no Client Identifier; MQTT 3.1 has none such.
  ERR_MQTT_CLIENT_IDENTIFIER: (frame) => {
    const flags = levelOf(frame) + 1;
    if (((frame[flags] as number) & 2) !== 0) return false;
    return write(frame, flags, (frame[flags] as number) | 2);
  },
  ERR_MQTT_CONNACK_OF_MQTT_3: () => false,
  // Brokers have return codes of their own.
  ERR_MQTT_CONNECT_RETURN_CODE: (frame, at) => write(frame, at, 0),
  // A CONNACK of MQTT 5.0 without reason code and properties: Success.
  ERR_MQTT_PACKET_LENGTH: (frame, _, { protocolVersion }) =>
    typeOf(frame) === PACKET_TYPE.CONNACK && protocolVersion === 5 && frame.length === 3
      ? false
      : undefined,
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
  ERR_MQTT_AUTHENTICATION_DATA_WITHOUT_METHOD: () => false,
};

/** Mends a fault of the frame, which begins at `begin` in the stream: see {@link Mend}. */
export function mend(fault: MqttError, frame: Uint8Array, begin: number): boolean | undefined {
  return MENDS[fault.code]?.(frame, (fault.offset as number) - begin, fault);
}

function write(frame: Uint8Array, at: number, ...bytes: number[]): true {
  frame.set(bytes.slice(0, Math.max(0, frame.length - at)), at);
  return true;
}

function typeOf(frame: Uint8Array): number {
  return (frame[0] as number) >> 4;
}

function bodyOf(frame: Uint8Array): number {
  let body = 2;
  while ((frame[body - 1] as number) >= 0x80) body++;
  return body;
}

function bigEndian16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** Where the Protocol Level of a CONNECT is. */
function levelOf(frame: Uint8Array): number {
  const body = bodyOf(frame);
  return body + 2 + bigEndian16(frame, body);
}

/** Gives the Protocol Name the level that goes with it, if the rest of the CONNECT is the same there. */
function mendProtocolLevel(frame: Uint8Array): boolean {
  const at = levelOf(frame);
  const isMqtt31 = at - bodyOf(frame) === 8;
  const level = frame[at] as number;
  const version = level & 0x7f;
  if (isMqtt31 && version === 4) return write(frame, at, 3);
  if (isMqtt31 || version === level) return !isMqtt31 && version === 3 && write(frame, at, 4);
  return write(frame, at, version === 3 ? 4 : version);
}
