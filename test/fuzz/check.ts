/**
 * What must hold of a case of the fuzzer: all scanners say the same, however the bytes arrive; nothing but an
 * `MqttError` is thrown; no decoder holds more than it was given, or takes its time; and what
 * was decoded encodes to bytes that decode the same.
 */
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { Decoder } from '../../src/decoder/decoder.js';
import type { DecoderOptions } from '../../src/decoder/options.js';
import { Encoder } from '../../src/encoder/encoder.js';
import { MqttError } from '../../src/errors.js';
import { MAXIMUM_FRAME_LENGTH } from '../../src/protocol/packet-types.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { offsetsOf } from '../support/arbitraries.js';
import { byteByByte, cutAt, SCANNERS } from '../support/decode.js';
import { rowsOf } from '../support/rows.js';
import { summary } from '../support/summary.js';
import { type FuzzCase, streamOf } from './case.js';

/** Milliseconds that no case takes by far, whatever the machine is busy with. */
const TOO_LONG = 10_000;

const NO_LIMITS = {
  maximumPacketSize: MAXIMUM_FRAME_LENGTH,
  maximumConnectPacketSize: MAXIMUM_FRAME_LENGTH,
  maximumListPacketSize: MAXIMUM_FRAME_LENGTH,
};

/** What became of a stream. */
interface Outcome {
  readonly packets: readonly ControlPacket[];
  readonly rows: readonly string[];
  readonly error: MqttError | undefined;
}

/** Decodes a stream that arrives as `chunks` and then ends, with an eye on what the decoder holds. */
function decode(chunks: readonly Uint8Array[], options: DecoderOptions): Outcome {
  const decoder = new Decoder(options);
  const { maximumPacketSize = MAXIMUM_FRAME_LENGTH } = options;
  const packets: ControlPacket[] = [];
  const rows: string[] = [];
  let received = 0;
  try {
    for (const chunk of chunks) {
      const batch = decoder.push(chunk);
      received += chunk.length;
      // Up to four bytes of a fixed header are held before its length is known.
      assert.ok(decoder.unfinishedLength <= Math.min(received, Math.max(4, maximumPacketSize)));
      for (const row of rowsOf(batch)) rows.push(row.join());
      for (const packet of batch.packets()) packets.push(packet);
    }
    decoder.end();
  } catch (error) {
    if (!(error instanceof MqttError)) throw error;
    assert.equal(decoder.unfinishedLength <= received, true);
    return { packets, rows, error };
  }
  return { packets, rows, error: undefined };
}

/** Parts of one payload that follow each other, as one: how many there are is up to the chunks. */
function withJoinedParts(packets: readonly ControlPacket[]): ControlPacket[] {
  const joined: ControlPacket[] = [];
  let parts: Uint8Array[] = [];
  const flush = (): void => {
    if (parts.length > 0) joined.push({ type: 'PUBLISH_PART', payload: Buffer.concat(parts) });
    parts = [];
  };
  for (const packet of packets) {
    if (packet.type === 'PUBLISH_PART') {
      parts.push(packet.payload);
    } else {
      flush();
      joined.push(packet);
    }
  }
  flush();
  return joined;
}

function errorText(error: MqttError | undefined): string {
  if (error === undefined) return 'no error';
  const { code, errorClass, reasonCode, packetType, offset, statement, protocolVersion } = error;
  return summary({ code, errorClass, reasonCode, packetType, offset, statement, protocolVersion });
}

/** An outcome as text that does not depend on how the stream was cut. */
function textOf({ packets, error }: Outcome): string {
  // Of a payload that breaks off, the parts before the break depend on the chunks.
  const last = packets.at(-1)?.type;
  const isBrokenOff = error !== undefined && (last === 'PUBLISH_PART' || last === 'PUBLISH_START');
  const joined = withJoinedParts(packets);
  if (isBrokenOff && joined.at(-1)?.type === 'PUBLISH_PART') joined.pop();
  return `${joined.map(summary).join('\n')}\n${errorText(error)}`;
}

/** What was decoded encodes to bytes that decode the same. */
function checkRoundTrip({ packets }: Outcome, options: DecoderOptions): void {
  const { protocolVersion } = options;
  const encoder = new Encoder({
    ...(protocolVersion === undefined ? {} : { protocolVersion }),
    sendDoubtfulReasonCodes: true,
  });
  const frames = packets.map((packet) => {
    const length = encoder.encodedLength(packet);
    const frame = encoder.encode(packet);
    assert.equal(frame.length, length, 'length announced and length written');
    return frame;
  });
  // What was written in more bytes than needed is shorter now, and may come whole.
  const again = decode([Buffer.concat(frames)], { ...options, ...NO_LIMITS });
  const isWhole = packets.every(({ type }) => !type.startsWith('PUBLISH_'));
  if (isWhole) {
    assert.equal(again.packets.map(summary).join('\n'), packets.map(summary).join('\n'));
  } else if (again.error === undefined) {
    assert.equal(joinedText(again.packets), joinedText(packets));
  }
}

/** Packets as text, whether a PUBLISH came whole or in parts. */
function joinedText(packets: readonly ControlPacket[]): string {
  const whole: object[] = [];
  let start: object | undefined;
  let parts: Uint8Array[] = [];
  for (const packet of packets) {
    if (packet.type === 'PUBLISH_START') {
      const { payloadLength: _, type: __, ...fields } = packet;
      start = fields;
      parts = [];
    } else if (packet.type === 'PUBLISH_PART') {
      parts.push(packet.payload);
    } else if (packet.type === 'PUBLISH_END') {
      whole.push({ ...start, type: 'PUBLISH', payload: Buffer.concat(parts) });
    } else {
      whole.push(packet);
    }
  }
  return whole.map(summary).join('\n');
}

/** Throws if something does not hold. */
export function checkCase(one: FuzzCase): void {
  const began = performance.now();
  const { options, splits } = one;
  const stream = streamOf(one);
  const chunks =
    splits === 'bytes' ? byteByByte(stream) : cutAt(stream, offsetsOf(splits, stream.length));
  const [oracle] = SCANNERS;
  const whole = decode([stream], { ...options, scanner: oracle as (typeof SCANNERS)[number] });
  const cut = decode(chunks, { ...options, scanner: oracle as (typeof SCANNERS)[number] });
  const expected = textOf(whole);
  assert.equal(textOf(cut), expected, 'in pieces and whole');
  for (const scanner of SCANNERS.slice(1)) {
    const otherWhole = decode([stream], { ...options, scanner });
    assert.deepEqual(otherWhole.rows, whole.rows, `rows of ${scanner}`);
    assert.equal(textOf(otherWhole), expected, `${scanner}, whole`);
    const otherCut = decode(chunks, { ...options, scanner });
    assert.deepEqual(otherCut.rows, cut.rows, `rows of ${scanner}, in pieces`);
    assert.equal(textOf(otherCut), expected, `${scanner}, in pieces`);
  }
  // What was no UTF-8 is another text when it is sent on, and can be too long for its field.
  if (options.utf8 !== 'off') checkRoundTrip(whole, options);
  assert.ok(performance.now() - began < TOO_LONG, 'time');
}
