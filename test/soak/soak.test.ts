/** That the soak test would find what it looks for, and a short run of it. `npm run soak` goes on for longer. */
import { describe, expect, test } from 'vitest';
import { Accounts } from './accounts.js';
import { judgeFlatness, median } from './flatness.js';
import { Ledger } from './ledger.js';
import { judgeMemory } from './memory.js';
import { HEADER_BYTES, type Message, PayloadReader, payloadOf } from './message.js';
import { parseOptions } from './options.js';
import type { Sample } from './protocol.js';
import { Random } from './random.js';
import { soak } from './soak.js';

const MEBIBYTE = 1 << 20;

describe('memory', () => {
  const LIMIT = { fraction: 0.1, atLeast: 2, atMost: 24 };
  const judge = (samples: number[]) => judgeFlatness(samples, LIMIT);
  const repeat = (value: number, times: number) => new Array<number>(times).fill(value);

  test('the median is the one in the middle, or what lies between two', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7])]).toEqual([2, 2.5, 7]);
    expect(() => median([])).toThrow(RangeError);
  });

  test('what stays or shrinks is flat, whatever it does while it warms up', () => {
    expect(judge(repeat(100, 30)).isFlat).toBe(true);
    expect(judge([...repeat(10, 6), ...repeat(100, 24)]).isFlat).toBe(true);
    expect(judge(Array.from({ length: 30 }, (_, index) => 100 - index)).isFlat).toBe(true);
    // Peaks are no growth.
    expect(judge(repeat(100, 30).map((value, index) => value * (index % 4 ? 1 : 2))).isFlat).toBe(
      true,
    );
  });

  test('what grows is not, nor what grows late', () => {
    expect(judge(Array.from({ length: 30 }, (_, index) => 100 + index)).isFlat).toBe(false);
    // For so short a time it may be a peak.
    expect(judge([...repeat(100, 27), ...repeat(120, 3)]).isFlat).toBe(true);
    expect(judge([...repeat(100, 20), ...repeat(120, 10)]).isFlat).toBe(false);
  });

  test.each([
    [100, 10],
    [10, 2],
    [1000, 24],
  ])('%i may grow by %i', (first, allowed) => {
    const grown = (by: number) => judge([...repeat(first, 18), ...repeat(first + by, 12)]);
    expect(grown(allowed)).toEqual({ first, last: first + allowed, allowed, isFlat: true });
    expect(grown(allowed + 0.5).isFlat).toBe(false);
  });

  test('too little to say anything is not called flat', () => {
    expect(() => judge(repeat(100, 5))).toThrow('too few');
    expect(judge(repeat(100, 6)).isFlat).toBe(true);
    const [sample] = [{ rss: 1 }] as Sample[];
    expect(judgeMemory(new Array(5).fill(sample), new Array(50).fill(sample))).toBeUndefined();
  });

  test('a leak in any of the figures is found', () => {
    const samples = (leaking: string) =>
      Array.from({ length: 15 }, (_, index) =>
        Object.fromEntries(
          ['rss', 'heapUsed', 'external', 'arrayBuffers'].map((name) => [
            name,
            (name === leaking ? 50 + index : 50) * MEBIBYTE,
          ]),
        ),
      ) as unknown as Sample[];
    const growing = (atRest: Sample[], inTraffic: Sample[]) =>
      judgeMemory(atRest, inTraffic)
        ?.filter(({ isFlat }) => !isFlat)
        .map(({ name }) => name);
    const flat = samples('nothing');
    expect(growing(flat, flat)).toEqual([]);
    expect(growing(flat, samples('rss'))).toEqual(['resident, in traffic']);
    expect(growing(samples('rss'), flat)).toEqual(['resident, at rest']);
    expect(growing(samples('heapUsed'), flat)).toEqual(['heap used, at rest']);
    expect(growing(samples('external'), flat)).toEqual(['external, at rest']);
    expect(growing(samples('arrayBuffers'), flat)).toEqual(['array buffers, at rest']);
  });
});

describe('messages', () => {
  const message: Message = { round: 3, account: 7, number: 250 };
  const read = (...parts: Uint8Array[]) => {
    const reader = new PayloadReader();
    for (const part of parts) reader.take(part);
    return reader.end();
  };

  test('are known from their payload, however it was cut', () => {
    for (const length of [HEADER_BYTES, HEADER_BYTES + 1, 100, 200_000]) {
      const payload = payloadOf(message, length);
      expect(payload.length).toBe(length);
      for (const at of [0, 1, 15, 16, 17, 99, 65_600, 131_072]) {
        expect(read(payload.subarray(0, at), payload.subarray(at))).toEqual(message);
      }
    }
  });

  test('are not taken for whole with a wrong byte, one too few or one too many', () => {
    const payload = payloadOf(message, 400);
    expect(read(payload.subarray(1))).toBeUndefined();
    expect(read(payload.subarray(0, 399))).toBeUndefined();
    expect(read(payload, Uint8Array.of(0))).toBeUndefined();
    expect(read()).toBeUndefined();
    for (let index = HEADER_BYTES; index < payload.length; index++) {
      const harmed = Buffer.from(payload);
      (harmed[index] as number) ^= 1;
      expect(read(harmed)).toBeUndefined();
    }
    const long = payloadOf(message, 300_000);
    (long[299_999] as number) ^= 0x80;
    expect(read(long)).toBeUndefined();
  });
});

