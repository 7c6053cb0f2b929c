/**
 * The fuzzer on demand: as many cases as wanted, from seeds that it tells.
 *
 *   npm run fuzz -- --runs 200000
 *   npm run fuzz -- --seed 7 --runs 1000
 */
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import fc from 'fast-check';
import { fuzzCase } from './case.js';
import { checkCase } from './check.js';

const USAGE = `npm run fuzz -- [options]

Decodes mutated packets with every scanner, whole and in pieces, and encodes again what was decoded.

  --runs N     how many cases (default 20000)
  --seed N     where to begin (default: by the clock); each thousand cases has a seed of its own
  --help       print this`;

/** Cases to a seed: what has to be run again to see a failure again. */
const PER_SEED = 1000;

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new TypeError(`--${name} must be a whole number above 0, is '${text}'`);
  }
  return value;
}

function options(): { readonly runs: number; readonly seed: number } | undefined {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '20000' },
      seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  return { runs: count('runs', values.runs), seed: count('seed', values.seed) };
}

async function fuzz(runs: number, firstSeed: number): Promise<number> {
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value} of {total} cases | seed {seed} | {eta_formatted} left',
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
  });
  bar.start(runs, 0, { seed: firstSeed });
  for (let done = 0, seed = firstSeed; done < runs; done += PER_SEED, seed++) {
    const numRuns = Math.min(PER_SEED, runs - done);
    const result = fc.check(fc.property(fuzzCase, checkCase), { seed, numRuns });
    bar.update(done + numRuns, { seed });
    // The bar is drawn by a timer, which needs its turn.
    await setImmediate();
    if (!result.failed) continue;
    bar.stop();
    console.error(fc.defaultReportMessage(result));
    console.error(`\nTo see it again: npm run fuzz -- --seed ${seed} --runs ${PER_SEED}`);
    return 1;
  }
  bar.stop();
  console.log(`${runs} cases from seed ${firstSeed} on: nothing found`);
  return 0;
}

try {
  const chosen = options();
  if (chosen === undefined) console.log(USAGE);
  else process.exitCode = await fuzz(chosen.runs, chosen.seed);
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
