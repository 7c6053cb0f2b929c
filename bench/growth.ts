/** How the cost of a packet grows: the batch API with each scanner, packets, and mqtt-packet, along each curve. */
import mqtt from 'mqtt-packet';
import { availableScanners, Decoder, type ScannerName } from 'mqtt-wasm';
import {
  CursorObserver,
  deliveringContestant,
  routeBatch,
  routeChecksum,
  routeReference,
  routingContestant,
  routingReference,
} from './batch.js';
import { collidingContestants } from './collisions.js';
import type { Case, Contestant } from './contest.js';
import { type Curve, curveWorkload } from './curves.js';
import { checkReference, decodingContestant, REFERENCE } from './decode.js';
import { tinyChunkContestants } from './tiny-chunks.js';
import type { Workload } from './workloads.js';

/** The curve whose chunks go to many decoders. */
const BY_CONNECTION = 'connections';
/** The curve on which the scanners are alone, with keys that are known. */
const BY_COLLISION = 'colliding-topics';
/** The curve on which the scanners are alone, and WebAssembly takes every chunk. */
const BY_FRAME = 'frame-a-chunk';
/** The curve on which it matters whether somebody wants the topic as a string. */
const BY_TOPIC = 'topics';

/** The contestants of a stream that one decoder gets. */
function oneDecoder(workload: Workload, curve: Curve): Contestant[] {
  const scanners = availableScanners();
  const first = scanners[0] as ScannerName;
  return [
    ...scanners.map((scanner) => routingContestant(workload, scanner)),
    ...(curve.name === BY_TOPIC ? [deliveringContestant(workload, first)] : []),
    decodingContestant(workload, first, `${first}, packets`),
    routingReference(workload),
  ];
}

/** A decoder for each connection, made once: chunk after chunk goes to the next of them. */
function manyDecoders(workload: Workload, connections: number, scanner: ScannerName): Contestant {
  const { chunks, packets, protocolVersion } = workload;
  const decoders = Array.from(
    { length: connections },
    () => new Decoder({ scanner, protocolVersion }),
  );
  const decoderOf = (index: number) => decoders[index % connections] as Decoder;
  return {
    name: scanner,
    checksum: routeChecksum(packets),
    run() {
      let sum = 0;
      for (let i = 0; i < chunks.length; i++) {
        sum += routeBatch(decoderOf(i).push(chunks[i] as Buffer));
      }
      return sum;
    },
    check() {
      const observer = new CursorObserver(workload);
      for (const [index, chunk] of chunks.entries()) {
        observer.take(decoderOf(index).push(chunk).cursor());
      }
      observer.end();
    },
  };
}

function manyParsers(workload: Workload, connections: number): Contestant {
  const { chunks, packets } = workload;
  let sum = 0;
  const parsers = Array.from({ length: connections }, () => {
    const parser = mqtt.parser();
    parser.on('packet', (packet) => {
      sum += routeReference(packet);
    });
    parser.on('error', (error: Error) => {
      throw error;
    });
    return parser;
  });
  return {
    name: REFERENCE,
    checksum: routeChecksum(packets),
    run() {
      sum = 0;
      for (let i = 0; i < chunks.length; i++) {
        (parsers[i % connections] as mqtt.Parser).parse(chunks[i] as Buffer);
      }
      return sum;
    },
    check: () => checkReference(workload),
  };
}

function contestantsAt(curve: Curve, x: number, workload: Workload): Contestant[] {
  switch (curve.name) {
    case BY_CONNECTION:
      return [
        ...availableScanners().map((scanner) => manyDecoders(workload, x, scanner)),
        manyParsers(workload, x),
      ];
    case BY_COLLISION:
      return [...collidingContestants(workload, x), routingReference(workload)];
    case BY_FRAME:
      return [...tinyChunkContestants(workload), routingReference(workload)];
    default:
      return oneDecoder(workload, curve);
  }
}

/** The case at one point of a curve. */
export function growthCase(curve: Curve, x: number): Case {
  const workload = curveWorkload(curve, x);
  return {
    id: `growth/${curve.name}/${x}`,
    kind: 'growth',
    title: workload.title,
    packets: workload.packets.length,
    byteLength: workload.byteLength,
    reference: REFERENCE,
    contestants: contestantsAt(curve, x, workload),
    point: { curve: curve.name, x },
  };
}
