/** What the threads and processes tell each other that hand over and take. */
import type { HandOff, Task } from './ways.js';

/** What the process that hands over is to do. */
export interface HandOffOrder {
  readonly port: number;
  readonly way: HandOff;
  readonly task: Task;
  readonly workers: number;
  readonly connections: number;
}

/** What a worker is told when it starts. */
export interface WorkerOrder {
  readonly way: HandOff;
  readonly task: Task;
  /** What the way itself has to tell, if anything. */
  readonly handle: unknown;
}

/** A worker, when it has taken everything. */
export interface WorkerReport {
  readonly batches: number;
  readonly messages: number;
  /** Nanoseconds of CPU time of its thread since it took the first batch. */
  readonly cpu: number;
}

/** The process, when all workers have taken everything. */
export interface HandOffReport extends WorkerReport {
  /** Nanoseconds spent in handing over. */
  readonly handingOver: number;
  /** From the first byte to the end. */
  readonly milliseconds: number;
}
