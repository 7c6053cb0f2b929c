/**
 * Where Mosquitto does not come to the verdict of the conformance tables, and why: found by
 * `mosquitto-verdicts.test.ts`, which fails for a disagreement that is not here, and for a waiver that
 * no disagreement needs any more.
 *
 * Most of them are rules that Mosquitto does not check. Where it refuses what is legal, the reason must
 * be one that is not in the bytes: what the specification leaves to the receiver, or what a connection
 * has agreed on. Anything else would be a mistake of the tables.
 */
import type { ProtocolVersion } from '../../src/protocol/packet-types.js';

/** The version of Mosquitto that these waivers are about, that of Debian 12. */
export const WAIVED_VERSION = '2.0.11';

/** Some cases with which Mosquitto does not agree. */
export interface Waiver {
  /** Needed in each of these; 4 includes cases of MQTT 3.1. */
  readonly versions: readonly ProtocolVersion[];
  /** The names of the cases. */
  readonly names: RegExp;
  /** What it does, other than the tables say. */
  readonly mosquitto: 'accepts' | 'refuses';
  readonly reason: string;
}

export const WAIVERS: readonly Waiver[] = [
  // --- it refuses what is legal ---------------------------------------------------------------
  {
    versions: [4, 5],
    names: /^1\.5\.[34] discouraged characters: U\+[0-9A-F]+ is accepted by default$/,
    mosquitto: 'refuses',
    reason: 'a receiver may refuse control characters and non-characters, and it does',
  },
  {
    versions: [4, 5],
    names: /^MQTT-(1\.5\.[34]-2: U\+0001 is not U\+0000|4\.7\.3-2: none)$/,
    mosquitto: 'refuses',
    reason: 'the text has a control character, U+0001, which a receiver may refuse',
  },
  {
    versions: [5],
    names: /^MQTT-1\.5\.7-1: \["\\u0001",".\uFFFE"\] is a pair$/,
    mosquitto: 'refuses',
    reason: 'the text has a control character and a non-character, which a receiver may refuse',
  },
  {
    versions: [5],
    names:
      /^(3\.1\.2\.11\.4 Maximum Packet Size: 1 in CONNECT|2\.2\.2\.2 (known properties: all of CONNECT together|properties of a packet: 0x27 maximumPacketSize in CONNECT|types of properties: maximumPacketSize of 00000001 in CONNECT))$/,
    mosquitto: 'refuses',
    reason: 'a Maximum Packet Size of 1 leaves no room for a CONNACK, so it can only close',
  },
  {
    versions: [5],
    names:
      /^(MQTT-3\.3\.2-8: [0-9]+ alone|3\.3\.2\.1 Topic Alias instead of Topic Name: (alone|behind other properties, at QoS 1))$/,
    mosquitto: 'refuses',
    reason: 'the Topic Alias has not been given a Topic Name on this connection',
  },
  {
    versions: [5],
    names:
      /^2\.2\.2\.2 (known properties: all of PUBLISH together|properties of a packet: 0x23 topicAlias in PUBLISH|types of properties: topicAlias of 8000 in PUBLISH)|^MQTT-3\.3\.2-8: (255|256|65535)$/,
    mosquitto: 'refuses',
    reason: 'the Topic Alias is above its Topic Alias Maximum of 10, a limit it tells in CONNACK',
  },

  // --- it accepts what is illegal -------------------------------------------------------------
  {
    versions: [4, 5],
    names: /^3\.12 and 3\.13 remaining length: .*PINGREQ/,
    mosquitto: 'accepts',
    reason: 'it does not look at the body of a PINGREQ',
  },
  {
    versions: [4, 5],
    names: /^MQTT-2\.(2\.2|1\.3)-1: PINGREQ with flags 1$/,
    mosquitto: 'accepts',
    reason: 'it does not look at the flags of a PINGREQ',
  },
  {
    versions: [4],
    names: /^3\.4 to 3\.7 remaining length: (03|04|82 01) 0001.* for PUB(ACK|REC|REL|COMP)$/,
    mosquitto: 'accepts',
    reason: 'it does not look at what follows the Packet Identifier of an acknowledgement',
  },
  {
    versions: [5],
    names:
      /^2\.2\.2\.1 property length: bytes are left over behind the properties of PUB(ACK|REC|REL|COMP)$/,
    mosquitto: 'accepts',
    reason: 'it does not look at what follows the properties of an acknowledgement',
  },
  {
    versions: [4, 5],
    names:
      /^(MQTT-3\.3\.1-2: DUP 1 at QoS 0, first byte 0x3[89]|option publishPartsAbove: DUP at QoS 0, whole)$/,
    mosquitto: 'accepts',
    reason: 'it does not check DUP at QoS 0',
  },
  {
    versions: [4, 5],
    names: /^direction: a server gets no (PINGRESP|SUBACK|UNSUBACK), state (expectConnect|open)$/,
    mosquitto: 'accepts',
    reason: 'it takes them from everybody, because a bridge of its own is a Client',
  },
  {
    versions: [5],
    names:
      /^(MQTT-1\.5\.5-1: ([CE]0 80 (80 )?00 takes more bytes than it needs|Remaining Length (80 ){1,3}00 for 0|four bytes for a Remaining Length of 2|two bytes for a Remaining Length of 127)|option minimalRemainingLength: ([0-9A-F ]+ in [A-Z]+ by default|a CONNECT with [24] bytes whose version shows in its body, role server)|option publishPartsAbove: a Remaining Length that is not minimal, whole)$/,
    mosquitto: 'accepts',
    reason: 'it does not check that a Remaining Length takes as few bytes as possible',
  },
  {
    versions: [5],
    names:
      /^MQTT-3\.14\.2-1: (0x[0-9a-f]{2}, sender client|a code that is none, and nothing behind it)$/,
    mosquitto: 'accepts',
    reason: 'it looks at the reason code of a DISCONNECT only for the one that asks for the Will',
  },
  {
    versions: [5],
    names: /^MQTT-3\.[4-7]\.2-1: 0x[0-9a-f]{2} is none of PUB(ACK|REC|REL|COMP)$/,
    mosquitto: 'accepts',
    reason: 'it does not check the reason code of an acknowledgement',
  },
  {
    versions: [5],
    names: /^2\.2\.2\.2 properties of a packet: Server Reference in DISCONNECT from a Client$/,
    mosquitto: 'accepts',
    reason: 'it does not look at who sends a Server Reference',
  },
  {
    versions: [5],
    names: /^MQTT-3\.3\.4-6: a Client may not send .*0B 0[07]$/,
    mosquitto: 'accepts',
    reason: 'it does not look at the Subscription Identifiers of a PUBLISH',
  },
  {
    versions: [5],
    names:
      /^3\.1\.2\.11\.10 Authentication Data: (empty and without a method|without a method, between other properties|without a method), in CONNECT$/,
    mosquitto: 'accepts',
    reason: 'it does not look at Authentication Data where there is no Authentication Method',
  },
  {
    versions: [5],
    names:
      /^(3\.(1\.3\.2\.3 Will|3\.2\.3\.2) Payload Format Indicator: (0x)?[0-9A-F]+|option publishPartsAbove: Payload Format Indicator 2, whole)$/,
    mosquitto: 'accepts',
    reason: 'it passes on the Payload Format Indicator without a look at its value',
  },
  {
    versions: [5],
    names:
      /^(3\.1\.3\.2\.6 Will Response Topic: (empty|wildcard in .+)|MQTT-3\.3\.2-14: .*[#+].*|MQTT-4\.7\.0-1: .+ in a Response Topic( of a Will)?|MQTT-4\.7\.3-1: (a Response Topic without a character|none in a Response Topic)|option publishPartsAbove: a wildcard in the Response Topic, whole)$/,
    mosquitto: 'accepts',
    reason: 'it passes on a Response Topic as text, without a look at its wildcards or its length',
  },
  {
    versions: [5],
    names:
      /^MQTT-3\.8\.3-4: set on (a Shared Subscription|the second subscription, which is shared)$/,
    mosquitto: 'accepts',
    reason: 'it does not check No Local on a Shared Subscription',
  },
  {
    versions: [5],
    names: /^MQTT-4\.8\.2-1: none$/,
    mosquitto: 'accepts',
    reason: 'it does not check that a ShareName has a character',
  },
  {
    versions: [5],
    names: /^MQTT-4\.8\.2-2: a wildcard$/,
    mosquitto: 'accepts',
    reason: 'it does not look at the ShareName in an UNSUBSCRIBE',
  },
];
