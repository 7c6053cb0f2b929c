/**
 * The topic dictionary: the bytes of a Topic Name to a number, so that its text is made once and a broker can
 * find its subscribers without looking at text.
 *
 * It is built like the cache of a processor. The hash of a topic names a set of four places, and nowhere else
 * can the topic be; so no choice of topics makes a look-up longer. A topic without a place is read as if
 * there were no dictionary. Each coming of a topic adds to the credit of its place, and each topic that finds
 * its set full takes one from the place that has the least; a place whose credit is gone is taken over.
 * So topics that come often stay, and a flood of topics that come once does not drive them out.
 *
 * A number is never given to a second topic: a place that is taken over gets a new one, `TOPIC_PLACES` above the last.
 *
 * The hash (NH of UMAC, RFC 4418, on words of 16 bits) is keyed at random, so that nobody outside can choose topics that share a set.
 */
import {
  LAST_TOPIC_NUMBER,
  LONGEST_TOPIC,
  RULE_ANY_BYTES_IN_TEXT,
  RULE_NO_DISCOURAGED_CHARACTERS,
  TAIL_MASKS,
  TEXT_IS_ASCII,
  TEXT_IS_NOT_ASCII,
  TOPIC_BYTES,
  TOPIC_CREDIT,
  TOPIC_FIRST_CREDIT,
  TOPIC_HASH,
  TOPIC_KEYS,
  TOPIC_KIND_SHIFT,
  TOPIC_LENGTH,
  TOPIC_MOST_CREDIT,
  TOPIC_NUMBER,
  TOPIC_PLACES,
  TOPIC_SET_BYTES,
  TOPIC_SET_SHIFT,
  TOPIC_SETS,
  TOPIC_WAYS,
} from './layout';
import { checkText } from './text';

/** The four bytes at `p`, of which those from `left` on are made 0. */
function loadTailWord(p: u32, left: u32): u32 {
  const word = load<u32>(p);
  return left >= 4 ? word : left == 0 ? 0 : word & (0xffffffff >> (32 - (left << 3)));
}

/** The 16 bytes at `p`, of which those from `length` on are made 0. */
function loadTail(p: u32, length: u32): v128 {
  return v128.and(v128.load(p), v128.load(TAIL_MASKS + 16 - length));
}

/** What 16 bytes of a topic add to its hash, in four sums; they begin at its byte `at`. */
function keyed(bytes: v128, at: u32): v128 {
  const sums = i16x8.add(bytes, v128.load(TOPIC_KEYS + at));
  return i32x4.mul(v128.and(sums, i32x4.splat(0xffff)), i32x4.shr_u(sums, 16));
}

/** The hash of the `length` bytes at `p`: in blocks of 16, the last filled up with 0. */
function hashOf(p: u32, length: u32): u32 {
  let hash: u32 = length;
  if (ASC_FEATURE_SIMD) {
    let sums = i32x4.splat(0);
    let at: u32 = 0;
    for (; at + 16 <= length; at += 16) sums = i32x4.add(sums, keyed(v128.load(p + at), at));
    if (at < length) sums = i32x4.add(sums, keyed(loadTail(p + at, length - at), at));
    sums = i32x4.add(sums, i64x2.shuffle(sums, sums, 1, 0));
    hash += i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1);
  } else {
    const blocks: u32 = (length + 15) & ~15;
    for (let at: u32 = 0; at < blocks; at += 4) {
      const word = loadTailWord(p + at, at < length ? length - at : 0);
      const key = load<u32>(TOPIC_KEYS + at);
      hash += ((word + key) & 0xffff) * (((word >> 16) + (key >> 16)) & 0xffff);
    }
  }
  return hash * 0x9e3779b1;
}

/** Whether the `length` bytes at `p` are those at `place`, where 0 follows them up to a multiple of 16. */
function isTopic(place: u32, p: u32, length: u32): bool {
  let at: u32 = 0;
  if (ASC_FEATURE_SIMD) {
    for (; at + 16 <= length; at += 16) {
      if (v128.any_true(v128.xor(v128.load(p + at), v128.load(place + at)))) return false;
    }
    if (at == length) return true;
    return !v128.any_true(v128.xor(loadTail(p + at, length - at), v128.load(place + at)));
  }
  for (; at < length; at += 4) {
    if (loadTailWord(p + at, length - at) != load<u32>(place + at)) return false;
  }
  return true;
}

/** The set of the topics with this hash: its upper bits are the good ones. */
function setOf(hash: u32): u32 {
  return TOPIC_SETS + (hash >> TOPIC_SET_SHIFT) * TOPIC_SET_BYTES;
}

/** Where the bytes of a place are kept. */
function bytesOf(set: u32, way: u32): u32 {
  return set + TOPIC_BYTES + way * LONGEST_TOPIC;
}

