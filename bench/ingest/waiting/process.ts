/** Reads connections into a pool whose batches are released more slowly than they come, and tells what CPU time that takes. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SlabBatch, SlabPool } from 'mqtt-wasm';
import { checkOpenFiles } from '../open-files.js';
import type { WaitOrder, WaitReport } from './messages.js';

/** Milliseconds of the consumer for a batch. It has a processor of its own, in a way: of this thread it takes next to nothing. */
const TAKES = 0.2;
/** Connections that are opened at the same time. */
const AT_ONCE = 100;

async function wait(order: WaitOrder): Promise<WaitReport> {
  const { port, busy, idle, warmUp, milliseconds } = order;
  checkOpenFiles(busy + idle);
  const pool = new SlabPool();
  const kept: SlabBatch[] = [];
  let messages = 0;
  let batches = 0;
  let isSlow = true;
  const onBatch = (batch: SlabBatch): void => {
    batches++;
    messages += batch.length;
    if (isSlow) kept.push(batch.retain());
  };
  let takenAt = performance.now();
  const consuming = setInterval(() => {
    const taken = Math.floor((performance.now() - takenAt) / TAKES);
    takenAt += taken * TAKES;
    for (const batch of kept.splice(0, taken)) batch.release();
  }, 1);

  const open = async (): Promise<Socket> => {
    const { socket } = pool.connect((onread) => connect({ port, host: '127.0.0.1', onread }), {
      role: 'server',
      onBatch,
    });
    await once(socket, 'connect');
    return socket;
  };
  const sockets: Socket[] = [];
  while (sockets.length < idle + busy) {
    const missing = Math.min(AT_ONCE, idle + busy - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: missing }, open))));
  }
  const ended = Promise.all(sockets.slice(idle).map((socket) => once(socket, 'close')));
  await sleep(warmUp);
  const before = { batches, cpu: process.cpuUsage(), timesHeldBack: pool.timesHeldBack };
  await sleep(milliseconds);
  const { user, system } = process.cpuUsage(before.cpu);
  const counted = {
    batches: batches - before.batches,
    cpu: user + system,
    timesHeldBack: pool.timesHeldBack - before.timesHeldBack,
  };
  // The rest need not take its time.
  isSlow = false;
  clearInterval(consuming);
  for (const batch of kept.splice(0)) batch.release();
  await ended;
  for (const socket of sockets.slice(0, idle)) socket.destroy();
  // Each begins with a CONNECT.
  return { ...counted, messages: messages - busy };
}

process.send?.(await wait(JSON.parse(process.argv[2] as string) as WaitOrder));
