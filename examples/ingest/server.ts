/**
 * An ingest server: takes in what many clients publish, as fast as it comes, handles it by topic, and acknowledges it when it has been handled.
 * It passes messages on to subscribers at QoS 0. Sessions end with their connection; nothing is retained; there are no wills and no passwords.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type SlabBatch, SlabPool } from 'mqtt-wasm';
import { escapeText } from '../live/text.js';
import type { Counts, Handlers } from './handlers.js';
import { Delivery, Routes } from './routes.js';
import { type Context, Session } from './session.js';
import { Subscribers } from './subscribers.js';
import { handlingInThreads } from './threads.js';

export interface IngestOptions {
  /** 0 (the default): any that is free. */
  readonly port?: number;
  readonly host?: string;
  /** Worker threads that handle messages; 0 (the default): they are handled where they are received. */
  readonly threads?: number;
  /** Slabs of the pool: 64 by default, 512 with threads. */
  readonly slabs?: number;
  /** The module that has the {@link Handlers}, for each thread to import: `handlers.ts` by default. */
  readonly handlers?: URL;
  readonly onTrouble?: OnTrouble;
}

/**
 * Gets what happens beside the traffic: a client that broke a rule, by the number of its connection, or a thread that failed. The messages of
 * errors may hold text of clients, as that of `JSON.parse()` does: in `what` it is escaped, for a terminal, in `error` it is not.
 */
export type OnTrouble = (what: string, error: Error, connection?: number) => void;

export interface Ingest {
  readonly port: number;
  readonly pool: SlabPool;
  /** PUBLISH packets that were acknowledged, or at QoS 0 handled: a message that its client sends again counts again. */
  readonly messages: number;
  readonly connections: number;
  /** What the handlers have counted: one for each thread. */
  counts(): Promise<readonly Counts[]>;
  /** Ends a thread, whatever it is doing: its clients are cut off, and another one takes its place. */
  restartThread(index: number): Promise<void>;
  /** Breaks off all connections. Threads finish what they have, for which they get five seconds. */
  close(): Promise<void>;
}

const MAXIMUM_PACKET_SIZE = 16 * 1024 * 1024;
/** 64 MiB: threads keep batches while more come, and a thousand connections that have to wait and go on every few reads cost more than handling. */
const SHARED_SLABS = 512;
/** Milliseconds between two looks for clients that are silent or do not receive. */
const CHECK_EVERY = 500;

/** Where the batches of connections are handled. */
export interface Handling {
  /** Handles a batch, and has it answered then. */
  handle(batch: SlabBatch, session: Session): void;
  /** The connection is over. */
  end(connection: number): void;
  counts(): Promise<readonly Counts[]>;
  restart(index: number): Promise<void>;
  close(): Promise<void>;
}

/** Handles messages in the thread that has the sockets. */
async function handlingHere(handlers: URL): Promise<Handling> {
  const { countingRoutes } = (await import(handlers.href)) as Handlers;
  const { counts, routes } = countingRoutes();
  const shared = new Routes(routes);
  const deliveries = new Map<number, Delivery>();
  return {
    handle(batch, session) {
      let delivery = deliveries.get(batch.connection);
      if (delivery === undefined) {
        delivery = new Delivery(shared);
        deliveries.set(batch.connection, delivery);
      }
      delivery.takeAll(batch);
      session.answer(batch);
    },
    end: (connection) => deliveries.delete(connection),
    counts: async () => [counts],
    restart: async () => {},
    close: async () => {},
  };
}

/** Starts the server. */
export async function startIngest(options: IngestOptions = {}): Promise<Ingest> {
  const {
    port = 0,
    host = '127.0.0.1',
    threads = 0,
    slabs = threads > 0 ? SHARED_SLABS : undefined,
    handlers = new URL('./handlers.js', import.meta.url),
    onTrouble: tell = () => {},
  } = options;
  const onTrouble: OnTrouble = (what, ...rest) => tell(escapeText(what), ...rest);
  const pool = new SlabPool({ shared: threads > 0, slabs });
  const context: Context = {
    subscribers: new Subscribers(pool),
    maximumPacketSize: MAXIMUM_PACKET_SIZE,
    sessions: new Map(),
    messages: 0,
  };
  const sessions = new Map<number, Session>();
  const handling =
    threads === 0
      ? await handlingHere(handlers)
      : handlingInThreads(threads, handlers, pool, sessions, onTrouble);

  // Who ends behind his last message is answered all the same: the session ends the other half.
  const sockets = { pauseOnConnect: true, noDelay: true, allowHalfOpen: true };
  const server = createServer(sockets, (accepted) => {
    const reader = pool.accept(accepted, {
      role: 'server',
      answerErrors: true,
      maximumPacketSize: MAXIMUM_PACKET_SIZE,
      topicAliasMaximum: 0,
      retainAvailable: false,
      onBatch(batch) {
        if (!session.admits(batch)) return;
        session.forward(batch);
        handling.handle(batch, session);
      },
    });
    const { socket, connection } = reader;
    const session = new Session(reader, context);
    sessions.set(connection, session);
    socket.on('error', (error) =>
      onTrouble(`connection ${connection}: ${error.message}`, error, connection),
    );
    socket.once('close', () => {
      sessions.delete(connection);
      handling.end(connection);
    });
  });
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    await handling.close();
    throw error;
  }
  // A connection that cannot be accepted is no reason to give up the others.
  server.on('error', (error) => onTrouble(`the server: ${error.message}`, error));
  const checking = setInterval(() => {
    const now = performance.now();
    for (const session of sessions.values()) session.check(now, pool.isHoldingBack);
  }, CHECK_EVERY);
  server.once('close', () => clearInterval(checking));
  return {
    port: (server.address() as AddressInfo).port,
    pool,
    get messages() {
      return context.messages;
    },
    get connections() {
      return sessions.size;
    },
    counts: () => handling.counts(),
    restartThread: (index) => handling.restart(index),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const { socket } of sessions.values()) socket.destroy();
      await closed;
      await handling.close();
    },
  };
}
