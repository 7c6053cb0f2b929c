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

/** Throws a {@link Mismatch} that names the first difference. */
export function comparePackets(
  actual: readonly ExpectedPacket[],
  expected: readonly ExpectedPacket[],
  fields: Compared,
): void {
  if (actual.length !== expected.length) {
    throw new Mismatch(`${actual.length} packets, expected ${expected.length}`);
  }
  for (const [index, wanted] of expected.entries()) {
    const got = actual[index] as ExpectedPacket;
    for (const field of fields) {
      if (got[field] !== wanted[field]) {
        throw new Mismatch(
          `packet ${index}: ${field} is ${String(got[field])}, expected ${String(wanted[field])}`,
        );
      }
    }
    if (fields === PACKET_FIELDS) comparePayloads(index, got.payload, wanted.payload);
  }
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
