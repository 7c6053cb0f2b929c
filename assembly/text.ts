/**
 * Text: well-formed UTF-8 (section 1.5.3, table 3-7 of the Unicode standard), no U+0000, and
 * for a Topic Name no wildcard, all in one pass that stops at the first byte that is wrong.
 */
import {
  ERROR_DISCOURAGED_CHARACTER,
  ERROR_INVALID_UTF8,
  ERROR_NULL_CHARACTER,
  ERROR_TOPIC_NAME_WILDCARD,
  RULE_ANY_BYTES_IN_TEXT,
  RULE_NO_DISCOURAGED_CHARACTERS,
  TEXT_IS_ASCII,
  TEXT_IS_NOT_ASCII,
} from './layout';
import { setError } from './result';

function isContinuation(byte: u32): bool {
  return (byte & 0xc0) == 0x80;
}

/** U+0001 to U+001F, U+007F to U+009F and the non-characters: section 1.5.3 says SHOULD NOT. */
function isDiscouraged(codePoint: u32): bool {
  return (
    codePoint < 0x20 ||
    (codePoint >= 0x7f && codePoint <= 0x9f) ||
    (codePoint >= 0xfdd0 && codePoint <= 0xfdef) ||
    (codePoint & 0xfffe) == 0xfffe
  );
}

/**
 * Where the bytes `p` to `end` stop being printable ASCII other than `plus` and `hash`: most text does
 * not, and is good under every rule.
 */
function skipPlain(p: u32, end: u32, plus: u32, hash: u32): u32 {
  while (p < end) {
    const byte: u32 = load<u8>(p);
    if (byte - 0x20 >= 0x5f || byte == plus || byte == hash) break;
    p++;
  }
  return p;
}

function wrong(code: u32, address: u32, first: u32): u32 {
  setError(code, address, first);
  return code;
}

/**
 * Checks the bytes `p` to `end` of a frame that begins with the byte `first`. `wildcards` says
 * whether + and # are allowed.
 *
 * Returns `TEXT_IS_ASCII`, `TEXT_IS_NOT_ASCII` or an error code, noted with its address. Up to
 * 15 bytes behind `end` are loaded, never looked at.
 */
export function checkText(p: u32, end: u32, first: u32, rules: u32, wildcards: bool): u32 {
  const strict = (rules & RULE_NO_DISCOURAGED_CHARACTERS) != 0;
  const anyBytes = (rules & RULE_ANY_BYTES_IN_TEXT) != 0;
  // Where wildcards are allowed, U+0000 stands in for them: it is an error already.
  const plus: u32 = wildcards ? 0 : 0x2b;
  const hash: u32 = wildcards ? 0 : 0x23;

  // Sixteen bytes a step while all of them are plain ASCII; the rest is for the loop below.
  // `text.test.ts` shows both to be equal at every alignment.
  if (ASC_FEATURE_SIMD) {
    if (!strict) {
      const pluses = i8x16.splat(plus as i8);
      const hashes = i8x16.splat(hash as i8);
      const zeroes = i8x16.splat(0);
      while (p < end) {
        const bytes = v128.load(p);
        const suspicious = v128.or(
          v128.or(bytes, i8x16.eq(bytes, zeroes)),
          v128.or(i8x16.eq(bytes, pluses), i8x16.eq(bytes, hashes)),
        );
        const mask: u32 = i8x16.bitmask(suspicious);
        const left = end - p;
        if (left < 16) {
          if ((mask & ((1 << left) - 1)) == 0) return TEXT_IS_ASCII;
          break;
        }
        if (mask != 0) break;
        p += 16;
      }
      if (p >= end) return TEXT_IS_ASCII;
    }
  }

  if (!ASC_FEATURE_SIMD) {
    p = skipPlain(p, end, plus, hash);
    if (p == end) return TEXT_IS_ASCII;
  }

  let kind: u32 = TEXT_IS_ASCII;
  while (p < end) {
    const byte: u32 = load<u8>(p);
    if (byte < 0x80) {
      if (byte == 0) return wrong(ERROR_NULL_CHARACTER, p, first);
      if (byte == plus || byte == hash) return wrong(ERROR_TOPIC_NAME_WILDCARD, p, first);
      if (strict && isDiscouraged(byte)) return wrong(ERROR_DISCOURAGED_CHARACTER, p, first);
      p++;
      continue;
    }
    kind = TEXT_IS_NOT_ASCII;
    if (anyBytes) {
      p++;
      continue;
    }
    let codePoint: u32 = 0;
    let length: u32 = 0;
    if (byte >= 0xc2 && byte < 0xe0) {
      length = 2;
      codePoint = byte & 0x1f;
    } else if (byte >= 0xe0 && byte < 0xf0) {
      length = 3;
      codePoint = byte & 0x0f;
    } else if (byte >= 0xf0 && byte < 0xf5) {
      length = 4;
      codePoint = byte & 0x07;
    } else {
      return wrong(ERROR_INVALID_UTF8, p, first);
    }
    if (length > end - p) return wrong(ERROR_INVALID_UTF8, p, first);
    for (let i: u32 = 1; i < length; i++) {
      const next: u32 = load<u8>(p + i);
      if (!isContinuation(next)) return wrong(ERROR_INVALID_UTF8, p, first);
      codePoint = (codePoint << 6) | (next & 0x3f);
    }
    const overlong = (length == 3 && codePoint < 0x800) || (length == 4 && codePoint < 0x10000);
    const surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
    if (overlong || surrogate || codePoint > 0x10ffff) {
      return wrong(ERROR_INVALID_UTF8, p, first);
    }
    if (strict && isDiscouraged(codePoint)) return wrong(ERROR_DISCOURAGED_CHARACTER, p, first);
    p += length;
  }
  return kind;
}
