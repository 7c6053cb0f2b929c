/**
 * The batch API: chunks to frames, and of each what a broker looks at to route it. No object is made for a frame.
 * mqtt-packet has nothing like it; it makes its packets, of which the same is looked at.
 */
import type mqtt from 'mqtt-packet';
import {
  availableScanners,
  Decoder,
  type FrameBatch,
  type FrameCursor,
  type ScannerName,
} from 'mqtt-wasm';
import { type Case, type Contestant, Mismatch } from './contest.js';
import { checkReference, observe, parseWithReference, REFERENCE } from './decode.js';
import { floorContestant } from './floor.js';
import { type ExpectedPacket, propertiesText, type SevenProperties } from './frames.js';
import { comparePackets, PACKET_FIELDS, PacketComparison } from './verify.js';
import { type Workload, workloadOf } from './workloads.js';

/** A larger PUBLISH comes in parts, so nothing is joined: as large as a read from a socket. */
export const PARTS_ABOVE = 65_536;
/** The workload whose PUBLISH is larger. */
export const IN_PARTS = 'D';
/** The workload that the loop without any check splits as well. */
const WITH_FLOOR = 'A';

/** What a broker that routes looks at, as a number. */
export function route(cursor: FrameCursor): number {
  switch (cursor.type) {
    case 'PUBLISH':
      return publishSum(cursor) + cursor.payloadLength;
    case 'PUBLISH_START':
      return publishSum(cursor);
    case 'PUBLISH_PART':
      return cursor.payloadLength;
    case 'PUBLISH_END':
      return 0;
    default:
      return 1 + cursor.packetIdentifier;
  }
}

function publishSum({ qos, packetIdentifier, topicId }: FrameCursor): number {
  return (topicId >= 0 ? 2 : 0) + qos + packetIdentifier;
}

/** What {@link route} finds in a whole batch. */
export function routeBatch(batch: FrameBatch): number {
  const cursor = batch.cursor();
  let sum = 0;
  while (cursor.next()) sum += route(cursor);
  return sum;
}

/** The same, and the topic as a string and the payload as a view. */
function deliverBatch(batch: FrameBatch): number {
  const cursor = batch.cursor();
  let sum = 0;
  while (cursor.next()) {
    sum += route(cursor) + (cursor.topic?.length ?? 0) + (cursor.payload?.length ?? 0);
  }
  return sum;
}

/** What {@link routeBatch} adds up to when everything is right. */
export function routeChecksum(packets: readonly ExpectedPacket[]): number {
  return packets.reduce(
    (sum, { type, qos = 0, packetIdentifier = 0, payload }) =>
      sum + (type === 'PUBLISH' ? 2 : 1) + qos + packetIdentifier + (payload?.length ?? 0),
    0,
  );
}

function deliverChecksum(packets: readonly ExpectedPacket[]): number {
  return packets.reduce(
    (sum, { topic, payload }) => sum + (topic?.length ?? 0) + (payload?.length ?? 0),
    routeChecksum(packets),
  );
}

/** Compares what cursors show with what a stream holds. Throws a `Mismatch` at the first difference. */
export class CursorObserver {
  readonly #comparison: PacketComparison;
  readonly #stream: Buffer;
  #position = 0;
  readonly #topicOfId = new Map<number, string | undefined>();
  /** The PUBLISH that is coming in parts, and how long its payload will be. */
  #begun: ExpectedPacket | undefined;
  #announced = 0;
  #parts: Uint8Array[] = [];

  constructor({ packets, chunks }: Pick<Workload, 'packets' | 'chunks'>) {
    this.#comparison = new PacketComparison(packets, PACKET_FIELDS);
    this.#stream = Buffer.concat(chunks);
  }

  /** Goes through all that a cursor has. */
  take(cursor: FrameCursor): void {
    while (cursor.next()) {
      this.#takeBytes(cursor.bytes);
      this.#takeFrame(cursor);
    }
  }

  /** To be called when the stream has ended. */
  end(): void {
    this.#comparison.end();
    this.#assertEqual('the number of bytes', this.#position, this.#stream.length);
  }

