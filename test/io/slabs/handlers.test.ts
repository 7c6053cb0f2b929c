/** What handlers may do: take their time, fail, destroy, pause, and have others read while they are at it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import type { SlabReaderOptions } from '../../../src/io/slabs/options.js';
import { SlabPool } from '../../../src/io/slabs/pool.js';
import type { SlabReader } from '../../../src/io/slabs/reader.js';
import { hex, join } from '../../support/hex.js';
import {
  accept,
  closed,
  destroyedAtEnd,
  listening,
  numbered,
  numbersOf,
  smallPool,
  socketPair,
  turns,
  until,
  upTo,
} from './support.js';

const WAYS = ['accept', 'read', 'connect'] as const;
const BAD = hex('36 00');

interface Read {
  readonly reader: SlabReader<Socket>;
  readonly peer: Socket;
  /** The errors of the socket. */
  readonly errors: unknown[];
}

async function readInto(
  pool: SlabPool,
  way: (typeof WAYS)[number],
  options: SlabReaderOptions<Socket>,
): Promise<Read> {
  const errors: unknown[] = [];
  if (way === 'connect') {
    const server = createServer({ noDelay: true });
    const port = await listening(server);
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const reader = pool.connect((onread) => connect({ port, host: '127.0.0.1', onread }), options);
    destroyedAtEnd(reader.socket).on('error', (error) => errors.push(error));
    const [peer] = await accepted;
    destroyedAtEnd(peer).on('error', () => {});
    return { reader, peer, errors };
  }
  const { accepted, peer } = await socketPair();
  const reader = way === 'accept' ? accept(pool, accepted, options) : pool.read(accepted, options);
  reader.socket.on('error', (error) => errors.push(error));
  return { reader, peer, errors };
}

