/**
 * mqtt-packet as the other side: what is encoded here means the same to it, and what it encodes
 * means the same here.
 */
import fc from 'fast-check';
import mqttPacket, { type Packet as TheirPacket } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { encode } from '../../src/encoder/encoder.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { packet } from '../support/arbitraries.js';
import { decodeChunks, SCANNERS } from '../support/decode.js';

const bytes = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : Buffer.from(value).toString('hex');
const present = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Our packet as an object that mqtt-packet takes. */
function toTheirs(packet: ControlPacket): TheirPacket {
  switch (packet.type) {
    case 'CONNECT':
      return present({
        cmd: 'connect',
        protocolId: packet.protocolName,
        protocolVersion: packet.protocolLevel,
        bridgeMode: packet.bridge || undefined,
        clean: packet.cleanSession,
        keepalive: packet.keepAlive,
        clientId: packet.clientIdentifier,
        username: packet.userName,
        password: packet.password && Buffer.from(packet.password),
        will: packet.will && { ...packet.will, payload: Buffer.from(packet.will.payload) },
      }) as TheirPacket;
    case 'CONNACK':
      return {
        cmd: 'connack',
        sessionPresent: packet.sessionPresent,
        returnCode: packet.returnCode ?? 0,
      };
    case 'PUBLISH':
      return present({
        cmd: 'publish',
        topic: packet.topic,
        payload: Buffer.from(packet.payload),
        qos: packet.qos,
        dup: packet.dup,
        retain: packet.retain,
        messageId: packet.packetIdentifier,
      }) as TheirPacket;
    case 'SUBSCRIBE':
      return {
        cmd: 'subscribe',
        messageId: packet.packetIdentifier,
        subscriptions: packet.subscriptions.map(({ topicFilter, qos }) => ({
          topic: topicFilter,
          qos,
        })),
      };
    case 'SUBACK':
      return {
        cmd: 'suback',
        messageId: packet.packetIdentifier,
        granted: [...(packet.returnCodes ?? [])],
      };
    case 'UNSUBSCRIBE':
      return {
        cmd: 'unsubscribe',
        messageId: packet.packetIdentifier,
        unsubscriptions: [...packet.topicFilters],
      };
    default:
      return present({
        cmd: packet.type.toLowerCase(),
        messageId: 'packetIdentifier' in packet ? packet.packetIdentifier : undefined,
      }) as TheirPacket;
  }
}

/** Everything that two packets of theirs must agree on. */
function essence(packet: TheirPacket): unknown {
  return JSON.parse(
    JSON.stringify(packet, (key, value: unknown) => {
      if (key === 'length' || value === null) return undefined;
      if (key === 'bridgeMode' && value === false) return undefined;
      return value;
    }),
  );
}

function theirReading(stream: Uint8Array): TheirPacket[] {
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  const packets: TheirPacket[] = [];
  parser.on('packet', (packet) => packets.push(packet));
  parser.on('error', (error) => {
    throw error;
  });
  parser.parse(Buffer.from(stream));
  return packets;
}

test('what is encoded here, mqtt-packet reads as it was meant', () => {
  fc.assert(
    fc.property(packet, (packet) => {
      const [read, ...more] = theirReading(encode(packet));
      expect(more).toEqual([]);
      // Their defaults (qos 0, retain false, dup false) stand on every packet they read.
      expect(essence(read as TheirPacket)).toMatchObject(essence(toTheirs(packet)) as object);
    }),
    { numRuns: 500 },
  );
});

test.each(SCANNERS)('what mqtt-packet encodes, is read here as it was meant: %s', (scanner) => {
  fc.assert(
    fc.property(packet, (packet) => {
      const { packets, error } = decodeChunks([mqttPacket.generate(toTheirs(packet))], { scanner });
      expect(error).toBeUndefined();
      expect(packets).toHaveLength(1);
      expect(describePacket(packets[0] as ControlPacket)).toEqual(describePacket(packet));
    }),
    { numRuns: 500 },
  );
});

/** A packet with its bytes as hexadecimal text, so that classes of bytes do not matter. */
function describePacket(packet: ControlPacket): unknown {
  switch (packet.type) {
    case 'CONNECT':
      return {
        ...packet,
        password: bytes(packet.password),
        will: packet.will && { ...packet.will, payload: bytes(packet.will.payload) },
      };
    case 'PUBLISH':
      return { ...packet, payload: bytes(packet.payload) };
    default:
      return packet;
  }
}
