/** What the tests about CONNECT of MQTT 5.0 have in common. */
import type { ConnectPacket } from '../../../src/protocol/packets.js';
import { frame, hex } from '../../support/hex.js';

/** A plain CONNECT, from which tests depart. */
export const PACKET: Extract<ConnectPacket, { protocolLevel: 5 }> = {
  type: 'CONNECT',
  protocolName: 'MQTT',
  protocolLevel: 5,
  cleanStart: true,
  keepAlive: 60,
  clientIdentifier: 'c',
};

/**
 * Protocol Name and Version, in hexadecimal. The version stands at byte 8 of the frame, the flags at byte
 * 9, the Keep Alive at byte 10, the Property Length at byte 12.
 */
export const HEAD = '0004 4D515454 05';
/** Where the first property of CONNECT begins. */
export const FIRST_PROPERTY = 13;
/** Where the Client Identifier begins if there are no properties. */
export const CLIENT_IDENTIFIER = 13;
/** Where the field behind the Client Identifier `c` begins if there are no properties. */
export const NEXT = 16;

/** A CONNECT with these flags and this payload, in hexadecimal, without properties. */
export function connect(flags: string, ...payload: readonly string[]): Uint8Array {
  return frame('10', HEAD, flags, '003C 00', ...payload);
}

/** Hexadecimal of properties, less than 128 bytes of them, behind their length. */
export function properties(...parts: readonly string[]): string {
  const { length } = hex(parts.join(''));
  if (length > 127) throw new RangeError('these properties need a length of two bytes');
  return `${hexByte(length)}${parts.join(' ')}`;
}

/** Hexadecimal of a byte. */
export function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** All bytes but those in a list. */
export function allBut(bytes: readonly number[]): number[] {
  return Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !bytes.includes(byte));
}
