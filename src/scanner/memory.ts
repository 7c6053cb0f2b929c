/**
 * The WebAssembly module: unpacked, compiled and instantiated synchronously, when it is first
 * asked for, once per thread and build, and once per pool of slabs. Its memory has a fixed size, so the views made here
 * stay good for ever.
 */
import { instantiateSync } from '@assemblyscript/loader';
import {
  FIRST_BYTE_TABLE_BYTES,
  FIRST_BYTE_TABLES,
  LIMIT_WORDS,
  LIMITS,
  MEMORY_PAGES,
  PROPERTY_TABLE,
  REASON_CODE_SETS,
  RESULT,
  RESULT_WORDS,
  ROW_WORDS,
  TABLE,
  TABLE_ROWS,
  TAIL_MASKS,
  TOPIC_KEYS,
  TOPIC_SETS,
  WINDOW,
  WINDOW_BYTES,
} from '../../assembly/layout.js';
import { FIRST_BYTE_TABLE_LIST } from '../protocol/first-byte.js';
import { PROPERTY_TABLE_WORDS } from '../protocol/properties.js';
import { REASON_CODE_BITS } from '../protocol/reason-codes.js';
import { SCALAR_MODULE, SIMD_MODULE } from './binary.js';
import { TOPIC_HASH_KEYS, TopicDictionary } from './topic-dictionary.js';

/** What `assembly/index.ts` exports. A type alias, as the loader's types want it. */
type ModuleExports = {
  scan(
    window: number,
    base: number,
    from: number,
    loaded: number,
    available: number,
    rows: number,
  ): void;
  move(target: number, source: number, length: number): void;
};

/** An instance and views of the parts of its memory. */
export interface ScannerMemory {
  readonly exports: ModuleExports;
  /** All of the memory. */
  readonly buffer: ArrayBufferLike;
  /** The bytes to scan go here. */
  readonly window: Uint8Array;
  readonly table: Int32Array;
  readonly result: Int32Array;
  readonly limits: Int32Array;
  readonly topics: TopicDictionary;
}

/** Which build of the module. */
export type Build = 'simd' | 'scalar';

/** Bytes of a page. */
const PAGE = 65_536;
/** Where the memory that is not the scanner's begins, if there is any. */
export const ROOM = MEMORY_PAGES * PAGE;

/** Memory behind the scanner's own, for chunks that are scanned where they are. */
export interface Room {
  readonly byteLength: number;
  /** The binary of the build with threads, if other threads are to see the memory. */
  readonly sharedModule?: string | undefined;
}

function unpack(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

const bytesOf: Record<Build, () => Uint8Array<ArrayBuffer>> = {
  simd: () => unpack(SIMD_MODULE),
  scalar: () => unpack(SCALAR_MODULE),
};

/** The smallest module there is. A page that forbids compiling tells so only when something is compiled. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

function mayCompile(): boolean {
  try {
    new WebAssembly.Module(EMPTY_MODULE);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether this engine runs that build: no WebAssembly at all under `node --jitless` or a Content
 * Security Policy without `wasm-unsafe-eval`, no SIMD on old processors.
 */
export function isSupported(build: Build): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(bytesOf[build]()) && mayCompile();
}

/** A memory of a fixed size: the scanner's own, and the room behind it. */
function fixedMemory({ byteLength, sharedModule }: Room): WebAssembly.Memory {
  const pages = MEMORY_PAGES + Math.ceil(byteLength / PAGE);
  const shared = sharedModule !== undefined;
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
}

/**
 * Compiles and instantiates a build, and writes the tables of the protocol into its memory.
 *
 * @param keys the keys of the topic dictionary's hash
 * @param room what memory there is to be behind {@link ROOM}
 */
export function instantiate(
  build: Build,
  keys: Uint8Array = TOPIC_HASH_KEYS,
  room: Room = { byteLength: 0 },
): ScannerMemory {
  const binary = room.sharedModule === undefined ? bytesOf[build]() : unpack(room.sharedModule);
  const memory = fixedMemory(room);
  const { exports } = instantiateSync<ModuleExports>(binary, { env: { memory } });
  const { buffer } = memory;
  for (const [number, entries] of FIRST_BYTE_TABLE_LIST.entries()) {
    const at = FIRST_BYTE_TABLES + number * FIRST_BYTE_TABLE_BYTES;
    new Int32Array(buffer, at, entries.length).set(entries);
  }
  new Int32Array(buffer, PROPERTY_TABLE, PROPERTY_TABLE_WORDS.length).set(PROPERTY_TABLE_WORDS);
  new Int32Array(buffer, REASON_CODE_SETS, REASON_CODE_BITS.length).set(REASON_CODE_BITS);
  new Uint8Array(buffer, TAIL_MASKS, 16).fill(0xff);
  new Uint8Array(buffer).set(keys, TOPIC_KEYS);
  return {
    exports,
    buffer,
    window: new Uint8Array(buffer, WINDOW, WINDOW_BYTES),
    table: new Int32Array(buffer, TABLE, TABLE_ROWS * ROW_WORDS),
    result: new Int32Array(buffer, RESULT, RESULT_WORDS),
    limits: new Int32Array(buffer, LIMITS, LIMIT_WORDS),
    topics: new TopicDictionary(buffer, TOPIC_SETS, keys),
  };
}