  #takeBytes(bytes: Uint8Array): void {
    const end = this.#position + bytes.length;
    const wanted = this.#stream.subarray(this.#position, end);
    this.#assertEqual('the order of the bytes', Buffer.compare(bytes, wanted), 0);
    this.#position = end;
  }

  #takeFrame(cursor: FrameCursor): void {
    const { type, payload, payloadLength } = cursor;
    if (type === 'PUBLISH_PART') {
      this.#assertEqual('payloadLength', payloadLength, payload?.length);
      this.#parts.push(Buffer.from(payload ?? []));
    } else if (type === 'PUBLISH_END') {
      const whole = Buffer.concat(this.#parts);
      this.#assertEqual('the length announced', this.#announced, whole.length);
      this.#comparison.take({ ...(this.#begun as ExpectedPacket), payload: whole });
      this.#parts = [];
    } else if (type === 'PUBLISH_START') {
      this.#begun = { ...this.#publish(cursor), type: 'PUBLISH' };
      this.#announced = payloadLength;
    } else if (type === 'PUBLISH') {
      this.#assertEqual('payloadLength', payloadLength, payload?.length);
      const shown = { ...this.#publish(cursor), payload };
      comparePackets([shown], [observe(cursor.packet())], PACKET_FIELDS);
      this.#comparison.take(shown);
    } else {
      const packetIdentifier = cursor.packetIdentifier || undefined;
      this.#comparison.take({ type, remainingLength: -1, packetIdentifier });
    }
  }

  #publish(cursor: FrameCursor): ExpectedPacket {
    const { type, topic, qos, dup, retain, properties, topicId } = cursor;
    if (topicId !== 0) {
      // Equal numbers mean equal topics, so different topics have different numbers.
      if (this.#topicOfId.has(topicId)) {
        this.#assertEqual(`topic ${topicId}`, topic, this.#topicOfId.get(topicId));
      }
      this.#topicOfId.set(topicId, topic);
    }
    return {
      type,
      remainingLength: -1,
      topic,
      packetIdentifier: cursor.packetIdentifier || undefined,
      qos,
      dup,
      retain,
      properties:
        properties === undefined ? undefined : propertiesText(properties as SevenProperties),
    };
  }

  #assertEqual(what: string, actual: unknown, expected: unknown): void {
    if (actual === expected) return;
    const where = `packet ${this.#comparison.count}`;
    throw new Mismatch(`${where}: ${what} is ${String(actual)}, expected ${String(expected)}`);
  }
}

function decoderFor({ id, protocolVersion }: Workload, scanner: ScannerName): Decoder {
  return id === IN_PARTS
    ? new Decoder({ scanner, protocolVersion, publishPartsAbove: PARTS_ABOVE })
    : new Decoder({ scanner, protocolVersion });
}

function contestant(
  name: string,
  workload: Workload,
  scanner: ScannerName,
  visit: (batch: FrameBatch) => number,
  checksum: number,
): Contestant {
  const { chunks } = workload;
  return {
    name,
    checksum,
    run() {
      const decoder = decoderFor(workload, scanner);
      let sum = 0;
      for (const chunk of chunks) sum += visit(decoder.push(chunk));
      decoder.end();
      return sum;
    },
    check() {
      const decoder = decoderFor(workload, scanner);
      const observer = new CursorObserver(workload);
      for (const chunk of chunks) observer.take(decoder.push(chunk).cursor());
      decoder.end();
      observer.end();
    },
  };
}

/** A broker that routes what this scanner finds. */
export function routingContestant(workload: Workload, scanner: ScannerName): Contestant {
  const checksum = routeChecksum(workload.packets);
  return contestant(scanner, workload, scanner, routeBatch, checksum);
}

/** One that wants the topic and the payload as well. */
export function deliveringContestant(workload: Workload, scanner: ScannerName): Contestant {
  const checksum = deliverChecksum(workload.packets);
  const name = `${scanner}, topic and payload`;
  return contestant(name, workload, scanner, deliverBatch, checksum);
}

/** The same of a packet of mqtt-packet, which has no numbers for topics. */
export function routeReference(packet: mqtt.Packet): number {
  const packetIdentifier = packet.messageId ?? 0;
  if (packet.cmd !== 'publish') return 1 + packetIdentifier;
  const { topic, qos, payload } = packet;
  return (topic.length > 0 ? 2 : 0) + qos + packetIdentifier + payload.length;
}

/** A broker that routes the packets of mqtt-packet. */
export function routingReference(workload: Workload): Contestant {
  return {
    name: REFERENCE,
    checksum: routeChecksum(workload.packets),
    run() {
      let sum = 0;
      parseWithReference(workload, (packet) => {
        sum += routeReference(packet);
      });
      return sum;
    },
    check: () => checkReference(workload),
  };
}

export function batchCase(id: string): Case {
  const workload = workloadOf(id);
  const [first] = availableScanners();
  return {
    id: `batch/${id}`,
    kind: 'batch',
    title: id === IN_PARTS ? `${workload.title}, as parts` : workload.title,
    packets: workload.packets.length,
    byteLength: workload.byteLength,
    reference: REFERENCE,
    contestants: [
      ...availableScanners().map((scanner) => routingContestant(workload, scanner)),
      deliveringContestant(workload, first as ScannerName),
      ...(id === WITH_FLOOR ? [floorContestant(workload)] : []),
      routingReference(workload),
    ],
  };
}
