/**
 * What scanning leaves alone, looked at as soon as a scan is done, row by row: bodies that are not scanned,
 * Topic Aliases, payloads that are said to be text. The first error takes its row away, and all behind it.
 */
import {
  COLUMN_BODY,
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PAYLOAD,
  COLUMN_START,
  COLUMN_TOPIC_ID,
  COLUMN_TOPIC_LENGTH,
  ROW_IS_MQTT_5,
  ROW_PAYLOAD_IS_TEXT,
  ROW_WORDS,
  TOPIC_ALIAS_SHIFT,
} from '../../assembly/layout.js';
import { MqttError } from '../errors.js';
import {
  decodedTypes,
  PACKET_TYPE,
  type PacketType,
  packetTypeName,
  variableByteIntegerLength,
} from '../protocol/packet-types.js';
import type { TopicMap } from '../topic-map.js';
import type { Connection } from './connection.js';
import { decodeControl } from './control.js';
import type { Draft } from './draft.js';
import { isUtf8 } from './payload-text.js';
import { topicAt } from './publish.js';

/** Rows of a frame table, and the bytes that they point into. */
export interface Rows {
  readonly table: Int32Array;
  readonly bytes: Uint8Array;
  /** Offset of the first of `bytes` in the stream. */
  readonly streamOffset: number;
  readonly topicNames: TopicMap<string>;
}

/** Looks at the rows of the draft from row `from` on. */
export function lookAtRows(rows: Rows, from: number, connection: Connection, draft: Draft): void {
  const types = decodedTypes(connection.protocolVersion);
  for (let index = from; index < draft.rows; index++) {
    const first = rows.table[index * ROW_WORDS + COLUMN_FIRST_BYTE] as number;
    const type = (first >> 4) & 0x0f;
    if (type === PACKET_TYPE.PUBLISH) lookAtPublish(rows, index, connection, draft);
    else if (((types >> type) & 1) === 0 || (first & ROW_IS_MQTT_5) !== 0) continue;
    else decode(type, rows, index, connection, draft);
  }
}

/** Whether the payload of a PUBLISH must be UTF-8. */
export function payloadMustBeText(
  { table }: Rows,
  index: number,
  { options }: Connection,
): boolean {
  const first = table[index * ROW_WORDS + COLUMN_FIRST_BYTE] as number;
  return options.checkPayloadFormat && (first & ROW_PAYLOAD_IS_TEXT) !== 0;
}

/**
 * What the Topic Alias of a PUBLISH stands for, if there is one and it is to be looked up. If it stands for
 * nothing, the draft ends in an error.
 */
export function topicOfAlias(
  { table, bytes, streamOffset, topicNames }: Rows,
  index: number,
  connection: Connection,
  draft: Draft,
): string | undefined {
  const row = index * ROW_WORDS;
  const alias = (table[row + COLUMN_TOPIC_LENGTH] as number) >>> TOPIC_ALIAS_SHIFT;
  if (alias === 0 || !connection.options.resolveTopicAliases) return undefined;
  const own = topicAt(table, row, bytes, topicNames);
  const number = table[row + COLUMN_TOPIC_ID] as number;
  const found = connection.resolveTopicAlias(alias, { topic: own, number });
  if (found !== undefined) {
    table[row + COLUMN_TOPIC_ID] = found.number;
    return found.topic;
  }
  const offset = streamOffset + (table[row + COLUMN_BODY] as number);
  draft.failAt(index, connection.error('ERR_MQTT_TOPIC_ALIAS_UNKNOWN', 'PUBLISH', offset));
  return undefined;
}

function lookAtPublish(rows: Rows, index: number, connection: Connection, draft: Draft): void {
  const { table, bytes, streamOffset } = rows;
  const topic = topicOfAlias(rows, index, connection, draft);
  if (topic !== undefined) draft.setTopic(index, topic);
  if (draft.error !== undefined || !payloadMustBeText(rows, index, connection)) return;
  const row = index * ROW_WORDS;
  const start = table[row + COLUMN_PAYLOAD] as number;
  if (!isUtf8(bytes.subarray(start, table[row + COLUMN_END] as number))) {
    const error = connection.error('ERR_MQTT_PAYLOAD_FORMAT', 'PUBLISH', streamOffset + start);
    draft.failAt(index, error);
  }
}

/** Decodes the body of a packet that scanning does not. */
function decode(
  type: number,
  rows: Rows,
  index: number,
  connection: Connection,
  draft: Draft,
): void {
  const { table, bytes, streamOffset } = rows;
  const { options, limits, sender, protocolVersion } = connection;
  const row = index * ROW_WORDS;
  try {
    const packet = decodeControl(
      {
        packetType: packetTypeName(type) as PacketType,
        bytes,
        start: table[row + COLUMN_BODY] as number,
        end: table[row + COLUMN_END] as number,
        streamOffset,
        rules: limits.rules,
        protocolVersion,
        sender,
        maximumPropertyLength: limits.maximumListPacketSize,
        checkPayloadFormat: options.checkPayloadFormat,
      },
      options.protocolVersion === 'auto' ? undefined : options.protocolVersion,
    );
    if (packet.type === 'CONNECT') {
      connection.connected(packet.protocolLevel);
      checkLengthOfConnect(rows, row, connection);
    }
    draft.setPacket(index, packet);
  } catch (error) {
    if (!(error instanceof MqttError)) throw error;
    draft.failAt(index, error);
  }
}

/** The Remaining Length of a CONNECT was read before its version was known, which may be strict about it. */
function checkLengthOfConnect(
  { table, streamOffset }: Rows,
  row: number,
  connection: Connection,
): void {
  if (connection.protocolVersion !== 5 || connection.options.minimalRemainingLength === false) {
    return;
  }
  const body = table[row + COLUMN_BODY] as number;
  const lengthBytes = body - (table[row + COLUMN_START] as number) - 1;
  const length = (table[row + COLUMN_END] as number) - body;
  if (lengthBytes === variableByteIntegerLength(length)) return;
  const offset = streamOffset + body - 1;
  throw connection.error('ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL', 'CONNECT', offset);
}
