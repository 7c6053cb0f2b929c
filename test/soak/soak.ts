/**
 * The soak test: rounds of traffic, and a rest behind each, when all connections are closed. Then everything the server has
 * lent must be back, and the accounts are settled.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Accounts } from './accounts.js';
import { ACTORS, Pace, work } from './actors.js';
import { Failures } from './failures.js';
import { count, type Ground, type Tally } from './ground.js';
import { judgeMemory, type MemoryFigure } from './memory.js';
import type { SoakOptions } from './options.js';
import type { Sample } from './protocol.js';
import { Random } from './random.js';
import { ServerProcess } from './server-process.js';

export interface TimedSample extends Sample {
  /** Seconds since the beginning. */
  readonly at: number;
  /** Whether no connection was there, and garbage had been collected. */
  readonly isAtRest: boolean;
}

export interface SoakResult {
  readonly seconds: number;
  readonly rounds: number;
  readonly restarts: number;
  /** Of both processes, as a part of the time: cores in use. */
  readonly cores: { readonly server: number; readonly clients: number };
  readonly tally: Readonly<Record<string, number>>;
  /** `undefined`: the run was too short to say anything. */
  readonly memory: readonly MemoryFigure[] | undefined;
  readonly samples: readonly TimedSample[];
  /** What makes the soak test fail; of many only the first ones. */
  readonly failures: readonly string[];
  readonly failureCount: number;
}

export interface SoakProgress {
  update(seconds: number, round: number, failures: number): void;
}

/** Rounds of a run, and how long one is: seconds. */
const ROUNDS = 15;
const SHORTEST_ROUND = 1;
const LONGEST_ROUND = 25;
/** Restarts follow each other after such parts of a round. */
const RESTART_AFTER = [0.05, 0.3] as const;
/** Milliseconds until all must be back. */
const SETTLING = 15_000;
/** Failures that are enough. */
const ENOUGH = 100;

export async function soak(options: SoakOptions, progress: SoakProgress): Promise<SoakResult> {
  const length = options.minutes * 60;
  const every = Math.min(1000, (length * 1000) / 60);
  const server = await ServerProcess.start(options.threads, every);
  try {
    return await new Soak(options, server, progress).run(length);
  } finally {
    server.kill();
  }
}

class Soak {
  readonly #options: SoakOptions;
  readonly #server: ServerProcess;
  readonly #progress: SoakProgress;
  readonly #random: Random;
  readonly #failures = new Failures();
  readonly #tally: Tally = new Map();
  readonly #samples: TimedSample[] = [];
  readonly #pace = new Pace();
  readonly #began = performance.now();
  #round = 0;
  #isGone = false;
  #cpuSeconds = { server: 0, clients: process.cpuUsage(), at: performance.now() };

  constructor(options: SoakOptions, server: ServerProcess, progress: SoakProgress) {
    this.#options = options;
    this.#server = server;
    this.#progress = progress;
    this.#random = new Random(options.seed);
    server.on('sample', (sample) => this.#takeSample(sample));
    server.on('trouble', (what, isExpected) => {
      if (isExpected) count(this.#tally, `trouble: ${what}`);
      else this.#failures.add(`trouble that nobody has earned: ${what}`);
    });
    server.on('failure', (what) => {
      this.#isGone = true;
      this.#failures.add(what);
    });
  }

  get #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  async run(seconds: number): Promise<SoakResult> {
    const cpu = process.cpuUsage();
    const roundSeconds = Math.min(LONGEST_ROUND, Math.max(SHORTEST_ROUND, seconds / ROUNDS));
    try {
      await this.#server.turnLedger(0, 0);
      while (this.#canGoOn && this.#seconds < seconds) {
        await this.#doRound(Math.min(roundSeconds, seconds - this.#seconds));
      }
      if (!this.#isGone) {
        const wrong = await this.#server.end();
        if (wrong !== undefined) this.#failures.add(wrong);
      }
    } catch (error) {
      this.#failures.add(error instanceof Error ? error.message : String(error));
    }
    return this.#result(process.cpuUsage(cpu), seconds);
  }

  get #canGoOn(): boolean {
    return !this.#isGone && this.#failures.count < ENOUGH;
  }

