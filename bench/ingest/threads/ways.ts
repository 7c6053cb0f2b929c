/** How what a thread has read comes to others: the side of the thread that reads, and that of a worker. */
import { connect, type Socket } from 'node:net';
import { parentPort, type Worker } from 'node:worker_threads';
import { consume, Decoder, type RingHandle, SlabPool } from 'mqtt-wasm';
import { Tally } from '../reads/ways.js';

/** What workers do with what they get. */
export const TASKS = ['counted', 'decoded'] as const;
export type Task = (typeof TASKS)[number];

/** What a worker has taken. */
export class Taken extends Tally {
  batches = 0;
}

/** The thread that reads. */
export interface Sender {
  /** What each worker is told when it starts, besides its task. */
  readonly handles: readonly unknown[];
  /** Reads a connection and hands over what comes; `timed` runs what that takes. */
  open(port: number, connection: number, workers: readonly Worker[], timed: Timed): Socket;
}

/** Runs what hands a batch over, and adds up the time. */
export type Timed = (handOver: () => void) => void;

interface Way {
  readonly title: string;
  makeSender(workers: number): Sender;
  /** In a worker: takes what comes; calls `onFirst` before the first. */
  receive(taken: Taken, task: Task, handle: unknown, onFirst: () => void): void;
}

/** Messages that a worker has not taken yet, at most, of each connection; and after how many it says that it has. */
const MOST_WAITING = 16;
const TOLD_EVERY = 8;

interface ChunkMessage {
  readonly connection: number;
  readonly chunk: Uint8Array;
}

/** What a worker says when it has taken some. */
export interface TakenMessage {
  readonly connection: number;
  readonly taken: number;
}

export function isTakenMessage(message: object): message is TakenMessage {
  return 'taken' in message;
}

/** Without WebAssembly memory in between: a copy of each chunk moves to the worker that has the connection, which decodes it. */
const message: Way = {
  title: 'postMessage() of copies',
  makeSender: () => ({
    handles: [],
    open(port, connection, workers, timed) {
      const worker = workers[connection % workers.length] as Worker;
      const socket = connect({ port, host: '127.0.0.1' });
      let waiting = 0;
      worker.on('message', (told: object) => {
        if (!isTakenMessage(told) || told.connection !== connection) return;
        waiting -= told.taken;
        if (waiting < MOST_WAITING) socket.resume();
      });
      return socket.on('data', (received) => {
        timed(() => {
          const chunk = new Uint8Array(received);
          worker.postMessage({ connection, chunk } satisfies ChunkMessage, [chunk.buffer]);
        });
        if (++waiting >= MOST_WAITING) socket.pause();
      });
    },
  }),
  receive(taken, task, _handle, onFirst) {
    const decoders = new Map<number, Decoder>();
    const counts = new Map<number, number>();
    parentPort?.on('message', ({ connection, chunk }: Partial<ChunkMessage>) => {
      if (chunk === undefined || connection === undefined) return;
      if (taken.batches === 0) onFirst();
      taken.batches++;
      if (task === 'decoded') {
        const decoder = decoders.get(connection) ?? new Decoder({ role: 'server' });
        decoders.set(connection, decoder);
        taken.take(decoder.push(chunk));
      }
      const count = ((counts.get(connection) ?? 0) + 1) % TOLD_EVERY;
      counts.set(connection, count);
      if (count === 0) {
        parentPort?.postMessage({ connection, taken: TOLD_EVERY } satisfies TakenMessage);
      }
    });
  },
};

/** Through shared memory: the thread that reads has scanned already, and the worker sees its rows. */
const ring: Way = {
  title: 'ring',
  makeSender(workers) {
    const pool = new SlabPool({ shared: true });
    const rings = Array.from({ length: workers }, () => pool.ring());
    return {
      handles: rings.map(({ handle }) => handle),
      open(port, connection, _workers, timed) {
        const mine = rings[connection % workers] as (typeof rings)[number];
        const { socket } = pool.connect((onread) => connect({ port, host: '127.0.0.1', onread }), {
          role: 'server',
          onBatch: (batch) => timed(() => mine.send(batch)),
        });
        return socket;
      },
    };
  },
  receive(taken, task, handle, onFirst) {
    const consuming = consume(handle as RingHandle, (batch) => {
      if (taken.batches === 0) onFirst();
      taken.batches++;
      if (task === 'decoded') taken.take(batch);
    });
    consuming.catch((error: unknown) => {
      throw error;
    });
  },
};

export const HAND_OFFS = { message, ring } as const satisfies Readonly<Record<string, Way>>;
export type HandOff = keyof typeof HAND_OFFS;
export const HAND_OFF_NAMES = Object.keys(HAND_OFFS) as readonly HandOff[];
