/**
 * One of two threads: one counts a word up and wakes the other, which waits for that. They take turns at each use of `Atomics` on
 * the memory of the word, as a schedule says, and go through all schedules of so many steps.
 */
import { parentPort, workerData } from 'node:worker_threads';

export interface LockStepData {
  readonly role: 'waker' | 'waiter';
  /** The word, and what else the threads under test have. */
  readonly memory: SharedArrayBuffer;
  /** What the schedule is kept in. */
  readonly control: SharedArrayBuffer;
  /** Steps of a schedule: there are two to this power of them. */
  readonly steps: number;
}

export interface LockStepReport {
  /** Schedules that both came to the end of. */
  readonly completed: number;
}

/** Words of `memory`. */
const COUNT = 0;
const WAITS = 16;
/** Words of `control`: the step that is next, how far each side has come, and whether it is idle. */
const AT = 0;
const POINT = [16, 32] as const;
const IS_IDLE = [48, 64] as const;
/** How often the word is counted up in a schedule. */
const COUNTS = 2;
/** Milliseconds after which a side that waits has been forgotten: longer than a busy machine makes it wait. */
const LIMIT = 10_000;

const { role, memory, control: controlMemory, steps } = workerData as LockStepData;
const words = new Int32Array(memory);
const control = new Int32Array(controlMemory);
const me = role === 'waker' ? 0 : 1;
const other = 1 - me;
const { load, store, notify, wait, compareExchange } = Atomics;
const waitAsync = (Atomics as unknown as { waitAsync: WaitAsync }).waitAsync;
type WaitAsync = (
  words: Int32Array,
  ...rest: number[]
) => { readonly async: boolean; readonly value: Promise<unknown> };
let schedule = 0;

/** Lets the other side go on while this one has nothing to do. */
function setIdle(isIdle: boolean): void {
  store(control, IS_IDLE[me] as number, isIdle ? 1 : 0);
  notify(control, AT);
}

/** Waits until it is this side's turn, does it, and passes the turn on. */
function inTurn<T>(work: () => T): T {
  for (;;) {
    const at = load(control, AT);
    if (at >= steps) return work();
    if (((schedule >> at) & 1) === me) {
      const result = work();
      store(control, AT, at + 1);
      notify(control, AT);
      return result;
    }
    if (load(control, IS_IDLE[other] as number) === 1) compareExchange(control, AT, at, at + 1);
    else wait(control, AT, at, 1);
  }
}

/** Waits until the other side has come as far. */
function meet(point: number): void {
  const [mine, others] = me === 0 ? POINT : [POINT[1], POINT[0]];
  store(control, mine, point);
  notify(control, mine);
  for (;;) {
    const seen = load(control, others);
    if (seen >= point) return;
    // It has given up.
    if (wait(control, others, seen, 2 * LIMIT) === 'timed-out') process.exit(1);
  }
}

/** Both sides have come to the end of the schedule before. */
function begin(number: number): void {
  meet(2 * number);
  schedule = number;
  setIdle(false);
  if (me === 0) store(control, AT, 0);
  meet(2 * number + 1);
}

/** Puts what takes turns in the place of what is used on the memory of the word. */
function takeTurns(): void {
  const functions = Atomics as unknown as Record<
    string,
    (words: Int32Array, ...rest: number[]) => unknown
  >;
  for (const name of ['load', 'store', 'exchange', 'compareExchange', 'add', 'notify']) {
    const original = functions[name] as (words: Int32Array, ...rest: number[]) => unknown;
    functions[name] = (array, ...rest) =>
      array === words ? inTurn(() => original(array, ...rest)) : original(array, ...rest);
  }
  functions.waitAsync = (array, ...rest) => {
    const waiting = inTurn(() => {
      const result = waitAsync(array, ...rest);
      if (result.async) setIdle(true);
      return result;
    });
    if (!waiting.async) return waiting;
    return { async: true, value: waiting.value.then(() => setIdle(false)) };
  };
}

takeTurns();
// Which keeps the functions that it finds.
const { changeOf, wake } = await import('../../../../src/io/shared/waiting.js');

async function waitFor(target: number, from: number): Promise<boolean> {
  let seen = from;
  let timer: NodeJS.Timeout | undefined;
  const isLate = new Promise<true>((resolve) => {
    timer = setTimeout(resolve, LIMIT, true);
  });
  try {
    while (seen !== target) {
      if ((await Promise.race([changeOf(words, COUNT, seen, WAITS), isLate])) === true)
        return false;
      seen = Atomics.load(words, COUNT);
    }
  } finally {
    clearTimeout(timer);
  }
  return true;
}

let completed = 0;
for (let number = 1; number <= 2 ** steps; number++) {
  begin(number);
  const from = (number - 1) * COUNTS;
  if (role === 'waker') {
    for (let count = from + 1; count <= from + COUNTS; count++) {
      Atomics.store(words, COUNT, count);
      wake(words, WAITS, COUNT);
    }
  } else if (!(await waitFor(from + COUNTS, from))) break;
  setIdle(true);
  completed++;
}
if (role === 'waiter') parentPort?.postMessage({ completed } satisfies LockStepReport);
