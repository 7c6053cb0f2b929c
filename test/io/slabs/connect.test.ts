/** Sockets that connect, TLS at either end, WebSockets, and sockets in the file system. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import type { Duplex } from 'node:stream';
import {
  type ConnectionOptions,
  createServer as createTlsServer,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createWebSocketStream, WebSocket, WebSocketServer } from 'ws';
import { freePort } from '../../../bench/brokers/ports.js';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import type { SlabPool } from '../../../src/io/slabs/pool.js';
import type { OnRead, SlabReader } from '../../../src/io/slabs/reader.js';
import { type Certificate, makeCertificate } from '../../suites/mqtt-js/certificate.js';
import { hex, join } from '../../support/hex.js';
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

const BAD = hex('36 00');

let certificate: Certificate;
beforeAll(() => {
  certificate = makeCertificate();
});
afterAll(() => certificate.remove());

/** A handler, which gets the stream to answer on. */
type OnBatch = (batch: SlabBatch, socket: Duplex) => unknown;

interface Read {
  readonly reader: Pick<
    SlabReader<Duplex>,
    'socket' | 'readsIntoSlabs' | 'pause' | 'resume' | 'error'
  >;
  /** The other end, to write to. */
  readonly peer: Duplex;
}

/** Reads the sockets of a server, or lets it write. */
async function peerOf<S extends Duplex>(server: Server, event: string): Promise<S> {
  const [peer] = (await once(server, event)) as [S];
  destroyedAtEnd(peer).on('error', () => {});
  return peer;
}

/** A reader in `pool` of what the server writes, whose socket is made by `make`. */
async function clientOf(
  pool: SlabPool,
  server: Server,
  event: string,
  make: (onread: OnRead) => Socket,
  onBatch: OnBatch,
): Promise<Read> {
  const peer = peerOf<Socket>(server, event);
  const reader = pool.connect(make, {
    onBatch: (batch, { socket }) => onBatch(batch, socket),
  });
  destroyedAtEnd(reader.socket);
  return { reader, peer: await peer };
}

function tlsServer(options = {}): Server {
  const { key, certificate: cert } = certificate;
  return createTlsServer({ key, cert, noDelay: true, ...options });
}

/** The kinds of connections: whether they read into slabs, and how they are made. */
const KINDS: Record<
  string,
  { into: boolean; open: (pool: SlabPool, onBatch: OnBatch) => Promise<Read> }
