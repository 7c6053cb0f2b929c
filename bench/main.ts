/** `npm run bench`: compares, times, reports. */
import { writeFileSync } from 'node:fs';
import { CASE_IDS, casesMatching } from './cases.js';
import { Mismatch } from './contest.js';
import { commandFor, describeMachine } from './machine.js';
import { type BenchmarkOptions, parseOptions, USAGE, UsageError } from './options.js';
import { progressOn } from './progress.js';
import { header, type Report, tables } from './report.js';
import { type CaseResult, timeCase, turnsOf } from './run.js';
import { verifyCase } from './verify.js';

async function measure(options: BenchmarkOptions): Promise<CaseResult[]> {
  const cases = casesMatching(options.filter);
  if (cases.length === 0) {
    throw new UsageError(`--filter matches none of: ${CASE_IDS.join(', ')}`);
  }
  const turns = cases.reduce((sum, subject) => sum + turnsOf(subject, options), 0);
  const progress = progressOn(process.stderr, turns);
  let current = '';
  // A stream that stalls leaves nothing to wait for, and Node.js would exit without a word.
  const onStall = () => console.error(`${current}: a contestant stalled and never finished`);
  process.once('beforeExit', onStall);
  try {
    const results: CaseResult[] = [];
    for (const subject of cases) {
      current = subject.id;
      progress.begin(subject.id);
      await verifyCase(subject);
      results.push(await timeCase(subject, options, progress.turn));
    }
    return results;
  } finally {
    process.removeListener('beforeExit', onStall);
    progress.stop();
  }
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const { time, rounds } = options;
  const about = {
    command: commandFor(args),
    machine: describeMachine(),
    timing: { time, rounds },
  };
  console.log(`${header(about)}\n`);
  const cases = await measure(options);
  console.log(tables(cases));
  if (options.json !== undefined) {
    const report: Report = { format: 1, ...about, cases };
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof Mismatch)) throw error;
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
