/**
 * aedes on a port of its own, in a process of its own. It is bundled into each of the two installations and finds aedes and its
 * mqtt-packet there.
 */
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import type { BrokerReport } from './messages.js';

const broker = await Aedes.createBroker();
let published = 0;
broker.on('publish', (_packet, client) => {
  if (client !== null) published++;
});
broker.on('clientError', (client, error) => {
  // Who is cut off in the middle has done its work.
  if (client.connected) console.error(error);
});

const server = createServer(broker.handle);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  process.send?.({ port: address.port });
});

// Whatever it is asked, it tells how far it is.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const report: BrokerReport = { published, cpu: user + system };
  process.send?.(report);
});
process.on('disconnect', () => process.exit());
