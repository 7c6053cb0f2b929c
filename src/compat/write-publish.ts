/** PUBLISH as mqtt-packet takes it. */
import { isBytes } from '../bytes.js';
import { PACKET_TYPE } from '../protocol/packet-types.js';
import type { FrameWriter } from './frame-writer.js';
import { RepeatedPublish } from './repeated-publish.js';
import {
  type Fields,
  inWords,
  messageIdOf,
  payloadOf,
  qosOf,
  textOrBytes,
} from './write-fields.js';
import { writeProperties } from './write-properties.js';

/** A PUBLISH whose payload is too large to be worth a copy. */
export interface PublishParts {
  /** All that stands before the payload. */
  readonly head: Buffer;
  readonly payload: Uint8Array;
}

/** Bytes from which a payload is not copied: over TCP it makes no difference at 512 bytes, at 1 KiB a copy takes a quarter longer. */
const LARGE_PAYLOAD = 512;

const repeated = new RepeatedPublish();

/**
 * The frame, or its parts if the payload is large. A text is encoded right into the frame, whatever its length. Each field is read
 * once: what is remembered of a frame is what it was made of.
 *
 * @param shared whether the frame may be one that was given out before; nobody may write to it then
 */
export function encodePublish(
  writer: FrameWriter,
  packet: Fields,
  mqtt5: boolean,
  shared: boolean,
): Buffer | PublishParts {
  const topic = textOrBytes(packet.topic);
  if (topic === undefined) throw new Error('Invalid topic');
  const given = packet.payload;
  const payload = given ? payloadOf(given) : '';
  if (payload === undefined) throw new Error(`Invalid payload: ${inWords(given)}`);
  const qos = qosOf('qos', packet.qos);
  const properties = mqtt5 ? packet.properties : undefined;
  const firstByte =
    (PACKET_TYPE.PUBLISH << 4) | (packet.dup ? 8 : 0) | (qos << 1) | (packet.retain ? 1 : 0);
  const isLarge = isBytes(payload) && payload.length >= LARGE_PAYLOAD;
  const mayRepeat =
    shared &&
    qos === 0 &&
    properties === undefined &&
    typeof topic === 'string' &&
    (isLarge || payload.length < LARGE_PAYLOAD);
  if (mayRepeat) {
    const frame = repeated.frameOf(firstByte, mqtt5, topic, payload, isLarge);
    if (frame !== undefined) return isLarge ? { head: frame, payload } : frame;
  }
  writer.begin();
  writer.lengthAndBytes('topic', topic);
  if (qos !== 0) writer.uint16(messageIdOf(packet));
  if (mqtt5) writeProperties(writer, properties);
  if (!isLarge) writer.bytes(payload);
  const frame = writer.end(firstByte, isLarge ? payload.length : 0);
  if (mayRepeat) repeated.remember(firstByte, mqtt5, topic, payload, frame);
  return isLarge ? { head: frame, payload } : frame;
}
