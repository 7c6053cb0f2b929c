/** How many bytes of what was received have been copied by this thread: a figure of the benchmark. */
export const copies = { bytes: 0 };
