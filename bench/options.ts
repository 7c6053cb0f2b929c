/** The command line. */
import { parseArgs } from 'node:util';

export interface BenchmarkOptions {
  readonly help: boolean;
  /** Where to put the results as JSON. */
  readonly json: string | undefined;
  /** Which cases to run, by name; all if left out. */
  readonly filter: RegExp | undefined;
  /** Measured time in milliseconds for each contestant of a case, all rounds together. */
  readonly time: number;
  /** How often the contestants of a case take turns. */
  readonly rounds: number;
  /** Whether a look is enough. */
  readonly quick: boolean;
}

const DEFAULT_TIME = 500;
const DEFAULT_ROUNDS = 5;
const QUICK_TIME = 20;
const QUICK_ROUNDS = 1;

export const USAGE = `npm run bench -- [options]

Measures mqtt-wasm against mqtt-packet on the same bytes, after comparing what both make of them.

  --filter REGEX   run the cases whose name matches, such as 'decode/A' or '^encode'
  --time MS        measured time for each contestant of a case (default ${DEFAULT_TIME})
  --quick          a look in seconds, not a measurement: ${QUICK_TIME} ms, ${QUICK_ROUNDS} round
  --json FILE      write the results to FILE as well
  --help           print this`;

/** A command line that cannot be followed; its message is for the one who typed it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

function parseTime(text: string): number {
  const time = Number(text);
  if (!Number.isFinite(time) || time <= 0) {
    throw new UsageError(`--time must be a number of milliseconds above 0, is '${text}'`);
  }
  return time;
}

/** A number of what there must be at least one of. Throws a {@link UsageError}. */
export function parseCount(option: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new UsageError(`--${option} must be a whole number above 0, is '${text}'`);
}

function parseFilter(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new UsageError(`--filter: ${(error as Error).message}`);
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'string' },
        filter: { type: 'string' },
        time: { type: 'string' },
        quick: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Reads the arguments behind the script's name. Throws a {@link UsageError}. */
export function parseOptions(args: readonly string[]): BenchmarkOptions {
  const { help, json, filter, time, quick } = parse(args);
  if (json === '') throw new UsageError('--json must name a file');
  return {
    help,
    json,
    filter: filter === undefined ? undefined : parseFilter(filter),
    time: time === undefined ? (quick ? QUICK_TIME : DEFAULT_TIME) : parseTime(time),
    rounds: quick ? QUICK_ROUNDS : DEFAULT_ROUNDS,
    quick,
  };
}
