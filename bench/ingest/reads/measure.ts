/** Has one process send and another read, in all the ways by turns. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { end, messageFrom } from '../../brokers/processes.js';
import type { Say } from '../servers.js';
import {
  type ReadFigures,
  type ReadResult,
  type ReadRound,
  readFiguresOf,
  readResultOf,
} from './figures.js';
import type { ReaderReport, ReadOrder, SenderReady, SenderReport, SendOrder } from './messages.js';
import { SUBJECT_NAMES, SUBJECTS, type Subject, WAY_NAMES, WAYS, type Way } from './ways.js';

const SENDER = fileURLToPath(new URL('./sender.ts', import.meta.url));
const READER = fileURLToPath(new URL('./reader.ts', import.meta.url));
/** Of all bytes, those that do not count. */
const WARM_UP = 1 / 8;

export interface ReadOptions {
  readonly rounds: number;
  /** What is sent at most, and for how many milliseconds. */
  readonly bytes: number;
  readonly milliseconds: number;
}

function start(file: string, order: SendOrder | ReadOrder) {
  return fork(file, [JSON.stringify(order)], { execArgv: ['--import', 'tsx'] });
}

/** Throws unless all that was sent has been read, and decoded where it was to be. */
export async function runRead(
  subject: Subject,
  way: Way,
  { bytes, milliseconds }: Omit<ReadOptions, 'rounds'>,
): Promise<ReadResult> {
  const sender = start(SENDER, { bytes, milliseconds, connections: 1 });
  try {
    const { port } = await messageFrom<SenderReady>(sender);
    const sending = messageFrom<SenderReport>(sender);
    const reader = start(READER, { port, way, subject, warmUp: bytes * WARM_UP });
    try {
      const [sent, read] = await Promise.all([sending, messageFrom<ReaderReport>(reader)]);
      const messages = subject === 'decoded' ? sent.messages : 0;
      if (read.bytes !== sent.bytes || read.messages !== messages) {
        throw new Error(
          `${sent.bytes} bytes and ${messages} messages sent, ${read.bytes} and ${read.messages} read`,
        );
      }
      return readResultOf(read);
    } finally {
      await end(reader);
    }
  } finally {
    await end(sender);
  }
}

export async function measureReads(options: ReadOptions, say: Say): Promise<ReadFigures[]> {
  const figures: ReadFigures[] = [];
  for (const subject of SUBJECT_NAMES) {
    const rounds: ReadRound[] = [];
    for (let round = 0; round < options.rounds; round++) {
      const results: Partial<Record<Way, ReadResult>> = {};
      for (const way of round % 2 === 0 ? WAY_NAMES : WAY_NAMES.toReversed()) {
        results[way] = await runRead(subject, way, options);
      }
      const whole = results as ReadRound;
      rounds.push(whole);
      const told = WAY_NAMES.map((way) => `${WAYS[way]} ${whole[way].cpu.toFixed(0)}`).join(', ');
      say(`${SUBJECTS[subject].title}, round ${round + 1}, CPU ms a GiB: ${told}`);
    }
    figures.push(readFiguresOf(subject, rounds));
  }
  return figures;
}
