/**
 * Splitting: chunks to frames, no packet made. Ours validates all the same, topics included.
 * mqtt-packet cannot split without decoding, so its figure here is that of its full decode.
 */
import { availableScanners, Decoder, type ScannerName } from 'mqtt-wasm';
import type { Case, Contestant } from './contest.js';
import { parseWithReference, REFERENCE } from './decode.js';
import { floorContestant } from './floor.js';
import type { ExpectedPacket } from './frames.js';
import { comparePackets, FRAME_FIELDS } from './verify.js';
import { type Workload, workloadOf } from './workloads.js';

/** Workloads whose splitting is also measured against the loop without any check. */
const WITH_FLOOR = 'A';

function lengthChecksum(packets: readonly ExpectedPacket[]): number {
  return packets.reduce((sum, packet) => sum + 1 + packet.remainingLength, 0);
}

function countFrames({ chunks, protocolVersion }: Workload, scanner: ScannerName): number {
  const decoder = new Decoder({ scanner, protocolVersion });
  let count = 0;
  for (const chunk of chunks) count += decoder.push(chunk).length;
  decoder.end();
  return count;
}

function visitFrames({ chunks, protocolVersion }: Workload, scanner: ScannerName): number {
  const decoder = new Decoder({ scanner, protocolVersion });
  let sum = 0;
  for (const chunk of chunks) {
    for (const frame of decoder.push(chunk)) sum += 1 + frame.remainingLength;
  }
  decoder.end();
  return sum;
}

function framesOf({ chunks, protocolVersion }: Workload, scanner: ScannerName): ExpectedPacket[] {
  const decoder = new Decoder({ scanner, protocolVersion });
  const found: ExpectedPacket[] = [];
  for (const chunk of chunks) {
    for (const { type, remainingLength } of decoder.push(chunk)) {
      found.push({ type, remainingLength });
    }
  }
  decoder.end();
  return found;
}

function contestants(workload: Workload, scanner: ScannerName): Contestant[] {
  const { packets } = workload;
  const check = () => comparePackets(framesOf(workload, scanner), packets, FRAME_FIELDS);
  return [
    {
      name: `${scanner}, batch.length`,
      checksum: packets.length,
      run: () => countFrames(workload, scanner),
      check,
    },
    {
      name: `${scanner}, for (frame of batch)`,
      checksum: lengthChecksum(packets),
      run: () => visitFrames(workload, scanner),
      check,
    },
  ];
}

function referenceContestant(workload: Workload): Contestant {
  const { packets } = workload;
  return {
    name: REFERENCE,
    checksum: lengthChecksum(packets),
    run() {
      let sum = 0;
      parseWithReference(workload, (packet) => {
        sum += 1 + (packet.length ?? 0);
      });
      return sum;
    },
    check() {
      const found: ExpectedPacket[] = [];
      parseWithReference(workload, ({ cmd, length = -1 }) =>
        found.push({ type: cmd.toUpperCase(), remainingLength: length }),
      );
      comparePackets(found, packets, FRAME_FIELDS);
    },
  };
}

export function splitCase(id: string): Case {
  const workload = workloadOf(id);
  return {
    id: `split/${id}`,
    kind: 'split',
    title: workload.title,
    packets: workload.packets.length,
    byteLength: workload.byteLength,
    reference: REFERENCE,
    contestants: [
      ...availableScanners().flatMap((scanner) => contestants(workload, scanner)),
      ...(id === WITH_FLOOR ? [floorContestant(workload)] : []),
      referenceContestant(workload),
    ],
  };
}
