/**
 * The loop: bytes to rows.
 *
 * The window holds the first `loaded` of the `available` bytes of a chunk that are still to be
 * scanned; `base` is the offset of the window's first byte in the chunk. It is where the host copies chunks to, or
 * the chunk itself where that lies in this memory. A frame whose end is
 * available gets a row as soon as the bytes that scanning must see are loaded: the payload of a
 * large PUBLISH is stepped over, never read.
 *
 * Only this loop may say that bytes are missing. Inside a complete frame, running out of
 * bytes is an error.
 */
import { acknowledgement, emptyIsAllowed, packetIdentifier } from './acknowledgement';
import { entryOf, fixedHeader, limit } from './fixed-header';
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
  HEADER_ERROR,
  HEADER_INCOMPLETE,
  LIMIT_PLAIN_PUBLISH,
  LIMIT_PUBLISH_FLAGS,
  LIMIT_PUBLISH_PARTS_ABOVE,
  LIMIT_RULES,
  PROPERTIES_ARE_WRONG,
  PUBLISH_IS_SHOWN,
  PUBLISH_IS_WRONG,
  RESULT_CONTROL_ROWS,
  RESULT_NEEDED,
  RESULT_POSITION,
  RESULT_ROWS,
  RESULT_STATUS,
  ROW_BYTES,
  ROW_IS_MQTT_5,
  SHAPE_ACKNOWLEDGEMENT,
  SHAPE_CONNECT,
  SHAPE_CONTROL,
  SHAPE_CONTROL_OR_EMPTY,
  SHAPE_MASK,
  SHAPE_PACKET_IDENTIFIER,
  SHAPE_PUBLISH,
  SHAPE_PUBLISH_WITH_PROPERTIES,
  STATUS_CONNECT,
  STATUS_DONE,
  STATUS_ERROR,
  STATUS_LARGE_PUBLISH,
  STATUS_OUTSIZED,
  STATUS_RELOAD,
  STATUS_TABLE_FULL,
  TABLE,
  TABLE_ROWS,
  WINDOW_BYTES,
} from './layout';
import { publish, publishIsLoaded } from './publish';
import { rebaseError, setResult } from './result';

/** Number of the packet type PUBLISH. */
const PUBLISH: u32 = 3;
/** Bytes of a PUBLISH that is none of the shortest, for which each first byte has its own bound. */
const SHORTEST_PLAIN_PUBLISH: u32 = 8;

/**
 * Scans from byte `from` of the window on and fills the table from row `rows` on. What came of
 * it stands at `RESULT`.
 */
