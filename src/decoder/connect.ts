/** CONNECT (section 3.1): Protocol Name, Protocol Level, Connect Flags, Keep Alive, then what the flags announce. */
import { CONNECT_FLAG, WILL_QOS_SHIFT } from '../protocol/connect-flags.js';
import {
  BRIDGE_BIT,
  PROTOCOL_NAME,
  PROTOCOL_VERSIONS,
  type ProtocolVersion,
  type QoS,
} from '../protocol/packet-types.js';
import type { ConnectPacket, Will } from '../protocol/packets.js';
import type { FieldReader } from './field-reader.js';

/** Statements that differ between the versions in nothing but their number. */
const STATEMENTS = {
  mqtt3: { userName: '3.1.2-19', password: '3.1.2-21' },
  mqtt5: { userName: '3.1.2-17', password: '3.1.2-19' },
} as const;

/** Reads a CONNECT; `expected` is the only version to accept, or `undefined` for any. */
export function decodeConnect(
  reader: FieldReader,
  expected: ProtocolVersion | undefined,
): ConnectPacket {
  const { protocolLevel, bridge } = readProtocol(reader, expected);
  reader.protocolVersion = protocolLevel;
  const statements = protocolLevel === 5 ? STATEMENTS.mqtt5 : STATEMENTS.mqtt3;
  const flags = readFlags(reader);
  const isClean = (flags & CONNECT_FLAG.cleanSession) !== 0;
  const keepAlive = reader.uint16();
  const withProperties = reader.properties('CONNECT');
  const clientIdentifierAt = reader.position;
  const clientIdentifier = reader.text('3.1.3-3');
  // MQTT 3.1 knows no empty identifier at all, 3.1.1 asks for a clean session, 5.0 for nothing.
  if (clientIdentifier === '' && (protocolLevel === 3 || (protocolLevel === 4 && !isClean))) {
    const statement = protocolLevel === 3 ? null : undefined;
    reader.fail('ERR_MQTT_CLIENT_IDENTIFIER', clientIdentifierAt, statement);
  }
  const will = (flags & CONNECT_FLAG.will) === 0 ? undefined : readWill(reader, flags);
  const userName =
    (flags & CONNECT_FLAG.userName) === 0 ? undefined : reader.text(statements.userName);
  const password =
    (flags & CONNECT_FLAG.password) === 0 ? undefined : reader.binary(statements.password);
  reader.finish();
  const rest = {
    clientIdentifier,
    ...(will === undefined ? {} : { will }),
    ...(userName === undefined ? {} : { userName }),
    ...(password === undefined ? {} : { password }),
  };
  if (protocolLevel === 5) {
    return {
      type: 'CONNECT',
      protocolName: 'MQTT',
      protocolLevel,
      cleanStart: isClean,
      keepAlive,
      ...withProperties,
      ...rest,
    };
  }
  return {
    type: 'CONNECT',
    protocolName: PROTOCOL_NAME[protocolLevel],
    protocolLevel,
    bridge,
    cleanSession: isClean,
    keepAlive,
    ...rest,
  };
}

function readProtocol(
  reader: FieldReader,
  expected: ProtocolVersion | undefined,
): { protocolLevel: ProtocolVersion; bridge: boolean } {
  const nameAt = reader.position;
  const name = reader.text('3.1.2-1');
  if (name !== PROTOCOL_NAME[3] && name !== PROTOCOL_NAME[4]) {
    reader.fail('ERR_MQTT_PROTOCOL_NAME', nameAt);
  }
  const levelAt = reader.position;
  const byte = reader.uint8();
  const level = byte & ~BRIDGE_BIT;
  const version = PROTOCOL_VERSIONS.find((version) => version === level);
  if (
    version === undefined ||
    PROTOCOL_NAME[version] !== name ||
    (version === 5 && byte !== level) ||
    (expected !== undefined && expected !== version)
  ) {
    return reader.fail('ERR_MQTT_PROTOCOL_LEVEL', levelAt);
  }
  return { protocolLevel: version, bridge: byte !== level };
}

function readFlags(reader: FieldReader): number {
  const at = reader.position;
  const flags = reader.uint8();
  const willQos = (flags >> WILL_QOS_SHIFT) & 3;
  if ((flags & CONNECT_FLAG.reserved) !== 0) reader.fail('ERR_MQTT_CONNECT_RESERVED_FLAG', at);
  if ((flags & CONNECT_FLAG.will) === 0) {
    if (willQos !== 0) reader.fail('ERR_MQTT_WILL_QOS_WITHOUT_WILL', at);
    if ((flags & CONNECT_FLAG.willRetain) !== 0) {
      reader.fail('ERR_MQTT_WILL_RETAIN_WITHOUT_WILL', at);
    }
  }
  if (willQos === 3) reader.fail('ERR_MQTT_INVALID_QOS', at);
  const hasPasswordAlone =
    (flags & CONNECT_FLAG.password) !== 0 && (flags & CONNECT_FLAG.userName) === 0;
  if (hasPasswordAlone && !reader.isMqtt5) {
    reader.fail('ERR_MQTT_PASSWORD_WITHOUT_USER_NAME', at);
  }
  return flags;
}

function readWill(reader: FieldReader, flags: number): Will {
  const withProperties = reader.properties('WILL', '3.1.2-9');
  const topic = reader.topicName('3.1.2-9');
  const isText = withProperties.properties?.payloadFormatIndicator === 1;
  const payload = reader.willPayload(isText, '3.1.2-9');
  return {
    qos: ((flags >> WILL_QOS_SHIFT) & 3) as QoS,
    retain: (flags & CONNECT_FLAG.willRetain) !== 0,
    ...withProperties,
    topic,
    payload,
  };
}
