/** What is left behind as JSON, and the tables for people at a terminal. */
import Table from 'cli-table3';
import { SIDES, type Side } from '../brokers/install.js';
import type { Machine } from '../machine.js';
import { figure } from '../report/report.js';
import type { LoadFigures } from './figures.js';
import { OWNERS, type Shares } from './profile.js';

/** Whose code one side's broker spends its time in, under one load. */
export interface ProfileFigures {
  readonly title: string;
  readonly side: Side;
  readonly shares: Shares;
}

export interface AedesReport {
  readonly command: string;
  readonly commit: string | undefined;
  readonly machine: Machine;
  /** Version of aedes. */
  readonly aedes: string;
  readonly milliseconds: number;
  readonly loads: readonly LoadFigures[];
  readonly profiles: readonly ProfileFigures[];
}

const STYLE = { head: [], border: [], compact: true };

function thousands(value: number): string {
  return Math.round(value / 1000).toLocaleString('en');
}

/** Whether what must hold does. */
export function passes({ ratio, gate }: LoadFigures): boolean {
  return ratio >= gate;
}

function verdict(figures: LoadFigures): string {
  if (!passes(figures)) return 'FAIL';
  return figures.ratio >= figures.goal ? 'pass, goal' : 'pass';
}

export function loadTable(loads: readonly LoadFigures[]): string {
  const table = new Table({
    head: [
      'thousand messages/s',
      ...SIDES,
      'times',
      'rounds',
      'CPU µs, mqtt-packet',
      'mqtt-wasm',
      'times',
      'gate',
      'goal',
      '',
    ],
    style: STYLE,
  });
  for (const each of loads) {
    const { title, perSecond, ratio, range, cpu, cpuRatio, gate, goal } = each;
    table.push([
      title,
      ...SIDES.map((side) => thousands(perSecond[side])),
      figure(ratio),
      range.map(figure).join(' to '),
      ...SIDES.map((side) => figure(cpu[side])),
      figure(cpuRatio),
      gate,
      goal,
      verdict(each),
    ]);
  }
  return table.toString();
}

export function profileTable(profiles: readonly ProfileFigures[]): string {
  const table = new Table({ head: ['% of the time', '', ...OWNERS], style: STYLE });
  for (const { title, side, shares } of profiles) {
    table.push([title, side, ...OWNERS.map((owner) => (100 * shares[owner]).toFixed(0))]);
  }
  return table.toString();
}
