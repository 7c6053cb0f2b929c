/**
 * The tests of aedes, which are in its package.
 *
 * Some depend on time, and on ports that nobody else may use. So the file of a test that fails runs once more, and what
 * fails again runs on the real mqtt-packet: only what passes there is held against this package.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { REFERENCE } from './candidate.js';
import { type NodeTestRun, runNodeTests } from './node-test.js';
import { judge, type TestResult } from './results.js';
import type { Suite, SuiteContext } from './suite.js';
import * as versions from './versions.js';
import { type Candidate, install, type Workplace } from './workplace.js';

const SECONDS = 300;

/** It needs Docker. */
const LEFT_OUT = new Set(['drain-toxiproxy.js']);

function testFiles({ folder }: Workplace): string[] {
  return readdirSync(join(folder, 'node_modules/aedes/test'))
    .filter((name) => /\.c?js$/.test(name) && !LEFT_OUT.has(name))
    .sort();
}

function runFiles(place: Workplace, files: readonly string[], node: string): Promise<NodeTestRun> {
  return runNodeTests(
    files.map((file) => join('test', file)),
    {
      node,
      folder: join(place.folder, 'node_modules/aedes'),
      seconds: SECONDS,
      environment: place.environment,
    },
  );
}

const failures = (results: readonly TestResult[]): TestResult[] =>
  results.filter(({ outcome }) => outcome === 'failed');

const filesThatFail = (results: readonly TestResult[]): string[] => [
  ...new Set(failures(results).map(({ file }) => file)),
];

/** The results with those of some files put in the place of what they were. */
function replaced(
  results: readonly TestResult[],
  files: readonly string[],
  again: readonly TestResult[],
): TestResult[] {
  return [...results.filter(({ file }) => !files.includes(file)), ...again];
}

function aedesSuite(name: string, version: string, tests: number): Suite {
  const installAedes = (candidate: Candidate, node: string) =>
    install(name, { aedes: version, mqtt: versions.MQTT_JS, ws: versions.WS }, candidate, node);

  async function run({ candidate, node, progress }: SuiteContext) {
    progress('installing');
    const place = await installAedes(candidate, node);
    progress(`mqtt-packet is\n${place.tree}`);
    const files = testFiles(place);
    progress(`${files.length} files of tests`);
    const first = await runFiles(place, files, node);
    const problems = [...first.problems];
    const notes: string[] = [];
    let { results } = first;

    const failing = filesThatFail(results);
    if (failing.length > 0) {
      progress(`once more: ${failing.join(', ')}`);
      const again = await runFiles(place, failing, node);
      problems.push(...again.problems);
      notes.push(`run a second time: ${failing.join(', ')}`);
      results = replaced(results, failing, again.results);
    }

    const differences: Record<string, string> = {};
    const stillFailing = filesThatFail(results);
    if (stillFailing.length > 0 && !candidate.isReference) {
      progress(`on the real mqtt-packet: ${stillFailing.join(', ')}`);
      const reference = await runFiles(await installAedes(REFERENCE, node), stillFailing, node);
      for (const test of failures(results)) {
        const fails = failures(reference.results).some(({ name }) => name === test.name);
        if (fails) differences[test.name] = 'fails on the real mqtt-packet too';
      }
    }
    return judge({ suite: name, tests, differences }, results, problems, notes);
  }

  return { name, run };
}

export const aedesSuites: readonly Suite[] = [
  aedesSuite('aedes-1', versions.AEDES_1, 368),
  aedesSuite('aedes-2', versions.AEDES_2, 387),
];
