/** Values as text, for comparing. */
import { createHash } from 'node:crypto';

function plain(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same value with bytes as text. */
export function bytesAsHex(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return value.length > 1024
      ? `${value.length} bytes, SHA-1 ${createHash('sha1').update(value).digest('hex')}`
      : `bytes ${Buffer.from(value).toString('hex')}`;
  }
  if (Array.isArray(value)) return value.map(bytesAsHex);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, bytesAsHex(field)]));
}

/** A value as text that is the same for the same fields, bytes and text. */
export function summary(value: unknown): string {
  return JSON.stringify(bytesAsHex(value), plain);
}
