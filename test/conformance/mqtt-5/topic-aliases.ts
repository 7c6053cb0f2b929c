/** PUBLISH packets with a Topic Alias. */
import type { PublishPacket } from '../../../src/protocol/packets.js';
import type { Example } from '../../support/conformance.js';
import { frame, hex, utf8 } from '../../support/hex.js';

/** A PUBLISH without other properties: the value of its alias stands 6 bytes and the topic from its beginning. */
export function publish(topic: string, alias: number, payload = '6869'): Uint8Array {
  return frame('30', utf8(topic), '03 23', alias.toString(16).padStart(4, '0'), payload);
}

export function packet(topic: string, topicAlias: number): PublishPacket {
  const message = { topic, payload: hex('6869'), retain: false } as const;
  return { type: 'PUBLISH', ...message, qos: 0, dup: false, properties: { topicAlias } };
}

/** A PUBLISH that gives an alias. */
export function given(topic: string, alias: number): Example {
  return { bytes: publish(topic, alias), packet: packet(topic, alias) };
}

/** A PUBLISH that uses an alias, which stands for `topic`. */
export function used(topic: string, alias: number): Example {
  return { bytes: publish('', alias), packet: packet(topic, alias) };
}

const RESOLVED = { topicAliasMaximum: 10, resolveTopicAliases: true } as const;
/** Options of decoders that resolve up to ten aliases. */
export const TO_ANY = { role: 'any', ...RESOLVED } as const;
export const TO_CLIENT = { role: 'client', ...RESOLVED } as const;
export const TO_SERVER = { role: 'server', ...RESOLVED } as const;
