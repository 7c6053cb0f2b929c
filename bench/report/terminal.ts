/** The results for people at a terminal. */
import Table from 'cli-table3';
import type { CaseKind } from '../contest.js';
import type { MemoryFigure } from '../memory/tasks.js';
import type { CaseResult, Result } from '../run.js';
import { figure, type Report } from './report.js';

const HEADINGS: Readonly<Record<CaseKind, string>> = {
  batch: 'Batch API: chunks to frames; type, topic number, QoS, identifier, payload length touched',
  split: 'Splitting: chunks to frames, no packet made (mqtt-packet cannot: full decode)',
  decode: 'Full decode: chunks to packets; type, topic, payload length and identifier touched',
  encode: 'Encoding: packets to bytes',
  stream: 'Streams: full decode behind a Node.js stream',
  'compat/parser': 'parser() of mqtt-packet: chunks to events; the same touched as in full decode',
  'compat/generate': 'generate() of mqtt-packet: packets to bytes',
  'compat/write': 'writeToStream() of mqtt-packet: 64 packets, then a turn of the event loop',
  growth: 'Growth: what a packet costs as one thing grows; batch API where nothing else is said',
};

const TIMED = `Timed: one stream a run, from a new decoder or parser to its end, decoding every chunk; encoding
1,024 packets. Where connections grow, their decoders and parsers live on from run to run.
Not timed: making the chunks and packets, loading, warm-up, comparing results.
ns/packet: median over the rounds of each round's mean; margin: 95 %, of the middle round's mean;
rounds: half the distance from the fastest round to the slowest.
All contestants of all cases share one process, so the JIT has seen every scanner, as it would
in a program that uses several. Before its case was timed, every contestant gave the right result.`;

/** What stands above the tables. */
export function header({
  command,
  commit,
  machine,
  timing,
}: Omit<Report, 'cases' | 'format' | 'memory'>): string {
  const { cpu, cores, node, v8, platform, load } = machine;
  return [
    commit === undefined ? command : `${command}   (commit ${commit})`,
    `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${platform}, Node.js ${node} (V8 ${v8}), load ${load.toFixed(1)}`,
    `${timing.time} ms a contestant in ${timing.rounds} ${timing.rounds === 1 ? 'round' : 'rounds'}`,
    TIMED,
  ].join('\n');
}

function row({
  contestant,
  nanosecondsPerPacket,
  packetsPerSecond,
  mebibytesPerSecond,
  ratio,
  marginOfError,
  spread,
  rounds,
}: Result): string[] {
  return [
    contestant,
    figure(nanosecondsPerPacket),
    Math.round(packetsPerSecond).toLocaleString('en'),
    figure(mebibytesPerSecond),
    `${figure(ratio)} x`,
    `±${marginOfError.toFixed(1)} %`,
    rounds.length === 1 ? '' : `±${spread.toFixed(0)} %`,
  ];
}

/** The table of all cases of one kind. */
function tableOf(kind: CaseKind, cases: readonly CaseResult[]): string {
  const columns = ['ns/packet', 'packets/s', 'MiB/s', 'to mqtt-packet', 'margin', 'rounds'];
  const table = new Table({
    head: ['', ...columns],
    colAligns: ['left', ...columns.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const { id, title, packets, results } of cases) {
    const content = `${id}: ${title} (${packets.toLocaleString('en')} a run)`;
    table.push([{ content, colSpan: columns.length + 1 }]);
    table.push(...results.map(row));
  }
  return `${HEADINGS[kind]}\n${table.toString()}`;
}

/** The tables, one a kind of case. */
export function tables(cases: readonly CaseResult[]): string {
  const kinds = [...new Set(cases.map(({ kind }) => kind))];
  return kinds
    .map((kind) =>
      tableOf(
        kind,
        cases.filter((result) => result.kind === kind),
      ),
    )
    .join('\n\n');
}

/** The figures about memory, one a line. */
export function memoryTable(figures: readonly MemoryFigure[]): string {
  const table = new Table({
    head: ['', 'what', '', 'unit'],
    colAligns: ['left', 'left', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  table.push(...figures.map(({ id, title, value, unit }) => [id, title, figure(value), unit]));
  return `Memory, not timed\n${table.toString()}`;
}
