/** What a broker tells the process that has started it. */

/** Once it listens. */
export interface BrokerReady {
  readonly port: number;
}

/** Whenever it is asked: messages taken in so far, and microseconds of CPU time. */
export interface BrokerReport {
  readonly published: number;
  readonly cpu: number;
}
