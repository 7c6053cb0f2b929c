/** What passes between two clients by way of a broker. */
import assert from 'node:assert/strict';
import { check, onEachVersion } from './brokers.js';
import { Inbox, isClosed, newTopic, nextError, noise } from './client.js';

const QOS = [0, 1, 2] as const;

onEachVersion((label, version, setting) => {
  check(`${label}: each QoS to each QoS`, async () => {
    const { clients } = setting();
    const publisher = await clients.connect(version);
    const subscriber = await clients.connect(version);
    const inbox = new Inbox(subscriber);
    for (const granted of QOS) {
      for (const qos of QOS) {
        const topic = `${newTopic()}/é/${granted}/${qos}`;
        const grants = await subscriber.subscribeAsync(topic, { qos: granted });
        assert.deepEqual(
          grants.map((grant) => [grant.topic, grant.qos]),
          [[topic, granted]],
        );
        for (const payload of [Buffer.alloc(0), Buffer.from('{"t":"21,5 °C 🌡"}'), noise(1000)]) {
          await publisher.publishAsync(topic, payload, { qos });
          const message = await inbox.takeOne();
          assert.equal(message.topic, topic);
          assert.deepEqual(message.payload, payload);
          assert.equal(message.packet.qos, Math.min(qos, granted));
          assert.equal(message.packet.retain, false);
          assert.equal(message.packet.dup, false);
        }
      }
    }
  });

  check(`${label}: several Topic Filters, wildcards, unsubscribing`, async () => {
    const { clients } = setting();
    const client = await clients.connect(version);
    const inbox = new Inbox(client);
    const topic = newTopic();
    const grants = await client.subscribeAsync({
      [`${topic}/+/b`]: { qos: 0 },
      [`${topic}/c/#`]: { qos: 1 },
      [`${topic}/end`]: { qos: 2 },
    });
    assert.deepEqual(
      grants.map(({ qos }) => qos),
      [0, 1, 2],
    );
    const publish = async (name: string) =>
      client.publishAsync(`${topic}/${name}`, name, { qos: 1 });
    for (const name of ['a/b', 'a/x', 'c', 'c/d/e', 'end']) await publish(name);
    assert.deepEqual(await inbox.takeUntil('end'), ['a/b', 'c', 'c/d/e', 'end']);
    await client.unsubscribeAsync([`${topic}/+/b`, `${topic}/c/#`]);
    for (const name of ['a/b', 'c/d/e', 'end']) await publish(name);
    assert.deepEqual(await inbox.takeUntil('end'), ['end']);
  });

  check(`${label}: retained messages`, async () => {
    const { clients } = setting();
    const publisher = await clients.connect(version);
    const topic = newTopic();
    await publisher.publishAsync(topic, 'kept', { qos: 1, retain: true });
    const first = await clients.connect(version);
    const inbox = new Inbox(first);
    await first.subscribeAsync(topic, { qos: 1 });
    const message = await inbox.takeOne();
    assert.equal(message.payload.toString(), 'kept');
    assert.equal(message.packet.retain, true);

    await publisher.publishAsync(topic, '', { qos: 1, retain: true });
    const second = await clients.connect(version);
    const nothing = new Inbox(second);
    await second.subscribeAsync(topic, { qos: 1 });
    await publisher.publishAsync(topic, 'end', { qos: 1 });
    assert.deepEqual(await nothing.takeUntil('end'), ['end']);
  });

  check(
    `${label}: a Will is sent for a connection that breaks, and not behind a DISCONNECT`,
    async () => {
      const { clients } = setting();
      const watcher = await clients.connect(version);
      const inbox = new Inbox(watcher);
      const topic = newTopic();
      await watcher.subscribeAsync(`${topic}/#`, { qos: 2 });
      const will = (name: string) => ({
        will: {
          topic: `${topic}/${name}`,
          payload: Buffer.from(name),
          qos: 2 as const,
          retain: false,
        },
      });
      const polite = await clients.connect(version, will('polite'));
      const broken = await clients.connect(version, will('broken'));
      await polite.endAsync();
      broken.stream.destroy();
      const message = await inbox.takeOne();
      assert.equal(message.topic, `${topic}/broken`);
      assert.equal(message.payload.toString(), 'broken');
      assert.equal(message.packet.qos, 2);
    },
  );

  check(`${label}: user name and password`, async () => {
    const { clients } = setting();
    const { PASSWORD, USER_NAME } = await import('./broker.js');
    await clients.connect(version, { username: USER_NAME, password: PASSWORD });
    await clients.connect(version, { username: USER_NAME, password: Buffer.from(PASSWORD) });
    const stranger = clients.make(version, { username: USER_NAME, password: 'wrong' });
    const error = await nextError(stranger);
    assert.match(error.message, /[Nn]ot authorized/);
    assert.equal(error.code, version === 5 ? 135 : 5);
    await isClosed(stranger);
  });

  for (const [qos, count] of [
    [0, 5000],
    [1, 2000],
    [2, 1000],
  ] as const) {
    check(`${label}: ${count} small messages at QoS ${qos}, in order`, async () => {
      const { clients } = setting();
      const publisher = await clients.connect(version);
      const subscriber = await clients.connect(version);
      const inbox = new Inbox(subscriber);
      const topic = newTopic();
      await subscriber.subscribeAsync(topic, { qos });
      const texts = Array.from({ length: count }, (_, index) => String(index));
      await Promise.all(texts.map((text) => publisher.publishAsync(topic, text, { qos })));
      await publisher.publishAsync(topic, 'end', { qos });
      assert.deepEqual(await inbox.takeUntil('end'), [...texts, 'end']);
      assert.equal(inbox.messages.length, 0);
    });
  }

  check(`${label}: payloads of several megabytes at each QoS`, async () => {
    const { clients } = setting();
    const publisher = await clients.connect(version);
    const subscriber = await clients.connect(version);
    const inbox = new Inbox(subscriber);
    const topic = newTopic();
    await subscriber.subscribeAsync(topic, { qos: 2 });
    const payload = noise(5 * 1024 * 1024 + 7);
    for (const qos of QOS) {
      await publisher.publishAsync(topic, payload, { qos });
      const message = await inbox.takeOne();
      assert.ok(message.payload.equals(payload), 'the payload is another one');
      assert.equal(message.packet.qos, qos);
    }
  });
});
