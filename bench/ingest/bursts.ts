/**
 * Publishers at QoS 0. What they send are bursts: whole frames and a PINGREQ, encoded before, one write each. The PINGRESP proves that
 * a burst was taken in, and lets the next one go, of the connection that has waited longest. So there are never more bytes under
 * way than were said, however slow the broker, and however many connections: where there are more connections than bursts in flight, they take turns.
 */
import { performance } from 'node:perf_hooks';
import { PINGREQ, PINGRESP, type Ring } from '../brokers/frames.js';
import type { Peer } from '../brokers/peer.js';

/** Bytes of a piece, about: so small that it stays in the processor's cache. */
const PIECE = 262_144;

export interface Burst {
  /** What is written, in one go. */
  readonly pieces: readonly Buffer[];
  /** Messages in it. */
  readonly count: number;
  /** How many are under way at most. */
  readonly inFlight: number;
}

/** What may be under way: messages, and bytes. */
export interface Most {
  readonly messages: number;
  readonly bytes: number;
}

/**
 * Cuts bursts so that each connection can have one under way, a single connection two, and all of them together so much. Where that
 * is less than a frame for each, a burst is a frame, and there are fewer of them; but never fewer than two.
 */
export function cutBurst({ bytes, frameLength }: Ring, connections: number, most: Most): Burst {
  const shares = Math.max(2, connections);
  const messages = Math.max(2, Math.min(most.messages, Math.floor(most.bytes / frameLength)));
  const count = Math.max(1, Math.floor(messages / shares));
  const inFlight = Math.min(shares, Math.floor(messages / count));
  const inRing = bytes.length / frameLength;
  const inPiece = Math.min(inRing, Math.max(1, Math.floor(PIECE / frameLength)));
  const piece = bytes.subarray(0, inPiece * frameLength);
  const pieces: Buffer[] = [];
  let left = count;
  for (; left > inPiece; left -= inPiece) pieces.push(piece);
  pieces.push(Buffer.concat([bytes.subarray(0, left * frameLength), PINGREQ]));
  return { pieces, count, inFlight };
}

function send({ socket }: Peer, pieces: readonly Buffer[]): void {
  if (pieces.length > 1) socket.cork();
  for (const piece of pieces) socket.write(piece);
  if (pieces.length > 1) socket.uncork();
}

/** Sends bursts until the time is over, and waits for all of them; returns how many messages there were. */
export function floodInBursts(
  peers: readonly Peer[],
  { pieces, count, inFlight }: Burst,
  end: number,
): Promise<number> {
  return new Promise((resolve) => {
    // Who waits for a turn, in a circle; a single connection stands there as often as it may send.
    const waiting = Array.from(
      { length: Math.max(peers.length, inFlight) },
      (_, index) => peers[index % peers.length] as Peer,
    );
    let next = 0;
    let last = 0;
    let underWay = 0;
    let sent = 0;
    const sendNext = () => {
      send(waiting[next] as Peer, pieces);
      next = (next + 1) % waiting.length;
      underWay++;
      sent += count;
    };
    const answeredBy = (peer: Peer) => {
      waiting[last] = peer;
      last = (last + 1) % waiting.length;
      underWay--;
      if (performance.now() < end) sendNext();
    };
    for (const peer of peers) {
      let answered = 0;
      peer.expectRing(PINGRESP);
      peer.onReceived = () => {
        for (; (answered + 1) * PINGRESP.length <= peer.received; answered++) answeredBy(peer);
        if (underWay === 0) resolve(sent);
      };
    }
    while (underWay < inFlight) sendNext();
  });
}
