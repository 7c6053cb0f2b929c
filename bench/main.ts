/** `npm run bench`: compares, times, reports. */
import { writeFileSync } from 'node:fs';
import { Mismatch } from './contest.js';
import { commandFor, describeCommit, describeMachine } from './machine.js';
import { ALL_IDS, measure, planFor } from './measure.js';
import { FULL_SCALE, SMALL_SCALE } from './memory/tasks.js';
import { parseOptions, USAGE, UsageError } from './options.js';
import { makeReport } from './report/report.js';
import { header, memoryTable, tables } from './report/terminal.js';

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const { time, rounds, quick } = options;
  const about = {
    command: commandFor(args),
    commit: describeCommit(),
    machine: describeMachine(),
    timing: { time, rounds },
  };
  const plan = planFor(options.filter);
  if (plan.cases.length + plan.memory.length === 0) {
    throw new UsageError(`--filter matches none of: ${ALL_IDS.join(', ')}`);
  }
  console.log(`${header(about)}\n`);
  const measured = await measure(plan, about.timing, quick ? SMALL_SCALE : FULL_SCALE);
  if (measured.cases.length > 0) console.log(tables(measured.cases));
  if (measured.memory.length > 0) console.log(`\n${memoryTable(measured.memory)}`);
  if (options.json !== undefined) {
    const report = makeReport({ ...about, ...measured });
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
