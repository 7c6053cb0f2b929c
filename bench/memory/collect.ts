/** Collects garbage. Twice, because what the first time finds may let go of more. */
export function collect(): void {
  if (globalThis.gc === undefined) throw new Error('needs node --expose-gc');
  globalThis.gc();
  globalThis.gc();
}
