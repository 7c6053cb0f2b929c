/** aedes on TCP and on WebSocket. Nothing here knows which parser it runs on: package.json says it. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';

const { PORT = '1883', WEBSOCKET_PORT = '8080' } = process.env;

const aedes = await Aedes.createBroker();
for (const event of ['clientError', 'connectionError']) {
  aedes.on(event, (client, error) => console.error(`${client.id ?? 'somebody'}: ${error.message}`));
}

const tcp = createServer(aedes.handle);
tcp.listen(Number(PORT));
await once(tcp, 'listening');
console.log(`Listening on mqtt://localhost:${tcp.address().port}`);

const http = createHttpServer();
new WebSocketServer({ server: http, handleProtocols: () => 'mqtt' }).on(
  'connection',
  (socket, request) => aedes.handle(createWebSocketStream(socket), request),
);
http.listen(Number(WEBSOCKET_PORT));
await once(http, 'listening');
console.log(`Listening on ws://localhost:${http.address().port}. Ctrl-C ends it.`);
