/** Programs that listen on a port, and cannot be told to take any that is free. */
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** How often it is tried to connect, and how many milliseconds apart. */
const MOST_TRIES = 100;
const APART = 50;

/** Where a program is; Debian puts daemons where a user's PATH does not look. */
export function findProgram(name: string): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
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
