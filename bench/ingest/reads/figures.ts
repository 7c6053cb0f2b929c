/** What reading takes, in milliseconds of CPU time a GiB. */
import { median } from '../../brokers/figures.js';
import type { Ratio } from '../figures.js';
import type { ReaderReport } from './messages.js';
import { SUBJECTS, type Subject, WAY_NAMES, WAYS, type Way } from './ways.js';

const GIB = 2 ** 30;

/** One reader: what it took. */
export interface ReadResult {
  /** Milliseconds of CPU time for a GiB. */
  readonly cpu: number;
  /** GiB a second. */
  readonly perSecond: number;
}

/** All ways, one right behind the other. */
export type ReadRound = Readonly<Record<Way, ReadResult>>;

/** One way: the medians of its rounds. */
export interface WayFigures extends ReadResult {
  readonly way: Way;
  readonly title: string;
  /** The least and the greatest CPU time of a round. */
  readonly range: readonly [number, number];
  /** CPU time to that with data events, round by round; less is better. */
  readonly ratio: Ratio;
}

export interface ReadFigures {
  readonly subject: Subject;
  readonly title: string;
  readonly ways: readonly WayFigures[];
  /** How much of the CPU time with data events reading into slabs may take, and may take at most. */
  readonly verdict:
    | { readonly ratio: number; readonly gate: number; readonly goal: number }
    | undefined;
}

/** Reading into slabs to data events: what must hold, and what is aimed at. Where there is none, nothing was promised. */
const GATES: Readonly<Partial<Record<Subject, { readonly gate: number; readonly goal: number }>>> =
  {
    counted: { gate: 0.6, goal: 0.6 },
  };

export function readResultOf({ measured, cpu, milliseconds }: ReaderReport): ReadResult {
  const gib = measured / GIB;
  return { cpu: cpu / 1000 / gib, perSecond: (gib / milliseconds) * 1000 };
}

export function readFiguresOf(subject: Subject, rounds: readonly ReadRound[]): ReadFigures {
  const ways = WAY_NAMES.map((way): WayFigures => {
    const cpus = rounds.map((round) => round[way].cpu);
    const ratios = rounds.map((round) => round[way].cpu / round.data.cpu);
    return {
      way,
      title: WAYS[way],
      cpu: median(cpus),
      perSecond: median(rounds.map((round) => round[way].perSecond)),
      range: [Math.min(...cpus), Math.max(...cpus)],
      ratio: { median: median(ratios), range: [Math.min(...ratios), Math.max(...ratios)] },
    };
  });
  const gate = GATES[subject];
  const ratio = ways.find(({ way }) => way === 'slabs')?.ratio.median;
  return {
    subject,
    title: SUBJECTS[subject].title,
    ways,
    verdict: gate === undefined || ratio === undefined ? undefined : { ...gate, ratio },
  };
}
