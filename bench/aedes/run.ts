/** One run: a broker, a load generator, a warm-up that does not count, and a measurement. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LoadName } from './loads.js';
import type { BrokerReady, BrokerReport, LoadOrder, LoadReport } from './messages.js';

/** How often a broker is asked for messages that are still missing. */
const MOST_TRIES = 1000;
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

/** The next message of a process; throws if it ends instead. */
async function messageFrom<Message>(child: ChildProcess): Promise<Message> {
  const over = new AbortController();
  try {
    const { signal } = over;
    return await Promise.race([
      once(child, 'message', { signal }).then(([message]) => message as Message),
      once(child, 'exit', { signal }).then(([code, name]) => {
        throw new Error(`${child.spawnfile} ended with ${name ?? code}`);
      }),
    ]);
  } finally {
    over.abort();
  }
}

async function ask<Answer>(child: ChildProcess, question: object): Promise<Answer> {
  const answer = messageFrom<Answer>(child);
  child.send(question);
  return answer;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

/** The broker's report once it has taken in so many messages; what it has delivered it counts a moment later. */
async function reportAt(server: ChildProcess, published: number): Promise<BrokerReport> {
  for (let tries = 0; ; tries++) {
    const report = await ask<BrokerReport>(server, {});
    if (report.published === published) return report;
    if (report.published > published || tries === MOST_TRIES) {
      throw new Error(`${published} messages sent, ${report.published} taken in`);
    }
    await setTimeout(1);
  }
}

/** Lets a broker work; throws unless every message that was sent has arrived. */
export async function runLoad(
  broker: string,
  load: LoadName,
  { warmUp, milliseconds, brokerFlags = [] }: RunOptions,
): Promise<RunResult> {
  const server = fork(broker, { execArgv: [...brokerFlags] });
  const generator = fork(GENERATOR, { execArgv: ['--import', 'tsx'] });
  try {
    const { port } = await messageFrom<BrokerReady>(server);
    const order: LoadOrder = { load, port, milliseconds: warmUp };
    const warm = await ask<LoadReport>(generator, order);
    const before = await reportAt(server, warm.sent);
    const done = await ask<LoadReport>(generator, { ...order, milliseconds });
    const after = await reportAt(server, warm.sent + done.sent);
    return {
      perSecond: (done.arrived / done.milliseconds) * 1000,
      cpu: (after.cpu - before.cpu) / done.arrived,
      generator: done.cpu / 1000 / done.milliseconds,
    };
  } finally {
    await Promise.all([end(server), end(generator)]);
  }
}
