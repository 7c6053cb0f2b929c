/** The tables about the ingest server, as Markdown. */
import { titleOf } from '../ingest/contestants.js';
import { type CaseFigures, REFERENCES } from '../ingest/figures.js';
import type { ReadFigures } from '../ingest/reads/figures.js';
import { gateRows, type IngestReport, microseconds, ratioText } from '../ingest/report.js';
import type { HandOffFigures } from '../ingest/threads/figures.js';
import type { WaitFigures } from '../ingest/waiting/figures.js';
import { figure } from './report.js';
import { table } from './tables.js';

/** The load, once, then who took it in. */
export function serverTable(cases: readonly CaseFigures[]): string {
  const head = [
    '',
    '',
    'messages a second',
    ...REFERENCES.map((name) => `times ${titleOf(name)}`),
    'CPU µs a message',
    'cores',
    'generator',
  ];
  const rows = cases.flatMap(({ title, contestants }) =>
    contestants.map(({ contestant, perSecond, cpu, cores, generator, times }, index) => [
      index === 0 ? title : '',
      titleOf(contestant),
      figure(perSecond),
      ...REFERENCES.map((name) => (name === contestant ? '' : ratioText(times[name]))),
      microseconds(cpu),
      figure(cores),
      figure(generator),
    ]),
  );
  return table(head, rows, 2);
}

export function ingestGateTable(report: Pick<IngestReport, 'cases' | 'reads'>): string {
  const rows = gateRows(report).map(({ name, ratio, gate, goal, isCeiling }) => {
    const sign = isCeiling ? '≤' : '≥';
    return [name, ratio === undefined ? '' : figure(ratio), `${sign} ${gate}`, `${sign} ${goal}`];
  });
  return table(['', 'times', 'gate', 'goal'], rows);
}

export function readTable(reads: readonly ReadFigures[]): string {
  const rows = reads.flatMap(({ title, ways }) =>
    ways.map(({ title: way, cpu, ratio, perSecond }, index) => [
      index === 0 ? title : '',
      way,
      figure(cpu),
      ratioText(ratio),
      figure(perSecond),
    ]),
  );
  return table(['', '', 'CPU ms a GiB', 'to data events', 'GiB a second'], rows, 2);
}

export function waitTable(waiting: readonly WaitFigures[]): string {
  const rows = waiting.map(({ title, cpu, ratio, batchesBetween }) => [
    title,
    figure(cpu),
    ratioText(ratio),
    figure(batchesBetween),
  ]);
  const head = ['connections', 'CPU µs a batch', 'to the first', 'batches until all have to wait'];
  return table(head, rows);
}

export function handOffTable(handOffs: readonly HandOffFigures[]): string {
  const rows = handOffs.map(({ title, workers, sender, receiver, perSecond, range }) => [
    title,
    String(workers),
    figure(sender),
    figure(receiver),
    figure(perSecond),
    range.map(figure).join(' to '),
  ]);
  const head = ['', 'workers', 'ns a batch, sender', 'ns a batch, worker', 'messages a second'];
  return table([...head, 'rounds'], rows);
}
