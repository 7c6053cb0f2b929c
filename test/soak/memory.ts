/** What the server's memory must not do. */
import { FEWEST_SAMPLES, type Flatness, type FlatnessLimit, judgeFlatness } from './flatness.js';
import type { Sample } from './protocol.js';

const MEBIBYTE = 1 << 20;

/** As with all that is looked at: 10 %, and never more than 24 MiB. */
const LIMIT: FlatnessLimit = { fraction: 0.1, atLeast: 2 * MEBIBYTE, atMost: 24 * MEBIBYTE };

export interface MemoryFigure extends Flatness {
  readonly name: string;
}

/**
 * Judges all figures: at rest, when no connection is there and garbage has been collected, and what the process
 * has altogether also while there is traffic. `undefined` if there are too few samples.
 */
export function judgeMemory(
  atRest: readonly Sample[],
  inTraffic: readonly Sample[],
): MemoryFigure[] | undefined {
  if (Math.min(atRest.length, inTraffic.length) < FEWEST_SAMPLES) return undefined;
  const figure = (name: string, values: number[]) => ({ name, ...judgeFlatness(values, LIMIT) });
  return [
    figure(
      'resident, in traffic',
      inTraffic.map(({ rss }) => rss),
    ),
    figure(
      'resident, at rest',
      atRest.map(({ rss }) => rss),
    ),
    figure(
      'heap used, at rest',
      atRest.map(({ heapUsed }) => heapUsed),
    ),
    figure(
      'external, at rest',
      atRest.map(({ external }) => external),
    ),
    figure(
      'array buffers, at rest',
      atRest.map(({ arrayBuffers }) => arrayBuffers),
    ),
  ];
}
