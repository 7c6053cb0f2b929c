/** The README's examples, run as they stand, against peers that do not behave. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  type AddressInfo,
  connect,
  createServer,
  type Server,
  type ServerOpts,
  type Socket,
} from 'node:net';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Decoder } from '../src/decoder/decoder.js';
import { encode } from '../src/encoder/encoder.js';
import * as mqttWasm from '../src/index.js';
import type { ControlPacket } from '../src/protocol/packets.js';
import { eventually } from './support/eventually.js';
import { hex, join } from './support/hex.js';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = Array.from(README.matchAll(/```js\n(.*?)```/gs), ([, code]) => code as string);
const [SERVER, ROUTES, SLABS, PIPELINE, CONNECTION, DECODER, ENCODER, PARTS] = blocks as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

/** Runs an example: its imports become parameters, of which some may be given by the test. */
async function run(code: string, given: Record<string, unknown>): Promise<void> {
  const modules: Record<string, object> = {
    'mqtt-wasm': mqttWasm,
    'node:net': await import('node:net'),
    'node:stream/promises': await import('node:stream/promises'),
  };
  const names: Record<string, unknown> = {};
  const body = code.replace(
    /^import \{ (.*?) \} from '(.*?)';$/gm,
    (_, list: string, from: string) => {
      for (const name of list.split(', ')) {
        names[name] = (modules[from] as Record<string, unknown>)[name];
      }
      return '';
    },
  );
  const scope = { ...names, ...given };
  const AsyncFunction = run.constructor as typeof Function;
  await (AsyncFunction(...Object.keys(scope), body) as (...values: unknown[]) => Promise<void>)(
    ...Object.values(scope),
  );
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  vi.restoreAllMocks();
});

/** A server whose connections go to `serve`, and the way to connect to it. */
async function listening(
  serve: (socket: Socket) => void,
  options: ServerOpts = {},
): Promise<() => Promise<Socket>> {
  const server = createServer(options, serve).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  };
}

test('there are eight examples in JavaScript', () => {
  expect(blocks).toHaveLength(8);
});

/** Starts an example that serves on a port of its own; what it prints; how many connections are open. */
async function start(example: string, given: Record<string, unknown> = {}) {
  const printed: string[] = [];
  const print = (...values: unknown[]) => printed.push(values.join(' '));
  let connections = 0;
  let reach: Promise<() => Promise<Socket>> | undefined;
  type Serve = (socket: Socket) => unknown;
  await run(example, {
    ...given,
    console: { log: print, error: print },
    createServer: (...[options, handler]: [Serve] | [ServerOpts, Serve]) => ({
      listen() {
        const serve = handler ?? (options as Serve);
        reach = listening(
          (socket) => {
            connections++;
            socket.once('close', () => connections--);
            void serve(socket);
          },
          handler === undefined ? {} : (options as ServerOpts),
        );
      },
    }),
  });
  return { printed, connect: (await reach) as () => Promise<Socket>, open: () => connections };
}

