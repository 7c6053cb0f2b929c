/** The output of tape: names of tests, assertions, and what belongs to an assertion that failed. */
import { type TestResult, uniqueNames } from './results.js';

interface TapOutput {
  readonly results: readonly TestResult[];
  /** Whether tape came to its end. */
  readonly complete: boolean;
}

export function readTap(output: string, file: string): TapOutput {
  const results: TestResult[] = [];
  const unique = uniqueNames();
  let name: string | undefined;
  let failures: string[] = [];
  let inDetails = false;
  const finishTest = () => {
    if (name !== undefined) {
      const outcome = failures.length > 0 ? 'failed' : 'passed';
      results.push({ name: unique(name), file, outcome, detail: failures.join('\n') });
    }
    failures = [];
  };
  for (const line of output.split('\n')) {
    if (inDetails) {
      if (line === '  ...') inDetails = false;
      // Where in tape the assertion is nobody wants to know.
      else if (!/^\s+(at |stack:|operator:)/.test(line)) failures.push(line);
    } else if (line === '  ---') {
      inDetails = true;
    } else if (/^1\.\.\d+$/.test(line)) {
      finishTest();
      return { results, complete: true };
    } else if (line.startsWith('# ')) {
      finishTest();
      name = line.slice(2);
    } else if (/^not ok \d+/.test(line)) {
      failures.push(line.replace(/^not ok \d+ /, ''));
    }
  }
  finishTest();
  return { results, complete: false };
}
