/**
 * A small broker, to show what batches are for: it finds the subscribers of a message by the number of
 * its topic and encodes the message once for all of them. It delivers at QoS 0, and knows no sessions, no retained messages, no wills
 * and no passwords.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  type ControlPacket,
  type DecoderOptions,
  decodeBatches,
  type EncodablePacket,
  encode,
  type FrameCursor,
  type ProtocolVersion,
  PublishFanOut,
  TopicMap,
} from 'mqtt-wasm';
import { matches } from './topic-filter.js';

/** What clients of MQTT 5.0 are told in CONNACK, and their decoder holds them to. */
const NOT_AVAILABLE = { retainAvailable: false, sharedSubscriptionAvailable: false };
const OPTIONS: DecoderOptions = { role: 'server', retainAvailable: false, topicAliasMaximum: 0 };

/** A broker that runs. */
export interface Router {
  readonly port: number;
  /** Messages for which subscribers were looked up by the text of the topic. */
  readonly lookUps: number;
  /** Breaks off all connections. */
  close(): Promise<void>;
}

class Client {
  readonly topicFilters = new Set<string>();
  protocolVersion: ProtocolVersion = 4;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(packet: EncodablePacket): void {
    this.#socket.write(encode(packet, { protocolVersion: this.protocolVersion }));
  }

  /** A subscriber that does not read misses messages, which QoS 0 allows. */
  deliver(bytes: Uint8Array): void {
    if (!this.#socket.writableNeedDrain) this.#socket.write(bytes);
  }
}

/** Who gets what. Sockets are served one batch at a time, so one map of routes serves all of them. */
class Routes {
  lookUps = 0;
  readonly #clients = new Set<Client>();
  readonly #byTopicId = new TopicMap<readonly Client[]>();

  /** To be called when a client or one of its subscriptions comes or goes. */
  changed(client: Client, isThere: boolean): void {
    if (isThere) this.#clients.add(client);
    else this.#clients.delete(client);
    this.#byTopicId.clear();
  }

  publish(frame: FrameCursor): void {
    const subscribers = this.#byTopicId.get(frame.topicId) ?? this.#lookUp(frame);
    if (subscribers.length === 0) return;
    const packet = frame.packet();
    if (packet.type !== 'PUBLISH') return;
    const message = new PublishFanOut(packet);
    for (const subscriber of subscribers) {
      subscriber.deliver(message.encode({ protocolVersion: subscriber.protocolVersion }));
    }
  }

  #lookUp({ topicId, topic = '' }: FrameCursor): readonly Client[] {
    this.lookUps++;
    const found = [...this.#clients].filter(({ topicFilters }) =>
      [...topicFilters].some((filter) => matches(filter, topic)),
    );
    this.#byTopicId.set(topicId, found);
    return found;
  }
}

/** The answer to whatever is no PUBLISH, if there is one. */
function answerTo(
  packet: ControlPacket,
  client: Client,
  routes: Routes,
): EncodablePacket | undefined {
  const isMqtt5 = client.protocolVersion === 5;
  switch (packet.type) {
    case 'CONNECT':
      client.protocolVersion = packet.protocolLevel;
      return packet.protocolLevel === 5
        ? { type: 'CONNACK', sessionPresent: false, reasonCode: 0, properties: NOT_AVAILABLE }
        : { type: 'CONNACK', sessionPresent: false, returnCode: 0 };
    case 'SUBSCRIBE': {
      const { packetIdentifier, subscriptions } = packet;
      for (const { topicFilter } of subscriptions) client.topicFilters.add(topicFilter);
      routes.changed(client, true);
      const granted = subscriptions.map(() => 0 as const);
      const codes = isMqtt5 ? { reasonCodes: granted } : { returnCodes: granted };
      return { type: 'SUBACK', packetIdentifier, ...codes };
    }
    case 'UNSUBSCRIBE': {
      const { packetIdentifier, topicFilters } = packet;
      for (const topicFilter of topicFilters) client.topicFilters.delete(topicFilter);
      routes.changed(client, true);
      const codes = isMqtt5 ? { reasonCodes: topicFilters.map(() => 0 as const) } : {};
      return { type: 'UNSUBACK', packetIdentifier, ...codes };
    }
    case 'PUBREL':
      return { type: 'PUBCOMP', packetIdentifier: packet.packetIdentifier };
    case 'PINGREQ':
      return { type: 'PINGRESP' };
    default:
      return undefined;
  }
}

async function serve(socket: Socket, routes: Routes): Promise<void> {
  const client = new Client(socket);
  try {
    for await (const batch of decodeBatches(socket, OPTIONS)) {
      for (const frame = batch.cursor(); frame.next(); ) {
        if (frame.type === 'PUBLISH') {
          routes.publish(frame);
          const { qos, packetIdentifier } = frame;
          if (qos > 0) client.send({ type: qos === 1 ? 'PUBACK' : 'PUBREC', packetIdentifier });
        } else {
          const answer = answerTo(frame.packet(), client, routes);
          if (answer !== undefined) client.send(answer);
        }
      }
    }
  } finally {
    routes.changed(client, false);
  }
}

/** Starts the broker on a port of the loopback interface; 0 is any that is free. */
export async function startRouter(port: number): Promise<Router> {
  const routes = new Routes();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    serve(socket, routes).catch((error: Error) => {
      // What this broker has cut off itself is no news.
      if (server.listening) console.error(error.message);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get lookUps() {
      return routes.lookUps;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
