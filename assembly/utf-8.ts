/**
 * Well-formed UTF-8, sixteen bytes a step: the lookup method of Keiser and Lemire ("Validating UTF-8 in
 * less than one instruction per byte", 2020).
 *
 * What can be wrong with two bytes in a row shows in three of their four halves. Each half is looked up in a table
 * that says, one bit for each mistake, which mistakes it allows; a mistake that all three allow has been
 * made. That misses only the third and fourth byte of a sequence: these must be continuation bytes exactly
 * where a byte that begins a sequence of three or four stands two or three bytes before.
 */

// Mistakes, by the first of the two bytes they show in.
/** A byte that begins a sequence, and then none that goes on with one. */
const TOO_SHORT: i8 = 0x01;
/** ASCII, and then a continuation byte. */
const TOO_LONG: i8 = 0x02;
/** U+0800 is the first that needs three bytes. */
const OVERLONG_3: i8 = 0x04;
/** F4 90 and above: behind U+10FFFF. */
const TOO_LARGE: i8 = 0x08;
/** ED A0 to ED BF. */
const SURROGATE: i8 = 0x10;
/** U+0080 is the first that needs two bytes. */
const OVERLONG_2: i8 = 0x20;
/** U+10000 is the first that needs four bytes; F5 80 and above are behind U+10FFFF as well. */
const OVERLONG_4_OR_TOO_LARGE: i8 = 0x40;
/** Two continuation bytes: no mistake if the second one is the third or fourth of its sequence. */
const TWO_CONTINUATIONS: i8 = -0x80;
/** Mistakes for which the lower half of the first byte makes no difference. */
const ANY_LOWER_HALF: i8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;
/** What is possible from F5 on. */
const BEHIND_F4: i8 = ANY_LOWER_HALF | TOO_LARGE | OVERLONG_4_OR_TOO_LARGE;
/** What is possible with any continuation byte as the second one. */
const CONTINUES: i8 = TOO_LONG | TWO_CONTINUATIONS | OVERLONG_2;

/** Whether the bytes are well-formed text with neither U+0000 nor what is `plus` once bit 3 is set. */
export function isWellFormed(p: u32, end: u32, plus: u32): bool {
  // biome-ignore format: a table
  const byFirstUpper = i8x16(
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS,
    TOO_SHORT | OVERLONG_2,
    TOO_SHORT,
    TOO_SHORT | OVERLONG_3 | SURROGATE,
    TOO_SHORT | TOO_LARGE | OVERLONG_4_OR_TOO_LARGE,
  );
  // biome-ignore format: a table
  const byFirstLower = i8x16(
    ANY_LOWER_HALF | OVERLONG_2 | OVERLONG_3 | OVERLONG_4_OR_TOO_LARGE,
    ANY_LOWER_HALF | OVERLONG_2,
    ANY_LOWER_HALF,
    ANY_LOWER_HALF,
    ANY_LOWER_HALF | TOO_LARGE,
    BEHIND_F4, BEHIND_F4, BEHIND_F4, BEHIND_F4, BEHIND_F4, BEHIND_F4, BEHIND_F4, BEHIND_F4,
    BEHIND_F4 | SURROGATE,
    BEHIND_F4, BEHIND_F4,
  );
  // biome-ignore format: a table
  const bySecondUpper = i8x16(
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    CONTINUES | OVERLONG_3 | OVERLONG_4_OR_TOO_LARGE,
    CONTINUES | OVERLONG_3 | TOO_LARGE,
    CONTINUES | SURROGATE | TOO_LARGE,
    CONTINUES | SURROGATE | TOO_LARGE,
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
  );
  const lowerHalf = i8x16.splat(0x0f);
  const pluses = i8x16.splat(plus as i8);
  const blanks = i8x16.splat(0x20);
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

  let before = i8x16.splat(0);
  let mistakes = before;
  // One step more than there are bytes: only what follows shows that the last sequence is not complete.
  while (p <= end) {
    let bytes = v128.load(p);
    const left = end - p;
    if (left < 16) {
      const isText = i8x16.lt_s(places, i8x16.splat(left as i8));
      bytes = v128.bitselect(bytes, blanks, isText);
    }
    // The bytes one, two and three places before.
    // biome-ignore format: a table
    const oneBefore = i8x16.shuffle(
      before, bytes, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
    );
    // biome-ignore format: a table
    const twoBefore = i8x16.shuffle(
      before, bytes, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
    );
    // biome-ignore format: a table
    const threeBefore = i8x16.shuffle(
      before, bytes, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    );
    const pairs = v128.and(
      v128.and(
        i8x16.swizzle(byFirstUpper, v128.and(i16x8.shr_u(oneBefore, 4), lowerHalf)),
        i8x16.swizzle(byFirstLower, v128.and(oneBefore, lowerHalf)),
      ),
      i8x16.swizzle(bySecondUpper, v128.and(i16x8.shr_u(bytes, 4), lowerHalf)),
    );
    // The top bit is set where a third or fourth byte has to be: two behind E0 or more, three behind F0 or more.
    const goesOn = v128.or(
      i8x16.sub_sat_u(twoBefore, i8x16.splat(0x60)),
      i8x16.sub_sat_u(threeBefore, i8x16.splat(0x70)),
    );
    const sequences = v128.xor(v128.and(goesOn, i8x16.splat(-0x80)), pairs);
    const characters = v128.or(
      i8x16.eq(bytes, i8x16.splat(0)),
      i8x16.eq(v128.or(bytes, i8x16.splat(0x08)), pluses),
    );
    mistakes = v128.or(mistakes, v128.or(sequences, characters));
    before = bytes;
    p += 16;
  }
  return !v128.any_true(mistakes);
}
