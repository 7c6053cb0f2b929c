/** The results for people and for programs. */
import Table from 'cli-table3';
import type { CaseKind } from './contest.js';
import type { Machine } from './machine.js';
import type { CaseResult, Result, Timing } from './run.js';

export interface Report {
  /** Counts up when a field changes its meaning. */
  readonly format: 1;
  readonly command: string;
  readonly machine: Machine;
  readonly timing: Timing;
  readonly cases: readonly CaseResult[];
}

const HEADINGS: Readonly<Record<CaseKind, string>> = {
  split: 'Splitting: chunks to frames, no packet made (mqtt-packet cannot: full decode)',
  decode: 'Full decode: chunks to packets; type, topic, payload length and identifier touched',
  encode: 'Encoding: packets to bytes',
  stream: 'Streams: full decode behind a Node.js stream',
};

const TIMED = `Timed: one stream a run, from a new decoder or parser to its end, decoding every chunk; encoding
1,024 packets. Not timed: making the chunks and packets, loading, warm-up, comparing results.
ns/packet: median over the rounds of each round's mean; margin: 95 %, of the middle round's mean;
rounds: half the distance from the fastest round to the slowest.
All contestants of all cases share one process, so the JIT has seen every scanner, as it would
in a program that uses several. Before its case was timed, every contestant gave the right result.`;

/** What stands above the tables. */
export function header({ command, machine, timing }: Omit<Report, 'cases' | 'format'>): string {
  const { cpu, cores, node, v8, platform, load } = machine;
  return [
    command,
    `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${platform}, Node.js ${node} (V8 ${v8}), load ${load.toFixed(1)}`,
    `${timing.time} ms a contestant in ${timing.rounds} ${timing.rounds === 1 ? 'round' : 'rounds'}`,
    TIMED,
  ].join('\n');
}

/** A number with about three significant digits. */
function figure(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
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
