/**
 * What a batch is made of, and what its rows say. A batch, its frames and its cursors share one of these, so that
 * `detach()` holds for all of them.
 */
import {
  COLUMN_BODY,
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  COLUMN_PAYLOAD,
  ROW_IS_MQTT_5,
  ROW_PIECE_SHIFT,
  ROW_WORDS,
} from '../../assembly/layout.js';
import { view, viewOn } from '../bytes.js';
import { MqttError } from '../errors.js';
import { PACKET_TYPE, type PacketType, packetTypeName } from '../protocol/packet-types.js';
import type { AcknowledgementPacket, ControlPacket, PublishPiece } from '../protocol/packets.js';
import { Lease } from '../scanner/lease.js';
import { acknowledgementAt } from './acknowledgement.js';
import { publishAt, type TopicTexts } from './publish.js';
import type { RowMap } from './row-map.js';

export interface BatchContents {
  rows: Int32Array;
  /** Of the frame table that `rows` is, when it was filled; or {@link OWNED}. */
  lease: Lease;
  generation: number;
  readonly length: number;
  /** The bytes that the rows point into. */
  chunk: Uint8Array;
  /** `chunk.buffer` and `chunk.byteOffset`, once they are wanted: asking for them takes longer than making a view. */
  buffer: ArrayBufferLike | undefined;
  byteOffset: number;
  /** Offset of the first byte of `chunk` in the stream. */
  readonly chunkOffset: number;
  /** The frame of row 0 if it began in an earlier chunk: its row points in here instead. */
  joined: Uint8Array | undefined;
  /** Offset of the first byte of `joined` in the stream. */
  readonly joinedOffset: number;
  /** Packets that are decoded already, by row. */
  packets: Pick<RowMap<ControlPacket>, 'get'> | undefined;
  /** Topic Names that a Topic Alias stands for, by row. */
  readonly topics: Pick<RowMap<string>, 'get'> | undefined;
  /** The text of topics by their number. */
  readonly topicNames: TopicTexts;
  readonly error: MqttError | undefined;
}

/** The lease of rows that are a batch's own: it never runs out. */
export const OWNED = new Lease();

/** Throws if the rows are no longer those of the batch. */
export function assertCurrent({ lease, generation }: BatchContents): void {
  if (lease.generation !== generation) throw new MqttError('ERR_MQTT_STALE_BATCH');
}

/** The bytes that row `index` points into. */
export function sourceOf({ joined, chunk }: BatchContents, index: number): Uint8Array {
  return index === 0 && joined !== undefined ? joined : chunk;
}

/** A view of the bytes `start` to `end` that row `index` points to. */
export function viewAt(
  contents: BatchContents,
  index: number,
  start: number,
  end: number,
): Uint8Array {
  const { joined, chunk } = contents;
  if (index === 0 && joined !== undefined) return view(joined, start, end);
  let { buffer } = contents;
  if (buffer === undefined) {
    buffer = chunk.buffer;
    contents.buffer = buffer;
    contents.byteOffset = chunk.byteOffset;
  }
  return viewOn(buffer, contents.byteOffset + start, end - start);
}

/** The payload of row `index`, or what a piece of a PUBLISH has of it: a view. */
export function payloadAt(contents: BatchContents, index: number): Uint8Array {
  const { rows } = contents;
  const row = index * ROW_WORDS;
  return viewAt(
    contents,
    index,
    rows[row + COLUMN_PAYLOAD] as number,
    rows[row + COLUMN_END] as number,
  );
}

/** What `type` may say of a frame, or of a piece of a PUBLISH. */
export type FrameType = PacketType | PublishPiece['type'];

const PIECES: readonly FrameType[] = ['PUBLISH', 'PUBLISH_START', 'PUBLISH_PART', 'PUBLISH_END'];

/** The types by packet type, with the piece above it. */
const FRAME_TYPES: readonly (FrameType | undefined)[] = Array.from({ length: 64 }, (_, index) =>
  (index & 0x0f) === PACKET_TYPE.PUBLISH ? PIECES[index >> 4] : packetTypeName(index & 0x0f),
);

/** The type of a frame by its first column. */
export function typeOf(first: number): FrameType {
  return FRAME_TYPES[
    ((first >> 4) & 0x0f) | ((first >> (ROW_PIECE_SHIFT - 4)) & 0x30)
  ] as FrameType;
}

export function remainingLengthAt({ rows }: BatchContents, index: number): number {
  const row = index * ROW_WORDS;
  // As 32-bit integers: the end of a PUBLISH in parts may lie beyond the chunk.
  return ((rows[row + COLUMN_END] as number) - (rows[row + COLUMN_BODY] as number)) | 0;
}

type EmptyType = 'PINGREQ' | 'PINGRESP' | 'DISCONNECT' | 'AUTH';

/** The packet of row `index`. */
export function packetAt(contents: BatchContents, index: number): ControlPacket {
  const { rows, packets } = contents;
  const decoded = packets?.get(index);
  if (decoded !== undefined) return decoded;
  const row = index * ROW_WORDS;
  const first = rows[row + COLUMN_FIRST_BYTE] as number;
  const type = (first >> 4) & 0x0f;
  if (type === PACKET_TYPE.PUBLISH) {
    const topic = contents.topics?.get(index);
    const payload = payloadAt(contents, index);
    return publishAt(rows, row, sourceOf(contents, index), payload, contents.topicNames, topic);
  }
  const name = packetTypeName(type) as AcknowledgementPacket['type'] | 'UNSUBACK' | EmptyType;
  if (name === 'PINGREQ' || name === 'PINGRESP') return { type: name };
  if (name === 'DISCONNECT' || name === 'AUTH') {
    // Without a body: those that have one are decoded already.
    return (first & ROW_IS_MQTT_5) === 0 ? { type: 'DISCONNECT' } : { type: name, reasonCode: 0 };
  }
  if ((first & ROW_IS_MQTT_5) === 0) {
    return { type: name, packetIdentifier: rows[row + COLUMN_PACKET_IDENTIFIER] as number };
  }
  return acknowledgementAt(
    rows,
    row,
    sourceOf(contents, index),
    name as AcknowledgementPacket['type'],
  );
}
