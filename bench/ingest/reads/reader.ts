/** Reads what a sender sends, in one of the ways, and tells what CPU time that took. */
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { ReaderReport, ReadOrder } from './messages.js';
import { SUBJECTS, Tally } from './ways.js';

/** How often it is looked whether the warm-up is over, in milliseconds. */
const LOOK = 5;

async function read({ port, way, subject, warmUp }: ReadOrder): Promise<ReaderReport> {
  const tally = new Tally();
  const here = () => ({
    bytes: tally.bytes,
    cpu: process.cpuUsage(),
    at: performance.now(),
  });
  let begin = here();
  const start = begin.at;
  const socket = SUBJECTS[subject].open[way](port, tally);
  const looking = setInterval(() => {
    begin = here();
    if (tally.bytes >= warmUp.bytes || begin.at - start >= warmUp.milliseconds) {
      clearInterval(looking);
    }
  }, LOOK);
  await once(socket, 'end');
  clearInterval(looking);
  const { user, system } = process.cpuUsage(begin.cpu);
  return {
    bytes: tally.bytes,
    messages: tally.messages,
    measured: tally.bytes - begin.bytes,
    cpu: user + system,
    milliseconds: performance.now() - begin.at,
  };
}

process.send?.(await read(JSON.parse(process.argv[2] as string) as ReadOrder));
