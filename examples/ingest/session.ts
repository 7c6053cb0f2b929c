/** One client: what it is answered, and what it has subscribed to. */
import type { Socket } from 'node:net';
import {
  type ConnectPacket,
  type ControlPacket,
  type EncodablePacket,
  Encoder,
  type FrameCursor,
  type SlabBatch,
} from 'mqtt-wasm';
import { Subscriber, type Subscribers } from './subscribers.js';

/** What clients of MQTT 5.0 are told that there is not. */
const NOT_AVAILABLE = {
  retainAvailable: false,
  subscriptionIdentifierAvailable: false,
  sharedSubscriptionAvailable: false,
};
/** A client may be silent for one and a half times its Keep Alive (MQTT-3.1.2-22). */
const PATIENCE = 1500;

/** What the sessions of a server have in common. */
export interface Context {
  readonly subscribers: Subscribers;
  readonly maximumPacketSize: number;
  /** By Client Identifier. */
  readonly sessions: Map<string, Session>;
  /** Messages that were acknowledged, or at QoS 0 handled. */
  messages: number;
}

export class Session {
  readonly socket: Socket;
  readonly #context: Context;
  readonly #encoder = new Encoder({ role: 'server' });
  readonly #connection: number;
  #subscriber: Subscriber | undefined;
  #clientIdentifier = '';
  /** QoS and Packet Identifier of a long message that has begun. */
  #long = { qos: 0, packetIdentifier: 0 };

  constructor(socket: Socket, connection: number, context: Context) {
    this.socket = socket;
    this.#connection = connection;
    this.#context = context;
    socket.on('timeout', () => socket.destroy());
    socket.once('close', () => this.#close());
  }

  /** Passes the messages of a batch on to those who have subscribed. */
  forward(batch: SlabBatch): void {
    const { subscribers } = this.#context;
    if (subscribers.areThere) subscribers.forward(batch, this.#encoder.protocolVersion ?? 4);
  }

  /** Answers the frames of a batch, which have been handled, in one write. Whoever takes no answer of this size is cut off. */
  answer(batch: SlabBatch): void {
    try {
      this.#answer(batch);
    } catch (error) {
      this.socket.destroy(error as Error);
    }
  }

  #answer(batch: SlabBatch): void {
    const answers: EncodablePacket[] = [];
    for (const frame = batch.cursor(); frame.next(); ) {
      const answer = this.#answerTo(frame);
      if (answer !== undefined) answers.push(answer);
    }
    if (answers.length > 0 && this.socket.writable) {
      this.socket.write(this.#encoder.encodeAll(answers));
    }
  }

  #answerTo(frame: FrameCursor): EncodablePacket | undefined {
    switch (frame.type) {
      case 'PUBLISH':
        return this.#acknowledge(frame);
      case 'PUBLISH_START':
        this.#long = { qos: frame.qos, packetIdentifier: frame.packetIdentifier };
        return undefined;
      case 'PUBLISH_PART':
        return undefined;
      case 'PUBLISH_END':
        return this.#acknowledge(this.#long);
      case 'PUBREL':
        return { type: 'PUBCOMP', packetIdentifier: frame.packetIdentifier };
      case 'PINGREQ':
        return { type: 'PINGRESP' };
      default:
        return this.#answerToControl(frame.packet());
    }
  }

  #acknowledge({
    qos,
    packetIdentifier,
  }: {
    readonly qos: number;
    readonly packetIdentifier: number;
  }) {
    this.#context.messages++;
    if (qos === 0) return undefined;
    return { type: qos === 1 ? 'PUBACK' : 'PUBREC', packetIdentifier } as const;
  }

  #answerToControl(packet: ControlPacket): EncodablePacket | undefined {
    const isMqtt5 = this.#encoder.protocolVersion === 5;
    switch (packet.type) {
      case 'CONNECT':
        return this.#connect(packet);
      case 'SUBSCRIBE': {
        const { packetIdentifier, subscriptions } = packet;
        for (const { topicFilter } of subscriptions)
          this.#subscriber?.topicFilters.add(topicFilter);
        this.#hasSubscribed();
        const granted = subscriptions.map(() => 0 as const);
        const codes = isMqtt5 ? { reasonCodes: granted } : { returnCodes: granted };
        return { type: 'SUBACK', packetIdentifier, ...codes };
      }
      case 'UNSUBSCRIBE': {
        const { packetIdentifier, topicFilters } = packet;
        const codes = topicFilters.map((filter) =>
          this.#subscriber?.topicFilters.delete(filter) ? (0 as const) : (0x11 as const),
        );
        this.#hasSubscribed();
        return { type: 'UNSUBACK', packetIdentifier, ...(isMqtt5 ? { reasonCodes: codes } : {}) };
      }
      case 'DISCONNECT':
        this.socket.end();
        return undefined;
      default:
        return undefined;
    }
  }

  #connect(packet: ConnectPacket): EncodablePacket {
    const { socket } = this;
    const { sessions, maximumPacketSize } = this.#context;
    const { protocolLevel, keepAlive } = packet;
    this.#encoder.learnFrom(packet);
    this.#encoder.protocolVersion = protocolLevel;
    this.#subscriber = new Subscriber(socket, protocolLevel, packet.properties?.maximumPacketSize);
    if (keepAlive > 0) socket.setTimeout(keepAlive * PATIENCE);
    this.#clientIdentifier = packet.clientIdentifier || `anonymous-${this.#connection}`;
    // Of two clients with one name, the earlier one has to go (MQTT-3.1.4-2).
    sessions.get(this.#clientIdentifier)?.socket.destroy();
    sessions.set(this.#clientIdentifier, this);
    if (protocolLevel !== 5) return { type: 'CONNACK', sessionPresent: false, returnCode: 0 };
    const assigned =
      packet.clientIdentifier === '' ? { assignedClientIdentifier: this.#clientIdentifier } : {};
    const properties = { ...NOT_AVAILABLE, maximumPacketSize, ...assigned };
    return { type: 'CONNACK', sessionPresent: false, reasonCode: 0, properties };
  }

  #hasSubscribed(): void {
    if (this.#subscriber !== undefined) this.#context.subscribers.changed(this.#subscriber);
  }

  #close(): void {
    const { sessions, subscribers } = this.#context;
    this.#subscriber?.topicFilters.clear();
    this.#hasSubscribed();
    subscribers.forget(this.#connection);
    if (sessions.get(this.#clientIdentifier) === this) sessions.delete(this.#clientIdentifier);
  }
}
