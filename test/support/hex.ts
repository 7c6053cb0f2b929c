/** Bytes from hexadecimal text; white space and // comments to the end of a line do not count. */
export function hex(text: string): Uint8Array {
  return Buffer.from(text.replace(/\/\/.*$/gm, '').replace(/\s+/g, ''), 'hex');
}

/** One Uint8Array from several. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** Hexadecimal of a text behind its two-byte length. */
export function utf8(text: string): string {
  const bytes = Buffer.from(text);
  return bytes.length.toString(16).padStart(4, '0') + bytes.toString('hex');
}

/** Hexadecimal of bytes behind their two-byte length. */
export function prefixed(bytes: string): string {
  const { length } = hex(bytes);
  return length.toString(16).padStart(4, '0') + bytes;
}

/** A frame: the first byte, the Remaining Length that fits, and the body, all but the length in hexadecimal. */
export function frame(first: string, ...body: readonly string[]): Uint8Array {
  const bytes = hex(body.join(' '));
  const remainingLength: number[] = [];
  let rest = bytes.length;
  do {
    remainingLength.push((rest % 128) + (rest > 127 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return join(hex(first), Uint8Array.from(remainingLength), bytes);
}
