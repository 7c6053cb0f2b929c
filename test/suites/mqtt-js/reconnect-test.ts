/** Brokers that die, connections that break, and what is delivered after all. */
import assert from 'node:assert/strict';
import type { IClientOptions, IClientReconnectOptions, MqttClient } from 'mqtt';
import type { ProtocolVersion } from './broker.js';
import { check, onEachVersion } from './brokers.js';
import { Inbox, isBack, isClosed, newTopic } from './client.js';

const QOS = [0, 1, 2] as const;

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

/** A session that outlives its connection. */
function lasting(version: ProtocolVersion): IClientOptions {
  return {
    clean: false,
    ...(version === 5 ? { properties: { sessionExpiryInterval: 60 } } : {}),
  };
}

/** What a client has to be given when it reconnects by hand, or it forgets what it has not sent. */
function storesOf({ incomingStore, outgoingStore }: MqttClient): IClientReconnectOptions {
  return { incomingStore, outgoingStore } as IClientReconnectOptions;
}

onEachVersion((label, version, setting, { keepsQos2 }) => {
  check(
    `${label}: the broker is killed and comes back: subscriptions, and what waited`,
    async () => {
      const { broker, clients } = setting();
      const subscriber = await clients.connect(version, { reconnectPeriod: 100 });
      const publisher = await clients.connect(version);
      const inbox = new Inbox(subscriber);
      const topic = newTopic();
      await subscriber.subscribeAsync(topic, { qos: 2 });
      await publisher.publishAsync(topic, 'before', { qos: 1 });
      await inbox.take(1);

      await broker.kill();
      await Promise.all([isClosed(subscriber), isClosed(publisher)]);
      const waiting = numbers(99).map((text, index) =>
        publisher.publishAsync(topic, text, { qos: QOS[index % QOS.length] ?? 0 }),
      );
      await broker.restart();
      await isBack(subscriber);
      // MQTT.js has asked for its own subscriptions before this one.
      await subscriber.subscribeAsync(newTopic());
      publisher.reconnect(storesOf(publisher));
      await Promise.all(waiting);
      const texts = (await inbox.take(99)).map(({ payload }) => payload.toString());
      assert.deepEqual(texts.toSorted(), numbers(99).toSorted());
      await publisher.publishAsync(topic, 'after', { qos: 2 });
      assert.deepEqual(await inbox.takeUntil('after'), ['after']);
    },
  );

  for (const qos of [1, 2] as const) {
    if (qos === 2 && !keepsQos2) continue;
    check(`${label}: a session goes on, and gets what was published at QoS ${qos}`, async () => {
      const { clients } = setting();
      const subscriber = await clients.connect(version, lasting(version));
      const publisher = await clients.connect(version);
      const inbox = new Inbox(subscriber);
      const topic = newTopic();
      await subscriber.subscribeAsync(topic, { qos });
      await subscriber.endAsync();
      for (const text of numbers(60)) await publisher.publishAsync(topic, text, { qos });
      assert.equal(inbox.messages.length, 0);
      const connack = new Promise<boolean>((resolve) => {
        subscriber.once('connect', ({ sessionPresent }) => resolve(sessionPresent));
      });
      subscriber.reconnect();
      // MQTT 3.1 has no flag for it.
      if (version > 3) assert.equal(await connack, true);
      const texts = (await inbox.take(60)).map(({ payload }) => payload.toString());
      assert.deepEqual(texts.toSorted(), numbers(60).toSorted());
    });
  }

  check(`${label}: connections that break amid QoS 2 lose nothing and repeat nothing`, async () => {
    const { clients } = setting();
    const subscriber = await clients.connect(version);
    const publisher = await clients.connect(version, { ...lasting(version), reconnectPeriod: 50 });
    const inbox = new Inbox(subscriber);
    const topic = newTopic();
    await subscriber.subscribeAsync(topic, { qos: 2 });
    const published = numbers(300).map((text) => publisher.publishAsync(topic, text, { qos: 2 }));
    for (const part of [30, 120, 200]) {
      await published[part];
      publisher.stream.destroy();
    }
    await Promise.all(published);
    await publisher.publishAsync(topic, 'end', { qos: 2 });
    const texts = await inbox.takeUntil('end');
    assert.deepEqual(texts.toSorted(), [...numbers(300), 'end'].toSorted());
  });
});
