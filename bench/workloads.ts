/** The streams that are decoded: their bytes, cut into chunks, and the packets that are in them. */
import {
  type ExpectedPacket,
  pingreq,
  puback,
  publishQos0,
  publishQos1,
  publishWithProperties,
  type ReferenceFrame,
  type SevenProperties,
  uint16,
} from './frames.js';

/** As much as a socket hands over in one go. */
export const SOCKET_READ = 65_536;
const SMALL_PAYLOAD = 32;
/** So few that a broker would know them all, so many that none is simply the last one again. */
const TOPICS = 64;

export interface Workload {
  readonly id: string;
  readonly title: string;
  /** Each with memory of its own, as a socket hands them over. */
  readonly chunks: readonly Buffer[];
  readonly packets: readonly ExpectedPacket[];
  readonly byteLength: number;
  /** The version of the protocol; a decoder must be told of 5, for no CONNECT tells it. */
  readonly protocolVersion: 4 | 5;
}

/** A topic of 30 ASCII characters; one of 64. */
export function topicNumber(index: number): string {
  const device = String(index % TOPICS).padStart(4, '0');
  return `plant/07/line/${device}/temperature`;
}

/** A payload that differs from those of the packets around it. */
export function payloadNumber(index: number, length: number): Uint8Array {
  const payload = Buffer.alloc(length, `{"n":${index},"v":${(index * 7919) % 1000}} `);
  payload.writeUInt8(index % 256, length - 1);
  return payload;
}

/** A copy with memory of its own, so that no chunk shares a pool with another. */
export function ownCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

/** `bytes` in pieces of `size`; the last may be shorter. */
export function cut(bytes: Uint8Array, size: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    chunks.push(ownCopy(bytes.subarray(at, at + size)));
  }
  return chunks;
}

export function repeat(count: number, make: (index: number) => ReferenceFrame): ReferenceFrame[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function smallPublish(index: number): ReferenceFrame {
  return publishQos0(topicNumber(index), payloadNumber(index, SMALL_PAYLOAD));
}

/** What a request with a response might carry. */
export function sevenProperties(index: number): SevenProperties {
  return {
    payloadFormatIndicator: 1,
    messageExpiryInterval: 60 + (index % 1000),
    contentType: 'application/json',
    responseTopic: `reply/${topicNumber(index)}`,
    correlationData: Buffer.from(uint16(index)),
    userProperties: [
      ['trace', String(index).padStart(8, '0')],
      ['source', 'plant'],
    ],
  };
}

/** Of 16 frames: a PINGREQ, then PUBLISH and PUBACK by turns. */
function mixed(index: number): ReferenceFrame {
  if (index % 16 === 0) return pingreq();
  const packetIdentifier = 1 + (index % 65_535);
  return index % 2 === 0
    ? puback(packetIdentifier)
    : publishQos1(topicNumber(index), payloadNumber(index, SMALL_PAYLOAD), packetIdentifier);
}

/** The stream of these frames, in chunks of this size or one frame each. */
export function workload(
  id: string,
  title: string,
  frames: readonly ReferenceFrame[],
  chunkSize: number | 'frame',
  protocolVersion: 4 | 5 = 4,
): Workload {
  const bytes = Buffer.concat(frames.map((frame) => frame.bytes));
  const chunks =
    chunkSize === 'frame' ? frames.map((frame) => ownCopy(frame.bytes)) : cut(bytes, chunkSize);
  return {
    id,
    title,
    chunks,
    packets: frames.map((frame) => frame.packet),
    byteLength: bytes.length,
    protocolVersion,
  };
}

const MAKERS: Readonly<Record<string, (id: string) => Workload>> = {
  A: (id) =>
    workload(id, 'small QoS 0 PUBLISH, 64 KiB chunks', repeat(4096, smallPublish), SOCKET_READ),
  B: (id) =>
    workload(
      id,
      'small QoS 1 PUBLISH, PUBACK, PINGREQ, 64 KiB chunks',
      repeat(4096, mixed),
      SOCKET_READ,
    ),
  C: (id) =>
    workload(
      id,
      'PUBLISH of 4 KiB, 64 KiB chunks',
      repeat(1024, (index) => publishQos0(topicNumber(index), payloadNumber(index, 4096))),
      SOCKET_READ,
    ),
  D: (id) =>
    workload(
      id,
      'one PUBLISH of 1 MiB, 64 KiB chunks',
      repeat(1, (index) => publishQos0(topicNumber(index), payloadNumber(index, 1_048_576))),
      SOCKET_READ,
    ),
  E: (id) => workload(id, 'one small PUBLISH a chunk', repeat(2048, smallPublish), 'frame'),
  F: (id) => workload(id, 'small PUBLISH, 1-byte chunks', repeat(1024, smallPublish), 1),
  G: (id) =>
    workload(
      id,
      'MQTT 5.0 PUBLISH with 7 properties, 64 KiB chunks',
      repeat(2048, (index) =>
        publishWithProperties(
          topicNumber(index),
          payloadNumber(index, SMALL_PAYLOAD),
          sevenProperties(index),
        ),
      ),
      SOCKET_READ,
      5,
    ),
};

/** Letters of the workloads. */
export const WORKLOAD_IDS: readonly string[] = Object.keys(MAKERS);

const made = new Map<string, Workload>();

/** The workload of this letter; made once, when it is first asked for. */
export function workloadOf(id: string): Workload {
  const maker = MAKERS[id];
  if (maker === undefined) throw new RangeError(`there is no workload ${id}`);
  const workload = made.get(id) ?? maker(id);
  made.set(id, workload);
  return workload;
}
