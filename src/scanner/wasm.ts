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

  constructor(build: Build) {
    this.name = `wasm-${build}`;
    this.#memory = instantiate(build);
    this.table = this.#memory.table;
    this.result = this.#memory.result;
  }

  scan(bytes: Uint8Array, from: number, rows: number, limits: ScanLimits): void {
    const { exports, window } = this.#memory;
    const available = bytes.length - from;
    const loaded = Math.min(available, WINDOW_BYTES);
    window.set(loaded === bytes.length ? bytes : bytes.subarray(from, from + loaded));
    exports.scan(
      from,
      loaded,
      available,
      rows,
      limits.allowedTypes,
      limits.maximumPacketSize,
      limits.rules,
    );
  }

  header(bytes: Uint8Array, length: number, limits: ScanLimits): number {
    const { exports, window } = this.#memory;
    window.set(bytes);
    return exports.header(length, limits.allowedTypes, limits.maximumPacketSize, limits.rules);
  }
}
