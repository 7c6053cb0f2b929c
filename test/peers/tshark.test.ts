/**
 * tshark as the other side: what is encoded here, the dissector of Wireshark reads as it was meant, field
 * by field and byte by byte.
 *
 * What tshark (of version 4.0) cannot judge:
 * - whether a frame is legal: it takes reserved bits, wildcards in Topic Names, and properties that do not
 *   belong to a packet;
 * - who sends: all frames flow one way;
 * - Authentication Data, Correlation Data and passwords as text: to it they are, so it warns of them, which
 *   is not taken for an error; their bytes are compared;
 * - what a Topic Alias stands for, which it looks for in the frames before. It calls it an error if it does
 *   not find any, so the random packets have Topic Names.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encode } from '../../src/encoder/encoder.js';
import type { ProtocolVersion } from '../../src/protocol/packet-types.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { PROPERTY_NAMES } from '../../src/protocol/properties.js';
import { packet } from '../support/arbitraries.js';
import { packet5 } from '../support/arbitraries-5.js';
import { hex } from '../support/hex.js';
import { dissect, hasTshark } from '../support/tshark.js';
import { expectedFields } from '../support/tshark-fields.js';

/** Packets of one version, as they are sent on one connection. */
interface Sequence {
  readonly version: ProtocolVersion;
  readonly packets: readonly ControlPacket[];
}

/** Encodes the sequences and compares what tshark finds; one run of it for all of them. */
async function expectAgreement(sequences: readonly Sequence[]): Promise<void> {
  const frames = sequences.map(({ version, packets }) =>
    packets.map((packet) => encode(packet, { protocolVersion: version })),
  );
  const dissected = await dissect(frames);
  for (const [index, { version, packets }] of sequences.entries()) {
    const own = frames[index] as readonly Uint8Array[];
    const found = dissected[index] ?? [];
    for (const [at, packet] of packets.entries()) {
      const frame = own[at] as Uint8Array;
      expect(found[at], `MQTT ${version}, ${packet.type}, packet ${at}`).toEqual(
        expectedFields(packet, version, frame),
      );
    }
    expect(found).toHaveLength(packets.length);
  }
}

// --- packets by hand --------------------------------------------------------------------------

const BYTES = hex('00 01 7F 80 FF');

/** A packet of each type, as MQTT 3.1 and 3.1.1 have them, behind CONNECTs of that version. */
function packetsOfMqtt3(version: 3 | 4): ControlPacket[] {
  const connect = {
    type: 'CONNECT',
    protocolName: version === 3 ? 'MQIsdp' : 'MQTT',
    protocolLevel: version,
    bridge: false,
  } as const;
  return [
    {
      ...connect,
      cleanSession: true,
      bridge: true,
      keepAlive: 1,
      clientIdentifier: 'bridge',
      will: { topic: 'w', payload: hex(''), qos: 1, retain: false },
      userName: '',
    },
    { ...connect, cleanSession: true, keepAlive: 0, clientIdentifier: 'id' },
    {
      ...connect,
      cleanSession: false,
      keepAlive: 65_535,
      clientIdentifier: 'gerät',
      will: { topic: 'w/ü', payload: BYTES, qos: 2, retain: true },
      userName: 'benutzer',
      password: BYTES,
    },
    { type: 'CONNACK', sessionPresent: version === 4, returnCode: 0 },
    { type: 'CONNACK', sessionPresent: false, returnCode: 5 },
    { type: 'PUBLISH', topic: 'a/tópico', payload: BYTES, qos: 0, dup: false, retain: true },
    {
      type: 'PUBLISH',
      topic: 'a',
      payload: hex(''),
      qos: 1,
      dup: false,
      retain: false,
      packetIdentifier: 1,
    },
    {
      type: 'PUBLISH',
      topic: 'long',
      payload: new Uint8Array(200_000).fill(0xa5),
      qos: 2,
      dup: true,
      retain: false,
      packetIdentifier: 65_535,
    },
    { type: 'PUBACK', packetIdentifier: 1 },
    { type: 'PUBREC', packetIdentifier: 256 },
    { type: 'PUBREL', packetIdentifier: 256 },
    { type: 'PUBCOMP', packetIdentifier: 65_535 },
    {
      type: 'SUBSCRIBE',
      packetIdentifier: 2,
      subscriptions: [
        { topicFilter: '#', qos: 0 },
        { topicFilter: 'a/+/ü', qos: 1 },
        { topicFilter: '$SYS/#', qos: 2 },
      ],
    },
    { type: 'SUBACK', packetIdentifier: 2, returnCodes: [0, 1, 2, 0x80] },
    { type: 'UNSUBSCRIBE', packetIdentifier: 3, topicFilters: ['#', 'a/+/ü'] },
    { type: 'UNSUBACK', packetIdentifier: 3 },
    { type: 'PINGREQ' },
    { type: 'PINGRESP' },
    { type: 'DISCONNECT' },
  ];
}

