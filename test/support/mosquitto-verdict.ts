/**
 * Asking a broker for its verdict on a frame: whether it accepts or refuses it, on a connection of its own.
 * Nothing of this codec takes part in it.
 *
 * A frame is accepted if the broker answers the PINGREQ behind it; a CONNECT, if it is answered with a
 * code that says nothing against its bytes. It is refused if the broker closes the connection, sends
 * a DISCONNECT, or answers with the code of a failure.
 *
 * Behind a DISCONNECT the connection is closed either way. The Will tells: it is deleted by a DISCONNECT
 * that was accepted and published after one that was not. Only reason code 0x04 asks for the Will, so
 * there it is accepted if no DISCONNECT comes back.
 */
import { connect, type Socket } from 'node:net';
import { PACKET_TYPE, type ProtocolVersion } from '../../src/protocol/packet-types.js';
import { frame, hex, utf8 } from './hex.js';

const { CONNECT, CONNACK, PUBACK, PUBREC, SUBACK, UNSUBACK, PINGRESP, DISCONNECT } = PACKET_TYPE;

const PATIENCE_MILLISECONDS = 10_000;
const WILL_TOPICS = 'verdicts/will';
const PINGREQ = hex('C0 00');
const DISCONNECT_WITH_WILL = 0x04;
/** CONNACK of MQTT 5.0: Not authorized and Bad authentication method say nothing against the bytes. */
const POLICY_REASON_CODES: readonly number[] = [0x87, 0x8c];
/** CONNACK of MQTT 3.1.1: Server unavailable, bad user name or password, not authorized. */
const POLICY_RETURN_CODES: readonly number[] = [3, 4, 5];

/** A frame to be judged. */
export interface JudgedCase {
  readonly name: string;
  readonly version: ProtocolVersion;
  readonly legal: boolean;
  readonly bytes: Uint8Array;
  /** Whether a CONNECT is sent before it. */
  readonly behindConnect: boolean;
}

export type Verdict = 'accepts' | 'refuses';

// --- what a broker sends ----------------------------------------------------------------------

/** A frame of the broker. */
interface Answer {
  readonly type: number;
  readonly body: Buffer;
}

/** Where the body of the frame at the beginning of `bytes` begins and ends, if its header is there. */
export function extentOf(
  bytes: Uint8Array,
): { readonly start: number; readonly end: number } | undefined {
  let length = 0;
  for (let at = 1; at < bytes.length && at <= 4; at++) {
    const byte = bytes[at] as number;
    length += (byte & 0x7f) * 128 ** (at - 1);
    if (byte < 0x80) return { start: at + 1, end: at + 1 + length };
  }
  return undefined;
}

