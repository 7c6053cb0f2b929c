/** No wake-up is lost between two threads, whichever way their steps mix. */
import { expect, test } from 'vitest';
import type { LockStepData, LockStepReport } from './programs/lock-step.js';
import { message, start } from './workers.js';

const STEPS = 12;

test('a side that waits is woken, in every order of the first twelve steps of both', async () => {
  const memory = new SharedArrayBuffer(128);
  const control = new SharedArrayBuffer(512);
  const data = { memory, control, steps: STEPS };
  start<LockStepData>('lock-step', { ...data, role: 'waker' });
  const waiter = start<LockStepData>('lock-step', { ...data, role: 'waiter' });
  expect(await message<LockStepReport>(waiter)).toEqual({ completed: 2 ** STEPS });
});
