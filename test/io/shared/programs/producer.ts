/** Sends on a ring from a thread that is not the main one, and then does nothing more, until it is told how to end. */
import { parentPort, workerData } from 'node:worker_threads';
import { SlabPool } from '../../../../src/io/slabs/pool.js';

/** Connections whose ends it sends. */
const { connections } = workerData as { readonly connections: readonly number[] };

const ring = new SlabPool({ shared: true }).ring();
parentPort?.postMessage(ring.handle);
for (const connection of connections) ring.sendEnd(connection);
parentPort?.on('message', () => process.exit());
