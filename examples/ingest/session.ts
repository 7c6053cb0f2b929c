/** One client: what it is answered, and what it has subscribed to. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import {
  type ConnectPacket,
  type ControlPacket,
  type EncodablePacket,
  Encoder,
  type FrameCursor,
  type SlabBatch,
  type SlabReader,
  type SubscribePacket,
} from 'mqtt-wasm';
import { Once } from './once.js';
import { Subscriber, type Subscribers } from './subscribers.js';

/** What clients of MQTT 5.0 are told that there is not. */
const NOT_AVAILABLE = {
  retainAvailable: false,
  subscriptionIdentifierAvailable: false,
  sharedSubscriptionAvailable: false,
};
/** A client may be silent for one and a half times its Keep Alive (MQTT-3.1.2-22). */
const PATIENCE = 1500;
/** Milliseconds that a client may take to send its CONNECT. */
const CONNECT_WITHIN = 10_000;
/** Milliseconds that a client may take to receive what it has been sent. */
const RECEIVE_WITHIN = 30_000;
/** So many Topic Filters a client may have. */
const MAXIMUM_FILTERS = 1000;

/** What the sessions of a server have in common. */
export interface Context {
  readonly subscribers: Subscribers;
  readonly maximumPacketSize: number;
  /** By Client Identifier. */
  readonly sessions: Map<string, Session>;
  /** PUBLISH packets that were acknowledged, or at QoS 0 handled. */
  messages: number;
}

/** Why a CONNECT is refused: a reason code of MQTT 5.0, or `undefined`. */
function refusalOf({ protocolLevel, will, properties }: ConnectPacket) {
  if (properties?.authenticationMethod !== undefined) return 0x8c;
  // Nothing is retained (MQTT-3.2.2-13), which older versions cannot be told.
  return protocolLevel === 5 && will?.retain ? 0x9a : undefined;
}

export class Session {
  readonly socket: Socket;
  readonly #context: Context;
  readonly #encoder = new Encoder({ role: 'server' });
  readonly #reader: SlabReader<Socket>;
  /** What subscribers have been passed. */
  readonly #forwarded = new Once();
  #subscriber: Subscriber | undefined;
  #clientIdentifier = '';
  /** How long it may be silent, in milliseconds; 0: as long as it likes. */
  #patience = CONNECT_WITHIN;
  /** When a frame of it came. What it is sent is no sign of life. */
  #heardAt = performance.now();
  /** When all that it was sent had been received. */
  #clearAt = performance.now();
  /** The connection is to be closed, behind the answers. */
  #isLeaving = false;
  /** Its DISCONNECT has come, and may not have been handled yet. */
  #hasTakenLeave = false;
  /** Frames that are being handled: a batch may come back in pieces. */
  #unanswered = 0;
  /** QoS and Packet Identifier of a long message that has begun. */
  #long = { qos: 0, packetIdentifier: 0 };

