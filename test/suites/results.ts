/**
 * What a suite has shown, and what that means.
 *
 * A suite is as it should be if as many tests ran as it has, and exactly those failed of which the list of expected
 * differences says so. A test of the list that passes is a failure as well: then the list is wrong.
 */

export interface TestResult {
  /** The file and the name, made unique by a number where a file uses a name twice. */
  readonly name: string;
  readonly file: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** What was expected and what came; empty for a test that passed. */
  readonly detail: string;
}

/** Why a test may fail, by its name. */
export type ExpectedDifferences = Readonly<Record<string, string>>;

export interface SuiteResult {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly expected: number;
  readonly skipped: number;
  /** What makes the suite fail, a paragraph each. */
  readonly problems: readonly string[];
  /** What somebody who reads the summary should know although nothing is wrong. */
  readonly notes: readonly string[];
}

/** What is known of a suite before it runs. */
export interface Expectation {
  readonly suite: string;
  /** How many tests run, skipped ones not counted. */
  readonly tests: number;
  readonly differences: ExpectedDifferences;
}

/** Adds a number to the names that come more than once. */
export function uniqueNames(): (name: string) => string {
  const seen = new Map<string, number>();
  return (name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  };
}

export function judge(
  { suite, tests, differences }: Expectation,
  results: readonly TestResult[],
  problems: readonly string[] = [],
  notes: readonly string[] = [],
): SuiteResult {
  const reasons = new Map(Object.entries(differences));
  const failures = results.filter(({ outcome }) => outcome === 'failed');
  const unexpected = failures.filter(({ name }) => !reasons.has(name));
  const failedNames = new Set(failures.map(({ name }) => name));
  const skipped = results.filter(({ outcome }) => outcome === 'skipped').length;
  const ran = results.length - skipped;
  return {
    suite,
    passed: ran - failures.length,
    failed: unexpected.length,
    expected: failures.length - unexpected.length,
    skipped,
    problems: [
      ...unexpected.map(({ name, detail }) => `failed: ${name}\n${indented(detail)}`),
      ...[...reasons.keys()]
        .filter((name) => !failedNames.has(name))
        .map((name) => `expected to differ, but does not fail: ${name}`),
      ...(ran === tests ? [] : [`${ran} tests ran, and the suite has ${tests}`]),
      ...problems,
    ],
    notes: [
      ...failures
        .filter(({ name }) => reasons.has(name))
        .map(({ name }) => `differs as expected: ${name}: ${reasons.get(name)}`),
      ...notes,
    ],
  };
}

export function indented(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `    ${line}`)
    .join('\n');
}
