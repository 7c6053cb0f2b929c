/** All cases, in the order in which they run. */
import type { Case } from './contest.js';
import { decodeCase } from './decode.js';
import { ENCODE_NAMES, encodeCase } from './encode.js';
import { splitCase } from './split.js';
import { streamCase } from './streams.js';
import { WORKLOAD_IDS } from './workloads.js';

/** A case that is made only if it is wanted: some of them hold megabytes. */
interface CaseMaker {
  readonly id: string;
  make(): Case;
}

const MAKERS: readonly CaseMaker[] = [
  ...WORKLOAD_IDS.map((id) => ({ id: `split/${id}`, make: () => splitCase(id) })),
  ...WORKLOAD_IDS.map((id) => ({ id: `decode/${id}`, make: () => decodeCase(id) })),
  ...ENCODE_NAMES.map((name) => ({ id: `encode/${name}`, make: () => encodeCase(name) })),
  { id: 'stream/A', make: () => streamCase('A') },
];

/** Names of all cases. */
export const CASE_IDS: readonly string[] = MAKERS.map(({ id }) => id);

/** The cases whose name the expression matches; all without one. */
export function casesMatching(filter: RegExp | undefined): Case[] {
  return MAKERS.filter(({ id }) => filter === undefined || filter.test(id)).map(({ make }) =>
    make(),
  );
}
