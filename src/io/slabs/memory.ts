/** The memory of a pool: a scanner of its own, and room for slabs that this scanner reads where they are. */

import { BaselineScanner } from '../../scanner/baseline.js';
import { resolveScanner, type ScannerChoice } from '../../scanner/choose.js';
import { ROOM } from '../../scanner/memory.js';
import type { Scanner } from '../../scanner/scanner.js';
import { SHARED_MODULE } from '../../scanner/shared-binary.js';
import { WasmScanner } from '../../scanner/wasm.js';

export interface SlabMemory {
  readonly scanner: Scanner;
  readonly buffer: ArrayBufferLike;
  /** Address of the first byte of the room. */
  readonly start: number;
  /** Copies `length` bytes from address `source` to address `target`. */
  move(target: number, source: number, length: number): void;
}

/** Without WebAssembly, memory is what JavaScript has for it. */
function memoryOfTypeScript(byteLength: number, isShared: boolean): SlabMemory {
  const buffer = isShared ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength);
  const bytes = new Uint8Array(buffer);
  return {
    scanner: new BaselineScanner(),
    buffer,
    start: 0,
    move: (target, source, length) => {
      bytes.copyWithin(target, source, source + length);
    },
  };
}

/**
 * Memory with room for `byteLength` bytes, visible to other threads if `isShared`.
 *
 * @throws `RangeError` if the engine cannot run the scanner, or has no memory left for it
 */
export function slabMemory(
  choice: ScannerChoice,
  byteLength: number,
  isShared: boolean,
): SlabMemory {
  let name = resolveScanner(choice);
  if (isShared && name === 'wasm-scalar') {
    if (choice === 'wasm-scalar') {
      throw new RangeError(
        "option scanner: 'wasm-scalar' has no shared memory; leave it out, or use one of: auto, baseline",
      );
    }
    name = 'baseline';
  }
  if (name === 'baseline') return memoryOfTypeScript(byteLength, isShared);
  const scanner = new WasmScanner(name === 'wasm-simd' ? 'simd' : 'scalar', undefined, undefined, {
    byteLength,
    sharedModule: isShared ? SHARED_MODULE : undefined,
  });
  return {
    scanner,
    buffer: scanner.buffer,
    start: ROOM,
    move: (target, source, length) => scanner.move(target, source, length),
  };
}
