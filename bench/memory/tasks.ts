/** What is found out about memory, and how a figure of it looks. */

export const MEMORY_TASKS = ['heap', 'copies', 'decoders', 'parsers'] as const;
export type MemoryTask = (typeof MEMORY_TASKS)[number];

/** One figure. */
export interface MemoryFigure {
  /** Task and what was looked at, as in `memory/heap/batch/A`. */
  readonly id: string;
  readonly title: string;
  readonly value: number;
  readonly unit: string;
}

/** How much a task looks at: enough for a figure, or for a look. */
export interface MemoryScale {
  /** Frames of the batch API for which the heap is watched. */
  readonly frames: number;
  readonly decoders: number;
  readonly parsers: number;
}

export const FULL_SCALE: MemoryScale = { frames: 10_000_000, decoders: 100_000, parsers: 10_000 };
export const SMALL_SCALE: MemoryScale = { frames: 1_000_000, decoders: 20_000, parsers: 2_000 };
