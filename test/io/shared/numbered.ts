/** PUBLISH packets whose payloads say which they are, and whether they are whole. */
import { crc32 } from 'node:zlib';
import { encode } from '../../../src/encoder/encoder.js';

/** The number, and the checksum of what is behind both: four bytes each. */
export const HEADER = 8;

/** A PUBLISH with this number and so many bytes of payload, `HEADER` or more. */
export function numbered(number: number, length: number): Uint8Array {
  const payload = Buffer.alloc(length, `${number} `);
  payload.writeUInt32BE(number, 0);
  payload.writeUInt32BE(crc32(payload.subarray(HEADER)), 4);
  return encode({ type: 'PUBLISH', topic: `t/${number % 50}`, payload });
}

const viewOf = ({ buffer, byteOffset, length }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, length);

/** The number in a payload. */
export function numberOf(payload: Uint8Array | undefined): number {
  return payload === undefined ? -1 : viewOf(payload).getUint32(0);
}

/** Whether all bytes of a payload are those that were sent. */
export function isWhole(payload: Uint8Array): boolean {
  return viewOf(payload).getUint32(4) === crc32(payload.subarray(HEADER));
}
