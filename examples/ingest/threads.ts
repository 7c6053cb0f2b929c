/** Handling messages in worker threads: a ring to each, and the connections shared out among them. */
import { once } from 'node:events';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { SharedRing, SlabPool } from 'mqtt-wasm';
import type { Counts } from './handlers.js';
import type { Handling, OnTrouble } from './server.js';
import type { Session } from './session.js';

interface Thread {
  readonly ring: SharedRing;
  readonly worker: Worker;
  readonly exited: Promise<void>;
}

/** A thread that has not lasted so many milliseconds is begun anew after as many: the next one may fail as soon. */
const SHORT_LIFE = 1000;
/** Milliseconds that a thread may take to finish when the server closes. */
const FINISH_WITHIN = 5000;

export function handlingInThreads(
  count: number,
  handlers: URL,
  pool: SlabPool,
  sessions: ReadonlyMap<number, Session>,
  onTrouble: OnTrouble,
): Handling {
  let isClosing = false;
  /** Connection number n goes to thread n modulo their number, so that its messages stay in order. */
  const threads = Array.from({ length: count }, (_, index) => start(index));
  const threadOf = (connection: number) => threads[connection % count] as Thread;

  function start(index: number): Thread {
    const ring = pool.ring({
      // What has been handled is acknowledged, and nothing before.
      onRelease: (batch) => sessions.get(batch.connection)?.answer(batch),
    });
    const worker = new Worker(new URL('./start-worker.js', import.meta.url), {
      execArgv: [],
      workerData: { ring: ring.handle, handlers: handlers.href },
    });
    worker.on('error', (thrown: unknown) => {
      // Handlers may throw anything.
      const error = thrown instanceof Error ? thrown : new Error(inspect(thrown));
      onTrouble(`thread ${index}: ${error.message}`, error);
    });
    const began = performance.now();
    worker.once('exit', () => {
      ring.abandon();
      if (isClosing) return;
      if (performance.now() - began < SHORT_LIFE) setTimeout(() => restart(index), SHORT_LIFE);
      else restart(index);
      // What was not acknowledged, their clients send again when they come back.
      for (const [connection, { socket }] of sessions) {
        if (connection % count === index) socket.destroy();
      }
    });
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    return { ring, worker, exited };
  }

  function restart(index: number): void {
    if (!isClosing) threads[index] = start(index);
  }

  return {
    handle(batch, session) {
      const { ring } = threadOf(batch.connection);
      if (ring.isOpen) ring.send(batch);
      else session.socket.destroy();
    },
    end(connection) {
      const { ring } = threadOf(connection);
      if (ring.isOpen) ring.sendEnd(connection);
    },
    async counts() {
      const counts = await Promise.all(threads.map(({ worker }) => countsOf(worker)));
      return counts.filter((known) => known !== undefined);
    },
    async restart(index) {
      await threads[index]?.worker.terminate();
    },
    async close() {
      isClosing = true;
      await Promise.all(
        threads.map(async ({ ring, worker, exited }) => {
          const timer = setTimeout(() => worker.terminate(), FINISH_WITHIN);
          await ring.end();
          await exited;
          clearTimeout(timer);
        }),
      );
    },
  };
}

/** What the thread has counted; `undefined` if it ends before it tells. */
async function countsOf(worker: Worker): Promise<Counts | undefined> {
  if (worker.threadId === -1) return undefined;
  const told = new AbortController();
  const { signal } = told;
  worker.postMessage('counts');
  try {
    const ended = once(worker, 'exit', { signal }).then(() => [undefined]);
    const [counts] = await Promise.race([once(worker, 'message', { signal }), ended]);
    return counts;
  } catch {
    return undefined; // It has failed, which `onTrouble` hears of.
  } finally {
    told.abort();
  }
}
