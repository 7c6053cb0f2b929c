/**
 * `npm run bench:ingest`: messages a second that the ingest server takes in, beside aedes and Mosquitto; what reading takes, and waiting; what handing
 * over to threads takes. All take turns, each time in processes of their own; who begins changes from round to round.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AEDES, install } from '../brokers/install.js';
import { mosquittoVersion } from '../brokers/mosquitto.js';
import { commandFor, describeCommit, describeMachine } from '../machine.js';
import { UsageError } from '../options.js';
import { INGEST_USAGE, type IngestOptions, parseIngestOptions } from './options.js';
import { measureReads } from './reads/measure.js';
import {
  allPass,
  caseTable,
  gateTable,
  handOffTable,
  type IngestReport,
  readTable,
  waitTable,
} from './report.js';
import { measureServers } from './servers.js';
import { measureHandOffs } from './threads/measure.js';
import { measureWaiting } from './waiting/measure.js';

/** How long a sender sends at most where bytes are counted and not time, in milliseconds. */
const LONGEST = 4000;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function servers(options: IngestOptions, mosquitto: string | undefined) {
  const directory = mkdtempSync(join(tmpdir(), 'mqtt-wasm-ingest-'));
  try {
    say(`installing aedes ${AEDES} twice`);
    const aedes = install(directory);
    const contestants = options.contestants.filter(
      (name) => name !== 'mosquitto' || mosquitto !== undefined,
    );
    return await measureServers(aedes, { ...options, contestants }, say);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The version of Mosquitto. On CI it must be there. */
function lookForMosquitto({ parts, contestants }: IngestOptions): string | undefined {
  if (!parts.includes('servers') || !contestants.includes('mosquitto')) return undefined;
  const version = mosquittoVersion();
  if (version !== undefined) return version;
  const missing = 'Mosquitto is not installed, or this is not Linux: apt-get install mosquitto';
  if (process.env.CI === 'true') throw new Error(missing);
  say(`${missing}. It is left out, and gates against it are not judged.`);
  return undefined;
}

function print(report: IngestReport): void {
  const { cases, reads, waiting, handOffs } = report;
  if (cases.length > 0) console.log(caseTable(cases));
  if (reads.length > 0) console.log(readTable(reads));
  if (waiting.length > 0) console.log(waitTable(waiting));
  if (handOffs.length > 0) console.log(handOffTable(handOffs));
  if (cases.length + reads.length > 0) console.log(gateTable(report));
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseIngestOptions(args);
  if (options.help) {
    console.log(INGEST_USAGE);
    return;
  }
  const { parts, rounds, bytes, milliseconds, json } = options;
  const mosquitto = lookForMosquitto(options);
  const about = {
    command: commandFor(args, 'npm run bench:ingest'),
    commit: describeCommit(),
    machine: describeMachine(),
    aedes: AEDES,
    mosquitto,
    milliseconds,
  };
  const amount = { rounds, bytes, milliseconds: LONGEST };
  const report: IngestReport = {
    ...about,
    cases: parts.includes('servers') ? await servers(options, mosquitto) : [],
    reads: parts.includes('reads') ? await measureReads(amount, say) : [],
    waiting: parts.includes('waiting') ? await measureWaiting({ rounds, milliseconds }, say) : [],
    handOffs: parts.includes('threads') ? await measureHandOffs(amount, say) : [],
  };
  mkdirSync(dirname(json), { recursive: true });
  writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  print(report);
  if (!allPass(report)) process.exitCode = 1;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${INGEST_USAGE}`);
  process.exitCode = 2;
}
