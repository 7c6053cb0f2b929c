/**
 * Timing a case. Its contestants take turns in rounds, in an order that shifts by one each round,
 * so that a busy minute of the machine hits all of them and nobody always runs behind the same
 * neighbour. All get the same warm-up before the first round.
 *
 * Within a round the mean counts, because a median would hide garbage collection; over the rounds
 * the median counts, because a mean would not forgive a round in which the machine was busy.
 */
import { Bench, type Statistics } from 'tinybench';
import type { Case, Contestant, Point } from './contest.js';

/** What one contestant did in one case. */
export interface Result {
  readonly contestant: string;
  /** Median over the rounds of the mean time a packet took. */
  readonly nanosecondsPerPacket: number;
  readonly packetsPerSecond: number;
  readonly mebibytesPerSecond: number;
  /** How many times as fast as the reference: median over the rounds. */
  readonly ratio: number;
  /** 95 % margin of error of the mean of the middle round, in percent. */
  readonly marginOfError: number;
  /** Half the distance from the fastest round to the slowest, in percent of the figure. */
  readonly spread: number;
  /** Nanoseconds a packet, round by round. */
  readonly rounds: readonly number[];
}

export interface CaseResult {
  readonly id: string;
  readonly kind: Case['kind'];
  readonly title: string;
  readonly packets: number;
  readonly byteLength: number;
  readonly reference: string;
  readonly point?: Point;
  readonly results: readonly Result[];
}

export interface Timing {
  /** Milliseconds for each contestant, all rounds together. */
  readonly time: number;
  readonly rounds: number;
  /** Runs that a round may not fall short of, however slow they are; 3 if left out. */
  readonly leastRuns?: number;
}

/** Runs a round may not fall short of, however slow they are. */
const SMALLEST_ROUND = 3;
const NANOSECONDS = 1e6;
const MEBIBYTE = 1_048_576;

/** Called before each contestant's turn. */
export type OnTurn = (contestant: string) => void;

/** How many turns a case takes. */
export function turnsOf({ contestants }: Case, { rounds }: Timing): number {
  return contestants.length * rounds;
}

/** Where the work's checksums go: what is written here has been computed. */
export const sink = { value: 0 };

/** The contestant's timed work, as tinybench wants it. */
function timed(contestant: Contestant): () => unknown {
  if (contestant.isAsync === true) {
    return async () => {
      sink.value += await contestant.run();
    };
  }
  return () => {
    sink.value += contestant.run() as number;
  };
}

async function runRound(
  contestants: readonly Contestant[],
  round: number,
  timing: Timing,
  onTurn: OnTurn,
): Promise<Map<string, Statistics>> {
  const { leastRuns = SMALLEST_ROUND } = timing;
  const share = timing.time / timing.rounds;
  const bench = new Bench({
    time: share,
    iterations: leastRuns,
    warmup: round === 0,
    warmupTime: Math.max(share, timing.time / 2),
    warmupIterations: leastRuns,
    throws: true,
  });
  const shift = round % contestants.length;
  for (const contestant of [...contestants.slice(shift), ...contestants.slice(0, shift)]) {
    bench.add(contestant.name, timed(contestant), {
      async: contestant.isAsync === true,
      beforeAll(mode) {
        if (mode === 'run') onTurn(contestant.name);
      },
    });
  }
  await bench.run();
  const statistics = new Map<string, Statistics>();
  for (const task of bench.tasks) {
    if (task.result.state !== 'completed') throw new Error(`${task.name}: ${task.result.state}`);
    statistics.set(task.name, task.result.latency);
  }
  return statistics;
}

/** The middle one; of an even number the lower of the two. */
function median<T>(values: readonly T[], by: (value: T) => number): T {
  const sorted = [...values].sort((a, b) => by(a) - by(b));
  return sorted[(sorted.length - 1) >> 1] as T;
}

/** How many times as fast one contestant is as another: the median over the rounds. */
export function ratioBetween(own: Result, other: Result): number {
  const ratios = own.rounds.map((time, round) => (other.rounds[round] as number) / time);
  return median(ratios, (ratio) => ratio);
}

function summarize(
  name: string,
  { packets, byteLength, reference }: Case,
  rounds: readonly Map<string, Statistics>[],
): Result {
  const own = rounds.map((round) => round.get(name) as Statistics);
  const ratios = rounds.map(
    (round) => (round.get(reference) as Statistics).mean / (round.get(name) as Statistics).mean,
  );
  const middle = median(own, ({ mean }) => mean);
  const means = own.map(({ mean }) => mean);
  const seconds = middle.mean / 1000;
  return {
    contestant: name,
    nanosecondsPerPacket: (middle.mean * NANOSECONDS) / packets,
    packetsPerSecond: packets / seconds,
    mebibytesPerSecond: byteLength / MEBIBYTE / seconds,
    ratio: median(ratios, (ratio) => ratio),
    marginOfError: middle.rme,
    spread: (50 * (Math.max(...means) - Math.min(...means))) / middle.mean,
    rounds: means.map((mean) => (mean * NANOSECONDS) / packets),
  };
}

/** Times a case that has been verified. */
export async function timeCase(subject: Case, timing: Timing, onTurn: OnTurn): Promise<CaseResult> {
  const { id, kind, title, packets, byteLength, reference, contestants, point } = subject;
  const rounds: Map<string, Statistics>[] = [];
  for (let round = 0; round < timing.rounds; round++) {
    rounds.push(await runRound(contestants, round, timing, onTurn));
  }
  return {
    id,
    kind,
    title,
    packets,
    byteLength,
    reference,
    ...(point === undefined ? undefined : { point }),
    results: contestants.map(({ name }) => summarize(name, subject, rounds)),
  };
}
