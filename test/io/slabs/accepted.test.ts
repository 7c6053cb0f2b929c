/**
 * Accepted sockets, whichever way they are read: by a new socket around the same connection, by its fall-back, by `pool.read()`. What
 * can be seen of them is compared with a plain socket that feeds a decoder.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type ServerOpts, Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import { SlabPool } from '../../../src/io/slabs/pool.js';
import { hex } from '../../support/hex.js';
import {
  closed,
  destroyedAtEnd,
  listening,
  numbered,
  numbersOf,
  smallPool,
  turns,
  until,
  upTo,
} from './support.js';

type Way = 'plain' | 'accept' | 'flowing' | 'late' | 'masked' | 'read';
/** All but the plain socket. */
const WAYS: readonly Way[] = ['accept', 'flowing', 'late', 'masked', 'read'];
const INTO_SLABS: readonly Way[] = ['accept', 'flowing'];

const PING = hex('c0 00');

/** One connection, as the server has it. */
interface Served {
  readonly server: Server;
  /** The server's end. */
  readonly socket: Socket;
  readonly peer: Socket;
  /** What has happened to the server's end, in order; frames as one entry. */
  readonly log: string[];
  readonly numbers: number[];
  readonly pool: SlabPool;
  hold(): void;
  goOn(): void;
}

interface Scenario {
  readonly server?: ServerOpts;
  readonly peer?: { readonly allowHalfOpen?: boolean };
  /** Before the pool gets the socket. */
  readonly onConnection?: (accepted: Socket) => void;
  /** For each frame, with its number. */
  readonly onFrame?: (socket: Socket, number: number) => void;
}

/** Takes away what the kernel needs to write into memory of ours, for this connection alone. */
function mask(socket: Socket): void {
  const { _handle: handle } = socket as Socket & { _handle: { useUserBuffer?: unknown } };
  handle.useUserBuffer = undefined;
}