describe('the server', () => {
  const CONNECT = encode({ type: 'CONNECT', clientIdentifier: 'a' });
  const PUBLISH = encode({ type: 'PUBLISH', topic: 'a/b', payload: 'hello' });

  test('answers and prints', async () => {
    const { printed, connect, open } = await start(SERVER);
    const socket = await connect();
    socket.write(join(CONNECT, PUBLISH));
    expect((await once(socket, 'data'))[0]).toEqual(Buffer.from([0x20, 2, 0, 0]));
    socket.end();
    await eventually(() => expect(open()).toBe(0));
    expect(printed).toEqual(['a/b 5 bytes']);
  });

  test('answers a client of MQTT 5.0 in its version', async () => {
    const { connect, open } = await start(SERVER);
    const socket = await connect();
    socket.end(encode({ type: 'CONNECT', protocolLevel: 5, clientIdentifier: 'a' }));
    expect((await once(socket, 'data'))[0]).toEqual(hex('20 03 00 00 00'));
    await eventually(() => expect(open()).toBe(0));
  });

  test.each([
    ['breaks a rule', (socket: Socket) => socket.write(hex('36 00')), 'QoS is not 0, 1 or 2'],
    ['stops inside a packet', (socket: Socket) => socket.end(hex('30 05 00')), 'inside a packet'],
    ['resets', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  ])('survives a client that %s, and lets go of it', async (_, misbehave, message) => {
    const { printed, connect, open } = await start(SERVER);
    const socket = await connect();
    socket.write(join(CONNECT, PUBLISH));
    await once(socket, 'data');
    misbehave(socket);
    await eventually(() => expect(open()).toBe(0));
    await eventually(() => expect(printed).toHaveLength(2));
    expect(printed[0]).toBe('a/b 5 bytes');
    expect(printed[1]).toContain(message);
  });
});

describe('the server on slabs', () => {
  test('counts, answers, and survives a client that breaks a rule', async () => {
    const counted: number[] = [];
    const { printed, connect } = await start(SLABS, {
      count: (topicId: number, payloadLength: number) => counted.push(topicId, payloadLength),
      answer: (socket: Socket, packet: ControlPacket) => socket.write(packet.type),
    });
    const socket = await connect();
    const closed = once(socket, 'close');
    const publish = encode({ type: 'PUBLISH', topic: 'a/b', payload: 'hello' });
    socket.write(join(encode({ type: 'CONNECT', clientIdentifier: 'a' }), publish, publish));
    expect(String((await once(socket, 'data'))[0])).toBe('CONNECT');
    socket.write(join(publish, hex('36 00')));
    await closed;
    const [topicId] = counted;
    expect(topicId).toBeGreaterThan(0);
    expect(counted).toEqual([topicId, 5, topicId, 5, topicId, 5]);
    expect(printed).toEqual([expect.stringContaining('QoS is not 0, 1 or 2')]);
  });
});

describe('the server on connections', () => {
  test.each([
    [4, '20 02 00 00', 'd0 00'],
    [5, '20 03 00 00 00', 'd0 00 e0 01 81'],
  ] as const)(
    'answers, version %i, and says what is wrong',
    async (protocolLevel, accepted, last) => {
      const { printed, connect, open } = await start(CONNECTION);
      const socket = await connect();
      const closed = once(socket, 'close');
      let answer = '';
      socket.on('data', (bytes: Buffer) => {
        answer += bytes.toString('hex');
      });
      const connack = Buffer.from(hex(accepted)).toString('hex');
      socket.write(encode({ type: 'CONNECT', protocolLevel, clientIdentifier: 'a' }));
      await eventually(() => expect(answer).toBe(connack));
      socket.write(join(encode({ type: 'PINGREQ' }), hex('36 00')));
      await closed;
      expect(answer).toBe(connack + Buffer.from(hex(last)).toString('hex'));
      await eventually(() => expect(open()).toBe(0));
      expect(printed).toEqual([expect.stringContaining('QoS is not 0, 1 or 2')]);
    },
  );
});

describe('the loop over batches', () => {
  const publish = (topic: string, payload: string) => encode({ type: 'PUBLISH', topic, payload });
  const subscribe = encode({
    type: 'SUBSCRIBE',
    packetIdentifier: 1,
    subscriptions: [{ topicFilter: 'a/#', qos: 0 }],
  });
  const longTopic = 'long/'.repeat(40);

  /** Runs the example over a stream that is cut into pieces of `size` bytes. */
  async function route(stream: Uint8Array, size: number) {
    const handled: ControlPacket[] = [];
    const lookedUp: string[] = [];
    const written: Uint8Array[] = [];
    const subscriber = {
      protocolVersion: 4,
      socket: { write: (bytes: Uint8Array) => written.push(bytes) },
    };
    const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
      stream.subarray(index * size, (index + 1) * size),
    );
    await run(ROUTES, {
      socket: Readable.from(pieces),
      handle: (packet: ControlPacket) => handled.push(packet),
      findSubscribers(topic: string) {
        lookedUp.push(topic);
        return topic === 'nobody' ? [] : [subscriber];
      },
    });
    return { handled, lookedUp, written };
  }

  test.each([1, 7, 65_536])(
    'finds subscribers once a topic, in chunks of %d bytes',
    async (size) => {
      const good = [publish('a/1', 'one'), publish('a/2', 'two'), publish('a/1', 'three')];
      const { handled, lookedUp, written } = await route(
        join(
          encode({ type: 'CONNECT', clientIdentifier: 'a' }),
          ...good,
          publish('nobody', 'none'),
          subscribe,
          ...good,
          publish(longTopic, 'x'),
          publish(longTopic, 'y'),
        ),
        size,
      );
      expect(handled).toMatchObject([{ type: 'CONNECT' }, { type: 'SUBSCRIBE' }]);
      // Again behind the SUBSCRIBE; a topic without a number each time.
      expect(lookedUp).toEqual(['a/1', 'a/2', 'nobody', 'a/1', 'a/2', longTopic, longTopic]);
      expect(join(...written)).toEqual(
        join(...good, ...good, publish(longTopic, 'x'), publish(longTopic, 'y')),
      );
    },
  );

  test('throws what a client did wrong behind what it did right', async () => {
    const bad = join(encode({ type: 'CONNECT', clientIdentifier: 'a' }), hex('36 00'));
    await expect(route(bad, bad.length)).rejects.toMatchObject({ code: 'ERR_MQTT_INVALID_QOS' });
  });
});

