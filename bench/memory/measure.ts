/** Runs a task in a process of its own, whose heap nobody else has been in. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { MemoryFigure, MemoryScale, MemoryTask } from './tasks.js';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

/** A young generation so large that nothing need be collected while the heap is watched: mebibytes. */
const SEMI_SPACE = 256;

export function measureMemory(task: MemoryTask, scale: MemoryScale): MemoryFigure[] {
  const { status, signal, stdout } = spawnSync(
    process.execPath,
    [
      '--import',
      'tsx',
      '--expose-gc',
      `--min-semi-space-size=${SEMI_SPACE}`,
      `--max-semi-space-size=${SEMI_SPACE}`,
      CHILD,
      task,
      JSON.stringify(scale),
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) throw new Error(`memory/${task} ended with ${signal ?? status}`);
  return JSON.parse(stdout) as MemoryFigure[];
}
