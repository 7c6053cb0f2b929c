/** Reads several connections and hands what comes over to workers, in one of the ways. */
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { HandOffOrder, HandOffReport, WorkerOrder, WorkerReport } from './messages.js';
import { HAND_OFFS } from './ways.js';

const FILE = new URL('./worker.mjs', import.meta.url);

/** The next message of a worker that has this key. */
async function told<Key extends string, Value>(worker: Worker, key: Key): Promise<Value> {
  for (;;) {
    const [message] = (await once(worker, 'message')) as [Partial<Record<Key, Value>>];
    const value = message[key];
    if (value !== undefined) return value;
  }
}

/** What all workers have taken, once that is all that was handed over. */
async function reports(workers: readonly Worker[], batches: number): Promise<WorkerReport> {
  for (;;) {
    const all = await Promise.all(
      workers.map((worker) => {
        const report = told<'report', WorkerReport>(worker, 'report');
        worker.postMessage('report');
        return report;
      }),
    );
    const sum = (field: keyof WorkerReport) => all.reduce((total, each) => total + each[field], 0);
    if (sum('batches') >= batches) {
      return { batches: sum('batches'), messages: sum('messages'), cpu: sum('cpu') };
    }
    await setTimeout(1);
  }
}

async function handOver(order: HandOffOrder): Promise<HandOffReport> {
  const { port, way, task, workers: count, connections } = order;
  const sender = HAND_OFFS[way].makeSender(count);
  const workers = Array.from({ length: count }, (_, index) => {
    const workerData: WorkerOrder = { way, task, handle: sender.handles[index] };
    return new Worker(FILE, { workerData });
  });
  await Promise.all(workers.map((worker) => told(worker, 'ready')));

  let handedOver = 0;
  let handingOver = 0n;
  const timed = (hand: () => void) => {
    const before = process.hrtime.bigint();
    hand();
    handingOver += process.hrtime.bigint() - before;
    handedOver++;
  };
  const began = performance.now();
  const sockets = Array.from({ length: connections }, (_, connection) =>
    sender.open(port, connection, workers, timed),
  );
  await Promise.all(sockets.map((socket) => once(socket, 'end')));
  const report = await reports(workers, handedOver);
  const milliseconds = performance.now() - began;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return { ...report, handingOver: Number(handingOver), milliseconds };
}

process.send?.(await handOver(JSON.parse(process.argv[2] as string) as HandOffOrder));
