import { vi } from 'vitest';

/** Milliseconds. What comes true does so at once on an idle machine; a busy one can stand still for longer than Vitest waits of its own accord. */
const PATIENCE = 30_000;

/** Waits until `check` no longer throws: for what must come true, however busy the machine is. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: PATIENCE });
}
