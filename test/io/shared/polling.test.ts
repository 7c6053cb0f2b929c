/** Where there is no `Atomics.waitAsync`, both sides of a ring look for themselves, as long as there is something to wait for. */
import './without-wait-async.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { consume } from '../../../src/io/shared/consume.js';
import { smallPool } from './support.js';

test('there is none', () => expect('waitAsync' in Atomics).toBe(false));

test('what is sent and released is noticed', async () => {
  const released: number[] = [];
  const ring = smallPool().ring({
    onRelease: ({ connection }) => void released.push(connection),
  });
  const seen: number[] = [];
  const consumed = consume(ring.handle, ({ connection }) => void seen.push(connection));
  for (let number = 0; number < 20; number++) {
    ring.sendEnd(number);
    if (number % 5 === 0) await sleep(5);
  }
  await ring.end();
  await consumed;
  expect(seen).toEqual(Array.from({ length: 20 }, (_, number) => number));
  expect(released).toEqual(seen);
});

test('a handler that fails is noticed', async () => {
  const abandoned: number[] = [];
  const ring = smallPool().ring({
    onAbandon: ({ connection }) => void abandoned.push(connection),
  });
  const consumed = consume(ring.handle, () => {
    throw new Error('the handler has failed');
  });
  for (let number = 0; number < 3; number++) ring.sendEnd(number);
  await expect(consumed).rejects.toThrow('the handler has failed');
  await ring.end();
  expect(abandoned).toEqual([0, 1, 2]);
});

test('a consumer that is told to stop does', async () => {
  const ring = smallPool().ring();
  const controller = new AbortController();
  const consumed = consume(ring.handle, () => {}, { signal: controller.signal });
  await sleep(5);
  controller.abort(new Error('enough'));
  await expect(consumed).rejects.toThrow('enough');
  expect(ring.isOpen).toBe(false);
});

test('nobody looks any more when the ring is abandoned', async () => {
  const ring = smallPool().ring();
  ring.sendEnd(1);
  await sleep(5);
  ring.abandon();
  await sleep(20);
  const timers = vi.spyOn(globalThis, 'setTimeout');
  await new Promise((resolve) => setImmediate(resolve));
  await sleep(30);
  const calls = timers.mock.calls.length;
  timers.mockRestore();
  expect(calls).toBe(0);
});
