/** What reading, waiting and handing over take: nothing gets lost in any of the ways, and the arithmetic. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type ReadResult,
  type ReadRound,
  readFiguresOf,
  readResultOf,
} from '../../bench/ingest/reads/figures.js';
import { runRead } from '../../bench/ingest/reads/measure.js';
import { SUBJECT_NAMES, type Subject, WAY_NAMES, type Way } from '../../bench/ingest/reads/ways.js';
import { allPass, gateRows } from '../../bench/ingest/report.js';
import { handOffFiguresOf } from '../../bench/ingest/threads/figures.js';
import { runHandOff } from '../../bench/ingest/threads/measure.js';
import type { HandOffReport } from '../../bench/ingest/threads/messages.js';
import { HAND_OFF_NAMES, type HandOff, TASKS, type Task } from '../../bench/ingest/threads/ways.js';
import { waitFiguresOf } from '../../bench/ingest/waiting/figures.js';
import { runWait } from '../../bench/ingest/waiting/measure.js';

const MIB = 2 ** 20;
const LITTLE = { bytes: 8 * MIB, milliseconds: 5000 };

describe('reading', () => {
  const ways = SUBJECT_NAMES.flatMap((subject) =>
    WAY_NAMES.map((way): [Subject, Way] => [subject, way]),
  );

  it.each(ways)('%s, %s: all that was sent is read', async (subject, way) => {
    const { cpu, perSecond } = await runRead(subject, way, LITTLE);
    expect(cpu).toBeGreaterThan(0);
    expect(perSecond).toBeGreaterThan(0);
  });

  it('is told by the GiB', () => {
    const report = { bytes: 0, messages: 0, measured: 2 ** 29, cpu: 150_000, milliseconds: 250 };
    expect(readResultOf(report)).toEqual({ cpu: 300, perSecond: 2 });
  });

  const took = (cpu: number): ReadResult => ({ cpu, perSecond: 1 });
  const round = (data: number, copy: number, slabs: number): ReadRound => ({
    data: took(data),
    copy: took(copy),
    slabs: took(slabs),
  });

  it('is compared with data events, round by round', () => {
    const rounds = [round(400, 500, 200), round(800, 880, 320), round(500, 600, 300)];
    const { ways: figures, verdict } = readFiguresOf('counted', rounds);
    expect(figures).toMatchObject([
      { way: 'data', cpu: 500, range: [400, 800], ratio: { median: 1 } },
      { way: 'copy', cpu: 600, range: [500, 880], ratio: { median: 1.2, range: [1.1, 1.25] } },
      { way: 'slabs', cpu: 300, range: [200, 320], ratio: { median: 0.5, range: [0.4, 0.6] } },
    ]);
    expect(verdict?.ratio).toBe(0.5);
  });

  it('fails above its gate', () => {
    const { verdict } = readFiguresOf('counted', [round(500, 500, 100)]);
    const [at, above] = [verdict?.gate ?? 0, (verdict?.gate ?? 0) + 0.01].map((part) => ({
      cases: [],
      reads: [readFiguresOf('counted', [round(1000, 1000, 1000 * part)])],
    }));
    expect(at && allPass(at)).toBe(true);
    expect(above && allPass(above)).toBe(false);
    expect(above && gateRows(above)).toMatchObject([{ isCeiling: true, gate: verdict?.gate }]);
  });
});

describe('waiting', () => {
  it.each([
    [2, 0],
    [2, 30],
  ])('%i connections that send, %i that do not: all that was sent is read', async (busy, idle) => {
    // The sender keeps to its own clock: on a busy machine it may be far ahead of who reads, and must not have ended before.
    const report = await runWait({ busy, idle }, { warmUp: 300, milliseconds: 1500 });
    expect(report.cpu).toBeGreaterThan(0);
    expect(report.batches).toBeGreaterThan(report.timesHeldBack);
    expect(report.timesHeldBack).toBeGreaterThan(0);
  });

  it('is told by the batch, and compared with the first crowd, round by round', () => {
    const report = (cpu: number) => ({ messages: 0, batches: 10, cpu, timesHeldBack: 2 });
    const [first, other] = [
      [100, 200, 400],
      [300, 400, 400],
    ].map((cpus) => cpus.map(report)) as [ReturnType<typeof report>[], ReturnType<typeof report>[]];
    expect(waitFiguresOf('other', other, first)).toEqual({
      title: 'other',
      cpu: 40,
      range: [30, 40],
      ratio: { median: 2, range: [1, 3] },
      batchesBetween: 5,
    });
  });
});

describe.skipIf(!existsSync('/proc/thread-self/schedstat'))('handing over', () => {
  const ways = HAND_OFF_NAMES.flatMap((way) =>
    [1, 2].flatMap((workers) => TASKS.map((task): [HandOff, number, Task] => [way, workers, task])),
  );

  it.each(ways)('%s, %d workers, %s: all that was sent is taken', async (way, workers, task) => {
    const report = await runHandOff(way, workers, task, LITTLE);
    expect(report.batches).toBeGreaterThan(0);
    expect(report.handingOver).toBeGreaterThan(0);
    expect(report.messages > 0).toBe(task === 'decoded');
  });
});

it('tells what handing over takes by the batch, and messages by the second', () => {
  const report = (batches: number, messages: number): HandOffReport => ({
    batches,
    messages,
    cpu: 9000,
    handingOver: 6000,
    milliseconds: 2000,
  });
  const rounds = [
    { counted: report(3, 0), decoded: report(1, 4000) },
    { counted: report(2, 0), decoded: report(1, 2000) },
    { counted: report(1, 0), decoded: report(1, 6000) },
  ];
  expect(handOffFiguresOf('message', 2, rounds)).toMatchObject({
    way: 'message',
    workers: 2,
    sender: 3000,
    receiver: 4500,
    perSecond: 2000,
    range: [1000, 3000],
  });
});
