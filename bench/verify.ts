/** Comparing what contestants make of the bytes, before anything is timed. */
import { type Case, Mismatch } from './contest.js';
import type { ExpectedPacket } from './frames.js';

const FIELDS = [
  'type',
  'remainingLength',
  'topic',
  'packetIdentifier',
  'qos',
  'dup',
  'retain',
  'properties',
] as const;

/** Which fields of a packet a contestant reports; the others are not compared. */
export type Compared = readonly (typeof FIELDS)[number][];

/** All but the length of the frame, which a decoded packet does not tell. */
export const PACKET_FIELDS: Compared = FIELDS.filter((field) => field !== 'remainingLength');
/** What splitting finds out. */
export const FRAME_FIELDS: Compared = ['type', 'remainingLength'];

/** Compares packets one by one, as they come, so that a million of them need not be kept. */
export class PacketComparison {
  readonly #expected: readonly ExpectedPacket[];
  readonly #fields: Compared;
  #count = 0;

  constructor(expected: readonly ExpectedPacket[], fields: Compared) {
    this.#expected = expected;
    this.#fields = fields;
  }

  /** How many packets there have been. */
  get count(): number {
    return this.#count;
  }

  /** Takes the next packet. Throws a {@link Mismatch} that names the difference. */
  take(packet: ExpectedPacket): void {
    const index = this.#count++;
    const wanted = this.#expected[index];
    // One too many: told by end(), with their number.
    if (wanted === undefined) return;
    for (const field of this.#fields) {
      if (packet[field] !== wanted[field]) {
        throw new Mismatch(
          `packet ${index}: ${field} is ${String(packet[field])}, expected ${String(wanted[field])}`,
        );
      }
    }
    if (this.#fields === PACKET_FIELDS) comparePayloads(index, packet.payload, wanted.payload);
  }

  /** Throws a {@link Mismatch} unless there were as many as expected. */
  end(): void {
    if (this.#count !== this.#expected.length) {
      throw new Mismatch(`${this.#count} packets, expected ${this.#expected.length}`);
    }
  }
}

/** Throws a {@link Mismatch} that names the first difference. */
export function comparePackets(
  actual: readonly ExpectedPacket[],
  expected: readonly ExpectedPacket[],
  fields: Compared,
): void {
  if (actual.length !== expected.length) {
    throw new Mismatch(`${actual.length} packets, expected ${expected.length}`);
  }
  const comparison = new PacketComparison(expected, fields);
  for (const packet of actual) comparison.take(packet);
}

function comparePayloads(
  index: number,
  actual: Uint8Array | undefined,
  expected: Uint8Array | undefined,
): void {
  if (actual === undefined || expected === undefined) {
    if (actual === expected) return;
    throw new Mismatch(
      `packet ${index}: ${actual === undefined ? 'no payload, expected one' : 'payload, expected none'}`,
    );
  }
  if (Buffer.compare(actual, expected) !== 0) {
    throw new Mismatch(
      `packet ${index}: payload of ${actual.length} bytes is not the expected one of ${expected.length} bytes`,
    );
  }
}

/** Throws a {@link Mismatch} that names the first difference between frames. */
export function compareFrames(
  actual: readonly Uint8Array[],
  expected: readonly Uint8Array[],
): void {
  if (actual.length !== expected.length) {
    throw new Mismatch(`${actual.length} frames, expected ${expected.length}`);
  }
  for (const [index, wanted] of expected.entries()) {
    const got = actual[index] as Uint8Array;
    if (Buffer.compare(got, wanted) === 0) continue;
    let at = 0;
    while (at < wanted.length && got[at] === wanted[at]) at++;
    throw new Mismatch(`frame ${index} differs from byte ${at} on`);
  }
}

/**
 * Checks every contestant of a case: what it makes of the bytes, and that the timed work is the
 * work that was checked. Throws a {@link Mismatch} that names case and contestant.
 */
export async function verifyCase({ id, contestants }: Case): Promise<void> {
  for (const contestant of contestants) {
    try {
      await contestant.check();
      const checksum = await contestant.run();
      if (checksum !== contestant.checksum) {
        throw new Mismatch(`timed run yields checksum ${checksum}, not ${contestant.checksum}`);
      }
    } catch (error) {
      throw new Mismatch(
        `${id}: ${contestant.name} is wrong, nothing was timed: ${(error as Error).message}`,
        { cause: error },
      );
    }
  }
}
