/**
 * Writes the fields of one frame behind each other, into a buffer that many frames share.
 *
 * No length has to be known before: the fixed header is written last, in front of the body, where there is room for the longest. So
 * each field of a packet is read once, and a packet that changes while it is read cannot make a frame that contradicts itself.
 */
import { allocateShortLived, utf8Length, viewOn, writeUtf8 } from '../bytes.js';
import { MAXIMUM_FIELD_LENGTH, MAXIMUM_REMAINING_LENGTH } from '../protocol/packet-types.js';

/** Bytes that frames share: as much as Node.js still gives out of its own pool, which nobody can transfer to another thread. */
const SHARED = 4088;
/** A larger frame gets a buffer of its own: else it would waste what is left of the shared one. */
const LARGE = 1024;
/** The longest fixed header. */
const FIXED_HEADER = 5;
/** Characters of text for which a loop is faster than calls. */
const SHORT_TEXT = 64;

function refuseLength(length: number): never {
  throw new Error(`Invalid variable byte integer: ${length}`);
}

export class FrameWriter {
  #shared = allocateShortLived(SHARED);
  /** Where the next frame may begin in the shared bytes. */
  #next = 0;
  /** What the frame is written to, and the memory of that: to ask for it each time would take longer than all else about a view. */
  #bytes = this.#shared;
  #memory = this.#bytes.buffer;
  #offset = this.#bytes.byteOffset;
  /** Where the room of the frame begins. */
  #start = 0;
  #position = 0;

  /** Begins a frame. One that was begun before and not ended is forgotten, with the buffer that it may have had of its own. */
  begin(): void {
    if (this.#bytes !== this.#shared) this.#use(this.#shared);
    this.#start = this.#next;
    this.#position = this.#start + FIXED_HEADER;
    this.#reserve(0);
  }

  /**
   * Ends the frame.
   *
   * @param following bytes of a payload that the caller sends behind it
   */
  end(firstByte: number, following = 0): Buffer {
    const bytes = this.#bytes;
    const body = this.#start + FIXED_HEADER;
    const length = this.#position - body + following;
    let at = body - 2;
    if (length <= 0x7f) {
      bytes[body - 1] = length;
    } else {
      at = this.#longFixedHeader(body, length);
    }
    bytes[at] = firstByte;
    const frame = viewOn(this.#memory, this.#offset + at, this.#position - at) as Buffer;
    if (bytes === this.#shared) this.#next = this.#position;
    else this.#use(this.#shared);
    return frame;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#position++] = value;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#bytes[this.#position++] = value >> 8;
    this.#bytes[this.#position++] = value;
  }

  uint32(value: number): void {
    this.uint16(value >>> 16);
    this.uint16(value);
  }

  /** A Variable Byte Integer, in as few bytes as it takes. */
  variableByteInteger(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.uint8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.uint8(rest);
  }

  /** Bytes, or the UTF-8 of a text, with no length before them. */
  bytes(value: string | Uint8Array): void {
    if (typeof value === 'string') {
      if (!this.#shortText(value, 0)) this.#text(value, utf8Length(value));
      return;
    }
    this.#reserve(value.length);
    this.#bytes.set(value, this.#position);
    this.#position += value.length;
  }

  /**
   * Bytes, or the UTF-8 of a text, behind their two-byte length.
   *
   * @param field its name in the error if it is too long
   */
  lengthAndBytes(field: string, value: string | Uint8Array): void {
    if (typeof value === 'string') {
      if (this.#shortText(value, 2)) return;
      const length = utf8Length(value);
      this.#fieldLength(field, length);
      this.#text(value, length);
    } else {
      this.#fieldLength(field, value.length);
      this.bytes(value);
    }
  }

  /** Leaves a byte for the length of what follows. Returns its place, for {@link insertLength}. */
  reserveLength(): number {
    this.uint8(0);
    return this.#position - this.#start;
  }

  /** Writes at `place` the length of all that was written behind it, a Variable Byte Integer. */
  insertLength(place: number): void {
    const start = this.#start + place;
    const length = this.#position - start;
    if (length <= 0x7f) {
      this.#bytes[start - 1] = length;
    } else {
      this.#insertLongLength(place, length);
    }
  }

  #insertLongLength(place: number, length: number): void {
    const more = length < 0x4000 ? 1 : length < 0x20_0000 ? 2 : 3;
    this.#reserve(more);
    const start = this.#start + place;
    this.#bytes.copyWithin(start + more, start, start + length);
    this.#position = start - 1;
    this.variableByteInteger(length);
    this.#position += length;
  }

  /** Writes a Remaining Length of more than a byte before `body`. Returns where the frame begins. */
  #longFixedHeader(body: number, length: number): number {
    if (length > MAXIMUM_REMAINING_LENGTH) refuseLength(length);
    const at = body - 1 - (length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : 4);
    let rest = length;
    let p = at + 1;
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[p++] = (rest & 0x7f) | 0x80;
    this.#bytes[p] = rest;
    return at;
  }

  #fieldLength(field: string, length: number): void {
    if (length > MAXIMUM_FIELD_LENGTH) {
      throw new Error(`Invalid ${field}: ${length} bytes, at most ${MAXIMUM_FIELD_LENGTH}`);
    }
    this.uint16(length);
  }

  /** Writes short ASCII text, which most text is, behind a length of so many bytes. Whether it was such text. */
  #shortText(text: string, lengthBytes: 0 | 2): boolean {
    const { length } = text;
    if (length > SHORT_TEXT) return false;
    this.#reserve(lengthBytes + length);
    const bytes = this.#bytes;
    let p = this.#position;
    if (lengthBytes === 2) {
      bytes[p++] = 0;
      bytes[p++] = length;
    }
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return false;
      bytes[p++] = code;
    }
    this.#position = p;
    return true;
  }

  #text(text: string, length: number): void {
    this.#reserve(length);
    writeUtf8(this.#bytes, text, this.#position, this.#position + length);
    this.#position += length;
  }

  #reserve(length: number): void {
    if (this.#position + length > this.#bytes.length) this.#moveTo(length);
  }

  /** Goes on in another buffer, that has room for so many bytes more. */
  #moveTo(length: number): void {
    const written = this.#position - this.#start;
    const room = written + length;
    if (room > FIXED_HEADER + MAXIMUM_REMAINING_LENGTH) refuseLength(room - FIXED_HEADER);
    const from = this.#bytes.subarray(this.#start, this.#position);
    if (room <= LARGE) {
      this.#shared = allocateShortLived(SHARED);
      this.#use(this.#shared);
    } else {
      this.#use(allocateShortLived(Math.max(room, 2 * written)));
    }
    this.#bytes.set(from);
    this.#start = 0;
    this.#position = written;
  }

  #use(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#memory = bytes.buffer;
    this.#offset = bytes.byteOffset;
  }
}
