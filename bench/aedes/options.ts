/** The command line of `npm run bench:aedes`. */
import { parseArgs } from 'node:util';
import { parseCount, UsageError } from '../options.js';
import { LOAD_NAMES, type LoadName } from './loads.js';

export interface AedesOptions {
  readonly help: boolean;
  readonly json: string;
  readonly loads: readonly LoadName[];
  /** How often both take their turn at each load. */
  readonly rounds: number;
  /** How long messages are sent, in milliseconds. */
  readonly milliseconds: number;
  /** Whether to ask, after the rounds, whose code the time is spent in. */
  readonly profile: boolean;
}

export const AEDES_USAGE = `npm run bench:aedes -- [options]

Installs aedes twice in a temporary directory, once with mqtt-wasm in the place of mqtt-packet, and counts what both take in
over loopback. Fails if a gate is missed.

  --load NAME      only this load: ${LOAD_NAMES.join(', ')}
  --rounds N       how often both take turns (default 5)
  --time MS        how long messages are sent, each turn (default 1500)
  --profile        a profile of each: whose code the time is spent in
  --json FILE      where the results go (default build/bench/aedes.json)
  --help           print this`;

function loadsNamed(name: string | undefined): readonly LoadName[] {
  if (name === undefined) return LOAD_NAMES;
  const found = LOAD_NAMES.filter((each) => each === name);
  if (found.length === 0) throw new UsageError(`--load is none of: ${LOAD_NAMES.join(', ')}`);
  return found;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'string', default: 'build/bench/aedes.json' },
        load: { type: 'string' },
        profile: { type: 'boolean', default: false },
        rounds: { type: 'string', default: '5' },
        time: { type: 'string', default: '1500' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Reads the arguments behind the script's name. Throws a {@link UsageError}. */
export function parseAedesOptions(args: readonly string[]): AedesOptions {
  const { help, json, load, profile, rounds, time } = parse(args);
  return {
    help,
    json,
    loads: loadsNamed(load),
    rounds: parseCount('rounds', rounds),
    milliseconds: parseCount('time', time),
    profile,
  };
}
