/** Encoding: packets to frames, each in a buffer of its own or all into one. */
import mqtt from 'mqtt-packet';
import { type EncodablePacket, Encoder, type PublishProperties } from 'mqtt-wasm';
import type { Case, Contestant } from './contest.js';
import { REFERENCE } from './decode.js';
import { frame, publishWithProperties, text, uint16 } from './frames.js';
import { compareFrames } from './verify.js';
import { payloadNumber, sevenProperties, topicNumber } from './workloads.js';

const PACKETS = 1024;

/** The same packet for each contestant, and the bytes that it must become. */
interface Encodable {
  readonly ours: EncodablePacket;
  readonly reference: mqtt.Packet;
  readonly bytes: Uint8Array;
}

function publish(index: number): Encodable {
  const topic = topicNumber(index);
  const payload = Buffer.from(payloadNumber(index, 32));
  return {
    ours: { type: 'PUBLISH', topic, payload, qos: 0, retain: false, dup: false },
    reference: { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false },
    bytes: frame(0x30, [text(topic), payload]),
  };
}

function publish5(index: number): Encodable {
  const topic = topicNumber(index);
  const payload = Buffer.from(payloadNumber(index, 32));
  const properties = sevenProperties(index);
  const { bytes } = publishWithProperties(topic, payload, properties);
  const message = { topic, payload, qos: 0, retain: false, dup: false } as const;
  return {
    ours: { type: 'PUBLISH', ...message, properties: properties as PublishProperties },
    reference: {
      cmd: 'publish',
      ...message,
      properties: {
        ...properties,
        payloadFormatIndicator: properties.payloadFormatIndicator === 1,
        correlationData: Buffer.from(properties.correlationData),
        userProperties: Object.fromEntries(properties.userProperties),
      },
    },
    bytes,
  };
}

function puback(index: number): Encodable {
  const packetIdentifier = index + 1;
  return {
    ours: { type: 'PUBACK', packetIdentifier },
    reference: { cmd: 'puback', messageId: packetIdentifier },
    bytes: frame(0x40, [uint16(packetIdentifier)]),
  };
}

function subscribe(index: number): Encodable {
  const packetIdentifier = index + 1;
  const first = topicNumber(index);
  const second = `plant/7/line/${index}/+/#`;
  return {
    ours: {
      type: 'SUBSCRIBE',
      packetIdentifier,
      subscriptions: [
        { topicFilter: first, qos: 1 },
        { topicFilter: second, qos: 0 },
      ],
    },
    reference: {
      cmd: 'subscribe',
      messageId: packetIdentifier,
      subscriptions: [
        { topic: first, qos: 1 },
        { topic: second, qos: 0 },
      ],
    },
    bytes: frame(0x82, [
      uint16(packetIdentifier),
      text(first),
      Uint8Array.of(1),
      text(second),
      Uint8Array.of(0),
    ]),
  };
}

function connect(index: number): Encodable {
  const name = `sensor-${String(index).padStart(6, '0')}`;
  const password = 'correct horse';
  return {
    ours: {
      type: 'CONNECT',
      clientIdentifier: name,
      cleanSession: true,
      keepAlive: 60,
      userName: name,
      password: Buffer.from(password),
    },
    reference: {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId: name,
      clean: true,
      keepalive: 60,
      username: name,
      password: Buffer.from(password),
    },
    bytes: frame(0x10, [
      text('MQTT'),
      Uint8Array.of(4, 0xc2),
      uint16(60),
      text(name),
      text(name),
      text(password),
    ]),
  };
}

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

export type EncodeName = keyof typeof MAKERS;
export const ENCODE_NAMES = Object.keys(MAKERS) as readonly EncodeName[];

export function encodeCase(name: EncodeName): Case {
  const { title, make, protocolVersion } = MAKERS[name];
  const packets = Array.from({ length: PACKETS }, (_, index) => make(index));
  const frames = packets.map((packet) => packet.bytes);
  const byteLength = frames.reduce((sum, bytes) => sum + bytes.length, 0);
  const ours = packets.map((packet) => packet.ours);
  const reference = packets.map((packet) => packet.reference);
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
