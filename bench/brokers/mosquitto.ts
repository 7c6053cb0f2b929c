/** Mosquitto, as its package installs it, on a port of its own, with nothing switched on that costs time. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Broker } from './broker.js';
import { end } from './processes.js';

/** How often it is tried to connect, and how many milliseconds apart. */
const MOST_TRIES = 100;
const APART = 50;

/** Where the program is; Debian puts daemons where a user's PATH does not look. */
function find(): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, 'mosquitto'))
    .find((path) => existsSync(path));
}

/** As in `2.0.11`; `undefined` where it is not installed or its CPU time cannot be read, which takes Linux. */
export function mosquittoVersion(): string | undefined {
  const program = find();
  if (program === undefined || !existsSync('/proc/self/stat')) return undefined;
  // It prints its usage and ends with a code of failure, which is no failure here.
  const { stdout } = spawnSync(program, ['-h'], { encoding: 'utf8' });
  return /mosquitto version (\S+)/.exec(stdout)?.[1];
}

/** What the configuration says, one setting a line. */
function configuration(port: number): string {
  return [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'log_dest none',
    'log_type none',
    'sys_interval 0',
    // Answers leave at once, as those of the others do.
    'set_tcp_nodelay true',
    // No limit: a window of 1,000 messages at QoS 1 is not held up.
    'max_inflight_messages 0',
    'max_queued_messages 0',
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    '',
  ].join('\n');
}

/** A port that is free now. Mosquitto cannot be told to take any. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilListening(port: number): Promise<void> {
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
  throw new Error('Mosquitto does not listen');
}

let clockTicks: number | undefined;

/** Clock ticks a second, in which the kernel tells CPU time. */
function ticksPerSecond(): number {
  clockTicks ??= Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout) || 100;
  return clockTicks;
}

/** Microseconds of CPU time of a process, system calls included. */
export function cpuOf(pid: number): number {
  // pid (name) state ...; a name may hold anything. utime and stime are the 14th and 15th.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond()) * 1e6;
}

/**
 * Starts it. It does not say how many messages it has taken in; it takes in what a connection sends in order, so what stood before
 * a PINGREQ that was answered has been.
 */
export async function startMosquitto(): Promise<Broker> {
  const program = find();
  if (program === undefined) throw new Error('Mosquitto is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-wasm-mosquitto-'));
  const file = join(folder, 'mosquitto.conf');
  const port = await freePort();
  writeFileSync(file, configuration(port));
  const child = spawn(program, ['-c', file], { stdio: 'ignore' });
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true });
  };
  try {
    await untilListening(port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop, cpuAt: async () => cpuOf(child.pid as number) };
}
