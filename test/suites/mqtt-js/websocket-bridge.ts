/** WebSocket for a broker that has none (Debian's Mosquitto is built without it): messages to and from its TCP port. */
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect } from 'node:net';
import { pipeline } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { Certificate } from './certificate.js';

export interface Bridge {
  stop(): Promise<void>;
}

/** Listens on `port`; encrypted if there is a certificate. */
export async function startBridge(
  port: number,
  brokerPort: number,
  certificate?: Certificate,
): Promise<Bridge> {
  const server =
    certificate === undefined
      ? createHttpServer()
      : createHttpsServer({ key: certificate.key, cert: certificate.certificate });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    const stream = createWebSocketStream(socket);
    const upstream = connect(brokerPort, '127.0.0.1');
    // Either side may end at any time; the other one is told by the end of its stream.
    pipeline(stream, upstream, stream, () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    async stop() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
