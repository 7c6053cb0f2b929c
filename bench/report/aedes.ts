/** The tables about aedes, as Markdown. */
import type { LoadFigures } from '../aedes/figures.js';
import { OWNERS } from '../aedes/profile.js';
import type { ProfileFigures } from '../aedes/report.js';
import { SIDES } from '../brokers/install.js';
import { figure } from './report.js';
import { table } from './tables.js';

export function aedesTable(loads: readonly LoadFigures[]): string {
  const head = [
    'messages a second',
    ...SIDES,
    'times',
    'rounds',
    ...SIDES.map((side) => `CPU µs, ${side}`),
    'gate',
    'goal',
  ];
  const rows = loads.map(({ title, perSecond, ratio, range, cpu, gate, goal }) => [
    title,
    ...SIDES.map((side) => figure(perSecond[side])),
    figure(ratio),
    range.map(figure).join(' to '),
    ...SIDES.map((side) => figure(cpu[side])),
    `≥ ${gate}`,
    `≥ ${goal}`,
  ]);
  return table(head, rows);
}

export function profileTable(profiles: readonly ProfileFigures[]): string {
  const rows = profiles.map(({ title, side, shares }) => [
    title,
    side,
    ...OWNERS.map((owner) => (100 * shares[owner]).toFixed(0)),
  ]);
  return table(['', '', ...OWNERS], rows, 2);
}
