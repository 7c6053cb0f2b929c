/** The command line. */
import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly minutes: number;
  readonly threads: number;
  readonly seed: number;
  /** File for the report. */
  readonly json: string;
}

export const USAGE = `npm run soak -- [options]

Clients of all kinds, good and bad, on the ingest server in a process of its own, whose threads are restarted meanwhile. Tells
whether its memory stays flat, all slabs come back, and as much is handled as was sent.

  --minutes N   how long (default 15); less than a minute says nothing about memory
  --threads N   worker threads of the server (default 2); 0: none
  --seed N      what is drawn by chance (default: by the clock)
  --json FILE   where to put the report (default build/soak.json)
  --help        print this`;

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text === '' || !(value >= least && value <= most)) {
    throw new TypeError(`--${name} must be ${least} to ${most}, is '${text}'`);
  }
  return value;
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = number(name, text, least, most);
  if (!Number.isInteger(value)) throw new TypeError(`--${name} must be a whole number`);
  return value;
}

/**
 * Reads the arguments behind the script's name. `undefined`: somebody wants to know what there is.
 *
 * @throws `TypeError` whose message is for the one who typed it
 */
export function parseOptions(args: readonly string[]): SoakOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '15' },
      threads: { type: 'string', default: '2' },
      seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
      json: { type: 'string', default: 'build/soak.json' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  if (values.json === '') throw new TypeError('--json must name a file');
  return {
    minutes: number('minutes', values.minutes, 0.05, 24 * 60),
    threads: whole('threads', values.threads, 0, 16),
    seed: whole('seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    json: values.json,
  };
}
