/** Clients that do what they should not. */
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { encode } from 'mqtt-wasm';
import { cutAt } from '../support/decode.js';
import { type Client, Cut } from './client.js';
import { type Behaviour, count, type Ground, openClient, whenHandled } from './ground.js';
import { malformedStreams } from './malformed.js';
import { RUDE_ADDRESS } from './protocol.js';
import { outgoing, publishOf, takeAnswers, usualLength } from './publishers.js';

function rudeSocket({ server }: Ground): Socket {
  const { port } = server;
  const socket = connect({ port, host: '127.0.0.1', localAddress: RUDE_ADDRESS });
  socket.on('error', () => {});
  socket.resume();
  return socket;
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

/** Ends a connection in one of the ways there are. */
function endSomehow({ random, tally }: Ground, socket: Socket): void {
  const way = random.pick(['ended', 'destroyed', 'reset'] as const);
  count(tally, `connections ${way} by rude clients`);
  if (way === 'ended') socket.end();
  else if (way === 'destroyed') socket.destroy();
  else socket.resetAndDestroy();
}

async function openRude(ground: Ground): Promise<Client | undefined> {
  try {
    return await openClient(ground, { localAddress: RUDE_ADDRESS });
  } catch (error) {
    if (error instanceof Cut) return undefined;
    throw error;
  }
}

/** Publishes, and breaks off in the middle of a frame. What was acknowledged must have been handled, and nothing more often than once. */
async function breakOff(ground: Ground): Promise<void> {
  const { random, accounts } = ground;
  const client = await openRude(ground);
  if (client === undefined) return;
  const account = accounts.open('client that breaks off');
  const messages = outgoing(random, random.integer(1, 60), () =>
    random.chance(0.05) ? random.integer(70_000, 400_000) : usualLength(random),
  );
  // A PUBREL would stand inside of the frame that breaks off.
  takeAnswers(client, account, messages, () => {});
  const last = messages.pop() as (typeof messages)[number];
  const frames = messages.map((message) => {
    account.hasSent(message.number);
    message.state = message.qos === 0 ? 'done' : 'sent';
    return client.encode(publishOf(accounts.round, account, message));
  });
  const broken = client.encode(publishOf(accounts.round, account, last));
  frames.push(broken.subarray(0, random.integer(1, broken.length - 1)));
  client.socket.write(Buffer.concat(frames));
  if (random.chance(0.7)) await random.pause(0, 50);
  count(ground.tally, 'frames broken off');
  endSomehow(ground, client.socket);
  await client.closed();
}

/** Ends its side without a DISCONNECT, behind whole frames: all of them have to be handled. */
async function halfOpen(ground: Ground): Promise<void> {
  const { random, accounts } = ground;
  const client = await openRude(ground);
  if (client === undefined) return;
  const account = accounts.open('client that ends without DISCONNECT');
  const messages = outgoing(random, random.integer(1, 60), () => usualLength(random));
  // Answers may come or not.
  client.onPacket = () => {};
  const frames = messages.map((message) => {
    account.hasSent(message.number);
    return client.encode(publishOf(accounts.round, account, message));
  });
  client.socket.end(Buffer.concat(frames));
  await client.closed();
  whenHandled(ground, client.openedAt, () => account.isComplete());
}

/** Publishes and never reads what it is answered. */
async function deaf(ground: Ground): Promise<void> {
  const { random, accounts } = ground;
  const client = await openRude(ground);
  if (client === undefined) return;
  client.socket.pause();
  const account = accounts.open('client that does not read');
  const messages = outgoing(random, 200, () => usualLength(random));
  for (const message of messages) {
    if (client.isClosed) break;
    account.hasSent(message.number);
    client.socket.write(client.encode(publishOf(accounts.round, account, message)));
  }
  await random.pause(0, 1500);
  client.socket.destroy();
  await client.closed();
}

/** Sends what mutation has made of packets, in pieces. */
async function malformed(ground: Ground): Promise<void> {
  const { random, tally } = ground;
  const bytes = random.pick(malformedStreams());
  const socket = rudeSocket(ground);
  const cuts = Array.from({ length: random.integer(0, 5) }, () => random.integer(0, bytes.length));
  for (const piece of cutAt(
    bytes,
    cuts.sort((a, b) => a - b),
  )) {
    if (socket.destroyed) break;
    socket.write(piece);
    if (random.chance(0.5)) await turn();
  }
  count(tally, 'malformed streams');
  // Most are closed by the server; some end in the middle of something that the server waits for.
  await Promise.race([closed(socket), random.pause(50, 300)]);
  if (!socket.destroyed) endSomehow(ground, socket);
  await closed(socket);
}

/** Many connections at once, most of which never say anything. */
async function flood(ground: Ground): Promise<void> {
  const { random, tally } = ground;
  const sockets = Array.from({ length: random.integer(20, 80) }, () => rudeSocket(ground));
  count(tally, 'connections in floods', sockets.length);
  for (const socket of sockets) {
    if (random.chance(0.3)) {
      socket.write(encode({ type: 'CONNECT', clientIdentifier: '', keepAlive: 60 }));
    }
  }
  await random.pause(10, 400);
  for (const socket of sockets) endSomehow(ground, socket);
  await Promise.all(sockets.map(closed));
}

export const rude: readonly Behaviour[] = [
  { name: 'client that breaks off', weight: 14, run: breakOff },
  { name: 'client that ends without DISCONNECT', weight: 4, run: halfOpen },
  { name: 'client that does not read', weight: 2, run: deaf },
  { name: 'malformed stream', weight: 30, run: malformed },
  { name: 'flood of connections', weight: 2, run: flood },
];
