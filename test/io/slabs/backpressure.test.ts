/** What happens when batches are held: connections wait, nothing is dropped, and memory stays what it is. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import { SlabPool } from '../../../src/io/slabs/pool.js';
import type { SlabReader } from '../../../src/io/slabs/reader.js';
import {
  accept,
  connected,
  destroyedAtEnd,
  KINDS,
  listening,
  numbered,
  numbersOf,
  smallPool,
  socketPair,
  turns,
  until,
  upTo,
} from './support.js';

/** Ways for a pool to read what a peer writes. */
const WAYS = ['accept', 'read', 'connect'] as const;

interface Read {
  readonly reader: SlabReader<Socket>;
  readonly peer: Socket;
}

/** A connection that is read into the pool, and its peer. */
async function readInto(
  pool: SlabPool,
  way: (typeof WAYS)[number],
  onBatch: (batch: SlabBatch) => unknown,
): Promise<Read> {
  if (way === 'connect') {
    const server = createServer({ noDelay: true });
    const port = await listening(server);
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const reader = pool.connect((onread) => connect({ port, host: '127.0.0.1', onread }), {
      onBatch,
    });
    destroyedAtEnd(reader.socket);
    const [peer] = await accepted;
    destroyedAtEnd(peer).on('error', () => {});
    return { reader, peer };
  }
  const { accepted, peer } = await socketPair({ pauseOnConnect: way === 'accept' });
  const reader =
    way === 'accept' ? accept(pool, accepted, { onBatch }) : pool.read(accepted, { onBatch });
  expect(reader.readsIntoSlabs).toBe(way === 'accept');
  return { reader, peer };
}

/** Writes frames 0 to `count`, as fast as they are taken. */
async function send(peer: Socket, count: number, length: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    if (!peer.write(numbered(number, length))) await once(peer, 'drain');
  }
}

