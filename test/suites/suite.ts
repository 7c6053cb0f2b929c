import type { SuiteResult } from './results.js';
import type { Candidate } from './workplace.js';

export interface SuiteContext {
  readonly candidate: Candidate;
  /** The Node.js that runs the tests. */
  readonly node: string;
  /** Says what happens now. */
  progress(text: string): void;
}

export interface Suite {
  readonly name: string;
  run(context: SuiteContext): Promise<SuiteResult>;
}
