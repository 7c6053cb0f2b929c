/**
 * Text: well-formed UTF-8 (section 1.5.3, table 3-7 of the Unicode standard), no U+0000, and
 * for a Topic Name no wildcard.
 *
 * Two ways lead to the same answer. The careful loop goes from character to character and knows
 * which byte is wrong, and why. The fast ways, eight or sixteen bytes a step, only say whether
 * something may be wrong: then the careful loop looks again, from a place that is the beginning of a
 * character. `utf-8.test.ts` holds both against `isUtf8` of Node.js, at every place of a step.
 *
 * Text may begin and end anywhere. Up to 16 bytes behind its end are loaded, never believed.
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
import { isWellFormed } from './utf-8';

/** # is + without this bit. */
const HASH_TO_PLUS: u32 = 0x08;
const PLUS: u32 = 0x2b;
/** A byte with bit 3 set is never this: it stands for + where wildcards are allowed. */
const NO_BYTE: u32 = 0;

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

/** Eight times the same byte. */
function splat8(byte: u32): u64 {
  const four = (byte * 0x01010101) as u64;
  return four | (four << 32);
}

/**
 * Where the bytes `p` to `end` stop being plain: ASCII from `lowest` on, no wildcard if `plus` is +, and
 * under the strict rule no U+007F.
 */
function skipPlain(p: u32, end: u32, plus: u32, strict: bool): u32 {
  const lowest = splat8(strict ? 0x20 : 0x01);
  const toDelete = splat8(strict ? 0x01 : 0x00);
  const pluses = splat8(plus);
  while (p < end) {
    const bytes = load<u64>(p);
    // The top bit of a byte is set by itself, or by what is done to it here: borrows and carries come from a
    // byte that is not plain, and go to those behind it. So the first one that is set is right.
    const suspicious =
      (bytes |
        (bytes - lowest) |
        (bytes + toDelete) |
        (((bytes | splat8(HASH_TO_PLUS)) ^ pluses) - splat8(0x01))) &
      splat8(0x80);
    if (suspicious != 0) {
      p += (ctz(suspicious) >> 3) as u32;
      break;
    }
    p += 8;
  }
  // What is behind the end may have stopped it, or nothing at all.
  return p < end ? p : end;
}

function wrong(code: u32, address: u32, first: u32): u32 {
  setError(code, address, first);
  return code;
}

/** The careful loop: see {@link checkText}, which has found the bytes before `p` to be plain. */
function checkCharacters(p: u32, end: u32, first: u32, rules: u32, plus: u32): u32 {
  const strict = (rules & RULE_NO_DISCOURAGED_CHARACTERS) != 0;
  const anyBytes = (rules & RULE_ANY_BYTES_IN_TEXT) != 0;
  let kind: u32 = TEXT_IS_ASCII;
  while (p < end) {
    const byte: u32 = load<u8>(p);
    if (byte < 0x80) {
      const next = skipPlain(p, end, plus, strict);
      if (next == p) {
        if (byte == 0) return wrong(ERROR_NULL_CHARACTER, p, first);
        if ((byte | HASH_TO_PLUS) == plus) return wrong(ERROR_TOPIC_NAME_WILDCARD, p, first);
        return wrong(ERROR_DISCOURAGED_CHARACTER, p, first);
      }
      p = next;
      continue;
    }
    kind = TEXT_IS_NOT_ASCII;
    if (anyBytes) {
      p++;
      continue;
    }
    const left = end - p;
    let length: u32 = 0;
    let codePoint: u32 = 0;
    if (byte < 0xe0) {
      const second: u32 = load<u8>(p + 1);
      codePoint = ((byte & 0x1f) << 6) | (second & 0x3f);
      if (byte >= 0xc2 && left >= 2 && isContinuation(second)) length = 2;
    } else if (byte < 0xf0) {
      const second: u32 = load<u8>(p + 1);
      const third: u32 = load<u8>(p + 2);
      codePoint = ((byte & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f);
      const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
      if (
        left >= 3 &&
        isContinuation(second) &&
        isContinuation(third) &&
        codePoint >= 0x800 &&
        !isSurrogate
      ) {
        length = 3;
      }
    } else {
      const second: u32 = load<u8>(p + 1);
      const third: u32 = load<u8>(p + 2);
      const fourth: u32 = load<u8>(p + 3);
      codePoint =
        ((byte & 0x0f) << 18) | ((second & 0x3f) << 12) | ((third & 0x3f) << 6) | (fourth & 0x3f);
      if (
        left >= 4 &&
        isContinuation(second) &&
        isContinuation(third) &&
        isContinuation(fourth) &&
        codePoint >= 0x10000 &&
        codePoint <= 0x10ffff
      ) {
        length = 4;
      }
    }
    if (length == 0) return wrong(ERROR_INVALID_UTF8, p, first);
    if (strict && isDiscouraged(codePoint)) return wrong(ERROR_DISCOURAGED_CHARACTER, p, first);
    p += length;
  }
  return kind;
}

/**
 * Whether the bytes `p` to `end` are sixteen at most, and ASCII without U+0000: then {@link checkText} has
 * nothing to say unless it is strict or minds wildcards. Short enough to be inlined where text is
 * mostly short. Only with SIMD.
 */
export function isShortAscii(p: u32, end: u32): bool {
  const length = end - p;
  const mask: u32 = i8x16.bitmask(i8x16.lt_s(v128.load(p), i8x16.splat(1)));
  return length <= 16 && (mask & ((1 << length) - 1)) == 0;
}

/**
 * Checks the bytes `p` to `end` of a frame that begins with the byte `first`. `wildcards` says
 * whether + and # are allowed.
 *
 * Returns `TEXT_IS_ASCII`, `TEXT_IS_NOT_ASCII` or an error code, noted with its address.
 */
export function checkText(p: u32, end: u32, first: u32, rules: u32, wildcards: bool): u32 {
  const plus: u32 = wildcards ? NO_BYTE : PLUS;

  if (ASC_FEATURE_SIMD) {
    const strict = (rules & RULE_NO_DISCOURAGED_CHARACTERS) != 0;
    // Counted from here as signed numbers, plain bytes are the highest.
    const shift = i8x16.splat(strict ? 1 : 0);
    const lowest = i8x16.splat(strict ? 0x21 : 1);
    const pluses = i8x16.splat(plus as i8);
    const hashToPlus = i8x16.splat(HASH_TO_PLUS as i8);
    while (p < end) {
      const bytes = v128.load(p);
      const suspicious = v128.or(
        i8x16.lt_s(i8x16.add(bytes, shift), lowest),
        i8x16.eq(v128.or(bytes, hashToPlus), pluses),
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
    const wantsWellFormed =
      (rules & (RULE_NO_DISCOURAGED_CHARACTERS | RULE_ANY_BYTES_IN_TEXT)) == 0;
    if (wantsWellFormed && isWellFormed(p, end, plus)) return TEXT_IS_NOT_ASCII;
  }
  return checkCharacters(p, end, first, rules, plus);
}