describe('accounts', () => {
  function settled(handled: readonly Message[], round = 0, harmed = 0) {
    const accounts = new Accounts(0);
    accounts.open('nobody');
    const account = accounts.open('somebody');
    // 0: acknowledged; 1: sent, and nobody knows; 2: acknowledged, having been sent twice; 3: not sent.
    account.hasSent(0);
    account.isAcknowledged(0);
    account.hasSent(1);
    account.hasSent(2);
    account.hasSent(2);
    account.isAcknowledged(2);
    const ledger = new Ledger();
    ledger.turn(0, round);
    for (const message of handled) ledger.add(message);
    for (let index = 0; index < harmed; index++) ledger.add(undefined);
    const failures: string[] = [];
    const counts = accounts.settle(ledger.turn(accounts.length, 1), (what) => failures.push(what));
    return { counts, failures };
  }
  const of = (...numbers: number[]) => numbers.map((number) => ({ round: 0, account: 1, number }));

  test('agree where everything promised was handled, and what nobody knows was or was not', () => {
    expect(settled(of(0, 2))).toEqual({
      counts: { sent: 3, handled: 2, certain: 1, repeated: 0 },
      failures: [],
    });
    expect(settled(of(0, 1, 2, 2)).failures).toEqual([]);
    expect(settled(of(0, 1, 2, 2)).counts.repeated).toBe(1);
  });

  test.each([
    ['acknowledged, not handled', of(2), /message 0 was handled 0 times, not 1$/],
    ['handled twice', of(0, 0, 2), /message 0 was handled 2 times, not 1$/],
    ['handled more often than sent', of(0, 1, 1, 2), /message 1 was handled 2 times, not 0 to 1$/],
    ['never sent', of(0, 2, 3), /message 3 was handled 1 times, not 0$/],
    [
      'of somebody else',
      [...of(0, 2), { round: 0, account: 0, number: 0 }],
      /account 0 \(nobody\)/,
    ],
    ['of another round', [...of(0, 2), { round: 1, account: 1, number: 1 }], /harmed/],
  ])('do not agree with a message that is %s', (_, handled, expected) => {
    expect(settled(handled).failures).toEqual([expect.stringMatching(expected)]);
  });

  test('do not agree with harmed messages, or a page of another round', () => {
    expect(settled(of(0, 2), 0, 2).failures).toEqual([
      '2 messages of round 0 were harmed on their way',
    ]);
    expect(settled([], 5).failures[0]).toBe('the ledger is of round 5, not 0');
  });

  test('demand everything of an account that is complete', () => {
    const accounts = new Accounts(0);
    const account = accounts.open('somebody');
    account.hasSent(0);
    account.isComplete();
    const failures: string[] = [];
    accounts.settle(new Ledger().turn(1, 1), (what) => failures.push(what));
    expect(failures).toHaveLength(1);
  });
});

test('chance is the same for the same seed, and takes everything there is', () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 200 }, () => random.integer(1, 6));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect([...new Set(draw(0))].sort()).toEqual([1, 2, 3, 4, 5, 6]);
});

test('the command line', () => {
  expect(parseOptions(['--seed', '7'])).toEqual({
    minutes: 15,
    threads: 2,
    seed: 7,
    json: 'build/soak.json',
  });
  expect(parseOptions(['--help'])).toBeUndefined();
  for (const args of [
    ['--minutes', '0'],
    ['--minutes', 'x'],
    ['--threads', '1.5'],
    ['--threads', '-1'],
    ['--seed', ''],
    ['--json', ''],
    ['--nothing'],
  ]) {
    expect(() => parseOptions(args)).toThrow(TypeError);
  }
});

// Clients come from several addresses of the loopback interface, which only Linux has all.
test.skipIf(process.platform !== 'linux').each([
  [0, 7],
  [2, 8],
])('some seconds with %i threads', async (threads, seed) => {
  const result = await soak({ minutes: 0.1, threads, seed, json: '' }, { update: () => undefined });
  expect(result.failures).toEqual([]);
  expect(result.rounds).toBeGreaterThan(1);
  expect(result.tally['messages sent']).toBeGreaterThan(100);
  expect(result.tally['messages handled']).toBeGreaterThan(100);
  if (threads > 0) expect(result.restarts).toBeGreaterThan(0);
  expect(result.memory).toBeUndefined();
});
