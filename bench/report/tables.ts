/** The tables of the document, as Markdown. */
import { CURVES } from '../curves.js';
import { gateText, MEMORY_GATES, memoryName, memoryOf, RATIO_GATES, ratioOf } from '../gates.js';
import type { MemoryFigure } from '../memory/tasks.js';
import type { CaseResult } from '../run.js';
import { figure, type Report } from './report.js';

/** A table whose first columns are text and whose others are figures. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns = 1,
): string {
  const rule = head.map((_, column) => (column < textColumns ? '---' : '---:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Calls stand in code. */
function heading(contestant: string): string {
  return contestant.replace(/\b\w+\(\)/g, '`$&`');
}

function contestantNames({ results }: CaseResult): string[] {
  return results.map(({ contestant }) => contestant);
}

function cellsOf({ results, reference }: CaseResult, names: readonly string[]): string[] {
  return names.map((name) => {
    const result = results.find(({ contestant }) => contestant === name);
    if (result === undefined) return '';
    const time = figure(result.nanosecondsPerPacket);
    return name === reference ? time : `${time} (${figure(result.ratio)})`;
  });
}

/** One table for each set of contestants, in the order in which they come. */
function groups(cases: readonly CaseResult[]): CaseResult[][] {
  const found = new Map<string, CaseResult[]>();
  for (const result of cases) {
    const key = contestantNames(result).join();
    found.set(key, [...(found.get(key) ?? []), result]);
  }
  return [...found.values()];
}

/** The cases of one kind; contestants that `isShown` refuses are left out. */
export function caseTables(
  { cases }: Pick<Report, 'cases'>,
  kind: string,
  isShown: (contestant: string) => boolean = () => true,
): string {
  const shown = cases
    .filter((result) => result.kind === kind)
    .map((result) => ({
      ...result,
      results: result.results.filter(({ contestant }) => isShown(contestant)),
    }));
  return groups(shown)
    .map((group) => {
      const names = contestantNames(group[0] as CaseResult);
      const head = ['ns a packet (times mqtt-packet)', ...names.map(heading)];
      const rows = group.map((result) => {
        const letter = result.id.slice(result.id.lastIndexOf('/') + 1);
        const title = /^[A-Z]$/.test(letter) ? `${letter}: ${result.title}` : result.title;
        return [title, ...cellsOf(result, names)];
      });
      return table(head, rows);
    })
    .join('\n\n');
}

/** Streams, which have one case: a row a contestant. */
export function streamTable({ cases }: Pick<Report, 'cases'>): string {
  const results = cases.filter(({ kind }) => kind === 'stream').flatMap((each) => each.results);
  return table(
    ['consumed as', 'ns a packet', 'times mqtt-packet'],
    results.map(({ contestant, nanosecondsPerPacket, ratio }) => [
      contestant,
      figure(nanosecondsPerPacket),
      figure(ratio),
    ]),
  );
}

/** The points of a curve, one a row. */
export function curveTable({ cases }: Pick<Report, 'cases'>, name: string): string {
  const points = cases.filter(({ point }) => point?.curve === name);
  const names = contestantNames(points[0] as CaseResult);
  const axis = CURVES.find((curve) => curve.name === name)?.axis ?? name;
  return table(
    [axis, ...names],
    points.map((result) => [
      (result.point?.x ?? 0).toLocaleString('en'),
      ...names.map((contestant) =>
        figure(
          result.results.find((each) => each.contestant === contestant)?.nanosecondsPerPacket ?? 0,
        ),
      ),
    ]),
    0,
  );
}

/** The figures of a task: a row a subject, a column a contestant, where their names have both; else a row each. */
export function memoryTable(figures: readonly MemoryFigure[], head: string): string {
  return table(
    ['', head],
    figures.map(({ title, value }) => [title, figure(value)]),
  );
}

/** Figures whose names are `memory/task/contestant/letter`, as a row a letter. */
export function memoryMatrix(
  figures: readonly MemoryFigure[],
  titles: (id: string) => string,
): string {
  const parts = figures.map(({ id, value }) => {
    const [, , contestant = '', letter = ''] = id.split('/');
    return { contestant, letter, value };
  });
  const contestants = [...new Set(parts.map(({ contestant }) => contestant))];
  const letters = [...new Set(parts.map(({ letter }) => letter))];
  return table(
    ['', ...contestants],
    letters.map((letter) => [
      `${letter}: ${titles(letter)}`,
      ...contestants.map((contestant) => {
        const found = parts.find(
          (each) => each.contestant === contestant && each.letter === letter,
        );
        return found === undefined ? '' : figure(found.value);
      }),
    ]),
  );
}

/** What the gates are about, on each version of Node.js. */
export function versionTable(reports: readonly Report[]): string {
  const versions = reports.map(({ machine }) => machine.node);
  const ratioRows = RATIO_GATES.map((gate) => [
    `${gate.caseId}, ${heading(gate.contestant)} to ${gate.against}`,
    ...reports.map((report) => {
      const ratio = ratioOf(gate, report);
      return ratio === undefined ? '' : figure(ratio);
    }),
    `≥ ${gateText(gate)}`,
    `≥ ${gate.goal}`,
  ]);
  const allFigures = reports.flatMap(({ memory }) => memory);
  const memoryRows = MEMORY_GATES.map((gate) => [
    memoryName(gate, allFigures),
    ...reports.map(({ memory }) => {
      const value = memoryOf(gate, memory);
      return value === undefined ? '' : figure(value);
    }),
    `< ${gate.gate}`,
    `< ${gate.goal}`,
  ]);
  return table(['', ...versions, 'gate', 'goal'], [...ratioRows, ...memoryRows]);
}