const USER_PROPERTIES = [
  ['name', 'value'],
  ['name', 'другое'],
  ['', ''],
] as const;

/** A packet of each type of MQTT 5.0, with all properties that it can carry, and with none. */
const PACKETS_OF_MQTT_5: readonly ControlPacket[] = [
  {
    type: 'CONNECT',
    protocolName: 'MQTT',
    protocolLevel: 5,
    cleanStart: false,
    keepAlive: 60,
    properties: {
      sessionExpiryInterval: 0xffff_ffff,
      receiveMaximum: 1,
      maximumPacketSize: 268_435_460,
      topicAliasMaximum: 65_535,
      requestResponseInformation: true,
      requestProblemInformation: false,
      userProperties: USER_PROPERTIES,
      authenticationMethod: 'SCRAM-SHA-1',
      authenticationData: BYTES,
    },
    clientIdentifier: 'gerät',
    will: {
      qos: 1,
      retain: true,
      properties: {
        willDelayInterval: 4_294_967_295,
        payloadFormatIndicator: 0,
        messageExpiryInterval: 0,
        contentType: 'text/plain',
        responseTopic: 'antwort/ü',
        correlationData: BYTES,
        userProperties: USER_PROPERTIES,
      },
      topic: 'w/ü',
      payload: BYTES,
    },
    userName: 'benutzer',
    password: BYTES,
  },
  {
    type: 'CONNECT',
    protocolName: 'MQTT',
    protocolLevel: 5,
    cleanStart: true,
    keepAlive: 0,
    clientIdentifier: '',
    will: { qos: 2, retain: false, topic: 'w', payload: hex('') },
    password: BYTES,
  },
  {
    type: 'CONNACK',
    sessionPresent: true,
    reasonCode: 0,
    properties: {
      sessionExpiryInterval: 1,
      receiveMaximum: 65_535,
      maximumQoS: 1,
      retainAvailable: true,
      maximumPacketSize: 1,
      assignedClientIdentifier: 'zugewiesen-ü',
      topicAliasMaximum: 0,
      reasonString: 'weil',
      userProperties: USER_PROPERTIES,
      wildcardSubscriptionAvailable: false,
      subscriptionIdentifierAvailable: true,
      sharedSubscriptionAvailable: false,
      serverKeepAlive: 300,
      responseInformation: 'antworten/',
      serverReference: 'example.org:1883',
      authenticationMethod: 'SCRAM-SHA-1',
      authenticationData: hex(''),
    },
  },
  { type: 'CONNACK', sessionPresent: false, reasonCode: 0x9f },
  {
    type: 'PUBLISH',
    topic: 'a/tópico',
    qos: 2,
    dup: true,
    retain: true,
    packetIdentifier: 65_535,
    properties: {
      payloadFormatIndicator: 1,
      messageExpiryInterval: 86_400,
      topicAlias: 65_535,
      responseTopic: 'antwort/ü',
      correlationData: BYTES,
      userProperties: USER_PROPERTIES,
      subscriptionIdentifiers: [1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455],
      contentType: '',
    },
    payload: Buffer.from('тело'),
  },
  {
    type: 'PUBLISH',
    topic: '',
    qos: 1,
    dup: false,
    retain: false,
    packetIdentifier: 1,
    properties: { topicAlias: 65_535 },
    payload: new Uint8Array(200_000).fill(0xa5),
  },
  { type: 'PUBLISH', topic: 'a', qos: 0, dup: false, retain: false, payload: hex('') },
  ...(['PUBACK', 'PUBREC'] as const).flatMap((type): ControlPacket[] => [
    { type, packetIdentifier: 1 },
    { type, packetIdentifier: 256, reasonCode: 0x99 },
    {
      type,
      packetIdentifier: 65_535,
      reasonCode: 0x10,
      properties: { reasonString: 'niemand hört zu', userProperties: USER_PROPERTIES },
    },
  ]),
  ...(['PUBREL', 'PUBCOMP'] as const).flatMap((type): ControlPacket[] => [
    { type, packetIdentifier: 1 },
    { type, packetIdentifier: 256, reasonCode: 0x92 },
    { type, packetIdentifier: 65_535, properties: { userProperties: USER_PROPERTIES } },
  ]),
  {
    type: 'SUBSCRIBE',
    packetIdentifier: 2,
    properties: { subscriptionIdentifier: 268_435_455, userProperties: USER_PROPERTIES },
    subscriptions: [
      { topicFilter: '#', qos: 0, noLocal: true, retainAsPublished: false, retainHandling: 0 },
      { topicFilter: 'ü/+', qos: 1, noLocal: false, retainAsPublished: true, retainHandling: 1 },
      {
        topicFilter: '$share/g/#',
        qos: 2,
        noLocal: false,
        retainAsPublished: false,
        retainHandling: 2,
      },
    ],
  },
  {
    type: 'SUBACK',
    packetIdentifier: 2,
    properties: { reasonString: 'so', userProperties: USER_PROPERTIES },
    reasonCodes: [0, 1, 2, 0x80, 0xa2],
  },
  { type: 'SUBACK', packetIdentifier: 3, reasonCodes: [0x8f] },
  {
    type: 'UNSUBSCRIBE',
    packetIdentifier: 4,
    properties: { userProperties: USER_PROPERTIES },
    topicFilters: ['#', 'ü/+'],
  },
  {
    type: 'UNSUBACK',
    packetIdentifier: 4,
    properties: { reasonString: 'so', userProperties: USER_PROPERTIES },
    reasonCodes: [0, 0x11, 0x91],
  },
  { type: 'UNSUBACK', packetIdentifier: 5, reasonCodes: [0x87] },
  { type: 'PINGREQ' },
  { type: 'PINGRESP' },
  { type: 'DISCONNECT', reasonCode: 0 },
  { type: 'DISCONNECT', reasonCode: 0xa2 },
  {
    type: 'DISCONNECT',
    reasonCode: 0x04,
    properties: { sessionExpiryInterval: 0, reasonString: 'so', userProperties: USER_PROPERTIES },
  },
  {
    type: 'DISCONNECT',
    reasonCode: 0x9d,
    properties: { serverReference: 'example.org' },
  },
  { type: 'AUTH', reasonCode: 0 },
  {
    type: 'AUTH',
    reasonCode: 0x18,
    properties: {
      authenticationMethod: 'SCRAM-SHA-1',
      authenticationData: BYTES,
      reasonString: 'weiter',
      userProperties: USER_PROPERTIES,
    },
  },
];

