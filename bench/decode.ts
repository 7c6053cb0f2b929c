/** Full decode: chunks to packets, of which type, topic, payload length and identifier are touched. */
import mqtt from 'mqtt-packet';
import { availableScanners, type ControlPacket, Decoder, type ScannerName } from 'mqtt-wasm';
import type { Case, Contestant } from './contest.js';
import { type ExpectedPacket, propertiesText, type SevenProperties } from './frames.js';
import { PACKET_FIELDS, PacketComparison } from './verify.js';
import { type Workload, workloadOf } from './workloads.js';

export const REFERENCE = 'mqtt-packet';

/** What a consumer of ours looks at, as a number. */
export function touch(packet: ControlPacket): number {
  switch (packet.type) {
    case 'PUBLISH':
      return (
        1 +
        packet.topic.length +
        packet.payload.length +
        (packet.packetIdentifier ?? 0) +
        (packet.properties?.messageExpiryInterval ?? 0)
      );
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
      return (
        1 +
        packet.topic.length +
        packet.payload.length +
        (packet.messageId ?? 0) +
        (packet.properties?.messageExpiryInterval ?? 0)
      );
    case 'puback':
      return 1 + (packet.messageId ?? 0);
    default:
      return 1;
  }
}

/** What {@link touch} adds up to when everything is right. */
export function packetChecksum(packets: readonly ExpectedPacket[]): number {
  return packets.reduce(
    (sum, { topic, payload, packetIdentifier, properties }) =>
      sum +
      1 +
      (topic?.length ?? 0) +
      (payload?.length ?? 0) +
      (packetIdentifier ?? 0) +
      (properties === undefined ? 0 : JSON.parse(properties).messageExpiryInterval),
    0,
  );
}

/** A packet of ours in the terms of the comparison. */
export function observe(packet: ControlPacket): ExpectedPacket {
  if (packet.type !== 'PUBLISH') return { ...packet, remainingLength: -1, properties: undefined };
  const properties =
    packet.properties === undefined
      ? undefined
      : propertiesText(packet.properties as SevenProperties);
  return { ...packet, remainingLength: -1, properties };
}

/** The properties of a PUBLISH of mqtt-packet, which has one-byte properties as booleans and names as keys. */
function referenceProperties(packet: mqtt.IPublishPacket): string | undefined {
  const { properties } = packet;
  if (properties === undefined) return undefined;
  const pairs = Object.entries(properties.userProperties ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  return propertiesText({
    payloadFormatIndicator: Number(properties.payloadFormatIndicator),
    messageExpiryInterval: properties.messageExpiryInterval ?? -1,
    contentType: properties.contentType ?? '',
    responseTopic: properties.responseTopic ?? '',
    correlationData: properties.correlationData ?? new Uint8Array(0),
    userProperties: pairs,
  });
}

/** A packet of mqtt-packet in the terms of the comparison. */
export function observeReference(packet: mqtt.Packet): ExpectedPacket {
  const type = packet.cmd.toUpperCase();
  const remainingLength = packet.length ?? -1;
  const packetIdentifier = packet.messageId;
  if (packet.cmd !== 'publish') return { type, remainingLength, packetIdentifier };
  const { topic, qos, dup, retain } = packet;
  const payload = Buffer.from(packet.payload);
  const properties = referenceProperties(packet);
  return { type, remainingLength, packetIdentifier, topic, qos, dup, retain, payload, properties };
}

/** Decodes a stream with mqtt-packet, whose parser emits while `parse()` runs. */
export function parseWithReference(
  { chunks, protocolVersion }: Workload,
  onPacket: (packet: mqtt.Packet) => void,
): void {
  const parser = mqtt.parser({ protocolVersion });
  parser.on('packet', onPacket);
  parser.on('error', (error: Error) => {
    throw error;
  });
  for (const chunk of chunks) parser.parse(chunk);
}

function decode({ chunks, protocolVersion }: Workload, scanner: ScannerName): number {
  const decoder = new Decoder({ scanner, protocolVersion });
  let sum = 0;
  for (const chunk of chunks) {
    for (const packet of decoder.push(chunk).packets()) sum += touch(packet);
  }
  decoder.end();
  return sum;
}

function decodeWithReference(workload: Workload): number {
  let sum = 0;
  parseWithReference(workload, (packet) => {
    sum += touchReference(packet);
  });
  return sum;
}

/** Throws a `Mismatch` unless mqtt-packet makes of a stream what it should. */
export function checkReference(workload: Workload): void {
  const comparison = new PacketComparison(workload.packets, PACKET_FIELDS);
  parseWithReference(workload, (packet) => comparison.take(observeReference(packet)));
  comparison.end();
}

/** Packets of ours, made from what `scanner` finds. */
export function decodingContestant(
  workload: Workload,
  scanner: ScannerName,
  name: string = scanner,
): Contestant {
  const { chunks, packets, protocolVersion } = workload;
  return {
    name,
    checksum: packetChecksum(packets),
    run: () => decode(workload, scanner),
    check() {
      const decoder = new Decoder({ scanner, protocolVersion });
      const comparison = new PacketComparison(packets, PACKET_FIELDS);
      for (const chunk of chunks) {
        for (const packet of decoder.push(chunk).packets()) comparison.take(observe(packet));
      }
      decoder.end();
      comparison.end();
    },
  };
}

function referenceContestant(workload: Workload): Contestant {
  return {
    name: REFERENCE,
    checksum: packetChecksum(workload.packets),
    run: () => decodeWithReference(workload),
    check: () => checkReference(workload),
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
      ...availableScanners().map((scanner) => decodingContestant(workload, scanner)),
      referenceContestant(workload),
    ],
  };
}
