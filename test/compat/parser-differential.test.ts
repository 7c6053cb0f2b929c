/** `parser()` against that of mqtt-packet: the same for what is right, and what is known to differ for what is wrong. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import mqtt, { type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { connectPacketOf, packetOf, type Version } from './arbitrary.js';
import { chunksOf, seenByOurs, seenByTheirs } from './parsing.js';

const EMPTY_AUTH = Buffer.from([0xf0, 0]);
const VERSIONS: readonly Version[] = [3, 4, 5];

function bytesOf(packets: readonly Packet[], protocolVersion: Version): Buffer {
  return Buffer.concat(packets.map((packet) => mqtt.generate(packet, { protocolVersion })));
}

describe.each(VERSIONS)('packets of version %i', (version) => {
  const packets = fc.array(packetOf(version), { minLength: 1, maxLength: 6 });
  const lengths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 });

  it('are the same, and parse() returns the same, in any chunks', () => {
    fc.assert(
      fc.property(packets, lengths, (packets, lengths) => {
        const chunks = chunksOf(bytesOf(packets, version), lengths);
        const options = { protocolVersion: version };
        const theirs = seenByTheirs(chunks, options);
        expect(theirs.errors).toEqual([]);
        assert.deepEqual(seenByOurs(chunks, options), theirs);
      }),
    );
  });

  it('are the same behind a CONNECT that tells the version', () => {
    fc.assert(
      fc.property(connectPacketOf(version), packets, lengths, (connect, packets, lengths) => {
        const chunks = chunksOf(bytesOf([connect, ...packets], version), lengths);
        const theirs = seenByTheirs(chunks);
        expect(theirs.errors).toEqual([]);
        assert.deepEqual(seenByOurs(chunks), theirs);
      }),
    );
  });

  it('have the same own properties in the same order', () => {
    fc.assert(
      fc.property(packets, (packets) => {
        const chunks = [bytesOf(packets, version)];
        const options = { protocolVersion: version };
        const keys = (seen: readonly unknown[]) =>
          seen.map((packet) => Object.keys(packet as object));
        expect(keys(seenByOurs(chunks, options).packets)).toEqual(
          keys(seenByTheirs(chunks, options).packets),
        );
      }),
    );
  });
});

describe.each(VERSIONS)('wrong bytes in packets of version %i', (version) => {
  const change = fc.record({
    at: fc.nat(200),
    byte: fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 5, 0x23, 0x7f, 0x80, 0xff), fc.nat(255)),
  });
  const cut = fc.option(fc.nat(30), { nil: 0 });
  const frame = fc
    .tuple(
      fc.oneof(packetOf(version), packetOf(version), connectPacketOf(version)),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      cut,
    )
    .map(([packet, changes, cut]) => changed(bytesOf([packet], version), changes, cut));

  it('are refused in the same words, or for a rule that mqtt-packet does not know', () => {
    fc.assert(
      fc.property(frame, (frame) => {
        const options = { protocolVersion: version };
        const theirs = seenByTheirs([frame], options);
        const ours = seenByOurs([frame], options);
        const [theirError] = theirs.errors;
        const [ourError] = ours.errors;
        if (theirError === undefined) {
          if (ourError === undefined) assert.deepEqual(ours, theirs);
          else expect(ourError).toMatch(/ \([A-Z]{4,11}, byte \d+ of the stream/);
        } else if (frame.equals(EMPTY_AUTH) && version === 5) {
          // It says Success, which mqtt-packet does not take.
          expect(ourError).toBeUndefined();
        } else if (version === 5 && isDisconnectForBadMethod(frame)) {
          // Nor does it take this reason code. There may be something else that is wrong.
          expect(theirError).toBe('Invalid disconnect reason code');
          expect(ourError).not.toBe(theirError);
        } else if (frame.length === 3) {
          // Where there is no Packet Identifier, mqtt-packet reads the byte that is there twice.
          expect(ourError).toBeDefined();
        } else expect(ours.errors).toEqual([theirError]);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Whether a frame, whose body is shorter than 16 KiB, is a DISCONNECT for a Bad authentication method. */
function isDisconnectForBadMethod(frame: Buffer): boolean {
  const body = (frame[1] as number) < 0x80 ? 2 : 3;
  return frame[0] === 0xe0 && frame[body] === 0x8c;
}

/** The frame with some bytes changed, and without some at its end, which its Remaining Length knows of. */
function changed(
  frame: Buffer,
  changes: readonly { at: number; byte: number }[],
  cut: number,
): Buffer {
  const body = frame.indexOf(frame.subarray(1).find((byte) => byte < 0x80) as number, 1) + 1;
  const rest = Buffer.from(frame.subarray(body, Math.max(body, frame.length - cut)));
  const header = Buffer.from([frame[0] as number]);
  for (const { at, byte } of changes) {
    if (at < rest.length) rest[at] = byte;
    else if (at === rest.length) header[0] = byte;
  }
  const length =
    rest.length < 0x80
      ? Buffer.from([rest.length])
      : Buffer.from([(rest.length & 0x7f) | 0x80, rest.length >> 7]);
  return Buffer.concat([header, length, rest]);
}
