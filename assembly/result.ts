/** Writing what a scan found out to where the host reads it. */
import { RESULT, RESULT_ERROR_CODE, RESULT_ERROR_FIRST_BYTE, RESULT_ERROR_OFFSET } from './layout';

/** Writes one word of the result. */
export function setResult(word: u32, value: u32): void {
  store<u32>(RESULT + (word << 2), value);
}

/** Notes a broken rule; `address` is the byte that breaks it. The caller makes offsets of it. */
export function setError(code: u32, address: u32, firstByte: u32): void {
  setResult(RESULT_ERROR_CODE, code);
  setResult(RESULT_ERROR_OFFSET, address);
  setResult(RESULT_ERROR_FIRST_BYTE, firstByte);
}

/** If the error already noted is `code`, makes it another one at the same place. */
export function replaceErrorCode(code: u32, other: u32): void {
  const word: u32 = RESULT + (RESULT_ERROR_CODE << 2);
  if (load<u32>(word) == code) store<u32>(word, other);
}

/** Turns the noted address into an offset from the start of the chunk. */
export function rebaseError(base: u32, window: u32): void {
  const word: u32 = RESULT + (RESULT_ERROR_OFFSET << 2);
  store<u32>(word, load<u32>(word) - window + base);
}
