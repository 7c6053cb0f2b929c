/**
 * What topics that all share a set of the topic dictionary cost, against the same topics scattered over all sets: the
 * scanners alone, which can be given known keys. The keys of a decoder's scanner are drawn at random.
 */
import {
  COLUMN_TOPIC_ID,
  LONGEST_TOPIC,
  ROW_WORDS,
  TOPIC_PLACES,
  TOPIC_WAYS,
} from '../assembly/layout.js';
import { BaselineScanner } from '../src/scanner/baseline.js';
import { availableScanners } from '../src/scanner/choose.js';
import type { Scanner, ScannerName } from '../src/scanner/scanner.js';
import { TOPIC_HASH_KEYS, TopicDictionary } from '../src/scanner/topic-dictionary.js';
import { WasmScanner } from '../src/scanner/wasm.js';
import { placeOf } from '../src/topic-map.js';
import { type Contestant, Mismatch } from './contest.js';
import { packetAt, scanAll, scanChecksum, scanChunk } from './scanning.js';
import { PACKET_FIELDS, PacketComparison } from './verify.js';
import type { Workload } from './workloads.js';

/** Whoever knows the keys can make topics collide; with these, those of {@link collidingTopic} do. */
const KNOWN_KEYS = new Uint8Array(LONGEST_TOPIC);

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

/** In how many places of the dictionary the topics of a stream are; every frame is compared with what it must be. */
function placesOf(scanner: Scanner, { chunks, packets }: Workload): number {
  const comparison = new PacketComparison(packets, PACKET_FIELDS);
  const places = new Set<number>();
  for (const chunk of chunks) {
    const end = scanChunk(scanner, chunk) * ROW_WORDS;
    for (let row = 0; row < end; row += ROW_WORDS) {
      comparison.take(packetAt(scanner, row, chunk));
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
    checksum: scanChecksum(packets),
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
