/** A fixed number of cases of the fuzzer, the same every time; `npm run fuzz` goes on for longer. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeChunks } from '../support/decode.js';
import { fuzzCase, streamOf } from './case.js';
import { checkCase } from './check.js';

const SEED = 20_260;
const RUNS = Number(process.env.FAST_CHECK_RUNS ?? 2000);

test('mutated packets are decoded alike by all scanners, and what decodes encodes back', () => {
  fc.assert(fc.property(fuzzCase, checkCase), { seed: SEED, numRuns: RUNS });
}, 600_000);

test('cases are of all kinds', () => {
  const cases = fc.sample(fuzzCase, { seed: SEED, numRuns: 500 });
  const versions = new Set(cases.map(({ options }) => options.protocolVersion));
  const roles = new Set(cases.map(({ options }) => options.role));
  expect([versions.size, roles.size]).toEqual([4, 3]);
  const types = new Set(cases.flatMap(({ packets }) => packets.map(({ type }) => type)));
  expect(types.size).toBe(15);
  expect(cases.some(({ splits }) => splits === 'bytes')).toBe(true);
  expect(cases.filter(({ mutations }) => mutations.length > 0).length).toBeGreaterThan(100);
  const errors = new Set(
    cases.map((one) => decodeChunks([streamOf(one)], one.options).error?.code ?? 'none'),
  );
  expect(errors.size).toBeGreaterThan(25);
  const whole = cases.filter((one) => decodeChunks([streamOf(one)], one.options).packets.length);
  expect(whole.length).toBeGreaterThan(150);
});
