/** Starts Redis and two brokers, and shows that clients need not know which of them they talk to. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect, connectAsync } from 'mqtt';

const children = [];

/** Starts a program, and waits for a line that it prints. */
function start(program, args, pattern, env = {}) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.once('spawn', () => children.push(child));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = pattern.exec(line);
      if (match !== null) resolve(match[0]);
    });
  });
}

async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The next message that a client gets. */
function messageOf(client) {
  return new Promise((resolve) => {
    client.once('message', (topic, payload, { qos, retain }) => {
      resolve(`${topic} ${payload}, QoS ${qos}${retain ? ', retained' : ''}`);
    });
  });
}

async function play(one, other) {
  const subscriber = await connectAsync(one);
  const publisher = await connectAsync(other);

  await subscriber.subscribeAsync('news/#', { qos: 1 });
  const live = messageOf(subscriber);
  await publisher.publishAsync('news/today', 'hello', { qos: 1 });
  console.log('Published at one broker, received at the other:', await live);

  await publisher.publishAsync('status', 'all well', { qos: 1, retain: true });
  const retained = messageOf(subscriber);
  await subscriber.subscribeAsync('status', { qos: 1 });
  console.log('Retained at one broker, received at the other:', await retained);

  // A session that is not clean outlives its connection, and is not bound to a broker.
  const session = { clientId: 'traveller', clean: false };
  const before = await connectAsync(one, session);
  await before.subscribeAsync('mail/traveller', { qos: 1 });
  await before.endAsync();
  await publisher.publishAsync('mail/traveller', 'while you were out', { qos: 1 });
  const mail = await messageOf(connect(other, session));
  console.log('Sent to a session without a connection, received at the other:', mail);
}

const folder = await mkdtemp(join(tmpdir(), 'cluster-'));
try {
  const port = String(await freePort());
  const redis = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  await start('redis-server', redis, /Ready to accept connections/);
  const broker = () =>
    start(process.execPath, ['broker.js'], /mqtt:.*/, { PORT: '0', REDIS_PORT: port });
  const [one, other] = [await broker(), await broker()];
  console.log(`Two brokers over one Redis: ${one} and ${other}`);
  await play(one, other);
} finally {
  for (const child of children.reverse()) {
    child.removeAllListeners('exit').kill();
    if (child.exitCode === null) await once(child, 'exit');
  }
  await rm(folder, { recursive: true });
}
process.exit();