> = {
  'a TCP client': {
    into: true,
    open: async (pool, onBatch) => {
      const server = createServer({ noDelay: true });
      const port = await listening(server);
      const make = (onread: OnRead): Socket => connect({ port, host: '127.0.0.1', onread });
      return clientOf(pool, server, 'connection', make, onBatch);
    },
  },
  'a client of a Unix socket': {
    into: true,
    open: async (pool, onBatch) => {
      const path = temporaryPath();
      const server = createServer();
      server.listen(path);
      await once(server, 'listening');
      onTestFinished(() => {
        server.close();
      });
      const make = (onread: OnRead): Socket => connect({ path, onread });
      return clientOf(pool, server, 'connection', make, onBatch);
    },
  },
  'the server of a Unix socket': {
    into: true,
    open: async (pool, onBatch) => {
      const path = temporaryPath();
      const server = createServer({ pauseOnConnect: true });
      server.listen(path);
      await once(server, 'listening');
      onTestFinished(() => {
        server.close();
      });
      const accepted = once(server, 'connection') as Promise<[Socket]>;
      const peer = destroyedAtEnd(connect({ path }));
      peer.on('error', () => {});
      const [socket] = await accepted;
      const reader = pool.accept(socket, {
        onBatch: (batch, { socket }) => onBatch(batch, socket),
      });
      destroyedAtEnd(reader.socket);
      return { reader, peer };
    },
  },
  'a TLS client': {
    into: true,
    open: async (pool, onBatch) => {
      const server = tlsServer();
      const port = await listening(server);
      const make = (onread: OnRead): Socket => tlsConnect(tlsOptions(port, onread));
      return clientOf(pool, server, 'secureConnection', make, onBatch);
    },
  },
  'a TLS server': {
    into: false,
    open: async (pool, onBatch) => {
      const server = tlsServer({ pauseOnConnect: true });
      const port = await listening(server);
      const accepted = peerOf<TLSSocket>(server, 'secureConnection');
      const ca = certificate.certificate;
      const peer = destroyedAtEnd(tlsConnect({ port, host: 'localhost', ca }));
      peer.on('error', () => {});
      const socket = await accepted;
      socket.removeAllListeners('error');
      const reader = pool.accept(socket, {
        onBatch: (batch, { socket }) => onBatch(batch, socket),
      });
      expect(reader.socket).toBe(socket);
      return { reader, peer };
    },
  },
  'a WebSocket server': {
    into: false,
    open: async (pool, onBatch) => {
      const http = createHttpServer();
      const port = await listening(http as unknown as Server);
      const webSockets = new WebSocketServer({ server: http });
      const accepted = once(webSockets, 'connection') as Promise<[WebSocket]>;
      const webSocket = new WebSocket(`ws://127.0.0.1:${port}`);
      const peer = destroyedAtEnd(webSocketStream(webSocket));
      peer.on('error', () => {});
      const stream = destroyedAtEnd(webSocketStream((await accepted)[0]));
      return { reader: pool.read(stream, { onBatch: (batch) => onBatch(batch, stream) }), peer };
    },
  },
  'a WebSocket client': {
    into: false,
    open: async (pool, onBatch) => {
      const http = createHttpServer();
      const port = await listening(http as unknown as Server);
      const webSockets = new WebSocketServer({ server: http });
      const accepted = once(webSockets, 'connection') as Promise<[WebSocket]>;
      const webSocket = new WebSocket(`ws://127.0.0.1:${port}`);
      const stream = destroyedAtEnd(webSocketStream(webSocket));
      const peer = destroyedAtEnd(webSocketStream((await accepted)[0]));
      peer.on('error', () => {});
      return { reader: pool.read(stream, { onBatch: (batch) => onBatch(batch, stream) }), peer };
    },
  },
};

/** Ends when the other side has. */
function webSocketStream(webSocket: WebSocket): Duplex {
  return createWebSocketStream(webSocket, { allowHalfOpen: false });
}

/** `onread` is missing in the types of `tls.connect()`. */
function tlsOptions(port: number, onread: OnRead): ConnectionOptions {
  const options = { port, host: 'localhost', ca: certificate.certificate, onread };
  return options as ConnectionOptions;
}

