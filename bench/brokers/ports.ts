/** Programs that listen on a port, and cannot be told to take any that is free. */
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Below those that systems give away of their own accord: from 32,768 on, or from 49,152. */
const PORTS = [10_000, 32_768] as const;
/** How often it is tried to find a port or to connect, and how many milliseconds apart. */
const MOST_TRIES = 100;
const APART = 50;

/** Where a program is; Debian puts daemons where a user's PATH does not look. */
export function findProgram(name: string): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** Whether nobody listens on the port of the loopback interface. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

const given = new Set<number>();

/** A port that is free now, another one each time, and that nobody is given meanwhile who takes any port, be it to listen or to connect. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const port = randomInt(...PORTS);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error('no port');
}

/** Until somebody listens on the port of the loopback interface. */
export async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (reached) return;
    await setTimeout(APART);
  }
  throw new Error(`nobody listens on port ${port}`);
}
