/** The CPU time of a thread, which process.cpuUsage() adds to that of all others. */
import { readFileSync } from 'node:fs';

/** Nanoseconds of CPU time of the thread that asks. Takes Linux. */
export function threadCpu(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]);
}
