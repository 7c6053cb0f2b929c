/** Choosing a scanner: one of each kind per thread, made when it is first asked for. */
import { BaselineScanner } from './baseline.js';
import { isSupported } from './memory.js';
import type { Scanner, ScannerName } from './scanner.js';
import { WasmScanner } from './wasm.js';

/**
 * Which scanner a decoder is to use. `auto` takes the best this engine runs and never fails;
 * `wasm` takes the best WebAssembly build; the others name one build.
 */
export type ScannerChoice = 'auto' | 'wasm' | ScannerName;

/** The choices, best first where it matters. */
export const SCANNER_CHOICES: readonly ScannerChoice[] = [
  'auto',
  'wasm',
  'wasm-simd',
  'wasm-scalar',
  'baseline',
];

const scanners = new Map<ScannerName, Scanner>();
let available: readonly ScannerName[] | undefined;
let automatic: Scanner | undefined;

/** The scanners that this engine runs, best first. `baseline` is always among them. */
export function availableScanners(): readonly ScannerName[] {
  available ??= Object.freeze([
    ...(isSupported('simd') ? (['wasm-simd'] as const) : []),
    ...(isSupported('scalar') ? (['wasm-scalar'] as const) : []),
    'baseline' as const,
  ]);
  return available;
}

/** The scanner that a choice comes to. Throws a `RangeError` if this engine has none such. */
export function resolveScanner(choice: ScannerChoice): ScannerName {
  const names = availableScanners();
  if (choice === 'auto') return names[0] as ScannerName;
  const name = choice === 'wasm' ? names.find((name) => name !== 'baseline') : choice;
  if (name !== undefined && names.includes(name)) return name;
  throw new RangeError(
    `option scanner: '${choice}' does not run on this engine, which has no WebAssembly${
      choice === 'wasm-simd' ? ' SIMD' : ''
    }; leave it out, or use one of: auto, ${names.join(', ')}`,
  );
}

function scannerNamed(name: ScannerName): Scanner {
  let scanner = scanners.get(name);
  if (scanner === undefined) {
    scanner =
      name === 'baseline'
        ? new BaselineScanner()
        : new WasmScanner(name === 'wasm-simd' ? 'simd' : 'scalar');
    scanners.set(name, scanner);
  }
  return scanner;
}

/** An instance takes gigabytes of address space, which a process may not get: a `RangeError`. */
function best(): Scanner {
  try {
    return scannerNamed(availableScanners()[0] as ScannerName);
  } catch (error) {
    if (error instanceof RangeError) return scannerNamed('baseline');
    throw error;
  }
}

/** The scanner of this thread for `choice`. Throws a `RangeError` if this engine cannot run it. */
export function chooseScanner(choice: ScannerChoice): Scanner {
  if (!SCANNER_CHOICES.includes(choice)) {
    throw new RangeError(`option scanner must be one of ${SCANNER_CHOICES.join(', ')}`);
  }
  if (choice !== 'auto') return scannerNamed(resolveScanner(choice));
  automatic ??= best();
  return automatic;
}
