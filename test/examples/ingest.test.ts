/** The ingest server, with clients of MQTT.js. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  type AddressInfo,
  connect as connectSocket,
  createServer,
  Server,
  type Socket,
} from 'node:net';
import type { Worker } from 'node:worker_threads';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Ingest, startIngest } from '../../examples/ingest/server.js';
import {
  type ConnectPacket,
  type ControlPacket,
  decodeBatches,
  type EncodablePacket,
  Encoder,
  encode,
} from '../../src/index.js';
import { eventually } from '../support/eventually.js';

describe.each([0, 2])('with %i worker threads', (threads) => {
  let ingest: Ingest;
  const clients: MqttClient[] = [];
  const trouble: string[] = [];

  beforeEach(async () => {
    trouble.length = 0;
    ingest = await startIngest({ threads, onTrouble: (what) => trouble.push(what) });
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.endAsync(true);
    await ingest.close();
    await eventually(() => expect(ingest.connections).toBe(0));
    expect(ingest.pool.heldBatches).toBe(0);
  });

  async function connected(protocolVersion: 4 | 5, clientId?: string): Promise<MqttClient> {
    const client = await connectAsync(`mqtt://127.0.0.1:${ingest.port}`, {
      protocolVersion,
      reconnectPeriod: 0,
      ...(clientId === undefined ? {} : { clientId }),
    });
    clients.push(client);
    return client;
  }

  async function total() {
    const counts = await ingest.counts();
    return {
      messages: counts.reduce((sum, { messages }) => sum + messages, 0),
      payloadBytes: counts.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0),
      highest: Math.max(...counts.map(({ highest }) => highest)),
    };
  }

  test('messages of both versions and every QoS are handled by topic and acknowledged', async () => {
    const publishers = await Promise.all([connected(4), connected(5), connected(4), connected(5)]);
    for (const [index, publisher] of publishers.entries()) {
      for (const qos of [0, 1, 2] as const) {
        await publisher.publishAsync('site/7/temperature', String(20 + index), { qos });
        await publisher.publishAsync('elsewhere', 'abc', { qos });
      }
    }
    await publishers[0].publishAsync('site/7/temperature', 'cold');
    await eventually(() => expect(ingest.messages).toBe(25));
    expect(await total()).toEqual({ messages: 25, payloadBytes: 4 * 3 * (2 + 3) + 4, highest: 23 });
    expect(trouble).toEqual([]);
  });

  test('subscribers of both versions get messages at QoS 0, long ones included', async () => {
    const [old, recent, publisher, recentPublisher] = await Promise.all([
      connected(4),
      connected(5),
      connected(4),
      connected(5),
    ]);
    const seen = [old, recent].map((client) => {
      const messages: string[] = [];
      client.on('message', (topic, payload, { qos }) =>
        messages.push(`${topic} ${payload.length} ${payload.subarray(0, 5)} ${qos}`),
      );
      return messages;
    });
    await old.subscribeAsync('a/#', { qos: 1 });
    await recent.subscribeAsync(['a/+', 'b']);
    const expected: string[] = [];
    for (const [index, from] of [publisher, recentPublisher, publisher].entries()) {
      for (const qos of [0, 1, 2] as const) {
        const payload = String.fromCharCode(97 + index).repeat(qos === 1 ? 300_000 : 10);
        await from.publishAsync(`a/${index}`, payload, { qos });
        expected.push(`a/${index} ${payload.length} ${payload.slice(0, 5)} 0`);
      }
    }
    await eventually(() => {
      for (const messages of seen) expect([...messages].sort()).toEqual([...expected].sort());
    });
    await old.unsubscribeAsync('a/#');
    await publisher.publishAsync('a/0', 'more', { qos: 1 });
    await eventually(() => expect(seen[1]).toHaveLength(expected.length + 1));
    expect(seen[0]).toHaveLength(expected.length);
  });

  test('a flood to a subscriber arrives as it was sent', async () => {
    const subscriber = await connected(4);
    const publisher = await connected(4);
    const numbers: number[] = [];
    subscriber.on('message', (_, payload) => numbers.push(Number(payload)));
    await subscriber.subscribeAsync('flood/#');
    for (let turn = 0; turn < 20; turn++) {
      for (let index = 0; index < 200; index++) {
        publisher.publish(`flood/${index % 7}`, String(turn * 200 + index));
      }
      await eventually(() => expect(numbers).toHaveLength((turn + 1) * 200));
    }
    expect(numbers).toEqual(Array.from({ length: 4000 }, (_, index) => index));
    await eventually(() => expect(ingest.pool.heldBatches).toBe(0));
  });

  test('of two clients with one name the earlier one has to go, and who breaks a rule as well', async () => {
    const first = await connected(4, 'same');
    const closed = new Promise<void>((resolve) => first.once('close', () => resolve()));
    await connected(4, 'same');
    await closed;
    const socket = connectSocket(ingest.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(encode({ type: 'CONNECT', clientIdentifier: 'rude', keepAlive: 0 }));
    await once(socket, 'data');
    socket.write(Uint8Array.of(0x30, 0x05, 0, 1, 0x23, 0, 0));
    await once(socket, 'close');
    await eventually(() => expect(trouble).toHaveLength(1));
    expect(trouble[0]).toMatch(/wildcard/);
  });

  test('who takes no packet as long as a CONNACK is cut off, and the others are not', async () => {
    const other = await connected(5);
    const socket = connectSocket(ingest.port, '127.0.0.1');
    socket.on('error', () => {});
    const properties = { maximumPacketSize: 2 };
    socket.write(
      encode({ type: 'CONNECT', protocolLevel: 5, clientIdentifier: 'tiny', properties }),
    );
    await once(socket, 'close');
    expect(trouble).toEqual([expect.stringMatching(/CONNACK.*larger/)]);
    await other.publishAsync('a', 'still there', { qos: 1 });
    expect(ingest.messages).toBe(1);
  });

  test('a subscriber gets no message that is longer than it takes', async () => {
    const maximumPacketSize = 200;
    const subscriber = await connectAsync(`mqtt://127.0.0.1:${ingest.port}`, {
      protocolVersion: 5,
      properties: { maximumPacketSize },
    });
    clients.push(subscriber);
    const [old, recent] = await Promise.all([connected(4), connected(5)]);
    const lengths: number[] = [];
    subscriber.on('message', (_, payload) => lengths.push(payload.length));
    await subscriber.subscribeAsync('#');
    // Fixed header, Topic Name behind its length, and the length of no properties.
    const fits = maximumPacketSize - (3 + 3 + 1);
    for (const publisher of [old, recent]) {
      for (const length of [fits, fits + 1, 300_000, fits]) {
        await publisher.publishAsync('a', 'x'.repeat(length));
      }
      await publisher.publishAsync('a', 'x', { qos: 1 });
    }
    await eventually(() => expect(lengths).toHaveLength(6));
    expect(lengths).toEqual([fits, fits, 1, fits, fits, 1]);
  });

  test('a subscriber that has taken leave gets nothing more, though it has not closed', async () => {
    const publisher = await connected(4);
    const socket = connectSocket({ port: ingest.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(encode({ type: 'CONNECT', clientIdentifier: 'leaving' }));
    await once(socket, 'data');
    const subscriptions = [{ topicFilter: '#', qos: 0 as const }];
    socket.write(encode({ type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions }));
    await once(socket, 'data');
    socket.write(encode({ type: 'DISCONNECT' }));
    await once(socket.resume(), 'end');
    await publisher.publishAsync('a', 'too late', { qos: 1 });
    await eventually(() => expect(ingest.connections).toBe(1));
    expect(trouble).toEqual([]);
  });

  test('who ends behind its messages is answered all of them, and then the connection is closed', async () => {
    const socket = connectSocket({ port: ingest.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(encode({ type: 'CONNECT', clientIdentifier: 'hasty' }));
    const subscriptions = [{ topicFilter: 'b', qos: 0 as const }];
    socket.write(encode({ type: 'SUBSCRIBE', packetIdentifier: 9, subscriptions }));
    const publish = (packetIdentifier: number) =>
      encode({ type: 'PUBLISH', topic: 'a', payload: 'x', qos: 1, packetIdentifier });
    socket.end(Buffer.concat([1, 2, 3, 4, 5].map(publish)));
    const answers: Buffer[] = [];
    // Its own half has ended, so this is until the server has closed the other one.
    for await (const chunk of socket) answers.push(chunk);
    const pubacks = [1, 2, 3, 4, 5].flatMap((packetIdentifier) => [0x40, 2, 0, packetIdentifier]);
    const before = [0x20, 2, 0, 0, 0x90, 3, 0, 9, 0];
    expect(Buffer.concat(answers)).toEqual(Buffer.of(...before, ...pubacks));
    await eventually(() => expect(ingest.connections).toBe(0));
    expect(trouble).toEqual([]);
  });

  test('who ends and has sent nothing is closed as well', async () => {
    const socket = connectSocket({ port: ingest.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end();
    await once(socket.resume(), 'end');
    await eventually(() => expect(ingest.connections).toBe(0));
    expect(trouble).toEqual([]);
  });

  test('nothing behind a DISCONNECT counts', async () => {
    const subscriber = await connected(5);
    const seen: string[] = [];
    subscriber.on('message', (_, payload) => seen.push(String(payload)));
    await subscriber.subscribeAsync('#');
    const publish = (payload: string, packetIdentifier: number) =>
      encode({ type: 'PUBLISH', topic: 'a', payload, qos: 1, packetIdentifier });
    const socket = connectSocket(ingest.port, '127.0.0.1');
    socket.write(
      Buffer.concat([
        encode({ type: 'CONNECT', clientIdentifier: 'leaving' }),
        publish('before', 1),
        encode({ type: 'DISCONNECT' }),
        publish('behind', 2),
        encode({ type: 'PINGREQ' }),
      ]),
    );
    const answers: Buffer[] = [];
    for await (const chunk of socket) answers.push(chunk);
    expect(Buffer.concat(answers)).toEqual(Buffer.of(0x20, 2, 0, 0, 0x40, 2, 0, 1));
    await subscriber.publishAsync('a', 'last', { qos: 1 });
    await eventually(() => expect(seen).toContain('last'));
    expect(seen).toEqual(['before', 'last']);
    expect(await total()).toMatchObject({ messages: 2 });
    expect(ingest.messages).toBe(2);
  });

  test('nothing that comes in a later chunk than a DISCONNECT counts', async () => {
    const subscriber = await connected(5);
    const seen: string[] = [];
    subscriber.on('message', (_, payload) => seen.push(String(payload)));
    await subscriber.subscribeAsync('#');
    const socket = connectSocket(ingest.port, '127.0.0.1').resume();
    // It may be closed while there is still something to send.
    socket.on('error', () => {});
    socket.write(
      Buffer.concat([
        encode({ type: 'CONNECT', clientIdentifier: 'leaving' }),
        encode({ type: 'PUBLISH', topic: 'a', payload: 'before' }),
        encode({ type: 'DISCONNECT' }),
      ]),
    );
    // What waits behind 64 KiB comes in another chunk, whatever the kernel joins.
    socket.write(Buffer.alloc(2 * 65_536, encode({ type: 'PUBLISH', topic: 'b', payload: '!' })));
    await once(socket, 'close');
    await subscriber.publishAsync('a', 'last', { qos: 1 });
    await eventually(() => expect(seen).toContain('last'));
    expect(seen).toEqual(['before', 'last']);
    expect(await total()).toMatchObject({ messages: 2 });
  });

  test('RETAIN goes on where a subscription has Retain As Published, and nowhere else', async () => {
    const [old, recent, keeping, publisher] = await Promise.all([
      connected(4),
      connected(5),
      connected(5),
      connected(4),
    ]);
    const seen = [old, recent, keeping].map((client) => {
      const flags: string[] = [];
      client.on('message', (topic, payload, { retain }) =>
        flags.push(`${topic} ${payload.length} ${retain}`),
      );
      return flags;
    });
    await old.subscribeAsync('+/#');
    await recent.subscribeAsync({ '+/#': { qos: 0 } });
    // Two of its Topic Filters match `a/b`, and only one is of such a subscription.
    await keeping.subscribeAsync({ '+/#': { qos: 0 }, 'a/+': { qos: 0, rap: true } });
    const lengths = [1, 300_000];
    const expected = lengths.flatMap((length) => [
      `a/b ${length} true`,
      `a/b ${length} false`,
      `c/d ${length} false`,
    ]);
    for (const length of lengths) {
      const payload = 'x'.repeat(length);
      await publisher.publishAsync('a/b', payload, { retain: true, qos: 1 });
      await publisher.publishAsync('a/b', payload, { qos: 1 });
      await publisher.publishAsync('c/d', payload, { retain: true, qos: 1 });
    }
    await eventually(() => expect(seen[2]).toEqual(expected));
    const without = expected.map((flags) => flags.replace('true', 'false'));
    await eventually(() => expect(seen.slice(0, 2)).toEqual([without, without]));
  });

  test('who is silent for too long is cut off', async () => {
    const socket = connectSocket(ingest.port, '127.0.0.1');
    const began = performance.now();
    socket.write(encode({ type: 'CONNECT', clientIdentifier: 'silent', keepAlive: 1 }));
    socket.write(
      encode({
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        subscriptions: [{ topicFilter: 'a', qos: 0 }],
      }),
    );
    socket.resume();
    // What it gets is no sign of life of its own.
    const publisher = await connected(4);
    const publishing = setInterval(() => publisher.publish('a', 'b'), 100);
    await once(socket, 'close');
    clearInterval(publishing);
    expect(performance.now() - began).toBeGreaterThan(1400);
  });
});

test('when a thread ends its clients are cut off, those of others are not, and all can go on', async () => {
  const ingest = await startIngest({ threads: 2 });
  try {
    const clients = await Promise.all(
      [0, 1].map(() => connectAsync(`mqtt://127.0.0.1:${ingest.port}`, { reconnectPeriod: 20 })),
    );
    const closed = clients.map(
      (client) => new Promise((resolve) => client.once('close', () => resolve(client))),
    );
    for (const client of clients) await client.publishAsync('a', 'before', { qos: 1 });
    await ingest.restartThread(0);
    const gone = await Promise.race(closed);
    const there = clients.find((client) => client !== gone);
    expect(there?.connected).toBe(true);
    for (const client of clients) await client.publishAsync('a', 'after', { qos: 2 });
    await eventually(() => expect(ingest.messages).toBe(4));
    await eventually(() => expect(ingest.pool.heldBatches).toBe(0));
    for (const client of clients) await client.endAsync(true);
  } finally {
    await ingest.close();
  }
  expect(ingest.pool.freeSlabs).toBeGreaterThanOrEqual(ingest.pool.slabs - 1);
});

test.each([
  ['new Error("bad handler")', 'bad handler'],
  ['"bad handler"', "'bad handler'"],
  ['null', 'null'],
])(
  'when a handler throws %s in a thread, the thread is begun anew, and the server lives',
  async (thrown, told) => {
    const handlers = `export const countingRoutes = () => ({
    counts: { messages: 0, payloadBytes: 0, highest: 0 },
    routes: [['bad', () => { throw ${thrown}; }]],
  });`;
    const trouble: string[] = [];
    const ingest = await startIngest({
      threads: 2,
      handlers: new URL(`data:text/javascript,${encodeURIComponent(handlers)}`),
      onTrouble: (what) => trouble.push(what),
    });
    try {
      const socket = connectSocket(ingest.port, '127.0.0.1').resume();
      socket.write(encode({ type: 'CONNECT', clientIdentifier: 'a' }));
      socket.write(encode({ type: 'PUBLISH', topic: 'bad' }));
      await once(socket, 'close');
      await eventually(() =>
        expect(trouble).toEqual([expect.stringMatching(`^thread [01]: ${told}$`)]),
      );
      // The thread that did not fail, and the one that comes for the other, soon.
      await eventually(() => sayGood(ingest.port));
      await eventually(() => sayGood(ingest.port));
      expect(trouble).toHaveLength(1);
    } finally {
      await ingest.close();
    }
  },
);

test.each([0, 1])(
  'with %i worker threads, what a client makes a handler throw cannot act upon a terminal',
  async (threads) => {
    const handlers = `export const countingRoutes = () => ({
      counts: {},
      routes: [['#', ({ payload }) => { JSON.parse(String(payload)); }]],
    });`;
    const trouble: [what: string, error: Error][] = [];
    const ingest = await startIngest({
      threads,
      handlers: new URL(`data:text/javascript,${encodeURIComponent(handlers)}`),
      onTrouble: (what, error) => trouble.push([what, error]),
    });
    try {
      const socket = connectSocket(ingest.port, '127.0.0.1').resume();
      socket.on('error', () => {});
      socket.write(encode({ type: 'CONNECT', clientIdentifier: 'a' }));
      socket.write(encode({ type: 'PUBLISH', topic: 'a', payload: '\u001b]0;\u0007\u009b' }));
      await eventually(() => expect(trouble).toHaveLength(1));
      const [[what, error]] = trouble as [[string, Error]];
      expect(error.message).toContain('\u001b');
      expect(what).toMatch(/\\u\{1b\}/);
      expect(what).not.toMatch(/\p{C}/u);
    } finally {
      await ingest.close();
    }
  },
);

const ENDLESS = `export const countingRoutes = () => ({
  counts: {},
  routes: [['endless', () => { for (;;); }]],
});`;

test('who has ended is cut off with the thread that has its messages', async () => {
  const ingest = await startIngest({
    threads: 1,
    handlers: new URL(`data:text/javascript,${encodeURIComponent(ENDLESS)}`),
  });
  try {
    const socket = connectSocket({ port: ingest.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.resume().on('error', () => {});
    const closed = once(socket, 'close');
    socket.write(encode({ type: 'CONNECT', clientIdentifier: 'a' }));
    socket.end(encode({ type: 'PUBLISH', topic: 'endless', qos: 1, packetIdentifier: 1 }));
    await eventually(() => expect(ingest.pool.heldBatches).toBe(1));
    // Long enough for its end to have come.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ingest.connections).toBe(1);
    await ingest.restartThread(0);
    await closed;
    await eventually(() => expect([ingest.connections, ingest.pool.heldBatches]).toEqual([0, 0]));
  } finally {
    await ingest.close();
  }
});

test('a handler that never ends does not keep the server from closing', async () => {
  const trouble: string[] = [];
  const ingest = await startIngest({
    threads: 1,
    handlers: new URL(`data:text/javascript,${encodeURIComponent(ENDLESS)}`),
    onTrouble: (what) => trouble.push(what),
  });
  const socket = connectSocket(ingest.port, '127.0.0.1').resume();
  socket.on('error', () => {});
  socket.write(encode({ type: 'CONNECT', clientIdentifier: 'a' }));
  socket.write(encode({ type: 'PUBLISH', topic: 'endless' }));
  await eventually(() => expect(ingest.pool.heldBatches).toBe(1));
  await ingest.close();
  expect(trouble).toEqual([]);
  expect(ingest.pool.heldBatches).toBe(0);
});

test.each([
  ['the port is taken', undefined, /EADDRINUSE/],
  ['there is no such port', 65_536, /65536/],
])('a server that cannot listen as %s leaves no threads behind', async (_, wrong, refusal) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const port = wrong ?? (other.address() as AddressInfo).port;
  let exited = 0;
  const onWorker = (worker: Worker) => worker.once('exit', () => exited++);
  process.on('worker', onWorker);
  try {
    await expect(startIngest({ port, threads: 2 })).rejects.toThrow(refusal);
    expect(exited).toBe(2);
  } finally {
    process.off('worker', onWorker);
    other.close();
  }
});

test('errors of the server that come later are told, and silent clients still cut off', async () => {
  const listen = vi.spyOn(Server.prototype, 'listen');
  const trouble: string[] = [];
  const ingest = await startIngest({ onTrouble: (what) => trouble.push(what) });
  const [server] = listen.mock.contexts as Server[];
  listen.mockRestore();
  try {
    for (const message of ['accept EMFILE', 'accept ENFILE']) {
      server?.emit('error', new Error(message));
    }
    expect(trouble).toEqual(['the server: accept EMFILE', 'the server: accept ENFILE']);
    const socket = connectSocket(ingest.port, '127.0.0.1').resume();
    socket.write(encode({ type: 'CONNECT', clientIdentifier: 'silent', keepAlive: 1 }));
    await once(socket, 'close');
  } finally {
    await ingest.close();
  }
});

/** Publishes a message and has it acknowledged, on a connection of its own. */
async function sayGood(port: number): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('close', () => reject(new Error('cut off')));
      client.publish('good', 'x', { qos: 1 }, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    await client.endAsync(true);
  }
}

