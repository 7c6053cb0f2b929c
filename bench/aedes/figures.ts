/** What the runs of a load come to: ratios within a round, of which the middle one counts. */
import { median } from '../brokers/figures.js';
import type { Side } from '../brokers/install.js';
import { LOADS, type LoadName } from './loads.js';
import type { RunResult } from './run.js';

/** Both sides, one right behind the other. */
export type Round = Readonly<Record<Side, RunResult>>;

export interface LoadFigures {
  readonly load: LoadName;
  readonly title: string;
  readonly rounds: readonly Round[];
  /** Messages a second, the median of the rounds. */
  readonly perSecond: Readonly<Record<Side, number>>;
  /** Microseconds of the broker's CPU time a message, the median of the rounds. */
  readonly cpu: Readonly<Record<Side, number>>;
  /** How many times as many messages a second with mqtt-wasm. */
  readonly ratio: number;
  /** The least and the greatest ratio of a round. */
  readonly range: readonly [number, number];
  /** How many times as much CPU time a message without mqtt-wasm. */
  readonly cpuRatio: number;
  readonly gate: number;
  readonly goal: number;
}

export function figuresOf(load: LoadName, rounds: readonly Round[]): LoadFigures {
  const { title, gate, goal } = LOADS[load];
  const medianOf = (side: Side, field: keyof RunResult) =>
    median(rounds.map((round) => round[side][field]));
  const both = (field: keyof RunResult) => ({
    'mqtt-packet': medianOf('mqtt-packet', field),
    'mqtt-wasm': medianOf('mqtt-wasm', field),
  });
  const ratios = rounds.map(
    (round) => round['mqtt-wasm'].perSecond / round['mqtt-packet'].perSecond,
  );
  return {
    load,
    title,
    rounds,
    perSecond: both('perSecond'),
    cpu: both('cpu'),
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
    cpuRatio: median(rounds.map((round) => round['mqtt-packet'].cpu / round['mqtt-wasm'].cpu)),
    gate,
    goal,
  };
}
