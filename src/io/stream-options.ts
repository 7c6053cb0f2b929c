/** What our Node.js streams have in common: the options that they take as well, and how they are iterated over. */
import type { DuplexOptions, Transform } from 'node:stream';
import { optionsObject } from '../options.js';

/** Options of the Node.js stream around a decoder or an encoder; see the documentation of Node.js. */
export interface StreamOptions {
  /**
   * How many items, or bytes of an `EncoderStream`, wait to be read before writing is held up.
   * 16 packets, 2 batches or what is usual for bytes if left out.
   */
  readonly readableHighWaterMark?: number | undefined;
  /** How many bytes, or packets where packets are written, wait to be worked on before `write()` returns false. */
  readonly writableHighWaterMark?: number | undefined;
  /** Destroys the stream when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

const STREAM_OPTION_NAMES: readonly (keyof StreamOptions)[] = [
  'readableHighWaterMark',
  'writableHighWaterMark',
  'signal',
];

/** The options of the stream itself, and the others. */
export function splitOptions<T extends StreamOptions>(
  options: T,
): [Pick<DuplexOptions, keyof StreamOptions>, Omit<T, keyof StreamOptions>] {
  const own: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(optionsObject(options))) {
    const isOwn = (STREAM_OPTION_NAMES as readonly string[]).includes(name);
    if (!isOwn) others[name] = value;
    else if (value !== undefined) own[name] = value;
  }
  return [own, others as Omit<T, keyof StreamOptions>];
}

type NodeItems = ReturnType<Transform[typeof Symbol.asyncIterator]>;

/** An async iterator of `T` with whatever else the installed types of Node.js ask of a stream's. */
export interface Items<T> extends Omit<NodeItems, keyof AsyncIterableIterator<unknown>> {
  next(): Promise<IteratorResult<T, undefined>>;
  return?(): Promise<IteratorResult<T, undefined>>;
  [Symbol.asyncIterator](): Items<T>;
}
