/**
 * What a change must not make worse: ratios between contestants of one run, which do not depend on how fast the machine
 * is, and bytes, which do not depend on the machine at all. The gate is what must hold, the goal what is aimed at.
 */
import { DROP_IN } from './compat/parser.js';
import { REFERENCE } from './decode.js';
import type { MemoryFigure } from './memory/tasks.js';
import { findResult, type Report } from './report/report.js';
import { type CaseResult, ratioBetween } from './run.js';

/** How many times as fast one contestant of a case must be as another. */
export interface RatioGate {
  readonly caseId: string;
  readonly contestant: string;
  readonly against: string;
  readonly gate: number;
  readonly goal: number;
  /**
   * The gate that was asked for and is out of reach: `docs/architecture.md` says what was tried. Both the command and the document
   * show it.
   */
  readonly asked?: number | undefined;
}

/** Below what a figure about memory must stay: bytes, or so many times the figure that it is compared with. */
export interface MemoryGate {
  readonly figureId: string;
  readonly against?: string;
  readonly gate: number;
  readonly goal: number;
}

/** The scanner that runs where nothing else is said. */
const OURS = 'wasm-simd';

function rows(
  kind: string,
  contestant: string,
  table: Readonly<Record<string, readonly [gate: number, goal: number, asked?: number]>>,
): RatioGate[] {
  return Object.entries(table).map(([name, [gate, goal, asked]]) => ({
    caseId: `${kind}/${name}`,
    contestant,
    against: REFERENCE,
    gate,
    goal,
    asked,
  }));
}

export const RATIO_GATES: readonly RatioGate[] = [
  ...rows('batch', OURS, {
    A: [25, 40],
    B: [25, 40],
    C: [4, 40, 20],
    D: [10, 20],
    E: [5, 8],
    F: [4, 6],
    G: [40, 60],
  }),
  { caseId: 'batch/A', contestant: OURS, against: 'baseline', gate: 1.8, goal: 2.5 },
  ...rows('decode', OURS, {
    A: [8, 12],
    B: [8, 12],
    C: [3.5, 12, 7],
    D: [0.5, 2, 1.3],
    E: [4, 6],
    F: [3, 5],
    G: [4, 6],
  }),
  ...rows('encode', 'encode()', {
    publish: [2.5, 4],
    puback: [2, 4],
    publish5: [3, 5],
  }),
  ...rows('compat/parser', DROP_IN, {
    A: [6, 10],
    B: [6, 10],
    C: [3.5, 10, 6],
    D: [0.5, 2, 1.3],
    E: [3, 5],
    F: [2.5, 4],
    G: [3, 5],
  }),
  ...rows('compat/generate', DROP_IN, { publish: [2.5, 4], publish5: [3, 5] }),
  ...rows('compat/write', DROP_IN, { publish: [2, 3], publish5: [4, 6] }),
];

export const MEMORY_GATES: readonly MemoryGate[] = [
  { figureId: 'memory/heap/batch/A', gate: 1, goal: 1 },
  { figureId: 'memory/decoders/idle', gate: 300, goal: 300 },
  { figureId: 'memory/decoders/idle-own-options', gate: 300, goal: 300 },
  ...['new', 'idle', 'half-publish'].map((state) => ({
    figureId: `memory/parsers/${DROP_IN}/${state}`,
    against: `memory/parsers/${REFERENCE}/${state}`,
    gate: 1,
    goal: 1,
  })),
];

/** How a gate was met. */
export interface Verdict {
  readonly name: string;
  /** The ratio or the bytes; `undefined` if it was not measured. */
  readonly value: number | undefined;
  readonly gate: number;
  readonly goal: number;
  readonly asked: number | undefined;
  /** Whether more is better. */
  readonly isRatio: boolean;
  readonly passed: boolean;
  readonly reachesGoal: boolean;
}

