/**
 * The memory map, the columns of the frame table and the numbers a scan returns.
 *
 * Compiled twice: by AssemblyScript into the WebAssembly scanner and by TypeScript into
 * everything around it, so that both sides of the border read one truth. Only plain
 * constants may stand here, and none of them may lie below byte 1024, where the compiler
 * keeps its own data.
 */

/** Pages of 64 KiB. Initial and maximum size alike: memory never grows, no view is ever detached. */
export const MEMORY_PAGES = 41;

// ---- memory map, in bytes -------------------------------------------------------------

/** Where a scan leaves its outcome: `RESULT_WORDS` words of 32 bits. */
export const RESULT = 1024;
export const RESULT_WORDS = 8;

/** What the connection allows, written by the host before a scan: `LIMIT_WORDS` words of 32 bits. */
export const LIMITS = 1088;
export const LIMIT_WORDS = 10;

/** The random keys of the topic dictionary's hash, written by the host at start-up: one for each byte of a topic. */
export const TOPIC_KEYS = 1152;

/** Which reason codes each packet type may carry: a set of 256 bits a type, written by the host at start-up. */
export const REASON_CODE_SETS = 1280;
export const REASON_CODE_SET_WORDS = 8;

/** Sixteen bytes 0xff, then sixteen bytes 0, written by the host at start-up: loaded from `16 - n` on, a mask of n bytes. */
export const TAIL_MASKS = 1792;

/** The first-byte tables, written by the host at start-up, one per set of protocol rules. */
export const FIRST_BYTE_TABLES = 2048;
/** 256 entries of four 32-bit words. */
export const FIRST_BYTE_TABLE_BYTES = 4096;

/** The properties of MQTT 5.0 by their identifier, written by the host at start-up. */
export const PROPERTY_TABLE = 14336;
/** Identifiers are below this. */
export const PROPERTY_IDENTIFIERS = 64;

/** The window into which the host copies the bytes to scan. */
export const WINDOW = 16384;
/**
 * Larger than the largest PUBLISH header of MQTT 3.1.1 (5 + 2 + 65,535 + 2 bytes), so that such a
 * header always fits, and twice the 64 KiB that Node.js reads from a socket in one go. Properties
 * can be longer: then the host reads the frame itself (`STATUS_OUTSIZED`).
 */
export const WINDOW_BYTES = 131072;
/** Bytes behind the window that may be read (never believed): a 16-byte load may start at the last byte. */
export const WINDOW_SLACK = 64;

/** The frame table. */
export const TABLE = 151552;
/** Rows of the frame table; a chunk with more frames than this is scanned in several goes. */
export const TABLE_ROWS = 4096;

/** The topic dictionary: sets of four places. */
export const TOPIC_SETS = 294912;

// ---- topic dictionary --------------------------------------------------------------------

/** Longer topics have no number. */
export const LONGEST_TOPIC = 128;
/** Places, a power of two. A topic can only be in one of the four places of its set, which its hash names. */
export const TOPIC_PLACES = 16384;
export const TOPIC_WAYS = 4;
/** A set: four words of each of these, then four times the bytes of a topic: close together, so that a look-up stays in one page. */
export const TOPIC_SET_BYTES = 576;
/** The upper 12 bits of the hash are the number of the set. */
export const TOPIC_SET_SHIFT = 20;
/** The hash. */
export const TOPIC_HASH = 0;
/** The number, or 0: nobody has been here yet. */
export const TOPIC_NUMBER = 16;
/** The length in bytes, with `TEXT_IS_*` above `TOPIC_KIND_SHIFT`. */
export const TOPIC_LENGTH = 32;
export const TOPIC_KIND_SHIFT = 16;
/** How often the topic has come, less how often others have asked for its place. */
export const TOPIC_CREDIT = 48;
/** The bytes of the topic, `LONGEST_TOPIC` a place, with 0 behind them. */
export const TOPIC_BYTES = 64;
export const TOPIC_FIRST_CREDIT = 16;
export const TOPIC_MOST_CREDIT = 255;
/** The largest number there is. A number is never given to a second topic: a place that has used up its own keeps its topic. */
export const LAST_TOPIC_NUMBER = 2147483647;

