import { describe, expect, test } from 'vitest';
import { judge, type TestResult, uniqueNames } from './results.js';
import { readTap } from './tap.js';

const result = (name: string, outcome: TestResult['outcome']): TestResult => ({
  name,
  file: 'a.js',
  outcome,
  detail: outcome === 'failed' ? 'expected 1\ngot 2' : '',
});
const suite = { suite: 'some', tests: 2, differences: {} };

describe('judge', () => {
  test('nothing is wrong if all pass', () => {
    const results = [result('a', 'passed'), result('b', 'passed'), result('c', 'skipped')];
    expect(judge(suite, results)).toMatchObject({
      passed: 2,
      failed: 0,
      expected: 0,
      skipped: 1,
      problems: [],
    });
  });

  test('a failure is a problem, with what was expected', () => {
    const { failed, problems } = judge(suite, [result('a', 'failed'), result('b', 'passed')]);
    expect(failed).toBe(1);
    expect(problems).toEqual(['failed: a\n    expected 1\n    got 2']);
  });

  test('an expected difference is none, and is told with its reason', () => {
    const expectation = { ...suite, differences: { a: 'for a reason' } };
    const judged = judge(expectation, [result('a', 'failed'), result('b', 'passed')]);
    expect(judged).toMatchObject({ passed: 1, failed: 0, expected: 1, problems: [] });
    expect(judged.notes).toEqual(['differs as expected: a: for a reason']);
  });

  test('an expected difference that does not fail is a problem', () => {
    const expectation = { ...suite, differences: { a: 'for a reason' } };
    const { problems } = judge(expectation, [result('a', 'passed'), result('b', 'passed')]);
    expect(problems).toEqual(['expected to differ, but does not fail: a']);
  });

  test('so is one that did not run', () => {
    const expectation = { ...suite, differences: { gone: 'for a reason' } };
    const { problems } = judge(expectation, [result('a', 'passed'), result('b', 'passed')]);
    expect(problems).toEqual(['expected to differ, but does not fail: gone']);
  });

  test.each([1, 3])('%i tests instead of two are a problem', (count) => {
    const results = Array.from({ length: count }, (_, index) => result(String(index), 'passed'));
    expect(judge(suite, results).problems).toEqual([`${count} tests ran, and the suite has 2`]);
  });

  test('what went wrong beside the tests is a problem', () => {
    const results = [result('a', 'passed'), result('b', 'passed')];
    expect(judge(suite, results, ['not done after 3 s']).problems).toEqual(['not done after 3 s']);
  });
});

test('names that come again get a number', () => {
  const unique = uniqueNames();
  expect(['a', 'b', 'a', 'a'].map(unique)).toEqual(['a', 'b', 'a (2)', 'a (3)']);
});

describe('readTap', () => {
  const OUTPUT = `TAP version 13
# one
ok 1 fine
# two
ok 2 fine
not ok 3 should be equal
  ---
    operator: equal
    expected: 1
    actual:   2
    at: Test.<anonymous> (/somewhere/test.js:1:1)
    stack: |-
      Error: should be equal
          at Test.assert (/somewhere/tape/lib/test.js:2:2)
  ...
ok 4 # not the name of a test
# one
ok 5 fine
`;

  test('tests with their failures', () => {
    const { results, complete } = readTap(`${OUTPUT}\n1..5\n# tests 5\n# pass  4\n`, 'test.js');
    expect(complete).toBe(true);
    expect(results.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['one', 'passed'],
      ['two', 'failed'],
      ['one (2)', 'passed'],
    ]);
    expect(results[1]?.detail).toContain('expected: 1\n    actual:   2');
  });

  test('an output that breaks off is not complete', () => {
    const { results, complete } = readTap(OUTPUT, 'test.js');
    expect(complete).toBe(false);
    expect(results).toHaveLength(3);
  });
});