function holds(set: u32, way: u32, p: u32, length: u32): bool {
  const entry = load<u32>(set + (way << 2), TOPIC_LENGTH);
  return (entry & 0xffff) == length && isTopic(bytesOf(set, way), p, length);
}

/** The place in the set that holds this topic: its way, times four, more than the address of the set; 0 if none does. */
function find(set: u32, hash: u32, p: u32, length: u32): u32 {
  if (ASC_FEATURE_SIMD) {
    const hashes = v128.load(set, TOPIC_HASH);
    let same: u32 = i32x4.bitmask(i32x4.eq(hashes, i32x4.splat(hash)));
    while (same != 0) {
      const way: u32 = ctz(same);
      if (holds(set, way, p, length)) return set + (way << 2);
      same &= same - 1;
    }
    return 0;
  }
  for (let way: u32 = 0; way < (TOPIC_WAYS as u32); way++) {
    const place = set + (way << 2);
    if (load<u32>(place, TOPIC_HASH) == hash && holds(set, way, p, length)) return place;
  }
  return 0;
}

/** Gives the topic a place in its set, if there is one to be had. Returns its number, or 0. */
function admit(p: u32, length: u32, kind: u32, hash: u32): u32 {
  const set = setOf(hash);
  let taken: u32 = 0;
  let least: u32 = 0xffffffff;
  for (let way: u32 = 0; way < (TOPIC_WAYS as u32); way++) {
    const place = set + (way << 2);
    const isFree = load<u32>(place, TOPIC_NUMBER) == 0;
    const credit: u32 = isFree ? 0 : load<u32>(place, TOPIC_CREDIT);
    if (credit < least) {
      least = credit;
      taken = way;
    }
    if (isFree) break;
  }
  const place = set + (taken << 2);
  if (least > 0) {
    store<u32>(place, least - 1, TOPIC_CREDIT);
    return 0;
  }
  const last = load<u32>(place, TOPIC_NUMBER);
  if (last > (LAST_TOPIC_NUMBER as u32) - (TOPIC_PLACES as u32)) return 0;
  const bytes = bytesOf(set, taken);
  const number: u32 =
    last == 0 ? (hash >> TOPIC_SET_SHIFT) * TOPIC_WAYS + taken + 1 : last + (TOPIC_PLACES as u32);
  memory.fill(bytes, 0, LONGEST_TOPIC);
  memory.copy(bytes, p, length);
  store<u32>(place, hash, TOPIC_HASH);
  store<u32>(place, number, TOPIC_NUMBER);
  store<u32>(place, length | (kind << TOPIC_KIND_SHIFT), TOPIC_LENGTH);
  store<u32>(place, TOPIC_FIRST_CREDIT, TOPIC_CREDIT);
  return number;
}

/** The topic of this place has come once more. Returns its number. */
function come(place: u32): u32 {
  const credit = load<u32>(place, TOPIC_CREDIT);
  if (credit < (TOPIC_MOST_CREDIT as u32)) store<u32>(place, credit + 1, TOPIC_CREDIT);
  return load<u32>(place, TOPIC_NUMBER);
}

/** The rest of {@link checkTopicName}: for a topic that the dictionary does not know, or not by these rules. */
function checkNewTopic(
  p: u32,
  end: u32,
  first: u32,
  rules: u32,
  number: u32,
  hash: u32,
  place: u32,
): u32 {
  store<u32>(number, 0);
  const kind = checkText(p, end, first, rules, false);
  const length = end - p;
  if (kind > (TEXT_IS_NOT_ASCII as u32) || length - 1 >= (LONGEST_TOPIC as u32)) return kind;
  if (place != 0) {
    store<u32>(number, come(place));
  } else if (kind == TEXT_IS_ASCII || (rules & RULE_ANY_BYTES_IN_TEXT) == 0) {
    store<u32>(number, admit(p, length, kind, hash));
  }
  return kind;
}

/**
 * Checks the Topic Name in the bytes `p` to `end` as `checkText` does and with the same results, and writes its
 * number, or 0, to `number`. A topic in the dictionary has passed the checks already, but not that for discouraged characters.
 */
export function checkTopicName(p: u32, end: u32, first: u32, rules: u32, number: u32): u32 {
  const length = end - p;
  let hash: u32 = 0;
  let place: u32 = 0;
  if (length - 1 < (LONGEST_TOPIC as u32)) {
    hash = hashOf(p, length);
    place = find(setOf(hash), hash, p, length);
    if (place != 0 && (rules & RULE_NO_DISCOURAGED_CHARACTERS) == 0) {
      store<u32>(number, come(place));
      return load<u32>(place, TOPIC_LENGTH) >> TOPIC_KIND_SHIFT;
    }
  }
  return checkNewTopic(p, end, first, rules, number, hash, place);
}