// ---- first-byte table: words of an entry ------------------------------------------------

/** 0 if a frame may begin with this byte, else the error code. */
export const ENTRY_ERROR = 0;
export const ENTRY_MINIMUM_REMAINING_LENGTH = 1;
export const ENTRY_MAXIMUM_REMAINING_LENGTH = 2;
/** How the body is looked at while scanning: one of `SHAPE_*`, with `SHAPE_IS_LIST` above it. */
export const ENTRY_SHAPE = 3;
export const ENTRY_WORDS = 4;

/** No body, or none that scanning needs to see. */
export const SHAPE_EMPTY = 0;
/** Two bytes: a packet identifier. */
export const SHAPE_PACKET_IDENTIFIER = 1;
/** A PUBLISH variable header of MQTT 3.1.1. */
export const SHAPE_PUBLISH = 2;
/** Left to the host, which decodes the body as soon as the scan returns. */
export const SHAPE_CONTROL = 3;
/** As `SHAPE_CONTROL`, and the scan stops behind it: what follows depends on what it says. */
export const SHAPE_CONNECT = 4;
/** A PUBLISH variable header of MQTT 5.0: properties follow what there is in 3.1.1. */
export const SHAPE_PUBLISH_WITH_PROPERTIES = 5;
/** A packet identifier, then a reason code and properties, both of which may be left out. */
export const SHAPE_ACKNOWLEDGEMENT = 6;
/** DISCONNECT and AUTH of MQTT 5.0: without a body all is said, with one it is as `SHAPE_CONTROL`. */
export const SHAPE_CONTROL_OR_EMPTY = 7;
export const SHAPE_MASK = 255;
/** Above the shape: the packet is a list, to which `LIMIT_MAXIMUM_LIST_PACKET_SIZE` applies. */
export const SHAPE_IS_LIST = 256;

// ---- property table: words of an entry --------------------------------------------------

/**
 * Which packets may carry the property: bit n stands for packet type n, bit 0 for a Will. Bit n + 16 is set as well
 * if it may stand there more than once. No bit: no such property.
 */
export const PROPERTY_ALLOWED = 0;
/** The same when a Client, or a Server, is known to have sent the packet: the sender's `RULE_*` bit in bytes further on. */
export const PROPERTY_ALLOWED_FROM_CLIENT = 1;
export const PROPERTY_ALLOWED_FROM_SERVER = 2;
/** How many bits above one that allows is the one that allows more than one. */
export const PROPERTY_REPEATS_SHIFT = 16;
/** How it is written: one of `PROPERTY_IS_*`. */
export const PROPERTY_TYPE = 3;
/** Bounds of an integer. */
export const PROPERTY_MINIMUM = 4;
export const PROPERTY_MAXIMUM = 5;
/** The error code for a value out of bounds, or for a wildcard. */
export const PROPERTY_VALUE_ERROR = 6;
export const PROPERTY_WORDS = 8;

export const PROPERTY_IS_BYTE = 1;
export const PROPERTY_IS_TWO_BYTE_INTEGER = 2;
export const PROPERTY_IS_FOUR_BYTE_INTEGER = 3;
export const PROPERTY_IS_VARIABLE_BYTE_INTEGER = 4;
export const PROPERTY_IS_TEXT = 5;
export const PROPERTY_IS_TOPIC_NAME = 6;
export const PROPERTY_IS_BINARY = 7;
export const PROPERTY_IS_TEXT_PAIR = 8;

/** What a check of properties amounts to besides the Topic Alias: the payload is UTF-8; a rule is broken. */
export const PROPERTIES_SAY_TEXT = 0x10000;
export const PROPERTIES_ARE_WRONG = 0x20000;

/** What a check of a PUBLISH amounts to. */
export const PUBLISH_IS_WELL = 0;
export const PUBLISH_IS_SHOWN = 1;
export const PUBLISH_IS_WRONG = 2;

