/** What `parse()` takes as bytes. */
import { isAnyArrayBuffer } from 'node:util/types';
import { asView, isBytes, viewOn } from '../bytes.js';

/** A list of buffers, such as that of the package `bl`. */
interface BufferListLike {
  readonly length: number;
  slice(): Uint8Array;
}

/** Bytes; text stands for its bytes in UTF-8. */
export type Chunk =
  | ArrayBufferView
  | ArrayBufferLike
  | string
  | BufferListLike
  | readonly Uint8Array[]
  | null
  | undefined;

/** The bytes of a chunk, as a `Buffer` that shares their memory where it can. */
export function bytesOf(chunk: Chunk): Uint8Array {
  if (isBytes(chunk)) return asView(chunk);
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (ArrayBuffer.isView(chunk)) return viewOn(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk === null || chunk === undefined) return Buffer.alloc(0);
  if (Array.isArray(chunk) && chunk.every(isBytes)) return Buffer.concat(chunk);
  if (isAnyArrayBuffer(chunk)) return viewOn(chunk, 0, chunk.byteLength);
  if (typeof (chunk as BufferListLike).slice === 'function') {
    const bytes = (chunk as BufferListLike).slice();
    if (isBytes(bytes)) return asView(bytes);
  }
  throw new TypeError('chunk must be a Buffer, a Uint8Array or a string');
}
