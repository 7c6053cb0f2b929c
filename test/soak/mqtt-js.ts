/** A publisher that is not of our making: MQTT.js, which comes back by itself and sends again what was not acknowledged. */
import { connect } from 'node:net';
import { MqttClient } from 'mqtt';
import { type Behaviour, count, mayBeRestart, whenHandled } from './ground.js';
import { payloadOf, TOPIC_PREFIX } from './message.js';
import { GOOD_ADDRESS } from './protocol.js';
import { outgoing, usualLength } from './publishers.js';

export const mqttJs: Behaviour = {
  name: 'publisher with MQTT.js',
  weight: 3,
  async run(ground) {
    const { server, random, accounts, tally } = ground;
    const { port } = server;
    const began = performance.now();
    const client = new MqttClient(
      () => connect({ port, host: '127.0.0.1', localAddress: GOOD_ADDRESS }),
      { protocolVersion: random.pick([4, 5]), reconnectPeriod: 50, connectTimeout: 10_000 },
    );
    client.on('error', () => {});
    try {
      await new Promise<void>((resolve) => client.once('connect', () => resolve()));
      const account = accounts.open('publisher with MQTT.js');
      const messages = outgoing(random, random.integer(1, 40), () => usualLength(random));
      const open = new Set<number>();
      let breaks = 0;
      client.on('close', () => {
        breaks++;
        for (const number of open) account.hasSent(number);
      });
      await Promise.all(
        messages.map(async ({ number, qos, length }) => {
          open.add(number);
          account.hasSent(number);
          const payload = payloadOf(
            { round: accounts.round, account: account.index, number },
            length,
          );
          await client.publishAsync(`${TOPIC_PREFIX}/${account.index}/${qos}`, payload, { qos });
          if (qos > 0) {
            open.delete(number);
            account.isAcknowledged(number);
          }
        }),
      );
      const leftAt = performance.now();
      const breaksBefore = breaks;
      await client.endAsync();
      if (breaksBefore > 0) {
        count(tally, 'connections cut by restarts', breaksBefore);
        if (!mayBeRestart(ground, began, leftAt)) {
          throw new Error('a connection was cut off although no thread was restarted');
        }
      } else {
        // It does not wait for the server to close.
        whenHandled(ground, leftAt, () => {
          for (const { number } of messages) account.isAcknowledged(number);
        });
      }
      count(tally, 'publishers that came to their end');
    } finally {
      client.end(true);
    }
  },
};
