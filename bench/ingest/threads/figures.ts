/** What handing over to worker threads takes. */
import { median } from '../../brokers/figures.js';
import type { HandOffReport } from './messages.js';
import { HAND_OFFS, type HandOff, type Task } from './ways.js';

/** Both tasks, one right behind the other. */
export type HandOffRound = Readonly<Record<Task, HandOffReport>>;

export interface HandOffFigures {
  readonly way: HandOff;
  readonly title: string;
  readonly workers: number;
  /** Nanoseconds a batch: of the thread that reads, in handing over; of a worker's CPU time, where it does nothing but count bytes. */
  readonly sender: number;
  readonly receiver: number;
  /** Messages a second that were decoded and looked at, all workers together: the median, the least and the greatest. */
  readonly perSecond: number;
  readonly range: readonly [number, number];
}

export function handOffFiguresOf(
  way: HandOff,
  workers: number,
  rounds: readonly HandOffRound[],
): HandOffFigures {
  const perSecond = rounds.map(({ decoded }) => (decoded.messages / decoded.milliseconds) * 1000);
  const nanoseconds = (field: 'handingOver' | 'cpu') =>
    median(rounds.map(({ counted }) => counted[field] / counted.batches));
  return {
    way,
    title: HAND_OFFS[way].title,
    workers,
    sender: nanoseconds('handingOver'),
    receiver: nanoseconds('cpu'),
    perSecond: median(perSecond),
    range: [Math.min(...perSecond), Math.max(...perSecond)],
  };
}
