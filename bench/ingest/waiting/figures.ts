/** What it takes to have connections wait. */
import { median } from '../../brokers/figures.js';
import type { Ratio } from '../figures.js';
import type { WaitReport } from './messages.js';

export interface WaitFigures {
  readonly title: string;
  /** Microseconds of CPU time a batch: the median of the rounds, the least and the greatest. */
  readonly cpu: number;
  readonly range: readonly [number, number];
  /** CPU time to that of the first crowd, round by round. */
  readonly ratio: Ratio;
  /** Batches read from one time that all had to wait to the next. */
  readonly batchesBetween: number;
}

/** @param first the rounds of the first crowd, in the same order */
export function waitFiguresOf(
  title: string,
  rounds: readonly WaitReport[],
  first: readonly WaitReport[],
): WaitFigures {
  const cpus = rounds.map(cpuOf);
  const ratios = cpus.map((cpu, round) => cpu / cpuOf(first[round] as WaitReport));
  return {
    title,
    cpu: median(cpus),
    range: [Math.min(...cpus), Math.max(...cpus)],
    ratio: { median: median(ratios), range: [Math.min(...ratios), Math.max(...ratios)] },
    batchesBetween: median(rounds.map(({ batches, timesHeldBack }) => batches / timesHeldBack)),
  };
}

function cpuOf({ cpu, batches }: WaitReport): number {
  return cpu / batches;
}
