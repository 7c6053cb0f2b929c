/** The plot of the ingest server, as SVG. */
import { type ContestantName, titleOf } from '../ingest/contestants.js';
import { CONNECTIONS, LOAD_NAMES, LOADS } from '../ingest/loads.js';
import type { IngestReport } from '../ingest/report.js';
import { barPlot, type Plot } from './draw.js';

/** Who is drawn, and how: as many as have room for their figures. aedes on mqtt-packet is the line. */
const COLOURS: Readonly<Partial<Record<ContestantName, string>>> = {
  mosquitto: '#70757f',
  override: '#e07b00',
  ingest: '#0b62a4',
};

/** A case by the fewest connections, and one by the most. */
const DRAWN = [CONNECTIONS[0], CONNECTIONS.at(-1)] as readonly number[];

/** Messages a second to those of aedes; none where a case of it was not run. */
export function ingestPlots(report: IngestReport): Plot[] {
  const drawn = LOAD_NAMES.flatMap((load) =>
    DRAWN.map((connections) => ({
      load,
      connections,
      figures: report.cases.find((each) => each.load === load && each.connections === connections),
    })),
  );
  if (drawn.some(({ figures }) => figures === undefined)) return [];
  const plot = barPlot(report, {
    name: 'ingest',
    alt: 'How many times as many messages a second as aedes on mqtt-packet, by load and number of connections',
    title: 'How many times as many messages a second as aedes on mqtt-packet',
    unit: `times, logarithmic; below each load, the number of connections; aedes ${report.aedes} on mqtt-packet is the line at 1`,
    labels: drawn.map(
      ({ load, connections }) =>
        `${LOADS[load].title.replace(', ', ',\n')},\n${connections.toLocaleString('en')}`,
    ),
    series: Object.entries(COLOURS).map(([name, colour]) => ({
      name: titleOf(name as ContestantName),
      colour,
      values: drawn.map(
        ({ figures }) =>
          figures?.contestants.find(({ contestant }) => contestant === name)?.times.aedes?.median,
      ),
    })),
  });
  return [plot];
}
