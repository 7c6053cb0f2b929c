/** Whether the decoder saw all that the session had to bring about. */
import { PACKET_TYPES, type PacketType } from 'mqtt-wasm';
import type { Tally } from './observer.js';
import type { Direction } from './print.js';
import { count } from './text.js';

const DIRECTIONS: readonly Direction[] = ['client-to-broker', 'broker-to-client'];

/** The packet types that there were to see: AUTH came with MQTT 5.0. */
function typesToSee({ versions }: Tally): readonly PacketType[] {
  return versions.has(5) ? PACKET_TYPES : PACKET_TYPES.filter((type) => type !== 'AUTH');
}

/** What was seen, in a line. */
export function summary(tally: Tally): string {
  const { packets, errors, types } = tally;
  const noun = (amount: number, singular: string) =>
    `${count(amount)} ${singular}${amount === 1 ? '' : 's'}`;
  const seen = `${types.size} of ${typesToSee(tally).length} packet types seen`;
  return `${seen}, ${noun(packets, 'packet')}, ${noun(errors, 'error')}`;
}

/** What the session ought to have shown and did not; empty if all is well. */
export function missing(tally: Tally): string[] {
  const { errors, types, publishes } = tally;
  const faults: string[] = [];
  for (const type of typesToSee(tally)) {
    if (!types.has(type)) faults.push(`no ${type} was seen`);
  }
  for (const direction of DIRECTIONS) {
    for (const qos of [0, 1, 2] as const) {
      if (!publishes.has(`${direction} ${qos}`)) {
        faults.push(`no PUBLISH at QoS ${qos} was seen from ${direction.replace('-to-', ' to ')}`);
      }
    }
  }
  if (errors > 0) faults.push(`${count(errors)} streams could not be decoded`);
  return faults;
}
