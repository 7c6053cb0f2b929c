/** The options of an encoder: what they may be, and what each does on both sides of its border. */
import { describe, expect, test } from 'vitest';
import { Decoder } from '../../src/decoder/decoder.js';
import { Encoder, type EncoderOptions } from '../../src/encoder/encoder.js';
import type { ErrorCode } from '../../src/errors.js';
import type { ConnectPacket, ControlPacket, EncodablePacket } from '../../src/protocol/packets.js';
import { type AnyPacket, asHex, expectBytes, expectRefusal, packetOf } from './support.js';

/** The packet as a peer sees it. */
function decode(packet: EncodablePacket): ControlPacket[] {
  return [...new Decoder().push(new Encoder().encode(packet)).packets()];
}

test.each<[object, typeof TypeError | typeof RangeError, string]>([
  [{ protocolVersion: 6 }, RangeError, 'protocolVersion'],
  [{ protocolVersion: '5' }, RangeError, 'protocolVersion'],
  [{ role: 'broker' }, RangeError, 'role'],
  [{ omitDiagnostics: 1 }, TypeError, 'omitDiagnostics'],
  [{ topicAliasMaximum: -1 }, RangeError, 'topicAliasMaximum'],
  [{ topicAliasMaximum: 65_536 }, RangeError, 'topicAliasMaximum'],
  [{ topicAliasMaximum: '1' }, TypeError, 'topicAliasMaximum'],
  [{ assignTopicAliases: 'yes', topicAliasMaximum: 1 }, TypeError, 'assignTopicAliases'],
  [{ sendDoubtfulReasonCodes: 1 }, TypeError, 'sendDoubtfulReasonCodes'],
  [{ maximumPacketsize: 5 }, TypeError, 'maximumPacketsize'],
])('new Encoder(%o) is an error that names the option', (options, type, name) => {
  expect(() => new Encoder(options as EncoderOptions)).toThrow(type);
  expect(() => new Encoder(options as EncoderOptions)).toThrow(name);
});

test.each<[EncoderOptions]>([
  [{ protocolVersion: 'auto', role: 'any', topicAliasMaximum: 65_535 }],
  [{ topicAliasMaximum: 0, assignTopicAliases: true }],
  [{ protocolVersion: undefined, role: undefined, maximumPacketSize: undefined }],
])('new Encoder(%o) is none', (options) => {
  expect(() => new Encoder(options)).not.toThrow();
});

describe('role', () => {
  const CLIENT = { role: 'client', protocolVersion: 5 } as const;
  const SERVER = { role: 'server', protocolVersion: 5 } as const;
  const auth = (reasonCode: number): AnyPacket => ({
    type: 'AUTH',
    reasonCode,
    properties: { authenticationMethod: 'm' },
  });

  test.each<[AnyPacket, EncoderOptions, ErrorCode, string]>([
    [{ type: 'CONNECT' }, SERVER, 'ERR_MQTT_PACKET_NOT_ALLOWED', 'type'],
    [{ type: 'PINGREQ' }, SERVER, 'ERR_MQTT_PACKET_NOT_ALLOWED', 'type'],
    [{ type: 'PINGRESP' }, CLIENT, 'ERR_MQTT_PACKET_NOT_ALLOWED', 'type'],
    [{ type: 'DISCONNECT' }, { role: 'server' }, 'ERR_MQTT_PACKET_NOT_ALLOWED', 'type'],
    [{ type: 'AUTH' }, { role: 'server' }, 'ERR_MQTT_VERSION_OF_PACKET', 'type'],
    [
      { type: 'PUBLISH', topic: 't', properties: { subscriptionIdentifiers: [1] } },
      CLIENT,
      'ERR_MQTT_PROPERTY_NOT_FROM_CLIENT',
      'properties.subscriptionIdentifiers',
    ],
    [
      { type: 'DISCONNECT', properties: { serverReference: 's' } },
      CLIENT,
      'ERR_MQTT_PROPERTY_NOT_FROM_CLIENT',
      'properties.serverReference',
    ],
    [
      { type: 'DISCONNECT', properties: { sessionExpiryInterval: 1 } },
      SERVER,
      'ERR_MQTT_PROPERTY_NOT_FROM_SERVER',
      'properties.sessionExpiryInterval',
    ],
    [{ type: 'DISCONNECT', reasonCode: 0x04 }, SERVER, 'ERR_MQTT_REASON_CODE', 'reasonCode'],
    [{ type: 'DISCONNECT', reasonCode: 0x8b }, CLIENT, 'ERR_MQTT_REASON_CODE', 'reasonCode'],
    [auth(0x19), SERVER, 'ERR_MQTT_REASON_CODE', 'reasonCode'],
    [auth(0), CLIENT, 'ERR_MQTT_REASON_CODE', 'reasonCode'],
  ])('%o by %o is refused', (packet, options, code, field) => {
    expectRefusal(packet, code, field, options);
  });

  test.each<[AnyPacket, EncoderOptions, string]>([
    [{ type: 'DISCONNECT' }, { role: 'client' }, 'E0 00'],
    [{ type: 'DISCONNECT', reasonCode: 0x8b }, SERVER, 'E0 01 8B'],
    [{ type: 'DISCONNECT', reasonCode: 0x04 }, CLIENT, 'E0 01 04'],
    [
      { type: 'PUBLISH', topic: 't', properties: { subscriptionIdentifiers: [1] } },
      SERVER,
      '30 06 0001 74 02 0B 01',
    ],
    [auth(0x19), CLIENT, 'F0 06 19 04 15 0001 6D'],
    [{ type: 'PINGRESP' }, SERVER, 'D0 00'],
  ])('%o by %o is encoded', (packet, options, bytes) => expectBytes(packet, bytes, options));
});

