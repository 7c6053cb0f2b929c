/** Properties of MQTT 5.0 from one client to another, and those that brokers add. */
import assert from 'node:assert/strict';
import type { IConnackPacket, MqttClient } from 'mqtt';
import { aedes2 } from './aedes.js';
import { check, onBroker } from './brokers.js';
import { Inbox, newTopic } from './client.js';
import { mosquitto } from './mosquitto.js';

const connackOf = (client: MqttClient): Promise<IConnackPacket> =>
  new Promise((resolve) => client.once('connect', resolve));

/** With names as a plain object has them: those that come from the network have no prototype. */
function plain<T extends { readonly userProperties?: unknown }>(
  properties: T | undefined,
): unknown {
  return { ...properties, userProperties: { ...(properties?.userProperties as object) } };
}

const NO_SUBSCRIPTION_EXISTED = 0x11;

const MESSAGE = {
  payloadFormatIndicator: true,
  messageExpiryInterval: 3600,
  responseTopic: 'answers/é',
  correlationData: Buffer.from('00ff80', 'hex'),
  contentType: 'text/plain',
};
const USER_PROPERTIES = { site: ['north', 'south'], '': 'no name', é: '🌡', constructor: 'y' };

for (const kind of [mosquitto, aedes2]) {
  onBroker(kind, {}, (setting) => {
    for (const qos of [0, 1, 2] as const) {
      check(`${kind.name}: a message with all its properties at QoS ${qos}`, async () => {
        const { clients } = setting();
        const publisher = await clients.connect(5);
        const subscriber = await clients.connect(5);
        const inbox = new Inbox(subscriber);
        const topic = newTopic();
        await subscriber.subscribeAsync(topic, {
          qos,
          properties: { subscriptionIdentifier: 300 },
        });
        const properties = { ...MESSAGE, userProperties: USER_PROPERTIES };
        await publisher.publishAsync(topic, 'warm', { qos, properties });
        const { packet, payload } = await inbox.takeOne();
        assert.equal(payload.toString(), 'warm');
        assert.deepEqual(plain(packet.properties), { ...properties, subscriptionIdentifier: 300 });
      });
    }

    check(`${kind.name}: a Will with properties`, async () => {
      const { clients } = setting();
      const watcher = await clients.connect(5);
      const inbox = new Inbox(watcher);
      const topic = newTopic();
      await watcher.subscribeAsync(topic, { qos: 1 });
      const properties = { ...MESSAGE, userProperties: USER_PROPERTIES };
      const broken = await clients.connect(5, {
        will: { topic, payload: Buffer.from('gone'), qos: 1, retain: false, properties },
      });
      broken.stream.destroy();
      const { packet, payload } = await inbox.takeOne();
      assert.equal(payload.toString(), 'gone');
      assert.deepEqual(plain(packet.properties), properties);
    });

    check(`${kind.name}: a Client Identifier that the broker chooses`, async () => {
      const { clients } = setting();
      const client = clients.make(5, { clientId: '' });
      const { properties } = await connackOf(client);
      assert.match(properties?.assignedClientIdentifier ?? '', /./);
    });

    check(`${kind.name}: No Local, Retain As Published, Retain Handling`, async () => {
      const { clients } = setting();
      const publisher = await clients.connect(5);
      const subscriber = await clients.connect(5);
      const inbox = new Inbox(subscriber);
      const topic = newTopic();
      await publisher.publishAsync(topic, 'old', { qos: 1, retain: true });
      await subscriber.subscribeAsync(topic, { qos: 1, nl: true, rap: true, rh: 2 });
      await subscriber.publishAsync(topic, 'own', { qos: 1 });
      await publisher.publishAsync(topic, 'new', { qos: 1, retain: true });
      const message = await inbox.takeOne();
      assert.equal(message.payload.toString(), 'new');
      assert.equal(message.packet.retain, true);
    });

    check(`${kind.name}: the reason code of an UNSUBACK`, async () => {
      const { clients } = setting();
      const client = await clients.connect(5);
      const acknowledged = new Promise((resolve) => {
        client.on('packetreceive', (packet) => {
          if (packet.cmd === 'unsuback') resolve((packet as { granted?: unknown }).granted);
        });
      });
      await client.unsubscribeAsync('nobody/asked/for/this');
      assert.deepEqual(await acknowledged, [NO_SUBSCRIPTION_EXISTED]);
    });
  });
}

onBroker(
  mosquitto,
  {
    configuration: [
      'max_keepalive 30',
      'max_packet_size 100000',
      'max_qos 1',
      'retain_available false',
    ],
  },
  (setting) => {
    check('Mosquitto: limits in CONNACK', async () => {
      const { clients } = setting();
      const { properties } = await connackOf(clients.make(5, { keepalive: 60 }));
      assert.equal(properties?.serverKeepAlive, 30);
      assert.equal(properties?.maximumPacketSize, 100_000);
      assert.equal(properties?.topicAliasMaximum, 10);
      assert.equal(properties?.maximumQoS, 1);
      assert.equal(properties?.retainAvailable, false);
    });

    check('Mosquitto: Topic Aliases of the client', async () => {
      const { clients } = setting();
      const publisher = await clients.connect(5, { autoAssignTopicAlias: true });
      const subscriber = await clients.connect(5);
      const inbox = new Inbox(subscriber);
      const topic = newTopic();
      const sent: string[] = [];
      publisher.on('packetsend', (packet) => {
        if (packet.cmd === 'publish') sent.push(packet.topic);
      });
      await subscriber.subscribeAsync(topic, { qos: 1 });
      for (const text of ['1', '2', '3']) await publisher.publishAsync(topic, text, { qos: 1 });
      const received = await inbox.take(3);
      assert.deepEqual(
        received.map(({ topic: name, payload }) => [name, payload.toString()]),
        ['1', '2', '3'].map((text) => [topic, text]),
      );
      assert.deepEqual(sent, [topic, '', '']);
    });
  },
);
