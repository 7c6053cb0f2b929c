/**
 * The soak test on demand.
 *
 *   npm run soak -- --minutes 15 --threads 2
 *   npm run soak -- --minutes 1 --seed 7
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SingleBar } from 'cli-progress';
import { commandFor, describeMachine } from '../../bench/machine.js';
import { parseOptions, type SoakOptions, USAGE } from './options.js';
import { report } from './report.js';
import { soak } from './soak.js';

async function run(options: SoakOptions): Promise<boolean> {
  const { minutes, threads, seed, json } = options;
  const command = commandFor(
    ['--minutes', `${minutes}`, '--threads', `${threads}`, '--seed', `${seed}`],
    'npm run soak',
  );
  console.log(command);
  const machine = describeMachine();
  const total = Math.ceil(minutes * 60);
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value} of {total} s | round {round} | {failures} failures',
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  bar.start(total, 0, { round: 0, failures: 0 });
  const result = await soak(options, {
    update: (seconds, round, failures) =>
      bar.update(Math.min(total, Math.floor(seconds)), { round, failures }),
  }).finally(() => bar.stop());
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify({ command, machine, ...result }, undefined, 1)}\n`);
  console.log(report(result));
  console.log(`report: ${json}`);
  return result.failureCount === 0;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) console.log(USAGE);
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
