/** A worker: takes what is handed over, and tells what it was when it is asked. */
import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerOrder, WorkerReport } from './messages.js';
import { threadCpu } from './thread-cpu.js';
import { HAND_OFFS, Taken } from './ways.js';

const { way, task, handle } = workerData as WorkerOrder;
const taken = new Taken();
let before = 0;
HAND_OFFS[way].receive(taken, task, handle, () => {
  before = threadCpu();
});

parentPort?.on('message', (message: unknown) => {
  if (message !== 'report') return;
  const { batches, messages } = taken;
  const report: WorkerReport = { batches, messages, cpu: threadCpu() - before };
  parentPort?.postMessage({ report });
});
parentPort?.postMessage({ ready: true });
