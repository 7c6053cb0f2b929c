/** What the processes tell each other that send, read, and look on. */
import type { Subject, Way } from './ways.js';

/** What the sender is to do. */
export interface SendOrder {
  /** So many connect, after others, to whom nothing is sent. */
  readonly connections: number;
  readonly idle?: number;
  /** What is sent to each of them, and for how long, before the connection is ended: whichever is reached first. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** The sender, once it listens. */
export interface SenderReady {
  readonly port: number;
}

/** The sender, when all has left, over all connections. */
export interface SenderReport {
  readonly bytes: number;
  readonly messages: number;
}

/** What the reader is to do. */
export interface ReadOrder {
  readonly port: number;
  readonly way: Way;
  readonly subject: Subject;
  /** So many bytes are read, or for so long, before it counts what that takes: whichever is over first. */
  readonly warmUp: { readonly bytes: number; readonly milliseconds: number };
}

/** What it has done when the peer has ended. */
export interface ReaderReport {
  /** Everything. */
  readonly bytes: number;
  readonly messages: number;
  /** Behind the warm-up: bytes, and the microseconds of CPU time and the milliseconds in which they were read. */
  readonly measured: number;
  readonly cpu: number;
  readonly milliseconds: number;
}
