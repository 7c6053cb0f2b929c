/**
 * `npm run bench:ci`: measures what gates are about and fails if one is missed. A case that misses is measured again,
 * for a busy minute of the machine is no fault of the code; the best of its tries counts.
 */
import Table from 'cli-table3';
import { casesMatching } from './cases.js';
import { type Case, Mismatch } from './contest.js';
import {
  contestantsOf,
  GATED_CASES,
  gateText,
  judgeCase,
  judgeMemory,
  MEMORY_GATES,
  measureUntilMet,
  type Tries,
  type Verdict,
} from './gates.js';
import { describeCommit, describeMachine } from './machine.js';
import { measureCase } from './measure.js';
import { measureMemory } from './memory/measure.js';
import { FULL_SCALE, type MemoryFigure, type MemoryTask } from './memory/tasks.js';
import { progressOn } from './progress.js';
import { figure } from './report/report.js';
import { header, memoryTable, tables } from './report/terminal.js';
import type { CaseResult, Timing } from './run.js';

const TIMING: Timing = { time: 1000, rounds: 5 };
const TRIES = 3;
const MEMORY: readonly MemoryTask[] = ['heap', 'decoders', 'parsers'];

function makeCase(id: string): Case {
  const [maker] = casesMatching(new RegExp(`^${id}$`));
  if (maker === undefined) throw new Error(`there is no case ${id}`);
  const subject = maker.make();
  const names = contestantsOf(id);
  return { ...subject, contestants: subject.contestants.filter(({ name }) => names.has(name)) };
}

async function measureAll(ids: readonly string[]): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const progress = progressOn(process.stderr, ids.length);
  try {
    for (const id of ids) {
      progress.begin(id);
      results.push(await measureCase(makeCase(id), TIMING, progress));
      progress.end();
    }
    return results;
  } finally {
    progress.stop();
  }
}

function row(verdict: Verdict, tries: number): string[] {
  const { name, value, goal, isRatio, passed, reachesGoal } = verdict;
  const sign = isRatio ? '' : '< ';
  return [
    name,
    value === undefined ? 'not there' : figure(value),
    `${sign}${gateText(verdict)}`,
    `${sign}${goal}`,
    passed ? (reachesGoal ? 'pass, goal' : 'pass') : 'FAIL',
    String(tries),
  ];
}

function printVerdicts(tries: Tries, figures: readonly MemoryFigure[]): Verdict[] {
  const table = new Table({
    head: ['', 'value', 'gate', 'goal', '', 'tries'],
    colAligns: ['left', 'right', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const verdicts: Verdict[] = [];
  const add = (verdict: Verdict, count: number) => {
    verdicts.push(verdict);
    table.push(row(verdict, count));
  };
  for (const [id, results] of tries) {
    for (const verdict of judgeCase(id, results)) add(verdict, results.length);
  }
  for (const gate of MEMORY_GATES) add(judgeMemory(gate, figures), 1);
  console.log(table.toString());
  return verdicts;
}

async function main(): Promise<void> {
  const about = {
    command: 'npm run bench:ci',
    commit: describeCommit(),
    machine: describeMachine(),
    timing: TIMING,
  };
  console.log(`${header(about)}\n`);
  const tries = await measureUntilMet(GATED_CASES, TRIES, measureAll);
  const figures = MEMORY.flatMap((task) => measureMemory(task, FULL_SCALE));
  const missed = printVerdicts(tries, figures).filter(({ passed }) => !passed);
  if (missed.length === 0) return;
  console.log(`\n${tables([...tries.values()].flat())}\n\n${memoryTable(figures)}\n`);
  for (const { name, value, gate } of missed) {
    console.log(
      `missed: ${name} is ${value === undefined ? 'not there' : figure(value)}, gate ${gate}`,
    );
  }
  process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Mismatch)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
