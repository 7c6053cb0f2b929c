/** Encoding what belongs together: bursts that leave in one write, and one message to many subscribers. */
import mqtt from 'mqtt-packet';
import { Encoder, PublishFanOut, type QoS } from 'mqtt-wasm';
import type { Case, Contestant } from './contest.js';
import { REFERENCE } from './decode.js';
import { type Encodable, puback, publish } from './encodables.js';
import { frame, text, uint16 } from './frames.js';
import { compareFrames } from './verify.js';
import { payloadNumber, topicNumber } from './workloads.js';

const BURSTS = 16;
const BURST = 64;
const MESSAGES = 10;
const SUBSCRIBERS = 100;

/** Makes buffers of all groups, one after the other; `expected` is what they have to be. */
function contestant<Group>(
  name: string,
  groups: readonly Group[],
  expected: readonly Uint8Array[],
  make: (group: Group) => readonly Uint8Array[],
): Contestant {
  return {
    name,
    checksum: expected.reduce((sum, bytes) => sum + bytes.length, 0),
    run() {
      let sum = 0;
      for (const group of groups) for (const bytes of make(group)) sum += bytes.length;
      return sum;
    },
    check: () => compareFrames([Buffer.concat(groups.flatMap(make))], [Buffer.concat(expected)]),
  };
}

function caseOf(
  name: string,
  title: string,
  expected: readonly Uint8Array[],
  contestants: readonly Contestant[],
): Case {
  return {
    id: `encode/${name}`,
    kind: 'encode',
    title,
    packets: expected.length,
    byteLength: expected.reduce((sum, bytes) => sum + bytes.length, 0),
    reference: REFERENCE,
    contestants,
  };
}

function burstCase(name: string, title: string, make: (index: number) => Encodable): Case {
  const bursts = Array.from({ length: BURSTS }, (_, burst) => {
    const packets = Array.from({ length: BURST }, (_, index) => make(burst * BURST + index));
    return {
      ours: packets.map((packet) => packet.ours),
      reference: packets.map((packet) => packet.reference),
      bytes: packets.map((packet) => packet.bytes),
    };
  });
  type Burst = (typeof bursts)[number];
  const expected = bursts.flatMap(({ bytes }) => bytes);
  const encoder = new Encoder({ protocolVersion: 4 });
  const each = ({ ours }: Burst) => ours.map((packet) => encoder.encode(packet));
  return caseOf(name, title, expected, [
    contestant('encodeAll()', bursts, expected, ({ ours }) => [encoder.encodeAll(ours)]),
    contestant('encode() each, Buffer.concat()', bursts, expected, (burst) => [
      Buffer.concat(each(burst)),
    ]),
    contestant('encode() each', bursts, expected, each),
    contestant(REFERENCE, bursts, expected, ({ reference }) =>
      reference.map((packet) => mqtt.generate(packet)),
    ),
  ]);
}

function fanOutCase(name: string, title: string, qos: QoS): Case {
  const messages = Array.from({ length: MESSAGES }, (_, index) => ({
    topic: topicNumber(index),
    payload: Buffer.from(payloadNumber(index, 32)),
  }));
  type Message = (typeof messages)[number];
  // At QoS 0 there is no Packet Identifier.
  const identifiers = Array.from({ length: SUBSCRIBERS }, (_, index) =>
    qos === 0 ? undefined : index + 1,
  );
  const expected = messages.flatMap(({ topic, payload }) =>
    identifiers.map((identifier) =>
      identifier === undefined
        ? frame(0x30, [text(topic), payload])
        : frame(0x30 | (qos << 1), [text(topic), uint16(identifier), payload]),
    ),
  );
  const encoder = new Encoder({ protocolVersion: 4 });
  const fanOut = (message: Message) => {
    const prepared = new PublishFanOut(message);
    return identifiers.map((packetIdentifier) => prepared.encode({ qos, packetIdentifier }));
  };
  const inParts = (message: Message) => {
    const prepared = new PublishFanOut(message);
    const buffers: Uint8Array[] = [];
    for (const packetIdentifier of identifiers) {
      buffers.push(...prepared.encodeParts({ qos, packetIdentifier }));
    }
    return buffers;
  };
  return caseOf(name, title, expected, [
    contestant('PublishFanOut, encode()', messages, expected, fanOut),
    contestant('PublishFanOut, encodeParts()', messages, expected, inParts),
    contestant('encode() each', messages, expected, (message) =>
      identifiers.map((packetIdentifier) =>
        encoder.encode({ type: 'PUBLISH', ...message, qos, packetIdentifier }),
      ),
    ),
    contestant(REFERENCE, messages, expected, (message) =>
      identifiers.map((identifier) =>
        mqtt.generate({
          cmd: 'publish',
          ...message,
          qos,
          retain: false,
          dup: false,
          ...(identifier === undefined ? {} : { messageId: identifier }),
        }),
      ),
    ),
  ]);
}

const MAKERS = {
  'burst-puback': (name: string) => burstCase(name, 'bursts of 64 PUBACK, a buffer each', puback),
  'burst-publish': (name: string) =>
    burstCase(name, 'bursts of 64 small QoS 0 PUBLISH, a buffer each', publish),
  'fan-out-0': (name: string) => fanOutCase(name, 'a small PUBLISH to 100 subscribers at QoS 0', 0),
  'fan-out-1': (name: string) => fanOutCase(name, 'a small PUBLISH to 100 subscribers at QoS 1', 1),
} as const satisfies Readonly<Record<string, (name: string) => Case>>;

export type ManyName = keyof typeof MAKERS;
export const MANY_NAMES = Object.keys(MAKERS) as readonly ManyName[];

export function manyCase(name: ManyName): Case {
  return MAKERS[name](name);
}
