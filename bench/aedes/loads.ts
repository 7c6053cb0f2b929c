/** What aedes has to do, as data: what the load generator and the broker are told, and what must come of it. */
import { publishQos0, publishQos1, type ReferenceFrame, text, uint16 } from '../frames.js';
import { payloadNumber, repeat, topicNumber } from '../workloads.js';

/** So many different frames go round and round. */
const FRAMES = 4096;
const PAYLOAD = 32;

export interface Load {
  readonly title: string;
  readonly qos: 0 | 1;
  readonly subscribers: number;
  /** How many times as many messages per second there must be with mqtt-wasm, and how many are aimed at. */
  readonly gate: number;
  readonly goal: number;
}

export const LOADS = {
  qos0: { title: 'one publisher, QoS 0', qos: 0, subscribers: 0, gate: 1.5, goal: 1.8 },
  qos1: { title: 'one publisher, QoS 1', qos: 1, subscribers: 0, gate: 1.2, goal: 1.5 },
  fanout: { title: 'five subscribers, QoS 0', qos: 0, subscribers: 5, gate: 1.3, goal: 1.7 },
} as const satisfies Readonly<Record<string, Load>>;

export type LoadName = keyof typeof LOADS;
export const LOAD_NAMES = Object.keys(LOADS) as readonly LoadName[];

/** PUBLISH that wait for their PUBACK, at most. */
export const WINDOW = 1000;
/** What subscribers subscribe to: all topics there are. */
export const TOPIC_FILTER = 'plant/#';

/** Frames of one length one behind the other; behind the last one the first follows again. */
export interface Ring {
  readonly bytes: Buffer;
  readonly frameLength: number;
}

function ringOf(frames: readonly Uint8Array[]): Ring {
  const frameLength = frames[0]?.length ?? 0;
  if (frames.some(({ length }) => length !== frameLength)) throw new Error('lengths differ');
  return { bytes: Buffer.concat(frames), frameLength };
}

const PUBLISH: Readonly<Record<0 | 1, (index: number) => ReferenceFrame>> = {
  0: (index) => publishQos0(topicNumber(index), payloadNumber(index, PAYLOAD)),
  1: (index) => publishQos1(topicNumber(index), payloadNumber(index, PAYLOAD), index + 1),
};

/** What the publisher sends. At QoS 0, subscribers get the same bytes. */
export function publishRing(qos: 0 | 1): Ring {
  return ringOf(repeat(FRAMES, PUBLISH[qos]).map(({ bytes }) => bytes));
}

/** What a broker answers at QoS 1, in the order of what was sent. */
export function pubackRing(): Ring {
  return ringOf(
    Array.from({ length: FRAMES }, (_, index) => Uint8Array.of(0x40, 2, ...uint16(index + 1))),
  );
}

/** A short frame that is sent once. */
export function frameOf(firstByte: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Uint8Array.of(firstByte, body.length), body]);
}

export function connectFrame(clientIdentifier: string): Buffer {
  const header = [text('MQTT'), Uint8Array.of(4, 2), uint16(0)];
  return frameOf(0x10, ...header, text(clientIdentifier));
}

export const CONNACK = Buffer.of(0x20, 2, 0, 0);
export const SUBSCRIBE = frameOf(0x82, uint16(1), text(TOPIC_FILTER), Uint8Array.of(0));
export const SUBACK = Buffer.of(0x90, 3, 0, 1, 0);
export const PINGREQ = Buffer.of(0xc0, 0);
export const PINGRESP = Buffer.of(0xd0, 0);
