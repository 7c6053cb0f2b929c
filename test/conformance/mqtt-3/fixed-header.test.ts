/** The fixed header (section 2.2): packet type, flags, Remaining Length. */
import { describe, it } from 'vitest';
import type { PacketType } from '../../../src/protocol/packet-types.js';
import { decodes, expectViolation, malformed, refuses } from '../../support/conformance.js';
import { encodes } from '../../support/conformance-encode.js';
import { frame, utf8 } from '../../support/hex.js';

describe('packet type', () => {
  for (let flags = 0; flags < 16; flags++) {
    const digit = flags.toString(16);
    refuses(
      `2.2.1 reserved types: 0x0${digit} begins no packet`,
      `0${digit} 00`,
      malformed('ERR_MQTT_RESERVED_PACKET_TYPE', undefined, 0),
      { decidedBy: 1 },
    );
    refuses(
      `2.2.1 reserved types: 0xf${digit} begins no packet`,
      `F${digit} 00`,
      malformed('ERR_MQTT_RESERVED_PACKET_TYPE', undefined, 0),
      { decidedBy: 1 },
    );
  }
  decodes('2.2.1 reserved types: 14 is not reserved', 'E0 00', { type: 'DISCONNECT' });
  decodes(
    '2.2.1 reserved types: 1 is not reserved',
    `10 0C
     0004 4D515454 // protocol name
     04 02 0000    // protocol level, connect flags, keep alive
     0000          // client identifier`,
    {
      type: 'CONNECT',
      protocolName: 'MQTT',
      protocolLevel: 4,
      bridge: false,
      cleanSession: true,
      keepAlive: 0,
      clientIdentifier: '',
    },
  );
});

interface Flagged {
  readonly type: PacketType;
  readonly number: number;
  readonly flags: number;
  readonly body: string;
}

/** Table 2.2 with a legal body for each type; PUBLISH has flags of its own. */
// biome-ignore format: a table
const FLAGGED: readonly Flagged[] = [
  { type: 'CONNECT',     number: 1,  flags: 0, body: '0E 0004 4D515454 04 02 003C 0002 6D65' },
  { type: 'CONNACK',     number: 2,  flags: 0, body: '02 00 00' },
  { type: 'PUBACK',      number: 4,  flags: 0, body: '02 0001' },
  { type: 'PUBREC',      number: 5,  flags: 0, body: '02 0001' },
  { type: 'PUBREL',      number: 6,  flags: 2, body: '02 0001' },
  { type: 'PUBCOMP',     number: 7,  flags: 0, body: '02 0001' },
  { type: 'SUBSCRIBE',   number: 8,  flags: 2, body: '06 0001 0001 61 00' },
  { type: 'SUBACK',      number: 9,  flags: 0, body: '03 0001 00' },
  { type: 'UNSUBSCRIBE', number: 10, flags: 2, body: '05 0001 0001 61' },
  { type: 'UNSUBACK',    number: 11, flags: 0, body: '02 0001' },
  { type: 'PINGREQ',     number: 12, flags: 0, body: '00' },
  { type: 'PINGRESP',    number: 13, flags: 0, body: '00' },
  { type: 'DISCONNECT',  number: 14, flags: 0, body: '00' },
];

/** Types for which a statement of their own says what 2.2.2 says for all. */
const OWN_STATEMENT: { readonly [Type in PacketType]?: string } = {
  PUBREL: 'MQTT-3.6.1-1',
  SUBSCRIBE: 'MQTT-3.8.1-1',
  UNSUBSCRIBE: 'MQTT-3.10.1-1',
  DISCONNECT: 'MQTT-3.14.1-1',
};

function firstByte(number: number, flags: number): string {
  return ((number << 4) | flags).toString(16);
}

