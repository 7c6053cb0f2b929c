/**
 * Packets in both directions over one byte stream of Node.js.
 *
 * What the two directions have to know of each other is kept here: the version and the limits that one side tells in
 * its CONNECT or CONNACK hold for what is sent back to it. All else is a decoder, an encoder, and the rules of Node.js
 * for a Duplex. Like the other streams it fails late: an error waits until everything before it has been read.
 */
import { Duplex } from 'node:stream';
import { Decoder } from '../decoder/decoder.js';
import type { DecoderOptions } from '../decoder/options.js';
import { Encoder, type EncoderOptions } from '../encoder/encoder.js';
import { MqttError } from '../errors.js';
import type { Role } from '../protocol/packet-types.js';
import type { ControlPacket, EncodablePacket } from '../protocol/packets.js';
import { ANSWER_TIMEOUT, answeringRole, answerTo } from './answer.js';
import { type Delivering, deliver } from './delivery.js';
import { LateFailure } from './late-failure.js';
import { type Items, type StreamOptions, splitOptions } from './stream-options.js';
import { encodeWritten, ReportedPacket, type Written } from './written.js';

/** Called when the bytes of a packet have been handed over, or with the reason why they have not. */
type WriteCallback = (error: Error | null | undefined) => void;

/**
 * Options of a connection: those of its decoder, which are about what is received, and those of its encoder that the
 * peer does not tell. The role holds for both, and so does `protocolVersion`.
 */
export interface MqttConnectionOptions
  extends DecoderOptions,
    Pick<EncoderOptions, 'assignTopicAliases' | 'sendDoubtfulReasonCodes'>,
    StreamOptions {
  /**
   * Whether the peer is told what it did wrong before the connection is closed (section 4.13 of MQTT 5.0): by CONNACK if it has
   * not got one yet, else by DISCONNECT, which only MQTT 5.0 has for this. Needs the role `server` or
   * `client`. `false` if left out.
   */
  readonly answerErrors?: boolean | undefined;
}

/** The two halves of a connection, by its options. */
function codecs({
  assignTopicAliases,
  sendDoubtfulReasonCodes,
  ...options
}: Omit<MqttConnectionOptions, keyof StreamOptions | 'answerErrors'>): [Decoder, Encoder] {
  const { role, protocolVersion } = options;
  const own = { role, protocolVersion, assignTopicAliases, sendDoubtfulReasonCodes };
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return [new Decoder(options), new Encoder(Object.fromEntries(given))];
}

/** Packets over a byte stream: see {@link mqttConnection}, which makes it. */
export class MqttConnection extends Duplex {
  readonly #stream: Duplex;
  readonly #decoder: Decoder;
  readonly #encoder: Encoder;
  readonly #late = new LateFailure(this);
  /** Whose connection it is, if errors are to be answered. */
  readonly #answersAs: Role | undefined;
  #delivering: Delivering | undefined;
  #isPumping = false;
  #isFailing = false;
  /** Whether the byte stream has said that no more bytes come. */
  #isOver = false;
  /** Whether what is written waits for the end of the tick. */
  #isGathering = false;
  #hasSentConnack = false;
  #hasSentDisconnect = false;

