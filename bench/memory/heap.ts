/**
 * Bytes allocated for a frame, whether or not they are garbage a moment later. Memory is looked at before and
 * after a slice of the work in which nothing was collected: the difference is all that was allocated.
 */
import { GCProfiler, getHeapStatistics } from 'node:v8';
import mqtt from 'mqtt-packet';
import { Decoder } from 'mqtt-wasm';
import { routeBatch, routeReference } from '../batch.js';
import { touch } from '../decode.js';
import { type Workload, workloadOf } from '../workloads.js';
import { collect } from './collect.js';
import type { MemoryFigure, MemoryScale } from './tasks.js';

/** Bytes that a slice may allocate, about: well below the young generation, so that nothing is collected. */
const SLICE = 32 * 1_048_576;
/** Case A of the batch API is watched for so many times as many frames as the others, and those than what makes objects. */
const SHORTER = 10;

/** Decodes a whole stream; returns something that depends on it. */
type Pass = () => number;

function batchPass({ chunks, protocolVersion }: Workload): Pass {
  const decoder = new Decoder({ protocolVersion });
  return () => {
    let sum = 0;
    for (const chunk of chunks) sum += routeBatch(decoder.push(chunk));
    return sum;
  };
}

function packetPass({ chunks, protocolVersion }: Workload): Pass {
  const decoder = new Decoder({ protocolVersion });
  return () => {
    let sum = 0;
    for (const chunk of chunks) {
      for (const packet of decoder.push(chunk).packets()) sum += touch(packet);
    }
    return sum;
  };
}

function referencePass({ chunks, protocolVersion }: Workload): Pass {
  const parser = mqtt.parser({ protocolVersion });
  let sum = 0;
  parser.on('packet', (packet) => {
    sum += routeReference(packet);
  });
  return () => {
    for (const chunk of chunks) parser.parse(chunk);
    return sum;
  };
}

function bytesInUse(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** Bytes that `work` allocates, or `undefined` if something was collected meanwhile, so that nobody can tell. */
export function bytesAllocatedBy(work: () => void): number | undefined {
  collect();
  const profiler = new GCProfiler();
  profiler.start();
  const before = bytesInUse();
  work();
  const after = bytesInUse();
  return profiler.stop()?.statistics.length === 0 ? after - before : undefined;
}

/** What is counted where nothing is done: looking costs something as well. */
function costOfLooking(): number {
  const looks = Array.from({ length: 5 }, () => bytesAllocatedBy(() => {}) ?? 0);
  return Math.min(...looks);
}

/**
 * How many passes make a slice: as many as stay below {@link SLICE}, for the engine makes some things anew behind each
 * collection, which are not to be counted over a few frames. This warms the engine up as well.
 */
function passesInSlice(pass: () => unknown, most: number): number {
  for (let passes = 1; ; passes *= 2) {
    const allocated = bytesAllocatedBy(() => repeat(pass, passes)) ?? SLICE;
    if (allocated > SLICE / 2 || passes * 2 > most) return passes;
  }
}

function repeat(pass: () => unknown, passes: number): void {
  for (let i = 0; i < passes; i++) pass();
}

/** Bytes a frame, over about so many frames or more, looked at slice by slice. */
export function bytesPerFrame(pass: () => unknown, framesAPass: number, frames: number): number {
  const passes = passesInSlice(pass, Math.ceil(frames / framesAPass));
  const looking = costOfLooking();
  let bytes = 0;
  let counted = 0;
  let lost = 0;
  while (counted < frames) {
    const allocated = bytesAllocatedBy(() => repeat(pass, passes));
    if (allocated === undefined) {
      if (++lost > 10) throw new Error('something is collected in every slice');
      continue;
    }
    bytes += Math.max(0, allocated - looking);
    counted += passes * framesAPass;
  }
  return bytes / counted;
}

export function heapFigures({ frames }: MemoryScale): MemoryFigure[] {
  const figure = (name: string, id: string, pass: (workload: Workload) => Pass, count: number) => {
    const workload = workloadOf(id);
    return {
      id: `memory/heap/${name}/${id}`,
      title: `${name}: ${workload.title}`,
      value: bytesPerFrame(pass(workload), workload.packets.length, count),
      unit: 'bytes allocated a frame',
    };
  };
  return [
    figure('batch', 'A', batchPass, frames),
    ...['B', 'C', 'E', 'G'].map((id) => figure('batch', id, batchPass, frames / SHORTER)),
    ...['A', 'G'].map((id) => figure('packets', id, packetPass, frames / SHORTER ** 2)),
    ...['A', 'G'].map((id) => figure('mqtt-packet', id, referencePass, frames / SHORTER ** 2)),
  ];
}
