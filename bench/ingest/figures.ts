/** What the runs of a case come to: ratios within a round, of which the middle one counts. */
import { median } from '../brokers/figures.js';
import type { ContestantName } from './contestants.js';
import { type Case, caseTitle, type Gate, gatesOf } from './loads.js';
import type { RunResult } from './run.js';

/** All contestants of a case, one right behind the other. */
export type Round = Readonly<Partial<Record<ContestantName, RunResult>>>;

/** A median over rounds, and the least and the greatest of them. */
export interface Ratio {
  readonly median: number;
  readonly range: readonly [number, number];
}

/** What one contestant did: the medians of its runs. */
export interface ContestantFigures extends RunResult {
  readonly contestant: ContestantName;
  /** How many times as many messages a second as these, which are in the case as well. */
  readonly times: Readonly<Partial<Record<ContestantName, Ratio>>>;
  /** How many times as much CPU time they take for a message. */
  readonly cpuTimes: Readonly<Partial<Record<ContestantName, Ratio>>>;
}

/** A gate, and how it was met. */
export interface Verdict extends Gate {
  /** `undefined` where one of the two was not measured. */
  readonly ratio: number | undefined;
}

export interface CaseFigures extends Case {
  readonly title: string;
  readonly contestants: readonly ContestantFigures[];
  readonly verdicts: readonly Verdict[];
  readonly rounds: readonly Round[];
}

/** Whom everybody is compared with. */
export const REFERENCES = ['aedes', 'mosquitto'] as const satisfies readonly ContestantName[];

const FIELDS = ['perSecond', 'cpu', 'cores', 'generator'] as const satisfies (keyof RunResult)[];

/** Of the rounds that have both, if there are any. */
function ratioOf(
  rounds: readonly Round[],
  one: ContestantName,
  other: ContestantName,
  ratio: (one: RunResult, other: RunResult) => number,
): Ratio | undefined {
  const ratios = rounds.flatMap((round) => {
    const [mine, theirs] = [round[one], round[other]];
    return mine === undefined || theirs === undefined ? [] : ratio(mine, theirs);
  });
  if (ratios.length === 0) return undefined;
  return { median: median(ratios), range: [Math.min(...ratios), Math.max(...ratios)] };
}

function inMessages(mine: RunResult, theirs: RunResult): number {
  return mine.perSecond / theirs.perSecond;
}

function inCpu(mine: RunResult, theirs: RunResult): number {
  return theirs.cpu / mine.cpu;
}

function contestantFigures(
  contestant: ContestantName,
  rounds: readonly Round[],
): ContestantFigures {
  const results = rounds.flatMap((round) => round[contestant] ?? []);
  const medians = FIELDS.map((field) => [field, median(results.map((each) => each[field]))]);
  const toReferences = (ratio: typeof inMessages) =>
    Object.fromEntries(
      REFERENCES.flatMap((reference) => {
        const found = ratioOf(rounds, contestant, reference, ratio);
        return found === undefined ? [] : [[reference, found]];
      }),
    );
  return {
    ...(Object.fromEntries(medians) as Record<(typeof FIELDS)[number], number>),
    contestant,
    times: toReferences(inMessages),
    cpuTimes: toReferences(inCpu),
  };
}

export function figuresOf(one: Case, rounds: readonly Round[]): CaseFigures {
  const names = Object.keys(rounds[0] ?? {}) as ContestantName[];
  return {
    load: one.load,
    connections: one.connections,
    title: caseTitle(one),
    contestants: names.map((name) => contestantFigures(name, rounds)),
    verdicts: gatesOf(one).map((gate) => ({
      ...gate,
      ratio: ratioOf(rounds, gate.contestant, gate.against, inMessages)?.median,
    })),
    rounds,
  };
}

/** Whether a gate holds; one whose contestants were not both measured says nothing. */
export function passes({ ratio, gate }: Pick<Verdict, 'ratio' | 'gate'>): boolean {
  return ratio === undefined || ratio >= gate;
}

/** By how much a case meets its gates: below 1 it misses one. */
export function margin({ verdicts }: CaseFigures): number {
  return Math.min(...verdicts.map(({ ratio, gate }) => (ratio ?? gate) / gate));
}
