/** All cases, in the order in which they run. */
import { batchCase } from './batch.js';
import { generateCase } from './compat/generate.js';
import { parserCase } from './compat/parser.js';
import { writeCase } from './compat/write.js';
import type { Case } from './contest.js';
import { CURVES } from './curves.js';
import { decodeCase } from './decode.js';
import { ENCODE_NAMES, encodeCase, SINGLE_NAMES } from './encode.js';
import { growthCase } from './growth.js';
import { splitCase } from './split.js';
import { streamCase } from './streams.js';
import { WORKLOAD_IDS } from './workloads.js';

/** A case that is made only if it is wanted: some of them hold megabytes. */
export interface CaseMaker {
  readonly id: string;
  make(): Case;
}

const MAKERS: readonly CaseMaker[] = [
  ...WORKLOAD_IDS.map((id) => ({ id: `batch/${id}`, make: () => batchCase(id) })),
  ...WORKLOAD_IDS.map((id) => ({ id: `split/${id}`, make: () => splitCase(id) })),
  ...WORKLOAD_IDS.map((id) => ({ id: `decode/${id}`, make: () => decodeCase(id) })),
  ...ENCODE_NAMES.map((name) => ({ id: `encode/${name}`, make: () => encodeCase(name) })),
  ...WORKLOAD_IDS.map((id) => ({ id: `compat/parser/${id}`, make: () => parserCase(id) })),
  ...SINGLE_NAMES.map((name) => ({
    id: `compat/generate/${name}`,
    make: () => generateCase(name),
  })),
  ...SINGLE_NAMES.map((name) => ({ id: `compat/write/${name}`, make: () => writeCase(name) })),
  { id: 'stream/A', make: () => streamCase('A') },
  ...CURVES.flatMap((curve) =>
    curve.xs.map((x) => ({ id: `growth/${curve.name}/${x}`, make: () => growthCase(curve, x) })),
  ),
];

/** Names of all cases. */
export const CASE_IDS: readonly string[] = MAKERS.map(({ id }) => id);

/** The cases whose name the expression matches; all without one. */
export function casesMatching(filter: RegExp | undefined): readonly CaseMaker[] {
  return MAKERS.filter(({ id }) => filter === undefined || filter.test(id));
}