/** A promise, and what fulfils it. */
function deferred(): { promise: Promise<void>; resolve: () => void; reject: (why: Error) => void } {
  let resolve = (): void => {};
  let reject = (_: Error): void => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

describe.each(WAYS)('by %s()', (way) => {
  test('a handler that returns a promise gets the next batch when it is settled', async () => {
    const pool = smallPool();
    const numbers: number[] = [];
    const gates: ReturnType<typeof deferred>[] = [];
    let isBusy = false;
    const { reader, peer } = await readInto(pool, way, {
      onBatch: async (batch) => {
        expect(isBusy).toBe(false);
        isBusy = true;
        const gate = deferred();
        gates.push(gate);
        const cursor = batch.cursor();
        cursor.next();
        await gate.promise;
        expect(cursor.type).toBe('PUBLISH');
        numbers.push(...numbersOf(batch));
        isBusy = false;
      },
    });
    for (let number = 0; number < 100; number++) peer.write(numbered(number, 1000));
    await until(() => gates.length === 1);
    await turns(10);
    expect(gates).toHaveLength(1);
    expect(pool.heldBatches).toBe(1);
    if (way !== 'read') expect(reader.socket.bytesRead).toBeLessThanOrEqual(8192);
    for (let index = 0; numbers.length < 100; index++) {
      await until(() => gates.length > index);
      gates[index]?.resolve();
      await turns(1);
    }
    expect(numbers).toEqual(upTo(100));
    expect(pool.heldBatches).toBe(0);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no more');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no more'))],
    [
      'rejects later',
      async () => {
        await turns(2);
        throw new Error('no more');
      },
    ],
  ])('a handler that %s has the socket destroyed, and its batch released', async (_, fail) => {
    const pool = smallPool();
    const batches: SlabBatch[] = [];
    const { reader, peer, errors } = await readInto(pool, way, {
      onBatch: (batch) => {
        batches.push(batch);
        return fail();
      },
    });
    peer.write(numbered(0, 1000));
    await closed(reader.socket);
    expect(errors).toEqual([new Error('no more')]);
    expect(batches).toHaveLength(1);
    expect(batches[0]?.isReleased).toBe(true);
    expect(reader.error).toBeUndefined();
    expect([pool.heldBatches, pool.readers, pool.freeSlabs]).toEqual([0, 0, pool.slabs - 1]);
  });

  test.each([undefined, null, 'no more'])(
    'what it throws or rejects with is an error of the socket, even if it is %o',
    async (thrown) => {
      const throwing = (): never => {
        throw thrown;
      };
      for (const onBatch of [throwing, () => Promise.reject(thrown)]) {
        const { reader, peer, errors } = await readInto(smallPool(), way, { onBatch });
        peer.write(numbered(0, 1000));
        await closed(reader.socket);
        expect(errors).toEqual([expect.objectContaining({ name: 'Error', cause: thrown })]);
      }
    },
  );

  test('the error behind a batch comes when its handler is over', async () => {
    const pool = smallPool();
    const gate = deferred();
    const order: string[] = [];
    const { reader, peer, errors } = await readInto(pool, way, {
      onBatch: async (batch) => {
        expect(batch.error).toBeUndefined();
        await gate.promise;
        order.push(`frames ${numbersOf(batch)}`);
      },
    });
    reader.socket.once('error', () => order.push('error'));
    peer.write(join(numbered(0, 200), numbered(1, 200), BAD, numbered(2, 200)));
    await until(() => pool.heldBatches === 1);
    await turns(5);
    expect(reader.socket.destroyed).toBe(false);
    gate.resolve();
    await closed(reader.socket);
    expect(order).toEqual(['frames 0,1', 'error']);
    expect(errors).toEqual([reader.error]);
    expect(reader.error).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS', offset: 400 });
  });

  test('a bad frame alone, and nothing behind it', async () => {
    const pool = smallPool();
    let calls = 0;
    const { reader, peer, errors } = await readInto(pool, way, { onBatch: () => calls++ });
    peer.write(join(BAD, numbered(2, 200)));
    await closed(reader.socket);
    expect(errors).toMatchObject([{ code: 'ERR_MQTT_INVALID_QOS', offset: 0 }]);
    expect(calls).toBe(0);
    expect([pool.heldBatches, pool.readers, pool.freeSlabs]).toEqual([0, 0, pool.slabs - 1]);
  });

  test('a peer that ends while the handler is at work loses nothing', async () => {
    const pool = smallPool();
    const numbers: number[] = [];
    const { reader, peer, errors } = await readInto(pool, way, {
      onBatch: async (batch) => {
        await turns(3);
        numbers.push(...numbersOf(batch));
      },
    });
    peer.end(Buffer.concat(upTo(50).map((number) => numbered(number, 1000))));
    await closed(reader.socket);
    await until(() => pool.heldBatches === 0);
    expect(numbers).toEqual(upTo(50));
    expect(errors).toEqual([]);
    expect([pool.heldBatches, pool.readers]).toEqual([0, 0]);
  });

  test('a peer that ends while all batches are held loses nothing', async () => {
    const pool = smallPool();
    const numbers: number[] = [];
    const kept: SlabBatch[] = [];
    const { reader, peer, errors } = await readInto(pool, way, {
      onBatch: (batch) => kept.push(batch.retain()),
    });
    peer.end(Buffer.concat(upTo(100).map((number) => numbered(number, 1000))));
    await until(() => pool.isHoldingBack);
    await turns(10);
    const isClosed = closed(reader.socket);
    while (numbers.length < 100) {
      await until(() => kept.length > 0);
      for (const batch of kept.splice(0)) {
        numbers.push(...numbersOf(batch));
        batch.release();
      }
    }
    await isClosed;
    expect(numbers).toEqual(upTo(100));
    expect(errors).toEqual([]);
  });

  test.each([
    ['a handler that is over', async () => {}],
    ['a handler that is at work', () => turns(50)],
  ])('an end inside a frame is an error, behind %s', async (_, work) => {
    const pool = smallPool();
    const { reader, peer, errors } = await readInto(pool, way, { onBatch: work });
    peer.end(join(numbered(0, 200), numbered(1, 200).subarray(0, 100)));
    await closed(reader.socket);
    expect(errors).toMatchObject([{ code: 'ERR_MQTT_UNEXPECTED_END', offset: 300 }]);
    expect(reader.error).toBe(errors[0]);
    await until(() => pool.heldBatches === 0);
  });

  test('a bad frame and the end, behind a handler that is at work', async () => {
    const pool = smallPool();
    const { reader, peer, errors } = await readInto(pool, way, { onBatch: () => turns(50) });
    peer.end(join(numbered(0, 200), BAD));
    await closed(reader.socket);
    expect(errors).toMatchObject([{ code: 'ERR_MQTT_INVALID_QOS', offset: 200 }]);
    await until(() => pool.heldBatches === 0);
  });

  test('a handler that destroys the socket is not called again', async () => {
    const pool = smallPool();
    let calls = 0;
    const { reader, peer, errors } = await readInto(pool, way, {
      onBatch: (_, { socket }) => {
        calls++;
        socket.destroy();
      },
    });
    peer.write(Buffer.concat(upTo(50).map((number) => numbered(number, 1000))));
    await closed(reader.socket);
    await turns(3);
    expect([calls, errors]).toEqual([1, []]);
    expect([pool.heldBatches, pool.readers, pool.freeSlabs]).toEqual([0, 0, pool.slabs - 1]);
  });

  test('a socket that is destroyed while its handler is at work', async () => {
    const pool = smallPool();
    const gate = deferred();
    const numbers: number[] = [];
    const { reader, peer } = await readInto(pool, way, {
      onBatch: async (batch) => {
        await gate.promise;
        numbers.push(...numbersOf(batch));
      },
    });
    peer.write(numbered(0, 200));
    await until(() => pool.heldBatches === 1);
    reader.socket.destroy();
    await closed(reader.socket);
    expect([pool.heldBatches, pool.readers]).toEqual([1, 0]);
    gate.resolve();
    await turns(1);
    expect([numbers, pool.heldBatches]).toEqual([[0], 0]);
  });

  test('pause() and resume() in the handler, at once and later', async () => {
    const pool = smallPool();
    const numbers: number[] = [];
    const { reader, peer } = await readInto(pool, way, {
      onBatch: (batch, reader) => {
        numbers.push(...numbersOf(batch));
        reader.pause();
        expect(reader.isPaused()).toBe(true);
        if (numbers.length % 2 === 0) reader.resume();
        else setImmediate(() => reader.resume());
      },
    });
    for (let number = 0; number < 200; number++) peer.write(numbered(number, 500));
    await until(() => numbers.length === 200);
    expect(numbers).toEqual(upTo(200));
    await turns(2);
    expect(reader.isPaused()).toBe(false);
  });

  test('who is paused stays paused when the pool lets all go on, and the other way round', async () => {
    const pool = smallPool();
    const kept: SlabBatch[] = [];
    const holder = await readInto(pool, way, { onBatch: (batch) => kept.push(batch.retain()) });
    const numbers: number[] = [];
    const { reader, peer } = await readInto(pool, way, {
      onBatch: (batch) => {
        numbers.push(...numbersOf(batch));
      },
    });
    reader.pause();
    holder.peer.write(Buffer.concat(upTo(60).map((number) => numbered(number, 1000))));
    peer.write(numbered(0, 200));
    await until(() => pool.isHoldingBack);
    reader.resume();
    await turns(5);
    expect(numbers).toEqual([]);
    reader.pause();
    holder.reader.pause();
    for (const batch of kept.splice(0)) batch.release();
    await turns(5);
    expect(pool.isHoldingBack).toBe(false);
    expect(numbers).toEqual([]);
    reader.resume();
    await until(() => numbers.length === 1);
  });
});

