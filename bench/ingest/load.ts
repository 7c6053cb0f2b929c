/**
 * The load generator: sockets, frames that were encoded before, and answers that are compared with what must come, so that it has far less to
 * do than the broker. Connections live on from one order to the next.
 */
import { performance } from 'node:perf_hooks';
import { PINGREQ, PINGRESP, pubackRing, publishRing } from '../brokers/frames.js';
import { openPeer, type Peer } from '../brokers/peer.js';
import { floodInWindow } from '../brokers/source.js';
import { cutBurst, floodInBursts } from './bursts.js';
import { LOADS, type LoadName, MOST_IN_FLIGHT, windowOf } from './loads.js';
import type { LoadOrder, LoadReport } from './messages.js';

/** Connections that are made at the same time. */
const AT_ONCE = 50;

async function openAll(port: number, connections: number): Promise<Peer[]> {
  const peers: Peer[] = [];
  while (peers.length < connections) {
    const count = Math.min(AT_ONCE, connections - peers.length);
    const names = Array.from({ length: count }, (_, index) => `publisher-${peers.length + index}`);
    peers.push(...(await Promise.all(names.map((name) => openPeer(port, name)))));
  }
  return peers;
}

/** Sends until a time; resolves with the number of messages when all of them have been taken in. */
type Flood = (end: number) => Promise<number>;

function makeFlood(load: LoadName, peers: readonly Peer[]): Flood {
  const { qos, payload, frames } = LOADS[load];
  const ring = publishRing(qos, payload, frames);
  if (qos === 0) {
    const burst = cutBurst(ring, peers.length, MOST_IN_FLIGHT);
    return (end) => floodInBursts(peers, burst, end);
  }
  const answers = pubackRing();
  const window = windowOf(peers.length);
  return async (end) => {
    const sent = peers.map((peer) => floodInWindow(peer, ring, answers, window, end));
    const counts = await Promise.all(sent);
    // They were acknowledged; whatever else was sent has been taken in as well when a PINGREQ is answered.
    await Promise.all(peers.map((peer) => peer.ask(PINGREQ, PINGRESP)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
}

let peers: readonly Peer[] | undefined;
let flood: Flood | undefined;

async function run({ load, connections, port, milliseconds }: LoadOrder): Promise<LoadReport> {
  peers ??= await openAll(port, connections);
  flood ??= makeFlood(load, peers);
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const sent = await flood(began + milliseconds);
  const ended = performance.now();
  const { user, system } = process.cpuUsage(cpuBefore);
  const { timeOrigin } = performance;
  return { sent, began: timeOrigin + began, ended: timeOrigin + ended, cpu: user + system };
}

process.on('message', async (order: LoadOrder) => {
  process.send?.(await run(order));
});
process.on('disconnect', () => process.exit());