describe.each(WAYS)('by %s()', (way) => {
  describe.each(KINDS)('$scanner, shared: $shared', ({ scanner, shared }) => {
    test('who keeps all batches stops all connections, and gets all when he releases them', async () => {
      const pool = smallPool({ scanner, shared });
      const count = shared ? 1000 : 200;
      const kept: SlabBatch[] = [];
      const numbers = new Map<number, number[]>();
      const connections: Read[] = [];
      for (let index = 0; index < 3; index++) {
        const one = await readInto(pool, way, (batch) => {
          expect(pool.freeSlabs).toBeGreaterThanOrEqual(0);
          kept.push(batch.retain());
        });
        numbers.set(one.reader.connection, []);
        connections.push(one);
      }
      const sent = connections.map(({ peer }) => send(peer, count, 7000));
      await until(() => pool.isHoldingBack);
      await turns(20);
      const held = kept.length;
      const read = () => connections.reduce((sum, { reader }) => sum + reader.socket.bytesRead, 0);
      const bytes = read();
      await turns(20);
      expect(kept.length).toBe(held);
      expect(read()).toBe(bytes);
      // What lies in slabs, what the decoders and, without `onread`, the streams hold.
      const most = pool.slabs * pool.slabBytes + 3 * (way === 'read' ? 200_000 : 10_000);
      expect(bytes).toBeLessThan(most);
      expect(pool.heldBatches).toBe(held);
      expect(pool.timesHeldBack).toBe(1);

      const all = [...numbers.values()];
      while (all.some(({ length }) => length < count)) {
        await until(() => kept.length > 0);
        for (const batch of kept.splice(0, 1 + (kept.length >> 1))) {
          numbers.get(batch.connection)?.push(...numbersOf(batch));
          batch.release();
        }
      }
      await Promise.all(sent);
      for (const found of all) expect(found).toEqual(upTo(count));
      expect(pool.heldBatches).toBe(0);
      expect(pool.isHoldingBack).toBe(false);
      for (const { reader } of connections) reader.socket.destroy();
      await until(() => pool.readers === 0);
      expect(pool.freeSlabs).toBe(pool.slabs - 1);
    });
  });

  test('connections that send without end get their turns all alike', async () => {
    const pool = smallPool();
    const kept: SlabBatch[] = [];
    const batches = new Map<number, number>();
    const chunk = Buffer.alloc(64 * 1024, 'c000', 'hex');
    for (let index = 0; index < 6; index++) {
      const { reader, peer } = await readInto(pool, way, (batch) => {
        batches.set(batch.connection, (batches.get(batch.connection) ?? 0) + 1);
        kept.push(batch.retain());
      });
      batches.set(reader.connection, 0);
      const write = (): void => {
        while (!peer.destroyed && peer.write(chunk));
      };
      peer.on('drain', write);
      write();
    }
    const { timesHeldBack } = pool;
    while (pool.timesHeldBack < timesHeldBack + 200) {
      kept.shift()?.release();
      await turns(1);
    }
    const counts = [...batches.values()];
    expect(Math.min(...counts) * 4).toBeGreaterThan(Math.max(...counts));
  });

  test('the peer can write no more than the kernel takes', async () => {
    const pool = smallPool();
    const kept: SlabBatch[] = [];
    let released = false;
    let frames = 0;
    const { peer } = await readInto(pool, way, (batch) => {
      frames += batch.length;
      if (!released) kept.push(batch.retain());
    });
    const chunk = Buffer.alloc(1024 * 1024, 'c000', 'hex');
    // What is on the way, in both kernels' buffers, comes to some MiB.
    let chunks = 0;
    let isTaken = true;
    while (isTaken && chunks < 200) {
      chunks++;
      isTaken = false;
      peer.write(chunk, () => {
        isTaken = true;
      });
      for (let turn = 0; turn < 50 && !isTaken; turn++) await turns(1);
    }
    expect(isTaken).toBe(false);
    expect(chunks).toBeLessThan(40);
    released = true;
    for (const batch of kept) batch.release();
    await until(() => frames === (chunks * chunk.length) / 2);
  });

  test('so many batches that there may be no more', async () => {
    const pool = smallPool({ maximumBatches: 64, slabs: 64 });
    const kept: SlabBatch[] = [];
    const { peer } = await readInto(pool, way, (batch) => kept.push(batch.retain()));
    const numbers: number[] = [];
    let sent = 0;
    while (!pool.isHoldingBack) {
      peer.write(numbered(sent++, 150));
      const { length } = kept;
      await until(() => kept.length > length);
    }
    expect(pool.heldBatches).toBe(49);
    peer.write(numbered(sent++, 150));
    await turns(10);
    expect(pool.heldBatches).toBe(49);
    for (const batch of kept.splice(0)) {
      numbers.push(...numbersOf(batch));
      batch.release();
    }
    await until(() => kept.length > 0);
    numbers.push(...kept.flatMap(numbersOf));
    expect(numbers).toEqual(upTo(sent));
  });

  test('who comes while all wait, waits as well', async () => {
    const pool = smallPool();
    const kept: SlabBatch[] = [];
    const first = await readInto(pool, way, (batch) => kept.push(batch.retain()));
    first.peer.write(Buffer.concat(upTo(20).map((number) => numbered(number, 7000))));
    await until(() => pool.isHoldingBack);
    const numbers: number[] = [];
    const second = await readInto(pool, way, (batch) => {
      numbers.push(...numbersOf(batch));
    });
    second.peer.write(numbered(0, 200));
    await turns(10);
    expect(numbers).toEqual([]);
    expect(second.reader.isPaused()).toBe(false);
    if (way !== 'read') expect(second.reader.socket.bytesRead).toBe(0);
    second.reader.pause();
    for (const batch of kept.splice(0)) batch.release();
    await turns(10);
    expect(pool.isHoldingBack || numbers.length === 0).toBe(true);
    second.reader.resume();
    while (numbers.length === 0) {
      for (const batch of kept.splice(0)) batch.release();
      await turns(1);
    }
    expect(numbers).toEqual([0]);
  });

  test('connections at rest are read while all others wait, a few of them, and nothing of that is lost', async () => {
    let now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    onTestFinished(() => clock.mockRestore());
    const pool = smallPool();
    const kept: SlabBatch[] = [];
    const numbers = new Map<number, number[]>();
    const onBatch = (batch: SlabBatch): void => {
      numbers.get(batch.connection)?.push(...numbersOf(batch));
      kept.push(batch.retain());
    };
    const release = (): void => {
      for (const batch of kept.splice(0)) batch.release();
    };
    const open = async (): Promise<Read> => {
      const one = await readInto(pool, way, onBatch);
      numbers.set(one.reader.connection, []);
      return one;
    };
    const busy = await open();
    const idle: Read[] = [];
    for (let index = 0; index < 40; index++) idle.push(await open());
    let sent = 0;
    const fill = async (): Promise<void> => {
      while (!pool.isHoldingBack) {
        await turns(1);
        if (busy.peer.writableLength === 0) busy.peer.write(numbered(sent++, 4000));
      }
    };
    for (let times = 0; times < 3; times++) {
      await fill();
      now += 1500;
      release();
      await turns(4);
    }
    await fill();
    const { timesHeldBack } = pool;
    // More than may lie in the heap.
    const frames = 50;
    for (const { peer } of idle) {
      for (let number = 0; number < frames; number++) peer.write(numbered(number, 3000));
      peer.end();
    }
    // They are read, and cannot be handed over.
    const read = () => idle.filter(({ reader }) => reader.socket.bytesRead > 0).length;
    await until(() => read() >= (way === 'read' ? 1 : 16));
    await turns(50);
    if (way !== 'read') expect(read()).toBe(16);
    for (const { reader } of idle) {
      const { readableLength, readableHighWaterMark } = reader.socket;
      expect(readableLength).toBeLessThan(readableHighWaterMark + 65_536);
    }
    const all = idle.map(({ reader }) => numbers.get(reader.connection) as number[]);
    for (const found of all) expect(found).toEqual([]);
    expect(pool.timesHeldBack).toBe(timesHeldBack);
    const ended = Promise.all(idle.map(({ reader }) => once(reader.socket, 'close')));
    const releasing = setInterval(release, 1);
    onTestFinished(() => clearInterval(releasing));
    await ended;
    for (const found of all) expect(found).toEqual(upTo(frames));
    await until(() => numbers.get(busy.reader.connection)?.length === sent);
    expect(numbers.get(busy.reader.connection)).toEqual(upTo(sent));
    release();
    expect(pool.heldBatches).toBe(0);
    expect(pool.isHoldingBack).toBe(false);
  });

  test('who releases batches when a socket is paused leaves no other connection waiting', async () => {
    const pool = smallPool();
    const kept: SlabBatch[] = [];
    const numbers = new Map<number, number[]>();
    const release = (): void => {
      for (const batch of kept.splice(0)) batch.release();
    };
    const connections: Read[] = [];
    for (let index = 0; index < 4; index++) {
      const one = await readInto(pool, way, (batch) => {
        numbers.get(batch.connection)?.push(...numbersOf(batch));
        kept.push(batch.retain());
      });
      numbers.set(one.reader.connection, []);
      one.reader.socket.on('pause', release);
      connections.push(one);
    }
    const all = [...numbers.values()];
    /** Has every connection read one frame more. */
    const sendOne = async (number: number): Promise<void> => {
      for (const [index, { peer }] of connections.entries()) {
        peer.write(numbered(number, 7000));
        await until(() => all[index]?.length === number + 1);
      }
    };
    let sent = 0;
    while (pool.timesHeldBack < 5) await sendOne(sent++);
    await sendOne(sent++);
    for (const found of all) expect(found).toEqual(upTo(sent));
    expect(pool.isHoldingBack).toBe(false);
  });

  test('when the socket is closed its batches stay good, and their slabs come back', async () => {
    const pool = smallPool();
    const kept: SlabBatch[] = [];
    const { reader, peer } = await readInto(pool, way, (batch) => kept.push(batch.retain()));
    peer.write(Buffer.concat(upTo(20).map((number) => numbered(number, 7000))));
    await until(() => pool.isHoldingBack);
    reader.socket.destroy();
    await once(reader.socket, 'close');
    expect(pool.readers).toBe(0);
    expect(pool.isHoldingBack).toBe(true);
    const numbers = kept.flatMap(numbersOf);
    expect(numbers).toEqual(upTo(numbers.length));
    expect(numbers.length).toBeGreaterThan(1);
    for (const batch of kept) batch.release();
    expect(pool.isHoldingBack).toBe(false);
    expect(pool.freeSlabs).toBe(pool.slabs - 1);
  });
});