/** A stream that hands over what is written to it in the same call. */
async function passThrough(
  pool: SlabPool,
  onBatch: SlabReaderOptions<PassThrough>['onBatch'],
): Promise<{ stream: PassThrough; reader: SlabReader<PassThrough> }> {
  const stream = destroyedAtEnd(new PassThrough());
  const reader = pool.read(stream, { onBatch });
  await turns(1);
  return { stream, reader };
}

describe('in the middle of a handler', () => {
  test('its rows stay when it writes to another stream of the pool, and to its own', async () => {
    const pool = smallPool();
    const others: number[] = [];
    const { stream: other } = await passThrough(pool, (batch) => {
      others.push(...numbersOf(batch));
    });
    const own: number[] = [];
    const order: string[] = [];
    const { stream } = await passThrough(pool, (batch) => {
      order.push('begin');
      for (const cursor = batch.cursor(); cursor.next(); ) {
        const number = Buffer.from(cursor.payload as Uint8Array).readUInt32BE();
        other.write(numbered(number + 1000, 300));
        if (number < 100) stream.write(numbered(number + 100, 300));
        expect(cursor.type).toBe('PUBLISH');
        expect(Buffer.from(cursor.payload as Uint8Array).readUInt32BE()).toBe(number);
      }
      own.push(...numbersOf(batch));
      order.push('end');
    });
    stream.write(join(numbered(0, 200), numbered(1, 200), numbered(2, 200)));
    await until(() => own.length === 6 && others.length === 6);
    expect(own).toEqual([0, 1, 2, 100, 101, 102]);
    expect(others).toEqual([1000, 1001, 1002, 1100, 1101, 1102]);
    // One after the other.
    for (const [index, what] of order.entries()) expect(what).toBe(index % 2 ? 'end' : 'begin');
    expect(pool.heldBatches).toBe(0);
  });

  test('its rows stay when it lets another one go on who has something left', async () => {
    const pool = smallPool();
    const others: number[] = [];
    const chunk = Buffer.concat(upTo(30).map((number) => numbered(number, 1000)));
    const { stream: other, reader } = await passThrough(pool, (batch, reader) => {
      others.push(...numbersOf(batch));
      reader.pause();
    });
    other.write(chunk);
    await turns(2);
    expect(others.length).toBeLessThan(10);
    const { stream } = await passThrough(pool, (batch) => {
      const cursor = batch.cursor();
      cursor.next();
      reader.resume();
      expect(cursor.type).toBe('PUBLISH');
      expect(numbersOf(batch)).toEqual([7]);
    });
    while (others.length < 30) {
      const { length } = others;
      stream.write(numbered(7, 200));
      await until(() => others.length > length);
    }
    expect(others).toEqual(upTo(30));
  });

  test('its rows stay when it releases what all wait for', async () => {
    const pool = smallPool();
    const kept: SlabBatch[] = [];
    const numbers: number[] = [];
    const chunk = Buffer.concat(upTo(60).map((number) => numbered(number, 1000)));
    const { stream: other } = await passThrough(pool, (batch) => kept.push(batch.retain()));
    other.write(chunk);
    await until(() => pool.isHoldingBack);
    // Its handler begins now, and goes on while others are held back.
    for (const batch of kept.splice(0)) {
      numbers.push(...numbersOf(batch));
      batch.release();
    }
    const { stream } = await passThrough(pool, (batch) => {
      const cursor = batch.cursor();
      cursor.next();
      for (const old of kept.splice(0)) {
        numbers.push(...numbersOf(old));
        old.release();
      }
      expect(cursor.type).toBe('PUBLISH');
    });
    for (let round = 0; numbers.length < 60 && round < 1000; round++) {
      stream.write(numbered(7, 200));
      await turns(1);
      if (pool.isHoldingBack) {
        for (const old of kept.splice(0, 1)) {
          numbers.push(...numbersOf(old));
          old.release();
        }
      }
    }
    expect(numbers).toEqual(upTo(60));
  });

  test('there is room when one handler has another read, and so on', async () => {
    const pool = smallPool();
    const kept: SlabBatch[] = [];
    const numbers: number[] = [];
    let next: PassThrough | undefined;
    const streams: PassThrough[] = [];
    for (let index = 0; index < 10; index++) {
      const following = next;
      const { stream } = await passThrough(pool, (batch) => {
        kept.push(batch.retain());
        following?.write(numbered(index, 8000));
      });
      next = stream;
      streams.push(stream);
    }
    next?.write(numbered(10, 8000));
    while (numbers.length < 10) {
      await until(() => kept.length > 0);
      await turns(2);
      for (const batch of kept.splice(0)) {
        numbers.push(...numbersOf(batch));
        batch.release();
      }
    }
    expect(numbers).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(streams.every(({ destroyed }) => !destroyed)).toBe(true);
  });

  test('new readers', async () => {
    const pool = smallPool();
    const seen: [number, number[]][] = [];
    const streams: Readable[] = [];
    const read = (depth: number): void => {
      const stream = Readable.from([numbered(depth, 200), numbered(depth + 100, 200)]);
      streams.push(stream);
      pool.read(stream, {
        onBatch: (batch) => {
          if (depth < 5) read(depth + 1);
          seen.push([batch.connection, numbersOf(batch)]);
        },
      });
    };
    read(0);
    await until(() => seen.length === 126);
    expect(seen.every(([, numbers]) => numbers.length === 1)).toBe(true);
    await until(() => pool.readers === 0);
  });
});