function temporaryPath(): string {
  const folder = mkdtempSync(joinPath(tmpdir(), 'slabs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return joinPath(folder, 'socket');
}

/** Writes the frames with these numbers, as fast as they are taken. */
async function send(peer: Duplex, numbers: readonly number[], length = 5000): Promise<void> {
  for (const number of numbers) {
    if (!peer.write(numbered(number, length))) await once(peer, 'drain');
  }
}

describe.each(Object.entries(KINDS))('%s', (_, { into, open }) => {
  test('all frames, small and large reads, and answers', async () => {
    const pool = smallPool();
    const numbers: number[] = [];
    const { reader, peer } = await open(pool, (batch, socket) => {
      const found = numbersOf(batch);
      numbers.push(...found);
      socket.write(Buffer.alloc(found.length));
    });
    expect(reader.readsIntoSlabs).toBe(into);
    let answers = 0;
    peer.on('data', (chunk: Uint8Array) => {
      answers += chunk.length;
    });
    for (let number = 0; number < 20; number++) {
      peer.write(numbered(number, 200));
      await until(() => answers > number);
    }
    await send(
      peer,
      upTo(500).map((number) => number + 20),
    );
    await until(() => answers === 520);
    expect(numbers).toEqual(upTo(520));
    const isClosed = closed(reader.socket);
    peer.end();
    await isClosed;
    await until(() => pool.readers === 0);
    expect([pool.heldBatches, pool.freeSlabs]).toEqual([0, pool.slabs - 1]);
  });

  test('who keeps all batches stops it, and loses nothing', async () => {
    const pool = smallPool();
    const kept: SlabBatch[] = [];
    const numbers: number[] = [];
    const { reader, peer } = await open(pool, (batch) => kept.push(batch.retain()));
    const sent = send(peer, upTo(400));
    await until(() => pool.isHoldingBack);
    const held = kept.length;
    await turns(20);
    expect(kept.length).toBe(held);
    const isClosed = closed(reader.socket);
    void sent.then(() => peer.end());
    while (numbers.length < 400) {
      await until(() => kept.length > 0);
      for (const batch of kept.splice(0)) {
        numbers.push(...numbersOf(batch));
        batch.release();
      }
    }
    await isClosed;
    expect(numbers).toEqual(upTo(400));
    expect(pool.heldBatches).toBe(0);
  });

  test('handlers that take their time, and a peer that ends in the middle of it', async () => {
    const pool = smallPool();
    const numbers: number[] = [];
    const { reader, peer } = await open(pool, async (batch) => {
      await turns(2);
      numbers.push(...numbersOf(batch));
    });
    // Several TLS records, or messages, in one read of the kernel.
    peer.write(Buffer.concat(upTo(100).map((number) => numbered(number, 1000))));
    peer.write(numbered(100, 200));
    peer.end();
    await closed(reader.socket);
    await until(() => pool.heldBatches === 0);
    expect(numbers).toEqual(upTo(101));
  });

  test('pause() at once: nothing is handed over before resume()', async () => {
    const pool = smallPool();
    const numbers: number[] = [];
    const { reader, peer } = await open(pool, (batch) => {
      numbers.push(...numbersOf(batch));
    });
    reader.pause();
    const sent = send(peer, upTo(100));
    await turns(20);
    expect(numbers).toEqual([]);
    reader.resume();
    reader.pause();
    reader.resume();
    await sent;
    await until(() => numbers.length === 100);
    expect(numbers).toEqual(upTo(100));
  });

  test('bytes that break a rule', async () => {
    const pool = smallPool();
    const numbers: number[] = [];
    const { reader, peer } = await open(pool, (batch) => {
      numbers.push(...numbersOf(batch));
    });
    const error = once(reader.socket, 'error');
    peer.write(join(numbered(0, 200), numbered(1, 200), BAD, numbered(2, 200)));
    expect((await error)[0]).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS', offset: 400 });
    await closed(reader.socket);
    expect(numbers).toEqual([0, 1]);
    expect([pool.heldBatches, pool.readers]).toEqual([0, 0]);
  });

  test('a handler that destroys it', async () => {
    const pool = smallPool();
    let calls = 0;
    const { reader, peer } = await open(pool, (_, socket) => {
      calls++;
      socket.destroy();
    });
    reader.socket.on('error', () => {});
    peer.write(Buffer.concat(upTo(100).map((number) => numbered(number, 1000))));
    await closed(reader.socket);
    await turns(3);
    expect([calls, pool.heldBatches, pool.readers]).toEqual([1, 0, 0]);
    expect(pool.freeSlabs).toBe(pool.slabs - 1);
  });
});

describe('a socket that connects', () => {
  test('pause() before it has connected', async () => {
    const pool = smallPool();
    const server = createServer((socket) => socket.end(numbered(0, 200)));
    const port = await listening(server);
    const numbers: number[] = [];
    const reader = pool.connect((onread) => connect({ port, host: '127.0.0.1', onread }), {
      onBatch: (batch) => {
        numbers.push(...numbersOf(batch));
      },
    });
    destroyedAtEnd(reader.socket);
    reader.pause();
    await once(reader.socket, 'connect');
    await turns(20);
    expect(numbers).toEqual([]);
    expect(reader.socket.destroyed).toBe(false);
    reader.resume();
    await closed(reader.socket);
    expect(numbers).toEqual([0]);
  });

  test('a connection that is refused', async () => {
    const pool = smallPool();
    const port = await freePort();
    const reader = pool.connect((onread) => connect({ port, host: '127.0.0.1', onread }), {
      onBatch: () => {},
    });
    const [error] = await once(reader.socket, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
    await closed(reader.socket);
    expect(pool.readers).toBe(0);
  });

  test('a socket that was not given `onread` is read all the same', async () => {
    const pool = smallPool();
    const server = createServer((socket) => socket.end(numbered(0, 200)));
    const port = await listening(server);
    const numbers: number[] = [];
    const reader = pool.connect(() => connect({ port, host: '127.0.0.1' }), {
      onBatch: (batch) => {
        numbers.push(...numbersOf(batch));
      },
    });
    await closed(reader.socket);
    expect(numbers).toEqual([0]);
  });
});
