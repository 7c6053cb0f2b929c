/** A worker thread: handles the messages of its connections, where they lie. */
import { parentPort, workerData } from 'node:worker_threads';
import { consume } from 'mqtt-wasm';
import type { Handlers } from './handlers.js';
import { Delivery, Routes } from './routes.js';

const { countingRoutes } = (await import(workerData.handlers)) as Handlers;
const { counts, routes } = countingRoutes();
const shared = new Routes(routes);
const deliveries = new Map<number, Delivery>();

function deliveryOf(connection: number): Delivery {
  let delivery = deliveries.get(connection);
  if (delivery === undefined) {
    delivery = new Delivery(shared);
    deliveries.set(connection, delivery);
  }
  return delivery;
}

// Whoever asks gets the counts.
parentPort?.on('message', () => parentPort?.postMessage(counts));
await consume(workerData.ring, (batch) => {
  if (batch.isLast) {
    deliveries.delete(batch.connection);
    return;
  }
  deliveryOf(batch.connection).takeAll(batch);
});
parentPort?.close();
