/** What load generators send and what brokers must answer, as bytes. */
import { publishQos0, publishQos1, type ReferenceFrame, text, uint16 } from '../frames.js';
import { payloadNumber, repeat, topicNumber } from '../workloads.js';

/** Small frames, so many of them different, go round and round. */
const FRAMES = 4096;
/** Bytes of a small payload. */
export const SMALL_PAYLOAD = 32;

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

type MakePublish = (index: number, payload: number) => ReferenceFrame;

const PUBLISH: Readonly<Record<0 | 1, MakePublish>> = {
  0: (index, payload) => publishQos0(topicNumber(index), payloadNumber(index, payload)),
  1: (index, payload) => publishQos1(topicNumber(index), payloadNumber(index, payload), index + 1),
};

/** What a publisher sends, with payloads of so many bytes. At QoS 0, subscribers get the same bytes. */
export function publishRing(qos: 0 | 1, payload = SMALL_PAYLOAD, frames = FRAMES): Ring {
  const made = repeat(frames, (index) => PUBLISH[qos](index, payload));
  return ringOf(made.map(({ bytes }) => bytes));
}

/** What a broker answers at QoS 1, in the order of what was sent. */
export function pubackRing(): Ring {
  return ringOf(
    Array.from({ length: FRAMES }, (_, index) => Uint8Array.of(0x40, 2, ...uint16(index + 1))),
  );
}

/** A short frame that is sent once. */
function frameOf(firstByte: number, ...parts: readonly Uint8Array[]): Buffer {
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
