/** `parser()` of mqtt-packet, ours and theirs, on the streams of full decode: chunks to the events `packet`. */
import { isDeepStrictEqual } from 'node:util';
import reference from 'mqtt-packet';
import { parser } from 'mqtt-wasm';
import { type Case, type Contestant, Mismatch } from '../contest.js';
import { checkReference, packetChecksum, REFERENCE, touchReference } from '../decode.js';
import { type Workload, workloadOf } from '../workloads.js';

/** The name of ours wherever the API is mqtt-packet's. */
export const DROP_IN = 'mqtt-wasm';

/** What both parsers have: that one package may stand in for the other is what it is about. */
type MakeParser = (options: { protocolVersion: number }) => reference.Parser;

/** Parses a stream; returns what the calls of `parse()` have returned, added up. */
function parse(
  makeParser: MakeParser,
  { chunks, protocolVersion }: Workload,
  onPacket: (packet: reference.Packet) => void,
): number {
  const subject = makeParser({ protocolVersion });
  subject.on('packet', onPacket);
  subject.on('error', (error: Error) => {
    throw error;
  });
  let held = 0;
  for (const chunk of chunks) held += subject.parse(chunk);
  return held;
}

function run(makeParser: MakeParser, workload: Workload): number {
  let sum = 0;
  parse(makeParser, workload, (packet) => {
    sum += touchReference(packet);
  });
  return sum;
}

/** Throws a {@link Mismatch} unless packets have the same fields, in the same order, with the same values. */
export function compareFields(index: number, ours: object, theirs: object): void {
  const names = Object.keys(ours).join();
  const wanted = Object.keys(theirs).join();
  if (names !== wanted) throw new Mismatch(`packet ${index}: fields ${names}, expected ${wanted}`);
  for (const [name, value] of Object.entries(theirs)) {
    const found: unknown = ours[name as keyof object];
    if (isDeepStrictEqual(found, value)) continue;
    throw new Mismatch(`packet ${index}: ${name} is not what mqtt-packet makes of it`);
  }
}

/** Throws a {@link Mismatch} unless our packets are those of mqtt-packet, and `parse()` returns the same. */
function compareWithReference(workload: Workload): void {
  const theirs: reference.Packet[] = [];
  const theirHeld = parse(reference.parser, workload, (packet) => theirs.push(packet));
  let count = 0;
  const held = parse(parser, workload, (packet) => {
    const wanted = theirs[count];
    if (wanted !== undefined) compareFields(count, packet, wanted);
    count++;
  });
  if (count !== theirs.length) throw new Mismatch(`${count} packets, expected ${theirs.length}`);
  if (held !== theirHeld) throw new Mismatch(`parse() says ${held} bytes held, not ${theirHeld}`);
}

export function parserCase(id: string): Case {
  const workload = workloadOf(id);
  const checksum = packetChecksum(workload.packets);
  const contestants: readonly Contestant[] = [
    {
      name: DROP_IN,
      checksum,
      run: () => run(parser, workload),
      check: () => compareWithReference(workload),
    },
    {
      name: REFERENCE,
      checksum,
      run: () => run(reference.parser, workload),
      check: () => checkReference(workload),
    },
  ];
  return {
    id: `compat/parser/${id}`,
    kind: 'compat/parser',
    title: workload.title,
    packets: workload.packets.length,
    byteLength: workload.byteLength,
    reference: REFERENCE,
    contestants,
  };
}
