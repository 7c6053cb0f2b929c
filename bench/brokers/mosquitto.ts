/** Mosquitto, as its package installs it, on a port of its own, with nothing switched on that costs time. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker } from './broker.js';
import { findProgram, freePort, untilListening } from './ports.js';
import { end } from './processes.js';

/** As in `2.0.11`; `undefined` where it is not installed or its CPU time cannot be read, which takes Linux. */
export function mosquittoVersion(): string | undefined {
  const program = findProgram('mosquitto');
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
  const program = findProgram('mosquitto');
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
