/** The servers, side by side: all take their turn at each case, in rounds. A case that misses a gate is measured again. */
import type { Side } from '../brokers/install.js';
import { CONTESTANTS, type ContestantName, titleOf } from './contestants.js';
import { type CaseFigures, figuresOf, margin, type Round } from './figures.js';
import { type Case, caseTitle } from './loads.js';
import type { IngestOptions } from './options.js';
import { type RunResult, runCase } from './run.js';

const TRIES = 3;

export type Say = (text: string) => void;

/** What of the command line matters here. */
type Options = Pick<IngestOptions, 'cases' | 'contestants' | 'rounds' | 'warmUp' | 'milliseconds'>;

function told(name: ContestantName, { perSecond }: RunResult): string {
  const thousands = perSecond >= 100_000;
  return `${titleOf(name)} ${Math.round(thousands ? perSecond / 1000 : perSecond).toLocaleString('en')}${thousands ? ' thousand' : ''}/s`;
}

async function runRound(
  one: Case,
  round: number,
  aedes: Readonly<Record<Side, string>>,
  options: Options,
  say: Say,
): Promise<Round> {
  const { contestants } = options;
  const results: Partial<Record<ContestantName, RunResult>> = {};
  for (const name of round % 2 === 0 ? contestants : contestants.toReversed()) {
    results[name] = await runCase(() => CONTESTANTS[name].start(aedes), one, options);
  }
  const inOrder = contestants.map((name) => [name, results[name] as RunResult] as const);
  say(
    `${caseTitle(one)}, round ${round + 1}: ${inOrder.map((entry) => told(...entry)).join(', ')}`,
  );
  return Object.fromEntries(inOrder);
}

/** The case's figures; the best of its tries, if there had to be several. */
async function measureCase(
  one: Case,
  aedes: Readonly<Record<Side, string>>,
  options: Options,
  say: Say,
): Promise<CaseFigures> {
  let best: CaseFigures | undefined;
  for (let left = TRIES; left > 0 && (best === undefined || margin(best) < 1); left--) {
    const rounds: Round[] = [];
    for (let round = 0; round < options.rounds; round++) {
      rounds.push(await runRound(one, round, aedes, options, say));
    }
    const figures = figuresOf(one, rounds);
    if (best === undefined || margin(figures) > margin(best)) best = figures;
  }
  return best as CaseFigures;
}

/** `aedes`: where the programs of its two installations are. */
export async function measureServers(
  aedes: Readonly<Record<Side, string>>,
  options: Options,
  say: Say,
): Promise<CaseFigures[]> {
  const figures: CaseFigures[] = [];
  for (const one of options.cases) figures.push(await measureCase(one, aedes, options, say));
  return figures;
}
