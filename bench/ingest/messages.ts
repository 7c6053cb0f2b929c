/** What the load generator and the process that has started it tell each other. */
import type { Case } from './loads.js';

/** What the load generator is to do. */
export interface LoadOrder extends Case {
  readonly port: number;
  /** How long messages are sent; what is under way then still has to be taken in. */
  readonly milliseconds: number;
}

/** What it has done; everything that was sent has been taken in by then, as the broker's answers say. */
export interface LoadReport {
  readonly sent: number;
  /** When it began, and when the last answer came: milliseconds of the system's clock. */
  readonly began: number;
  readonly ended: number;
  /** Microseconds of CPU time of the generator. */
  readonly cpu: number;
}
