/** Traffic to measure with: the same bytes on every run and on every machine. */
import { type EncodablePacket, encode } from 'mqtt-wasm';

/** How the bytes are handed to a decoder, as a busy socket would. */
const CHUNK_LENGTH = 65_536;

const SMALL_PAYLOAD = 32;
const SMALLEST_LARGE_PAYLOAD = 1024;
const LARGEST_LARGE_PAYLOAD = 8192;

/** What the traffic is made of, in words. */
export const TRAFFIC_MIX =
  'PUBLISH of 32 bytes to 30-byte topics, two thirds at QoS 0, one third at QoS 1 with a PUBACK ' +
  'each; some pings; one in 300 with 1 to 8 KiB';

/** Bytes on the wire that begin and end with whole packets. */
export interface Traffic {
  /** The bytes in pieces of 64 KiB, views of one buffer. */
  readonly chunks: readonly Buffer[];
  /** Bytes in all. */
  readonly length: number;
}

/** Numbers that look random, 0 included and 1 excluded (xorshift, 32 bits). */
function randomNumbers(): () => number {
  let state = 0x2545_f491;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function* packets(): Generator<EncodablePacket, never> {
  const random = randomNumbers();
  const below = (limit: number) => Math.floor(random() * limit);
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  const noise = Buffer.from(Array.from({ length: 2 * LARGEST_LARGE_PAYLOAD }, () => below(256)));
  const payload = (length: number) => {
    const start = below(noise.length - length);
    return noise.subarray(start, start + length);
  };
  for (let packetIdentifier = 1; ; packetIdentifier = (packetIdentifier % 65_535) + 1) {
    const line = below(20);
    const topic = `site/07/line/${digits(line, 2)}/sensor/${digits(line * 50 + below(50), 7)}`;
    const kind = below(300);
    if (kind === 0) {
      const length = SMALLEST_LARGE_PAYLOAD + below(LARGEST_LARGE_PAYLOAD - SMALLEST_LARGE_PAYLOAD);
      yield { type: 'PUBLISH', topic, payload: payload(length) };
    } else if (kind < 10) {
      yield { type: 'PINGREQ' };
      yield { type: 'PINGRESP' };
    } else if (kind < 200) {
      yield { type: 'PUBLISH', topic, payload: payload(SMALL_PAYLOAD) };
    } else {
      yield { type: 'PUBLISH', topic, payload: payload(SMALL_PAYLOAD), qos: 1, packetIdentifier };
      yield { type: 'PUBACK', packetIdentifier };
    }
  }
}

/** Makes as many whole packets as fit into `length` bytes. */
export function makeTraffic(length: number): Traffic {
  const buffer = Buffer.allocUnsafeSlow(length);
  let end = 0;
  for (const packet of packets()) {
    const frame = encode(packet);
    if (frame.length > length - end) break;
    buffer.set(frame, end);
    end += frame.length;
  }
  const chunks: Buffer[] = [];
  for (let start = 0; start < end; start += CHUNK_LENGTH) {
    chunks.push(buffer.subarray(start, Math.min(start + CHUNK_LENGTH, end)));
  }
  return { chunks, length: end };
}
