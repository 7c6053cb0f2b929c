/**
 * The memory map, the columns of the frame table and the numbers a scan returns.
 *
 * Compiled twice: by AssemblyScript into the WebAssembly scanner and by TypeScript into
 * everything around it, so that both sides of the border read one truth. Only plain
 * constants may stand here, and none of them may lie below byte 1024, where the compiler
 * keeps its own data.
 */

/** Pages of 64 KiB. Initial and maximum size alike: memory never grows, no view is ever detached. */
export const MEMORY_PAGES = 5;

// ---- memory map, in bytes -------------------------------------------------------------

/** Where a scan leaves its outcome: `RESULT_WORDS` words of 32 bits. */
export const RESULT = 1024;
export const RESULT_WORDS = 8;

/** The first-byte tables, written by the host at start-up, one per set of protocol rules. */
export const FIRST_BYTE_TABLES = 2048;
/** 256 entries of four 32-bit words. */
export const FIRST_BYTE_TABLE_BYTES = 4096;

/** The window into which the host copies the bytes to scan. */
export const WINDOW = 12288;
/**
 * Larger than the largest PUBLISH header of MQTT 3.1.1 (5 + 2 + 65,535 + 2 bytes), so that a
 * header always fits, and twice the 64 KiB that Node.js reads from a socket in one go.
 */
export const WINDOW_BYTES = 131072;
/** Bytes behind the window that may be read (never believed): a 16-byte load may start at the last byte. */
export const WINDOW_SLACK = 64;

/** The frame table. */
export const TABLE = 147456;
/** Rows of the frame table; a chunk with more frames than this is scanned in several goes. */
export const TABLE_ROWS = 4096;

// ---- first-byte table: words of an entry ------------------------------------------------

/** 0 if a frame may begin with this byte, else the error code. */
export const ENTRY_ERROR = 0;
export const ENTRY_MINIMUM_REMAINING_LENGTH = 1;
export const ENTRY_MAXIMUM_REMAINING_LENGTH = 2;
/** How the body is looked at while scanning: one of `SHAPE_*`. */
export const ENTRY_SHAPE = 3;
export const ENTRY_WORDS = 4;

/** No body, or none that scanning needs to see. */
export const SHAPE_EMPTY = 0;
/** Two bytes: a packet identifier. */
export const SHAPE_PACKET_IDENTIFIER = 1;
/** A PUBLISH variable header. */
export const SHAPE_PUBLISH = 2;
/** Left to the host, which decodes the body as soon as the scan returns. */
export const SHAPE_CONTROL = 3;
/** As `SHAPE_CONTROL`, and the scan stops behind it: what follows depends on what it says. */
export const SHAPE_CONNECT = 4;

// ---- frame table: columns of a row, 32 bits each ----------------------------------------

/** The first byte of the frame; `TOPIC_IS_ASCII` may be set above it. */
export const COLUMN_FIRST_BYTE = 0;
/** Where the frame begins, counted from the first byte of its chunk. */
export const COLUMN_START = 1;
/** Where the body (variable header and payload) begins. */
export const COLUMN_BODY = 2;
/** Where the frame ends (exclusive). */
export const COLUMN_END = 3;
/** PUBLISH: bytes of the Topic Name, which begins two bytes behind `COLUMN_BODY`. Else 0. */
export const COLUMN_TOPIC_LENGTH = 4;
/** The Packet Identifier where the scanner has read one, else 0, which is no legal identifier. */
export const COLUMN_PACKET_IDENTIFIER = 5;
/** PUBLISH: where the payload begins. Else `COLUMN_END`. */
export const COLUMN_PAYLOAD = 6;
/** Kept for the number of the topic in the topic dictionary. Always 0 so far. */
export const COLUMN_TOPIC_ID = 7;
export const ROW_WORDS = 8;
export const ROW_BYTES = 32;

/** Set in `COLUMN_FIRST_BYTE` when every byte of the Topic Name is below 0x80. */
export const TOPIC_IS_ASCII = 256;

// ---- what a scan returns: words at `RESULT` ---------------------------------------------

/** One of `STATUS_*`. */
export const RESULT_STATUS = 0;
/** Rows in the table now, those of earlier scans into the same table included. */
export const RESULT_ROWS = 1;
/** Where to go on: the first byte, counted from the start of the chunk, that is in no row yet. */
export const RESULT_POSITION = 2;
/** Length of the unfinished frame at `RESULT_POSITION`, or 0 while its fixed header is incomplete. */
export const RESULT_NEEDED = 3;
/** How many of this scan's rows have `SHAPE_CONTROL` or `SHAPE_CONNECT`. */
export const RESULT_CONTROL_ROWS = 4;
/** With `STATUS_ERROR`: the error code, one of the numbers below. */
export const RESULT_ERROR_CODE = 5;
/** With `STATUS_ERROR`: the byte that breaks the rule, counted from the start of the chunk. */
export const RESULT_ERROR_OFFSET = 6;
/** With `STATUS_ERROR`: the first byte of the frame that breaks the rule. */
export const RESULT_ERROR_FIRST_BYTE = 7;

/** Everything was scanned; an unfinished frame may be left at `RESULT_POSITION`. */
export const STATUS_DONE = 0;
/** The table is full: take the rows away and go on. */
export const STATUS_TABLE_FULL = 1;
/** The window is used up: load it from `RESULT_POSITION` and go on. */
export const STATUS_RELOAD = 2;
/** The last row is a CONNECT: decode it, then go on. */
export const STATUS_CONNECT = 3;
/** A rule is broken. The rows before are good, and nothing behind them is to be scanned. */
export const STATUS_ERROR = 4;

// ---- rules: bits of the argument `rules` -------------------------------------------------

/** Remaining Length must use as few bytes as possible. */
export const RULE_MINIMAL_REMAINING_LENGTH = 1;
/** Control characters and non-characters in text are an error. */
export const RULE_NO_DISCOURAGED_CHARACTERS = 2;
/** How far to shift right for the number of the first-byte table. */
export const RULE_TABLE_SHIFT = 8;

// ---- what a fixed header amounts to -------------------------------------------------------

/** Its bytes are not all there yet. Otherwise: length of the frame, at least 2. */
export const HEADER_INCOMPLETE = 0;
/** It breaks a rule; `RESULT_ERROR_*` say which. */
export const HEADER_ERROR = -1;

// ---- what a check of text amounts to -----------------------------------------------------

export const TEXT_IS_ASCII = 0;
export const TEXT_IS_NOT_ASCII = 1;

// ---- error codes of the scanners ----------------------------------------------------------

export const ERROR_RESERVED_PACKET_TYPE = 16;
export const ERROR_RESERVED_FLAGS = 17;
export const ERROR_INVALID_QOS = 18;
export const ERROR_DUP_AT_QOS_0 = 19;
export const ERROR_PACKET_NOT_ALLOWED = 20;
export const ERROR_REMAINING_LENGTH_TOO_LONG = 21;
export const ERROR_REMAINING_LENGTH_NOT_MINIMAL = 22;
export const ERROR_PACKET_LENGTH = 23;
export const ERROR_PACKET_TOO_LARGE = 24;
export const ERROR_FIELD_PAST_END = 25;
export const ERROR_PACKET_IDENTIFIER_ZERO = 26;
export const ERROR_TOPIC_NAME_EMPTY = 27;
export const ERROR_TOPIC_NAME_WILDCARD = 28;
export const ERROR_INVALID_UTF8 = 29;
export const ERROR_NULL_CHARACTER = 30;
export const ERROR_DISCOURAGED_CHARACTER = 31;
