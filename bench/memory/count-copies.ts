/**
 * Counts the bytes that are copied from one place to another while something runs. It stands in for the methods that
 * copy; bytes that a loop moves one by one are not seen, nor is the text that strings are made of.
 */

/** Methods of all typed arrays. */
const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;

/** Bytes copied by `work`. */
export function bytesCopiedBy(work: () => void): number {
  let copied = 0;
  const { set, slice, copyWithin } = TypedArray;
  const { copy } = Buffer.prototype;
  const { concat, from } = Buffer;
  const isBytes = (value: unknown) => value instanceof Uint8Array;

  TypedArray.set = function (this: Uint8Array, source: ArrayLike<number>, offset?: number) {
    if (isBytes(this)) copied += source.length;
    return set.call(this, source, offset);
  };
  TypedArray.slice = function (this: Uint8Array, start?: number, end?: number) {
    const result = slice.call(this, start, end);
    if (isBytes(this)) copied += result.length;
    return result;
  };
  TypedArray.copyWithin = function (this: Uint8Array, target: number, start: number, end?: number) {
    copied += (end ?? this.length) - start;
    return copyWithin.call(this, target, start, end);
  };
  Buffer.prototype.copy = function (this: Buffer, ...args: Parameters<typeof copy>) {
    const count = copy.apply(this, args);
    copied += count;
    return count;
  };
  Buffer.concat = (...args) => {
    const result = concat(...args);
    copied += result.length;
    return result;
  };
  Buffer.from = ((...args: Parameters<typeof from>) => {
    const result = Reflect.apply(from, Buffer, args) as Buffer;
    if (isBytes(args[0])) copied += result.length;
    return result;
  }) as typeof from;
  try {
    work();
    return copied;
  } finally {
    Object.assign(TypedArray, { set, slice, copyWithin });
    Buffer.prototype.copy = copy;
    Object.assign(Buffer, { concat, from });
  }
}
