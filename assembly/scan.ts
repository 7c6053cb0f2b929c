/**
 * The loop: bytes to rows.
 *
 * The window holds the first `loaded` of the `available` bytes of a chunk that are still to be
 * scanned; `base` is the offset of the window's first byte in the chunk. A frame whose end is
 * available gets a row as soon as the bytes that scanning must see are loaded: the payload of a
 * large PUBLISH is stepped over, never read.
 *
 * Only this loop may say that bytes are missing. Inside a complete frame, running out of
 * bytes is an error.
 */
import { entryOf, fixedHeader } from './fixed-header';
import {
  COLUMN_BODY,
  COLUMN_END,
  COLUMN_FIRST_BYTE,
  COLUMN_PACKET_IDENTIFIER,
  COLUMN_PAYLOAD,
  COLUMN_START,
  COLUMN_TOPIC_ID,
  COLUMN_TOPIC_LENGTH,
  ENTRY_SHAPE,
  ERROR_PACKET_IDENTIFIER_ZERO,
  HEADER_ERROR,
  HEADER_INCOMPLETE,
  RESULT_CONTROL_ROWS,
  RESULT_NEEDED,
  RESULT_POSITION,
  RESULT_ROWS,
  RESULT_STATUS,
  ROW_BYTES,
  SHAPE_CONNECT,
  SHAPE_CONTROL,
  SHAPE_PACKET_IDENTIFIER,
  SHAPE_PUBLISH,
  STATUS_CONNECT,
  STATUS_DONE,
  STATUS_ERROR,
  STATUS_RELOAD,
  STATUS_TABLE_FULL,
  TABLE,
  TABLE_ROWS,
  WINDOW,
} from './layout';
import { bigEndian16, publish, publishHeaderLength } from './publish';
import { rebaseError, setError, setResult } from './result';

/**
 * Scans from byte `from` of the window on and fills the table from row `rows` on. What came of
 * it stands at `RESULT`.
 */
export function scan(
  base: u32,
  from: u32,
  loaded: u32,
  available: u32,
  rows: u32,
  allowedTypes: u32,
  maximumPacketSize: u32,
  maximumListPacketSize: u32,
  rules: u32,
): void {
  const limit: u32 = WINDOW + loaded;
  const last: u32 = WINDOW + available;
  const toOffset: u32 = base - WINDOW;
  let p: u32 = WINDOW + from;
  let controlRows: u32 = 0;
  let needed: u32 = 0;
  let status: u32 = STATUS_DONE;

  while (p < last) {
    if (rows == TABLE_ROWS) {
      status = STATUS_TABLE_FULL;
      break;
    }
    const found = fixedHeader(
      p,
      limit,
      allowedTypes,
      maximumPacketSize,
      maximumListPacketSize,
      rules,
    );
    if (found == HEADER_ERROR) {
      status = STATUS_ERROR;
      break;
    }
    if (found == HEADER_INCOMPLETE) {
      if (limit < last) status = STATUS_RELOAD;
      break;
    }
    const body: u32 = p + 1 + (found >> 28);
    const end: u32 = body + (found & 0x0fffffff);
    if (end > last) {
      needed = end - p;
      break;
    }

    const first: u32 = load<u8>(p);
    const row: u32 = TABLE + rows * ROW_BYTES;
    const shape = load<u32>(entryOf(first, rules) + (ENTRY_SHAPE << 2));
    if (shape == SHAPE_PUBLISH) {
      // The whole frame is available, so what is not loaded yet can be. This cannot go on for
      // ever: at the start of a full window even the longest header is loaded.
      if (end > limit && (body + 2 > limit || body + publishHeaderLength(first, body) > limit)) {
        status = STATUS_RELOAD;
        break;
      }
      if (!publish(row, first, body, end, toOffset, rules)) {
        status = STATUS_ERROR;
        break;
      }
    } else {
      let identifier: u32 = 0;
      if (shape == SHAPE_PACKET_IDENTIFIER) {
        if (end > limit) {
          status = STATUS_RELOAD;
          break;
        }
        identifier = bigEndian16(body);
        if (identifier == 0) {
          setError(ERROR_PACKET_IDENTIFIER_ZERO, body, first);
          status = STATUS_ERROR;
          break;
        }
      } else if (shape == SHAPE_CONTROL || shape == SHAPE_CONNECT) {
        controlRows++;
      }
      store<u32>(row + (COLUMN_FIRST_BYTE << 2), first);
      store<u32>(row + (COLUMN_TOPIC_LENGTH << 2), 0);
      store<u32>(row + (COLUMN_PACKET_IDENTIFIER << 2), identifier);
      store<u32>(row + (COLUMN_PAYLOAD << 2), end + toOffset);
    }
    store<u32>(row + (COLUMN_START << 2), p + toOffset);
    store<u32>(row + (COLUMN_BODY << 2), body + toOffset);
    store<u32>(row + (COLUMN_END << 2), end + toOffset);
    store<u32>(row + (COLUMN_TOPIC_ID << 2), 0);
    rows++;
    p = end;
    if (shape == SHAPE_CONNECT) {
      status = STATUS_CONNECT;
      break;
    }
  }

  if (status == STATUS_ERROR) rebaseError(base, WINDOW);
  setResult(RESULT_STATUS, status);
  setResult(RESULT_ROWS, rows);
  setResult(RESULT_POSITION, p + toOffset);
  setResult(RESULT_NEEDED, needed);
  setResult(RESULT_CONTROL_ROWS, controlRows);
}
