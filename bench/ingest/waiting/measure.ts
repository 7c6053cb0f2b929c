/** Has a process read more than its consumer takes, from one crowd after the other. */
import { fileURLToPath } from 'node:url';
import { runPair } from '../pair.js';
import type { Say } from '../servers.js';
import { CROWDS, type Crowd } from './crowds.js';
import { type WaitFigures, waitFiguresOf } from './figures.js';
import type { WaitOrder, WaitReport } from './messages.js';

const PROCESS = fileURLToPath(new URL('./process.ts', import.meta.url));
/** Milliseconds until all have connected, and longer than until who sends nothing counts as one at rest. */
const WARM_UP = 3500;

export interface WaitOptions {
  readonly warmUp: number;
  /** How long what reading takes is counted. */
  readonly milliseconds: number;
}

/** Throws unless all that was sent has been read. */
export async function runWait(
  { busy, idle }: Omit<Crowd, 'title'>,
  { warmUp, milliseconds }: WaitOptions,
): Promise<WaitReport> {
  const { sent, report } = await runPair<WaitOrder, WaitReport>(
    {
      connections: busy,
      idle,
      bytes: Number.MAX_SAFE_INTEGER,
      milliseconds: warmUp + milliseconds,
    },
    PROCESS,
    { busy, idle, warmUp, milliseconds },
  );
  if (report.messages !== sent.messages) {
    throw new Error(`${sent.messages} messages sent, ${report.messages} read`);
  }
  return report;
}

export async function measureWaiting(
  { rounds, milliseconds }: { readonly rounds: number; readonly milliseconds: number },
  say: Say,
): Promise<WaitFigures[]> {
  const reports = new Map<Crowd, WaitReport[]>(CROWDS.map((crowd) => [crowd, []]));
  for (let round = 0; round < rounds; round++) {
    for (const crowd of round % 2 === 0 ? CROWDS : CROWDS.toReversed()) {
      const report = await runWait(crowd, { warmUp: WARM_UP, milliseconds });
      reports.get(crowd)?.push(report);
      const { cpu, batches } = report;
      say(`waiting, ${crowd.title}, round ${round + 1}: ${(cpu / batches).toFixed(0)} µs a batch`);
    }
  }
  const first = reports.get(CROWDS[0]) ?? [];
  return CROWDS.map((crowd) => waitFiguresOf(crowd.title, reports.get(crowd) ?? [], first));
}
