/** Programs with a time limit, which leave nothing behind. Looks into /proc, so it needs Linux. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ChildResult {
  /** The exit code; `undefined` if a signal ended the program. */
  readonly code: number | undefined;
  readonly output: string;
  readonly errors: string;
  readonly timedOut: boolean;
  /** Whether the program ended before processes that it had started. They were ended then. */
  readonly leftBehind: boolean;
}

export interface ChildOptions {
  readonly folder: string;
  readonly seconds: number;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Each program is a process group of its own, so that whatever it starts can be found and ended. */
const groups = new Set<number>();

/** Ends every program that runs. */
export function endChildren(): void {
  for (const group of groups) signal(group, 'SIGKILL');
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // Nobody is there any more.
  }
}

/** Whether a group has a running process. Zombies, which only their parent can bury, do not count. */
function isAlive(group: number): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((name) => {
      try {
        // pid (name) state parent group ...; a name may hold anything.
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return processGroup === String(group) && state !== 'Z';
      } catch {
        return false;
      }
    });
}

/** Whether somebody of the group is alive after a moment in which it may end by itself. */
async function survives(group: number): Promise<boolean> {
  for (let attempt = 0; attempt < 20; attempt++) {
    if (!isAlive(group)) return false;
    await sleep(100);
  }
  return true;
}

export async function runChild(
  program: string,
  args: readonly string[],
  { folder, seconds, environment = process.env }: ChildOptions,
): Promise<ChildResult> {
  const child = spawn(program, args, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const group = child.pid;
  if (group !== undefined) groups.add(group);
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const closed = once(child, 'close');
  closed.catch(() => undefined);
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    if (group !== undefined) signal(group, 'SIGKILL');
  }, seconds * 1000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('exit', resolve);
      child.once('error', reject);
    });
    // What was left behind keeps the pipes open, so it is looked for before their ends are waited for.
    const leftBehind = group !== undefined && (await survives(group));
    if (leftBehind && group !== undefined) signal(group, 'SIGKILL');
    await closed;
    return {
      code: code ?? undefined,
      output: Buffer.concat(output).toString(),
      errors: Buffer.concat(errors).toString(),
      timedOut,
      leftBehind,
    };
  } finally {
    clearTimeout(limit);
    if (group !== undefined) groups.delete(group);
  }
}

/** Runs a program that has to succeed, and returns its output. */
export async function mustRun(
  program: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<string> {
  const { code, output, errors, timedOut } = await runChild(program, args, options);
  if (code === 0) return output;
  const what = timedOut ? `was not done after ${options.seconds} s` : `ended with ${String(code)}`;
  throw new Error(`${[program, ...args].join(' ')} ${what}:\n${output}${errors}`);
}

/** What is wrong with the way in which a run of tests ended. A code of 1 only says that tests failed. */
export function endingOf({ code, timedOut, leftBehind }: ChildResult, seconds: number): string[] {
  if (timedOut) return [`not done after ${seconds} s`];
  if (leftBehind) return ['processes were left behind'];
  return code === 0 || code === 1 ? [] : [`ended with ${code ?? 'a signal'}`];
}
