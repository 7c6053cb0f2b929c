/** Runs cases one after the other: made, compared, timed, forgotten; then what is found out about memory. */
import { CASE_IDS, type CaseMaker, casesMatching } from './cases.js';
import type { Case } from './contest.js';
import { measureMemory } from './memory/measure.js';
import {
  MEMORY_TASKS,
  type MemoryFigure,
  type MemoryScale,
  type MemoryTask,
} from './memory/tasks.js';
import { type Progress, progressOn } from './progress.js';
import { type CaseResult, type Timing, timeCase, turnsOf } from './run.js';
import { verifyCase } from './verify.js';

/** What there is to run. */
export interface Plan {
  readonly cases: readonly CaseMaker[];
  readonly memory: readonly MemoryTask[];
}

/** Names of all that can be run. */
export const ALL_IDS: readonly string[] = [
  ...CASE_IDS,
  ...MEMORY_TASKS.map((task) => `memory/${task}`),
];

/** What the expression matches; everything without one. */
export function planFor(filter: RegExp | undefined): Plan {
  return {
    cases: casesMatching(filter),
    memory: MEMORY_TASKS.filter((task) => filter === undefined || filter.test(`memory/${task}`)),
  };
}

/** Curves have many points: each gets less time, and streams of a million packets run once a round. */
function timingFor({ kind }: Case, timing: Timing): Timing {
  if (kind !== 'growth') return timing;
  return { time: timing.time / 2, rounds: Math.min(3, timing.rounds), leastRuns: 1 };
}

/** Compares what the contestants of a case make, then times them. */
export async function measureCase(
  subject: Case,
  timing: Timing,
  progress: Progress,
): Promise<CaseResult> {
  await verifyCase(subject);
  const turns = turnsOf(subject, timing);
  return timeCase(subject, timing, (contestant) => progress.turn(contestant, turns));
}

export interface Measured {
  readonly cases: CaseResult[];
  readonly memory: MemoryFigure[];
}

/** Does what is planned, and says on `stderr` how far it is. */
export async function measure(plan: Plan, timing: Timing, scale: MemoryScale): Promise<Measured> {
  const measured: Measured = { cases: [], memory: [] };
  const progress = progressOn(process.stderr, plan.cases.length + plan.memory.length);
  let current = '';
  // A stream that stalls leaves nothing to wait for, and Node.js would exit without a word.
  const onStall = () => console.error(`${current}: a contestant stalled and never finished`);
  process.once('beforeExit', onStall);
  try {
    for (const { id, make } of plan.cases) {
      current = id;
      progress.begin(id);
      const subject = make();
      measured.cases.push(await measureCase(subject, timingFor(subject, timing), progress));
      progress.end();
    }
    for (const task of plan.memory) {
      progress.begin(`memory/${task}`);
      measured.memory.push(...measureMemory(task, scale));
      progress.end();
    }
    return measured;
  } finally {
    process.removeListener('beforeExit', onStall);
    progress.stop();
  }
}
