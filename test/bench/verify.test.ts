/** A contestant that gets anything wrong is found out before it is timed. */
import { describe, expect, it } from 'vitest';
import { type Case, type Contestant, Mismatch } from '../../bench/contest.js';
import { splitUnchecked } from '../../bench/floor.js';
import type { ExpectedPacket } from '../../bench/frames.js';
import {
  compareFrames,
  comparePackets,
  FRAME_FIELDS,
  PACKET_FIELDS,
  verifyCase,
} from '../../bench/verify.js';
import { cut, workloadOf } from '../../bench/workloads.js';

const EXPECTED = workloadOf('B').packets.slice(0, 4);

/** The expected packets with packet number `index` changed. */
function changed(index: number, change: Partial<ExpectedPacket>): ExpectedPacket[] {
  return EXPECTED.map((packet, at) => (at === index ? { ...packet, ...change } : packet));
}

function caseOf(...contestants: Contestant[]): Case {
  return {
    id: 'decode/test',
    kind: 'decode',
    title: 'test',
    packets: EXPECTED.length,
    byteLength: 100,
    reference: 'right',
    contestants,
  };
}

function contestantThatFinds(name: string, found: readonly ExpectedPacket[]): Contestant {
  return {
    name,
    checksum: EXPECTED.length,
    run: () => found.length,
    check: () => comparePackets(found, EXPECTED, PACKET_FIELDS),
  };
}

describe('comparePackets', () => {
  it('takes what is right', () => {
    expect(() => comparePackets(EXPECTED, EXPECTED, PACKET_FIELDS)).not.toThrow();
  });

  const copy = Uint8Array.from(EXPECTED[1]?.payload ?? []);
  copy[31] = (copy[31] ?? 0) ^ 1;

  it.each<[string, ExpectedPacket[], RegExp]>([
    ['a packet too few', EXPECTED.slice(1), /3 packets, expected 4/],
    ['a packet too many', [...EXPECTED, ...EXPECTED.slice(0, 1)], /5 packets, expected 4/],
    ['a wrong type', changed(2, { type: 'PUBREC' }), /packet 2: type is PUBREC, expected PUBACK/],
    ['a wrong topic', changed(1, { topic: 'a' }), /packet 1: topic is a, expected plant/],
    ['a wrong identifier', changed(1, { packetIdentifier: 9 }), /packetIdentifier is 9/],
    ['no identifier', changed(2, { packetIdentifier: undefined }), /packetIdentifier is undefined/],
    ['a wrong QoS', changed(1, { qos: 2 }), /packet 1: qos is 2, expected 1/],
    ['a wrong DUP', changed(1, { dup: true }), /packet 1: dup/],
    ['a wrong RETAIN', changed(1, { retain: true }), /packet 1: retain/],
    ['a payload with a wrong bit', changed(1, { payload: copy }), /packet 1: payload of 32/],
    ['no payload', changed(1, { payload: undefined }), /packet 1: no payload/],
    ['a payload too many', changed(0, { payload: copy }), /packet 0: payload, expected none/],
  ])('refuses %s', (_, found, message) => {
    expect(() => comparePackets(found, EXPECTED, PACKET_FIELDS)).toThrow(message);
  });

  it('refuses a wrong Remaining Length of a frame', () => {
    const found = changed(1, { remainingLength: 1 });
    expect(() => comparePackets(found, EXPECTED, FRAME_FIELDS)).toThrow(/remainingLength is 1/);
  });
});

describe('compareFrames', () => {
  it('says where the first difference is', () => {
    const frames = [Uint8Array.of(1, 2), Uint8Array.of(3, 4)];
    expect(() => compareFrames(frames, frames)).not.toThrow();
    expect(() => compareFrames([Uint8Array.of(1, 2), Uint8Array.of(3, 5)], frames)).toThrow(
      'frame 1 differs from byte 1 on',
    );
    expect(() => compareFrames([Uint8Array.of(1)], frames)).toThrow('1 frames, expected 2');
  });
});

describe('verifyCase', () => {
  const right = contestantThatFinds('right', EXPECTED);

  it('lets a case pass in which all are right', async () => {
    await expect(verifyCase(caseOf(right))).resolves.toBeUndefined();
  });

  it('names the case, the contestant and the difference', async () => {
    const wrong = contestantThatFinds('wrong', changed(1, { topic: 'a' }));
    const verdict = verifyCase(caseOf(right, wrong));
    await expect(verdict).rejects.toThrow(Mismatch);
    await expect(verdict).rejects.toThrow(/^decode\/test: wrong is wrong.*packet 1: topic is a/);
  });

  it('refuses a timed run that does other work than what was compared', async () => {
    const lazy: Contestant = { ...right, name: 'lazy', run: () => 0 };
    await expect(verifyCase(caseOf(lazy))).rejects.toThrow(/lazy.*checksum 0, not 4/);
    const later: Contestant = { ...lazy, run: async () => 4, isAsync: true };
    await expect(verifyCase(caseOf(later))).resolves.toBeUndefined();
  });

  it('refuses a contestant that throws', async () => {
    const check = () => {
      throw new Error('out of order');
    };
    await expect(verifyCase(caseOf({ ...right, check }))).rejects.toThrow(/right.*out of order/);
  });
});

describe('the floor', () => {
  it('finds the same frames however the bytes are cut', () => {
    const { chunks, packets } = workloadOf('B');
    const bytes = Buffer.concat(chunks);
    for (const size of [1, 2, 3, 67, 4096, bytes.length]) {
      const table = new Int32Array(packets.length * 2);
      expect(splitUnchecked(cut(bytes, size), table)).toBe(packets.length);
      expect(table.filter((_, index) => index % 2 === 1)).toEqual(
        Int32Array.from(packets, ({ remainingLength }) => remainingLength),
      );
    }
  });
});