  /** @internal */
  constructor(stream: Duplex, options: MqttConnectionOptions) {
    const [streamOptions, { answerErrors = false, ...others }] = splitOptions(options);
    const [decoder, encoder] = codecs(others);
    const answersAs = answeringRole(answerErrors, others.role);
    // MQTT knows no connection that is half open: who has no more to say closes it.
    super({ ...streamOptions, objectMode: true, allowHalfOpen: false });
    this.#stream = stream;
    this.#decoder = decoder;
    this.#encoder = encoder;
    this.#answersAs = answersAs;
    stream.pause();
    stream.on('data', this.#receive);
    stream.once('end', () => {
      this.#isOver = true;
      // The end may come while the last chunk waits for a slow reader.
      if (this.#delivering === undefined && !this.#isFailing) this.#end();
    });
    stream.on('error', (error) => this.destroy(error));
    stream.once('close', () => {
      if (!this.#isOver) this.destroy();
    });
    if (stream.destroyed) process.nextTick(() => this.destroy());
  }

  /** The byte stream below, for its addresses and the like. Who reads from it or writes to it breaks the connection. */
  get stream(): Duplex {
    return this.#stream;
  }

  /** The decoder of what is received, for its `protocolVersion` and the like. */
  get decoder(): Decoder {
    return this.#decoder;
  }

  /** The encoder of what is written, for `setPeerLimits()` and the like. */
  get encoder(): Encoder {
    return this.#encoder;
  }

  /** The packets, as `for await` sees them. The connection is destroyed when the loop is left, as any stream. */
  override [Symbol.asyncIterator](): Items<ControlPacket>;
  // See `DecoderStream`: to `pipeline()` this has to look like any stream.
  override [Symbol.asyncIterator](): Items<ReturnType<Duplex['read']>>;
  override [Symbol.asyncIterator](): Items<ControlPacket> {
    return super[Symbol.asyncIterator]();
  }

  /** The next packet, or `null` if none has arrived. */
  override read(size?: number): ControlPacket | null {
    const item: ControlPacket | null = super.read(size);
    this.#late.hasRead(item, size);
    return item;
  }

  /** As `Readable.pipe()`. */
  override pipe<T extends NodeJS.WritableStream>(destination: T, options?: { end?: boolean }): T {
    this.#late.hasPiped(destination);
    return super.pipe(destination, options);
  }

  /** As `Readable.unpipe()`. */
  override unpipe(destination?: NodeJS.WritableStream): this {
    this.#late.hasUnpiped(destination);
    return super.unpipe(destination);
  }

  /**
   * Sends a packet. All that is written in one tick goes to the byte stream in one write. Neither the packet nor its
   * payload may be changed before `callback` is called.
   *
   * A packet that cannot be encoded is not sent: no byte of it leaves. `callback` gets the `MqttEncodeError` (or `TypeError`),
   * and the connection goes on; without a `callback` nobody would hear of it, so the connection is destroyed with
   * the error, behind the packets before. What is written when the peer has closed already goes nowhere: `callback` gets an error
   * with the code `EPIPE`, and reading goes on.
   *
   * @param callback called when the bytes have been handed over to the transport, or with the reason why not
   * @returns whether more may be written now; if not, wait for the event `drain`
   */
  override write(packet: EncodablePacket, callback?: WriteCallback): boolean;
  override write(
    packet: EncodablePacket,
    encoding?: BufferEncoding,
    callback?: WriteCallback,
  ): boolean;
  // What streams of bytes are written to by: `pipe()` is typed for these only. Nobody can call it.
  override write(bytes: never, callback?: WriteCallback): boolean;
  override write(bytes: never, encoding?: BufferEncoding, callback?: WriteCallback): boolean;
  override write(
    packet: EncodablePacket,
    second?: BufferEncoding | WriteCallback,
    third?: WriteCallback,
  ): boolean {
    this.#gather();
    const callback = typeof second === 'function' ? second : third;
    // Node.js refuses null itself.
    if (typeof callback !== 'function' || packet === null) return super.write(packet, callback);
    const reported = new ReportedPacket(packet);
    return super.write(reported, (error) => callback(error ?? reported.refusal));
  }

  /** As `Writable.destroy()`. What was written in this tick is handed over first. */
  override destroy(error?: Error): this {
    this.#handOver();
    return super.destroy(error);
  }

  /** @internal */
  override _read(): void {
    this.#pump();
    if (this.#delivering === undefined && this.#stream.isPaused()) this.#stream.resume();
  }

  /** @internal */
  override _write(written: Written, _encoding: BufferEncoding, callback: WriteCallback): void {
    this.#send([written], callback);
  }

  /** @internal */
  override _writev(written: { readonly chunk: Written }[], callback: WriteCallback): void {
    this.#send(
      written.map(({ chunk }) => chunk),
      callback,
    );
  }

  /** @internal */
  override _final(callback: WriteCallback): void {
    try {
      this.#encoder.end();
    } catch (error) {
      callback(error as Error);
      return;
    }
    if (this.#stream.writable) this.#stream.end(callback);
    else callback(null);
  }

  /** @internal */
  override _destroy(error: Error | null, callback: WriteCallback): void {
    this.#late.clear();
    this.#delivering = undefined;
    this.#stream.off('data', this.#receive);
    // Of the error hears who uses the connection, once.
    this.#stream.destroy();
    callback(error);
  }

  readonly #receive = (chunk: Uint8Array): void => {
    try {
      this.#delivering = deliver(this.#decoder, chunk, 'packets');
    } catch (error) {
      this.#failWhenRead(error as Error);
      return;
    }
    this.#pump();
  };

  /** Hands over packets until the reader has enough, then waits for `_read()`. */
  #pump(): void {
    const delivering = this.#delivering;
    if (delivering === undefined || this.#isPumping) return;
    this.#isPumping = true;
    let wantsMore = true;
    try {
      while (wantsMore && !this.destroyed) {
        const next = delivering.items.next();
        if (next.done === true) {
          this.#delivering = undefined;
          break;
        }
        const packet = next.value as ControlPacket;
        if (packet.type === 'CONNECT' || packet.type === 'CONNACK') this.#encoder.learnFrom(packet);
        wantsMore = this.push(packet);
      }
    } finally {
      // A listener may have thrown.
      this.#isPumping = false;
    }
    if (this.#delivering !== undefined) this.#stream.pause();
    else if (delivering.error !== undefined) this.#failWhenRead(delivering.error);
    else if (this.#isOver) this.#end();
  }

  /** All that came has been handed over. */
  #end(): void {
    try {
      this.#decoder.end();
    } catch (error) {
      this.#failWhenRead(error as Error);
      return;
    }
    this.push(null);
  }

  #failWhenRead(error: Error): void {
    this.#isFailing = true;
    // What still comes is thrown away.
    this.#stream.off('data', this.#receive);
    this.#late.wait(() => this.#fail(error));
  }

  #fail(error: Error): void {
    const answer = this.#answerTo(error);
    if (answer === undefined) {
      this.destroy(error);
      return;
    }
    const timer = setTimeout(() => this.destroy(error), ANSWER_TIMEOUT);
    this.write(answer, () => {
      clearTimeout(timer);
      this.destroy(error);
    });
  }

  #answerTo(error: Error): EncodablePacket | undefined {
    if (this.#answersAs === undefined || !(error instanceof MqttError)) return undefined;
    if (!this.writable || !this.#stream.writable || this.#hasSentDisconnect) return undefined;
    const { protocolVersion } = error;
    if (protocolVersion !== undefined) this.#encoder.protocolVersion = protocolVersion;
    return answerTo(error, this.#answersAs === 'server' && !this.#hasSentConnack);
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.cork();
    process.nextTick(() => this.#handOver());
  }

  #handOver(): void {
    if (!this.#isGathering) return;
    this.#isGathering = false;
    this.uncork();
  }

  #send(written: readonly Written[], callback: WriteCallback): void {
    if (!this.#stream.writable) {
      const gone = Object.assign(new Error('the peer has closed the connection'), {
        code: 'EPIPE',
      });
      for (const one of written) if (one instanceof ReportedPacket) one.refusal = gone;
      callback(null);
      return;
    }
    const { bytes, error } = encodeWritten(written, this.#encoder, (packet) =>
      this.#hasEncoded(packet),
    );
    const done: WriteCallback =
      error === undefined ? callback : (failure) => callback(failure ?? error);
    // The end of a payload has no bytes.
    if (bytes.length === 0) done(null);
    else this.#stream.write(bytes, done);
  }

  #hasEncoded({ type }: EncodablePacket): void {
    if (type === 'CONNECT') this.#decoder.protocolVersion = this.#encoder.protocolVersion;
    else if (type === 'CONNACK') this.#hasSentConnack = true;
    else if (type === 'DISCONNECT') this.#hasSentDisconnect = true;
  }
}

/**
 * Packets over a byte stream: `net.Socket`, `tls.TLSSocket`, what `createWebSocketStream()` of `ws` makes, any Duplex of bytes.
 *
 * ```js
 * const connection = mqttConnection(socket, { role: 'server' });
 * for await (const packet of connection) {
 *   if (packet.type === 'PINGREQ') connection.write({ type: 'PINGRESP' });
 * }
 * ```
 *
 * Packets are read and written one by one, by all means of a Duplex in object mode. A slow reader holds up the peer; `write()` returns
 * false when the peer is slow. The version of a CONNECT, whichever way it goes, holds for both directions; Maximum Packet
 * Size, Topic Alias Maximum and Request Problem Information of the peer are kept to from its CONNECT or CONNACK on.
 *
 * * Bytes that break a rule, or end inside a packet: all packets before are delivered, then the connection is destroyed
 *   with the `MqttError`, and the byte stream with it. `answerErrors` tells the peer first.
 * * A packet that cannot be encoded: see {@link MqttConnection.write}.
 * * The peer ends the byte stream: all packets are delivered, then `end` comes, and the connection ends as well.
 * * `end()` ends the byte stream; packets are read until the peer ends as well. `destroy()` ends both ways at once.
 * * An error of the byte stream destroys the connection with it, and what was not read is lost. A byte stream that is
 *   closed without an error closes the connection so.
 *
 * The chunks of the byte stream must not be overwritten: payloads are views of them.
 *
 * @param stream nobody else reads from it or writes to it from now on
 * @param options see {@link MqttConnectionOptions}
 * @throws `TypeError` or `RangeError` naming the option at fault
 */
export function mqttConnection(
  stream: Duplex,
  options: MqttConnectionOptions = {},
): MqttConnection {
  return new MqttConnection(stream, options);
}
