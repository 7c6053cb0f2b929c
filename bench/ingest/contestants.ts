/** Who takes in what is sent: each a process of its own. One more is one more row. */
import { fileURLToPath } from 'node:url';
import { type Broker, startProgram } from '../brokers/broker.js';
import type { Side } from '../brokers/install.js';
import { startMosquitto } from '../brokers/mosquitto.js';

interface Contestant {
  readonly title: string;
  /** `aedes`: the file is where its two installations have left their programs. */
  start(aedes: Readonly<Record<Side, string>>): Promise<Broker>;
}

const INGEST = fileURLToPath(new URL('./server.ts', import.meta.url));

/** The ingest server with so many worker threads; with none, it looks at messages itself. */
function ingest(title: string, workers: number): Contestant {
  return { title, start: () => startProgram(INGEST, ['--import', 'tsx'], [String(workers)]) };
}

export const CONTESTANTS = {
  aedes: { title: 'aedes, mqtt-packet', start: (aedes) => startProgram(aedes['mqtt-packet']) },
  override: { title: 'aedes, mqtt-wasm', start: (aedes) => startProgram(aedes['mqtt-wasm']) },
  mosquitto: { title: 'Mosquitto', start: startMosquitto },
  ingest: ingest('ingest', 0),
  ingest1: ingest('ingest, 1 worker', 1),
  ingest2: ingest('ingest, 2 workers', 2),
} as const satisfies Readonly<Record<string, Contestant>>;

export type ContestantName = keyof typeof CONTESTANTS;
export const CONTESTANT_NAMES = Object.keys(CONTESTANTS) as readonly ContestantName[];

export function titleOf(name: ContestantName): string {
  return CONTESTANTS[name].title;
}