describe('clients that ask for what there is not, or do not behave', () => {
  let ingest: Ingest;
  const sockets: Socket[] = [];

  const trouble: Error[] = [];

  beforeEach(async () => {
    trouble.length = 0;
    ingest = await startIngest({ onTrouble: (_, error) => trouble.push(error) });
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await ingest.close();
    await eventually(() => expect(ingest.pool.heldBatches).toBe(0));
  });

  /** A client that sends these packets, the first of which is its CONNECT. */
  function client(...packets: EncodablePacket[]): Socket {
    const socket = connectSocket(ingest.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    const encoder = new Encoder();
    for (const packet of packets) socket.write(encoder.encode(packet));
    return socket;
  }

  /** The first `count` packets that it gets, or fewer if the connection is closed. */
  async function received(
    socket: Socket,
    count: number,
    protocolVersion: 4 | 5 = 5,
  ): Promise<ControlPacket[]> {
    const packets: ControlPacket[] = [];
    const chunks = socket.iterator({ destroyOnReturn: false });
    for await (const batch of decodeBatches(chunks, { role: 'client', protocolVersion })) {
      packets.push(...batch.packets());
      if (packets.length >= count) break;
    }
    return packets;
  }

  const connect = (clientIdentifier: string, properties = {}) =>
    ({ type: 'CONNECT', protocolLevel: 5, clientIdentifier, keepAlive: 0, properties }) as const;

  const subscribe = (topicFilter: string, more = {}, properties = {}) =>
    ({
      type: 'SUBSCRIBE',
      packetIdentifier: 1,
      subscriptions: [{ topicFilter, qos: 0, ...more }],
      properties,
    }) as const;

  test('sessions end with their connection, whatever was asked for', async () => {
    const [connack] = await received(client(connect('a', { sessionExpiryInterval: 60 })), 1);
    expect(connack).toMatchObject({ reasonCode: 0, properties: { sessionExpiryInterval: 0 } });
  });

  test('no Authentication Method is known', async () => {
    const packets = await received(client(connect('a', { authenticationMethod: 'x' })), 9);
    expect(packets).toMatchObject([{ type: 'CONNACK', reasonCode: 0x8c }]);
  });

  test.each([
    [5, true, { reasonCode: 0x9a }],
    [5, false, { reasonCode: 0 }],
    [4, true, { returnCode: 0 }],
  ] as const)(
    'a Will of version %i whose Will Retain is %s is answered by %o',
    async (protocolLevel, retain, expected) => {
      const will = { topic: 'w', payload: 'gone', qos: 1, retain } as const;
      const { properties: _, ...plain } = connect('a');
      const socket = client({ ...plain, protocolLevel, will });
      const [connack] = await received(socket, 1, protocolLevel);
      expect(connack).toMatchObject({ type: 'CONNACK', ...expected });
      if (retain && protocolLevel === 5) await once(socket.resume(), 'close');
    },
  );

  test('nothing is taken from a client that was refused, in the same chunk or later', async () => {
    const publish = { type: 'PUBLISH', topic: 't', qos: 1, packetIdentifier: 2 } as const;
    const encoder = new Encoder();
    const frames = [
      connect('a', { authenticationMethod: 'x' }),
      subscribe('t'),
      publish,
      { type: 'UNSUBSCRIBE', packetIdentifier: 3, topicFilters: ['t'] } as const,
      { type: 'PUBLISH', topic: 't' } as const,
    ].map((packet) => encoder.encode(packet));
    const whole = client();
    whole.write(Buffer.concat(frames));
    expect(await received(whole, 9)).toMatchObject([{ type: 'CONNACK', reasonCode: 0x8c }]);
    // Whoever goes on sending may find the connection closed before he has read why.
    const slow = client();
    const closed = new Promise((resolve) => slow.resume().once('close', resolve));
    for (const frame of frames) {
      slow.write(frame);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    await eventually(() => expect(ingest.connections).toBe(0));
    expect(ingest.messages).toBe(0);
    expect(await ingest.counts()).toMatchObject([{ messages: 0 }]);
    expect(trouble.filter(({ name }) => name !== 'Error')).toEqual([]);
  });

  test('what stands in one chunk with a CONNECT is passed on under the version that it asks for', async () => {
    const [old, recent] = [4, 5].map((protocolLevel) =>
      client({ ...connect(`${protocolLevel}`), protocolLevel } as ConnectPacket, subscribe('t')),
    ) as [Socket, Socket];
    const messages = Promise.all([received(old, 3, 4), received(recent, 3)]);
    await eventually(() => expect(Math.min(old.bytesRead, recent.bytesRead)).toBeGreaterThan(8));
    const encoder = new Encoder();
    const properties = { userProperties: [['n', 'v']] };
    const packets = [connect('p'), { type: 'PUBLISH', topic: 't', payload: 'x', properties }];
    client().write(Buffer.concat(packets.map((one) => encoder.encode(one as EncodablePacket))));
    for (const [, , message] of await messages) {
      expect(message).toMatchObject({ type: 'PUBLISH', topic: 't', payload: Buffer.from('x') });
    }
  });

  test('a message of QoS 2 that is sent again is passed on once, until it has been released', async () => {
    const subscriber = client(connect('s'), subscribe('t'));
    const packets = received(subscriber, 6);
    await eventually(() => expect(subscriber.bytesRead).toBeGreaterThan(20));
    const message = (payload: string | Uint8Array, packetIdentifier = 1, isSentAgain = false) =>
      ({
        type: 'PUBLISH',
        topic: 't',
        qos: 2,
        dup: isSentAgain,
        packetIdentifier,
        payload,
      }) as const;
    const long = Buffer.alloc(200_000, 'long');
    const publisher = client(
      connect('p'),
      message('first'),
      message('first', 1, true),
      { type: 'PUBREL', packetIdentifier: 1 },
      message('second'),
      message(long, 2),
      message(long, 2, true),
      message('last', 3),
    );
    publisher.resume();
    const payloads = (await packets).map((packet) => 'payload' in packet && packet.payload);
    expect(payloads.slice(2).map(String)).toEqual(['first', 'second', long.toString(), 'last']);
    // Nobody subscribes for a while, in which it is released.
    const encoder = new Encoder({ protocolVersion: 5 });
    subscriber.destroy();
    await eventually(() => expect(ingest.connections).toBe(1));
    publisher.write(encoder.encode({ type: 'PUBREL', packetIdentifier: 3 }));
    const another = client(connect('s'), subscribe('t'));
    const more = received(another, 3);
    await eventually(() => expect(another.bytesRead).toBeGreaterThan(20));
    publisher.write(encoder.encode(message('new', 3)));
    expect((await more)[2]).toMatchObject({ payload: Buffer.from('new') });
  });

  test('a long message has no hole where nobody had subscribed for a while', async () => {
    const encoder = new Encoder({ protocolVersion: 5 });
    const subscriber = client(connect('s'), subscribe('t'));
    const packets = received(subscriber, 5);
    const payload = randomBytes(600_000);
    const frame = encoder.encode({ type: 'PUBLISH', topic: 't', payload });
    const publisher = client(connect('p'));
    await eventually(() => expect(subscriber.bytesRead).toBeGreaterThan(20));
    const answered = async (packet: EncodablePacket) => {
      const before = subscriber.bytesRead;
      subscriber.write(encoder.encode(packet));
      await eventually(() => expect(subscriber.bytesRead).toBeGreaterThan(before));
    };
    const taken = async (from: number, to: number) => {
      publisher.write(frame.subarray(from, to));
      await eventually(async () => {
        const [counts] = await ingest.counts();
        expect(counts?.payloadBytes).toBeGreaterThan(to - 100);
      });
    };
    await taken(0, 200_000);
    await answered({ type: 'UNSUBSCRIBE', packetIdentifier: 2, topicFilters: ['t'] });
    await taken(200_000, 400_000);
    await answered(subscribe('t'));
    publisher.write(frame.subarray(400_000));
    const last = (await packets)[4];
    expect(last?.type === 'PUBLISH' && payload.equals(last.payload)).toBe(true);
  });

  test('who loses its name to another is told', async () => {
    const first = client(connect('a'));
    const packets = received(first, 9);
    await eventually(() => expect(ingest.connections).toBe(1));
    await received(client(connect('a')), 1);
    expect(await packets).toMatchObject([
      { type: 'CONNACK' },
      { type: 'DISCONNECT', reasonCode: 0x8e },
    ]);
  });

  test('who loses its name while it does not read is told nothing behind the end, and not heard any more', async () => {
    const encoder = new Encoder({ protocolVersion: 5 });
    const leave = { type: 'DISCONNECT', reasonCode: 0 } as const;
    const message = { type: 'PUBLISH', topic: 'late', qos: 1, packetIdentifier: 1 } as const;
    const publisher = client(connect('p'));
    await received(publisher, 1);
    for (const [name, packet] of [
      ['leaving', leave],
      ['deaf', message],
    ] as const) {
      const first = client(connect(name), subscribe(name));
      await received(first, 2);
      first.pause();
      // More than the kernel takes.
      const long = { type: 'PUBLISH', topic: name, payload: Buffer.alloc(10_000_000) } as const;
      publisher.write(encoder.encode(long));
      publisher.write(encoder.encode({ type: 'PINGREQ' }));
      await received(publisher, 1);
      if (packet === leave) {
        first.write(encoder.encode(packet));
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const [connack] = await received(client(connect(name)), 1);
      expect(connack).toMatchObject({ type: 'CONNACK', reasonCode: 0 });
      if (packet === message) first.write(encoder.encode(packet));
    }
    publisher.write(encoder.encode({ ...message, topic: 'last' }));
    await received(publisher, 1);
    expect(trouble).toEqual([]);
    // Those two long ones, and the last.
    expect(ingest.messages).toBe(3);
  });

  test.each([
    [subscribe('$share/group/a'), 0x9e],
    [subscribe('a', { noLocal: true }), 0x83],
    [subscribe('a', {}, { subscriptionIdentifier: 1 }), 0xa1],
    [subscribe('a'), 0],
  ])('%o is answered by %i', async (packet, code) => {
    const [, suback] = await received(client(connect('a'), packet), 2);
    expect(suback).toMatchObject({ type: 'SUBACK', reasonCodes: [code] });
  });

  test('there is an end to the number of subscriptions', async () => {
    const subscriptions = Array.from({ length: 1001 }, (_, index) => ({
      topicFilter: `a/${index}`,
      qos: 0 as const,
    }));
    const all = { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions } as const;
    const [, suback] = await received(client(connect('a'), all), 2);
    const codes = suback?.type === 'SUBACK' ? suback.reasonCodes : undefined;
    expect(codes?.indexOf(0x97)).toBe(1000);
  });

  test('nobody gets packets that are larger than he takes', async () => {
    const subscriber = client(connect('a', { maximumPacketSize: 50 }), subscribe('t'));
    const packets = received(subscriber, 3);
    await eventually(() => expect(subscriber.bytesRead).toBeGreaterThan(20));
    client(
      connect('b'),
      { type: 'PUBLISH', topic: 't', payload: Buffer.alloc(100) },
      { type: 'PUBLISH', topic: 't', payload: 'short' },
    );
    expect((await packets)[2]).toMatchObject({ type: 'PUBLISH', payload: Buffer.from('short') });
  });

  test('who is answered and does not read may ask nothing more', async () => {
    const socket = client(connect('a'));
    const chunk = Buffer.alloc(64 * 1024, 'c000', 'hex');
    let isTaken = true;
    let chunks = 0;
    for (; isTaken && chunks < 1000; chunks++) {
      isTaken = false;
      socket.write(chunk, () => {
        isTaken = true;
      });
      for (let turn = 0; turn < 200 && !isTaken; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    expect(isTaken).toBe(false);
  });

  test('subscribers that do not read do not stop the others', async () => {
    const { slabs } = ingest.pool;
    const count = slabs + 8;
    for (let index = 0; index < count; index++) {
      const subscriber = client(connect(`s${index}`), subscribe(`t/${index}`));
      await received(subscriber, 2);
      subscriber.pause();
    }
    const publisher = client(connect('p'));
    publisher.resume();
    // More to each than the kernel takes: 9 MB.
    for (let index = 0; index < count; index++) {
      const encoder = new Encoder({ protocolVersion: 5 });
      const frame = encoder.encode({
        type: 'PUBLISH',
        topic: `t/${index}`,
        payload: Buffer.alloc(60_000),
      });
      for (let number = 0; number < 150; number++) {
        if (!publisher.write(frame)) await once(publisher, 'drain');
      }
    }
    await eventually(() => expect(ingest.messages).toBe(150 * count));
    expect(ingest.pool.isHoldingBack).toBe(false);
    expect(ingest.pool.heldBatches).toBeGreaterThan(0);
  }, 30_000);
});
