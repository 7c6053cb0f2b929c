/** What was written to a connection in one tick, on its way to bytes. */
import type { Encoder } from '../encoder/encoder.js';
import type { EncodablePacket } from '../protocol/packets.js';

/** A packet whose writer wants to hear what became of it. */
export class ReportedPacket {
  readonly packet: EncodablePacket;
  /** Why it was not sent. */
  refusal: Error | undefined;

  constructor(packet: EncodablePacket) {
    this.packet = packet;
  }
}

export type Written = EncodablePacket | ReportedPacket;

/** Bytes to send. */
interface EncodedPackets {
  readonly bytes: Uint8Array;
  /** Of the first packet that cannot be encoded and whose writer is not told; nothing behind it is sent. */
  readonly error?: Error;
}

function packetOf(written: Written): EncodablePacket {
  return written instanceof ReportedPacket ? written.packet : written;
}

/** Encodes all that can be encoded, and tells `encoded` of it. */
export function encodeWritten(
  written: readonly Written[],
  encoder: Encoder,
  encoded: (packet: EncodablePacket) => void,
): EncodedPackets {
  const packets = written.map(packetOf);
  const [first] = packets;
  let bytes: Uint8Array;
  try {
    // A part of a payload is the bytes of its writer, if nothing stands beside it.
    bytes =
      packets.length === 1 ? encoder.encode(first as EncodablePacket) : encoder.encodeAll(packets);
  } catch {
    return encodeEach(written, encoder, encoded);
  }
  packets.forEach(encoded);
  return { bytes };
}

/** The same where something is wrong with a packet: all or nothing is not wanted here. */
function encodeEach(
  written: readonly Written[],
  encoder: Encoder,
  encoded: (packet: EncodablePacket) => void,
): EncodedPackets {
  const frames: Uint8Array[] = [];
  for (const one of written) {
    const packet = packetOf(one);
    try {
      frames.push(encoder.encode(packet));
    } catch (error) {
      if (!(one instanceof ReportedPacket)) {
        return { bytes: Buffer.concat(frames), error: error as Error };
      }
      one.refusal = error as Error;
      continue;
    }
    encoded(packet);
  }
  return { bytes: Buffer.concat(frames) };
}
