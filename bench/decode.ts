/** Full decode: chunks to packets, of which type, topic, payload length and identifier are touched. */
import mqtt from 'mqtt-packet';
import { availableScanners, Decoder, type Packet, type ScannerName } from 'mqtt-wasm';
import type { Case, Contestant } from './contest.js';
import type { ExpectedPacket } from './frames.js';
import { comparePackets, PACKET_FIELDS } from './verify.js';
import { type Workload, workloadOf } from './workloads.js';

export const REFERENCE = 'mqtt-packet';

/** What a consumer of ours looks at, as a number. */
export function touch(packet: Packet): number {
  switch (packet.type) {
    case 'PUBLISH':
      return 1 + packet.topic.length + packet.payload.length + (packet.packetIdentifier ?? 0);
    case 'PUBACK':
      return 1 + packet.packetIdentifier;
    default:
      return 1;
  }
}

/** The same for packets of mqtt-packet. */
export function touchReference(packet: mqtt.Packet): number {
  switch (packet.cmd) {
    case 'publish':
      return 1 + packet.topic.length + packet.payload.length + (packet.messageId ?? 0);
    case 'puback':
      return 1 + (packet.messageId ?? 0);
    default:
      return 1;
  }
}

/** What {@link touch} adds up to when everything is right. */
export function packetChecksum(packets: readonly ExpectedPacket[]): number {
  return packets.reduce(
    (sum, { topic, payload, packetIdentifier }) =>
      sum + 1 + (topic?.length ?? 0) + (payload?.length ?? 0) + (packetIdentifier ?? 0),
    0,
  );
}

/** A packet of ours in the terms of the comparison. */
export function observe(packet: Packet): ExpectedPacket {
  return { remainingLength: -1, ...packet };
}

/** A packet of mqtt-packet in the terms of the comparison. */
export function observeReference(packet: mqtt.Packet): ExpectedPacket {
  const type = packet.cmd.toUpperCase();
  const remainingLength = packet.length ?? -1;
  const packetIdentifier = packet.messageId;
  if (packet.cmd !== 'publish') return { type, remainingLength, packetIdentifier };
  const { topic, qos, dup, retain } = packet;
  const payload = Buffer.from(packet.payload);
  return { type, remainingLength, packetIdentifier, topic, qos, dup, retain, payload };
}

/** Decodes a stream with mqtt-packet, whose parser emits while `parse()` runs. */
export function parseWithReference(
  chunks: readonly Buffer[],
  onPacket: (packet: mqtt.Packet) => void,
): void {
  const parser = mqtt.parser();
  parser.on('packet', onPacket);
  parser.on('error', (error: Error) => {
    throw error;
  });
  for (const chunk of chunks) parser.parse(chunk);
}

function decode(chunks: readonly Buffer[], scanner: ScannerName): number {
  const decoder = new Decoder({ scanner });
  let sum = 0;
  for (const chunk of chunks) {
    for (const packet of decoder.push(chunk).packets()) sum += touch(packet);
  }
  decoder.end();
  return sum;
}

function decodeWithReference(chunks: readonly Buffer[]): number {
  let sum = 0;
  parseWithReference(chunks, (packet) => {
    sum += touchReference(packet);
  });
  return sum;
}

function contestant({ chunks, packets }: Workload, scanner: ScannerName): Contestant {
  return {
    name: scanner,
    checksum: packetChecksum(packets),
    run: () => decode(chunks, scanner),
    check() {
      const decoder = new Decoder({ scanner });
      const found = chunks.flatMap((chunk) => [...decoder.push(chunk).packets()].map(observe));
      decoder.end();
      comparePackets(found, packets, PACKET_FIELDS);
    },
  };
}

function referenceContestant({ chunks, packets }: Workload): Contestant {
  return {
    name: REFERENCE,
    checksum: packetChecksum(packets),
    run: () => decodeWithReference(chunks),
    check() {
      const found: ExpectedPacket[] = [];
      parseWithReference(chunks, (packet) => found.push(observeReference(packet)));
      comparePackets(found, packets, PACKET_FIELDS);
    },
  };
}

export function decodeCase(id: string): Case {
  const workload = workloadOf(id);
  return {
    id: `decode/${id}`,
    kind: 'decode',
    title: workload.title,
    packets: workload.packets.length,
    byteLength: workload.byteLength,
    reference: REFERENCE,
    contestants: [
      ...availableScanners().map((scanner) => contestant(workload, scanner)),
      referenceContestant(workload),
    ],
  };
}
