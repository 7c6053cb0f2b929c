/** Processes with rings end of their own accord. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { ShutdownReport } from './programs/shutdown.js';
import { programFile } from './workers.js';

test.each(['shutdown', 'shutdown-without-wait-async'])('%s', async (name) => {
  const { stdout } = await promisify(execFile)(process.execPath, [programFile(name)], {
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  const { frames, steps } = JSON.parse(stdout) as ShutdownReport;
  expect(frames).toBe(500);
  expect(steps).toEqual(['ring has ended', 'worker exits with 0']);
});
