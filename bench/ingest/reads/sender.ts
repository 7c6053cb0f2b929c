/** Sends small PUBLISH packets, over and over, to all who connect, or all but the first ones. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { connectFrame, publishRing } from '../../brokers/frames.js';
import { Source } from '../../brokers/source.js';
import type { SenderReport, SendOrder } from './messages.js';

/** Bytes of a write, about. */
const PIECE = 262_144;

const ring = publishRing(0);

async function sendTo(socket: Socket, { bytes, milliseconds }: SendOrder): Promise<SenderReport> {
  const source = new Source(ring);
  const frames = Math.floor(PIECE / ring.frameLength);
  const first = connectFrame('sender');
  const end = performance.now() + milliseconds;
  socket.write(first);
  let messages = 0;
  const sent = () => first.length + messages * ring.frameLength;
  while (sent() < bytes && performance.now() < end) {
    const piece = source.next(frames);
    messages += piece.count;
    if (!socket.write(piece.bytes)) await once(socket, 'drain');
  }
  socket.end();
  await once(socket, 'close');
  return { bytes: sent(), messages };
}

const order = JSON.parse(process.argv[2] as string) as SendOrder;
const { connections, idle = 0 } = order;
const sent: Promise<SenderReport>[] = [];
let accepted = 0;
const server = createServer({ noDelay: true }, async (socket) => {
  // A socket that is not read from does not see the other side close.
  socket.resume();
  if (++accepted <= idle) return;
  sent.push(sendTo(socket, order));
  if (sent.length < connections) return;
  const all = await Promise.all(sent);
  const sum = (field: keyof SenderReport) => all.reduce((total, each) => total + each[field], 0);
  process.send?.({ bytes: sum('bytes'), messages: sum('messages') } satisfies SenderReport);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  process.send?.({ port: address.port });
});
process.on('disconnect', () => process.exit());
