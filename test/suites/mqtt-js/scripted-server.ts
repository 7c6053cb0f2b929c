/**
 * A server that sends bytes which no broker sends, and shows those it gets. No codec takes part in it: bytes are written
 * down in the tests.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface ScriptedServer {
  readonly url: string;
  /** The bytes of the next frame that a client sends. */
  next(): Promise<Buffer>;
  send(bytes: Buffer): void;
  stop(): Promise<void>;
}

const PATIENCE_SECONDS = 10;

/** The length of the frame at the beginning, if all of it is there. */
function frameLength(bytes: Buffer): number | undefined {
  let length = 0;
  for (let at = 1; at < bytes.length && at <= 4; at++) {
    const byte = bytes[at] as number;
    length += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) return at + 1 + length <= bytes.length ? at + 1 + length : undefined;
  }
  return undefined;
}

/** Takes one client. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  let received = Buffer.alloc(0);
  let client: Socket | undefined;
  const server = createServer((socket) => {
    client = socket;
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      server.emit('bytes');
    });
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async next() {
      for (;;) {
        const length = frameLength(received);
        if (length !== undefined) {
          const frame = received.subarray(0, length);
          received = received.subarray(length);
          return frame;
        }
        await once(server, 'bytes', { signal: AbortSignal.timeout(PATIENCE_SECONDS * 1000) });
      }
    },
    send(bytes) {
      if (client === undefined) throw new Error('nobody is connected');
      client.write(bytes);
    },
    async stop() {
      client?.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
