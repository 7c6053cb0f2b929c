/** The small broker, with clients of MQTT.js. */
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Router, startRouter } from '../../examples/router/broker.js';
import { matches } from '../../examples/router/topic-filter.js';
import { eventually } from '../support/eventually.js';

let router: Router;
const clients: MqttClient[] = [];

beforeEach(async () => {
  router = await startRouter(0);
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  await router.close();
  vi.restoreAllMocks();
});

async function connected(protocolVersion: 4 | 5): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${router.port}`, {
    protocolVersion,
    reconnectPeriod: 0,
  });
  clients.push(client);
  return client;
}

/** What a client gets from here on. */
function messagesOf(client: MqttClient): string[] {
  const messages: string[] = [];
  client.on('message', (topic, payload) => messages.push(`${topic} ${payload}`));
  return messages;
}

test('a message reaches the subscribers of both versions, at every QoS, and nobody else', async () => {
  const [old, recent, other, publisher] = await Promise.all([
    connected(4),
    connected(5),
    connected(4),
    connected(5),
  ]);
  const seen = [old, recent, other].map(messagesOf);
  await old.subscribeAsync('site/+/temperature');
  await recent.subscribeAsync(['site/#', 'elsewhere']);
  await other.subscribeAsync('elsewhere');
  for (const qos of [0, 1, 2] as const) {
    await publisher.publishAsync('site/7/temperature', `at ${qos}`, { qos });
  }
  const expected = [0, 1, 2].map((qos) => `site/7/temperature at ${qos}`);
  await eventually(() => expect(seen).toEqual([expected, expected, []]));
});

test('subscribers are looked up once a topic, and again when a subscription changes', async () => {
  const publisher = await connected(4);
  const subscriber = await connected(4);
  const messages = messagesOf(subscriber);
  await subscriber.subscribeAsync('a/+');
  const publish = async (count: number) => {
    for (let index = 0; index < count; index++) {
      await publisher.publishAsync(`a/${index % 4}`, String(index), { qos: 1 });
    }
  };
  await publish(100);
  await eventually(() => expect(messages).toHaveLength(100));
  expect(router.lookUps).toBe(4);
  await subscriber.unsubscribeAsync('a/+');
  await publish(8);
  expect(router.lookUps).toBe(8);
  await subscriber.subscribeAsync('a/0');
  await publish(4);
  await eventually(() => expect(messages).toHaveLength(101));
  const before = router.lookUps;
  await subscriber.endAsync();
  await eventually(async () => {
    await publish(4);
    expect(router.lookUps).toBe(before + 4);
  });
});

test('who breaks a rule is dropped, and the others are served', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  const good = await connected(5);
  const bad = await connected(5);
  const messages = messagesOf(good);
  await good.subscribeAsync('a');
  const closed = new Promise<void>((resolve) => bad.once('close', () => resolve()));
  bad.stream.write(Uint8Array.of(0x36, 0x00));
  await closed;
  expect(error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('QoS is not 0, 1 or 2'));
  await good.publishAsync('a', 'still here');
  await eventually(() => expect(messages).toEqual(['a still here']));
});

describe('a Topic Filter', () => {
  // biome-ignore format: a table
  test.each([
    ['a/b', 'a/b', true], ['a/b', 'a/c', false], ['a/b', 'a', false], ['a', 'a/b', false],
    ['a/+', 'a/b', true], ['a/+', 'a/', true], ['a/+', 'a', false], ['a/+', 'a/b/c', false],
    ['+/+', '/a', true], ['+', '/a', false], ['#', 'a/b', true], ['a/#', 'a', true],
    ['a/#', 'a/b/c', true], ['a/#', 'ab', false], ['#', '$SYS/x', false], ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true], ['A', 'a', false],
  ])('%s matches %s: %s', (topicFilter, topic, expected) => {
    expect(matches(topicFilter, topic)).toBe(expected);
  });
});