describe('reserved flags', () => {
  decodes('MQTT-2.2.2-1: PINGREQ with flags 0', 'C0 00', { type: 'PINGREQ' });
  decodes('MQTT-2.2.2-2: UNSUBACK with flags 0', 'B0 02 0001', {
    type: 'UNSUBACK',
    packetIdentifier: 1,
  });
  decodes('MQTT-3.6.1-1: PUBREL with flags 2', '62 02 0001', {
    type: 'PUBREL',
    packetIdentifier: 1,
  });
  decodes('MQTT-3.8.1-1: SUBSCRIBE with flags 2', '82 06 0001 0001 61 00', {
    type: 'SUBSCRIBE',
    packetIdentifier: 1,
    subscriptions: [{ topicFilter: 'a', qos: 0 }],
  });
  decodes('MQTT-3.10.1-1: UNSUBSCRIBE with flags 2', 'A2 05 0001 0001 61', {
    type: 'UNSUBSCRIBE',
    packetIdentifier: 1,
    topicFilters: ['a'],
  });
  decodes('MQTT-3.14.1-1: DISCONNECT with flags 0', 'E0 00', { type: 'DISCONNECT' });

  refuses(
    'MQTT-2.2.2-1: PINGREQ with flags 1',
    'C1 00',
    malformed('ERR_MQTT_RESERVED_FLAGS', 'PINGREQ', 0, 'MQTT-2.2.2-2'),
    { decidedBy: 1 },
  );
  refuses(
    'MQTT-3.6.1-1: PUBREL with flags 0',
    '60 02 0001',
    malformed('ERR_MQTT_RESERVED_FLAGS', 'PUBREL', 0, 'MQTT-3.6.1-1'),
    { decidedBy: 1 },
  );
  refuses(
    'MQTT-3.8.1-1: SUBSCRIBE with flags 0',
    '80 06 0001 0001 61 00',
    malformed('ERR_MQTT_RESERVED_FLAGS', 'SUBSCRIBE', 0, 'MQTT-3.8.1-1'),
    { decidedBy: 1 },
  );
  refuses(
    'MQTT-3.10.1-1: UNSUBSCRIBE with flags 3',
    'A3 05 0001 0001 61',
    malformed('ERR_MQTT_RESERVED_FLAGS', 'UNSUBSCRIBE', 0, 'MQTT-3.10.1-1'),
    { decidedBy: 1 },
  );
  refuses(
    'MQTT-3.14.1-1: DISCONNECT with flags 8',
    'E8 00',
    malformed('ERR_MQTT_RESERVED_FLAGS', 'DISCONNECT', 0, 'MQTT-3.14.1-1'),
    { decidedBy: 1 },
  );
  for (const { type, number, flags, body } of FLAGGED) {
    const wrong = Array.from({ length: 16 }, (_, value) => value).filter((v) => v !== flags);
    it(`MQTT-2.2.2-2: ${type} with any flags but ${flags}`, () => {
      for (const value of wrong) {
        expectViolation(
          `${firstByte(number, value)} ${body}`,
          malformed('ERR_MQTT_RESERVED_FLAGS', type, 0, OWN_STATEMENT[type] ?? 'MQTT-2.2.2-2'),
          { decidedBy: 1 },
        );
      }
    });
  }
  refuses(
    'MQTT-2.2.2-2: CONNACK with flags 2',
    '22 02 00 00',
    malformed('ERR_MQTT_RESERVED_FLAGS', 'CONNACK', 0, 'MQTT-2.2.2-2'),
    { decidedBy: 1 },
  );

  encodes(
    'MQTT-2.2.2-1: PUBACK gets flags 0',
    { type: 'PUBACK', packetIdentifier: 1 },
    '40 02 0001',
  );
  encodes(
    'MQTT-3.6.1-1: PUBREL gets flags 2',
    { type: 'PUBREL', packetIdentifier: 1 },
    '62 02 0001',
  );
  encodes(
    'MQTT-3.8.1-1: SUBSCRIBE gets flags 2',
    { type: 'SUBSCRIBE', packetIdentifier: 1, subscriptions: [{ topicFilter: 'a', qos: 0 }] },
    '82 06 0001 0001 61 00',
  );
  encodes(
    'MQTT-3.10.1-1: UNSUBSCRIBE gets flags 2',
    { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: ['a'] },
    'A2 05 0001 0001 61',
  );
  encodes('MQTT-3.14.1-1: DISCONNECT gets flags 0', { type: 'DISCONNECT' }, 'E0 00');
});

describe('Remaining Length', () => {
  for (const length of [3, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
    const payload = '00'.repeat(length - 3);
    decodes(
      `2.2.3 four bytes: ${length} is read and written in as few bytes as it takes`,
      frame('30', utf8('a'), payload),
      {
        type: 'PUBLISH',
        topic: 'a',
        payload: new Uint8Array(length - 3),
        retain: false,
        qos: 0,
        dup: false,
      },
    );
  }
  refuses(
    '2.2.3 four bytes: a fourth byte that says a fifth follows',
    '30 80 80 80 80',
    malformed('ERR_MQTT_REMAINING_LENGTH_TOO_LONG', 'PUBLISH', 4),
    { decidedBy: 5 },
  );
  refuses(
    '2.2.3 four bytes: a fourth byte that says a fifth follows, with all bits set',
    '32 FF FF FF FF 7F',
    malformed('ERR_MQTT_REMAINING_LENGTH_TOO_LONG', 'PUBLISH', 4),
    { decidedBy: 5 },
  );
  refuses(
    '2.2.3 four bytes: five bytes for a length of 0',
    'C0 80 80 80 80 00',
    malformed('ERR_MQTT_REMAINING_LENGTH_TOO_LONG', 'PINGREQ', 4),
    { decidedBy: 5 },
  );

  for (const length of ['80 00', '80 80 00', '80 80 80 00']) {
    decodes(
      `2.2.3 shortest form: ${length} for 0 is accepted by default`,
      `C0 ${length}`,
      { type: 'PINGREQ' },
      { canonical: false },
    );
    refuses(
      `2.2.3 shortest form: ${length} for 0 is refused on demand`,
      `C0 ${length}`,
      malformed('ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL', 'PINGREQ', length.split(' ').length),
      { decoder: { minimalRemainingLength: true }, decidedBy: 1 + length.split(' ').length },
    );
  }
  decodes(
    '2.2.3 shortest form: four bytes for 2 are accepted by default',
    '40 82 80 80 00 1234',
    { type: 'PUBACK', packetIdentifier: 0x1234 },
    { canonical: false },
  );
  decodes(
    '2.2.3 shortest form: two bytes for 128 are as few as it takes',
    frame('30', utf8('a'), '00'.repeat(125)),
    {
      type: 'PUBLISH',
      topic: 'a',
      payload: new Uint8Array(125),
      retain: false,
      qos: 0,
      dup: false,
    },
    { decoder: { minimalRemainingLength: true } },
  );
  refuses(
    '2.2.3 shortest form: two bytes for 127 are refused on demand',
    `30 FF 00 0001 61 ${'00'.repeat(124)}`,
    malformed('ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL', 'PUBLISH', 2),
    { decoder: { minimalRemainingLength: true }, decidedBy: 3 },
  );
});
