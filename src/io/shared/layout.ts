/**
 * What a ring is made of, in 32-bit words of shared memory: counters, two queues of slot numbers, and the slots. Each word is
 * written by one side only, as long as there are two. Producer and consumer have each other's counters in different cache lines.
 *
 * A slot describes one batch. The producer fills it, then puts its number into the first queue; the consumer, when it has released the
 * batch, puts it into the second one, and the slot is free again. A queue has twice as many places as there are slots, so it cannot be full. That there
 * will be no more stands in the queues as well, so that nobody can miss it.
 */

const LINE = 16;

// ---- counters -----------------------------------------------------------------------------

/** Slot numbers that the producer has put into the first queue, ever, modulo 2^32. */
export const SENT = 0;
/** The value of `RELEASED` that the producer has waited for to change, the last time. */
export const PRODUCER_WAITS = 1;
/** Slot numbers that the consumer has taken out of the first queue. */
export const TAKEN = LINE;
/** Slot numbers that the consumer has put into the second queue. Below 0, complemented: a batch that was not worked off. */
export const RELEASED = 2 * LINE;
/** The value of `SENT` that the consumer has waited for to change, the last time. */
export const CONSUMER_WAITS = 2 * LINE + 1;
/** 1 as soon as there is a consumer, or nobody to be one. No second one may come: what is in the slots may be somebody else's by then. */
export const HAS_CONSUMER = 2 * LINE + 2;
/** Where the first queue begins. */
export const QUEUES = 3 * LINE;

/** In the first queue: the producer sends no more. In the second: the consumer takes no more. It is no slot, nor the complement of one. */
export const NO_MORE = 0x7fff_ffff;

// ---- words of a slot ----------------------------------------------------------------------

/** Address and bytes of the chunk. */
export const SLOT_CHUNK = 0;
export const SLOT_CHUNK_LENGTH = 1;
/** Address and number of the rows. */
export const SLOT_ROWS = 2;
export const SLOT_LENGTH = 3;
/** Address and bytes of the frame of row 0, if it began in an earlier chunk; else 0 bytes. */
export const SLOT_JOINED = 4;
export const SLOT_JOINED_LENGTH = 5;
/** Offset of the chunk in the stream, and of the joined frame: 64-bit floating point. */
export const SLOT_CHUNK_OFFSET = 6;
export const SLOT_JOINED_OFFSET = 8;
/** 64-bit floating point, for there may be more connections in the life of a pool than a word can count. */
export const SLOT_CONNECTION = 10;
/** `SLOT_HAS_*`, `SLOT_IS_*` bits. */
export const SLOT_FLAGS = 12;
/** `RULE_*` bits. */
export const SLOT_RULES = 13;
export const SLOT_MAXIMUM_PROPERTY_LENGTH = 14;
/** The version of the protocol, or 0: not known. */
export const SLOT_VERSION = 15;
export const SLOT_WORDS = 16;

/** Some of the frames are such as are decoded by themselves. */
export const SLOT_HAS_PACKETS = 1;
/** There are no frames: the connection is over. */
export const SLOT_IS_LAST = 2;
/** Who has sent the frames, if that is known. */
export const SLOT_IS_FROM_CLIENT = 4;
export const SLOT_IS_FROM_SERVER = 8;

/** How many places of the queues there are for each slot. */
export const PLACES = 2;
/** Words for each slot: itself, and its places in both queues. */
export const WORDS_A_SLOT = SLOT_WORDS + 2 * PLACES;
