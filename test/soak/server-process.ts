/** The server's process, as the soaking one has it. */
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LedgerPage } from './ledger.js';
import type { Request, Sample, ServerEvent } from './protocol.js';

/** Milliseconds that an answer may take. */
const PATIENCE = 30_000;

interface Events {
  sample: [sample: Sample];
  trouble: [what: string, isExpected: boolean];
  /** The process has ended before it was told to. */
  failure: [what: string];
}

/** Intervals in milliseconds of `performance.now()`. */
interface Interval {
  readonly from: number;
  to: number;
}

export class ServerProcess extends EventEmitter<Events> {
  port = 0;
  /** When threads were restarted. */
  readonly #restarts: Interval[] = [];
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, (value: unknown) => void>();
  #requests = 0;
  #isEnding = false;

  private constructor(child: ChildProcess) {
    super();
    this.#child = child;
    child.on('message', (event: ServerEvent) => this.#take(event));
    child.once('exit', (code, signal) => {
      if (!this.#isEnding) this.emit('failure', `the server has ended with ${signal ?? code}`);
    });
  }

  /** Starts it. It tells how it is every so many milliseconds. */
  static async start(threads: number, everyMilliseconds: number): Promise<ServerProcess> {
    const child = fork(
      fileURLToPath(new URL('./server.ts', import.meta.url)),
      [String(threads), String(everyMilliseconds)],
      { execArgv: ['--import', 'tsx', '--expose-gc'], serialization: 'advanced' },
    );
    const server = new ServerProcess(child);
    const [event] = await Promise.race([
      once(child, 'message') as Promise<[ServerEvent]>,
      once(child, 'exit').then(() => Promise.reject(new Error('the server does not start'))),
    ]);
    if (event.type !== 'listening') throw new Error('the server does not say where it listens');
    server.port = event.port;
    return server;
  }

  /** How often threads were restarted. */
  get restarts(): number {
    return this.#restarts.length;
  }

  /** Ends a thread, and has another take its place. */
  async restartThread(index: number): Promise<void> {
    const restart = { from: performance.now(), to: Number.POSITIVE_INFINITY };
    this.#restarts.push(restart);
    await this.#ask({ type: 'restart', index });
    restart.to = performance.now();
  }

  /** Whether a thread was restarted between two moments, or less than `slack` milliseconds before the first. */
  hasRestarted(from: number, to: number, slack: number): boolean {
    return this.#restarts.some((restart) => restart.from <= to && restart.to + slack >= from);
  }

  sample(collect: boolean): Promise<Sample> {
    return this.#ask({ type: 'sample', collect }) as Promise<Sample>;
  }

  turnLedger(accounts: number, round: number): Promise<LedgerPage> {
    return this.#ask({ type: 'turn', accounts, round }) as Promise<LedgerPage>;
  }

  /** Has the server close and its process end by itself. Returns what is wrong with how it ended. */
  async end(): Promise<string | undefined> {
    this.#isEnding = true;
    const exited = once(this.#child, 'exit');
    await this.#ask({ type: 'end' });
    const ending = await Promise.race([exited, sleep(PATIENCE, undefined, { ref: false })]);
    if (ending === undefined) {
      this.kill();
      return 'the process of the server does not end by itself';
    }
    const [code, signal] = ending;
    return code === 0 ? undefined : `the process of the server ended with ${signal ?? code}`;
  }

  kill(): void {
    this.#isEnding = true;
    this.#child.kill('SIGKILL');
  }

  async #ask(request: Request): Promise<unknown> {
    const id = ++this.#requests;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    this.#child.send({ id, request });
    const timer = new AbortController();
    try {
      const late = Symbol('late');
      const value = await Promise.race([answer, sleep(PATIENCE, late, timer)]);
      if (value === late) throw new Error(`the server does not answer to '${request.type}'`);
      return value;
    } finally {
      timer.abort();
      this.#answers.delete(id);
    }
  }

  #take(event: ServerEvent): void {
    switch (event.type) {
      case 'sample':
        this.emit('sample', event.sample);
        break;
      case 'trouble':
        this.emit('trouble', event.what, event.isExpected);
        break;
      case 'answer':
        this.#answers.get(event.id)?.(event.value);
        break;
    }
  }
}
