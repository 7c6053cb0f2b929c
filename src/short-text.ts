/** Text of a few bytes, as the properties of MQTT 5.0 mostly are: names, units, content types. */
import { decodeUtf8 } from './bytes.js';

/** Bytes of text up to which characters are put together here, which is faster than a call that decodes any text. */
const FEW_BYTES = 12;

/** Text of few bytes; `undefined` if one of them is not ASCII. */
function fewCharacters(bytes: Uint8Array, start: number, end: number): string | undefined {
  const { fromCharCode } = String;
  let text = '';
  let p = start;
  if (end - p >= 8) {
    const a = bytes[p] as number;
    const b = bytes[p + 1] as number;
    const c = bytes[p + 2] as number;
    const d = bytes[p + 3] as number;
    const e = bytes[p + 4] as number;
    const f = bytes[p + 5] as number;
    const g = bytes[p + 6] as number;
    const h = bytes[p + 7] as number;
    if ((a | b | c | d | e | f | g | h) >= 0x80) return undefined;
    text = fromCharCode(a, b, c, d, e, f, g, h);
    p += 8;
  }
  if (end - p >= 4) {
    const a = bytes[p] as number;
    const b = bytes[p + 1] as number;
    const c = bytes[p + 2] as number;
    const d = bytes[p + 3] as number;
    if ((a | b | c | d) >= 0x80) return undefined;
    text += fromCharCode(a, b, c, d);
    p += 4;
  }
  while (p < end) {
    const byte = bytes[p++] as number;
    if (byte >= 0x80) return undefined;
    text += fromCharCode(byte);
  }
  return text;
}

/** Text of the bytes `start` to `end`, which must be well-formed UTF-8. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  const text = end - start <= FEW_BYTES ? fewCharacters(bytes, start, end) : undefined;
  return text ?? decodeUtf8(bytes, start, end);
}
