/**
 * The suites of those who use mqtt-packet, run with this package in its place.
 *
 *   npm run suites
 *   npm run suites -- aedes-1 mqtt-js --node /opt/node-24/bin/node
 *   npm run suites -- --candidate reference
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { aedesSuites } from './aedes.js';
import { candidateFor } from './candidate.js';
import { endChildren, runChild } from './child.js';
import { mqttJsSuite } from './mqtt-js.js';
import { mqttPacketSuite } from './mqtt-packet.js';
import { olderSuites } from './older.js';
import { judge, type SuiteResult } from './results.js';
import type { Suite, SuiteContext } from './suite.js';
import { removeFolders } from './workplace.js';

const SUITES: readonly Suite[] = [mqttPacketSuite, ...aedesSuites, mqttJsSuite, ...olderSuites];

const USAGE = `npm run suites -- [options] [suite ...]

Installs the suites of others from npm, and runs them with this package as mqtt-packet.
Suites: ${SUITES.map(({ name }) => name).join(', ')}; all of them if none is named.

  --node PATH          the Node.js that runs the tests (default: the one that runs this)
  --candidate TARBALL  what to put in the place of mqtt-packet: a tarball, or
                       'reference' for mqtt-packet itself (default: npm pack of this package)
  --help               print this`;

interface Options {
  readonly suites: readonly Suite[];
  readonly node: string;
  readonly candidate: string | undefined;
}

function readOptions(): Options | undefined {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      node: { type: 'string', default: process.execPath },
      candidate: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const node = resolve(values.node);
  if (!existsSync(node)) throw new TypeError(`there is no ${node}`);
  const unknown = positionals.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined) throw new TypeError(`there is no suite ${unknown}`);
  const suites = SUITES.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  );
  return { suites, node, candidate: values.candidate };
}

/** A suite that could not be run at all is a suite that fails. */
async function runSuite(suite: Suite, context: SuiteContext): Promise<SuiteResult> {
  try {
    return await suite.run(context);
  } catch (error) {
    const nothing = { suite: suite.name, tests: 0, differences: {} };
    return judge(nothing, [], [error instanceof Error ? error.message : String(error)]);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function runAll({ suites, node, candidate: choice }: Options): Promise<boolean> {
  const { output } = await runChild(node, ['--version'], { folder: '.', seconds: 10 });
  const candidate = await candidateFor(choice);
  print(`Node.js ${output.trim()}, with ${candidate.specifier} as mqtt-packet`);
  const table = new Table({
    head: ['suite', 'passed', 'failed', 'differ as expected', 'skipped', 'seconds', ''],
    style: { head: [], border: [] },
  });
  let fine = true;
  for (const suite of suites) {
    const began = performance.now();
    const result = await runSuite(suite, {
      candidate,
      node,
      progress: (text) => print(`${suite.name}: ${text}`),
    });
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    for (const note of result.notes) print(`${suite.name}: note: ${note}`);
    for (const problem of result.problems) print(`${suite.name}: ${problem}`);
    const passes = result.problems.length === 0;
    fine &&= passes;
    const { passed, failed, expected, skipped } = result;
    table.push([suite.name, passed, failed, expected, skipped, seconds, passes ? 'ok' : 'FAILED']);
  }
  print(table.toString());
  return fine;
}

function cleanUp(): void {
  endChildren();
  removeFolders();
}
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => {
    cleanUp();
    process.exit(130);
  });
}

try {
  const options = readOptions();
  if (options === undefined) print(USAGE);
  else if (!(await runAll(options))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  process.exitCode = 2;
} finally {
  cleanUp();
}
