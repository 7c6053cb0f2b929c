/** Bytes from hexadecimal text; white space and // comments to the end of a line do not count. */
export function hex(text: string): Uint8Array {
  return Buffer.from(text.replace(/\/\/.*$/gm, '').replace(/\s+/g, ''), 'hex');
}

/** One Uint8Array from several. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
