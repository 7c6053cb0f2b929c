/** Gates: what passes, what does not, and that each of them is about something that is measured. */
import { availableScanners } from 'mqtt-wasm';
import { describe, expect, it } from 'vitest';
import { casesMatching } from '../../bench/cases.js';
import {
  contestantsOf,
  GATED_CASES,
  judgeCase,
  judgeMemory,
  judgeRatio,
  MEMORY_GATES,
  measureUntilMet,
  RATIO_GATES,
  type RatioGate,
} from '../../bench/gates.js';
import { decoderFigures } from '../../bench/memory/decoders.js';
import { parserFigures } from '../../bench/memory/parsers.js';
import type { CaseResult } from '../../bench/run.js';

const GATE: RatioGate = {
  caseId: 'batch/A',
  contestant: 'ours',
  against: 'theirs',
  gate: 4,
  goal: 8,
};

/** A run in which ours took so long in each round, and theirs always 100. */
function run(...rounds: readonly number[]): { cases: CaseResult[] } {
  const result = (contestant: string, times: readonly number[]) => ({
    contestant,
    nanosecondsPerPacket: 1,
    packetsPerSecond: 1,
    mebibytesPerSecond: 1,
    ratio: 1,
    marginOfError: 1,
    spread: 1,
    rounds: times,
  });
  const results = [
    result('ours', rounds),
    result(
      'theirs',
      rounds.map(() => 100),
    ),
  ];
  const about = { kind: 'batch', title: '', packets: 1, byteLength: 1, reference: '' } as const;
  return { cases: [{ id: 'batch/A', ...about, results }] };
}

describe('judgeRatio', () => {
  it.each([
    ['above the goal', [run(10)], { value: 10, passed: true, reachesGoal: true }],
    ['at the goal', [run(12.5)], { value: 8, passed: true, reachesGoal: true }],
    ['below the goal', [run(20)], { value: 5, passed: true, reachesGoal: false }],
    ['at the gate', [run(25)], { value: 4, passed: true, reachesGoal: false }],
    ['below the gate', [run(25.1)], { passed: false, reachesGoal: false }],
    ['by the median of the rounds', [run(10, 50, 20)], { value: 5, passed: true }],
    ['by the best of the runs', [run(50), run(20), run(40)], { value: 5, passed: true }],
    ['nothing measured', [], { value: undefined, passed: false, reachesGoal: false }],
    ['another case measured', [{ cases: [] }], { value: undefined, passed: false }],
  ])('%s', (_, runs, verdict) => {
    expect(judgeRatio(GATE, runs)).toMatchObject({ gate: 4, goal: 8, isRatio: true, ...verdict });
  });

  it('fails where a contestant is not there', () => {
    expect(judgeRatio({ ...GATE, against: 'nobody' }, [run(1)])).toMatchObject({ passed: false });
  });
});

describe('measureUntilMet', () => {
  /** A case at which ours is so many times as fast as anybody else. */
  function caseAt(id: string, ratio: number): CaseResult {
    const [measured] = run(1).cases;
    const [one] = (measured as CaseResult).results;
    const names = [...contestantsOf(id)];
    const results = names.map((contestant, index) => ({
      ...(one as CaseResult['results'][number]),
      contestant,
      rounds: [index === 0 ? 1 : ratio],
    }));
    return { ...(measured as CaseResult), id, results };
  }

  it('measures again what misses, and nothing else', async () => {
    const asked: string[][] = [];
    const ratios: Record<string, number[]> = {
      'batch/B': [1000],
      'batch/A': [1, 1000, 1],
      'decode/A': [1, 2, 1],
    };
    const tries = await measureUntilMet(Object.keys(ratios), 3, async (ids) => {
      asked.push([...ids]);
      return ids.map((id) => caseAt(id, ratios[id]?.shift() ?? 0));
    });
    expect(asked).toEqual([
      ['batch/B', 'batch/A', 'decode/A'],
      ['batch/A', 'decode/A'],
      ['decode/A'],
    ]);
    const verdicts = [...tries].map(([id, results]) => [
      id,
      results.length,
      judgeCase(id, results).map(({ passed, value }) => [passed, value]),
    ]);
    expect(verdicts).toEqual([
      ['batch/B', 1, [[true, 1000]]],
      [
        'batch/A',
        2,
        [
          [true, 1000],
          [true, 1000],
        ],
      ],
      ['decode/A', 3, [[false, 2]]],
    ]);
  });
});

describe('judgeMemory', () => {
  const gate = { figureId: 'memory/x', gate: 300, goal: 200 };
  const figure = (value: number) => [{ id: 'memory/x', title: '', value, unit: 'bytes' }];

  it.each([
    [199, true, true],
    [200, true, false],
    [299, true, false],
    [300, false, false],
  ])('%d bytes', (value, passed, reachesGoal) => {
    expect(judgeMemory(gate, figure(value))).toMatchObject({ value, passed, reachesGoal });
  });

  it('fails where nothing was measured', () => {
    expect(judgeMemory(gate, [])).toMatchObject({ value: undefined, passed: false });
  });

  it.each([
    [499, true],
    [500, false],
  ])('%d bytes, compared with 500', (value, passed) => {
    const relative = { figureId: 'memory/x', against: 'memory/y', gate: 1, goal: 1 };
    const other = { id: 'memory/y', title: '', value: 500, unit: 'bytes' };
    expect(judgeMemory(relative, [...figure(value), other])).toMatchObject({
      name: 'memory/x to memory/y',
      value: value / 500,
      passed,
    });
    expect(judgeMemory(relative, figure(value))).toMatchObject({
      value: undefined,
      passed: false,
    });
  });
});

describe('the table', () => {
  it.each(GATED_CASES)('%s has the contestants that its gates name', (id) => {
    const [maker, ...others] = casesMatching(new RegExp(`^${id}$`));
    expect(others).toEqual([]);
    const names = maker?.make().contestants.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...contestantsOf(id)]));
  });

  it('has goals that are no easier than the gates', () => {
    for (const { gate, goal } of RATIO_GATES) expect(goal).toBeGreaterThanOrEqual(gate);
    for (const { gate, goal } of MEMORY_GATES) expect(goal).toBeLessThanOrEqual(gate);
  });

  it('names figures about decoders and parsers that there are', () => {
    const scale = { frames: 0, decoders: 1, parsers: 1 };
    const ids = [...decoderFigures(scale), ...parserFigures(scale)].map(({ id }) => id);
    const named = MEMORY_GATES.flatMap(({ figureId, against }) => [figureId, against ?? figureId]);
    expect(ids).toEqual(
      expect.arrayContaining(named.filter((id) => /^memory\/(decoders|parsers)\//.test(id))),
    );
  });

  it('is about the scanner that is chosen where there is a choice', () => {
    expect(RATIO_GATES[0]?.contestant).toBe(availableScanners()[0]);
  });
});
