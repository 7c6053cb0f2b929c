/** What grows: the streams from which it is seen how the cost of a packet grows with their make-up. */
import { collidingTopic } from './collisions.js';
import { pingreq, puback, publishQos0, type ReferenceFrame } from './frames.js';
import {
  payloadNumber,
  repeat,
  SOCKET_READ,
  topicNumber,
  type Workload,
  workload,
} from './workloads.js';

export interface Curve {
  readonly name: string;
  /** What x is, with its unit. */
  readonly axis: string;
  readonly xs: readonly number[];
  readonly title: (x: number) => string;
  /** The stream for one x; without an identifier, which it gets from the curve. */
  readonly make: (x: number) => Stream;
}

interface Stream {
  readonly frames: readonly ReferenceFrame[];
  readonly chunkSize: number | 'frame';
}

const PACKETS = 4096;
const PAYLOAD = 32;
const MOST_BYTES = 4 * 1_048_576;
/** How many topics there are where they are not what grows, as in the other workloads. */
const TOPICS = 64;

const payload = payloadNumber(0, PAYLOAD);

/** As many frames as usual, but no more than some mebibytes. */
function countOf(frameLength: number): number {
  return Math.max(TOPICS, Math.min(PACKETS, Math.floor(MOST_BYTES / frameLength)));
}

function ofPayload(length: number): Stream {
  const make = (index: number) =>
    publishQos0(
      topicNumber(index),
      length === 0 ? new Uint8Array(0) : payloadNumber(index, length),
    );
  return { frames: repeat(countOf(length + 34), make), chunkSize: SOCKET_READ };
}

/** 30 bytes, as the topics of the other workloads. */
function topicOfMany(index: number): string {
  return `plant/07/line/${String(index).padStart(7, '0')}/pressure`;
}

/** By turns, which is the hardest order for whoever remembers the last ones: none is back soon. */
function ofTopics(count: number): Stream {
  const make = (index: number) => publishQos0(topicOfMany(index % count), payload);
  return { frames: repeat(Math.max(4 * PACKETS, count), make), chunkSize: SOCKET_READ };
}

/** Topics by turns that share a set of the topic dictionary for whoever knows its keys, and whole frames in every chunk. */
function ofCollidingTopics(count: number): Stream {
  const make = (index: number) => publishQos0(collidingTopic(index % count), payload);
  const frames = repeat(Math.max(4 * PACKETS, count), make);
  const { length } = (frames[0] as ReferenceFrame).bytes;
  return { frames, chunkSize: Math.floor(SOCKET_READ / length) * length };
}

function asciiTopic(index: number, length: number): string {
  return String.fromCharCode(0x30 + (index % TOPICS)) + 'a'.repeat(length - 1);
}

/** Of every three bytes two are one character; the first two are one of À to ÿ. */
function accentedTopic(index: number, length: number): string {
  const rest = length - 2;
  const first = String.fromCharCode(0xc0 + (index % TOPICS));
  return first + 'aé'.repeat(Math.floor(rest / 3)) + 'a'.repeat(rest % 3);
}

function ofTopicLength(topicOf: (index: number, length: number) => string) {
  return (length: number): Stream => {
    const make = (index: number) => publishQos0(topicOf(index, length), payload);
    return { frames: repeat(countOf(length + PAYLOAD + 4), make), chunkSize: SOCKET_READ };
  };
}

function ofSmallPublish(count: number, chunkSize: number | 'frame'): Stream {
  const make = (index: number) => publishQos0(topicNumber(index), payload);
  return { frames: repeat(count, make), chunkSize };
}

/** The shortest frames there are, then a PUBLISH whose topic and payload share what is left, up to the small one of the other workloads. */
function frameOf(length: number, index: number): ReferenceFrame {
  if (length === 2) return pingreq();
  if (length === 4) return puback(1 + index);
  const topicLength = Math.min(30, (length - 4) >> 1);
  return publishQos0(
    asciiTopic(index, topicLength),
    payloadNumber(index, length - 4 - topicLength),
  );
}

function ofFrameAChunk(length: number): Stream {
  return { frames: repeat(PACKETS, (index) => frameOf(length, index)), chunkSize: 'frame' };
}

const bytes = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'byte' : 'bytes'}`;

export const CURVES: readonly Curve[] = [
  {
    name: 'payload',
    axis: 'payload, bytes',
    xs: [0, 16, 64, 256, 1024, 4096, 16_384, 65_536],
    title: (x) => `payload of ${bytes(x)}, 64 KiB chunks`,
    make: ofPayload,
  },
  {
    name: 'topics',
    axis: 'different topics, by turns',
    xs: [1, 16, 256, 1024, 4096, 16_384, 65_536, 1_000_000],
    title: (x) => `${x.toLocaleString('en')} different topics by turns, 64 KiB chunks`,
    make: ofTopics,
  },
  {
    name: 'colliding-topics',
    axis: 'different topics, by turns',
    xs: [1, 4, 16, 256, 4096, 65_536],
    title: (x) => `topics of 128 bytes chosen to collide: ${x.toLocaleString('en')}, 64 KiB chunks`,
    make: ofCollidingTopics,
  },
  {
    name: 'topic-length',
    axis: 'ASCII topic, bytes',
    xs: [1, 3, 10, 30, 100, 300, 1000],
    title: (x) => `ASCII topic of ${bytes(x)}, 64 KiB chunks`,
    make: ofTopicLength(asciiTopic),
  },
  {
    name: 'accented-topic-length',
    axis: 'accented topic, bytes',
    xs: [3, 10, 30, 100, 300, 1000],
    title: (x) => `accented topic of ${bytes(x)}, 64 KiB chunks`,
    make: ofTopicLength(accentedTopic),
  },
  {
    name: 'chunk',
    axis: 'chunk, bytes',
    xs: [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144],
    title: (x) => `small PUBLISH, chunks of ${bytes(x)}`,
    make: (x) => ofSmallPublish(PACKETS, x),
  },
  {
    name: 'frame-a-chunk',
    axis: 'frame, bytes',
    xs: [2, 4, 6, 7, 8, 10, 13, 17, 25, 35, 66],
    title: (x) => `a frame of ${bytes(x)} a chunk`,
    make: ofFrameAChunk,
  },
  {
    name: 'connections',
    axis: 'connections, by turns',
    xs: [1, 10, 100, 1000, 10_000],
    title: (x) => `${x.toLocaleString('en')} connections by turns, one small PUBLISH a chunk`,
    make: (x) => ofSmallPublish(Math.max(PACKETS, x), 'frame'),
  },
];

/** The stream at one point of a curve; made anew each time, for some take hundreds of megabytes. */
export function curveWorkload(curve: Curve, x: number): Workload {
  const { frames, chunkSize } = curve.make(x);
  return workload(`${curve.name}/${x}`, curve.title(x), frames, chunkSize);
}
