/**
 * A small server of MQTT 5.0, made of the decoder and the encoder of this package: it shows the packets
 * and properties of the version, and it is no broker. Each connection is alone: what its client
 * publishes goes to the client's own subscriptions, whose Topic Filters have no wildcards here.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  type AuthPacket,
  type ConnectPacket,
  type ControlPacket,
  DecoderStream,
  type EncodablePacket,
  Encoder,
  type PublishPacket,
  type QoS,
  type SubscribePacket,
  type UnsubscribePacket,
} from 'mqtt-wasm';
import type { Broker } from './broker.js';

/** The method of authentication: the Client proves that it knows a secret and does not send it. */
export const AUTHENTICATION_METHOD = 'HMAC-SHA-256';

const CHALLENGE_LENGTH = 16;
const TOPIC_ALIAS_MAXIMUM = 8;

/** The proof of who knows the secret and has been sent the challenge. */
export function proofOf(secret: string, challenge: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(challenge).digest();
}

interface Granted {
  readonly qos: QoS;
  readonly subscriptionIdentifier: number | undefined;
}

/** One connection. */
class Session {
  readonly #socket: Socket;
  readonly #secret: string;
  readonly #challenge = randomBytes(CHALLENGE_LENGTH);
  readonly #subscriptions = new Map<string, Granted>();
  #encoder = new Encoder({ protocolVersion: 5, role: 'server' });
  #isKnown = false;
  #packetIdentifier = 0;

  constructor(socket: Socket, secret: string) {
    this.#socket = socket;
    this.#secret = secret;
  }

