/** The scanner that runs in WebAssembly. It copies what it must read into the module's window. */
import { WINDOW_BYTES } from '../../assembly/layout.js';
import { type Build, instantiate, type ScannerMemory } from './memory.js';
import type { ScanLimits, Scanner } from './scanner.js';

export class WasmScanner implements Scanner {
  readonly name: 'wasm-simd' | 'wasm-scalar';
  readonly table: Int32Array;
  readonly result: Int32Array;
  generation = 0;
  readonly #memory: ScannerMemory;
  /** What the window holds: so many bytes, from this offset of the chunk on. */
  #base = 0;
  #loaded = 0;

  constructor(build: Build) {
    this.name = `wasm-${build}`;
    this.#memory = instantiate(build);
    this.table = this.#memory.table;
    this.result = this.#memory.result;
  }

  scan(bytes: Uint8Array, from: number, rows: number, limits: ScanLimits, continues = false): void {
    if (!continues || from >= this.#base + this.#loaded) this.#load(bytes, from);
    this.#memory.exports.scan(
      this.#base,
      from - this.#base,
      this.#loaded,
      bytes.length - this.#base,
      rows,
      limits.allowedTypes,
      limits.maximumPacketSize,
      limits.maximumListPacketSize,
      limits.rules,
    );
  }

  header(bytes: Uint8Array, length: number, limits: ScanLimits): number {
    const { exports, window } = this.#memory;
    window.set(bytes);
    return exports.header(
      length,
      limits.allowedTypes,
      limits.maximumPacketSize,
      limits.maximumListPacketSize,
      limits.rules,
    );
  }

  /** Fills the window with `bytes` from offset `from` on. */
  #load(bytes: Uint8Array, from: number): void {
    this.#base = from;
    this.#loaded = Math.min(bytes.length - from, WINDOW_BYTES);
    const isWhole = this.#loaded === bytes.length;
    this.#memory.window.set(isWhole ? bytes : bytes.subarray(from, from + this.#loaded));
  }
}
