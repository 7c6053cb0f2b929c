/** CONNECT (section 3.1). The flags follow from which fields are there, so they cannot contradict them. */
import { CONNECT_FLAG, WILL_QOS_SHIFT } from '../protocol/connect-flags.js';
import { BRIDGE_BIT, PROTOCOL_NAME } from '../protocol/packet-types.js';
import type { EncodableBytes, EncodableConnectPacket, EncodableWill } from '../protocol/packets.js';
import type { BodyEncoder, EncodableProperties, EncodingContext } from './context.js';
import {
  binaryLength,
  flag,
  objectOf,
  qosOf,
  refuse,
  refuseIfPresent,
  textLength,
  topicLength,
  uint16Of,
} from './field-checks.js';
import type { FieldWriter } from './field-writer.js';
import { propertiesLength, propertiesOf, writeProperties } from './properties.js';

function checkProtocolName(context: EncodingContext, packet: EncodableConnectPacket): void {
  const name = PROTOCOL_NAME[context.protocolVersion];
  if (packet.protocolName !== undefined && packet.protocolName !== name) {
    const detail = `must be ${name} at protocol level ${context.protocolVersion}`;
    refuse(context, 'ERR_MQTT_PROTOCOL_NAME', 'protocolName', detail);
  }
}

/** Clean Session, which MQTT 5.0 calls Clean Start and takes half of its meaning from. */
function isClean(context: EncodingContext, packet: EncodableConnectPacket): boolean {
  const { cleanSession, cleanStart } = packet;
  if (context.protocolVersion === 5) {
    refuseIfPresent(context, 'cleanSession', cleanSession);
    return flag(context, 'cleanStart', cleanStart, true);
  }
  refuseIfPresent(context, 'cleanStart', cleanStart);
  return flag(context, 'cleanSession', cleanSession, true);
}

function willOf(
  context: EncodingContext,
  packet: EncodableConnectPacket,
): EncodableWill | undefined {
  return objectOf(context, 'will', packet.will);
}

function willPropertiesOf(
  context: EncodingContext,
  will: EncodableWill,
): EncodableProperties | undefined {
  return propertiesOf(context, 'will.properties', will.properties);
}

function payloadOf({ payload = '' }: EncodableWill): EncodableBytes {
  return payload;
}

function flagsOf(context: EncodingContext, packet: EncodableConnectPacket): number {
  const will = willOf(context, packet);
  let flags = 0;
  if (isClean(context, packet)) flags |= CONNECT_FLAG.cleanSession;
  if (will !== undefined) {
    flags |=
      CONNECT_FLAG.will |
      (qosOf(context, 'will.qos', will.qos === undefined ? 0 : will.qos) << WILL_QOS_SHIFT);
    if (flag(context, 'will.retain', will.retain, false)) flags |= CONNECT_FLAG.willRetain;
  }
  if (packet.userName !== undefined) flags |= CONNECT_FLAG.userName;
  if (packet.password !== undefined) flags |= CONNECT_FLAG.password;
  return flags;
}

function willLength(context: EncodingContext, will: EncodableWill): number {
  const properties = willPropertiesOf(context, will);
  return (
    propertiesLength(context, 'WILL', properties) +
    topicLength(context, 'will.topic', will.topic) +
    binaryLength(context, 'will.payload', payloadOf(will))
  );
}

function writeWill(writer: FieldWriter, will: EncodableWill): void {
  const { context } = writer;
  const properties = willPropertiesOf(context, will);
  writeProperties(writer, 'WILL', properties);
  writer.topicName('will.topic', will.topic);
  writer.binary(payloadOf(will));
}

/** What only MQTT 5.0 allows: no User Name before a Password, and a Server that is asked for an identifier. */
function checkPreconditions(context: EncodingContext, packet: EncodableConnectPacket): void {
  const { clientIdentifier = '', userName, password } = packet;
  if (context.protocolVersion === 5) return;
  if (password !== undefined && userName === undefined) {
    refuse(context, 'ERR_MQTT_PASSWORD_WITHOUT_USER_NAME', 'password');
  }
  if (clientIdentifier === '' && (packet.cleanSession === false || context.protocolVersion === 3)) {
    refuse(context, 'ERR_MQTT_CLIENT_IDENTIFIER', 'clientIdentifier');
  }
}

export const connectEncoder: BodyEncoder<EncodableConnectPacket> = {
  length(packet, properties, context) {
    const { clientIdentifier = '', userName, password } = packet;
    checkProtocolName(context, packet);
    const will = willOf(context, packet);
    checkPreconditions(context, packet);
    let length = 2 + PROTOCOL_NAME[context.protocolVersion].length + 4;
    length += propertiesLength(context, 'CONNECT', properties);
    length += textLength(context, 'clientIdentifier', clientIdentifier);
    if (will !== undefined) length += willLength(context, will);
    if (userName !== undefined) length += textLength(context, 'userName', userName);
    if (password !== undefined) length += binaryLength(context, 'password', password);
    return length;
  },

  write(packet, properties, writer) {
    const { context } = writer;
    const { protocolVersion } = context;
    const bridge = flag(context, 'bridge', packet.bridge, false);
    if (bridge && protocolVersion === 5) refuse(context, 'ERR_MQTT_VERSION_OF_PACKET', 'bridge');
    writer.text('protocolName', PROTOCOL_NAME[protocolVersion]);
    writer.uint8(bridge ? protocolVersion | BRIDGE_BIT : protocolVersion);
    writer.uint8(flagsOf(context, packet));
    const { keepAlive = 0, clientIdentifier = '', will, userName, password } = packet;
    writer.uint16(uint16Of(context, 'keepAlive', keepAlive));
    writeProperties(writer, 'CONNECT', properties);
    writer.text('clientIdentifier', clientIdentifier);
    if (will !== undefined) writeWill(writer, will);
    if (userName !== undefined) writer.text('userName', userName);
    if (password !== undefined) writer.binary(password);
  },
};
