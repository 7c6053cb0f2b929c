/** Suites that are made for mocha. */
import { endingOf, runChild } from './child.js';
import { indented, type TestResult, uniqueNames } from './results.js';
import type { TestRun } from './suite.js';

/** A test in the report that mocha prints as JSON. */
interface ReportedTest {
  readonly fullTitle: string;
  readonly err: { readonly message?: string };
}

interface Report {
  readonly passes: readonly ReportedTest[];
  readonly failures: readonly ReportedTest[];
  readonly pending: readonly ReportedTest[];
}

interface MochaOptions {
  readonly node: string;
  /** That of the package, beside which mocha is installed. */
  readonly folder: string;
  readonly seconds: number;
  readonly environment: NodeJS.ProcessEnv;
}

/** The end of what mocha wrote; tests may have printed before. */
function reportIn(output: string): Report | undefined {
  const start = output.indexOf('{\n  "stats": {');
  return start < 0 ? undefined : (JSON.parse(output.slice(start)) as Report);
}

async function runFile(
  file: string,
  { node, folder, seconds, environment }: MochaOptions,
): Promise<TestRun> {
  const run = await runChild(
    node,
    ['../mocha/bin/_mocha', '--timeout', '5000', '--exit', '--reporter', 'json', `test/${file}`],
    { folder, seconds, environment },
  );
  const report = reportIn(run.output);
  if (report === undefined) {
    return { results: [], problems: [...endingOf(run, seconds), indented(run.errors)] };
  }
  const unique = uniqueNames();
  const resultsOf = (
    tests: readonly ReportedTest[],
    outcome: TestResult['outcome'],
  ): TestResult[] =>
    tests.map(({ fullTitle, err }) => ({
      name: unique(`${file}: ${fullTitle}`),
      file,
      outcome,
      detail: err.message ?? '',
    }));
  return {
    results: [
      ...resultsOf(report.passes, 'passed'),
      ...resultsOf(report.failures, 'failed'),
      ...resultsOf(report.pending, 'skipped'),
    ],
    problems: run.leftBehind ? ['processes were left behind'] : [],
  };
}

/** Runs each file of tests in a process of its own. */
export async function runMochaTests(
  files: readonly string[],
  options: MochaOptions,
): Promise<TestRun> {
  const runs: TestRun[] = [];
  for (const file of files) runs.push(await runFile(file, options));
  return {
    results: runs.flatMap(({ results }) => results),
    problems: runs.flatMap(({ problems }) => problems),
  };
}
