import { encode } from '../../src/encoder/encoder.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { join } from './hex.js';

/** So many small packets that can be told apart. */
export function pubacks(count: number): ControlPacket[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'PUBACK',
    packetIdentifier: index + 1,
  }));
}

/** The packets as a stream. */
export function bytesOf(packets: readonly ControlPacket[]): Uint8Array {
  return join(...packets.map((packet) => encode(packet)));
}
