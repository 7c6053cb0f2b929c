/** Packets of rows: those that say all there is to know. */
import {
  COLUMN_BODY,
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  COLUMN_PAYLOAD,
  COLUMN_TOPIC_LENGTH,
  ROW_HAS_PROPERTIES,
  ROW_IS_MQTT_5,
  TOPIC_LENGTH_MASK,
} from '../../assembly/layout.js';
import { allocate, copyBytes, viewOn } from '../bytes.js';
import { type TopicTexts, topicAt } from '../decoder/publish.js';
import { PACKET_TYPE } from '../protocol/packet-types.js';
import { FrameReader } from './frame-reader.js';
import { COMMANDS, Packet } from './packet.js';

/** Bytes that rows point into. */
export interface Source {
  readonly bytes: Uint8Array;
  /** Their `buffer` and `byteOffset`, which take longer to ask for than a view takes to make. */
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  /** Offset of the first of them in the stream. */
  readonly streamOffset: number;
}

export function sourceOf(bytes: Uint8Array, streamOffset: number): Source {
  return { bytes, buffer: bytes.buffer, byteOffset: bytes.byteOffset, streamOffset };
}

const NO_BYTES = allocate(0);

/** A copy of the bytes `start` to `end` that keeps nothing else in memory. */
export function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (start === end) return NO_BYTES;
  const copy = allocate(end - start);
  copyBytes(bytes, start, end, copy, 0);
  return copy;
}

/** The packet of a row, `undefined` if it takes a closer look; payloads of at most `copyUpTo` bytes are copied. */
export function rowPacket(
  table: Int32Array,
  row: number,
  source: Source,
  topics: TopicTexts,
  copyUpTo: number,
): Packet | undefined {
  const first = table[row + COLUMN_FIRST_BYTE] as number;
  switch ((first >> 4) & 0x0f) {
    case PACKET_TYPE.PUBLISH:
      return publish(table, row, source, topics, copyUpTo);
    case PACKET_TYPE.PUBACK:
    case PACKET_TYPE.PUBREC:
    case PACKET_TYPE.PUBREL:
    case PACKET_TYPE.PUBCOMP:
      return acknowledgement(table, row, source);
    default:
      return undefined;
  }
}

function publish(
  table: Int32Array,
  row: number,
  source: Source,
  topics: TopicTexts,
  copyUpTo: number,
): Packet {
  const { bytes } = source;
  const first = table[row + COLUMN_FIRST_BYTE] as number;
  const body = table[row + COLUMN_BODY] as number;
  const end = table[row + COLUMN_END] as number;
  const start = table[row + COLUMN_PAYLOAD] as number;
  const qos = (first >> 1) & 3;
  const packet = new Packet(
    'publish',
    (first & 1) !== 0,
    qos,
    (first & 8) !== 0,
    end - body,
    topicAt(table, row, bytes, topics),
    end - start > Math.max(copyUpTo, 0)
      ? viewOn(source.buffer, source.byteOffset + start, end - start)
      : copyOf(bytes, start, end),
  );
  if (qos > 0) packet.messageId = table[row + COLUMN_PACKET_IDENTIFIER] as number;
  if ((first & ROW_HAS_PROPERTIES) !== 0) {
    const topicLength = (table[row + COLUMN_TOPIC_LENGTH] as number) & TOPIC_LENGTH_MASK;
    const at = body + 2 + topicLength + (qos > 0 ? 2 : 0);
    packet.properties = new FrameReader(bytes, at, start).properties();
  }
  return packet;
}

function acknowledgement(table: Int32Array, row: number, { bytes }: Source): Packet {
  const first = table[row + COLUMN_FIRST_BYTE] as number;
  const body = table[row + COLUMN_BODY] as number;
  const end = table[row + COLUMN_END] as number;
  const packet = new Packet(
    COMMANDS[(first >> 4) & 0x0f],
    (first & 1) !== 0,
    (first >> 1) & 3,
    (first & 8) !== 0,
    end - body,
  );
  packet.messageId = table[row + COLUMN_PACKET_IDENTIFIER] as number;
  if ((first & ROW_IS_MQTT_5) === 0) return packet;
  packet.reasonCode = end - body > 2 ? bytes[body + 2] : 0;
  if ((first & ROW_HAS_PROPERTIES) !== 0) {
    packet.properties = new FrameReader(bytes, body + 3, end).properties();
  }
  return packet;
}
