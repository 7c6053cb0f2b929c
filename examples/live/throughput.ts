/**
 * Decoders side by side on the same bytes: in rounds, each round in another order, so that a busy
 * moment of the machine or the garbage of one decoder does not always meet the same one.
 */
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ScannerChoice } from 'mqtt-wasm';
import { type Contender, contenders, type Fingerprint } from './contenders.js';
import type { Progress } from './progress.js';
import { makeTraffic, type Traffic } from './traffic.js';

const MEBIBYTE = 2 ** 20;
/** MiB of traffic at most that are held in memory, and replayed as often as needed. */
const LARGEST_BUFFER = 8;
/** MiB for each decoder, if nobody says how many. */
const DEFAULT_MEBIBYTES = 256;
/** Milliseconds of warm-up for each decoder. */
const WARM_UP = 250;
/** Milliseconds that the yardstick may take in all; it gets fewer bytes if it is too slow for them. */
const YARDSTICK_BUDGET = 3500;
/** Milliseconds after which no round begins, if nobody has said how many MiB. */
const BUDGET = 8000;
/** Chunks after which the event loop gets its turn, so that progress can be shown. */
const SLICE = 64;

/** What one decoder did. */
export interface Result {
  readonly contender: Contender;
  bytes: number;
  packets: number;
  milliseconds: number;
}

/** What came out. */
export interface Comparison {
  /** The yardstick is the last. */
  readonly results: readonly Result[];
  /** What all decoders that deliver packets agreed upon for the buffer. */
  readonly agreed: Fingerprint;
  readonly bufferLength: number;
  /** Bytes that each decoder was to get; fewer if time ran out. */
  readonly wanted: number;
}

function agree(all: readonly Contender[], traffic: Traffic): Fingerprint {
  let agreed: Fingerprint | undefined;
  for (const { name, fingerprint } of all) {
    const print = fingerprint?.(traffic.chunks);
    if (print === undefined) continue;
    agreed ??= print;
    if (JSON.stringify(print) !== JSON.stringify(agreed)) {
      const prints = `${JSON.stringify(print)}, not ${JSON.stringify(agreed)}`;
      throw new Error(`the decoders do not deliver equal packets: ${name} got ${prints}`);
    }
  }
  if (agreed === undefined) throw new Error('there is no decoder to compare');
  return agreed;
}

/** Decodes the first chunks; between slices others may run, and that time does not count. */
async function decode(
  result: Result,
  chunks: readonly Buffer[],
  decoded: (bytes: number) => void,
): Promise<void> {
  const run = result.contender.begin();
  for (let from = 0; from < chunks.length; from += SLICE) {
    const slice = chunks.slice(from, from + SLICE);
    const before = performance.now();
    for (const chunk of slice) run.push(chunk);
    result.milliseconds += performance.now() - before;
    const bytes = slice.reduce((sum, chunk) => sum + chunk.length, 0);
    result.bytes += bytes;
    decoded(bytes);
    await nextTurn();
  }
  result.packets += run.packets;
}

/** Runs a decoder for a while; returns its bytes per millisecond towards the end. */
function warmUp(contender: Contender, chunks: readonly Buffer[]): number {
  const end = performance.now() + WARM_UP;
  let speed = 0;
  while (performance.now() < end) {
    const run = contender.begin();
    const before = performance.now();
    let bytes = 0;
    for (const chunk of chunks) {
      run.push(chunk);
      bytes += chunk.length;
      if (performance.now() >= end) break;
    }
    speed = bytes / (performance.now() - before);
  }
  return speed;
}

/**
 * Checks that all decoders deliver equal packets, then measures them.
 *
 * @param mebibytes MiB for each decoder; `undefined`: a few hundred, fewer if the machine is slow
 * @param start called with the MiB that are to be decoded in all when measuring begins
 */
export async function compare(
  scanner: ScannerChoice,
  mebibytes: number | undefined,
  start: (total: number) => Progress,
): Promise<Comparison> {
  const wanted = mebibytes ?? DEFAULT_MEBIBYTES;
  const rounds = Math.ceil(wanted / LARGEST_BUFFER);
  const traffic = makeTraffic(Math.floor((wanted / rounds) * MEBIBYTE));
  const { ours, theirs } = contenders(scanner);
  const agreed = agree([...ours, theirs], traffic);
  await nextTurn();

  for (const contender of ours) warmUp(contender, traffic.chunks);
  const speed = warmUp(theirs, traffic.chunks);
  const share = Math.min(1, (YARDSTICK_BUDGET * speed) / (traffic.length * rounds));
  const fewer = traffic.chunks.slice(0, Math.max(1, Math.ceil(traffic.chunks.length * share)));

  const results = [...ours, theirs].map(
    (contender): Result => ({ contender, bytes: 0, packets: 0, milliseconds: 0 }),
  );
  const fewerLength = fewer.reduce((sum, chunk) => sum + chunk.length, 0);
  const progress = start((rounds * (ours.length * traffic.length + fewerLength)) / MEBIBYTE);
  const deadline = mebibytes === undefined ? performance.now() + BUDGET : Number.POSITIVE_INFINITY;
  let done = 0;
  try {
    for (let round = 0; round < rounds && performance.now() < deadline; round++) {
      for (let turn = 0; turn < results.length; turn++) {
        const result = results[(round + turn) % results.length] as Result;
        await decode(result, result.contender === theirs ? fewer : traffic.chunks, (bytes) => {
          done += bytes / MEBIBYTE;
          progress.update(done);
        });
      }
    }
  } finally {
    progress.stop();
  }
  return { results, agreed, bufferLength: traffic.length, wanted: rounds * traffic.length };
}
