/** The command line of `npm run bench:ingest`. */
import { parseArgs } from 'node:util';
import { parseCount, UsageError } from '../options.js';
import { CONTESTANT_NAMES, type ContestantName } from './contestants.js';
import { type Case, CONNECTIONS, LOAD_NAMES } from './loads.js';

/** What is measured: servers side by side, what reading takes, what waiting takes, what handing over to threads takes. */
export const PARTS = ['servers', 'reads', 'waiting', 'threads'] as const;
export type Part = (typeof PARTS)[number];

export interface IngestOptions {
  readonly help: boolean;
  readonly json: string;
  readonly parts: readonly Part[];
  readonly cases: readonly Case[];
  readonly contestants: readonly ContestantName[];
  /** How often all take their turn. */
  readonly rounds: number;
  /** How long messages are sent before they count, and then, in milliseconds. */
  readonly warmUp: number;
  readonly milliseconds: number;
  /** Bytes that are read, at most. */
  readonly bytes: number;
}

const GIB = 2 ** 30;
const WHOLE = { rounds: 3, warmUp: 500, milliseconds: 1000, bytes: 4 * GIB };
const QUICK = { rounds: 3, warmUp: 300, milliseconds: 500, bytes: GIB / 2 };

const ALL_CASES: readonly Case[] = LOAD_NAMES.flatMap((load) =>
  CONNECTIONS.map((connections) => ({ load, connections })),
);
/** One of each load, not all with the same connections. */
const QUICK_CASES: readonly Case[] = [
  { load: 'qos0', connections: 1 },
  { load: 'qos1', connections: 100 },
  { load: '4k', connections: 1 },
  { load: '1m', connections: 1 },
];
/** Those that gates are about. */
const QUICK_PARTS: readonly Part[] = ['servers', 'reads'];
const QUICK_CONTESTANTS: readonly ContestantName[] = ['aedes', 'mosquitto', 'ingest'];

export const INGEST_USAGE = `npm run bench:ingest -- [options]

Counts what the ingest server takes in over loopback, beside aedes (installed twice in a temporary directory) and Mosquitto; what
reading from a socket costs in CPU time, and having connections wait; and what it costs to hand batches over to worker threads. Fails if
a gate is missed.

  --part NAME         only this: ${PARTS.join(', ')}
  --load NAME         only this load: ${LOAD_NAMES.join(', ')}
  --connections N     only with so many connections: ${CONNECTIONS.join(', ')}
  --contestant NAME   only this one, given as often as you like: ${CONTESTANT_NAMES.join(', ')}
  --rounds N          how often all take turns (default ${WHOLE.rounds})
  --time MS           how long messages are sent, each turn (default ${WHOLE.milliseconds})
  --quick             what CI runs: a case of each load, three contestants, reading; shorter turns
  --json FILE         where the results go (default build/bench/ingest.json)
  --help              print this`;

/** Those of `all` that are asked for; all of them if nothing is. */
function chosen<Name extends string | number>(
  option: string,
  all: readonly Name[],
  asked: readonly string[] | undefined,
): readonly Name[] {
  if (asked === undefined) return all;
  const wrong = asked.find((name) => !all.some((each) => String(each) === name));
  if (wrong !== undefined) {
    throw new UsageError(`--${option} ${wrong} is none of: ${all.join(', ')}`);
  }
  return all.filter((each) => asked.includes(String(each)));
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        connections: { type: 'string', multiple: true },
        contestant: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'string', default: 'build/bench/ingest.json' },
        load: { type: 'string', multiple: true },
        part: { type: 'string', multiple: true },
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        time: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Reads the arguments behind the script's name. Throws a {@link UsageError}. */
export function parseIngestOptions(args: readonly string[]): IngestOptions {
  const { help, json, quick, part, load, connections, contestant, rounds, time } = parse(args);
  const scale = quick ? QUICK : WHOLE;
  const loads = chosen('load', LOAD_NAMES, load);
  const counts = chosen('connections', CONNECTIONS, connections);
  // Who names a case gets it, whether it is a quick one or not.
  const isNamed = load !== undefined || connections !== undefined;
  const cases = quick && !isNamed ? QUICK_CASES : ALL_CASES;
  const contestants = quick && contestant === undefined ? QUICK_CONTESTANTS : CONTESTANT_NAMES;
  return {
    help,
    json,
    parts: chosen('part', quick && part === undefined ? QUICK_PARTS : PARTS, part),
    cases: cases.filter((each) => loads.includes(each.load) && counts.includes(each.connections)),
    contestants: chosen('contestant', contestants, contestant),
    rounds: rounds === undefined ? scale.rounds : parseCount('rounds', rounds),
    warmUp: scale.warmUp,
    milliseconds: time === undefined ? scale.milliseconds : parseCount('time', time),
    bytes: scale.bytes,
  };
}
