/**
 * What must hold for every packet, every stream and every chunking.
 *
 * Round trips alone prove little, so the second half is about bytes that no encoder wrote: whatever
 * they are, all scanners say the same of them, however they arrive.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decoder } from '../src/decoder/decoder.js';
import type { DecoderOptions } from '../src/decoder/options.js';
import { Encoder, encode } from '../src/encoder/encoder.js';
import type { EncodablePacket } from '../src/protocol/packets.js';
import { cuts, mutate, mutations, offsetsOf, packet } from './support/arbitraries.js';
import { packet5 } from './support/arbitraries-5.js';
import { cutAt, decodeChunks, type Outcome, SCANNERS } from './support/decode.js';
import { hex, join } from './support/hex.js';
import { rowsOf } from './support/rows.js';

const RUNS = Number(process.env.FAST_CHECK_RUNS ?? 400);

/** What is tried of each version: its packets, and the options for reading and writing them. */
const VERSIONS = [
  { version: 'MQTT 3.1.1 and 3.1', packet, reading: {}, writing: {} },
  {
    version: 'MQTT 5.0',
    packet: packet5,
    reading: { protocolVersion: 5 },
    writing: { protocolVersion: 5 },
  },
] as const;

const plain = (outcome: Outcome): unknown => ({
  packets: outcome.packets,
  code: outcome.error?.code,
  offset: outcome.error?.offset,
  packetType: outcome.error?.packetType,
  statement: outcome.error?.statement,
});

/** Legal options, as a server, a client or an observer might set them. */
const options: fc.Arbitrary<DecoderOptions> = fc
  .record({
    role: fc.constantFrom('any', 'any', 'any', 'server', 'client'),
    state: fc.constantFrom(undefined, undefined, 'open', 'unchecked'),
    maximumPacketSize: fc.constantFrom(undefined, undefined, 64, 1000),
    text: fc.constantFrom('allow', 'reject'),
    minimalRemainingLength: fc.boolean(),
  })
  .map(
    (record) =>
      Object.fromEntries(
        Object.entries(record).filter(([, value]) => value !== undefined),
      ) as DecoderOptions,
  );

describe.each(VERSIONS)('any packet of $version', ({ packet, reading, writing }) => {
  const encoder = new Encoder(writing);

  test('takes exactly the bytes announced, and encodes the same into a target', () => {
    fc.assert(
      fc.property(packet, fc.nat(50), (packet, offset) => {
        const bytes = encode(packet, writing);
        expect(encoder.encodedLength(packet)).toBe(bytes.length);
        const target = new Uint8Array(offset + bytes.length + 7).fill(0xa5);
        expect(encoder.encodeInto(packet, target, offset)).toBe(bytes.length);
        expect(target.subarray(offset, offset + bytes.length)).toEqual(new Uint8Array(bytes));
        expect(target.subarray(0, offset).every((byte) => byte === 0xa5)).toBe(true);
        expect(target.subarray(offset + bytes.length)).toEqual(new Uint8Array(7).fill(0xa5));
      }),
      { numRuns: RUNS },
    );
  });

  test.each(SCANNERS)('comes back the same under any chunking: %s', (scanner) => {
    fc.assert(
      fc.property(fc.array(packet, { minLength: 1, maxLength: 12 }), cuts, (packets, cuts) => {
        const stream = join(...packets.map((packet) => encode(packet, writing)));
        const pieces = cutAt(stream, offsetsOf(cuts, stream.length));
        const outcome = decodeChunks(pieces, { ...reading, scanner });
        expect(outcome.error).toBeUndefined();
        // Buffers compare by their bytes, whatever their class.
        expect(comparable(outcome.packets)).toEqual(comparable(packets));
      }),
      { numRuns: RUNS },
    );
  });
});

/** Packets with their bytes as plain arrays' text, so that Buffer and Uint8Array compare equal. */
function comparable(packets: readonly unknown[]): unknown {
  return JSON.parse(
    JSON.stringify(packets, (_, value: unknown) =>
      ArrayBuffer.isView(value)
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
        : isSerializedBuffer(value)
          ? Buffer.from(value.data).toString('hex')
          : value,
    ),
  );
}

function isSerializedBuffer(value: unknown): value is { data: number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
}

describe.each(VERSIONS)('any bytes as $version', ({ packet, reading, writing }) => {
  const bytesOf = (packets: readonly EncodablePacket[]): Uint8Array =>
    join(...packets.map((packet) => encode(packet, writing)));
  const [, ...others] = SCANNERS;
  const oracle = SCANNERS[0];

  /** Every scanner, whole and in pieces, says what the first says of the whole. */
  function expectAgreement(stream: Uint8Array, cuts: readonly number[], options: DecoderOptions) {
    const expected = plain(decodeChunks([stream], { ...options, scanner: oracle }));
    const pieces = cutAt(stream, offsetsOf(cuts, stream.length));
    for (const scanner of SCANNERS) {
      expect(plain(decodeChunks(pieces, { ...options, scanner })), scanner).toEqual(expected);
    }
    for (const scanner of others) {
      expect(plain(decodeChunks([stream], { ...options, scanner })), scanner).toEqual(expected);
    }
  }

  test('mean the same to every scanner under any chunking: mutated packets', () => {
    fc.assert(
      fc.property(
        fc.array(packet, { minLength: 1, maxLength: 8 }),
        mutations,
        cuts,
        options,
        (packets, changes, cuts, options) => {
          expectAgreement(mutate(bytesOf(packets), changes), cuts, {
            ...options,
            ...reading,
          });
        },
      ),
      { numRuns: RUNS * 3 },
    );
  });

  test('mean the same to every scanner under any chunking: random bytes behind a likely start', () => {
    const start = fc.constantFrom(
      '',
      '30',
      '32 05 00 01',
      '10 0C 00 04',
      '82',
      '90 03',
      'C0 00 3B',
    );
    fc.assert(
      fc.property(
        start,
        fc.uint8Array({ maxLength: 60 }),
        cuts,
        options,
        (start, bytes, cuts, o) => {
          expectAgreement(join(hex(start), bytes), cuts, { ...o, ...reading });
        },
      ),
      { numRuns: RUNS * 3 },
    );
  });

  test('give the same rows to the column in every scanner', () => {
    fc.assert(
      fc.property(
        fc.array(packet, { minLength: 1, maxLength: 8 }),
        fc.option(mutations, { nil: [] }),
        (packets, changes) => {
          const stream = mutate(bytesOf(packets), changes);
          const seen = SCANNERS.map((scanner) => {
            const batch = new Decoder({ ...reading, scanner }).push(stream);
            return {
              rows: rowsOf(batch),
              code: batch.error?.code,
              offset: batch.error?.offset,
            };
          });
          for (const other of seen) expect(other).toEqual(seen[0]);
        },
      ),
      { numRuns: RUNS * 2 },
    );
  });

  test('that decode encode to bytes that decode the same', () => {
    fc.assert(
      fc.property(
        fc.array(packet, { minLength: 1, maxLength: 5 }),
        mutations,
        (packets, changes) => {
          const { packets: good } = decodeChunks([mutate(bytesOf(packets), changes)], reading);
          // A mutation can make the reason code that is read, but not written where nobody asks for it.
          const doubtful = { sendDoubtfulReasonCodes: true, ...writing };
          const bytes = join(...good.map((packet) => encode(packet, doubtful)));
          const again = decodeChunks([bytes], reading);
          expect(again.error).toBeUndefined();
          expect(comparable(again.packets)).toEqual(comparable(good));
        },
      ),
      { numRuns: RUNS },
    );
  });
});
