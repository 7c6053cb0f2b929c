/** What a run of the benchmark leaves behind as JSON, and how figures are looked up in it. */
import { existsSync, readFileSync } from 'node:fs';
import type { Machine } from '../machine.js';
import type { MemoryFigure } from '../memory/tasks.js';
import type { CaseResult, Result, Timing } from '../run.js';

/** Counts up when a field changes its meaning. */
const FORMAT = 2;

export interface Report {
  readonly format: typeof FORMAT;
  readonly command: string;
  /** What was measured, as a commit; `undefined` where there is no repository. */
  readonly commit?: string | undefined;
  readonly machine: Machine;
  readonly timing: Timing;
  readonly cases: readonly CaseResult[];
  readonly memory: readonly MemoryFigure[];
}

export function makeReport(contents: Omit<Report, 'format'>): Report {
  return { format: FORMAT, ...contents };
}

/** Reads a report. Throws an `Error` that says what is wrong with the file. */
export function readReport(file: string): Report {
  if (!existsSync(file)) throw new Error(`${file} is not there`);
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  if (report.format !== FORMAT) throw new Error(`${file} is not a report of format ${FORMAT}`);
  return report;
}

/** The case of this name, if it was run. */
export function findCase({ cases }: Pick<Report, 'cases'>, id: string): CaseResult | undefined {
  return cases.find((result) => result.id === id);
}

/** What this contestant did in this case, if both were there. */
export function findResult(
  report: Pick<Report, 'cases'>,
  id: string,
  contestant: string,
): Result | undefined {
  return findCase(report, id)?.results.find((result) => result.contestant === contestant);
}

/** A number with about three significant digits. */
export function figure(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
