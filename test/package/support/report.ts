/** What the programs that make a round trip report: see `programs/round-trip.mjs`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { node, program, ROOT } from './run.js';

interface PlainPacket {
  readonly type: string;
  readonly topic?: string;
}

export interface Report {
  /** The scanner that was chosen when nobody asked for one. */
  readonly scanner: string;
  readonly scanners: readonly string[];
  readonly packets: readonly PlainPacket[];
  readonly disagreements: readonly string[];
  readonly mistakes: readonly unknown[];
  readonly malformed: readonly unknown[];
  /** What came of asking for `wasm`, `wasm-simd` and `wasm-scalar`. */
  readonly refusals: readonly [string, string, string];
}

interface ReferenceFrame {
  readonly hex: string;
  readonly expect: PlainPacket;
}

const VECTORS = join(ROOT, 'test/vectors/reference-frames.json');

export const REFERENCE_FRAMES = (
  JSON.parse(readFileSync(VECTORS, 'utf8')) as { frames: ReferenceFrame[] }
).frames;

/** The round trip in a Node.js process with these flags. */
export async function roundTripIn(...flags: readonly string[]): Promise<Report> {
  const { stdout } = await node([...flags, program('node.mjs'), VECTORS]);
  return JSON.parse(stdout) as Report;
}
