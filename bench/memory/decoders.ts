/** What a decoder takes that waits: for the first byte, for the rest of a header, for the rest of a PUBLISH. */
import { Decoder } from 'mqtt-wasm';
import { frame, publishQos0, text, uint16 } from '../frames.js';
import { ownCopy, payloadNumber, topicNumber } from '../workloads.js';
import { collect } from './collect.js';
import type { MemoryFigure, MemoryScale } from './tasks.js';

export const CONNECT = frame(0x10, [text('MQTT'), Uint8Array.of(4, 2), uint16(60), text('me')]);
export const { bytes: PUBLISH } = publishQos0(topicNumber(0), payloadNumber(0, 32));
export const HALF_A_PUBLISH = PUBLISH.subarray(0, PUBLISH.length / 2);

const options = { role: 'server' } as const;

function connected(): Decoder {
  const decoder = new Decoder(options);
  decoder.push(ownCopy(CONNECT));
  return decoder;
}

const STATES: Readonly<Record<string, readonly [title: string, make: () => Decoder]>> = {
  idle: ['idle', () => new Decoder(options)],
  'idle-own-options': ['idle, options of its own', () => new Decoder({ role: 'server' })],
  connected: ['idle behind its CONNECT', connected],
  'half-header': [
    'with half a fixed header',
    () => {
      const decoder = connected();
      decoder.push(ownCopy(PUBLISH.subarray(0, 1)));
      return decoder;
    },
  ],
  'half-publish': [
    `with ${HALF_A_PUBLISH.length} of ${PUBLISH.length} bytes of a PUBLISH`,
    () => {
      const decoder = connected();
      decoder.push(ownCopy(HALF_A_PUBLISH));
      return decoder;
    },
  ],
};

function bytesHeld(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Bytes that each of `count` things takes for as long as it is there. */
export function bytesEach(make: () => object, count: number): number {
  make();
  const kept = new Array<object | undefined>(count).fill(undefined);
  const before = bytesHeld();
  for (let i = 0; i < count; i++) kept[i] = make();
  const after = bytesHeld();
  // Until here nothing of it may be collected.
  if (kept.length !== count) throw new Error('some are gone');
  return (after - before) / count;
}

export function decoderFigures({ decoders }: MemoryScale): MemoryFigure[] {
  return Object.entries(STATES).map(([id, [title, make]]) => ({
    id: `memory/decoders/${id}`,
    title: `a decoder ${title}`,
    value: bytesEach(make, decoders),
    unit: 'bytes a decoder',
  }));
}
