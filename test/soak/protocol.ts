/** What the soaking process and the server say to each other. */

/**
 * Clients that keep to the rules, and clients that do not, come from different addresses, so that the server can say whose trouble it has.
 * Linux has all of 127.0.0.0/8.
 */
export const GOOD_ADDRESS = '127.0.0.2';
export const RUDE_ADDRESS = '127.0.0.3';

export type Request =
  | { readonly type: 'restart'; readonly index: number }
  /** How the server is, after a collection of garbage if `collect`. */
  | { readonly type: 'sample'; readonly collect: boolean }
  /** What the ledger says of so many accounts; a new round begins. */
  | { readonly type: 'turn'; readonly accounts: number; readonly round: number }
  | { readonly type: 'end' };

/** How the server is: bytes and counts. */
export interface Sample {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  /** Of the whole process, since it began. */
  readonly cpuSeconds: number;
  readonly connections: number;
  /** Connections that there ever were. */
  readonly accepted: number;
  /** Messages that were acknowledged, or at QoS 0 handled, ever. */
  readonly messages: number;
  readonly slabs: number;
  readonly freeSlabs: number;
  readonly heldBatches: number;
  readonly readers: number;
  readonly timesHeldBack: number;
}

export type ServerEvent =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'sample'; readonly sample: Sample }
  /** Of a client that earned it, its code is told; of everything else, what it is. */
  | { readonly type: 'trouble'; readonly what: string; readonly isExpected: boolean }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown };
