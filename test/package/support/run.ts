/** Child processes that are waited for, and whose output is in the error when they fail. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, in `cwd`. Rejects with all it wrote unless it exits with 0. */
export function run(command: string, args: readonly string[], cwd = ROOT): Promise<Output> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { cwd, timeout: 110_000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else
          reject(
            new Error(`${command} ${args.join(' ')} in ${cwd}\n${stdout}${stderr}`, {
              cause: error,
            }),
          );
      },
    );
  });
}

/** Runs Node.js, the one that runs the tests. */
export function node(args: readonly string[], cwd?: string): Promise<Output> {
  return run(process.execPath, args, cwd);
}

/** The path of a program of `test/package/programs`. */
export function program(name: string): string {
  return fileURLToPath(new URL(`../programs/${name}`, import.meta.url));
}
