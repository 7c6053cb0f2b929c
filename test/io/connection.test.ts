/** `mqttConnection()`: both directions, and what they learn of each other. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { Decoder } from '../../src/decoder/decoder.js';
import { Encoder, encode } from '../../src/encoder/encoder.js';
import { MqttEncodeError } from '../../src/errors.js';
import { mqttConnection } from '../../src/io/connection.js';
import type { ControlPacket, EncodablePacket } from '../../src/protocol/packets.js';
import { collect } from '../support/collect.js';
import { byteByByte } from '../support/decode.js';
import { hex, join } from '../support/hex.js';
import { bytesOf, pubacks } from '../support/pubacks.js';
import {
  ACCEPTED_5,
  Bytes,
  CONNECT_5,
  outcome,
  over,
  PINGREQ,
  WILDCARD,
} from './connection-support.js';

describe('reading', () => {
  test.each([
    ['in one chunk', (bytes: Uint8Array) => [bytes]],
    ['byte by byte', byteByByte],
  ])('all packets, %s, and the end', async (_, cut) => {
    const { bytes, connection } = over(cut(bytesOf(pubacks(100))));
    for await (const packet of connection) {
      expectTypeOf(packet).toEqualTypeOf<ControlPacket>();
      expect(packet).toEqual({ type: 'PUBACK', packetIdentifier: expect.any(Number) });
      if (packet.type === 'PUBACK' && packet.packetIdentifier === 100) break;
    }
    await turn();
    expect(bytes.destroyed).toBe(true);
  });

  test('by data events, by read() and through pipeline()', async () => {
    const packets = pubacks(100);
    const flowing = over([bytesOf(packets)]).connection;
    const seen: ControlPacket[] = [];
    flowing.on('data', (packet: ControlPacket) => seen.push(packet));
    await once(flowing, 'close');
    expect(seen).toEqual(packets);

    const pulled = over([bytesOf(packets)]).connection;
    const read: ControlPacket[] = [];
    pulled.on('readable', () => {
      for (let packet = pulled.read(); packet !== null; packet = pulled.read()) {
        expectTypeOf(packet).toEqualTypeOf<ControlPacket>();
        read.push(packet);
      }
    });
    await once(pulled, 'close');
    expect(read).toEqual(packets);

    const piped: ControlPacket[] = [];
    await pipeline(
      over([bytesOf(packets)]).connection,
      async (source: AsyncIterable<ControlPacket>) => {
        for await (const packet of source) piped.push(packet);
      },
    );
    expect(piped).toEqual(packets);
  });

  test('a slow reader holds up the byte stream, and gets all of the last chunk behind its end', async () => {
    const packets = pubacks(1000);
    const { bytes, connection } = over([bytesOf(packets), bytesOf(packets), bytesOf(packets)]);
    const seen: ControlPacket[] = [];
    for await (const packet of connection) {
      if (seen.length === 0) {
        await sleep(10);
        expect(bytes.readableLength).toBe(8000);
      }
      expect(connection.readableLength).toBeLessThanOrEqual(connection.readableHighWaterMark);
      seen.push(packet);
      if (seen.length % 100 === 0) await turn();
    }
    expect(seen).toEqual([...packets, ...packets, ...packets]);
  });

  test('nothing is read for nobody', async () => {
    const { bytes, connection } = over([bytesOf(pubacks(1000))]);
    await turn();
    expect(bytes.readableLength).toBe(4000);
    connection.destroy();
  });
});

describe('writing', () => {
  test('one write a tick, in order', async () => {
    const { bytes, connection } = over([], {}, false);
    for (const packet of pubacks(300)) connection.write(packet);
    expect(bytes.writes).toEqual([]);
    await turn();
    expect(bytes.writes).toEqual([bytesOf(pubacks(300))]);
    connection.write(PINGREQ);
    await turn();
    expect(bytes.writes).toHaveLength(2);
    connection.destroy();
  });

  test('the answers to a chunk are one write', async () => {
    const { bytes, connection } = over([bytesOf(pubacks(300))], {}, false);
    connection.on('data', (packet: EncodablePacket) => connection.write(packet));
    await turn();
    expect(bytes.writes).toEqual([bytesOf(pubacks(300))]);
    connection.destroy();
    const looped = over([bytesOf(pubacks(300))], {}, false);
    for await (const packet of looped.connection) {
      looped.connection.write(packet);
      if (packet.type === 'PUBACK' && packet.packetIdentifier === 300) break;
    }
    expect(looped.bytes.writes).toEqual([bytesOf(pubacks(300))]);
  });

  test('callbacks come when the bytes have been handed over; false, then drain', async () => {
    const { bytes, connection } = over([], { writableHighWaterMark: 2 }, false);
    bytes.holds = true;
    const called = vi.fn();
    expect(connection.write(PINGREQ, called)).toBe(true);
    expect(connection.write(PINGREQ, called)).toBe(false);
    await turn();
    expect(bytes.writes).toHaveLength(1);
    expect(called).not.toHaveBeenCalled();
    const drained = vi.fn();
    connection.once('drain', drained);
    // While the byte stream is at it, packets gather.
    for (const packet of pubacks(3)) connection.write(packet);
    bytes.holds = false;
    bytes.held?.();
    await turn();
    expect(called.mock.calls).toEqual([[undefined], [undefined]]);
    expect(bytes.writes.slice(1)).toEqual([bytesOf(pubacks(3))]);
    expect(drained).toHaveBeenCalledOnce();
    connection.destroy();
  });

  test('from a pipeline, which ends the byte stream', async () => {
    const { bytes, connection } = over([], {}, false);
    const finished = once(bytes, 'finish');
    connection.on('error', () => {});
    Readable.from(pubacks(100)).pipe(connection);
    await finished;
    expect(bytes.sent).toEqual(bytesOf(pubacks(100)));
    connection.destroy();
  });

  test('what was written in the tick of a destroy() or of a break is sent', async () => {
    const { bytes, connection } = over([encode(PINGREQ)], {}, false);
    for await (const _ of connection) {
      connection.write({ type: 'PINGRESP' });
      break;
    }
    expect(bytes.sent).toEqual(hex('d0 00'));
    expect(bytes.destroyed).toBe(true);
  });

  test('a payload in parts, uncopied where nothing stands beside it', async () => {
    const { bytes, connection } = over([], {}, false);
    const payload = Buffer.alloc(100_000, 'x');
    connection.write({ type: 'PUBLISH_START', topic: 'a', payloadLength: payload.length });
    await turn();
    connection.write({ type: 'PUBLISH_PART', payload });
    await turn();
    await expect(outcome(connection, { type: 'PUBLISH_END' })).resolves.toBeUndefined();
    expect(bytes.writes[1]?.buffer).toBe(payload.buffer);
    expect(bytes.sent).toEqual(encode({ type: 'PUBLISH', topic: 'a', payload }));
    connection.write({ type: 'PUBLISH_START', topic: 'a', payloadLength: 1 });
    connection.end();
    await expect(once(connection, 'close')).rejects.toMatchObject({
      code: 'ERR_MQTT_PAYLOAD_LENGTH',
    });
  });
});

describe('a packet that cannot be encoded', () => {
  test.each([
    ['alone', []],
    ['among others', pubacks(2)],
  ])('is told to the callback, %s, and the connection goes on', async (_, others) => {
    const { bytes, connection } = over([], {}, false);
    for (const packet of others) connection.write(packet);
    const refused = outcome(connection, WILDCARD);
    const accepted = outcome(connection, PINGREQ);
    const unknown = outcome(connection, { type: 'NONE' } as never);
    await expect(refused).resolves.toBeInstanceOf(MqttEncodeError);
    await expect(unknown).resolves.toBeInstanceOf(TypeError);
    await expect(accepted).resolves.toBeUndefined();
    expect(bytes.sent).toEqual(join(bytesOf(others as ControlPacket[]), hex('c0 00')));
    expect(connection.destroyed).toBe(false);
    connection.destroy();
  });

  test('destroys the connection behind the packets before it, if there is no callback', async () => {
    const { bytes, connection } = over([], {}, false);
    connection.write(PINGREQ);
    connection.write(WILDCARD);
    connection.write(PINGREQ);
    await expect(once(connection, 'close')).rejects.toMatchObject({ field: 'topic' });
    expect(bytes.sent).toEqual(hex('c0 00'));
    expect(bytes.destroyed).toBe(true);
  });

  test('null is refused as by every stream', () => {
    const { connection } = over([], {}, false);
    expect(() => connection.write(null as never, () => {})).toThrow(
      expect.objectContaining({ code: 'ERR_STREAM_NULL_VALUES' }),
    );
    connection.destroy();
  });
});

describe('what one direction learns for the other', () => {
  const V5_PUBACK = hex('40 03 00 01 10');

  test('a server: version and limits of the CONNECT', async () => {
    const connect: EncodablePacket = { ...CONNECT_5, properties: { maximumPacketSize: 40 } };
    const { bytes, connection } = over([encode(connect)], { role: 'server' }, false);
    await once(connection, 'readable');
    expect(connection.read()).toMatchObject({ type: 'CONNECT' });
    connection.write(ACCEPTED_5);
    const large = outcome(connection, { type: 'PUBLISH', topic: 'a', payload: 'x'.repeat(40) });
    await expect(large).resolves.toMatchObject({ code: 'ERR_MQTT_PACKET_TOO_LARGE' });
    expect(bytes.sent).toEqual(hex('20 03 00 00 00'));
    expect(connection.encoder.protocolVersion).toBe(5);
    connection.destroy();
  });

  test('a client: the version of its CONNECT, and the limits of the CONNACK', async () => {
    const { bytes, connection } = over([], { role: 'client', assignTopicAliases: true }, false);
    connection.write(CONNECT_5);
    await turn();
    expect(connection.decoder.protocolVersion).toBe(5);
    const connack: EncodablePacket = { ...ACCEPTED_5, properties: { topicAliasMaximum: 1 } };
    bytes.push(join(new Encoder({ protocolVersion: 5 }).encode(connack), V5_PUBACK));
    await once(connection, 'readable');
    expect(connection.read()).toMatchObject({ type: 'CONNACK' });
    expect(connection.read()).toMatchObject({ type: 'PUBACK', reasonCode: 0x10 });
    connection.write({ type: 'PUBLISH', topic: 'long/topic' });
    connection.write({ type: 'PUBLISH', topic: 'long/topic' });
    await turn();
    const sent = [...new Decoder().push(bytes.sent).packets()];
    expect(sent[2]).toMatchObject({ topic: '', properties: { topicAlias: 1 } });
    connection.destroy();
  });

  test('a CONNECT among packets that are refused is learnt from as well', async () => {
    const { connection } = over([], { role: 'client' }, false);
    connection.write(CONNECT_5);
    await outcome(connection, WILDCARD);
    expect(connection.decoder.protocolVersion).toBe(5);
    connection.destroy();
  });

  test('a refused CONNECT teaches nothing', async () => {
    const { connection } = over([], { protocolVersion: 4 }, false);
    await expect(outcome(connection, CONNECT_5)).resolves.toMatchObject({
      code: 'ERR_MQTT_PROTOCOL_LEVEL',
    });
    expect(connection.decoder.protocolVersion).toBe(4);
    connection.destroy();
  });

  test('the role holds for both', async () => {
    const { connection } = over([encode(PINGREQ)], { role: 'client' });
    await expect(outcome(connection, { type: 'PINGRESP' })).resolves.toMatchObject({
      code: 'ERR_MQTT_PACKET_NOT_ALLOWED',
    });
    expect((await collect(connection)).error).toMatchObject({
      code: 'ERR_MQTT_PACKET_NOT_ALLOWED',
    });
  });
});

describe('options', () => {
  test.each([
    [{ role: 'x' }, 'role'],
    [{ maximumPacketsize: 1 }, 'maximumPacketsize'],
    [{ assignTopicAliases: 1 }, 'assignTopicAliases'],
    [{ answerErrors: 1 }, 'answerErrors'],
    [{ answerErrors: true }, 'answerErrors'],
  ])('%o is refused at once, and the byte stream left alone', (options, name) => {
    const bytes = new Bytes();
    expect(() => mqttConnection(bytes, options as never)).toThrow(name);
    expect(bytes.eventNames()).toEqual(new Bytes().eventNames());
  });

  test('signal', async () => {
    const abort = new AbortController();
    const { bytes, connection } = over([], { signal: abort.signal }, false);
    abort.abort();
    await expect(once(connection, 'close')).rejects.toMatchObject({ code: 'ABORT_ERR' });
    expect(bytes.destroyed).toBe(true);
  });
});
