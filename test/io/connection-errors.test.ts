/** `mqttConnection()`: bytes that break a rule, how connections end, and real sockets. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Duplex, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encode } from '../../src/encoder/encoder.js';
import { MqttError } from '../../src/errors.js';
import { mqttConnection } from '../../src/io/connection.js';
import type { ControlPacket, EncodablePacket } from '../../src/protocol/packets.js';
import { collect } from '../support/collect.js';
import { eventually } from '../support/eventually.js';
import { hex, join } from '../support/hex.js';
import { bytesOf, pubacks } from '../support/pubacks.js';
import {
  ACCEPTED_5,
  BAD,
  Bytes,
  CONNECT_4,
  CONNECT_5,
  outcome,
  over,
  PINGREQ,
} from './connection-support.js';

describe('bytes that break a rule', () => {
  test.each([
    ['a broken rule', BAD, 'ERR_MQTT_INVALID_QOS'],
    ['an end inside a packet', hex('30 05'), 'ERR_MQTT_UNEXPECTED_END'],
  ])('%s comes behind all packets before it', async (_, last, code) => {
    for (const ends of code === 'ERR_MQTT_UNEXPECTED_END' ? [true] : [true, false]) {
      const { bytes, connection } = over([join(bytesOf(pubacks(100)), last)], {}, ends);
      const { items, error } = await collect(connection);
      expect(items).toEqual(pubacks(100));
      expect(error).toBeInstanceOf(MqttError);
      expect(error).toMatchObject({ code });
      expect(bytes.destroyed).toBe(true);
    }
  });

  test('it comes behind what a destination of a pipeline has to do still', async () => {
    const { connection } = over([join(bytesOf(pubacks(30)), BAD)]);
    const seen: ControlPacket[] = [];
    const slow = new Writable({
      objectMode: true,
      write(packet: ControlPacket, _encoding, callback) {
        seen.push(packet);
        setTimeout(callback, 1);
      },
    });
    await expect(pipeline(connection, slow)).rejects.toMatchObject({
      code: 'ERR_MQTT_INVALID_QOS',
    });
    expect(seen).toEqual(pubacks(30));
  });

  test('what comes behind it is not looked at, however slow the reader is', async () => {
    const { bytes, connection } = over([join(bytesOf(pubacks(10)), BAD), hex('c0 00')], {}, false);
    const seen: ControlPacket[] = [];
    const reading = (async () => {
      for await (const packet of connection) {
        seen.push(packet);
        await sleep(2);
        bytes.push(hex('c0 00'));
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ERR_MQTT_INVALID_QOS' });
    expect(seen).toEqual(pubacks(10));
  });

  test('what is no bytes is a TypeError', async () => {
    const stream = Duplex.from({ readable: Readable.from(['text']), writable: new Bytes() });
    expect((await collect(mqttConnection(stream))).error).toBeInstanceOf(TypeError);
  });

  // biome-ignore format: a table
  test.each<[string, 'server' | 'client', Uint8Array, EncodablePacket | undefined, string]>([
    ['MQTT 5.0, before CONNACK', 'server', join(encode(CONNECT_5), BAD), undefined, '20 03 00 81 00'],
    ['MQTT 5.0, after CONNACK', 'server', join(encode(CONNECT_5), BAD), ACCEPTED_5, '20 03 00 00 00 e0 01 81'],
    ['MQTT 5.0, CONNECT itself', 'server', hex('10 0d 00 04 4d 51 54 54 05 03 00 00 00 00 00'), undefined, '20 03 00 81 00'],
    ['MQTT 5.0, after DISCONNECT', 'server', join(encode(CONNECT_5), BAD), { type: 'DISCONNECT', reasonCode: 0x8b }, 'e0 01 8b'],
    ['MQTT 3.1.1', 'server', join(encode(CONNECT_4), BAD), undefined, ''],
    ['a version that nobody knows', 'server', hex('10 0d 00 04 4d 51 54 54 07 02 00 00 00 01 61'), undefined, '20 02 00 01'],
    ['no CONNECT at all', 'server', hex('47 45 54 20 2f 20'), undefined, ''],
    ['of a server', 'client', BAD, CONNECT_5, '10 0e 00 04 4d 51 54 54 05 02 00 00 00 00 01 61 e0 01 81'],
    ['of a server of MQTT 3.1.1', 'client', BAD, CONNECT_4, '10 0d 00 04 4d 51 54 54 04 02 00 00 00 01 61'],
  ])('is answered if that is wanted: %s', async (_, role, chunk, written, answer) => {
    const { bytes, connection } = over([], { role, answerErrors: true }, false);
    if (role === 'client') connection.write(written as EncodablePacket);
    await turn();
    bytes.push(chunk);
    const { error } = await collect(
      (async function* () {
        for await (const packet of connection) {
          if (role === 'server' && written !== undefined) connection.write(written);
          yield packet;
        }
      })(),
    );
    expect(error).toBeInstanceOf(MqttError);
    expect(bytes.sent).toEqual(hex(answer));
    expect(bytes.destroyed).toBe(true);
  });

  test('a peer that does not read the answer is not waited for', async () => {
    const { bytes, connection } = over(
      [encode(CONNECT_5), BAD],
      { role: 'server', answerErrors: true },
      false,
    );
    bytes.holds = true;
    const start = performance.now();
    expect((await collect(connection)).error).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS' });
    expect(performance.now() - start).toBeLessThan(5000);
    expect(bytes.writes).toHaveLength(1);
  });

  test('is not answered if nobody asked for it', async () => {
    const { bytes, connection } = over([encode(CONNECT_5), BAD], { role: 'server' });
    await collect(connection);
    expect(bytes.writes).toEqual([]);
  });
});

describe('ends', () => {
  test('an error of the byte stream destroys the connection with it', async () => {
    const { bytes, connection } = over([], {}, false);
    const reset = new Error('reset');
    const written = outcome(connection, PINGREQ);
    bytes.destroy(reset);
    await expect(once(connection, 'close')).rejects.toBe(reset);
    await expect(written).resolves.toBeInstanceOf(Error);
  });

  test('a byte stream that is closed, before or after, closes the connection without an error', async () => {
    const { bytes, connection } = over([], {}, false);
    bytes.destroy();
    await once(connection, 'close');
    expect(connection.errored).toBeNull();
    const late = mqttConnection(bytes);
    await once(late, 'close');
    expect(late.errored).toBeNull();
  });

  test('destroy(error) is told by the connection alone', async () => {
    const { bytes, connection } = over([], {}, false);
    const told = vi.fn();
    bytes.on('error', told);
    connection.destroy(new Error('enough'));
    await expect(once(connection, 'close')).rejects.toThrow('enough');
    expect(bytes.destroyed).toBe(true);
    expect(told).not.toHaveBeenCalled();
  });

  test('end() ends the byte stream; what the peer still says is read', async () => {
    const { bytes, connection } = over([], {}, false);
    connection.end({ type: 'DISCONNECT' });
    await once(bytes, 'finish');
    expect(bytes.sent).toEqual(hex('e0 00'));
    bytes.push(bytesOf(pubacks(3)));
    bytes.push(null);
    expect(await collect(connection)).toEqual({ items: pubacks(3), error: undefined });
    await turn();
    expect(bytes.destroyed).toBe(true);
  });

  test('what is written to a peer that has closed is told to the callback, and reading goes on', async () => {
    const { bytes, connection } = over([bytesOf(pubacks(100))]);
    const seen: ControlPacket[] = [];
    let written: Promise<unknown> | undefined;
    for await (const packet of connection) {
      seen.push(packet);
      if (seen.length !== 1) continue;
      await sleep(10);
      connection.write(PINGREQ);
      written = outcome(connection, PINGREQ);
      await sleep(10);
    }
    await expect(written).resolves.toMatchObject({ code: 'EPIPE' });
    expect(seen).toEqual(pubacks(100));
    expect(bytes.writes).toEqual([]);
  });
});

describe('on sockets', () => {
  let server: Socket;
  let client: Socket;
  const listener = createServer({ highWaterMark: 1024 });

  beforeEach(async () => {
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    client = connect((listener.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {});
    [server] = (await once(listener, 'connection')) as [Socket];
  });
  afterEach(() => {
    client.destroy();
    server.destroy();
    listener.close();
  });

  test('two connections talk', async () => {
    const at = mqttConnection(server, { role: 'server' });
    const from = mqttConnection(client, { role: 'client' });
    from.write(CONNECT_5);
    const serving = (async () => {
      for await (const packet of at) {
        if (packet.type === 'CONNECT') at.write(ACCEPTED_5);
        if (packet.type === 'PINGREQ') at.write({ type: 'PINGRESP' });
      }
    })();
    const seen: string[] = [];
    for await (const packet of from) {
      seen.push(packet.type);
      if (packet.type === 'CONNACK') for (let count = 0; count < 50; count++) from.write(PINGREQ);
      if (seen.length === 51) from.end({ type: 'DISCONNECT' });
    }
    await serving;
    expect(seen).toEqual(['CONNACK', ...Array<string>(50).fill('PINGRESP')]);
    await eventually(() => expect([server.destroyed, client.destroyed]).toEqual([true, true]));
  });

  test('a slow reader holds up the peer', async () => {
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
    const packets = mqttConnection(server)[Symbol.asyncIterator]();
    await packets.next();
    await sleep(200);
    // 25 MiB wait to be sent; what the operating system takes in between is much less.
    expect(sent).toBeLessThan(400);
    await packets.return?.();
    expect(server.destroyed).toBe(true);
  });

  test('a peer that does not read makes write() return false, and drain comes when it does', async () => {
    const connection = mqttConnection(server);
    const packet: EncodablePacket = { type: 'PUBLISH', topic: 'a', payload: Buffer.alloc(65_536) };
    let count = 0;
    for (; count < 5000 && !connection.writableNeedDrain; count++) {
      connection.write(packet);
      await turn();
    }
    expect(count).toBeLessThan(5000);
    client.resume();
    await once(connection, 'drain');
    connection.destroy();
  });

  test.each([
    [
      'garbage',
      (socket: Socket) => socket.write('GET / HTTP/1.1\r\n\r\n'),
      'ERR_MQTT_RESERVED_FLAGS',
    ],
    [
      'a stop inside a packet',
      (socket: Socket) => socket.end(hex('10 0d 00')),
      'ERR_MQTT_UNEXPECTED_END',
    ],
    ['a reset', (socket: Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  ])('%s', async (_, misbehave, code) => {
    const connection = mqttConnection(server, { role: 'server' });
    misbehave(client);
    expect(await collect(connection)).toMatchObject({ items: [], error: { code } });
    expect(server.destroyed).toBe(true);
  });
});