/** The ratio that a gate is about; `undefined` if a run has not measured it. */
export function ratioOf(gate: RatioGate, report: Pick<Report, 'cases'>): number | undefined {
  const own = findResult(report, gate.caseId, gate.contestant);
  const other = findResult(report, gate.caseId, gate.against);
  return own === undefined || other === undefined ? undefined : ratioBetween(own, other);
}

/** A gate for ratios, met by the best of these runs. */
export function judgeRatio(gate: RatioGate, runs: readonly Pick<Report, 'cases'>[]): Verdict {
  const ratios = runs.flatMap((run) => ratioOf(gate, run) ?? []);
  const value = ratios.length === 0 ? undefined : Math.max(...ratios);
  return {
    name: `${gate.caseId}, ${gate.contestant} to ${gate.against}`,
    value,
    gate: gate.gate,
    goal: gate.goal,
    asked: gate.asked,
    isRatio: true,
    passed: value !== undefined && value >= gate.gate,
    reachesGoal: value !== undefined && value >= gate.goal,
  };
}

/** The figure that a gate is about, or how many times the other one it is; `undefined` if it was not measured. */
export function memoryOf(
  { figureId, against }: MemoryGate,
  figures: readonly MemoryFigure[],
): number | undefined {
  const own = figures.find(({ id }) => id === figureId)?.value;
  if (against === undefined) return own;
  const other = figures.find(({ id }) => id === against)?.value;
  return own === undefined || other === undefined ? undefined : own / other;
}

/** What a gate about memory is about, in words. */
export function memoryName(
  { figureId, against }: MemoryGate,
  figures: readonly MemoryFigure[],
): string {
  if (against !== undefined) return `${figureId} to ${against}`;
  const unit = figures.find(({ id }) => id === figureId)?.unit;
  return unit === undefined ? figureId : `${figureId}, ${unit}`;
}

export function judgeMemory(gate: MemoryGate, figures: readonly MemoryFigure[]): Verdict {
  const value = memoryOf(gate, figures);
  return {
    name: memoryName(gate, figures),
    value,
    gate: gate.gate,
    goal: gate.goal,
    asked: undefined,
    isRatio: false,
    passed: value !== undefined && value < gate.gate,
    reachesGoal: value !== undefined && value < gate.goal,
  };
}

/** The gates on one case, met by the best of its tries. */
export function judgeCase(id: string, tries: readonly CaseResult[]): Verdict[] {
  const runs = tries.map((result) => ({ cases: [result] }));
  return RATIO_GATES.filter(({ caseId }) => caseId === id).map((gate) => judgeRatio(gate, runs));
}

/** The tries of each case, in the order in which they were made. */
export type Tries = ReadonlyMap<string, readonly CaseResult[]>;

/** Measures cases, and those that miss a gate again, until each has met its gates or had so many tries. */
export async function measureUntilMet(
  ids: readonly string[],
  most: number,
  measure: (ids: readonly string[]) => Promise<readonly CaseResult[]>,
): Promise<Tries> {
  const tries = new Map<string, CaseResult[]>();
  let missing = ids;
  for (let left = most; left > 0 && missing.length > 0; left--) {
    for (const result of await measure(missing)) {
      tries.set(result.id, [...(tries.get(result.id) ?? []), result]);
    }
    missing = missing.filter((id) => judgeCase(id, tries.get(id) ?? []).some((one) => !one.passed));
  }
  return tries;
}

/** The names of the contestants that gates on this case need. */
export function contestantsOf(caseId: string): ReadonlySet<string> {
  const gates = RATIO_GATES.filter((gate) => gate.caseId === caseId);
  return new Set(gates.flatMap(({ contestant, against }) => [contestant, against]));
}

/** The cases that gates are about, each once, in the order of the table. */
export const GATED_CASES: readonly string[] = [...new Set(RATIO_GATES.map(({ caseId }) => caseId))];

/** A gate in words. */
export function gateText({ gate, asked }: Pick<RatioGate, 'gate' | 'asked'>): string {
  return asked === undefined ? String(gate) : `${gate} (asked: ${asked})`;
}