/** The identifiers that scanning has to know. */
export const PAYLOAD_FORMAT_INDICATOR = 1;
export const TOPIC_ALIAS = 35;
/** Stands for a Will where a packet type is asked for. */
export const WILL_PROPERTIES = 0;

// ---- frame table: columns of a row, 32 bits each ----------------------------------------

/** The first byte of the frame; `TOPIC_IS_ASCII` and the other `ROW_*` flags may be set above it. */
export const COLUMN_FIRST_BYTE = 0;
/** Where the frame begins, counted from the first byte of its chunk. */
export const COLUMN_START = 1;
/** Where the body (variable header and payload) begins. */
export const COLUMN_BODY = 2;
/** Where the frame ends (exclusive); of a PUBLISH that comes in parts: where it would end if all of it stood here. */
export const COLUMN_END = 3;
/**
 * PUBLISH: bytes of the Topic Name, which begins two bytes behind `COLUMN_BODY`, in the lower half, and
 * the Topic Alias of MQTT 5.0, or 0, which is no legal alias, in the upper half. Else 0.
 */
export const COLUMN_TOPIC_LENGTH = 4;
export const TOPIC_LENGTH_MASK = 0xffff;
export const TOPIC_ALIAS_SHIFT = 16;
/** The Packet Identifier where the scanner has read one, else 0, which is no legal identifier. */
export const COLUMN_PACKET_IDENTIFIER = 5;
/** PUBLISH: where the payload begins. Else `COLUMN_END`. */
export const COLUMN_PAYLOAD = 6;
/** PUBLISH: the number of the Topic Name in the topic dictionary. 0: it has none, or it is no PUBLISH. */
export const COLUMN_TOPIC_ID = 7;
export const ROW_WORDS = 8;
export const ROW_BYTES = 32;

/** Set in `COLUMN_FIRST_BYTE` when every byte of the Topic Name is below 0x80. */
export const TOPIC_IS_ASCII = 256;
/** Set in `COLUMN_FIRST_BYTE` when the frame is one of MQTT 5.0, and the row says all there is to know but properties. */
export const ROW_IS_MQTT_5 = 512;
/** Set in `COLUMN_FIRST_BYTE` of PUBLISH and acknowledgements when there is at least one property. */
export const ROW_HAS_PROPERTIES = 1024;
/** Set in `COLUMN_FIRST_BYTE` when the Payload Format Indicator says that the payload is UTF-8. */
export const ROW_PAYLOAD_IS_TEXT = 2048;
/** Set in `COLUMN_FIRST_BYTE` by the host when the row is a piece of a PUBLISH that comes in parts: its header, a part of the payload, its end. */
export const ROW_IS_START = 4096;
export const ROW_IS_PART = 8192;
export const ROW_IS_END = 12288;
export const ROW_PIECE_MASK = 12288;
export const ROW_PIECE_SHIFT = 12;

// ---- what a scan returns: words at `RESULT` ---------------------------------------------

/** One of `STATUS_*`. */
export const RESULT_STATUS = 0;
/** Rows in the table now, those of earlier scans into the same table included. */
export const RESULT_ROWS = 1;
/** Where to go on: the first byte, counted from the start of the chunk, that is in no row yet. */
export const RESULT_POSITION = 2;
/** Length of the unfinished frame at `RESULT_POSITION`, or 0 while its fixed header is incomplete. */
export const RESULT_NEEDED = 3;
/** How many of this scan's rows the host has to look at: control packets, Topic Aliases, payloads that are text. */
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
/** At `RESULT_POSITION` stands a frame of `RESULT_NEEDED` bytes whose header does not fit into the window. */
export const STATUS_OUTSIZED = 5;
/** At `RESULT_POSITION` begins a PUBLISH of `RESULT_NEEDED` bytes that is to be handed over in parts. */
export const STATUS_LARGE_PUBLISH = 6;

