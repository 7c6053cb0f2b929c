/** The process that `measure.ts` starts: does one task and prints its figures as JSON. */
import { copyFigures } from './copies.js';
import { decoderFigures } from './decoders.js';
import { heapFigures } from './heap.js';
import { parserFigures } from './parsers.js';
import type { MemoryFigure, MemoryScale, MemoryTask } from './tasks.js';

const RUN: Readonly<Record<MemoryTask, (scale: MemoryScale) => readonly MemoryFigure[]>> = {
  heap: heapFigures,
  copies: copyFigures,
  decoders: decoderFigures,
  parsers: parserFigures,
};

const [task, scale] = process.argv.slice(2) as [MemoryTask, string];
console.log(JSON.stringify(RUN[task](JSON.parse(scale))));
