/** aedes on four transports: the name of its package, the files of key and certificate, and the ports. */
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Aedes, AuthenticateError } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { PASSWORD, USER_NAME } from './broker.js';

const [packageName, keyFile, certificateFile, portsText] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
];
const ports = JSON.parse(portsText) as Record<'mqtt' | 'mqtts' | 'ws' | 'wss', number>;
const tls = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };

const { Aedes: Broker } = (await import(packageName)) as { readonly Aedes: typeof Aedes };
const broker = await Broker.createBroker({
  concurrency: 1000,
  queueLimit: 10_000,
  // MQTT.js sends as many messages at once as it is told to.
  maxInflightInbound: 0,
  authenticate(_client, userName, password, done) {
    const refused = userName !== undefined && userName !== null;
    if (!refused || (userName === USER_NAME && password?.toString() === PASSWORD)) {
      done(null, true);
    } else {
      done(
        Object.assign(new Error('not authorized'), { returnCode: 5 }) as AuthenticateError,
        null,
      );
    }
  },
});

function overWebSocket(server: Server): Server {
  new WebSocketServer({ server: server as never }).on('connection', (socket, request) => {
    broker.handle(createWebSocketStream(socket), request);
  });
  return server;
}

createServer((socket) => broker.handle(socket)).listen(ports.mqtt, '127.0.0.1');
createTlsServer(tls, (socket) => broker.handle(socket)).listen(ports.mqtts, '127.0.0.1');
overWebSocket(createHttpServer()).listen(ports.ws, '127.0.0.1');
overWebSocket(createHttpsServer(tls)).listen(ports.wss, '127.0.0.1');
