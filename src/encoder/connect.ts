/** CONNECT (section 3.1). The flags follow from which fields are there, so they cannot contradict them. */
import { CONNECT_FLAG, WILL_QOS_SHIFT } from '../protocol/connect-flags.js';
import { BRIDGE_BIT, PROTOCOL_NAME, type ProtocolVersion } from '../protocol/packet-types.js';
import type { EncodableBytes, EncodableConnectPacket, EncodableWill } from '../protocol/packets.js';
import {
  type BodyEncoder,
  binaryLength,
  flag,
  qosOf,
  refuse,
  textLength,
  topicLength,
  uint16Of,
} from './field-writer.js';

const TYPE = 'CONNECT';

function levelOf(packet: EncodableConnectPacket): ProtocolVersion {
  const { protocolLevel: level = 4 } = packet;
  if (level !== 3 && level !== 4) {
    return refuse('ERR_MQTT_PROTOCOL_LEVEL', TYPE, 'protocolLevel', 'must be 3 or 4');
  }
  const name = PROTOCOL_NAME[level];
  if (packet.protocolName !== undefined && packet.protocolName !== name) {
    const detail = `must be ${name} at protocol level ${level}`;
    return refuse('ERR_MQTT_PROTOCOL_NAME', TYPE, 'protocolName', detail);
  }
  return level;
}

function willOf(packet: EncodableConnectPacket): EncodableWill | undefined {
  const { will } = packet;
  if (will !== undefined && (typeof will !== 'object' || will === null)) {
    return refuse('ERR_MQTT_FIELD_TYPE', TYPE, 'will', 'must be an object');
  }
  return will;
}

function payloadOf({ payload = '' }: EncodableWill): EncodableBytes {
  return payload;
}

function flagsOf(packet: EncodableConnectPacket): number {
  const will = willOf(packet);
  let flags = 0;
  if (flag(TYPE, 'cleanSession', packet.cleanSession, true)) flags |= CONNECT_FLAG.cleanSession;
  if (will !== undefined) {
    flags |=
      CONNECT_FLAG.will |
      (qosOf(TYPE, 'will.qos', will.qos === undefined ? 0 : will.qos) << WILL_QOS_SHIFT);
    if (flag(TYPE, 'will.retain', will.retain, false)) flags |= CONNECT_FLAG.willRetain;
  }
  if (packet.userName !== undefined) flags |= CONNECT_FLAG.userName;
  if (packet.password !== undefined) flags |= CONNECT_FLAG.password;
  return flags;
}

export const connectEncoder: BodyEncoder<EncodableConnectPacket> = {
  length(packet) {
    const { clientIdentifier = '', userName, password } = packet;
    const level = levelOf(packet);
    const will = willOf(packet);
    if (password !== undefined && userName === undefined) {
      refuse('ERR_MQTT_PASSWORD_WITHOUT_USER_NAME', TYPE, 'password');
    }
    let length = 2 + PROTOCOL_NAME[level].length + 4;
    length += textLength(TYPE, 'clientIdentifier', clientIdentifier);
    if (clientIdentifier === '' && (packet.cleanSession === false || level === 3)) {
      refuse('ERR_MQTT_CLIENT_IDENTIFIER', TYPE, 'clientIdentifier');
    }
    if (will !== undefined) {
      length += topicLength(TYPE, 'will.topic', will.topic);
      length += binaryLength(TYPE, 'will.payload', payloadOf(will));
    }
    if (userName !== undefined) length += textLength(TYPE, 'userName', userName);
    if (password !== undefined) length += binaryLength(TYPE, 'password', password);
    return length;
  },

  write(packet, writer) {
    const level = levelOf(packet);
    const bridge = flag(TYPE, 'bridge', packet.bridge, false);
    writer.text('protocolName', PROTOCOL_NAME[level]);
    writer.uint8(bridge ? level | BRIDGE_BIT : level);
    writer.uint8(flagsOf(packet));
    const { keepAlive = 0, clientIdentifier = '', will, userName, password } = packet;
    writer.uint16(uint16Of(TYPE, 'keepAlive', keepAlive));
    writer.text('clientIdentifier', clientIdentifier);
    if (will !== undefined) {
      writer.topicName('will.topic', will.topic);
      writer.binary(payloadOf(will));
    }
    if (userName !== undefined) writer.text('userName', userName);
    if (password !== undefined) writer.binary(password);
  },
};
