/** Bytes as people write them: `30 05 | topic`, with what is not a pair of digits left out. */
export function hex(...parts: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part.replace(/\s/g, ''), 'hex') : part,
    ),
  );
}

/** A UTF-8 Encoded String: its length and its bytes. */
export function utf8(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

/** A packet of less than 16 KiB behind its first byte and its Remaining Length. */
export function frame(firstByte: number, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = hex(...parts);
  const length =
    body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.from([firstByte, ...length]), body]);
}

/** Properties behind their length, which is less than 16 KiB. */
export function properties(...parts: readonly (string | Buffer)[]): Buffer {
  return frame(0, ...parts).subarray(1);
}
