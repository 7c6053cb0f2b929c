/**
 * The packets of a batch whose rows went somewhere else: those that a decoder makes right after the scan, made once more, from
 * bytes that are known to be good, when the first of them is asked for.
 */
import {
  COLUMN_BODY,
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PAYLOAD,
  ROW_IS_END,
  ROW_IS_MQTT_5,
  ROW_IS_PART,
  ROW_IS_START,
  ROW_PIECE_MASK,
  ROW_WORDS,
} from '../../assembly/layout.js';
import {
  decodedTypes,
  PACKET_TYPE,
  type PacketType,
  type ProtocolVersion,
  packetTypeName,
  type Side,
} from '../protocol/packet-types.js';
import type { ControlPacket } from '../protocol/packets.js';
import { type BatchContents, payloadAt, sourceOf } from './contents.js';
import { decodeControl } from './control.js';
import { publishAt } from './publish.js';
import { RowMap } from './row-map.js';

/** What was known of the connection when the first frame of the batch came. */
export interface PacketFacts {
  readonly protocolVersion: ProtocolVersion | undefined;
  readonly sender: Side | undefined;
  /** The `RULE_*` bits. */
  readonly rules: number;
  /** The most bytes that properties may take. */
  readonly maximumPropertyLength: number;
}

const NO_BYTES = new Uint8Array(0);

/** The packets of a batch, to be its `packets`. */
export class LaterPackets {
  readonly #contents: BatchContents;
  readonly #facts: PacketFacts;
  #packets: RowMap<ControlPacket> | undefined;

  /** @param contents of the batch; nothing of them is read before a packet is asked for */
  constructor(contents: BatchContents, facts: PacketFacts) {
    this.#contents = contents;
    this.#facts = facts;
  }

  get(index: number): ControlPacket | undefined {
    this.#packets ??= packetsOf(this.#contents, this.#facts);
    return this.#packets.get(index);
  }
}

/** All of them in order, for a CONNECT changes what is behind it. */
function packetsOf(contents: BatchContents, facts: PacketFacts): RowMap<ControlPacket> {
  const { rows, length } = contents;
  const packets = new RowMap<ControlPacket>();
  let { protocolVersion } = facts;
  let types = decodedTypes(protocolVersion);
  for (let index = 0; index < length; index++) {
    const row = index * ROW_WORDS;
    const first = rows[row + COLUMN_FIRST_BYTE] as number;
    const type = (first >> 4) & 0x0f;
    if (type === PACKET_TYPE.PUBLISH) {
      const piece = pieceAt(contents, index);
      if (piece !== undefined) packets.set(index, piece);
      continue;
    }
    if (((types >> type) & 1) === 0 || (first & ROW_IS_MQTT_5) !== 0) continue;
    const body = {
      ...facts,
      packetType: packetTypeName(type) as PacketType,
      bytes: sourceOf(contents, index),
      start: rows[row + COLUMN_BODY] as number,
      end: rows[row + COLUMN_END] as number,
      streamOffset: 0,
      protocolVersion,
      // That has been looked at.
      checkPayloadFormat: false,
    };
    const packet = decodeControl(body, undefined);
    if (packet.type === 'CONNECT') {
      protocolVersion = packet.protocolLevel;
      types = decodedTypes(protocolVersion);
    }
    packets.set(index, packet);
  }
  return packets;
}

/** The piece of a PUBLISH that comes in parts, if the row is one. */
function pieceAt(contents: BatchContents, index: number): ControlPacket | undefined {
  const { rows, topicNames } = contents;
  const row = index * ROW_WORDS;
  switch ((rows[row + COLUMN_FIRST_BYTE] as number) & ROW_PIECE_MASK) {
    case ROW_IS_START: {
      const bytes = sourceOf(contents, index);
      const topic = contents.topics?.get(index);
      const { payload: _, ...fields } = publishAt(rows, row, bytes, NO_BYTES, topicNames, topic);
      const end = rows[row + COLUMN_END] as number;
      const payloadLength = (end - (rows[row + COLUMN_PAYLOAD] as number)) | 0;
      return { ...fields, type: 'PUBLISH_START', payloadLength };
    }
    case ROW_IS_PART:
      return { type: 'PUBLISH_PART', payload: payloadAt(contents, index) };
    case ROW_IS_END:
      return { type: 'PUBLISH_END' };
    default:
      return undefined;
  }
}
