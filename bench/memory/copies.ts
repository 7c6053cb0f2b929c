/** Bytes copied for each byte received, what the WebAssembly scanner has copied into its memory included. */
import {
  availableScanners,
  copies,
  Decoder,
  type DecoderOptions,
  type ScannerName,
} from 'mqtt-wasm';
import { IN_PARTS, PARTS_ABOVE, routeBatch } from '../batch.js';
import { parseWithReference, REFERENCE } from '../decode.js';
import { WORKLOAD_IDS, type Workload, workloadOf } from '../workloads.js';
import { bytesCopiedBy } from './count-copies.js';
import type { MemoryFigure } from './tasks.js';

/** Handles a workload, and tells how many bytes it has copied. */
type Way = (workload: Workload) => number;

function decodeWith(options: DecoderOptions): Way {
  return ({ chunks, protocolVersion }) => {
    const decoder = new Decoder({ ...options, protocolVersion });
    copies.bytes = 0;
    for (const chunk of chunks) routeBatch(decoder.push(chunk));
    decoder.end();
    return copies.bytes;
  };
}

function ways(id: string): Map<string, Way> {
  const scanner = availableScanners()[0] as ScannerName;
  const found = new Map<string, Way>([
    [scanner, decodeWith({ scanner })],
    ['baseline', decodeWith({ scanner: 'baseline' })],
    [REFERENCE, (workload) => bytesCopiedBy(() => parseWithReference(workload, () => {}))],
  ]);
  if (id === IN_PARTS) {
    found.set(`${scanner}, in parts`, decodeWith({ scanner, publishPartsAbove: PARTS_ABOVE }));
  }
  return found;
}

export function copyFigures(): MemoryFigure[] {
  return WORKLOAD_IDS.flatMap((id) => {
    const workload = workloadOf(id);
    return [...ways(id)].map(([name, way]) => {
      // Once before, for what is copied only the first time.
      way(workload);
      return {
        id: `memory/copies/${name}/${id}`,
        title: `${name}: ${workload.title}`,
        value: way(workload) / workload.byteLength,
        unit: 'bytes copied a byte received',
      };
    });
  });
}
