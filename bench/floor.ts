/**
 * The honest floor of splitting: the loop one writes when nothing can go wrong. It checks nothing,
 * joins nothing and hands out nothing but numbers.
 */

/** Numbers a frame has in the table: first byte, Remaining Length. */
export const FLOOR_WORDS = 2;

/** Fills `table` with the frames of a stream and returns how many there are. */
export function splitUnchecked(chunks: readonly Uint8Array[], table: Int32Array): number {
  let frames = 0;
  let position = 0;
  let value = 0;
  /** Where the next bits of the Remaining Length go; -1 before the first byte of a frame. */
  let shift = -1;
  for (const chunk of chunks) {
    const { length } = chunk;
    let p = position;
    while (p < length) {
      const byte = chunk[p++] as number;
      if (shift < 0) {
        table[frames * FLOOR_WORDS] = byte;
        value = 0;
        shift = 0;
        continue;
      }
      value |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte >= 0x80) continue;
      table[frames * FLOOR_WORDS + 1] = value;
      frames++;
      shift = -1;
      p += value;
    }
    position = p - length;
  }
  return frames;
}