test('sendDoubtfulReasonCodes allows the reason code 0x8C in DISCONNECT', () => {
  const packet = { type: 'DISCONNECT', reasonCode: 0x8c };
  expectRefusal(packet, 'ERR_MQTT_REASON_CODE', 'reasonCode');
  expectBytes(packet, 'E0 01 8C', { protocolVersion: 5, sendDoubtfulReasonCodes: true });
});

describe('into a limit', () => {
  const diagnostics = { userProperties: [['a', 'b']], reasonString: 'rr' }; // 7 and 5 bytes
  /** Whole, without User Properties, without Reason String, hexadecimal. */
  const CASES: readonly [AnyPacket, string, string, string][] = [
    [
      { type: 'CONNACK', sessionPresent: false, reasonCode: 0x87, properties: diagnostics },
      '20 0F 00 87 0C 26 0001 61 0001 62 1F 0002 7272',
      '20 08 00 87 05 1F 0002 7272',
      '20 03 00 87 00',
    ],
    ...['PUBACK 40', 'PUBREC 50', 'PUBREL 62', 'PUBCOMP 70'].map(
      (row): [AnyPacket, string, string, string] => {
        const [type, first] = row.split(' ') as [string, string];
        return [
          { type, packetIdentifier: 1, properties: diagnostics },
          `${first} 10 0001 00 0C 26 0001 61 0001 62 1F 0002 7272`,
          `${first} 09 0001 00 05 1F 0002 7272`,
          `${first} 02 0001`,
        ];
      },
    ),
    [
      { type: 'SUBACK', packetIdentifier: 1, reasonCodes: [0], properties: diagnostics },
      '90 10 0001 0C 26 0001 61 0001 62 1F 0002 7272 00',
      '90 09 0001 05 1F 0002 7272 00',
      '90 04 0001 00 00',
    ],
    [
      { type: 'UNSUBACK', packetIdentifier: 1, reasonCodes: [0], properties: diagnostics },
      'B0 10 0001 0C 26 0001 61 0001 62 1F 0002 7272 00',
      'B0 09 0001 05 1F 0002 7272 00',
      'B0 04 0001 00 00',
    ],
    [
      { type: 'DISCONNECT', reasonCode: 0x80, properties: diagnostics },
      'E0 0E 80 0C 26 0001 61 0001 62 1F 0002 7272',
      'E0 07 80 05 1F 0002 7272',
      'E0 01 80',
    ],
    [
      { type: 'AUTH', properties: { authenticationMethod: 'm', ...diagnostics } },
      'F0 12 00 10 15 0001 6D 26 0001 61 0001 62 1F 0002 7272',
      'F0 0B 00 09 15 0001 6D 1F 0002 7272',
      'F0 06 00 04 15 0001 6D',
    ],
  ];

  test.each(CASES)('%o', (packet, whole, withoutUserProperties, bare) => {
    const sizes = [whole, withoutUserProperties, bare].map(
      (bytes) => bytes.replace(/ /g, '').length / 2,
    );
    const [large, medium, small] = sizes as [number, number, number];
    const within = (maximumPacketSize: number) =>
      ({ protocolVersion: 5, maximumPacketSize }) as const;
    expectBytes(packet, whole, within(large));
    expectBytes(packet, withoutUserProperties, within(large - 1));
    expectBytes(packet, withoutUserProperties, within(medium));
    expectBytes(packet, bare, within(medium - 1));
    expectBytes(packet, bare, within(small));
    if (small > 2) expectRefusal(packet, 'ERR_MQTT_PACKET_TOO_LARGE', 'packet', within(small - 1));
  });

  test('other packets keep what they have', () => {
    const properties = { userProperties: [['a', 'b']] };
    const options = { protocolVersion: 5, maximumPacketSize: 12 } as const;
    const packet = { type: 'PUBLISH', topic: 't', properties };
    expectRefusal(packet, 'ERR_MQTT_PACKET_TOO_LARGE', 'packet', options);
    expectBytes(packet, '30 0B 0001 74 07 26 0001 61 0001 62', {
      ...options,
      maximumPacketSize: 13,
    });
  });
});

