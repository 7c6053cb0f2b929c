/** A small broker on `mqttConnection()`, and MQTT.js, over TCP and WebSocket. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { type MqttConnection, mqttConnection } from '../../src/io/connection.js';
import { eventually } from '../support/eventually.js';

const subscribers = new Map<MqttConnection, Set<string>>();
const errors: unknown[] = [];

/** QoS 0 and 1 in, QoS 0 out, by whole topics. */
async function serve(stream: Duplex): Promise<void> {
  const connection = mqttConnection(stream, { role: 'server', answerErrors: true });
  const topics = new Set<string>();
  let isMqtt5 = false;
  try {
    for await (const packet of connection) {
      if (packet.type === 'CONNECT') {
        isMqtt5 = packet.protocolLevel === 5;
        subscribers.set(connection, topics);
        const code = isMqtt5 ? { reasonCode: 0 as const } : { returnCode: 0 as const };
        connection.write({ type: 'CONNACK', sessionPresent: false, ...code });
      } else if (packet.type === 'SUBSCRIBE') {
        const { packetIdentifier, subscriptions } = packet;
        for (const { topicFilter } of subscriptions) topics.add(topicFilter);
        const codes = subscriptions.map(() => 0 as const);
        const granted = isMqtt5 ? { reasonCodes: codes } : { returnCodes: codes };
        connection.write({ type: 'SUBACK', packetIdentifier, ...granted });
      } else if (packet.type === 'PUBLISH') {
        const { topic, payload } = packet;
        for (const [subscriber, wanted] of subscribers) {
          if (wanted.has(topic)) subscriber.write({ type: 'PUBLISH', topic, payload });
        }
        if (packet.qos === 1) {
          connection.write({ type: 'PUBACK', packetIdentifier: packet.packetIdentifier });
        }
      } else if (packet.type === 'PINGREQ') connection.write({ type: 'PINGRESP' });
    }
  } finally {
    subscribers.delete(connection);
  }
}

const tcp = createServer((socket) => void serve(socket).catch((error) => errors.push(error)));
const http = createHttpServer();
const webSockets = new WebSocketServer({ server: http, handleProtocols: () => 'mqtt' });
webSockets.on('connection', (socket) => {
  serve(createWebSocketStream(socket)).catch((error) => errors.push(error));
});

beforeAll(async () => {
  for (const server of [tcp, http]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
});
afterAll(() => {
  tcp.close();
  webSockets.close();
  http.close();
});

const urlOf = (scheme: 'mqtt' | 'ws') => {
  const { port } = (scheme === 'mqtt' ? tcp : http).address() as AddressInfo;
  return `${scheme}://127.0.0.1:${port}`;
};

describe.each(['mqtt', 'ws'] as const)('over %s', (scheme) => {
  test.each([4, 5] as const)('MQTT.js, version %i', async (protocolVersion) => {
    const client = await connectAsync(urlOf(scheme), { protocolVersion, reconnectPeriod: 0 });
    const seen: string[] = [];
    client.on('message', (topic, payload) => seen.push(`${topic} ${payload.length}`));
    await client.subscribeAsync('a/b');
    await client.publishAsync('elsewhere', 'x', { qos: 1 });
    await Promise.all(
      [0, 1, 100_000].map((length) => client.publishAsync('a/b', Buffer.alloc(length), { qos: 1 })),
    );
    await eventually(() => expect(seen).toEqual(['a/b 0', 'a/b 1', 'a/b 100000']));
    await client.endAsync();
    await eventually(() => expect(subscribers.size).toBe(0));
    expect(errors).toEqual([]);
  });

  test('a client that breaks a rule is told and let go, and the others are served', async () => {
    const options = { protocolVersion: 5, reconnectPeriod: 0 } as const;
    const bad = await connectAsync(urlOf(scheme), options);
    const told = new Promise((resolve) => bad.once('disconnect', resolve));
    const closed = new Promise<void>((resolve) => bad.once('close', () => resolve()));
    bad.stream.write(Uint8Array.of(0x36, 0x00));
    expect(await told).toMatchObject({ cmd: 'disconnect', reasonCode: 0x81 });
    await closed;
    await eventually(() => expect(errors).toHaveLength(1));
    expect(errors.splice(0)[0]).toMatchObject({ code: 'ERR_MQTT_INVALID_QOS' });
    const good = await connectAsync(urlOf(scheme), options);
    await good.endAsync();
  });
});