test.each([
  ['unshared', { slabs: 4, slabBytes: 16_384 }, 8192],
  ['shared', { slabs: 26, slabBytes: 131_072, shared: true }, 65_536],
])('sockets at rest do not keep the slabs that all wait for: %s', async (_, options, read) => {
  const pool = new SlabPool(options);
  let keeps = false;
  const kept: SlabBatch[] = [];
  let frames = 0;
  const connections: Read[] = [];
  for (let index = 0; index < options.slabs; index++) {
    const one = await readInto(pool, 'accept', (batch) => {
      frames += batch.length;
      if (keeps) kept.push(batch.retain());
    });
    connections.push(one);
    // So much that it is given a slab to read into; then nothing more.
    const before = frames;
    one.peer.write(Buffer.alloc(4 * read, 'c000', 'hex'));
    await until(() => frames === before + 2 * read);
  }
  // The first ones have got a slab, the last one has not.
  const { peer } = connections.at(-1) as Read;
  keeps = true;
  for (let round = 0; round < 3; round++) {
    const before = frames;
    let sent = 0;
    while (!pool.isHoldingBack) {
      peer.write(Buffer.alloc(2000, 'c000', 'hex'));
      sent += 1000;
      await until(() => frames - before === sent || pool.isHoldingBack);
    }
    while (frames - before < sent || pool.isHoldingBack) {
      for (const batch of kept.splice(0)) batch.release();
      await turns(1);
    }
    expect(frames - before).toBe(sent);
  }
  expect(pool.timesHeldBack).toBeGreaterThanOrEqual(3);
});