export function scan(
  window: u32,
  base: u32,
  from: u32,
  loaded: u32,
  available: u32,
  rows: u32,
): void {
  const rules = limit(LIMIT_RULES);
  const publishPartsAbove = limit(LIMIT_PUBLISH_PARTS_ABOVE);
  const publishFlags = limit(LIMIT_PUBLISH_FLAGS);
  const plainPublish = limit(LIMIT_PLAIN_PUBLISH);
  const publishShape = load<u32>(entryOf(PUBLISH << 4, rules) + (ENTRY_SHAPE << 2)) & SHAPE_MASK;
  const loadedEnd: u32 = window + loaded;
  const last: u32 = window + available;
  const toOffset: u32 = base - window;
  let p: u32 = window + from;
  let controlRows: u32 = 0;
  let needed: u32 = 0;
  let status: u32 = STATUS_DONE;

  while (p < last) {
    if (rows == TABLE_ROWS) {
      status = STATUS_TABLE_FULL;
      break;
    }
    let first: u32 = 0;
    let body: u32 = 0;
    let end: u32 = 0;
    let shape: u32 = publishShape;
    // Nearly every frame is a PUBLISH that is loaded and has a short Remaining Length. What is good by these few
    // looks is good by all of `fixedHeader`.
    if (p + SHORTEST_PLAIN_PUBLISH <= loadedEnd) {
      first = load<u8>(p);
      if (first >> 4 == PUBLISH && ((publishFlags >> (first & 15)) & 1) != 0) {
        const low: u32 = load<u8>(p + 1);
        const high: u32 = load<u8>(p + 2);
        if (low < 0x80) {
          body = p + 2;
          end = body + low;
        } else if (high - 1 < 0x7f) {
          body = p + 3;
          end = body + ((low & 0x7f) | (high << 7));
        }
        if (end > loadedEnd || end - p > plainPublish || end < p + SHORTEST_PLAIN_PUBLISH) end = 0;
      }
    }
    let isPublish = true;
    if (end == 0) {
      const found = fixedHeader(p, loadedEnd, rules);
      if (found == HEADER_ERROR) {
        status = STATUS_ERROR;
        break;
      }
      if (found == HEADER_INCOMPLETE) {
        if (loadedEnd < last) status = STATUS_RELOAD;
        break;
      }
      first = load<u8>(p);
      body = p + 1 + (found >> 28);
      end = body + (found & 0x0fffffff);
      shape = load<u32>(entryOf(first, rules) + (ENTRY_SHAPE << 2)) & SHAPE_MASK;
      isPublish = shape == SHAPE_PUBLISH || shape == SHAPE_PUBLISH_WITH_PROPERTIES;
      if (isPublish && end - p > publishPartsAbove) {
        needed = end - p;
        status = STATUS_LARGE_PUBLISH;
        break;
      }
      if (end > last) {
        needed = end - p;
        break;
      }
      // The whole frame is available, so what is not loaded yet can be, unless it is more than the window holds.
      if (end > loadedEnd) {
        const isLoaded = isPublish
          ? publishIsLoaded(first, body, end, loadedEnd, shape == SHAPE_PUBLISH_WITH_PROPERTIES)
          : shape != SHAPE_PACKET_IDENTIFIER && shape != SHAPE_ACKNOWLEDGEMENT;
        if (!isLoaded) {
          needed = end - p;
          status = p == window && loaded == (WINDOW_BYTES as u32) ? STATUS_OUTSIZED : STATUS_RELOAD;
          break;
        }
      }
    }

    const row: u32 = TABLE + rows * ROW_BYTES;
    if (isPublish) {
      const outcome = publish(
        row,
        first,
        body,
        end,
        toOffset,
        rules,
        shape == SHAPE_PUBLISH_WITH_PROPERTIES,
      );
      if (outcome == PUBLISH_IS_WRONG) {
        status = STATUS_ERROR;
        break;
      }
      if (outcome == PUBLISH_IS_SHOWN) controlRows++;
    } else {
      let identifier: u32 = 0;
      let flags: u32 = first;
      if (shape == SHAPE_PACKET_IDENTIFIER || shape == SHAPE_ACKNOWLEDGEMENT) {
        identifier = packetIdentifier(body, first);
        if (identifier == 0) {
          status = STATUS_ERROR;
          break;
        }
        if (shape == SHAPE_ACKNOWLEDGEMENT) {
          const more = acknowledgement(body + 2, end, first, rules);
          if (more == PROPERTIES_ARE_WRONG) {
            status = STATUS_ERROR;
            break;
          }
          flags |= ROW_IS_MQTT_5 | more;
        }
      } else if (shape == SHAPE_CONTROL_OR_EMPTY && body == end) {
        if (!emptyIsAllowed(body, first, rules)) {
          status = STATUS_ERROR;
          break;
        }
        flags |= ROW_IS_MQTT_5;
      } else if (
        shape == SHAPE_CONTROL ||
        shape == SHAPE_CONNECT ||
        shape == SHAPE_CONTROL_OR_EMPTY
      ) {
        controlRows++;
      }
      store<u32>(row + (COLUMN_FIRST_BYTE << 2), flags);
      store<u32>(row + (COLUMN_TOPIC_LENGTH << 2), 0);
      store<u32>(row + (COLUMN_PACKET_IDENTIFIER << 2), identifier);
      store<u32>(row + (COLUMN_PAYLOAD << 2), end + toOffset);
      store<u32>(row + (COLUMN_TOPIC_ID << 2), 0);
    }
    store<u32>(row + (COLUMN_START << 2), p + toOffset);
    store<u32>(row + (COLUMN_BODY << 2), body + toOffset);
    store<u32>(row + (COLUMN_END << 2), end + toOffset);
    rows++;
    p = end;
    if (shape == SHAPE_CONNECT) {
      status = STATUS_CONNECT;
      break;
    }
  }

  if (status == STATUS_ERROR) rebaseError(base, window);
  setResult(RESULT_STATUS, status);
  setResult(RESULT_ROWS, rows);
  setResult(RESULT_POSITION, p + toOffset);
  setResult(RESULT_NEEDED, needed);
  setResult(RESULT_CONTROL_ROWS, controlRows);
}
