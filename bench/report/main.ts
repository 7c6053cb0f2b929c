/** `npm run bench:report -- report.json other.json ...`: docs/benchmarks.md and its plots, from reports. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { AedesReport } from '../aedes/report.js';
import type { IngestReport } from '../ingest/report.js';
import { benchmarkDocument } from './document.js';
import { ingestPlots } from './ingest-plots.js';
import { plotsOf } from './plots.js';
import { readReport } from './report.js';

const DOCUMENT = new URL('../../docs/benchmarks.md', import.meta.url);
const PLOTS = new URL('../../docs/plots/', import.meta.url);

const USAGE = `npm run bench:report -- [--aedes REPORT] [--ingest REPORT] REPORT [REPORT ...]

Writes docs/benchmarks.md and docs/plots/ from what npm run bench -- --json has left. The first report must be of a
whole run: its figures are told. The others, of other versions of Node.js, are compared with it. --aedes, --ingest: what
npm run bench:aedes and npm run bench:ingest have left.`;

/** What a command of its own has left, if it was named. */
function readOther<Other>(file: string | undefined): Other | undefined {
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as Other);
}

function main(args: readonly string[]): void {
  const { values, positionals: files } = parseArgs({
    args: [...args],
    options: { aedes: { type: 'string' }, ingest: { type: 'string' } },
    allowPositionals: true,
  });
  if (files.length === 0) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const reports = files.map(readReport);
  const aedes = readOther<AedesReport>(values.aedes);
  const ingest = readOther<IngestReport>(values.ingest);
  const plots = [
    ...plotsOf(reports[0] as (typeof reports)[number]),
    ...(ingest === undefined ? [] : ingestPlots(ingest)),
  ];
  const document = benchmarkDocument(reports, plots, aedes, ingest);
  mkdirSync(PLOTS, { recursive: true });
  for (const { name, svg } of plots) writeFileSync(new URL(name, PLOTS), svg);
  writeFileSync(DOCUMENT, document);
}

main(process.argv.slice(2));
