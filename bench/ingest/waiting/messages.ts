/** What the process that reads is told, and tells. */

export interface WaitOrder {
  readonly port: number;
  readonly busy: number;
  readonly idle: number;
  /** Before it counts what reading takes, and while it does: milliseconds. */
  readonly warmUp: number;
  readonly milliseconds: number;
}

export interface WaitReport {
  /** Everything that has come, on all connections. */
  readonly messages: number;
  /** While it counted: batches, microseconds of CPU time, and how often the pool had no room. */
  readonly batches: number;
  readonly cpu: number;
  readonly timesHeldBack: number;
}
