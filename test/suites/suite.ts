/** A suite, and the way in which most of them run. */
import { type ExpectedDifferences, judge, type SuiteResult, type TestResult } from './results.js';
import { type Candidate, install, REFERENCE, type Workplace } from './workplace.js';

export interface SuiteContext {
  readonly candidate: Candidate;
  /** The Node.js that runs the tests. */
  readonly node: string;
  /** Says what happens now. */
  progress(text: string): void;
}

export interface Suite {
  readonly name: string;
  run(context: SuiteContext): Promise<SuiteResult>;
}

/** What running some files of tests has shown. */
export interface TestRun {
  readonly results: readonly TestResult[];
  /** What went wrong beside the tests. */
  readonly problems: readonly string[];
}

export interface FileSuite {
  readonly name: string;
  /** How many tests run, skipped ones not counted. */
  readonly tests: number;
  /** What is installed, by name. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** What fails on the real mqtt-packet as well, wherever it runs. */
  readonly faults?: ExpectedDifferences;
  /** Where this package is to differ from the real mqtt-packet. */
  readonly differences?: ExpectedDifferences;
  /** Tests that fail now and then on the real mqtt-packet as well; they count as skipped. */
  readonly unsteady?: readonly string[];
  /** Whether the tests are ours, so that there is nothing to compare them with. */
  readonly isOurs?: boolean;
  /** The files of tests. May make them first. */
  files(place: Workplace): Promise<readonly string[]>;
  run(files: readonly string[], place: Workplace, node: string): Promise<TestRun>;
}

/** The files of tests that failed and were not to. */
function filesToAsk(results: readonly TestResult[], expected: ExpectedDifferences): string[] {
  const unexpected = failuresIn(results).filter(({ name }) => expected[name] === undefined);
  return [...new Set(unexpected.map(({ file }) => file))];
}

const failuresIn = (results: readonly TestResult[]): TestResult[] =>
  results.filter(({ outcome }) => outcome === 'failed');

/**
 * A suite that is installed from npm. Some of its tests depend on time, and on ports that nobody else may use. So the file
 * of a test that fails runs once more, and what fails again runs on the real mqtt-packet: only what passes there is
 * held against this package.
 */
export function fileSuite(suite: FileSuite): Suite {
  const { name, tests, dependencies } = suite;

  async function runFiles(
    files: readonly string[],
    place: Workplace,
    node: string,
  ): Promise<TestRun> {
    const { results, problems } = await suite.run(files, place, node);
    const skipped = { outcome: 'skipped', detail: '' } as const;
    return {
      results: results.map((test) =>
        suite.unsteady?.includes(test.name) ? { ...test, ...skipped } : test,
      ),
      problems,
    };
  }

  async function run({ candidate, node, progress }: SuiteContext): Promise<SuiteResult> {
    progress('installing');
    const place = await install(name, dependencies, candidate, node);
    progress(`mqtt-packet is\n${place.tree}`);
    const files = await suite.files(place);
    progress(`${files.length} files of tests`);
    const first = await runFiles(files, place, node);
    let { results, problems } = first;
    const notes: string[] = [];

    const differences: Record<string, string> = {
      ...suite.faults,
      ...(candidate.isReference ? {} : suite.differences),
    };
    // What hangs would hang again.
    const failing = problems.length > 0 ? [] : filesToAsk(results, differences);
    if (failing.length > 0) {
      progress(`once more: ${failing.join(', ')}`);
      for (const { name: failed, detail } of failuresIn(results)) {
        if (differences[failed] === undefined) notes.push(`failed at first: ${failed}: ${detail}`);
      }
      const again = await runFiles(failing, place, node);
      results = [...results.filter(({ file }) => !failing.includes(file)), ...again.results];
      problems = [...problems, ...again.problems];
    }

    const stillFailing = failing.length === 0 ? [] : filesToAsk(results, differences);
    if (stillFailing.length > 0 && !candidate.isReference && suite.isOurs !== true) {
      progress(`on the real mqtt-packet: ${stillFailing.join(', ')}`);
      const other = await install(name, dependencies, REFERENCE, node);
      await suite.files(other);
      const reference = failuresIn((await runFiles(stillFailing, other, node)).results);
      for (const test of failuresIn(results)) {
        if (!reference.some((fault) => fault.name === test.name)) continue;
        differences[test.name] ??= 'fails on the real mqtt-packet too';
      }
    }
    return judge({ suite: name, tests, differences }, results, problems, notes);
  }

  return { name, run };
}
