import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A run that has ended. */
export interface Ended {
  /** `null` if it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** A run of Node.js with these arguments, as a child without a terminal. */
export class Run {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  /** @param folder where it runs */
  constructor(folder: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const start = performance.now();
    const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
    this.process = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...inherited, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = new Promise((resolve) => {
      this.process.once('close', (code) => {
        const seconds = (performance.now() - start) / 1000;
        resolve({ code, stdout: this.stdout, stderr: this.stderr, seconds });
      });
    });
  }

  /** The first match in what was printed, as soon as there is one; a busy machine takes its time to start a program. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const end = performance.now() + 50_000;
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      if (this.process.exitCode !== null || performance.now() > end) {
        throw new Error(`${pattern} was not printed: ${this.stdout}${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** A run of the live example. */
export class Live extends Run {
  constructor(args: readonly string[], environment?: NodeJS.ProcessEnv) {
    super(ROOT, ['--import', 'tsx', 'examples/live/main.ts', ...args], environment);
  }
}

/** Runs the live example to its end. */
export function runLive(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Ended> {
  return new Live(args, environment).ended;
}
