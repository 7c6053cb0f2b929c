/**
 * Bytes, with or without Node.js: where there is a global `Buffer`, allocation, views and text go
 * through it, because it is faster and because Node.js programs expect to get Buffers. Elsewhere
 * plain `Uint8Array`, `TextDecoder` and `TextEncoder` do the same work.
 */

interface BufferLike {
  allocUnsafe(size: number): Uint8Array;
  allocUnsafeSlow(size: number): Uint8Array;
  from(buffer: ArrayBufferLike, byteOffset: number, length: number): Uint8Array;
  isBuffer(value: unknown): boolean;
  byteLength(text: string): number;
  readonly prototype: {
    latin1Slice?(this: Uint8Array, start: number, end: number): string;
    utf8Slice?(this: Uint8Array, start: number, end: number): string;
    utf8Write?(this: Uint8Array, text: string, offset: number, length: number): number;
  };
}

const NodeBuffer = (globalThis as { Buffer?: BufferLike }).Buffer;
const native = NodeBuffer?.prototype;
/** The class of Buffers: `Buffer` is a function that comes to it after looking at its arguments. Stand-ins for `Buffer` have none, or `null`. */
const species = (NodeBuffer as { [Symbol.species]?: Uint8ArrayConstructor } | undefined)?.[
  Symbol.species
];

/** A view of `length` bytes of `buffer`, of the class that {@link asView} gives; the bounds must be good. */
export const viewOn: (buffer: ArrayBufferLike, offset: number, length: number) => Uint8Array =
  NodeBuffer === undefined
    ? (buffer, offset, length) => new Uint8Array(buffer, offset, length)
    : typeof species !== 'function' || (species as unknown) === NodeBuffer
      ? (buffer, offset, length) => NodeBuffer.from(buffer, offset, length)
      : (buffer, offset, length) => new species(buffer, offset, length);

/** A buffer of its own, not carved out of a pool, so that keeping it keeps nothing else. Contents undefined. */
export const allocate: (length: number) => Uint8Array =
  NodeBuffer === undefined
    ? (length) => new Uint8Array(length)
    : (length) => NodeBuffer.allocUnsafeSlow(length);

/** A buffer for bytes that are soon sent and forgotten; it may share memory with others. Contents undefined. */
export const allocateShortLived: (length: number) => Uint8Array =
  NodeBuffer === undefined
    ? (length) => new Uint8Array(length)
    : (length) => NodeBuffer.allocUnsafe(length);

/** The bytes as the class that views are to have: a `Buffer` where there is one. No copy. */
export function asView(bytes: Uint8Array): Uint8Array {
  if (NodeBuffer === undefined || NodeBuffer.isBuffer(bytes)) return bytes;
  return NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A view of the bytes `start` to `end` of `bytes`, as {@link viewOn}. */
export function view(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return viewOn(bytes.buffer, bytes.byteOffset + start, end - start);
}

/** Bytes that are copied one by one in less time than it takes to make a view of them. */
const FEW = 48;

/** Copies the bytes `start` to `end` of `source` to `target`, from `at` on. */
export function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): void {
  const length = end - start;
  if (length > FEW) {
    const isWhole = length === source.length;
    target.set(isWhole ? source : source.subarray(start, end), at);
    return;
  }
  for (let i = 0; i < length; i++) target[at + i] = source[start + i] as number;
}

/** Whether a value is a `Uint8Array`, also one from another realm. */
export function isBytes(value: unknown): value is Uint8Array {
  return (
    value instanceof Uint8Array ||
    (ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]')
  );
}

/** Well-formed UTF-8 to text. A leading U+FEFF is kept (MQTT-1.5.3-3). */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

function decodeUtf8Portably(bytes: Uint8Array, start: number, end: number): string {
  const part = bytes.subarray(start, end);
  // Browsers do not decode shared memory.
  return decoder.decode(part.buffer instanceof ArrayBuffer ? part : part.slice());
}

const utf8Slice = native?.utf8Slice;
const latin1Slice = native?.latin1Slice;

/** Text of the bytes `start` to `end`, which must be well-formed UTF-8. */
export const decodeUtf8: (bytes: Uint8Array, start: number, end: number) => string =
  utf8Slice === undefined
    ? decodeUtf8Portably
    : (bytes, start, end) => utf8Slice.call(bytes, start, end);

/** Text of the bytes `start` to `end`, which must all be below 0x80: the cheaper way. */
export const decodeAscii: (bytes: Uint8Array, start: number, end: number) => string =
  latin1Slice === undefined
    ? decodeUtf8Portably
    : (bytes, start, end) => latin1Slice.call(bytes, start, end);

/** How many bytes `text` takes in UTF-8. */
export const utf8Length: (text: string) => number =
  NodeBuffer === undefined
    ? (text) => encoder.encode(text).length
    : (text) => NodeBuffer.byteLength(text);

const utf8Write = native?.utf8Write;

/** Writes `text` in UTF-8 to `target` from `offset` on, at most up to `end`. Returns the number of bytes. */
export const writeUtf8: (target: Uint8Array, text: string, offset: number, end: number) => number =
  utf8Write === undefined
    ? (target, text, offset, end) => encoder.encodeInto(text, target.subarray(offset, end)).written
    : (target, text, offset, end) => utf8Write.call(target, text, offset, end - offset);

const nativeIsWellFormed = (String.prototype as { isWellFormed?(this: string): boolean })
  .isWellFormed;

/** Whether `text` has no lone surrogate, so that UTF-8 can carry it. */
export const isWellFormed: (text: string) => boolean =
  nativeIsWellFormed === undefined
    ? (text) => !/\p{Surrogate}/u.test(text)
    : (text) => nativeIsWellFormed.call(text);
