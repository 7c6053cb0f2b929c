/** Waiting for a word of shared memory to change, without blocking the thread. */

/** `Atomics.waitAsync` (ECMAScript 2024), which Node.js has had since version 16; types for it come with a later library. */
const { waitAsync } = Atomics as unknown as {
  readonly waitAsync?: (
    words: Int32Array,
    index: number,
    value: number,
  ) => { readonly async: boolean; readonly value: unknown };
};

/** Milliseconds between two looks, where nobody can be woken. */
const LOOK_EVERY = 1;

/**
 * Is fulfilled when word `index`, which is `value` now, may have changed, or `signal` is aborted, which it is not yet. It does not keep the thread alive.
 *
 * @param waits the word that tells the other side what is waited for; nobody else writes it
 */
export async function changeOf(
  words: Int32Array,
  index: number,
  value: number,
  waits: number,
  signal?: AbortSignal,
): Promise<void> {
  if (waitAsync === undefined) {
    while (Atomics.load(words, index) === value && signal?.aborted !== true) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, LOOK_EVERY).unref();
      });
    }
    return;
  }
  Atomics.store(words, waits, value);
  const waiting = waitAsync(words, index, value);
  if (!waiting.async) return;
  const stopWaiting = (): void => void Atomics.notify(words, index);
  signal?.addEventListener('abort', stopWaiting);
  await waiting.value;
  signal?.removeEventListener('abort', stopWaiting);
}

/**
 * Wakes the side that waits for word `index` to change, after it has been counted up by one, if its word says that it waits for just
 * that. Were it a flag that is cleared here, this might be that of the next wait, which would never end.
 */
export function wake(words: Int32Array, waits: number, index: number): void {
  const before = ((words[index] as number) - 1) | 0;
  if (Atomics.load(words, waits) === before) Atomics.notify(words, index);
}
