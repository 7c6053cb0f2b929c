/** Has a process hand over to one and to two workers what it reads, in all the ways by turns. */
import { fileURLToPath } from 'node:url';
import { runPair } from '../pair.js';
import type { Say } from '../servers.js';
import { type HandOffFigures, type HandOffRound, handOffFiguresOf } from './figures.js';
import type { HandOffOrder, HandOffReport } from './messages.js';
import { HAND_OFF_NAMES, HAND_OFFS, type HandOff, TASKS, type Task } from './ways.js';

const PROCESS = fileURLToPath(new URL('./process.ts', import.meta.url));
const WORKERS = [1, 2] as const;
/** Two for each of two workers. */
const CONNECTIONS = 4;

export interface HandOffOptions {
  readonly rounds: number;
  /** What is sent at most, over all connections, and for how many milliseconds. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Throws unless the workers have taken all that was sent. */
export async function runHandOff(
  way: HandOff,
  workers: number,
  task: Task,
  { bytes, milliseconds }: Omit<HandOffOptions, 'rounds'>,
): Promise<HandOffReport> {
  const connections = CONNECTIONS;
  const { sent, report } = await runPair<HandOffOrder, HandOffReport>(
    { bytes: bytes / connections, milliseconds, connections },
    PROCESS,
    { way, task, workers, connections },
  );
  const messages = task === 'decoded' ? sent.messages : 0;
  if (report.messages !== messages) {
    throw new Error(`${messages} messages sent, ${report.messages} taken`);
  }
  return report;
}

export async function measureHandOffs(
  options: HandOffOptions,
  say: Say,
): Promise<HandOffFigures[]> {
  const done = new Map<string, HandOffRound[]>();
  const contestants = WORKERS.flatMap((workers) => HAND_OFF_NAMES.map((way) => ({ way, workers })));
  for (let round = 0; round < options.rounds; round++) {
    for (const { way, workers } of round % 2 === 0 ? contestants : contestants.toReversed()) {
      const reports: Partial<Record<Task, HandOffReport>> = {};
      for (const task of TASKS) reports[task] = await runHandOff(way, workers, task, options);
      const whole = reports as HandOffRound;
      const key = `${way}/${workers}`;
      done.set(key, [...(done.get(key) ?? []), whole]);
      const { messages, milliseconds } = whole.decoded;
      const { title } = HAND_OFFS[way];
      say(
        `${title}, ${workers} ${workers === 1 ? 'worker' : 'workers'}, round ${round + 1}: ${Math.round(messages / milliseconds)} thousand/s`,
      );
    }
  }
  return contestants.map(({ way, workers }) =>
    handOffFiguresOf(way, workers, done.get(`${way}/${workers}`) ?? []),
  );
}
