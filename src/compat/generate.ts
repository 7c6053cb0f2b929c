/** `generate()` as mqtt-packet has it. */
import { allocateShortLived, isBytes } from '../bytes.js';
import type { Packet } from './types.js';
import { encodePacket } from './write-packet.js';

/**
 * The frame of a packet, in a buffer of the caller's own; an empty one if the packet does not fit the Maximum Packet Size.
 *
 * @param opts `protocolVersion`: 5 for MQTT 5.0, else MQTT 3.1.1; a CONNECT says its version itself. `properties.maximumPacketSize`:
 * bytes that the peer takes; PUBACK and its like, SUBACK, UNSUBACK, DISCONNECT and AUTH leave out their reason string, then their
 * User Properties, to fit
 * @throws `Error` with mqtt-packet's text, if the packet is not one that can be sent
 */
export function generate(packet: Packet, opts?: object): Buffer {
  const frame = encodePacket(packet, opts, false);
  if (frame === undefined) return Buffer.alloc(0);
  if (isBytes(frame)) return frame;
  const { head, payload } = frame;
  const whole = allocateShortLived(head.length + payload.length) as Buffer;
  whole.set(head);
  whole.set(payload, head.length);
  return whole;
}
