/**
 * From how many bytes on a call of WebAssembly pays: the scanners alone, a frame a chunk. The WebAssembly scanners are made to take
 * every chunk here; those of decoders leave tiny ones to TypeScript.
 */
import { ROW_WORDS } from '../assembly/layout.js';
import { copies } from '../src/copies.js';
import { BaselineScanner } from '../src/scanner/baseline.js';
import { availableScanners } from '../src/scanner/choose.js';
import type { Scanner, ScannerName } from '../src/scanner/scanner.js';
import { WasmScanner } from '../src/scanner/wasm.js';
import { type Contestant, Mismatch } from './contest.js';
import { packetAt, scanAll, scanChecksum, scanChunk } from './scanning.js';
import { PACKET_FIELDS, PacketComparison } from './verify.js';
import type { Workload } from './workloads.js';

function scannerNamed(name: ScannerName, tiny: number): Scanner {
  if (name === 'baseline') return new BaselineScanner();
  return new WasmScanner(name === 'wasm-simd' ? 'simd' : 'scalar', undefined, tiny);
}

function checkPackets(scanner: Scanner, { chunks, packets }: Workload): void {
  const comparison = new PacketComparison(packets, PACKET_FIELDS);
  for (const chunk of chunks) {
    const end = scanChunk(scanner, chunk) * ROW_WORDS;
    for (let row = 0; row < end; row += ROW_WORDS) comparison.take(packetAt(scanner, row, chunk));
  }
  comparison.end();
}

function contestant(workload: Workload, scanner: Scanner): Contestant {
  const { chunks, packets, byteLength } = workload;
  return {
    name: scanner.name,
    checksum: scanChecksum(packets),
    run: () => scanAll(scanner, chunks),
    check() {
      const before = copies.bytes;
      checkPackets(scanner, workload);
      const copied = copies.bytes - before;
      // What WebAssembly scans has been copied into its memory.
      if (copied !== (scanner.name === 'baseline' ? 0 : byteLength)) {
        throw new Mismatch(`WebAssembly has got ${copied} of ${byteLength} bytes`);
      }
    },
  };
}

/** Each scanner; those of WebAssembly leave to TypeScript what has less than `tiny` bytes. */
export function tinyChunkContestants(workload: Workload, tiny = 0): Contestant[] {
  return availableScanners().map((name) => contestant(workload, scannerNamed(name, tiny)));
}
