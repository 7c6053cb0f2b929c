/** What all behaviours of clients stand on. */
import type { Accounts } from './accounts.js';
import { Client, type ClientOptions, Cut } from './client.js';
import { GOOD_ADDRESS } from './protocol.js';
import type { Random } from './random.js';
import type { ServerProcess } from './server-process.js';

/** What has happened, by its name: how often. */
export type Tally = Map<string, number>;

export interface Ground {
  readonly server: ServerProcess;
  readonly random: Random;
  readonly accounts: Accounts;
  readonly tally: Tally;
  /** What has to be done before the accounts of the round are settled. */
  readonly beforeSettling: (() => void)[];
}

/** What a client does. It throws if something is not as it has to be. */
export interface Behaviour {
  readonly name: string;
  readonly weight: number;
  run(ground: Ground): Promise<void>;
}

/** A client that is cut off notices it so many milliseconds later at most. */
const NOTICE = 2000;
/** How long the server may take to handle what stands before the end of a connection: milliseconds. */
const HANDLING = 5000;

export function count(tally: Tally, name: string, by = 1): void {
  tally.set(name, (tally.get(name) ?? 0) + by);
}

/**
 * To be called when a connection is closed behind whole frames, without having waited for the server to have handled them: `act` is called before the accounts are
 * settled, unless a thread was restarted that may have taken some of them with it, from the moment `from` on.
 */
export function whenHandled(ground: Ground, from: number, act: () => void): void {
  const until = performance.now() + HANDLING;
  ground.beforeSettling.push(() => {
    if (!mayBeRestart(ground, from, until)) act();
  });
}

/** Connects as one that keeps to the rules. Its version is one of both. */
export function openClient(
  { server, random }: Ground,
  options: Partial<ClientOptions> = {},
): Promise<Client> {
  return Client.open({
    port: server.port,
    localAddress: GOOD_ADDRESS,
    protocolVersion: random.pick([4, 5]),
    ...options,
  });
}

/** Whether what happened to a connection from `from` on may be because a thread was restarted. */
export function mayBeRestart({ server }: Ground, from: number, to = performance.now()): boolean {
  return server.hasRestarted(from, to, NOTICE);
}

/** Does what may be cut off by the restart of a thread, and by nothing else. Returns whether it was. */
export async function unlessCut(ground: Ground, run: () => Promise<void>): Promise<boolean> {
  const began = performance.now();
  try {
    await run();
    return false;
  } catch (error) {
    if (!(error instanceof Cut)) throw error;
    if (mayBeRestart(ground, began)) {
      count(ground.tally, 'connections cut by restarts');
      return true;
    }
    throw new Error('a connection was cut off although no thread was restarted');
  }
}

/** Says goodbye, and waits for the server to close. */
export async function leave(client: Client): Promise<void> {
  client.socket.write(client.encode({ type: 'DISCONNECT' }));
  await client.closed();
}