  /** Answers all that comes, until the connection ends or a rule is broken. */
  async serve(): Promise<void> {
    const packets = this.#socket.pipe(
      new DecoderStream({
        role: 'server',
        protocolVersion: 5,
        topicAliasMaximum: TOPIC_ALIAS_MAXIMUM,
        resolveTopicAliases: true,
      }),
    );
    try {
      for await (const packet of packets) this.#answer(packet);
    } catch {
      this.#socket.destroy();
    }
  }

  #send(packet: EncodablePacket): void {
    this.#socket.write(this.#encoder.encode(packet));
  }

  #answer(packet: ControlPacket): void {
    // MQTT 5.0 lets a Client go on before it is let in; this server does not (section 3.1.4).
    if (!this.#isKnown && packet.type !== 'CONNECT' && packet.type !== 'AUTH') {
      this.#socket.destroy();
      return;
    }
    switch (packet.type) {
      case 'CONNECT':
        this.#challengeClient(packet);
        break;
      case 'AUTH':
        this.#judge(packet);
        break;
      case 'SUBSCRIBE':
        this.#subscribe(packet);
        break;
      case 'UNSUBSCRIBE':
        this.#unsubscribe(packet);
        break;
      case 'PUBLISH':
        this.#publish(packet);
        break;
      case 'PUBREC':
        this.#send({ type: 'PUBREL', packetIdentifier: packet.packetIdentifier });
        break;
      case 'PUBREL':
        this.#send({ type: 'PUBCOMP', packetIdentifier: packet.packetIdentifier });
        break;
      case 'PINGREQ':
        this.#send({ type: 'PINGRESP' });
        break;
      case 'DISCONNECT':
        this.#socket.end();
    }
  }

  #challengeClient({ properties = {} }: ConnectPacket): void {
    const { topicAliasMaximum = 0, maximumPacketSize } = properties;
    // From here on nothing is sent that the Client has not said it takes.
    this.#encoder = new Encoder({
      protocolVersion: 5,
      role: 'server',
      topicAliasMaximum,
      assignTopicAliases: true,
      maximumPacketSize,
    });
    if (properties.authenticationMethod !== AUTHENTICATION_METHOD) {
      this.#refuse(0x8c, `the method is ${AUTHENTICATION_METHOD}`);
      return;
    }
    this.#send({
      type: 'AUTH',
      reasonCode: 0x18,
      properties: {
        authenticationMethod: AUTHENTICATION_METHOD,
        authenticationData: this.#challenge,
      },
    });
  }

  #judge({ properties }: AuthPacket): void {
    const wanted = proofOf(this.#secret, this.#challenge);
    const proof = properties?.authenticationData ?? new Uint8Array(0);
    if (proof.length !== wanted.length || !timingSafeEqual(proof, wanted)) {
      this.#refuse(0x87, 'the proof does not fit the challenge');
      return;
    }
    this.#isKnown = true;
    this.#send({
      type: 'CONNACK',
      sessionPresent: false,
      reasonCode: 0x00,
      properties: {
        receiveMaximum: 16,
        topicAliasMaximum: TOPIC_ALIAS_MAXIMUM,
        wildcardSubscriptionAvailable: false,
        sharedSubscriptionAvailable: false,
        authenticationMethod: AUTHENTICATION_METHOD,
        userProperties: [['server', 'a page of code']],
      },
    });
  }

  #refuse(reasonCode: 0x87 | 0x8c, reasonString: string): void {
    this.#send({
      type: 'CONNACK',
      sessionPresent: false,
      reasonCode,
      properties: { reasonString },
    });
    this.#socket.end();
  }

  #subscribe({ packetIdentifier, properties, subscriptions }: SubscribePacket): void {
    for (const { topicFilter, qos } of subscriptions) {
      const { subscriptionIdentifier } = properties ?? {};
      this.#subscriptions.set(topicFilter, { qos, subscriptionIdentifier });
    }
    const reasonCodes = subscriptions.map(({ qos }) => qos);
    this.#send({ type: 'SUBACK', packetIdentifier, reasonCodes });
  }

  #unsubscribe({ packetIdentifier, topicFilters }: UnsubscribePacket): void {
    const reasonCodes = topicFilters.map((topicFilter) =>
      this.#subscriptions.delete(topicFilter) ? 0x00 : 0x11,
    );
    this.#send({ type: 'UNSUBACK', packetIdentifier, reasonCodes });
  }

  #publish(packet: PublishPacket): void {
    const granted = this.#subscriptions.get(packet.topic);
    const reasonCode = packet.topic.startsWith('$') ? 0x87 : granted === undefined ? 0x10 : 0x00;
    if (packet.qos > 0) {
      const { packetIdentifier } = packet as { packetIdentifier: number };
      this.#send({
        type: packet.qos === 1 ? 'PUBACK' : 'PUBREC',
        packetIdentifier,
        reasonCode,
        ...(reasonCode === 0x87
          ? { properties: { reasonString: "topics that begin with $ are the server's" } }
          : {}),
      });
    }
    if (granted !== undefined && reasonCode === 0x00) this.#forward(packet, granted);
  }

  #forward({ topic, payload, qos, properties = {} }: PublishPacket, granted: Granted): void {
    // The Topic Alias was one between the sender and this server; the encoder assigns one of its own.
    const { topicAlias: _, ...kept } = properties;
    const { subscriptionIdentifier } = granted;
    const best = Math.min(qos, granted.qos) as QoS;
    if (best > 0) this.#packetIdentifier = (this.#packetIdentifier % 65_535) + 1;
    this.#send({
      type: 'PUBLISH',
      topic,
      payload,
      qos: best,
      packetIdentifier: best === 0 ? undefined : this.#packetIdentifier,
      properties: {
        ...kept,
        ...(subscriptionIdentifier === undefined
          ? {}
          : { subscriptionIdentifiers: [subscriptionIdentifier] }),
      },
    });
  }
}

/** Starts a server on a free port of the loopback interface that lets in who knows the secret. */
export async function startServer(secret: string): Promise<Broker> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    new Session(socket, secret).serve();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { address: host, port } = server.address() as AddressInfo;
  return {
    address: { host, port },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
