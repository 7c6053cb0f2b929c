/** A broker in a process of its own, as those see it who start it and ask how far it is. */
import { fork } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import type { BrokerReady, BrokerReport } from './messages.js';
import { ask, end, messageFrom } from './processes.js';

/** How often a broker is asked, about a millisecond apart, while it takes in nothing and messages are missing. */
const MOST_TRIES = 1000;

export interface Broker {
  readonly port: number;
  /**
   * Microseconds of CPU time that it has used when it has taken in so many messages, of which all were sent. Throws if it says that
   * they were fewer or more.
   */
  cpuAt(published: number): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a program of Node.js that tells {@link BrokerReady} first and answers whatever it is asked with a {@link BrokerReport}. */
export async function startProgram(
  file: string,
  flags: readonly string[] = [],
  parameters: readonly string[] = [],
): Promise<Broker> {
  const child = fork(file, [...parameters], { execArgv: [...flags] });
  try {
    const { port } = await messageFrom<BrokerReady>(child);
    return {
      port,
      async cpuAt(published) {
        // What it has delivered it counts a moment later.
        let before = -1;
        for (let tries = 0; ; tries++) {
          const report = await ask<BrokerReport>(child, {});
          if (report.published === published) return report.cpu;
          if (report.published > before) tries = 0;
          before = report.published;
          if (before > published || tries === MOST_TRIES) {
            throw new Error(`${published} messages sent, ${before} taken in`);
          }
          await setTimeout(1);
        }
      },
      stop: () => end(child),
    };
  } catch (error) {
    await end(child);
    throw error;
  }
}
