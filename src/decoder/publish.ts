/** PUBLISH (section 3.3): the packet, and the parts of it, of a row that has been checked. */
import {
  COLUMN_BODY,
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  COLUMN_PAYLOAD,
  COLUMN_TOPIC_ID,
  COLUMN_TOPIC_LENGTH,
  ROW_HAS_PROPERTIES,
  TOPIC_IS_ASCII,
  TOPIC_LENGTH_MASK,
} from '../../assembly/layout.js';
import { decodeAscii, decodeUtf8 } from '../bytes.js';
import { PACKET_TYPE, type QoS } from '../protocol/packet-types.js';
import type { PublishPacket, PublishProperties } from '../protocol/packets.js';
import type { TopicMap } from '../topic-map.js';
import { propertiesBehind } from './properties.js';

/** The text of topics by their number. */
export type TopicTexts = Pick<TopicMap<string>, 'get' | 'set'>;

/** The PUBLISH of a row with this payload; `topic` is what its Topic Alias stands for, if that has been looked up. */
export function publishAt(
  rows: Int32Array,
  row: number,
  bytes: Uint8Array,
  payload: Uint8Array,
  names: TopicTexts,
  topic: string | undefined,
): PublishPacket {
  const first = rows[row + COLUMN_FIRST_BYTE] as number;
  const retain = (first & 1) !== 0;
  const qos = ((first >> 1) & 3) as QoS;
  const topicName = topic ?? topicAt(rows, row, bytes, names);
  const hasProperties = (first & ROW_HAS_PROPERTIES) !== 0;
  if (qos === 0 && !hasProperties) {
    return { type: 'PUBLISH', topic: topicName, payload, retain, qos, dup: false };
  }
  const properties = hasProperties ? publishPropertiesAt(rows, row, bytes) : undefined;
  if (qos === 0) {
    return {
      type: 'PUBLISH',
      topic: topicName,
      payload,
      retain,
      qos,
      dup: false,
      properties: properties as PublishProperties,
    };
  }
  const dup = (first & 8) !== 0;
  const packetIdentifier = rows[row + COLUMN_PACKET_IDENTIFIER] as number;
  return properties === undefined
    ? { type: 'PUBLISH', topic: topicName, payload, retain, qos, dup, packetIdentifier }
    : {
        type: 'PUBLISH',
        topic: topicName,
        payload,
        retain,
        qos,
        dup,
        packetIdentifier,
        properties,
      };
}

/** The Topic Name, whose text is made once for as long as the topic is in the dictionary. */
export function topicAt(
  rows: Int32Array,
  row: number,
  bytes: Uint8Array,
  names: TopicTexts,
): string {
  const number = rows[row + COLUMN_TOPIC_ID] as number;
  if (number !== 0) {
    const name = names.get(number);
    if (name !== undefined) return name;
  }
  const start = (rows[row + COLUMN_BODY] as number) + 2;
  const end = start + ((rows[row + COLUMN_TOPIC_LENGTH] as number) & TOPIC_LENGTH_MASK);
  const topic =
    ((rows[row + COLUMN_FIRST_BYTE] as number) & TOPIC_IS_ASCII) === 0
      ? decodeUtf8(bytes, start, end)
      : decodeAscii(bytes, start, end);
  if (number !== 0 && end > start) names.set(number, topic);
  return topic;
}

/** The properties, of which there are some: from behind Topic Name and Packet Identifier to the payload. */
export function publishPropertiesAt(
  rows: Int32Array,
  row: number,
  bytes: Uint8Array,
): PublishProperties {
  const topicLength = (rows[row + COLUMN_TOPIC_LENGTH] as number) & TOPIC_LENGTH_MASK;
  const identifierLength = rows[row + COLUMN_PACKET_IDENTIFIER] === 0 ? 0 : 2;
  const at = (rows[row + COLUMN_BODY] as number) + 2 + topicLength + identifierLength;
  return propertiesBehind(bytes, at, rows[row + COLUMN_PAYLOAD] as number, PACKET_TYPE.PUBLISH);
}
