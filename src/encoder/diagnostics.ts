/**
 * What is said for people rather than for programs: User Properties and the Reason String. A sender
 * leaves them out where they would make a packet larger than its receiver accepts (3.4.2-2, 3.4.2-3 and the
 * like), and where the Client has asked for no problem information (3.1.2-29).
 */
import type { PacketType } from '../protocol/packet-types.js';
import type { EncodableProperties, EncodingContext } from './context.js';

/** In the order in which they are left out. */
export const DIAGNOSTICS = ['userProperties', 'reasonString'] as const;

/** Packets whose diagnostics give way to the limit of the receiver. */
const YIELDING: ReadonlySet<PacketType> = new Set<PacketType>([
  'CONNACK',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBACK',
  'UNSUBACK',
  'DISCONNECT',
  'AUTH',
]);

/** Packets of a Server that lose them where no problem information was asked for. */
const OMITTING: ReadonlySet<PacketType> = new Set<PacketType>([
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBACK',
  'UNSUBACK',
  'AUTH',
]);

/** Whether the packet does without diagnostics rather than be too large. */
export function yieldsToLimit({ packetType }: EncodingContext): boolean {
  return YIELDING.has(packetType);
}

/** The properties without one of them; the same object if it is not there. */
export function without(
  properties: EncodableProperties,
  omitted: (typeof DIAGNOSTICS)[number],
): EncodableProperties {
  if (!Object.hasOwn(properties, omitted)) return properties;
  const { [omitted]: _, ...rest } = properties;
  return rest;
}

/** Whether the packet carries none to a Client that has asked for no problem information. */
export function omitsDiagnostics({ packetType, sender }: EncodingContext): boolean {
  return sender !== 'client' && OMITTING.has(packetType);
}
