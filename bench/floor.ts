/**
 * The honest floor of splitting: the loop one writes when nothing can go wrong. It checks nothing,
 * joins nothing and hands out nothing but numbers.
 */

import type { Contestant } from './contest.js';
import { comparePackets, FRAME_FIELDS } from './verify.js';
import type { Workload } from './workloads.js';

const FLOOR_TYPES: ReadonlyMap<number, string> = new Map([
  [3, 'PUBLISH'],
  [4, 'PUBACK'],
  [12, 'PINGREQ'],
]);

/** Numbers a frame has in the table: first byte, Remaining Length. */
const FLOOR_WORDS = 2;

/** Fills `table` with the frames of a stream and returns how many there are. */
export function splitUnchecked(chunks: readonly Uint8Array[], table: Int32Array): number {
  let frames = 0;
  let position = 0;
  let value = 0;
  /** Where the next bits of the Remaining Length go; -1 before the first byte of a frame. */
  let shift = -1;
  for (const chunk of chunks) {
    const { length } = chunk;
    let p = position;
    while (p < length) {
      const byte = chunk[p++] as number;
      if (shift < 0) {
        table[frames * FLOOR_WORDS] = byte;
        value = 0;
        shift = 0;
        continue;
      }
      value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte >= 0x80) continue;
      table[frames * FLOOR_WORDS + 1] = value;
      frames++;
      shift = -1;
      p += value;
    }
    position = p - length;
  }
  return frames;
}

/** The loop without any check. */
export function floorContestant({ chunks, packets }: Workload): Contestant {
  const table = new Int32Array(packets.length * FLOOR_WORDS);
  return {
    name: 'floor: loop without any check',
    checksum: packets.length,
    run: () => splitUnchecked(chunks, table),
    check() {
      const found = Array.from({ length: splitUnchecked(chunks, table) }, (_, index) => ({
        type: FLOOR_TYPES.get((table[index * FLOOR_WORDS] as number) >> 4) ?? 'unknown',
        remainingLength: table[index * FLOOR_WORDS + 1] as number,
      }));
      comparePackets(found, packets, FRAME_FIELDS);
    },
  };
}
