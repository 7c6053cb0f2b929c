/** `decodeBatches()`: order, errors behind what came before them, backpressure, and what becomes of the source. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type { FrameBatch } from '../../src/decoder/batch.js';
import { Decoder } from '../../src/decoder/decoder.js';
import { decodeBatches } from '../../src/io/batches.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { collect } from '../support/collect.js';
import { byteByByte } from '../support/decode.js';
import { hex, join } from '../support/hex.js';
import { bytesOf, pubacks } from '../support/pubacks.js';

const BAD = hex('36 00');

/** A source that counts what was asked of it, and notes that it was closed. */
class Source implements AsyncIterable<Uint8Array> {
  pulled = 0;
  closed = false;
  readonly #chunks: readonly Uint8Array[];
  readonly #error: Error | undefined;

  constructor(chunks: readonly Uint8Array[], error?: Error) {
    this.#chunks = chunks;
    this.#error = error;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (const chunk of this.#chunks) {
        this.pulled++;
        yield chunk;
      }
      if (this.#error !== undefined) throw this.#error;
    } finally {
      this.closed = true;
    }
  }
}

function packetsOf(batches: readonly FrameBatch[]): ControlPacket[] {
  return batches.flatMap((batch) => [...batch.packets()]);
}

describe('what comes', () => {
  test('a batch a chunk, in order', async () => {
    const source = new Source([bytesOf(pubacks(5)), bytesOf(pubacks(2))]);
    const decoded = decodeBatches(source);
    expectTypeOf(decoded).toExtend<AsyncIterable<FrameBatch>>();
    const { items, error } = await collect(decoded);
    expect(error).toBeUndefined();
    expect(items.map((batch) => [...batch.packets()])).toEqual([pubacks(5), pubacks(2)]);
    expect(source.closed).toBe(true);
  });

  test('no batch for a chunk that completes nothing', async () => {
    const { items } = await collect(decodeBatches(new Source(byteByByte(bytesOf(pubacks(3))))));
    expect(items.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(packetsOf(items)).toEqual(pubacks(3));
  });

  test('batches stay good while other decoders of the thread scan', async () => {
    const kept: FrameBatch[] = [];
    for await (const batch of decodeBatches(
      new Source([bytesOf(pubacks(2)), bytesOf(pubacks(3))]),
    )) {
      kept.push(batch);
      new Decoder().push(hex('c0 00'));
    }
    expect(packetsOf(kept)).toEqual([...pubacks(2), ...pubacks(3)]);
  });

  test('two connections by turns do not mix', async () => {
    const streams = [pubacks(40), pubacks(60)].map((packets) =>
      collect(decodeBatches(new Source(byteByByte(bytesOf(packets))))),
    );
    const [first, second] = await Promise.all(streams);
    expect(packetsOf(first?.items ?? [])).toEqual(pubacks(40));
    expect(packetsOf(second?.items ?? [])).toEqual(pubacks(60));
  });

  test.each([
    ['Readable', () => Readable.from([bytesOf(pubacks(3))])],
    ['ReadableStream', () => new Blob([bytesOf(pubacks(3)) as Uint8Array<ArrayBuffer>]).stream()],
  ])('of a %s as well', async (_, make) => {
    const { items, error } = await collect(decodeBatches(make()));
    expect(error).toBeUndefined();
    expect(packetsOf(items)).toEqual(pubacks(3));
  });
});

describe('errors', () => {
  test('a broken rule comes behind all that was good, and nothing is read after it', async () => {
    const source = new Source([
      bytesOf(pubacks(3)),
      join(bytesOf(pubacks(4)), BAD),
      bytesOf(pubacks(1)),
    ]);
    const { items, error } = await collect(decodeBatches(source));
    expect(packetsOf(items)).toEqual([...pubacks(3), ...pubacks(4)]);
    expect(error).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS', offset: 28 });
    expect(source.pulled).toBe(2);
    expect(source.closed).toBe(true);
  });

  test('a broken rule with nothing before it', async () => {
    const { items, error } = await collect(decodeBatches(new Source([BAD])));
    expect(items).toEqual([]);
    expect(error).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS', offset: 0 });
  });

  test('an end inside a frame', async () => {
    const source = new Source([join(bytesOf(pubacks(2)), hex('30'))]);
    const { items, error } = await collect(decodeBatches(source));
    expect(packetsOf(items)).toEqual(pubacks(2));
    expect(error).toMatchObject({ code: 'ERR_MQTT_UNEXPECTED_END' });
  });

  test('an error of the source, which is no error of the peer', async () => {
    const failure = new Error('reset');
    const source = new Source([join(bytesOf(pubacks(2)), hex('30'))], failure);
    const { items, error } = await collect(decodeBatches(source));
    expect(packetsOf(items)).toEqual(pubacks(2));
    expect(error).toBe(failure);
  });

  test('what is no bytes is a TypeError', async () => {
    const source = Readable.from(['text']) as AsyncIterable<Uint8Array>;
    expect((await collect(decodeBatches(source))).error).toBeInstanceOf(TypeError);
  });

  test('a wrong option is told at once', () => {
    const source = new Source([]);
    expect(() => decodeBatches(source, { role: 'x' as 'any' })).toThrow('role');
    expect(source.closed).toBe(false);
  });
});

describe('the source', () => {
  test('is asked for a chunk when the batch before it is done with', async () => {
    const source = new Source(Array.from({ length: 5 }, () => bytesOf(pubacks(2))));
    const decoded = decodeBatches(source);
    for (let count = 1; count <= 5; count++) {
      await decoded.next();
      await turn();
      expect(source.pulled).toBe(count);
    }
  });

  test.each([
    [
      'break',
      async (decoded: AsyncIterable<FrameBatch>) => {
        for await (const _ of decoded) break;
      },
    ],
    [
      'throw',
      async (decoded: AsyncIterable<FrameBatch>) => {
        for await (const batch of decoded) throw new Error(`enough of ${batch.length}`);
      },
    ],
  ])('is closed at a %s in the loop', async (_, consume) => {
    const source = new Source([bytesOf(pubacks(2)), bytesOf(pubacks(2))]);
    await consume(decodeBatches(source)).catch((error) =>
      expect(error).toMatchObject({ message: 'enough of 2' }),
    );
    expect(source.closed).toBe(true);
    expect(source.pulled).toBe(1);
  });

  /** A socket that a server reads in batches, and the one of the client. */
  async function sockets(): Promise<{ server: Socket; client: Socket; close: () => void }> {
    const listener = createServer({ highWaterMark: 1024 }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const client = connect((listener.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {});
    const [server] = (await once(listener, 'connection')) as [Socket];
    return { server, client, close: () => listener.close() };
  }

  test('is a socket: destroyed when the peer breaks a rule', async () => {
    const { server, client, close } = await sockets();
    client.write(join(bytesOf(pubacks(3)), BAD));
    const { items, error } = await collect(decodeBatches(server));
    expect(packetsOf(items)).toEqual(pubacks(3));
    expect(error).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS' });
    expect(server.destroyed).toBe(true);
    client.destroy();
    close();
  });

  test('is a socket: a slow consumer holds up the peer', async () => {
    const { server, client, close } = await sockets();
    const chunk = bytesOf(pubacks(16_384));
    let sent = 0;
    const send = () => {
      while (sent < 400) {
        sent++;
        if (!client.write(chunk)) return;
      }
      client.end();
    };
    client.on('drain', send);
    send();
    const decoded = decodeBatches(server);
    let frames = (await decoded.next()).value?.length ?? 0;
    await sleep(200);
    // 25 MiB wait to be sent; what the operating system takes in between is much less.
    expect(sent).toBeLessThan(400);
    for await (const { length } of decoded) frames += length;
    expect(frames).toBe(400 * 16_384);
    close();
  });
});
