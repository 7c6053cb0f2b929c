/** MQTT.js with MQTT 5.0: connects, subscribes, publishes at every QoS with properties, receives, leaves. */
import { connectAsync } from 'mqtt';

const url = process.argv[2] ?? 'mqtt://localhost:1883';

const client = await connectAsync(url, {
  protocolVersion: 5,
  reconnectPeriod: 0,
  properties: { sessionExpiryInterval: 0, receiveMaximum: 20 },
  will: { topic: 'site/7/status', payload: Buffer.from('offline'), qos: 1 },
});
console.log(`Connected to ${url}`);

const received = new Promise((resolve) => {
  let count = 0;
  client.on('message', (topic, payload, { qos, properties }) => {
    console.log(`Received at QoS ${qos}: ${topic} ${payload}`, {
      contentType: properties?.contentType,
      userProperties: { ...properties?.userProperties },
    });
    if (++count === 3) resolve();
  });
});

await client.subscribeAsync('site/+/temperature', {
  qos: 2,
  properties: { subscriptionIdentifier: 1 },
});
for (const qos of [0, 1, 2]) {
  await client.publishAsync('site/7/temperature', `2${qos}.5`, {
    qos,
    properties: {
      contentType: 'text/plain',
      messageExpiryInterval: 60,
      userProperties: { unit: '°C', sensor: ['a', 'b'] },
    },
  });
}
await received;
await client.endAsync();
console.log('Disconnected');