test('a chunk that is longer than a read, a handler that takes its time, and the end', async () => {
  const pool = new SlabPool();
  const numbers: number[] = [];
  const chunk = Buffer.concat(upTo(300).map((number) => numbered(number, 1000)));
  const stream = Readable.from([chunk]);
  pool.read(stream, {
    onBatch: async (batch) => {
      await turns(2);
      numbers.push(...numbersOf(batch));
    },
  });
  await closed(stream);
  await turns(3);
  expect(numbers).toEqual(upTo(300));
});

test('a stream of text, and a stream of something else', async () => {
  const pool = smallPool();
  for (const stream of [Readable.from(['text']), Readable.from([1])]) {
    pool.read(stream, { onBatch: () => {} });
    const [error] = await once(stream, 'error');
    expect(error).toBeInstanceOf(TypeError);
    await until(() => pool.readers === 0);
  }
});

test('a stream of empty chunks, and one that was closed before', async () => {
  const pool = smallPool();
  const numbers: number[] = [];
  const empty = Buffer.alloc(0);
  const stream = Readable.from([empty, numbered(1, 8192), empty, numbered(2, 8192), empty]);
  pool.read(stream, {
    onBatch: (batch) => {
      numbers.push(...numbersOf(batch));
    },
  });
  await closed(stream);
  expect(numbers).toEqual([1, 2]);
  const reader = pool.read(stream, { onBatch: () => {} });
  expect(reader.socket).toBe(stream);
  reader.pause();
  reader.resume();
  expect(pool.readers).toBe(0);
  expect(pool.freeSlabs).toBe(pool.slabs - 1);
});

test('a stream that has ended before, and is not closed', async () => {
  const pool = smallPool();
  const stream = Readable.from([numbered(1, 200)], { objectMode: false, autoDestroy: false });
  await once(stream.resume(), 'end');
  const reader = pool.read(stream, { onBatch: () => {} });
  expect([reader.socket, stream.closed, pool.readers]).toEqual([stream, false, 0]);
});

test('a stream that does not tell that it is closed', async () => {
  const pool = smallPool();
  const numbers: number[] = [];
  const chunks = [numbered(1, 200), numbered(2, 200)];
  const stream = Readable.from(chunks, { objectMode: false, emitClose: false });
  pool.read(stream, {
    onBatch: async (batch) => {
      await turns(2);
      numbers.push(...numbersOf(batch));
    },
  });
  expect(pool.readers).toBe(1);
  await until(() => stream.closed && numbers.length === 2 && pool.heldBatches === 0);
  expect([numbers, pool.readers]).toEqual([[1, 2], 0]);
});
