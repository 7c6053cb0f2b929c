/** A real Mosquitto on a port of its own, for as long as a test needs it. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, freePort, untilListening } from '../../bench/brokers/ports.js';

export const USER_NAME = 'alice';
export const PASSWORD = 'sécret';

/** Whether Mosquitto and its clients are installed. On CI they must be. */
export const hasMosquitto = ['mosquitto', 'mosquitto_passwd', 'mosquitto_pub'].every(
  (program) => findProgram(program) !== undefined,
);
if (!hasMosquitto && process.env.CI === 'true') {
  throw new Error('Mosquitto is not installed: apt-get install mosquitto mosquitto-clients');
}

/** Runs one of Mosquitto's programs to its end and returns its output. */
export async function run(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(findProgram(program) ?? program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    output += text.toString();
  });
  const code = await new Promise((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${output}`);
  return output;
}

/** A running broker. */
export interface Mosquitto {
  readonly port: number;
  stop(): Promise<void>;
}

/** How the broker is to be. */
export interface MosquittoOptions {
  /** Whether anybody may connect. If left out, only {@link USER_NAME} with {@link PASSWORD} may. */
  readonly anonymous?: boolean;
}

/** The version of Mosquitto, as in `2.0.11`. */
export function mosquittoVersion(): string | undefined {
  // It prints its usage and ends with a code of failure, which is no failure here.
  const { stdout } = spawnSync(findProgram('mosquitto') as string, ['-h'], { encoding: 'utf8' });
  return /mosquitto version (\S+)/.exec(stdout)?.[1];
}

/** Starts a broker. */
export async function startMosquitto({
  anonymous = false,
}: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const passwords = join(folder, 'passwords');
  const configuration = join(folder, 'mosquitto.conf');
  const port = await freePort();
  if (!anonymous) {
    execFileSync(findProgram('mosquitto_passwd') as string, [
      '-b',
      '-c',
      passwords,
      USER_NAME,
      PASSWORD,
    ]);
  }
  writeFileSync(
    configuration,
    [
      `listener ${port} 127.0.0.1`,
      `allow_anonymous ${anonymous}`,
      ...(anonymous ? [] : [`password_file ${passwords}`]),
      'persistence false',
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      '',
    ].join('\n'),
  );
  const broker = spawn(findProgram('mosquitto') as string, ['-c', configuration], {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => broker.once('exit', resolve));
  await untilListening(port);
  return {
    port,
    async stop() {
      broker.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
