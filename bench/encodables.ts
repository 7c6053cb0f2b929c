/** Packets to encode: as each contestant wants them, and as the bytes that they must become. */
import type mqtt from 'mqtt-packet';
import type { EncodablePacket, PublishProperties } from 'mqtt-wasm';
import { frame, publishWithProperties, text, uint16 } from './frames.js';
import { payloadNumber, sevenProperties, topicNumber } from './workloads.js';

/** The same packet for each contestant, and the bytes that it must become. */
export interface Encodable {
  readonly ours: EncodablePacket;
  readonly reference: mqtt.Packet;
  readonly bytes: Uint8Array;
}

export function publish(index: number): Encodable {
  const topic = topicNumber(index);
  const payload = Buffer.from(payloadNumber(index, 32));
  return {
    ours: { type: 'PUBLISH', topic, payload, qos: 0, retain: false, dup: false },
    reference: { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false },
    bytes: frame(0x30, [text(topic), payload]),
  };
}

export function publish5(index: number): Encodable {
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

export function puback(index: number): Encodable {
  const packetIdentifier = index + 1;
  return {
    ours: { type: 'PUBACK', packetIdentifier },
    reference: { cmd: 'puback', messageId: packetIdentifier },
    bytes: frame(0x40, [uint16(packetIdentifier)]),
  };
}

export function subscribe(index: number): Encodable {
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

export function connect(index: number): Encodable {
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
