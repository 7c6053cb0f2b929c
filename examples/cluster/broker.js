/** One broker of the cluster: aedes, which keeps messages and sessions in Redis and tells the others through it. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import persistence from 'aedes-persistence-redis';
import emitter from 'mqemitter-redis';

const { PORT = '1883', REDIS_HOST = '127.0.0.1', REDIS_PORT = '6379' } = process.env;
const redis = { host: REDIS_HOST, port: Number(REDIS_PORT) };

const aedes = await Aedes.createBroker({ mq: emitter(redis), persistence: persistence(redis) });
const server = createServer(aedes.handle);
server.listen(Number(PORT));
await once(server, 'listening');
console.log(`Listening on mqtt://localhost:${server.address().port}`);
