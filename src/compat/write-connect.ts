/** CONNECT as mqtt-packet takes it. */
import { CONNECT_FLAG, WILL_QOS_SHIFT } from '../protocol/connect-flags.js';
import { BRIDGE_BIT, PACKET_TYPE } from '../protocol/packet-types.js';
import type { FrameWriter } from './frame-writer.js';
import { type Fields, inWords, payloadOf, qosOf, textOrBytes } from './write-fields.js';
import { writeProperties } from './write-properties.js';

function protocolVersionOf({ protocolVersion }: Fields): 3 | 4 | 5 {
  const version = protocolVersion || 4;
  if (version === 3 || version === 4 || version === 5) return version;
  throw new Error('Invalid protocol version');
}

/** The Client Identifier. MQTT 3.1 has no empty one; later versions have it where there is no session to go on with. */
function clientIdOf(packet: Fields, version: number, clean: boolean): string | Uint8Array {
  const clientId = textOrBytes(packet.clientId || '');
  const isGiven = clientId !== undefined && clientId !== '';
  if (version < 4 && !isGiven) throw new Error('clientId must be supplied before 3.1.1');
  if (!clean && !isGiven) throw new Error('clientId must be given if cleanSession set to 0');
  if (clientId === undefined) throw new Error(`Invalid clientId: ${inWords(packet.clientId)}`);
  return clientId;
}

function keepaliveOf(packet: Fields): number {
  const keepalive = packet.keepalive || 0;
  if (typeof keepalive !== 'number' || (keepalive & 0xffff) !== keepalive) {
    throw new Error('Invalid keepalive');
  }
  return keepalive;
}

/** What of the packet the Connect Flags speak of; each field is read once, so that they cannot contradict what follows. */
interface Session {
  readonly clean: boolean;
  readonly will: Fields | undefined;
  readonly willQos: unknown;
  readonly username: unknown;
  readonly password: unknown;
}

function sessionOf({ clean, will, username, password }: Fields): Session {
  const fields = will ? (will as Fields) : undefined;
  return {
    clean: clean === undefined || Boolean(clean),
    will: fields,
    willQos: fields?.qos,
    username,
    password,
  };
}

/** The Connect Flags, if all that they speak of is right. */
function flagsOf({ clean, will, willQos, username, password }: Session): number {
  return (
    (username == null ? 0 : CONNECT_FLAG.userName) |
    (password == null ? 0 : CONNECT_FLAG.password) |
    (will === undefined ? 0 : CONNECT_FLAG.will) |
    (will?.retain ? CONNECT_FLAG.willRetain : 0) |
    ((Number(willQos) & 3) << WILL_QOS_SHIFT) |
    (clean ? CONNECT_FLAG.cleanSession : 0)
  );
}

function writeWill(writer: FrameWriter, { will, willQos }: Session, version: number): void {
  if (will === undefined) return;
  if (typeof will !== 'object') throw new Error('Invalid will');
  const { topic, payload } = will;
  if (!topic || typeof topic !== 'string') throw new Error('Invalid will topic');
  const bytes = payload ? payloadOf(payload) : '';
  if (bytes === undefined) throw new Error('Invalid will payload');
  if (version === 5) writeProperties(writer, will.properties);
  qosOf('will qos', willQos);
  writer.lengthAndBytes('will topic', topic);
  writer.lengthAndBytes('will payload', bytes);
}

/** User Name and Password. MQTT 5.0 allows a password alone. */
function writeCredentials(
  writer: FrameWriter,
  { username, password }: Session,
  version: number,
): void {
  if (username != null) {
    const name = textOrBytes(username);
    if (name === undefined) throw new Error('Invalid username');
    writer.lengthAndBytes('username', name);
  } else if (password != null && version < 5) {
    throw new Error('Username is required to use password');
  }
  if (password != null) {
    const bytes = textOrBytes(password);
    if (bytes === undefined) throw new Error('Invalid password');
    writer.lengthAndBytes('password', bytes);
  }
}

/** The frame. What is wrong with the packet is found in the order in which mqtt-packet finds it. */
export function encodeConnect(writer: FrameWriter, packet: Fields): Buffer {
  const protocolId = textOrBytes(packet.protocolId || 'MQTT');
  if (protocolId === undefined) throw new Error('Invalid protocolId');
  const version = protocolVersionOf(packet);
  const session = sessionOf(packet);
  const clientId = clientIdOf(packet, version, session.clean);
  const keepalive = keepaliveOf(packet);
  writer.begin();
  writer.lengthAndBytes('protocolId', protocolId);
  writer.uint8(packet.bridgeMode ? version | BRIDGE_BIT : version);
  writer.uint8(flagsOf(session));
  writer.uint16(keepalive);
  if (version === 5) writeProperties(writer, packet.properties);
  writer.lengthAndBytes('clientId', clientId);
  writeWill(writer, session, version);
  writeCredentials(writer, session, version);
  return writer.end(PACKET_TYPE.CONNECT << 4);
}
