/** What is left behind as JSON, and the tables for people at a terminal. */
import Table from 'cli-table3';
import type { Machine } from '../machine.js';
import { figure } from '../report/report.js';
import { titleOf } from './contestants.js';
import { type CaseFigures, passes, type Ratio, REFERENCES } from './figures.js';
import type { ReadFigures } from './reads/figures.js';
import type { HandOffFigures } from './threads/figures.js';
import type { WaitFigures } from './waiting/figures.js';

export interface IngestReport {
  readonly command: string;
  readonly commit: string | undefined;
  readonly machine: Machine;
  /** Versions of what is compared with; `undefined` where there is no Mosquitto. */
  readonly aedes: string;
  readonly mosquitto: string | undefined;
  readonly milliseconds: number;
  readonly cases: readonly CaseFigures[];
  readonly reads: readonly ReadFigures[];
  readonly waiting: readonly WaitFigures[];
  readonly handOffs: readonly HandOffFigures[];
}

const STYLE = { head: [], border: [], compact: true };

export function ratioText(ratio: Ratio | undefined): string {
  if (ratio === undefined) return '';
  return `${figure(ratio.median)} (${ratio.range.map(figure).join(' to ')})`;
}

/** Microseconds, as short as they may be. */
export function microseconds(value: number): string {
  return value < 0.1 ? value.toFixed(3) : figure(value);
}

export function caseTable(cases: readonly CaseFigures[]): string {
  const head = [
    '',
    'messages/s',
    ...REFERENCES.map((name) => `times ${titleOf(name)}`),
    'CPU µs a message',
    ...REFERENCES.map((name) => `times less than ${titleOf(name)}`),
    'cores',
    'generator',
  ];
  const table = new Table({
    head,
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
    style: STYLE,
  });
  for (const { title, contestants } of cases) {
    table.push([{ content: title, colSpan: head.length }]);
    for (const { contestant, perSecond, cpu, cores, generator, times, cpuTimes } of contestants) {
      table.push([
        titleOf(contestant),
        Math.round(perSecond).toLocaleString('en'),
        ...REFERENCES.map((name) => (name === contestant ? '' : ratioText(times[name]))),
        microseconds(cpu),
        ...REFERENCES.map((name) => (name === contestant ? '' : ratioText(cpuTimes[name]))),
        figure(cores),
        figure(generator),
      ]);
    }
  }
  return table.toString();
}

/** What a gate is about, and how it was met. */
export interface GateRow {
  readonly name: string;
  readonly ratio: number | undefined;
  readonly gate: number;
  readonly goal: number;
  /** Whether less is better. */
  readonly isCeiling: boolean;
}

function isMet(ratio: number, border: number, { isCeiling }: GateRow): boolean {
  return isCeiling ? ratio <= border : ratio >= border;
}

function verdictText(row: GateRow): string {
  const { ratio, gate, goal } = row;
  if (ratio === undefined) return 'not measured';
  if (!isMet(ratio, gate, row)) return 'FAIL';
  return isMet(ratio, goal, row) ? 'pass, goal' : 'pass';
}

type Gated = Pick<IngestReport, 'cases' | 'reads'>;

export function gateRows({ cases, reads }: Gated): GateRow[] {
  const ofCases = cases.flatMap(({ title, verdicts }) =>
    verdicts.map(({ contestant, against, ...rest }) => ({
      ...rest,
      name: `${title}: ${titleOf(contestant)} to ${titleOf(against)}`,
      isCeiling: false,
    })),
  );
  const ofReads = reads.flatMap(({ title, verdict }) =>
    verdict === undefined
      ? []
      : [{ ...verdict, name: `CPU a GiB, ${title}: slabs to data events`, isCeiling: true }],
  );
  return [...ofCases, ...ofReads];
}

/** Whether all that must hold does; what could not be measured says nothing. */
export function allPass({ cases, reads }: Gated): boolean {
  return (
    cases.every(({ verdicts }) => verdicts.every(passes)) &&
    reads.every(({ verdict }) => verdict === undefined || verdict.ratio <= verdict.gate)
  );
}

export function gateTable(report: Gated): string {
  const table = new Table({
    head: ['', 'times', 'gate', 'goal', ''],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: STYLE,
  });
  for (const row of gateRows(report)) {
    const sign = row.isCeiling ? '≤' : '≥';
    table.push([
      row.name,
      row.ratio === undefined ? '' : figure(row.ratio),
      `${sign} ${row.gate}`,
      `${sign} ${row.goal}`,
      verdictText(row),
    ]);
  }
  return table.toString();
}

export function readTable(reads: readonly ReadFigures[]): string {
  const table = new Table({
    head: ['CPU ms a GiB', 'way', 'CPU ms', 'rounds', 'to data events', 'GiB/s'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right'],
    style: STYLE,
  });
  for (const { title, ways } of reads) {
    for (const { title: way, cpu, range, ratio, perSecond } of ways) {
      table.push([
        title,
        way,
        figure(cpu),
        range.map(figure).join(' to '),
        ratioText(ratio),
        figure(perSecond),
      ]);
    }
  }
  return table.toString();
}

export function waitTable(waiting: readonly WaitFigures[]): string {
  const table = new Table({
    head: ['a slow consumer', 'CPU µs a batch', 'rounds', 'to the first', 'batches between'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: STYLE,
  });
  for (const { title, cpu, range, ratio, batchesBetween } of waiting) {
    table.push([
      title,
      figure(cpu),
      range.map(figure).join(' to '),
      ratioText(ratio),
      figure(batchesBetween),
    ]);
  }
  return table.toString();
}

export function handOffTable(handOffs: readonly HandOffFigures[]): string {
  const table = new Table({
    head: ['', 'workers', 'ns a batch, sender', 'ns a batch, worker', 'messages/s', 'rounds'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: STYLE,
  });
  for (const { title, workers, sender, receiver, perSecond, range } of handOffs) {
    table.push([
      title,
      workers,
      figure(sender),
      figure(receiver),
      Math.round(perSecond).toLocaleString('en'),
      range.map((each) => Math.round(each).toLocaleString('en')).join(' to '),
    ]);
  }
  return table.toString();
}