test('the pipeline hands over every packet', async () => {
  const handled: ControlPacket[] = [];
  let done: Promise<void> | undefined;
  const reach = await listening((socket) => {
    done = run(PIPELINE, { socket, handle: (packet: ControlPacket) => handled.push(packet) });
  });
  const socket = await reach();
  socket.end(encode({ type: 'CONNECT', clientIdentifier: 'a' }));
  await eventually(() => expect(done).toBeDefined());
  await done;
  expect(handled).toMatchObject([{ type: 'CONNECT' }]);
});

describe('the decoder on a socket', () => {
  async function start(answer: Uint8Array, half = false) {
    const handled: ControlPacket[] = [];
    const errors: string[] = [];
    const reach = await listening((peer) => {
      peer.on('error', () => {});
      if (half) peer.end(answer);
      else peer.write(answer);
    });
    const socket = await reach();
    socket.removeAllListeners('error');
    await run(DECODER, {
      socket,
      handle: (packet: ControlPacket) => handled.push(packet),
      console: { error: (message: string) => errors.push(message) },
    });
    return { handled, errors, socket };
  }

  const CONNACK = hex('20 02 00 00');

  test('hands over packets', async () => {
    const { handled, errors, socket } = await start(CONNACK);
    await eventually(() => expect(handled).toHaveLength(1));
    expect(errors).toEqual([]);
    socket.destroy();
  });

  test.each([
    ['breaks a rule', join(CONNACK, hex('00')), false, 'reserved'],
    ['stops inside a packet', join(CONNACK, hex('30')), true, 'inside a packet'],
  ])('survives a server that %s', async (_, bytes, half, message) => {
    const { handled, errors, socket } = await start(bytes, half);
    await eventually(() => expect(socket.destroyed).toBe(true));
    await sleep(10);
    expect(handled).toMatchObject([{ type: 'CONNACK' }]);
    expect(errors.join()).toContain(message);
  });
});

test('the encoder speaks the version of the CONNECT', async () => {
  const written: Uint8Array[] = [];
  await run(ENCODER, { socket: { write: (bytes: Uint8Array) => written.push(bytes) } });
  const packets = [...new Decoder().push(join(...written)).packets()];
  expect(packets).toMatchObject([
    { type: 'CONNECT', protocolLevel: 5, properties: { userProperties: [['site', 'north'], {}] } },
    { type: 'PUBLISH', properties: { messageExpiryInterval: 60, contentType: 'text/plain' } },
  ]);
});

test('a large payload passes in parts', async () => {
  const large = encode({ type: 'PUBLISH', topic: 'a', payload: new Uint8Array(1_000_000) });
  const passed: Uint8Array[] = [];
  const source = Readable.from([large.subarray(0, 300_000), large.subarray(300_000)]);
  const target = new Writable({
    write(chunk, _encoding, callback) {
      passed.push(chunk);
      callback();
    },
  });
  await run(PARTS, { source, target });
  expect(passed.length).toBeGreaterThan(2);
  expect(Buffer.concat(passed).equals(large)).toBe(true);
});