  constructor(reader: SlabReader<Socket>, context: Context) {
    this.socket = reader.socket;
    this.#reader = reader;
    this.#context = context;
    this.socket.on('drain', () => {
      this.#clearAt = performance.now();
      reader.resume();
    });
    this.socket.once('end', () => this.#leaveIfDone());
    this.socket.once('close', () => this.#close());
  }

  /**
   * A batch has come: whether it is to be handled. The CONNECT at the head of the first one is answered here, for what stands behind it
   * counts only if it is accepted (MQTT-3.1.4-6).
   */
  admits(batch: SlabBatch): boolean {
    this.#heardAt = performance.now();
    if (this.#subscriber === undefined && !this.#isLeaving) this.#open(batch);
    if (this.#isLeaving || this.#hasTakenLeave) return false;
    this.#unanswered += batch.length;
    return true;
  }

  #open(batch: SlabBatch): void {
    const first = batch.cursor();
    const packet = first.next() ? first.packet() : undefined;
    if (packet?.type !== 'CONNECT') return; // The decoder has nothing else in this place.
    this.#encoder.learnFrom(packet);
    try {
      const connack = this.#connect(packet);
      if (this.socket.writable) this.socket.write(this.#encoder.encode(connack));
    } catch (error) {
      this.#isLeaving = true;
      this.socket.destroy(error as Error);
    }
    if (this.#isLeaving) this.socket.destroySoon();
  }

  /** Cuts the connection off if the client is silent or does not receive; to be called now and then. Who is not read cannot be heard. */
  check(now: number, isHoldingBack: boolean): void {
    if (isHoldingBack || this.#reader.isPaused()) this.#heardAt = now;
    if (this.socket.writableLength === 0) this.#clearAt = now;
    const isSilent = this.#patience > 0 && now - this.#heardAt > this.#patience;
    if (isSilent || now - this.#clearAt > RECEIVE_WITHIN) this.socket.destroy();
  }

  /** Passes the messages of a batch on to those who have subscribed. */
  forward(batch: SlabBatch): void {
    const { subscribers } = this.#context;
    if (subscribers.areThere) {
      const { protocolVersion } = this.#encoder;
      this.#hasTakenLeave = subscribers.forward(batch, protocolVersion, this.#forwarded);
    } else {
      this.#forwarded.clear(); // Their PUBREL goes unseen.
    }
  }

  /** Answers the frames of a batch, which have been handled, in one write. Whoever takes no answer of this size is cut off. */
  answer(batch: SlabBatch): void {
    this.#unanswered -= batch.length;
    try {
      this.#answer(batch);
    } catch (error) {
      this.socket.destroy(error as Error);
    }
  }

  #answer(batch: SlabBatch): void {
    const answers: EncodablePacket[] = [];
    for (const frame = batch.cursor(); !this.#isLeaving && frame.next(); ) {
      const answer = this.#answerTo(frame);
      if (answer !== undefined) answers.push(answer);
    }
    if (answers.length > 0 && this.socket.writable) {
      // Who does not receive what he is answered may ask nothing more until he does.
      if (!this.socket.write(this.#encoder.encodeAll(answers))) this.#reader.pause();
    }
    this.#leaveIfDone();
  }

  /** Closes the connection, behind the answers, if it is to be, or if the client has ended and been answered everything. */
  #leaveIfDone(): void {
    const isDone = this.socket.readableEnded && this.#unanswered === 0;
    if (this.#isLeaving || isDone) this.socket.destroySoon();
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
      case 'SUBSCRIBE': {
        const { packetIdentifier } = packet;
        const granted = this.#subscribe(packet);
        if (isMqtt5) return { type: 'SUBACK', packetIdentifier, reasonCodes: granted };
        const returnCodes = granted.map((code) => (code === 0 ? 0 : 0x80));
        return { type: 'SUBACK', packetIdentifier, returnCodes };
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
        this.#isLeaving = true;
        return undefined;
      default:
        return undefined;
    }
  }

  /** What is granted, for each Topic Filter. */
  #subscribe({ subscriptions, properties }: SubscribePacket) {
    const { topicFilters } = this.#subscriber as Subscriber;
    const isMqtt5 = this.#encoder.protocolVersion === 5;
    const granted = subscriptions.map(({ topicFilter, noLocal, retainAsPublished = false }) => {
      if (properties?.subscriptionIdentifier !== undefined) return 0xa1;
      if (isMqtt5 && topicFilter.startsWith('$share/')) return 0x9e;
      // That all of one's own messages come as well would be the contrary of what was asked for.
      if (noLocal === true) return 0x83;
      if (topicFilters.size >= MAXIMUM_FILTERS && !topicFilters.has(topicFilter)) return 0x97;
      topicFilters.set(topicFilter, retainAsPublished);
      return 0;
    });
    this.#hasSubscribed();
    return granted;
  }

  #connect(packet: ConnectPacket): EncodablePacket {
    const { socket } = this;
    const { sessions, maximumPacketSize } = this.#context;
    const { protocolLevel, keepAlive, properties = {} } = packet;
    const reasonCode = refusalOf(packet);
    if (reasonCode !== undefined) {
      this.#isLeaving = true;
      return { type: 'CONNACK', sessionPresent: false, reasonCode };
    }
    this.#subscriber = new Subscriber(socket, protocolLevel, properties.maximumPacketSize);
    this.#patience = keepAlive * PATIENCE;
    this.#clientIdentifier = packet.clientIdentifier || `anonymous-${randomUUID()}`;
    // Of two clients with one name, the earlier one has to go (MQTT-3.1.4-2; MQTT 5.0: MQTT-3.1.4-3).
    sessions.get(this.#clientIdentifier)?.takeOver();
    sessions.set(this.#clientIdentifier, this);
    if (protocolLevel !== 5) return { type: 'CONNACK', sessionPresent: false, returnCode: 0 };
    const assigned =
      packet.clientIdentifier === '' ? { assignedClientIdentifier: this.#clientIdentifier } : {};
    // Without this the session would last as long as the client asks for (3.2.2.3.2).
    const expiry = { sessionExpiryInterval: 0 };
    const told = { ...NOT_AVAILABLE, ...expiry, maximumPacketSize, ...assigned };
    return { type: 'CONNACK', sessionPresent: false, reasonCode: 0, properties: told };
  }

  /** Another client has the name now. */
  takeOver(): void {
    this.#isLeaving = true;
    // It may have taken leave itself, and not received yet what it was sent before.
    if (this.#encoder.protocolVersion === 5 && this.socket.writable) {
      this.socket.write(this.#encoder.encode({ type: 'DISCONNECT', reasonCode: 0x8e }));
    }
    this.socket.destroySoon();
  }

  #hasSubscribed(): void {
    if (this.#subscriber !== undefined) this.#context.subscribers.changed(this.#subscriber);
  }

  #close(): void {
    const { sessions, subscribers } = this.#context;
    this.#subscriber?.topicFilters.clear();
    this.#hasSubscribed();
    subscribers.forget(this.#reader.connection);
    if (sessions.get(this.#clientIdentifier) === this) sessions.delete(this.#clientIdentifier);
  }
}
