/**
 * Frames written by hand, byte for byte, so that what every contestant is compared with comes from
 * none of them. Together with each frame goes what a decoder must make of it.
 */

/** What a decoder must make of one frame, in the specification's words. */
export interface ExpectedPacket {
  readonly type: string;
  readonly remainingLength: number;
  /** `undefined` where the packet has none, as for the fields below. */
  readonly topic?: string | undefined;
  readonly packetIdentifier?: number | undefined;
  readonly qos?: number | undefined;
  readonly dup?: boolean | undefined;
  readonly retain?: boolean | undefined;
  readonly payload?: Uint8Array | undefined;
}

/** A frame as it stands on the wire, and what it says. */
export interface ReferenceFrame {
  readonly bytes: Uint8Array;
  readonly packet: ExpectedPacket;
}

const PUBLISH = 0x30;
const PUBACK = 0x40;
const PINGREQ = 0xc0;

/** A frame with this first byte and this body. */
export function frame(firstByte: number, body: readonly Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, 0);
  const header = [firstByte];
  let rest = length;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    header.push(rest > 0 ? byte + 128 : byte);
  } while (rest > 0);
  return Buffer.concat([Uint8Array.from(header), ...body]);
}

/** Two bytes, the more significant one first. */
export function uint16(value: number): Uint8Array {
  return Uint8Array.of(Math.floor(value / 256), value % 256);
}

/** Text behind its two-byte length. */
export function text(value: string): Uint8Array {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([uint16(bytes.length), bytes]);
}

export function publishQos0(topic: string, payload: Uint8Array): ReferenceFrame {
  const body = [text(topic), payload];
  return {
    bytes: frame(PUBLISH, body),
    packet: {
      type: 'PUBLISH',
      remainingLength: lengthOf(body),
      topic,
      qos: 0,
      dup: false,
      retain: false,
      payload,
    },
  };
}

export function publishQos1(
  topic: string,
  payload: Uint8Array,
  packetIdentifier: number,
): ReferenceFrame {
  const body = [text(topic), uint16(packetIdentifier), payload];
  return {
    bytes: frame(PUBLISH + 2, body),
    packet: {
      type: 'PUBLISH',
      remainingLength: lengthOf(body),
      topic,
      packetIdentifier,
      qos: 1,
      dup: false,
      retain: false,
      payload,
    },
  };
}

export function puback(packetIdentifier: number): ReferenceFrame {
  return {
    bytes: frame(PUBACK, [uint16(packetIdentifier)]),
    packet: { type: 'PUBACK', remainingLength: 2, packetIdentifier },
  };
}

export function pingreq(): ReferenceFrame {
  return { bytes: frame(PINGREQ, []), packet: { type: 'PINGREQ', remainingLength: 0 } };
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
