/**
 * The load generator: sockets, frames that were encoded before, and bytes that are compared with what must come, so that it has far less to do
 * than the broker. Connections live on from one order to the next.
 */
import { performance } from 'node:perf_hooks';
import {
  PINGREQ,
  PINGRESP,
  pubackRing,
  publishRing,
  type Ring,
  SUBACK,
  SUBSCRIBE,
} from '../brokers/frames.js';
import { openPeer, type Peer } from '../brokers/peer.js';
import { floodInWindow, Source } from '../brokers/source.js';
import { LOADS, WINDOW } from './loads.js';
import type { LoadOrder, LoadReport } from './messages.js';

/** Bytes of a write, about. */
const PIECE = 65_536;

/** Sends as much as the socket takes until the time is over, a piece at the least; returns how many messages there were. */
async function flood(publisher: Peer, ring: Ring, end: number) {
  const source = new Source(ring);
  const frames = Math.floor(PIECE / ring.frameLength);
  let sent = 0;
  do {
    const { bytes, count } = source.next(frames);
    sent += count;
    if (!publisher.socket.write(bytes)) {
      await new Promise((resolve) => publisher.socket.once('drain', resolve));
    }
  } while (performance.now() < end);
  return sent;
}

let peers: { publisher: Peer; subscribers: readonly Peer[] } | undefined;

async function connectAll(port: number, subscribers: number) {
  const opened: Peer[] = [];
  for (let i = 0; i < subscribers; i++) {
    const peer = await openPeer(port, `subscriber-${i}`);
    await peer.ask(SUBSCRIBE, SUBACK);
    opened.push(peer);
  }
  return { publisher: await openPeer(port, 'publisher'), subscribers: opened };
}

async function run({ load, port, milliseconds }: LoadOrder): Promise<LoadReport> {
  const { qos, subscribers } = LOADS[load];
  peers ??= await connectAll(port, subscribers);
  const { publisher, subscribers: receivers } = peers;
  const ring = publishRing(qos);
  for (const receiver of receivers) receiver.expectRing(ring.bytes);

  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  const end = began + milliseconds;
  const sent =
    qos === 0
      ? await flood(publisher, ring, end)
      : await floodInWindow(publisher, ring, pubackRing(), WINDOW, end);
  // Whatever was sent before a PINGREQ has been taken in when it is answered.
  await publisher.ask(PINGREQ, PINGRESP);
  const whole = sent * ring.frameLength;
  await Promise.all(receivers.map((receiver) => receiver.until(whole)));
  const taken = performance.now() - began;
  if (receivers.some(({ received }) => received !== whole)) throw new Error('more than was sent');
  const { user, system } = process.cpuUsage(cpuBefore);
  const arrived = sent * Math.max(1, receivers.length);
  return { sent, arrived, milliseconds: taken, cpu: user + system };
}

process.on('message', async (order: LoadOrder) => {
  process.send?.(await run(order));
});
process.on('disconnect', () => process.exit());
