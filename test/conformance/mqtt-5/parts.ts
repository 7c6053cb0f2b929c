/** For tests of PUBLISH packets whose payload comes in parts: reading them in many ways, and putting them together. */
import { expect } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import type { DecoderOptions } from '../../../src/decoder/options.js';
import type { MqttError } from '../../../src/errors.js';
import type { ControlPacket, PublishStart } from '../../../src/protocol/packets.js';
import { byteByByte, cutAt, SCANNERS } from '../../support/decode.js';
import { hex, join } from '../../support/hex.js';
import { summary } from '../../support/summary.js';

/** A PUBLISH that came in parts, with the payload put together; `isWhole`: its end has been there. */
export type Collected = PublishStart & { readonly payload: Uint8Array; readonly isWhole: boolean };

/** As `expect`, for what is asked hundreds of thousands of times. */
function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`it does not hold that ${what}`);
}

/** The packets with the parts of each PUBLISH put together. Checks the order and the length of the parts. */
export function collect(packets: readonly ControlPacket[]): (ControlPacket | Collected)[] {
  const collected: (ControlPacket | Collected)[] = [];
  let start: PublishStart | undefined;
  let parts: Uint8Array[] = [];
  const put = (isWhole: boolean): void => {
    if (start === undefined) throw new Error('there is a piece of a PUBLISH without its start');
    collected.push({ ...start, payload: join(...parts), isWhole });
    start = undefined;
    parts = [];
  };
  for (const packet of packets) {
    if (packet.type === 'PUBLISH_PART') {
      check(start !== undefined, 'a part stands behind the start of its PUBLISH');
      check(packet.payload.length > 0, 'a part has at least one byte');
      parts.push(packet.payload);
    } else if (packet.type === 'PUBLISH_END') {
      const length = join(...parts).length;
      check(length === start?.payloadLength, 'the parts are as long as was said');
      put(true);
    } else {
      check(start === undefined, 'nothing else stands among the parts of a PUBLISH');
      if (packet.type === 'PUBLISH_START') start = packet;
      else collected.push(packet);
    }
  }
  if (start !== undefined) put(false);
  return collected;
}

/** What became of a stream. */
export interface Read {
  readonly packets: readonly (ControlPacket | Collected)[];
  readonly error: MqttError | undefined;
}

/**
 * Decodes a stream that arrives as `chunks`. The frames, as they stand on the wire, must come to the stream
 * up to the error.
 */
export function read(chunks: readonly Uint8Array[], options: DecoderOptions): Read {
  const decoder = new Decoder(options);
  const packets: ControlPacket[] = [];
  const frames: Uint8Array[] = [];
  let position = 0;
  for (const chunk of chunks) {
    const batch = decoder.push(chunk);
    for (let index = 0; index < batch.length; index++) {
      packets.push(batch.packetAt(index));
      const bytes = batch.frameAt(index).bytes;
      check(
        batch.frameAt(index).offset === position,
        'a frame begins where the one before it ends',
      );
      position += bytes.length;
      frames.push(bytes);
    }
    if (batch.error !== undefined) break;
  }
  let { error } = decoder;
  try {
    if (error === undefined) decoder.end();
  } catch (thrown) {
    error = thrown as MqttError;
  }
  const isSame = Buffer.compare(join(...frames), join(...chunks).subarray(0, position)) === 0;
  check(isSame, 'the frames are the bytes of the stream');
  return { packets: collect(packets), error };
}

/** Ways to cut a stream: whole, byte by byte, and in two at every place. */
function* cutsInTwo(stream: Uint8Array): Generator<Uint8Array[]> {
  yield [stream];
  yield byteByByte(stream);
  yield Array.from(stream, (_, at) => stream.subarray(at, at + 1));
  yield byteByByte(stream).flatMap((byte) => [new Uint8Array(0), byte]);
  for (let at = 1; at < stream.length; at++) yield cutAt(stream, [at]);
}

/** The same, and in three at any two places. */
function* cutsInThree(stream: Uint8Array): Generator<Uint8Array[]> {
  yield* cutsInTwo(stream);
  for (let first = 1; first < stream.length; first++) {
    for (let second = first + 1; second < stream.length; second++) {
      yield cutAt(stream, [first, second]);
    }
  }
}

function checkCuts(
  cuts: Iterable<Uint8Array[]>,
  options: DecoderOptions,
  judge: (found: Read, how: string) => void,
): void {
  for (const chunks of cuts) {
    const lengths = chunks.map(({ length }) => length);
    for (const scanner of SCANNERS) {
      judge(read(chunks, { ...options, scanner }), `${scanner}, chunks of ${lengths}`);
    }
  }
}

/** Checks with every scanner what becomes of a stream that is cut in two, at every place. */
export function expectEveryCutInTwo(
  stream: Uint8Array,
  options: DecoderOptions,
  judge: (found: Read, how: string) => void,
): void {
  checkCuts(cutsInTwo(stream), options, judge);
}

/** Checks that a short stream is read as these packets, whatever way it is cut. */
export function expectParts(
  stream: Uint8Array,
  options: DecoderOptions,
  packets: readonly (ControlPacket | Collected)[],
): void {
  const wanted = summary(packets);
  checkCuts(cutsInThree(stream), options, (found, how) => {
    if (found.error !== undefined) expect([how, found.error]).toEqual([how, undefined]);
    if (summary(found.packets) !== wanted) expect(summary(found.packets), how).toBe(wanted);
  });
}

/** A PUBLISH that comes in parts, with the payload in hexadecimal; `fields` depart from the usual. */
export function inParts(payload: string, fields: object = {}): Collected {
  const bytes = hex(payload);
  return {
    type: 'PUBLISH_START',
    topic: 'a',
    payloadLength: bytes.length,
    retain: false,
    qos: 0,
    dup: false,
    ...fields,
    payload: bytes,
    isWhole: true,
  } as Collected;
}

/** The same as {@link inParts} where it comes whole. */
export function whole(payload: string, fields: object = {}): ControlPacket {
  const usual = { type: 'PUBLISH', topic: 'a', retain: false, qos: 0, dup: false };
  return { ...usual, ...fields, payload: hex(payload) } as unknown as ControlPacket;
}
