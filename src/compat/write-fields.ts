/**
 * Fields of packets as mqtt-packet takes them: whatever a caller may put there. The texts of errors are those of mqtt-packet; where it
 * would have cut off a value, they say which value it was.
 */
import { isAnyArrayBuffer } from 'node:util/types';
import { isBytes } from '../bytes.js';

/** The fields of a packet, of options, of a Will: nothing is known about them. */
export type Fields = Readonly<Record<string, unknown>>;

const NO_FIELDS: Fields = {};

/** The fields of whatever was given. */
export function fieldsOf(value: unknown): Fields {
  return value === null || value === undefined ? NO_FIELDS : (value as Fields);
}

/** Whether frames are to be those of MQTT 5.0. */
export function isMqtt5(opts: unknown): boolean {
  return fieldsOf(opts).protocolVersion === 5;
}

/** A value in the text of an error: some values cannot be made strings of. */
export function inWords(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

/** Throws the error that names a field and its value. */
export function refuse(field: string, value: unknown): never {
  throw new Error(`Invalid ${field}: ${inWords(value)}`);
}

/** The Packet Identifier. 0 passes, as it does with mqtt-packet. */
export function messageIdOf({ messageId }: Fields): number {
  if (typeof messageId !== 'number') throw new Error('Invalid messageId');
  if ((messageId & 0xffff) !== messageId) refuse('messageId', messageId);
  return messageId;
}

/** The QoS, 0 where there is none. mqtt-packet takes it as text as well. */
export function qosOf(field: string, value: unknown): number {
  if (value === 0 || value === 1 || value === 2) return value;
  if (!value) return 0;
  if (value === '0' || value === '1' || value === '2') return Number(value);
  return refuse(field, value);
}

/** A reason code, 0 where there is none. */
export function reasonCodeOf(reasonCode: unknown): number {
  if (reasonCode === undefined || reasonCode === null) return 0;
  if (!isByte(reasonCode)) refuse('reasonCode', reasonCode);
  return reasonCode;
}

export function isByte(value: unknown): value is number {
  return typeof value === 'number' && (value & 0xff) === value;
}

/** Text or the bytes of it; `undefined` if it is neither. */
export function textOrBytes(value: unknown): string | Uint8Array | undefined {
  return typeof value === 'string' || isBytes(value) ? value : undefined;
}

/** Text, or bytes in whatever they come; `undefined` if it is neither. */
export function payloadOf(value: unknown): string | Uint8Array | undefined {
  if (typeof value === 'string' || isBytes(value)) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return isAnyArrayBuffer(value) ? new Uint8Array(value) : undefined;
}
