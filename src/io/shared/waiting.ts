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

/** Is fulfilled when word `index`, which is `value` now, may have changed. It does not keep the thread alive. */
export async function changeOf(words: Int32Array, index: number, value: number): Promise<void> {
  if (waitAsync === undefined) {
    while (Atomics.load(words, index) === value) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, LOOK_EVERY).unref();
      });
    }
    return;
  }
  const waiting = waitAsync(words, index, value);
  if (waiting.async) await waiting.value;
}

/** Wakes the side that waits for word `index` to change, if its flag says that it does. */
export function wake(words: Int32Array, flag: number, index: number): void {
  if (Atomics.load(words, flag) === 0) return;
  Atomics.store(words, flag, 0);
  Atomics.notify(words, index);
}
