/**
 * What topics that all share a set of the topic dictionary cost, against the same topics scattered over all sets: the
 * scanners alone, which can be given known keys. The keys of a decoder's scanner are drawn at random.
 */
import {
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PAYLOAD,
  COLUMN_TOPIC_ID,
  LONGEST_TOPIC,
  RESULT_ROWS,
  RESULT_STATUS,
  ROW_WORDS,
  STATUS_DONE,
  TOPIC_PLACES,
  TOPIC_WAYS,
} from '../assembly/layout.js';
import { scanLimits } from '../src/decoder/limits.js';
import { resolveDecoderOptions } from '../src/decoder/options.js';
import { topicAt } from '../src/decoder/publish.js';
import { BaselineScanner } from '../src/scanner/baseline.js';
import { availableScanners } from '../src/scanner/choose.js';
import type { Scanner, ScannerName } from '../src/scanner/scanner.js';
import { TOPIC_HASH_KEYS, TopicDictionary } from '../src/scanner/topic-dictionary.js';
import { WasmScanner } from '../src/scanner/wasm.js';
import { placeOf } from '../src/topic-map.js';
import { type Contestant, Mismatch } from './contest.js';
import type { ExpectedPacket } from './frames.js';
import { PACKET_FIELDS, PacketComparison } from './verify.js';
import type { Workload } from './workloads.js';

/** Whoever knows the keys can make topics collide; with these, those of {@link collidingTopic} do. */
const KNOWN_KEYS = new Uint8Array(LONGEST_TOPIC);
const LIMITS = scanLimits(resolveDecoderOptions({}), 4, true);

/**
 * A topic as long as the dictionary takes them. The hash multiplies one half of four bytes by the other, so with keys of 0 it does not see
 * which comes first. Topics with numbers close to each other differ in their last bytes only, so comparing them takes longest.
 */
export function collidingTopic(index: number): string {
  const parts = LONGEST_TOPIC / 4;
  return Array.from({ length: parts }, (_, part) =>
    ((index >> (parts - 1 - part)) & 1) === 0 ? 'abcd' : 'cdab',
  ).join('');
}

function scannerWith(name: ScannerName, keys: Uint8Array): Scanner {
  if (name === 'baseline') {
    return new BaselineScanner(undefined, undefined, new TopicDictionary(undefined, 0, keys));
  }
  return new WasmScanner(name === 'wasm-simd' ? 'simd' : 'scalar', keys);
}

/** Scans a chunk of whole frames. Returns how many there are. */
function scanChunk(scanner: Scanner, chunk: Uint8Array): number {
  scanner.scan(chunk, 0, 0, LIMITS);
  const status = scanner.result[RESULT_STATUS];
  if (status !== STATUS_DONE) throw new Mismatch(`a scan ends with status ${status}`);
  return scanner.result[RESULT_ROWS] as number;
}

/** Frames, and the bytes of their payloads. */
function scanAll(scanner: Scanner, chunks: readonly Uint8Array[]): number {
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

/** The PUBLISH at QoS 0 of a row in the terms of the comparison. */
function publishOf({ table, topicNames }: Scanner, row: number, chunk: Uint8Array): ExpectedPacket {
  const isQos0 = ((table[row + COLUMN_FIRST_BYTE] as number) & 0xff) === 0x30;
  return {
    type: isQos0 ? 'PUBLISH' : 'something else',
    remainingLength: -1,
    topic: topicAt(table, row, chunk, topicNames),
    qos: 0,
    dup: false,
    retain: false,
    payload: chunk.subarray(table[row + COLUMN_PAYLOAD], table[row + COLUMN_END]),
  };
}

/** In how many places of the dictionary the topics of a stream are; every frame is compared with what it must be. */
function placesOf(scanner: Scanner, { chunks, packets }: Workload): number {
  const comparison = new PacketComparison(packets, PACKET_FIELDS);
  const places = new Set<number>();
  for (const chunk of chunks) {
    const end = scanChunk(scanner, chunk) * ROW_WORDS;
    for (let row = 0; row < end; row += ROW_WORDS) {
      comparison.take(publishOf(scanner, row, chunk));
      const number = scanner.table[row + COLUMN_TOPIC_ID] as number;
      if (number !== 0) places.add(placeOf(number));
    }
  }
  comparison.end();
  return places.size;
}

function contestant(workload: Workload, topics: number, scanner: Scanner, isKnown: boolean) {
  const { chunks, packets } = workload;
  return {
    name: isKnown ? `${scanner.name}, keys known` : scanner.name,
    checksum: packets.reduce((sum, { payload }) => sum + 1 + (payload?.length ?? 0), 0),
    run: () => scanAll(scanner, chunks),
    check() {
      const places = placesOf(scanner, workload);
      // Scattered at random, even as many topics as there are places find more than half of them.
      const isRight = isKnown
        ? places === Math.min(topics, TOPIC_WAYS)
        : places > Math.min(topics, TOPIC_PLACES) / 2;
      if (!isRight) throw new Mismatch(`${topics} topics are in ${places} places`);
    },
  };
}

/** Each scanner with keys that nobody knows and with keys for which all `topics` topics of the stream collide. */
export function collidingContestants(workload: Workload, topics: number): Contestant[] {
  return [false, true].flatMap((isKnown) =>
    availableScanners().map((name) => {
      const scanner = scannerWith(name, isKnown ? KNOWN_KEYS : TOPIC_HASH_KEYS);
      return contestant(workload, topics, scanner, isKnown);
    }),
  );
}
