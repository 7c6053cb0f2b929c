/** The scanners alone: chunks of whole frames to the rows of the frame table. */
import {
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  COLUMN_PAYLOAD,
  RESULT_ROWS,
  RESULT_STATUS,
  ROW_WORDS,
  STATUS_DONE,
} from '../assembly/layout.js';
import { scanLimits } from '../src/decoder/limits.js';
import { resolveDecoderOptions } from '../src/decoder/options.js';
import { topicAt } from '../src/decoder/publish.js';
import type { Scanner } from '../src/scanner/scanner.js';
import { Mismatch } from './contest.js';
import type { ExpectedPacket } from './frames.js';

const LIMITS = scanLimits(resolveDecoderOptions({}), 4, true);

/** Scans a chunk of whole frames. Returns how many there are. */
export function scanChunk(scanner: Scanner, chunk: Uint8Array): number {
  scanner.scan(chunk, 0, 0, LIMITS);
  const status = scanner.result[RESULT_STATUS];
  if (status !== STATUS_DONE) throw new Mismatch(`a scan ends with status ${status}`);
  return scanner.result[RESULT_ROWS] as number;
}

/** Frames, and the bytes of their payloads. */
export function scanAll(scanner: Scanner, chunks: readonly Uint8Array[]): number {
  const { table } = scanner;
  let sum = 0;
  for (const chunk of chunks) {
    const end = scanChunk(scanner, chunk) * ROW_WORDS;
    for (let row = 0; row < end; row += ROW_WORDS) {
      sum += 1 + (table[row + COLUMN_END] as number) - (table[row + COLUMN_PAYLOAD] as number);
    }
  }
  return sum;
}

/** What {@link scanAll} adds up to when everything is right. */
export function scanChecksum(packets: readonly ExpectedPacket[]): number {
  return packets.reduce((sum, { payload }) => sum + 1 + (payload?.length ?? 0), 0);
}

/** A row in the terms of the comparison: a PINGREQ, a PUBACK or a PUBLISH at QoS 0. */
export function packetAt(
  { table, topicNames }: Scanner,
  row: number,
  chunk: Uint8Array,
): ExpectedPacket {
  switch ((table[row + COLUMN_FIRST_BYTE] as number) & 0xff) {
    case 0xc0:
      return { type: 'PINGREQ', remainingLength: -1 };
    case 0x40: {
      const packetIdentifier = table[row + COLUMN_PACKET_IDENTIFIER];
      return { type: 'PUBACK', remainingLength: -1, packetIdentifier };
    }
    case 0x30:
      return {
        type: 'PUBLISH',
        remainingLength: -1,
        topic: topicAt(table, row, chunk, topicNames),
        qos: 0,
        dup: false,
        retain: false,
        payload: chunk.subarray(table[row + COLUMN_PAYLOAD], table[row + COLUMN_END]),
      };
    default:
      return { type: 'something else', remainingLength: -1 };
  }
}
