/** Has one process send and another read, in all the ways by turns. */
import { fileURLToPath } from 'node:url';
import { runPair } from '../pair.js';
import type { Say } from '../servers.js';
import {
  type ReadFigures,
  type ReadResult,
  type ReadRound,
  readFiguresOf,
  readResultOf,
} from './figures.js';
import type { ReaderReport, ReadOrder } from './messages.js';
import { SUBJECT_NAMES, SUBJECTS, type Subject, WAY_NAMES, WAYS, type Way } from './ways.js';

const READER = fileURLToPath(new URL('./reader.ts', import.meta.url));
/** Of all bytes, or of the time there is for them, what does not count: whichever is over first. */
const WARM_UP = 1 / 8;

export interface ReadOptions {
  readonly rounds: number;
  /** What is sent at most, and for how many milliseconds. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Throws unless all that was sent has been read, and decoded where it was to be. */
export async function runRead(
  subject: Subject,
  way: Way,
  { bytes, milliseconds }: Omit<ReadOptions, 'rounds'>,
): Promise<ReadResult> {
  const { sent, report } = await runPair<ReadOrder, ReaderReport>(
    { bytes, milliseconds, connections: 1 },
    READER,
    { way, subject, warmUp: { bytes: bytes * WARM_UP, milliseconds: milliseconds * WARM_UP } },
  );
  const messages = subject === 'decoded' ? sent.messages : 0;
  if (report.bytes !== sent.bytes || report.messages !== messages) {
    throw new Error(
      `${sent.bytes} bytes and ${messages} messages sent, ${report.bytes} and ${report.messages} read`,
    );
  }
  return readResultOf(report);
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
