/**
 * The reason codes of MQTT 5.0 (section 2.4): which packet may carry which, and who may send it.
 *
 * Everything reads these tables: the scanners, the decoder, the encoder, the types, the documentation.
 */
import { PACKET_TYPE, type PacketType, type Side } from './packet-types.js';

/** What each reason code says. Some codes have another name in one packet: see {@link reasonCodeName}. */
export const REASON_CODES = {
  0: 'Success',
  1: 'Granted QoS 1',
  2: 'Granted QoS 2',
  4: 'Disconnect with Will Message',
  16: 'No matching subscribers',
  17: 'No subscription existed',
  24: 'Continue authentication',
  25: 'Re-authenticate',
  128: 'Unspecified error',
  129: 'Malformed Packet',
  130: 'Protocol Error',
  131: 'Implementation specific error',
  132: 'Unsupported Protocol Version',
  133: 'Client Identifier not valid',
  134: 'Bad User Name or Password',
  135: 'Not authorized',
  136: 'Server unavailable',
  137: 'Server busy',
  138: 'Banned',
  139: 'Server shutting down',
  140: 'Bad authentication method',
  141: 'Keep Alive timeout',
  142: 'Session taken over',
  143: 'Topic Filter invalid',
  144: 'Topic Name invalid',
  145: 'Packet Identifier in use',
  146: 'Packet Identifier not found',
  147: 'Receive Maximum exceeded',
  148: 'Topic Alias invalid',
  149: 'Packet too large',
  150: 'Message rate too high',
  151: 'Quota exceeded',
  152: 'Administrative action',
  153: 'Payload format invalid',
  154: 'Retain not supported',
  155: 'QoS not supported',
  156: 'Use another server',
  157: 'Server moved',
  158: 'Shared Subscriptions not supported',
  159: 'Connection rate exceeded',
  160: 'Maximum connect time',
  161: 'Subscription Identifiers not supported',
  162: 'Wildcard Subscriptions not supported',
} as const;

const PUBACK_CODES = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99] as const;
const PUBREL_CODES = [0x00, 0x92] as const;

/** The codes that each packet type may carry. */
// biome-ignore format: a table
export const REASON_CODE_SETS = {
  CONNACK: [
    0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b,
    0x9c, 0x9d, 0x9f,
  ],
  PUBACK: PUBACK_CODES,
  PUBREC: PUBACK_CODES,
  PUBREL: PUBREL_CODES,
  PUBCOMP: PUBREL_CODES,
  SUBACK: [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2],
  UNSUBACK: [0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91],
  DISCONNECT: [
    0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97,
    0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
  ],
  AUTH: [0x00, 0x18, 0x19],
} as const satisfies Partial<Record<PacketType, readonly (keyof typeof REASON_CODES)[]>>;

/** The packet types that carry reason codes. */
export type ReasonCodePacketType = keyof typeof REASON_CODE_SETS;

/** A reason code that packets of type `Type` may carry. */
export type ReasonCode<Type extends ReasonCodePacketType = ReasonCodePacketType> =
  (typeof REASON_CODE_SETS)[Type][number];

/** The codes of a packet type that only one side may send. */
const ONLY_FROM: Readonly<
  Partial<Record<ReasonCodePacketType, Readonly<Record<Side, readonly number[]>>>>
> = {
  DISCONNECT: {
    client: [0x04],
    server: [
      0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
    ],
  },
  AUTH: { client: [0x19], server: [0x00] },
};

/**
 * Bad authentication method: the table of all reason codes (2-6) lists it for DISCONNECT, that of
 * DISCONNECT (3-10) does not. So it is accepted, and sent only by who insists.
 */
export const DOUBTFUL_DISCONNECT_CODE = 0x8c;

/** Whether packets of type `type` that come from `sender` (`undefined`: either side) may carry `code`. */
export function isReasonCode<Type extends ReasonCodePacketType>(
  type: Type,
  code: number,
  sender?: Side | undefined,
): code is ReasonCode<Type> {
  const codes: readonly number[] = REASON_CODE_SETS[type];
  if (!codes.includes(code)) return false;
  if (sender === undefined) return true;
  const receiver = sender === 'client' ? 'server' : 'client';
  return ONLY_FROM[type]?.[receiver].includes(code) !== true;
}

/** Who may send `code` in packets of type `type`. */
export function senderOfReasonCode(type: ReasonCodePacketType, code: number): Side | 'both' {
  if (ONLY_FROM[type]?.client.includes(code)) return 'client';
  return ONLY_FROM[type]?.server.includes(code) ? 'server' : 'both';
}

/** The name of a reason code, as packets of type `type` use it; `undefined` if there is no such code. */
export function reasonCodeName(code: number, type?: PacketType): string | undefined {
  if (code === 0 && type === 'DISCONNECT') return 'Normal disconnection';
  if (code === 0 && type === 'SUBACK') return 'Granted QoS 0';
  return Object.hasOwn(REASON_CODES, code)
    ? REASON_CODES[code as keyof typeof REASON_CODES]
    : undefined;
}

/** The sets as the scanners want them: 256 bits for each of the sixteen packet types. */
export const REASON_CODE_BITS: Int32Array = new Int32Array(16 * 8);
for (const [type, codes] of Object.entries(REASON_CODE_SETS)) {
  for (const code of codes) {
    const word = PACKET_TYPE[type as PacketType] * 8 + (code >> 5);
    REASON_CODE_BITS[word] = (REASON_CODE_BITS[word] as number) | (1 << (code & 31));
  }
}