describe('omitDiagnostics', () => {
  const options = { protocolVersion: 5, omitDiagnostics: true } as const;
  const properties = { userProperties: [['a', 'b']], reasonString: 'r' };

  test.each<[AnyPacket, string]>([
    [{ type: 'PUBACK', packetIdentifier: 1, properties }, '40 02 0001'],
    [{ type: 'SUBACK', packetIdentifier: 1, reasonCodes: [0], properties }, '90 04 0001 00 00'],
    [{ type: 'UNSUBACK', packetIdentifier: 1, reasonCodes: [0], properties }, 'B0 04 0001 00 00'],
    [
      { type: 'AUTH', properties: { ...properties, authenticationMethod: 'm' } },
      'F0 06 00 04 15 0001 6D',
    ],
  ])('%o has none', (packet, bytes) => expectBytes(packet, bytes, options));

  test.each<[AnyPacket]>([
    [{ type: 'CONNECT', properties: { userProperties: [['a', 'b']] } }],
    [{ type: 'CONNECT', will: { topic: 't', properties: { userProperties: [['a', 'b']] } } }],
    [{ type: 'CONNACK', sessionPresent: false, reasonCode: 0, properties }],
    [{ type: 'DISCONNECT', properties }],
    [{ type: 'PUBLISH', topic: 't', properties: { userProperties: [['a', 'b']] } }],
  ])('%o keeps them', (packet) => {
    const bytes = asHex(new Encoder({ protocolVersion: 5 }).encode(packetOf(packet)));
    expectBytes(packet, bytes, options);
  });
});

describe('setPeerLimits()', () => {
  const topic = 'a/long/topic';
  const publish = { type: 'PUBLISH', topic } as const;

  test('does what the options do, from then on', () => {
    const encoder = new Encoder({ protocolVersion: 5 });
    const properties = { userProperties: [['a', 'b']] } as const;
    const puback = { type: 'PUBACK', packetIdentifier: 1, reasonCode: 0x10, properties } as const;
    expect(encoder.encode(puback)).toHaveLength(13);
    encoder.setPeerLimits({ maximumPacketSize: 12 });
    expect(asHex(encoder.encode(puback))).toBe('4003000110');
    encoder.setPeerLimits({ omitDiagnostics: true });
    expect(asHex(encoder.encode(puback))).toBe('4003000110');
    encoder.setPeerLimits({});
    expect(encoder.encode(puback)).toHaveLength(13);
    encoder.setPeerLimits({ topicAliasMaximum: 1 });
    expect(() => encoder.encode({ ...publish, properties: { topicAlias: 2 } })).toThrow(
      'topicAlias',
    );
  });

  test('lets the encoder give Topic Aliases, of which there are none before', () => {
    const encoder = new Encoder({ protocolVersion: 5, assignTopicAliases: true });
    const whole = encoder.encode(publish).length;
    expect(encoder.encode(publish)).toHaveLength(whole);
    encoder.setPeerLimits({ topicAliasMaximum: 1 });
    expect(encoder.encode(publish)).toHaveLength(whole + 3);
    expect(encoder.encode(publish)).toHaveLength(whole + 3 - topic.length);
  });

  test('leaves the caller its own aliases', () => {
    const encoder = new Encoder({
      protocolVersion: 5,
      assignTopicAliases: true,
      topicAliasMaximum: 2,
    });
    encoder.encode({ type: 'PUBLISH', topic: 'mine', properties: { topicAlias: 1 } });
    encoder.setPeerLimits({ topicAliasMaximum: 2 });
    expect(asHex(encoder.encode({ type: 'PUBLISH', topic: 'other' }))).toMatch(/03230002$/);
    encoder.setPeerLimits({ topicAliasMaximum: 1 });
    expect(asHex(encoder.encode({ type: 'PUBLISH', topic: 'other' }))).toMatch(/7200$/);
  });

  test('takes whatever a peer may tell', () => {
    const encoder = new Encoder({ protocolVersion: 5 });
    encoder.setPeerLimits({ maximumPacketSize: 0xffff_ffff, topicAliasMaximum: 65_535 });
    expect(encoder.encode({ type: 'PINGREQ' })).toHaveLength(2);
    encoder.setPeerLimits({ maximumPacketSize: 1 });
    expect(() => encoder.encode({ type: 'PINGREQ' })).toThrow('maximumPacketSize');
  });

  test.each<[object, typeof TypeError | typeof RangeError, string]>([
    [{ maximumPacketSize: 0 }, RangeError, 'maximumPacketSize'],
    [{ maximumPacketSize: 0x1_0000_0000 }, RangeError, 'maximumPacketSize'],
    [{ maximumPacketSize: '9' }, TypeError, 'maximumPacketSize'],
    [{ topicAliasMaximum: 65_536 }, RangeError, 'topicAliasMaximum'],
    [{ role: 'client' }, TypeError, 'role'],
  ])('%o is an error that names what is at fault', (limits, type, name) => {
    const set = () => new Encoder().setPeerLimits(limits as object);
    expect(set).toThrow(type);
    expect(set).toThrow(name);
  });
});

