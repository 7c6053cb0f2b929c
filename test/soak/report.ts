/** What a run tells at its end. */
import Table from 'cli-table3';
import { mebibytes, type SoakResult } from './soak.js';

const STYLE = { head: [], border: [], compact: true };

function countTable({ seconds, rounds, restarts, cores, tally }: SoakResult): string {
  const table = new Table({
    head: ['what', 'how often'],
    style: STYLE,
    colAligns: ['left', 'right'],
  });
  table.push(
    ['seconds', seconds.toFixed(0)],
    ['rounds', rounds],
    ['threads restarted', restarts],
    ['cores in use, server', cores.server.toFixed(2)],
    ['cores in use, clients', cores.clients.toFixed(2)],
  );
  for (const [name, value] of Object.entries(tally)) {
    if (!name.startsWith('trouble: ')) table.push([name, value.toLocaleString('en')]);
  }
  const troubles = Object.entries(tally).filter(([name]) => name.startsWith('trouble: '));
  const sum = troubles.reduce((total, [, value]) => total + value, 0);
  table.push([`errors of rude clients, of ${troubles.length} kinds`, sum.toLocaleString('en')]);
  return table.toString();
}

function memoryTable({ memory }: SoakResult): string {
  if (memory === undefined) return 'nothing is said about memory';
  const table = new Table({
    head: ['memory of the server', 'first third', 'last third', 'growth', 'allowed', ''],
    style: STYLE,
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
  });
  for (const { name, first, last, allowed, isFlat } of memory) {
    table.push([
      name,
      mebibytes(first),
      mebibytes(last),
      mebibytes(last - first),
      mebibytes(allowed),
      isFlat ? 'flat' : 'GROWS',
    ]);
  }
  return table.toString();
}

export function report(result: SoakResult): string {
  const { failures, failureCount } = result;
  const more = failureCount - failures.length;
  return [
    countTable(result),
    memoryTable(result),
    ...failures.map((what) => `FAILED: ${what}`),
    ...(more > 0 ? [`FAILED: and ${more} times more`] : []),
    failureCount === 0 ? 'all holds' : `${failureCount} failures`,
  ].join('\n');
}