/** A connection to the broker. */
class Connection {
  readonly #socket: Socket;
  readonly #patience: NodeJS.Timeout;
  readonly #answers: Answer[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #closed = false;
  #late = false;
  #wake: () => void = () => undefined;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#patience = setTimeout(() => {
      this.#late = true;
      this.#socket.destroy();
    }, PATIENCE_MILLISECONDS);
    this.#socket.on('data', (chunk) => this.#take(chunk));
    // A broker that refuses may close before it has read everything, which resets the connection.
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      clearTimeout(this.#patience);
      this.#closed = true;
      this.#wake();
    });
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const extent = extentOf(this.#rest);
      if (extent === undefined || extent.end > this.#rest.length) break;
      this.#answers.push({
        type: (this.#rest[0] as number) >> 4,
        body: this.#rest.subarray(extent.start, extent.end),
      });
      this.#rest = this.#rest.subarray(extent.end);
    }
    this.#wake();
  }

  send(...frames: readonly Uint8Array[]): void {
    this.#socket.write(Buffer.concat(frames));
  }

  /** The next frame of the broker; `undefined` once it has closed. */
  async next(): Promise<Answer | undefined> {
    while (this.#answers.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#late) throw new Error(`no answer in ${PATIENCE_MILLISECONDS} ms`);
    return this.#answers.shift();
  }

  /** The next frame of this type; an error if the broker closes instead. */
  async need(type: number): Promise<Answer> {
    for (;;) {
      const answer = await this.next();
      if (answer === undefined) throw new Error(`closed before a frame of type ${type} came`);
      if (answer.type === type) return answer;
    }
  }

  /** Waits for ever, as who watches the others does. */
  stay(): void {
    clearTimeout(this.#patience);
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

// --- asking it --------------------------------------------------------------------------------

let connections = 0;

/** A plain CONNECT of this version, with a Will if a topic for it is given. */
function connectFrame(version: ProtocolVersion, willTopic?: string): Uint8Array {
  connections++;
  const properties = version === 5;
  return frame(
    '10',
    version === 3 ? utf8('MQIsdp') : utf8('MQTT'),
    version.toString().padStart(2, '0'),
    willTopic === undefined ? '02' : '06',
    '0000',
    // A session that ends later, without which a DISCONNECT may not say when it ends (3.14.2.2.2).
    properties ? '05 11 00000001' : '',
    utf8(`verdict-${connections}`),
    willTopic === undefined ? '' : `${properties ? '00' : ''}${utf8(willTopic)}${utf8('')}`,
  );
}

/** Sees which Wills the broker publishes. */
export class WillWatcher {
  readonly #connection: Connection;
  readonly #published = new Set<string>();
  /** Who waits for a PINGRESP; it comes to nothing if the broker is gone. */
  readonly #waiting: ((isThere: boolean) => void)[] = [];
  #isThere = true;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async start(port: number): Promise<WillWatcher> {
    const connection = new Connection(port);
    connection.stay();
    connection.send(connectFrame(4), frame('82', '0001', utf8(`${WILL_TOPICS}/#`), '00'));
    await connection.need(SUBACK);
    const watcher = new WillWatcher(connection);
    void watcher.#watch();
    return watcher;
  }

  async #watch(): Promise<void> {
    for (;;) {
      const answer = await this.#connection.next();
      if (answer === undefined) break;
      if (answer.type === PINGRESP) this.#waiting.shift()?.(true);
      else this.#published.add(answer.body.subarray(2, 2 + answer.body.readUInt16BE()).toString());
    }
    this.#isThere = false;
    for (const tell of this.#waiting) tell(false);
  }

  /** Whether the Will with this topic was published before now. Twice there and back, to be on the safe side. */
  async hasSeen(topic: string): Promise<boolean> {
    for (let round = 0; round < 2; round++) {
      const isThere = await new Promise<boolean>((resolve) => {
        if (!this.#isThere) resolve(false);
        this.#waiting.push(resolve);
        this.#connection.send(PINGREQ);
      });
      if (!isThere) throw new Error('the broker does not say any more which Wills it publishes');
    }
    return this.#published.has(topic);
  }

  destroy(): void {
    this.#connection.destroy();
  }
}

/** Whether the broker says in this answer that the frame was wrong, as far as an answer to a frame says it. */
function saysFailure({ type, body }: Answer, version: ProtocolVersion): boolean {
  const isFailure = (code: number): boolean => code >= 0x80;
  switch (type) {
    case DISCONNECT:
      return true;
    case PUBACK:
    case PUBREC:
      return version === 5 && isFailure(body[2] ?? 0);
    case SUBACK:
    case UNSUBACK: {
      // Behind the Packet Identifier and, in MQTT 5.0, the properties, which are few.
      const codes = body.subarray(version === 5 ? 3 + (body[2] as number) : 2);
      return codes.some(isFailure);
    }
    default:
      return false;
  }
}

/** What a CONNACK says of the bytes of the CONNECT. */
function verdictOfConnack(body: Buffer, level: number): Verdict {
  const code = body[1] as number;
  const policies = level === 5 ? POLICY_REASON_CODES : POLICY_RETURN_CODES;
  return code === 0 || policies.includes(code) ? 'accepts' : 'refuses';
}

async function verdictOnConnect(connection: Connection, bytes: Uint8Array): Promise<Verdict> {
  connection.send(bytes);
  const answer = await connection.next();
  if (answer?.type !== CONNACK) return 'refuses';
  // CONNACK is longer than two bytes in MQTT 5.0, and only there.
  return verdictOfConnack(answer.body, answer.body.length > 2 ? 5 : 4);
}

async function verdictOnDisconnect(
  connection: Connection,
  { version, bytes }: JudgedCase,
  willTopic: string,
  watcher: WillWatcher,
): Promise<Verdict> {
  connection.send(bytes);
  let refused = false;
  for (;;) {
    const answer = await connection.next();
    if (answer === undefined) break;
    if (saysFailure(answer, version)) refused = true;
  }
  const { start = 0 } = extentOf(bytes) ?? {};
  const asksForWill = version === 5 && bytes[start] === DISCONNECT_WITH_WILL;
  if (!asksForWill && (await watcher.hasSeen(willTopic))) refused = true;
  return refused ? 'refuses' : 'accepts';
}

/** Sends the frame to the broker on a connection of its own. Fails if that cannot be had or says nothing. */
export async function verdictOn(
  judged: JudgedCase,
  port: number,
  watcher: WillWatcher,
): Promise<Verdict> {
  const { version, bytes, behindConnect } = judged;
  const type = (bytes[0] as number) >> 4;
  const connection = new Connection(port);
  try {
    if (!behindConnect && type === CONNECT) return await verdictOnConnect(connection, bytes);
    if (behindConnect) {
      const willTopic =
        type === DISCONNECT ? `${WILL_TOPICS}/${connections.toString()}` : undefined;
      connection.send(connectFrame(version, willTopic));
      const { body } = await connection.need(CONNACK);
      if (body[1] !== 0) throw new Error('a plain CONNECT is refused');
      if (willTopic !== undefined) {
        return await verdictOnDisconnect(connection, judged, willTopic, watcher);
      }
    }
    connection.send(bytes, PINGREQ);
    for (;;) {
      const answer = await connection.next();
      if (answer === undefined || saysFailure(answer, version)) return 'refuses';
      if (answer.type === PINGRESP) return 'accepts';
    }
  } finally {
    connection.destroy();
  }
}
