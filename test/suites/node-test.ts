/** Suites that are made for `node --test`. */
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endingOf, runChild } from './child.js';
import { indented, type TestResult, uniqueNames } from './results.js';
import type { TestRun } from './suite.js';

const REPORTER = fileURLToPath(new URL('reporter.mjs', import.meta.url));

/** Node.js 20 takes it for a file, later versions for a test. */
const FILE_SECONDS = 180;

interface NodeTestOptions {
  readonly node: string;
  readonly folder: string;
  /** For all files together. */
  readonly seconds: number;
  readonly environment: NodeJS.ProcessEnv;
}

/** Runs test files one after the other, since suites use fixed ports. */
export async function runNodeTests(
  files: readonly string[],
  { node, folder, seconds, environment }: NodeTestOptions,
): Promise<TestRun> {
  const args = [
    '--test',
    '--test-concurrency=1',
    `--test-timeout=${FILE_SECONDS * 1000}`,
    `--test-reporter=${REPORTER}`,
    '--test-reporter-destination=stdout',
    ...files,
  ];
  const run = await runChild(node, args, { folder, seconds, environment });
  const names = new Map<string, (name: string) => string>();
  const results = run.output.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    const { name, file, ...rest } = JSON.parse(line) as TestResult;
    const short = basename(file);
    const unique = names.get(short) ?? uniqueNames();
    names.set(short, unique);
    return [{ name: `${short}: ${unique(name)}`, file: short, ...rest }];
  });
  const problems = endingOf(run, seconds);
  if (results.length === 0) problems.push(`no test ran\n${indented(run.errors)}`);
  return { results, problems };
}