// --- random packets ---------------------------------------------------------------------------

/** A list of random packets, always a long one. */
function manyOf(one: fc.Arbitrary<ControlPacket>): fc.Arbitrary<ControlPacket[]> {
  return fc.array(one, { minLength: 300, maxLength: 300 });
}

/** The packet as one of this version, without the bridge bit, from which tshark would learn another. */
function asMqtt3(version: 3 | 4): (packet: ControlPacket) => ControlPacket {
  return (packet) => {
    if (packet.type === 'CONNACK' && version === 3) return { ...packet, sessionPresent: false };
    if (packet.type !== 'CONNECT') return packet;
    const { clientIdentifier } = packet;
    return {
      ...packet,
      protocolName: version === 3 ? 'MQIsdp' : 'MQTT',
      protocolLevel: version,
      bridge: false,
      clientIdentifier: clientIdentifier === '' && version === 3 ? 'id' : clientIdentifier,
    } as ControlPacket;
  };
}

/** The packet as one of MQTT 5.0 that tshark can read: see the head of this file. */
function asMqtt5(packet: ControlPacket): ControlPacket {
  return packet.type === 'PUBLISH' && packet.topic === '' ? { ...packet, topic: 'topic' } : packet;
}

describe.skipIf(!hasTshark)('tshark', () => {
  test('reads a packet of each type and all properties, as they were meant', async () => {
    await expectAgreement([
      { version: 3, packets: packetsOfMqtt3(3) },
      { version: 4, packets: packetsOfMqtt3(4) },
      { version: 5, packets: PACKETS_OF_MQTT_5 },
    ]);
  });

  test('is asked about all properties', () => {
    const names = new Set(
      PACKETS_OF_MQTT_5.flatMap((packet) => [
        ...Object.keys(('properties' in packet ? packet.properties : undefined) ?? {}),
        ...Object.keys((packet.type === 'CONNECT' ? packet.will?.properties : undefined) ?? {}),
      ]),
    );
    expect([...names].sort()).toEqual([...PROPERTY_NAMES].sort());
  });

  test('reads hundreds of random packets as they were meant', async () => {
    await fc.assert(
      fc.asyncProperty(manyOf(packet), manyOf(packet5), (packets, packets5) =>
        expectAgreement([
          {
            version: 3,
            packets: [packetsOfMqtt3(3)[1] as ControlPacket, ...packets.map(asMqtt3(3))],
          },
          {
            version: 4,
            packets: [packetsOfMqtt3(4)[1] as ControlPacket, ...packets.map(asMqtt3(4))],
          },
          {
            version: 5,
            packets: [PACKETS_OF_MQTT_5[0] as ControlPacket, ...packets5.map(asMqtt5)],
          },
        ]),
      ),
      // One run is some hundred packets already; to make them fewer would start tshark hundreds of times.
      { numRuns: 1, endOnFailure: true },
    );
  });

  test('says so when a frame cannot be read', async () => {
    const connect = encode({ type: 'CONNECT', protocolLevel: 5 });
    // A Topic Filter that reaches past the end of its packet.
    const [found = []] = await dissect([[connect, hex('82 07 0001 00 0005 61 00')]]);
    expect(found.at(-1)).toEqual(['malformed']);
  });
});
