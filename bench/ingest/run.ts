/** One run: a broker, a load generator, a warm-up that does not count, and a measurement. */
import { fork } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Broker } from '../brokers/broker.js';
import { ask, end } from '../brokers/processes.js';
import type { Case } from './loads.js';
import type { LoadOrder, LoadReport } from './messages.js';
import { checkOpenFiles } from './open-files.js';

const GENERATOR = fileURLToPath(new URL('./load.ts', import.meta.url));

export interface RunOptions {
  /** How long messages are sent before they count, and then, in milliseconds. */
  readonly warmUp: number;
  readonly milliseconds: number;
}

export interface RunResult {
  /** Messages taken in, a second. */
  readonly perSecond: number;
  /** Microseconds of the broker's CPU time for each of them, all its threads together. */
  readonly cpu: number;
  /** How many cores the broker kept busy, and how much of one the load generator. */
  readonly cores: number;
  readonly generator: number;
}

/** What was sent, in what time, at what cost. */
export function resultOf(
  { sent, began, ended, cpu }: LoadReport,
  brokerCpu: number,
  takenIn: number,
): RunResult {
  // A broker with threads may have answered before they have seen what was sent: the clock stops when it says so itself.
  const milliseconds = Math.max(ended, takenIn) - began;
  return {
    perSecond: (sent / milliseconds) * 1000,
    cpu: brokerCpu / sent,
    cores: brokerCpu / 1000 / milliseconds,
    generator: cpu / 1000 / milliseconds,
  };
}

/** Lets a broker work, and stops it; throws unless every message that was sent has been taken in. */
export async function runCase(
  start: () => Promise<Broker>,
  { load, connections }: Case,
  { warmUp, milliseconds }: RunOptions,
): Promise<RunResult> {
  checkOpenFiles(connections);
  const broker = await start();
  const generator = fork(GENERATOR, { execArgv: ['--import', 'tsx'] });
  try {
    const order: LoadOrder = { load, connections, port: broker.port, milliseconds: warmUp };
    const warm = await ask<LoadReport>(generator, order);
    const before = await broker.cpuAt(warm.sent);
    const done = await ask<LoadReport>(generator, { ...order, milliseconds });
    const after = await broker.cpuAt(warm.sent + done.sent);
    const takenIn = performance.timeOrigin + performance.now();
    return resultOf(done, after - before, takenIn);
  } finally {
    await Promise.all([broker.stop(), end(generator)]);
  }
}
