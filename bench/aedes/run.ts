/** One run: a broker, a load generator, a warm-up that does not count, and a measurement. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startProgram } from '../brokers/broker.js';
import { ask, end } from '../brokers/processes.js';
import type { LoadName } from './loads.js';
import type { LoadOrder, LoadReport } from './messages.js';

const GENERATOR = fileURLToPath(new URL('./load.ts', import.meta.url));

export interface RunOptions {
  readonly warmUp: number;
  readonly milliseconds: number;
  /** Options of Node.js for the broker. */
  readonly brokerFlags?: readonly string[];
}

export interface RunResult {
  /** Messages that the broker took in, or delivered where there are subscribers, a second. */
  readonly perSecond: number;
  /** Microseconds of the broker's CPU time for each of them. */
  readonly cpu: number;
  /** The share of a core that the load generator took. */
  readonly generator: number;
}

/** Lets a broker work; throws unless every message that was sent has arrived. */
export async function runLoad(
  broker: string,
  load: LoadName,
  { warmUp, milliseconds, brokerFlags = [] }: RunOptions,
): Promise<RunResult> {
  const server = await startProgram(broker, brokerFlags);
  const generator = fork(GENERATOR, { execArgv: ['--import', 'tsx'] });
  try {
    const order: LoadOrder = { load, port: server.port, milliseconds: warmUp };
    const warm = await ask<LoadReport>(generator, order);
    const before = await server.cpuAt(warm.sent);
    const done = await ask<LoadReport>(generator, { ...order, milliseconds });
    const after = await server.cpuAt(warm.sent + done.sent);
    return {
      perSecond: (done.arrived / done.milliseconds) * 1000,
      cpu: (after - before) / done.arrived,
      generator: done.cpu / 1000 / done.milliseconds,
    };
  } finally {
    await Promise.all([server.stop(), end(generator)]);
  }
}
