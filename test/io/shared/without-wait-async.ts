/** Takes `Atomics.waitAsync` away, from all that is imported after this. */
delete (Atomics as { waitAsync?: unknown }).waitAsync;
