/** What the processes of a run tell each other. */
import type { LoadName } from './loads.js';

/** The broker, once it listens. */
export interface BrokerReady {
  readonly port: number;
}

/** The broker, whenever it is asked: messages taken in so far, and microseconds of CPU time. */
export interface BrokerReport {
  readonly published: number;
  readonly cpu: number;
}

/** What the load generator is to do. */
export interface LoadOrder {
  readonly load: LoadName;
  readonly port: number;
  /** How long messages are sent; what is under way then still has to arrive. */
  readonly milliseconds: number;
}

/** What it has done; everything that was sent has arrived by then, in order. */
export interface LoadReport {
  readonly sent: number;
  /** Messages delivered to subscribers; where there are none, those that were sent. */
  readonly arrived: number;
  readonly milliseconds: number;
  /** Microseconds of CPU time of the generator. */
  readonly cpu: number;
}