test('a hundred connections, a batch of each retained', async () => {
  const pool = new SlabPool({ slabs: 16, slabBytes: 16_384 });
  const server = createServer({ pauseOnConnect: true });
  const port = await listening(server);
  const kept: SlabBatch[] = [];
  const numbers = new Map<number, number[]>();
  server.on('connection', (accepted) => {
    const reader = accept(pool, accepted, {
      onBatch: (batch) => {
        numbers.get(batch.connection)?.push(...numbersOf(batch));
        kept.push(batch.retain());
      },
    });
    numbers.set(reader.connection, []);
  });
  const peers = await Promise.all(upTo(100).map(() => connected(port)));
  await until(() => numbers.size === 100);
  const sent = peers.map((peer) => send(peer, 20, 3000));
  const all = [...numbers.values()];
  while (all.some(({ length }) => length < 20)) {
    await until(() => pool.isHoldingBack || all.every(({ length }) => length === 20));
    expect(pool.heldBatches).toBe(kept.length);
    for (const batch of kept.splice(0)) {
      numbersOf(batch);
      batch.release();
    }
  }
  await Promise.all(sent);
  for (const found of all) expect(found).toEqual(upTo(20));
  expect(pool.timesHeldBack).toBeGreaterThan(10);
  for (const batch of kept) batch.release();
  expect(pool.heldBatches).toBe(0);
});

