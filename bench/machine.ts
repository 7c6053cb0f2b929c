/** What the figures depend on besides the code. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg } from 'node:os';

const require = createRequire(import.meta.url);

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly v8: string;
  readonly platform: string;
  /** Version of what is compared with. */
  readonly mqttPacket: string;
  /** How many processes wanted a core over the last minute, before the run; always 0 on Windows. */
  readonly load: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    mqttPacket: (require('mqtt-packet/package.json') as { version: string }).version,
    load: loadavg()[0] ?? 0,
  };
}

/** The command that repeats this run, with its arguments quoted for a shell. */
export function commandFor(args: readonly string[], command = 'npm run bench'): string {
  const quoted = args.map((arg) =>
    /^[\w./:=-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`,
  );
  return [command, ...(quoted.length === 0 ? [] : ['--', ...quoted])].join(' ');
}

/** The commit that is checked out, and whether something was changed since; `undefined` without a repository. */
export function describeCommit(): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const commit = git('rev-parse', '--short=9', 'HEAD');
    const changed = git('status', '--porcelain', '--', 'src', 'assembly') !== '';
    return changed ? `${commit}, with changes` : commit;
  } catch {
    return undefined;
  }
}
