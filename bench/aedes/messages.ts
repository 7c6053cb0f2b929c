/** What the load generator and the process that has started it tell each other. */
import type { LoadName } from './loads.js';

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