async function serve(way: Way, scenario: Scenario = {}): Promise<Served> {
  const pool = smallPool();
  const log: string[] = [];
  const numbers: number[] = [];
  const pauses = way === 'accept' || way === 'masked';
  const server = createServer({ noDelay: true, ...scenario.server, pauseOnConnect: pauses });
  const port = await listening(server);
  const peer = connect({ port, host: '127.0.0.1', noDelay: true, ...scenario.peer });
  destroyedAtEnd(peer).on('error', () => {});
  const [accepted] = (await once(server, 'connection')) as [Socket];
  scenario.onConnection?.(accepted);
  if (way === 'late') {
    // One frame has come before the pool gets the socket.
    peer.write(numbered(0, 200));
    await until(() => accepted.bytesRead > 0);
  } else peer.write(numbered(0, 200));
  let socket = accepted;
  const take = (found: readonly number[]): void => {
    if (log.at(-1) !== 'frames') log.push('frames');
    numbers.push(...found);
    for (const number of found) scenario.onFrame?.(socket, number);
  };
  let hold = (): void => {};
  let goOn = (): void => {};
  if (way === 'plain') {
    const decoder = new Decoder();
    socket.on('data', (chunk) => take(numbersOf(decoder.push(chunk))));
    hold = () => socket.pause();
    goOn = () => socket.resume();
  } else {
    if (way === 'masked') mask(accepted);
    const onBatch = (batch: Parameters<typeof numbersOf>[0]): void => take(numbersOf(batch));
    const reader =
      way === 'read' ? pool.read(accepted, { onBatch }) : pool.accept(accepted, { onBatch });
    expect(reader.readsIntoSlabs).toBe(INTO_SLABS.includes(way));
    expect(reader.socket === accepted).toBe(!INTO_SLABS.includes(way));
    expect(reader.socket).toBeInstanceOf(Socket);
    socket = reader.socket;
    hold = () => reader.pause();
    goOn = () => reader.resume();
  }
  destroyedAtEnd(socket);
  for (const event of ['end', 'finish', 'timeout', 'drain'] as const) {
    socket.on(event, () => log.push(event));
  }
  socket.on('error', (error: NodeJS.ErrnoException) => log.push(`error ${error.code}`));
  socket.on('close', (hadError) => log.push(`close ${hadError}`));
  await until(() => numbers.length === 1);
  return { server, socket, peer, log, numbers, pool, hold, goOn };
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

/** Bytes that the peer has got. */
function received(peer: Socket): Buffer[] {
  const chunks: Buffer[] = [];
  peer.on('data', (chunk) => chunks.push(chunk));
  return chunks;
}

/** What the connection is told from now on of what is set on its socket. */
function callsOfHandle(socket: Socket): string[] {
  const calls: string[] = [];
  const { _handle: handle } = socket as Socket & {
    _handle: Record<string, (...args: unknown[]) => unknown>;
  };
  for (const name of ['setNoDelay', 'setKeepAlive']) {
    const method = handle[name] as (...args: unknown[]) => unknown;
    handle[name] = (...args) => {
      calls.push([name, ...args].join(' '));
      return method.apply(handle, args);
    };
  }
  return calls;
}

/** Plays a scenario; what it returns must be the same for every way of reading. */
const SCENARIOS: Record<string, (way: Way) => Promise<unknown>> = {
  'the peer resets the connection': async (way) => {
    const { socket, peer, log, numbers, pool, server } = await serve(way);
    const isClosed = closed(socket);
    peer.resetAndDestroy();
    await isClosed;
    return [log, numbers, socket.destroyed, pool.readers, await connectionsOf(server)];
  },

  'the peer ends, and the server with it': async (way) => {
    const { socket, peer, log, pool } = await serve(way);
    const chunks = received(peer);
    const isClosed = Promise.all([closed(socket), closed(peer)]);
    peer.end(numbered(1, 200));
    await isClosed;
    return [log, chunks.length, pool.readers];
  },

  'the peer ends, and the server goes on writing': async (way) => {
    const { socket, peer, log, pool } = await serve(way, { server: { allowHalfOpen: true } });
    const chunks = received(peer);
    const ended = once(socket, 'end');
    peer.end();
    await ended;
    socket.write(PING);
    socket.write(PING);
    const isClosed = Promise.all([closed(socket), closed(peer)]);
    const before = [socket.allowHalfOpen, socket.writable];
    socket.end();
    await isClosed;
    return [log, before, Buffer.concat(chunks).length, pool.readers];
  },

  'the server ends, and the peer goes on writing': async (way) => {
    const { socket, peer, log, numbers } = await serve(way, { peer: { allowHalfOpen: true } });
    peer.resume();
    const ended = once(peer, 'end');
    socket.end(PING);
    await ended;
    for (let number = 1; number < 50; number++) peer.write(numbered(number, 1000));
    const isClosed = closed(socket);
    peer.end();
    await isClosed;
    return [log, numbers];
  },

  'pause() and resume(), with more than the kernel takes meanwhile': async (way) => {
    const { socket, peer, numbers, hold, goOn } = await serve(way);
    hold();
    const count = 2000;
    for (let number = 1; number < count; number++) peer.write(numbered(number, 7000));
    await turns(50);
    const before = numbers.length;
    // A plain socket that is paused reads up to its high water mark.
    const hasRead = socket.bytesRead < 300_000;
    const isWaiting = peer.writableLength > 0;
    goOn();
    hold();
    await turns(5);
    goOn();
    await until(() => numbers.length === count);
    return [before, hasRead, isWaiting, numbers];
  },

  'the server closes when the connection has ended, not before': async (way) => {
    const { server, socket, peer, log, numbers } = await serve(way);
    const counts = [await connectionsOf(server)];
    server.close(() => log.push('server closed'));
    await turns(5);
    counts.push(await connectionsOf(server));
    const serverClosed = once(server, 'close');
    peer.write(numbered(1, 200));
    await until(() => numbers.length === 2);
    const isClosed = closed(socket);
    peer.end();
    await isClosed;
    await serverClosed;
    counts.push(await connectionsOf(server));
    return [log, counts];
  },

  'maxConnections counts it': async (way) => {
    const { server, socket, peer } = await serve(way);
    server.maxConnections = 1;
    const { port } = server.address() as { port: number };
    const dropped = once(server, 'drop');
    const other = destroyedAtEnd(connect(port, '127.0.0.1'));
    other.on('error', () => {});
    await dropped;
    const isClosed = closed(socket);
    peer.destroy();
    await isClosed;
    const accepted = once(server, 'connection');
    const next = destroyedAtEnd(connect(port, '127.0.0.1'));
    const [socketOfNext] = (await accepted) as [Socket];
    next.destroy();
    socketOfNext.destroy();
    return server.maxConnections;
  },

  'timeouts: after what was read last, again and again, and none when cleared': async (way) => {
    const { socket, peer, log, numbers } = await serve(way);
    socket.setTimeout(30);
    await once(socket, 'timeout');
    const { timeout } = socket;
    // Longer than any machine stands still.
    socket.setTimeout(50_000);
    peer.write(numbered(1, 200));
    await until(() => numbers.length === 2);
    socket.setTimeout(0);
    return [log, timeout, socket.timeout];
  },

  'reading puts a timeout off': async (way) => {
    const { socket, peer, log, numbers } = await serve(way);
    socket.setTimeout(400);
    const start = performance.now();
    let last = start;
    let longest = 0;
    while (last - start < 600) {
      const { length } = numbers;
      peer.write(numbered(length, 200));
      await until(() => numbers.length > length);
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }
    // On a machine that stood still for so long nothing can be told: a timeout then, and the frames behind it, are no news.
    return longest < 200 ? log : ['frames'];
  },

  'addresses, and what is set on a socket': async (way) => {
    const { server, socket, peer } = await serve(way, {
      server: { highWaterMark: 12_345, keepAlive: true },
    });
    const { port } = server.address() as { port: number };
    return [
      socket.remotePort === peer.localPort,
      socket.localPort === port,
      [socket.remoteAddress, socket.remoteFamily, socket.localAddress],
      [socket.readyState, socket.connecting, socket.pending, socket.destroyed],
      [socket.writableHighWaterMark, socket.readableHighWaterMark],
      [socket.bytesRead, socket.bytesWritten, socket.allowHalfOpen],
      socket.setNoDelay() === socket && socket.setKeepAlive(true, 1000) === socket,
      socket.ref() === socket,
    ];
  },

  'an address that was asked for before the pool gets the socket is known behind its end': async (
    way,
  ) => {
    const { socket, peer } = await serve(way, {
      onConnection: ({ remoteAddress, localAddress }) =>
        expect([remoteAddress, localAddress]).toEqual(['127.0.0.1', '127.0.0.1']),
    });
    const { localPort, remotePort } = peer;
    const isClosed = closed(socket);
    peer.destroy();
    await isClosed;
    return [socket.remoteAddress, socket.remotePort === localPort, socket.localPort === remotePort];
  },

  'what is set on a socket is what the connection is told': async (way) => {
    const told = [];
    for (const isSet of [true, false]) {
      const { socket } = await serve(way, {
        server: { noDelay: isSet, keepAlive: isSet, keepAliveInitialDelay: 5000 },
      });
      const calls = callsOfHandle(socket);
      // Each is told of once, and not at all if it is so already.
      for (const enable of [isSet, !isSet, !isSet, isSet]) socket.setNoDelay(enable);
      for (const enable of [isSet, !isSet, !isSet]) socket.setKeepAlive(enable, 5000);
      socket.setKeepAlive(true, 5000);
      socket.setKeepAlive(true, 7000);
      told.push(calls);
    }
    expect(told[0]).toContain('setNoDelay false');
    return told;
  },

  'what was set before the pool gets the socket is remembered': async (way) => {
    const { socket } = await serve(way, {
      server: { noDelay: false },
      onConnection: (accepted) => accepted.setNoDelay(true).setKeepAlive(true, 9000),
    });
    const calls = callsOfHandle(socket);
    socket.setNoDelay(true).setKeepAlive(true, 9000);
    expect(calls).toEqual([]);
    socket.setNoDelay(false).setKeepAlive(false);
    return calls;
  },

  'writing more than the kernel takes, and drain': async (way) => {
    const { socket, peer, log } = await serve(way);
    const chunk = Buffer.alloc(1_000_000, 7);
    let count = 1;
    while (socket.write(chunk) || count < 20) count++;
    const returned = socket.writableLength > 0;
    let length = 0;
    const drained = once(socket, 'drain');
    peer.on('data', (bytes) => {
      length += bytes.length;
    });
    await drained;
    await until(() => length === count * chunk.length);
    return [log.includes('drain'), returned, socket.bytesWritten === length];
  },

  'writing in the handler, and cork()': async (way) => {
    const { peer, numbers } = await serve(way, {
      onFrame: (socket, number) => {
        socket.cork();
        socket.write(Buffer.of(number & 0xff));
        socket.write(Buffer.of(number & 0xff));
        process.nextTick(() => socket.uncork());
      },
    });
    const chunks = received(peer);
    for (let number = 1; number < 20; number++) peer.write(numbered(number, 1000));
    await until(() => numbers.length === 20 && Buffer.concat(chunks).length === 40);
    return Buffer.concat(chunks);
  },

  'destroy() in the handler': async (way) => {
    const { server, socket, peer, log, numbers, pool } = await serve(way, {
      onFrame: (socket, number) => {
        if (number === 1) socket.destroy();
      },
    });
    const isClosed = closed(socket);
    peer.write(numbered(1, 200));
    await isClosed;
    peer.write(numbered(2, 200));
    await closed(peer);
    return [log, numbers, pool.heldBatches, pool.readers, await connectionsOf(server)];
  },

  'destroy() with an error': async (way) => {
    const { server, socket, log, pool } = await serve(way);
    const isClosed = closed(socket);
    socket.destroy(Object.assign(new Error('enough'), { code: 'ENOUGH' }));
    await isClosed;
    return [log, pool.readers, await connectionsOf(server)];
  },

  'resetAndDestroy() and destroySoon()': async (way) => {
    const one = await serve(way);
    const reset = once(one.peer, 'error').then(([error]) => error.code);
    one.socket.resetAndDestroy();
    const code = await reset;
    const other = await serve(way);
    const chunks = received(other.peer);
    const isClosed = closed(other.peer);
    other.socket.write(Buffer.alloc(100_000));
    other.socket.destroySoon();
    await isClosed;
    return [code, Buffer.concat(chunks).length, other.log];
  },
};

describe.each(Object.entries(SCENARIOS))('%s', (_, play) => {
  // Each beside a plain socket, at the same time.
  test.each(WAYS)('%s: the same as a plain socket', async (way) => {
    const [expected, found] = await Promise.all([play('plain'), play(way)]);
    expect(found).toEqual(expected);
  });
});

describe('a reset that comes while the socket is paused is heard of when it goes on', () => {
  /** So it is with every socket that has `onread`: it stops reading at once. */
  async function heard(socket: Socket, peer: Socket, goOn: () => void): Promise<string[]> {
    const log: string[] = [];
    socket.on('error', (error: NodeJS.ErrnoException) => log.push(`error ${error.code}`));
    socket.on('close', () => log.push('close'));
    const isReset = closed(peer);
    peer.resetAndDestroy();
    await isReset;
    await turns(20);
    log.push('goes on');
    const isClosed = closed(socket);
    goOn();
    await isClosed;
    return log;
  }

  test('by Node.js itself, and here', async () => {
    const server = createServer();
    const port = await listening(server);
    const onread = { buffer: Buffer.alloc(65_536), callback: () => true };
    const plain = destroyedAtEnd(connect({ port, host: '127.0.0.1', onread }));
    const [other] = (await once(server, 'connection')) as [Socket];
    if (plain.connecting) await once(plain, 'connect');
    plain.pause();
    const expected = await heard(plain, other, () => plain.resume());
    expect(expected).toEqual(['goes on', 'error ECONNRESET', 'close']);
    for (const way of INTO_SLABS) {
      const { socket, peer, hold, goOn, server, pool } = await serve(way);
      hold();
      expect(await heard(socket, peer, goOn)).toEqual(expected);
      expect([pool.readers, await connectionsOf(server)]).toEqual([0, 0]);
    }
  });
});

describe('what cannot be made anew is read as it is', () => {
  const numbersFrom = async (
    accepted: Socket,
    peer: Socket,
    pool = smallPool(),
  ): Promise<{ numbers: number[]; readsIntoSlabs: boolean }> => {
    const numbers: number[] = [];
    const reader = pool.accept(accepted, {
      onBatch: (batch) => {
        numbers.push(...numbersOf(batch));
      },
    });
    for (let number = 1; number < 20; number++) peer.write(numbered(number, 500));
    await until(() => numbers.at(-1) === 19);
    return { numbers, readsIntoSlabs: reader.readsIntoSlabs };
  };
  const pair = async (options: ServerOpts = {}): Promise<{ accepted: Socket; peer: Socket }> => {
    const server = createServer(options);
    const port = await listening(server);
    const peer = destroyedAtEnd(connect({ port, host: '127.0.0.1', noDelay: true }));
    const [accepted] = (await once(server, 'connection')) as [Socket];
    return { accepted: destroyedAtEnd(accepted), peer };
  };

  test.each(['readStart', 'readStop', 'useUserBuffer'])('a handle without %s()', async (name) => {
    const { accepted, peer } = await pair({ pauseOnConnect: true });
    const { _handle: handle } = accepted as Socket & { _handle: Record<string, unknown> };
    const own = handle[name];
    handle[name] = 0;
    const reader = smallPool().accept(accepted, { onBatch: () => {} });
    expect([reader.readsIntoSlabs, reader.socket === accepted]).toEqual([false, true]);
    handle[name] = own;
    peer.write(PING);
    await until(() => accepted.bytesRead > 0);
  });

  test('a socket of a class of its own', async () => {
    const { accepted, peer } = await pair({ pauseOnConnect: true });
    Object.setPrototypeOf(accepted, class extends Socket {}.prototype);
    peer.write(numbered(0, 500));
    expect(await numbersFrom(accepted, peer)).toEqual({ numbers: upTo(20), readsIntoSlabs: false });
  });

  test('a socket of which something lies ready to be read', async () => {
    const { accepted, peer } = await pair();
    peer.write(numbered(0, 500));
    await until(() => accepted.readableLength === 500);
    expect(await numbersFrom(accepted, peer)).toEqual({ numbers: upTo(20), readsIntoSlabs: false });
  });

  test('a socket that has been read from and paused', async () => {
    const { accepted, peer } = await pair();
    peer.write(numbered(0, 500));
    const [chunk] = await once(accepted, 'data');
    accepted.pause();
    accepted.unshift(chunk);
    expect(await numbersFrom(accepted, peer)).toEqual({ numbers: upTo(20), readsIntoSlabs: false });
  });

  test('a socket that has something to write', async () => {
    const { accepted, peer } = await pair({ pauseOnConnect: true });
    accepted.cork();
    accepted.write(PING);
    peer.write(numbered(0, 500));
    expect(await numbersFrom(accepted, peer)).toEqual({ numbers: upTo(20), readsIntoSlabs: false });
    const got = once(peer, 'data');
    accepted.uncork();
    expect((await got)[0]).toHaveLength(2);
  });

  test('a destroyed socket, closed already or not: nobody reads it', async () => {
    const pool = smallPool();
    for (const waits of [false, true]) {
      const { accepted } = await pair({ pauseOnConnect: true });
      accepted.destroy();
      if (waits) await closed(accepted);
      const reader = pool.accept(accepted, { onBatch: () => {} });
      expect([reader.readsIntoSlabs, reader.socket === accepted]).toEqual([false, true]);
      await turns(3);
      expect(pool.readers).toBe(0);
    }
  });

  test('a socket whose peer has gone before: the server is told in the end', async () => {
    const pool = smallPool();
    const server = createServer({ pauseOnConnect: true });
    const port = await listening(server);
    const peer = destroyedAtEnd(connect(port, '127.0.0.1'));
    const [accepted] = (await once(server, 'connection')) as [Socket];
    peer.destroy();
    await closed(peer);
    const { socket } = pool.accept(accepted, { onBatch: () => {} });
    await closed(socket);
    expect([pool.readers, await connectionsOf(server)]).toEqual([0, 0]);
  });
});

test('a connection that cannot be read is an error of its socket, and no longer one of the server', async () => {
  const server = createServer({ pauseOnConnect: true });
  const port = await listening(server);
  const peer = destroyedAtEnd(connect(port, '127.0.0.1'));
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const { _handle: handle } = accepted as Socket & { _handle: { readStart: () => number } };
  handle.readStart = () => -1;
  const { socket, readsIntoSlabs } = smallPool().accept(accepted, { onBatch: () => {} });
  const failed = once(socket, 'error');
  const isClosed = closed(socket);
  expect([readsIntoSlabs, (await failed)[0].syscall]).toEqual([true, 'read']);
  await isClosed;
  expect(await connectionsOf(server)).toBe(0);
  peer.destroy();
});

test('the accepted socket is closed without the connection, and tells so', async () => {
  const server = createServer({ pauseOnConnect: true });
  const port = await listening(server);
  const peer = destroyedAtEnd(connect(port, '127.0.0.1'));
  const [accepted] = (await once(server, 'connection')) as [Socket];
  accepted.setTimeout(50_000);
  const isClosed = closed(accepted);
  const { socket } = new SlabPool().accept(accepted, { onBatch: () => {} });
  destroyedAtEnd(socket);
  expect(socket.timeout).toBe(50_000);
  await isClosed;
  expect([accepted.destroyed, socket.destroyed, peer.destroyed]).toEqual([true, false, false]);
  expect(await connectionsOf(server)).toBe(1);
});
