/** `writeToStream()` as mqtt-packet has it: a packet to a stream, in as few writes as it takes. */
import { Socket } from 'node:net';
import { nextTick } from 'node:process';
import { setImmediate } from 'node:timers';
import { asView, isBytes } from '../bytes.js';
import { PACKET_TYPE } from '../protocol/packet-types.js';
import type { Packet } from './types.js';
import { encodePacket } from './write-packet.js';

/** What a stream is asked for. */
interface Destination {
  cork?(): void;
  uncork(): void;
  write(bytes: Uint8Array): boolean;
  destroy(error: unknown): void;
}

/** Whether the result of the write is passed on, by packet type; of other packets there is never so much that anyone had to wait. */
const TELLS_TO_WAIT: readonly boolean[] = Array.from({ length: 16 }, (_, type) =>
  [
    PACKET_TYPE.PUBLISH,
    PACKET_TYPE.SUBSCRIBE,
    PACKET_TYPE.SUBACK,
    PACKET_TYPE.UNSUBSCRIBE,
    PACKET_TYPE.PINGREQ,
    PACKET_TYPE.PINGRESP,
  ].some((each) => each === type),
);

/** Packets behind which a socket may be destroyed at once, so they are not held. */
const IS_OFTEN_LAST: readonly boolean[] = Array.from({ length: 16 }, (_, type) =>
  [PACKET_TYPE.CONNACK, PACKET_TYPE.DISCONNECT, PACKET_TYPE.AUTH].some((each) => each === type),
);

/** Writes CONNECT field by field, as mqtt-packet's own tests count them; what comes behind the first fields stays together. */
function writeConnect(stream: Destination, frame: Buffer): void {
  let remainingLength = 1;
  while ((frame[remainingLength] as number) > 0x7f) remainingLength++;
  const protocolName = frame.readUInt16BE(1 + remainingLength);
  let at = 0;
  for (const length of [1, remainingLength, 2, protocolName, 1, 1, 2, 2]) {
    stream.write(frame.subarray(at, at + length));
    at += length;
  }
  stream.write(frame.subarray(at));
}

/** The stream that was corked last and has not been uncorked yet. */
let corked: Destination | undefined;
/** Sockets that something was written to in this turn of the event loop, once it had left them. */
const served = new Set<Destination>();
/** Those of them that are corked again, until the turn is over. */
const held = new Set<Destination>();

/** As it is now: who tests with false timers may replace it for a while, and sockets would be held until the end of the process. */
const afterThisTurn = setImmediate;

function endOfTurn(): void {
  served.clear();
  for (const stream of held) stream.uncork();
  held.clear();
}

function uncork(stream: Destination): void {
  if (stream === corked) corked = undefined;
  stream.uncork();
  if (!(stream instanceof Socket)) return;
  if (served.size === 0) afterThisTurn(endOfTurn);
  served.add(stream);
}

/**
 * Holds what is written in this tick, so that it leaves the stream together. What is written to a socket in later ticks of the same turn of the
 * event loop is held until the turn is over: who handles each message in a tick of its own, as aedes does with `setImmediate()`, would otherwise
 * make a system call for each. Packets that close a connection are not held. Other streams have none to save, and get it tick by tick as from mqtt-packet.
 */
function cork(stream: Destination): void {
  if (stream === corked || !stream.cork || held.has(stream)) return;
  stream.cork();
  if (served.has(stream)) {
    held.add(stream);
    return;
  }
  corked = stream;
  nextTick(uncork, stream);
}

function write(packet: Packet, writable: NodeJS.WritableStream, opts?: object): boolean {
  const stream = writable as unknown as Destination;
  cork(stream);
  let frame: ReturnType<typeof encodePacket>;
  try {
    frame = encodePacket(packet, opts, true);
  } catch (error) {
    stream.destroy(error);
    return false;
  }
  if (frame === undefined) return false;
  if (!isBytes(frame)) {
    stream.write(frame.head);
    return stream.write(asView(frame.payload));
  }
  const type = (frame[0] as number) >> 4;
  if (type === PACKET_TYPE.CONNECT) {
    writeConnect(stream, frame);
    return true;
  }
  const result = stream.write(frame);
  if (IS_OFTEN_LAST[type] && held.delete(stream)) nextTick(uncork, stream);
  return TELLS_TO_WAIT[type] ? result : true;
}

/** What {@link writeToStream} is. */
export interface WriteToStream {
  (packet: Packet, stream: NodeJS.WritableStream, opts?: object): boolean;
  /** Of no effect: there is no cache of numbers. mqtt-packet keeps 65,536 buffers where it is `true`. */
  cacheNumbers: boolean;
}

let cacheNumbers = true;

/**
 * Writes the frame of a packet to a stream, which is corked until the next tick.
 *
 * A PUBLISH whose payload is 512 bytes or more, and not text, goes out in two writes, and its payload must not change until the stream has
 * sent it; all other packets but CONNECT are one write, of bytes that may be written to other streams as well: no stream may change them.
 *
 * @param opts as for `generate()`
 * @returns whether the stream takes more at once; always `true` for CONNECT, CONNACK, PUBACK, PUBREC, PUBREL, PUBCOMP, UNSUBACK,
 * DISCONNECT and AUTH. `false` also if nothing was written: the packet does not fit the Maximum Packet Size, or is none that can be sent.
 * In the latter case the stream is destroyed with the error that `generate()` throws
 */
export const writeToStream: WriteToStream = Object.defineProperty(write, 'cacheNumbers', {
  get: () => cacheNumbers,
  set(value: unknown) {
    cacheNumbers = Boolean(value);
  },
}) as WriteToStream;
