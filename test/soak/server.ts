/**
 * The process that is soaked: the ingest server with handlers that keep a ledger. It does what its parent asks for, tells it every second
 * how it is, and ends with it.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setEnvironmentData } from 'node:worker_threads';
import { MqttEncodeError, MqttError } from 'mqtt-wasm';
import { startIngest } from '../../examples/ingest/server.js';
import { LEDGER_MEMORY } from './handlers.js';
import { Ledger } from './ledger.js';
import { type Request, RUDE_ADDRESS, type Sample, type ServerEvent } from './protocol.js';

/** Connections whose addresses are remembered. */
const REMEMBERED = 65_536;
/** What a client that resets its connection makes of ours. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ENOTCONN']);
/** Milliseconds. */
const AFTER_COLLECTION = 30;
/** So few that threads which are held up hold up all connections. */
const SLABS = 48;

const [threads, everyMilliseconds] = process.argv.slice(2).map(Number) as [number, number];
const ledger = new Ledger();
setEnvironmentData(LEDGER_MEMORY, ledger.memory);

// Sockets come up here in the order in which the pool numbers them, from 1 on.
const isRude = new Uint8Array(REMEMBERED);
let accepted = 0;
subscribe('net.server.socket', (message) => {
  const { remoteAddress } = (message as { readonly socket: Socket }).socket;
  // Whoever has reset the connection already has no address any more.
  const rude = remoteAddress === undefined || remoteAddress === RUDE_ADDRESS;
  isRude[++accepted % REMEMBERED] = rude ? 1 : 0;
});

function tell(event: ServerEvent): void {
  if (process.connected) process.send?.(event);
}

const ingest = await startIngest({
  threads,
  slabs: SLABS,
  handlers: new URL('./handlers.js', import.meta.url),
  onTrouble(what, error, connection) {
    const rude = connection !== undefined && isRude[connection % REMEMBERED] === 1;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    // Some want to be answered with less than an answer takes.
    const isOfMqtt = error instanceof MqttError || error instanceof MqttEncodeError;
    const isExpected = rude && (isOfMqtt || BROKEN.has(code));
    tell({ type: 'trouble', what: isExpected ? code : what, isExpected });
  },
});

function sample(): Sample {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const { pool, connections, messages } = ingest;
  return {
    rss,
    heapUsed,
    external,
    arrayBuffers,
    cpuSeconds: (user + system) / 1e6,
    connections,
    accepted,
    messages,
    slabs: pool.slabs,
    freeSlabs: pool.freeSlabs,
    heldBatches: pool.heldBatches,
    readers: pool.readers,
    timesHeldBack: pool.timesHeldBack,
  };
}

/** Collects garbage. Memory outside of the heap is given back a moment after what held it has been collected. */
async function collect(): Promise<void> {
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.();
    await sleep(AFTER_COLLECTION);
  }
}

let isClosed = false;

async function answer(request: Request): Promise<unknown> {
  switch (request.type) {
    case 'restart':
      return ingest.restartThread(request.index);
    case 'sample':
      if (request.collect) await collect();
      return sample();
    case 'turn':
      return ledger.turn(request.accounts, request.round);
    case 'end':
      clearInterval(timer);
      await ingest.close();
      isClosed = true;
      return undefined;
  }
}

const timer = setInterval(() => tell({ type: 'sample', sample: sample() }), everyMilliseconds);
process.on('message', async ({ id, request }: { id: number; request: Request }) => {
  tell({ type: 'answer', id, value: await answer(request) });
  if (request.type === 'end') process.disconnect();
});
// Nobody is left behind when the parent is gone; what has been closed ends by itself.
process.on('disconnect', () => {
  if (!isClosed) process.exit(1);
});
tell({ type: 'listening', port: ingest.port });
