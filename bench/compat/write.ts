/**
 * `writeToStream()` of mqtt-packet, ours and theirs: {@link BURST} packets, then a turn of the event loop, as when a broker
 * answers what one read has brought. Both cork the stream and uncork it when the tick is over; that is timed as well.
 */
import { Writable } from 'node:stream';
import reference from 'mqtt-packet';
import { writeToStream } from 'mqtt-wasm';
import { type Case, type Contestant, Mismatch } from '../contest.js';
import { REFERENCE } from '../decode.js';
import { packetsNamed, type SingleName } from '../encode.js';
import { compareFrames } from '../verify.js';
import { DROP_IN } from './parser.js';

type WriteToStream = (packet: reference.Packet, stream: Writable, options: object) => boolean;

/** So few that the stream's high-water mark of 16 KiB is not reached: nobody is told to wait. */
const BURST = 64;

interface Piece {
  readonly chunk: Buffer;
}

/** Takes what a socket takes, several chunks at once if they were corked, and is done with them at once. */
class Sink extends Writable {
  byteLength = 0;
  /** Everything written, where it is wanted. */
  kept: Buffer[] | undefined;

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.byteLength += chunk.length;
    this.kept?.push(chunk);
    callback();
  }

  override _writev(pieces: readonly Piece[], callback: () => void): void {
    for (const { chunk } of pieces) {
      this.byteLength += chunk.length;
      this.kept?.push(chunk);
    }
    callback();
  }
}

function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function writeAll(
  write: WriteToStream,
  packets: readonly reference.Packet[],
  options: object,
  sink: Sink,
): Promise<void> {
  for (let at = 0; at < packets.length; at += BURST) {
    const end = Math.min(at + BURST, packets.length);
    for (let i = at; i < end; i++) write(packets[i] as reference.Packet, sink, options);
    await turnOfTheEventLoop();
  }
}

export function writeCase(name: SingleName): Case {
  const { title, protocolVersion, frames, byteLength, reference: packets } = packetsNamed(name);
  const options = { protocolVersion };
  const contestant = (contestantName: string, write: WriteToStream): Contestant => ({
    name: contestantName,
    isAsync: true,
    checksum: byteLength,
    async run() {
      const sink = new Sink();
      await writeAll(write, packets, options, sink);
      return sink.byteLength;
    },
    async check() {
      const sink = new Sink();
      sink.kept = [];
      await writeAll(write, packets, options, sink);
      if (sink.writableNeedDrain) throw new Mismatch('the stream is full');
      compareFrames([Buffer.concat(sink.kept)], [Buffer.concat(frames)]);
    },
  });
  return {
    id: `compat/write/${name}`,
    kind: 'compat/write',
    title,
    packets: packets.length,
    byteLength,
    reference: REFERENCE,
    contestants: [
      contestant(DROP_IN, writeToStream),
      contestant(REFERENCE, reference.writeToStream),
    ],
  };
}