  async #doRound(seconds: number): Promise<void> {
    const accounts = new Accounts(this.#round);
    const ground: Ground = {
      server: this.#server,
      random: this.#random,
      accounts,
      tally: this.#tally,
      beforeSettling: [],
    };
    const end = performance.now() + seconds * 1000;
    const isOver = () =>
      performance.now() >= end || !this.#canGoOn || !accounts.hasRoomFor(2 * ACTORS);
    await Promise.all([
      work(ground, this.#pace, this.#failures, isOver),
      this.#restart(seconds, isOver),
    ]);
    if (this.#isGone) return;
    await this.#rest(ground);
  }

  /** Restarts threads now and then. */
  async #restart(roundSeconds: number, isOver: () => boolean): Promise<void> {
    if (this.#options.threads === 0) return;
    for (;;) {
      const until =
        performance.now() + 1000 * roundSeconds * this.#random.between(...RESTART_AFTER);
      while (performance.now() < until) {
        if (isOver()) return;
        await sleep(20);
      }
      await this.#server.restartThread(this.#random.integer(0, this.#options.threads - 1));
    }
  }

  async #rest({ accounts, beforeSettling }: Ground): Promise<void> {
    const isBack = ({ connections, readers, heldBatches, freeSlabs, slabs }: Sample) =>
      connections === 0 && readers === 0 && heldBatches === 0 && freeSlabs >= slabs - 1;
    const until = performance.now() + SETTLING;
    let sample = await this.#server.sample(false);
    while (!isBack(sample) && performance.now() < until) {
      await sleep(20);
      sample = await this.#server.sample(false);
    }
    if (!isBack(sample)) {
      const { connections, readers, heldBatches, freeSlabs, slabs } = sample;
      this.#failures.add(
        `after round ${this.#round} not all came back: ${connections} connections, ${readers} readers, ${heldBatches} held batches, ${freeSlabs} of ${slabs} slabs free`,
      );
    }
    for (const act of beforeSettling) act();
    const page = await this.#server.turnLedger(accounts.length, this.#round + 1);
    const counts = accounts.settle(page, (what) => this.#failures.add(what));
    for (const [name, value] of Object.entries(counts)) {
      count(this.#tally, `messages ${name}`, value);
    }
    count(this.#tally, 'messages of mutation', page.others);
    this.#keep(await this.#server.sample(true), true);
    this.#round++;
  }

  #takeSample(sample: Sample): void {
    this.#keep(sample, false);
    this.#progress.update(this.#seconds, this.#round, this.#failures.count);
    const { server, clients, at } = this.#cpuSeconds;
    const { user, system } = process.cpuUsage(clients);
    const now = performance.now();
    const used = sample.cpuSeconds - server + (user + system) / 1e6;
    if (server > 0) this.#pace.adapt((1000 * used) / (now - at));
    this.#cpuSeconds = { server: sample.cpuSeconds, clients: process.cpuUsage(), at: now };
  }

  #keep(sample: Sample, isAtRest: boolean): void {
    this.#samples.push({ at: this.#seconds, isAtRest, ...sample });
  }

  #result({ user, system }: NodeJS.CpuUsage, planned: number): SoakResult {
    const seconds = this.#seconds;
    const failures = this.#failures;
    const memory =
      planned < 60
        ? undefined
        : judgeMemory(
            this.#samples.filter(({ isAtRest }) => isAtRest),
            this.#samples.filter(({ isAtRest }) => !isAtRest),
          );
    for (const { name, first, last, isFlat } of memory ?? []) {
      if (!isFlat)
        failures.add(`memory grows: ${name} from ${mebibytes(first)} to ${mebibytes(last)}`);
    }
    if (memory === undefined && planned >= 60) failures.add('too few samples of memory');
    const last = this.#samples.at(-1);
    if (this.#options.threads > 0 && planned >= 60 && last?.timesHeldBack === 0) {
      failures.add('readers were never held back: the run says nothing about that');
    }
    count(this.#tally, 'connections', last?.accepted ?? 0);
    count(this.#tally, 'times that all readers were held back', last?.timesHeldBack ?? 0);
    return {
      seconds,
      rounds: this.#round,
      restarts: this.#server.restarts,
      cores: {
        server: (last?.cpuSeconds ?? 0) / seconds,
        clients: (user + system) / 1e6 / seconds,
      },
      tally: Object.fromEntries([...this.#tally].sort(([a], [b]) => (a < b ? -1 : 1))),
      memory,
      samples: this.#samples,
      failures: failures.kept,
      failureCount: failures.count,
    };
  }
}

export function mebibytes(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}