test('memory stays what it is while a slow consumer is sent more than it takes', async () => {
  const pool = new SlabPool({ slabs: 16, slabBytes: 131_072 });
  const kept: SlabBatch[] = [];
  const peers: Socket[] = [];
  for (let index = 0; index < 8; index++) {
    const { peer } = await readInto(pool, 'accept', (batch) => kept.push(batch.retain()));
    peers.push(peer);
  }
  const frame = numbered(1, 16_000);
  const chunk = Buffer.concat(upTo(10).map(() => frame));
  let written = 0;
  const write = (): void => {
    for (const peer of peers) {
      while (peer.writableLength < 300_000) {
        peer.write(chunk);
        written += chunk.length;
      }
    }
  };
  const held = (): number => {
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  let before: number | undefined;
  let most = 0;
  while (written < 64 * 1024 * 1024) {
    write();
    await until(() => pool.isHoldingBack || kept.length > 0);
    await turns(3);
    // One at a time: the pool is full nearly always.
    kept.shift()?.release();
    if (pool.timesHeldBack > 20 && before === undefined) before = held();
    if (pool.timesHeldBack % 50 === 0) most = Math.max(most, held());
  }
  most = Math.max(most, held());
  expect(before).toBeDefined();
  expect(most - (before as number)).toBeLessThan(4 * 1024 * 1024);
  expect(kept.length).toBe(pool.heldBatches);
});

test('a stream that has more in one chunk than a slab takes waits in the middle of it', async () => {
  const pool = smallPool();
  const kept: SlabBatch[] = [];
  const numbers: number[] = [];
  const chunk = Buffer.concat(upTo(300).map((number) => numbered(number, 1000)));
  const stream = Readable.from([chunk, numbered(300, 1000)]);
  pool.read(stream, { onBatch: (batch) => kept.push(batch.retain()) });
  const closed = once(stream, 'close');
  await until(() => pool.isHoldingBack);
  await turns(20);
  expect(stream.destroyed).toBe(false);
  while (numbers.length < 301) {
    await until(() => kept.length > 0);
    for (const batch of kept.splice(0)) {
      numbers.push(...numbersOf(batch));
      batch.release();
    }
  }
  await closed;
  expect(numbers).toEqual(upTo(301));
});

test('who comes while the pool lets go is not left waiting', async () => {
  const pool = smallPool();
  const kept: SlabBatch[] = [];
  const { peer, reader } = await readInto(pool, 'accept', (batch) => kept.push(batch.retain()));
  const chunk = Buffer.alloc(64 * 1024, 'c000', 'hex');
  while (!pool.isHoldingBack) {
    peer.write(chunk);
    await turns(1);
  }
  reader.pause();
  const server = createServer((accepted) => destroyedAtEnd(accepted).write(chunk.subarray(0, 2)));
  const port = await listening(server);
  let frames = 0;
  expect(pool.isHoldingBack).toBe(true);
  const { socket } = pool.connect(
    (onread) => {
      for (const batch of kept.splice(0)) batch.release();
      return connect({ port, host: '127.0.0.1', onread });
    },
    { onBatch: ({ length }) => (frames += length) },
  );
  destroyedAtEnd(socket);
  await until(() => frames === 1);
});

test('who hears that a stream at rest has to wait, releases all and pushes more, gets nothing twice', async () => {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  const pool = smallPool();
  const kept: SlabBatch[] = [];
  const release = (): void => {
    for (const batch of kept.splice(0)) batch.release();
  };
  const busy = destroyedAtEnd(new PassThrough());
  pool.read(busy, { onBatch: (batch) => kept.push(batch.retain()) });
  const idle = destroyedAtEnd(new Readable({ read() {} }));
  const numbers: number[] = [];
  pool.read(idle, { onBatch: (batch) => numbers.push(...numbersOf(batch)) });
  await turns(1);
  const fill = (): void => {
    while (!pool.isHoldingBack) busy.write(numbered(0, 4000));
  };
  for (let times = 0; times < 3; times++) {
    fill();
    now += 1000;
    release();
    await turns(4);
  }
  fill();
  expect(idle.isPaused()).toBe(false);
  idle.once('pause', () => {
    release();
    idle.push(numbered(1, 300));
  });
  idle.push(numbered(0, 300));
  await until(() => numbers.length >= 2);
  await turns(4);
  expect(numbers).toEqual([0, 1]);
});
