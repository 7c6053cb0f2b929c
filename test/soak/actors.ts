/** Clients at work: so many at a time, each one doing one thing after the other until it is time to rest. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Failures } from './failures.js';
import { type Behaviour, count, type Ground } from './ground.js';
import { mqttJs } from './mqtt-js.js';
import { patient } from './patient.js';
import { publishers } from './publishers.js';
import { rude } from './rude.js';
import { subscribers } from './subscribers.js';

const BEHAVIOURS: readonly Behaviour[] = [
  ...publishers,
  mqttJs,
  ...subscribers,
  ...patient,
  ...rude,
];

/** How many there are at a time. */
export const ACTORS = 24;
/** Nothing that a client does takes so long: milliseconds. */
const TOO_LONG = 60_000;

/** How long an actor waits between two behaviours: so long that everything together takes about one core. */
export class Pace {
  /** Milliseconds, on average. */
  #pause = 50;

  /** To be told how much of a core was used lately. */
  adapt(cores: number): void {
    const factor = cores > 1 ? 1.25 : 0.9;
    this.#pause = Math.min(2000, Math.max(5, this.#pause * factor));
  }

  rest({ random }: Ground): Promise<void> {
    return random.pause(0, Math.round(2 * this.#pause));
  }
}

async function act(ground: Ground, behaviour: Behaviour, failures: Failures): Promise<void> {
  count(ground.tally, behaviour.name);
  const timer = new AbortController();
  const late = Symbol('late');
  try {
    const running = behaviour.run(ground);
    if ((await Promise.race([running, sleep(TOO_LONG, late, timer)])) === late) {
      running.catch(() => {});
      failures.add(`${behaviour.name}: not done after ${TOO_LONG / 1000} s`);
    }
  } catch (error) {
    failures.add(`${behaviour.name}: ${error instanceof Error ? error.message : error}`);
  } finally {
    timer.abort();
  }
}

/** Works until `isOver`. */
export async function work(
  ground: Ground,
  pace: Pace,
  failures: Failures,
  isOver: () => boolean,
): Promise<void> {
  const actors = Array.from({ length: ACTORS }, async () => {
    while (!isOver()) {
      await act(ground, ground.random.weighted(BEHAVIOURS), failures);
      await pace.rest(ground);
    }
  });
  await Promise.all(actors);
}