// ---- limits: words at `LIMITS` ------------------------------------------------------------

/** Bit n is set if packet type n may come. */
export const LIMIT_ALLOWED_TYPES = 0;
/** Bytes of the longest frame that may come, fixed header included. */
export const LIMIT_MAXIMUM_PACKET_SIZE = 1;
/** The same for packets that are lists, and for the properties of a PUBLISH. */
export const LIMIT_MAXIMUM_LIST_PACKET_SIZE = 2;
/** The same for CONNECT. */
export const LIMIT_MAXIMUM_CONNECT_SIZE = 7;
/** The largest Topic Alias. */
export const LIMIT_TOPIC_ALIAS_MAXIMUM = 3;
/** The highest QoS. */
export const LIMIT_MAXIMUM_QOS = 4;
/** A PUBLISH of more bytes than this is handed over in parts. */
export const LIMIT_PUBLISH_PARTS_ABOVE = 5;
/** `RULE_*` bits. */
export const LIMIT_RULES = 6;
/** Bit n is set if a PUBLISH may come whose first byte is 0x30 + n. */
export const LIMIT_PUBLISH_FLAGS = 8;
/** A PUBLISH frame of at most so many bytes is neither too large nor handed over in parts. */
export const LIMIT_PLAIN_PUBLISH = 9;

// ---- rules: bits of `LIMIT_RULES` ---------------------------------------------------------

/** Remaining Length must use as few bytes as possible. */
export const RULE_MINIMAL_REMAINING_LENGTH = 1;
/** Control characters and non-characters in text are an error. */
export const RULE_NO_DISCOURAGED_CHARACTERS = 2;
/** The bytes come from a Client, or from a Server; neither is set if that is not known. */
export const RULE_FROM_CLIENT = 4;
export const RULE_FROM_SERVER = 8;
/** RETAIN may not be set. */
export const RULE_NO_RETAIN = 16;
/** The host wants to see the rows with a Topic Alias, or with a payload that is text. */
export const RULE_SHOW_TOPIC_ALIASES = 32;
export const RULE_SHOW_TEXT_PAYLOADS = 64;
/** Text need not be well-formed UTF-8. */
export const RULE_ANY_BYTES_IN_TEXT = 128;
/** How far to shift right for the number of the first-byte table. */
export const RULE_TABLE_SHIFT = 8;
/** The first-byte tables: MQTT 3.1 and 3.1.1, MQTT 5.0, and before a CONNECT has told which. */
export const RULES_OF_MQTT_3 = 0;
export const RULES_OF_MQTT_5 = 1;
export const RULES_OF_ANY_VERSION = 2;

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
export const ERROR_QOS_NOT_SUPPORTED = 32;
export const ERROR_RETAIN_NOT_SUPPORTED = 33;
export const ERROR_VARIABLE_BYTE_INTEGER_TOO_LONG = 34;
export const ERROR_VARIABLE_BYTE_INTEGER_NOT_MINIMAL = 35;
export const ERROR_PROPERTY_PAST_END = 36;
export const ERROR_PROPERTY_UNKNOWN = 37;
export const ERROR_PROPERTY_NOT_ALLOWED = 38;
export const ERROR_PROPERTY_REPEATED = 39;
export const ERROR_PROPERTY_VALUE = 40;
export const ERROR_PROPERTY_NOT_FROM_CLIENT = 41;
export const ERROR_PROPERTY_NOT_FROM_SERVER = 42;
export const ERROR_RESPONSE_TOPIC_EMPTY = 43;
export const ERROR_RESPONSE_TOPIC_WILDCARD = 44;
export const ERROR_TOPIC_ALIAS_ZERO = 45;
export const ERROR_TOPIC_ALIAS_TOO_LARGE = 46;
export const ERROR_TOPIC_ALIAS_MISSING = 47;
export const ERROR_REASON_CODE = 48;
export const ERROR_AUTHENTICATION_DATA_WITHOUT_METHOD = 49;
export const ERROR_TRAILING_BYTES = 50;