describe('learnFrom()', () => {
  const [connect] = decode({
    type: 'CONNECT',
    protocolLevel: 5,
    properties: {
      maximumPacketSize: 20,
      topicAliasMaximum: 1,
      requestProblemInformation: false,
      receiveMaximum: 7,
    },
  });
  const puback = {
    type: 'PUBACK',
    packetIdentifier: 1,
    reasonCode: 0x10,
    properties: { reasonString: 'r' },
  } as const;

  test('takes version and limits from a CONNECT', () => {
    const encoder = new Encoder({ role: 'server', assignTopicAliases: true });
    encoder.learnFrom(connect as ConnectPacket);
    expect(encoder.protocolVersion).toBe(5);
    expect(asHex(encoder.encode(puback))).toBe('4003000110');
    const publish = { type: 'PUBLISH', topic: 'topic' } as const;
    expect(encoder.encode(publish).length).toBeGreaterThan(encoder.encode(publish).length);
    expect(() => encoder.encode({ ...publish, payload: 'x'.repeat(20) })).toThrow('larger');
  });

  test('takes limits from a CONNACK, and the Topic Alias Maximum that is not told is 0', () => {
    const encoder = new Encoder({ role: 'client', protocolVersion: 5 });
    const aliased = { type: 'PUBLISH', topic: 't', properties: { topicAlias: 1 } } as const;
    expect(encoder.encode(aliased)).toHaveLength(9);
    encoder.learnFrom({ type: 'CONNACK', sessionPresent: false, reasonCode: 0 });
    expect(() => encoder.encode(aliased)).toThrow('MQTT-3.2.2-17');
    encoder.learnFrom({
      type: 'CONNACK',
      sessionPresent: false,
      reasonCode: 0,
      properties: { topicAliasMaximum: 1, maximumPacketSize: 8 },
    });
    expect(() => encoder.encode(aliased)).toThrow('larger');
  });

  test('takes the version from a CONNECT of MQTT 3.1.1, which tells no limits', () => {
    const encoder = new Encoder({ role: 'server' });
    encoder.learnFrom(connect as ConnectPacket);
    const [older] = decode({ type: 'CONNECT', clientIdentifier: 'a' });
    encoder.learnFrom(older as ConnectPacket);
    expect(encoder.protocolVersion).toBe(4);
    expect(encoder.encode({ type: 'PUBLISH', topic: 't', payload: 'x'.repeat(20) })).toHaveLength(
      25,
    );
  });
});

describe('omitDiagnostics', () => {
  const options = { protocolVersion: 5, omitDiagnostics: true } as const;

  test('hides no error', () => {
    expectRefusal(
      { type: 'PUBACK', packetIdentifier: 1, properties: { userProperties: 42 } },
      'ERR_MQTT_FIELD_TYPE',
      'properties.userProperties',
      options,
    );
    expectRefusal(
      { type: 'PINGRESP', properties: { userProperties: [['a', 'b']] } },
      'ERR_MQTT_PROPERTY_NOT_ALLOWED',
      'properties.userProperties',
      options,
    );
  });

  test('is about what a Server sends', () => {
    const puback = { type: 'PUBACK', packetIdentifier: 1, properties: { reasonString: 'r' } };
    expectBytes(puback, '40 08 0001 00 04 1F 0001 72', { ...options, role: 'client' });
    expectBytes(puback, '40 02 0001', { ...options, role: 'server' });
  });
});
