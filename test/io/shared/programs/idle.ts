/** Gets a ring, and exits without a look at it when it is told to. */
import { parentPort } from 'node:worker_threads';

parentPort?.once('message', () => process.exit(0));
parentPort?.postMessage('here');
