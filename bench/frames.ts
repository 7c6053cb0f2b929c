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
  /** The properties of MQTT 5.0 as text, made by {@link propertiesText}. */
  readonly properties?: string | undefined;
}

/** The seven properties that a PUBLISH of the benchmark carries: five, and two User Properties. */
export interface SevenProperties {
  readonly payloadFormatIndicator: number;
  readonly messageExpiryInterval: number;
  readonly contentType: string;
  readonly responseTopic: string;
  readonly correlationData: Uint8Array;
  readonly userProperties: readonly (readonly [string, string])[];
}

/** Properties as text, for comparing. */
export function propertiesText(properties: SevenProperties): string {
  const { correlationData, ...rest } = properties;
  return JSON.stringify({ ...rest, correlationData: Buffer.from(correlationData).toString('hex') });
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

function uint32(value: number): Uint8Array {
  return Buffer.concat([uint16(Math.floor(value / 65_536)), uint16(value % 65_536)]);
}

/** A PUBLISH of MQTT 5.0 with these properties, which must take fewer than 16,384 bytes. */
export function publishWithProperties(
  topic: string,
  payload: Uint8Array,
  properties: SevenProperties,
): ReferenceFrame {
  const { correlationData } = properties;
  const block = Buffer.concat([
    Uint8Array.of(0x01, properties.payloadFormatIndicator),
    Uint8Array.of(0x02),
    uint32(properties.messageExpiryInterval),
    Uint8Array.of(0x03),
    text(properties.contentType),
    Uint8Array.of(0x08),
    text(properties.responseTopic),
    Uint8Array.of(0x09),
    uint16(correlationData.length),
    correlationData,
    ...properties.userProperties.flatMap(([name, value]) => [
      Uint8Array.of(0x26),
      text(name),
      text(value),
    ]),
  ]);
  const { length } = block;
  const propertyLength =
    length < 128 ? Uint8Array.of(length) : Uint8Array.of((length % 128) + 128, length >> 7);
  const body = [text(topic), propertyLength, block, payload];
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
      properties: propertiesText(properties),
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
