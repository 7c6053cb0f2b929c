import { COLUMN_TOPIC_ID } from '../../assembly/layout.js';
import type { FrameBatch } from '../../src/decoder/batch.js';

/**
 * The rows of a batch without the numbers of topics, which depend on what a scanner has seen before.
 * `topics.test.ts` compares those.
 */
export function rowsOf(batch: FrameBatch): Int32Array[] {
  return Array.from({ length: batch.length }, (_, index) => {
    const row = batch.rowAt(index);
    row[COLUMN_TOPIC_ID] = 0;
    return row;
  });
}
