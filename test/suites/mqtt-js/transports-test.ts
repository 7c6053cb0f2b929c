/** The same over TCP, TLS and WebSocket, and what encryption adds. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Transport } from './broker.js';
import { check, onEachBroker } from './brokers.js';
import { Inbox, newTopic, nextError, noise } from './client.js';

const TRANSPORTS: readonly Transport[] = ['mqtt', 'mqtts', 'ws', 'wss'];

onEachBroker(({ name, versions }, setting) => {
  const version = versions.at(-1) ?? 4;

  for (const transport of TRANSPORTS) {
    check(
      `${name}, ${transport}: small messages, large ones, and small ones behind them`,
      async () => {
        const { clients } = setting();
        const publisher = await clients.connect(version, {}, transport);
        const subscriber = await clients.connect(version, {}, transport);
        const inbox = new Inbox(subscriber);
        const topic = newTopic();
        await subscriber.subscribeAsync(topic, { qos: 2 });
        const small = Array.from({ length: 500 }, (_, index) => String(index));
        const large = noise(3_000_000);
        for (const qos of [0, 1, 2] as const) {
          const publish = (payload: string | Buffer) =>
            publisher.publishAsync(topic, payload, { qos });
          await Promise.all([...small.map(publish), publish(large), ...small.map(publish)]);
          const received = await inbox.take(2 * small.length + 1);
          assert.ok(received[small.length]?.payload.equals(large), 'the payload is another one');
          received.splice(small.length, 1);
          assert.deepEqual(
            received.map(({ payload }) => payload.toString()),
            [...small, ...small],
          );
        }
      },
    );
  }

  for (const transport of ['mqtts', 'wss'] as const) {
    check(`${name}, ${transport}: a certificate that nobody has signed is refused`, async () => {
      const { clients } = setting();
      const client = clients.make(version, { ca: [] }, transport);
      const error = await nextError(client);
      assert.equal(error.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
    });
  }

  check(`${name}: MQTT.js by require()`, async () => {
    const { broker } = setting();
    const required = createRequire(import.meta.url)('mqtt') as typeof import('mqtt');
    const client = await required.connectAsync(broker.url('mqtt'), { protocolVersion: version });
    const inbox = new Inbox(client);
    const topic = newTopic();
    await client.subscribeAsync(topic);
    await client.publishAsync(topic, 'hello');
    assert.equal((await inbox.takeOne()).payload.toString(), 'hello');
    await client.endAsync();
  });
});
