/** The broker of the demonstration: aedes on a free port of the loopback interface. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Aedes, type AuthenticateError } from 'aedes';
import { type Credentials, mayEnter } from './credentials.js';
import type { Address } from './proxy.js';

const BAD_USER_NAME_OR_PASSWORD = 4;

/** A broker that runs. */
export interface Broker {
  readonly address: Address;
  /** Breaks off all connections. */
  close(): Promise<void>;
}

/** Starts a broker that lets in those it knows, and nobody else. */
export async function startBroker(known: readonly Credentials[]): Promise<Broker> {
  const aedes = await Aedes.createBroker({
    authenticate(client, userName, password, done) {
      if (mayEnter(known, client.id, userName, password)) return done(null, true);
      const refusal = Object.assign(new Error('bad user name or password'), {
        returnCode: BAD_USER_NAME_OR_PASSWORD,
      });
      done(refusal as AuthenticateError, null);
    },
  });
  const server = createServer((socket) => aedes.handle(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { address: host, port } = server.address() as AddressInfo;
  return {
    address: { host, port },
    async close() {
      await new Promise<void>((resolve) => aedes.close(resolve));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
