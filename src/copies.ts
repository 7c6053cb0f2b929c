/**
 * How many bytes of what was received the decoders of this thread have copied: into the memory of the WebAssembly scanner, and to join
 * frames that arrived in pieces. For measuring; it may be set to 0 at any time.
 */
export const copies = { bytes: 0 };
