/** Encoding: packets to frames, each in a buffer of its own or all into one. */
import mqtt from 'mqtt-packet';
import { Encoder } from 'mqtt-wasm';
import type { Case, Contestant } from './contest.js';
import { REFERENCE } from './decode.js';
import { connect, type Encodable, puback, publish, publish5, subscribe } from './encodables.js';
import { MANY_NAMES, type ManyName, manyCase } from './encode-many.js';
import { compareFrames } from './verify.js';

const PACKETS = 1024;

interface Maker {
  readonly title: string;
  readonly make: (index: number) => Encodable;
  readonly protocolVersion: 4 | 5;
}

const MAKERS = {
  publish: { title: 'small QoS 0 PUBLISH', make: publish, protocolVersion: 4 },
  puback: { title: 'PUBACK', make: puback, protocolVersion: 4 },
  subscribe: { title: 'SUBSCRIBE with two Topic Filters', make: subscribe, protocolVersion: 4 },
  connect: { title: 'CONNECT with User Name and Password', make: connect, protocolVersion: 4 },
  publish5: { title: 'MQTT 5.0 PUBLISH with 7 properties', make: publish5, protocolVersion: 5 },
} as const satisfies Readonly<Record<string, Maker>>;

export type SingleName = keyof typeof MAKERS;
export const SINGLE_NAMES = Object.keys(MAKERS) as readonly SingleName[];

export type EncodeName = SingleName | ManyName;
export const ENCODE_NAMES: readonly EncodeName[] = [...SINGLE_NAMES, ...MANY_NAMES];

export function encodeCase(name: EncodeName): Case {
  return name in MAKERS ? singleCase(name as SingleName) : manyCase(name as ManyName);
}

/** The packets of one kind, as each contestant wants them, and the frames that they must become. */
export function packetsNamed(name: SingleName) {
  const { title, make, protocolVersion } = MAKERS[name];
  const packets = Array.from({ length: PACKETS }, (_, index) => make(index));
  const frames = packets.map((packet) => packet.bytes);
  return {
    title,
    protocolVersion,
    frames,
    byteLength: frames.reduce((sum, bytes) => sum + bytes.length, 0),
    ours: packets.map((packet) => packet.ours),
    reference: packets.map((packet) => packet.reference),
  };
}

function singleCase(name: SingleName): Case {
  const { title, protocolVersion, frames, byteLength, ours, reference } = packetsNamed(name);
  const encoder = new Encoder({ protocolVersion });
  const options = { protocolVersion };
  const target = Buffer.allocUnsafeSlow(byteLength);

  const encodeInto = (): number => {
    let at = 0;
    for (const packet of ours) at += encoder.encodeInto(packet, target, at);
    return at;
  };
  const contestants: Contestant[] = [
    {
      name: 'encode()',
      checksum: byteLength,
      run() {
        let sum = 0;
        for (const packet of ours) sum += encoder.encode(packet).length;
        return sum;
      },
      check: () =>
        compareFrames(
          ours.map((packet) => encoder.encode(packet)),
          frames,
        ),
    },
    {
      name: 'encodeInto(), one buffer',
      checksum: byteLength,
      run: encodeInto,
      check() {
        target.fill(0);
        encodeInto();
        compareFrames([target], [Buffer.concat(frames)]);
      },
    },
    {
      name: REFERENCE,
      checksum: byteLength,
      run() {
        let sum = 0;
        for (const packet of reference) sum += mqtt.generate(packet, options).length;
        return sum;
      },
      check: () =>
        compareFrames(
          reference.map((packet) => mqtt.generate(packet, options)),
          frames,
        ),
    },
  ];
  return {
    id: `encode/${name}`,
    kind: 'encode',
    title,
    packets: PACKETS,
    byteLength,
    reference: REFERENCE,
    contestants,
  };
}
