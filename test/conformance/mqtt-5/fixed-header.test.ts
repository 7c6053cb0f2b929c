/** The fixed header (section 2.1): packet type, flags, Remaining Length. */
import { describe, it } from 'vitest';
import type { PacketType } from '../../../src/protocol/packet-types.js';
import { malformed, mqtt5 } from '../../support/conformance.js';
import { encoding5 } from '../../support/conformance-encode.js';
import { frame, utf8 } from '../../support/hex.js';

const { decodes, refuses, expectViolation } = mqtt5;
const { encodes } = encoding5;

describe('packet type', () => {
  for (let flags = 0; flags < 16; flags++) {
    const digit = flags.toString(16);
    refuses(
      `2.1.2 reserved type: 0x0${digit} begins no packet`,
      `0${digit} 00`,
      malformed('ERR_MQTT_RESERVED_PACKET_TYPE', undefined, 0),
      { decidedBy: 1 },
    );
  }
  decodes('2.1.2 reserved type: 15 is AUTH', 'F0 06 18 04 15 0001 6D', {
    type: 'AUTH',
    reasonCode: 0x18,
    properties: { authenticationMethod: 'm' },
  });
  decodes('2.1.2 reserved type: 14 is DISCONNECT', 'E0 00', { type: 'DISCONNECT', reasonCode: 0 });
  decodes(
    '2.1.2 reserved type: 1 is CONNECT',
    `10 0D
     0004 4D515454 // protocol name
     05 02 0000    // protocol version, connect flags, keep alive
     00            // no properties
     0000          // client identifier`,
    {
      type: 'CONNECT',
      protocolName: 'MQTT',
      protocolLevel: 5,
      cleanStart: true,
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

/** Table 2-2 with a legal body for each type; PUBLISH has flags of its own. */
// biome-ignore format: a table
const FLAGGED: readonly Flagged[] = [
  { type: 'CONNECT',     number: 1,  flags: 0, body: '0F 0004 4D515454 05 02 003C 00 0002 6D65' },
  { type: 'CONNACK',     number: 2,  flags: 0, body: '03 00 00 00' },
  { type: 'PUBACK',      number: 4,  flags: 0, body: '02 0001' },
  { type: 'PUBREC',      number: 5,  flags: 0, body: '02 0001' },
  { type: 'PUBREL',      number: 6,  flags: 2, body: '02 0001' },
  { type: 'PUBCOMP',     number: 7,  flags: 0, body: '02 0001' },
  { type: 'SUBSCRIBE',   number: 8,  flags: 2, body: '07 0001 00 0001 61 00' },
  { type: 'SUBACK',      number: 9,  flags: 0, body: '04 0001 00 00' },
  { type: 'UNSUBSCRIBE', number: 10, flags: 2, body: '06 0001 00 0001 61' },
  { type: 'UNSUBACK',    number: 11, flags: 0, body: '04 0001 00 00' },
  { type: 'PINGREQ',     number: 12, flags: 0, body: '00' },
  { type: 'PINGRESP',    number: 13, flags: 0, body: '00' },
  { type: 'DISCONNECT',  number: 14, flags: 0, body: '00' },
  { type: 'AUTH',        number: 15, flags: 0, body: '06 18 04 15 0001 6D' },
];

/** Types for which a statement of their own says what 2.1.3 says for all. */
const OWN_STATEMENT: { readonly [Type in PacketType]?: string } = {
  PUBREL: 'MQTT-3.6.1-1',
  SUBSCRIBE: 'MQTT-3.8.1-1',
  UNSUBSCRIBE: 'MQTT-3.10.1-1',
  DISCONNECT: 'MQTT-3.14.1-1',
  AUTH: 'MQTT-3.15.1-1',
};

function firstByte(number: number, flags: number): string {
  return ((number << 4) | flags).toString(16);
}

describe('reserved flags', () => {
  const subscribe = {
    type: 'SUBSCRIBE',
    packetIdentifier: 1,
    subscriptions: [
      { topicFilter: 'a', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 },
    ],
  } as const;
  const unsubscribe = { type: 'UNSUBSCRIBE', packetIdentifier: 1, topicFilters: ['a'] } as const;
  const unsuback = { type: 'UNSUBACK', packetIdentifier: 1, reasonCodes: [0] } as const;

  decodes('MQTT-2.1.3-1: PINGREQ with flags 0', 'C0 00', { type: 'PINGREQ' });
  decodes('MQTT-2.1.3-1: UNSUBACK with flags 0', 'B0 04 0001 00 00', unsuback);
  decodes('MQTT-3.8.1-1: SUBSCRIBE with flags 2', '82 07 0001 00 0001 61 00', subscribe);
  decodes('MQTT-3.10.1-1: UNSUBSCRIBE with flags 2', 'A2 06 0001 00 0001 61', unsubscribe);
  refuses(
    'MQTT-2.1.3-1: PINGREQ with flags 1',
    'C1 00',
    malformed('ERR_MQTT_RESERVED_FLAGS', 'PINGREQ', 0, 'MQTT-2.1.3-1'),
    { decidedBy: 1 },
  );
  refuses(
    'MQTT-3.8.1-1: SUBSCRIBE with flags 0',
    '80 07 0001 00 0001 61 00',
    malformed('ERR_MQTT_RESERVED_FLAGS', 'SUBSCRIBE', 0, 'MQTT-3.8.1-1'),
    { decidedBy: 1 },
  );
  refuses(
    'MQTT-3.10.1-1: UNSUBSCRIBE with flags 3',
    'A3 06 0001 00 0001 61',
    malformed('ERR_MQTT_RESERVED_FLAGS', 'UNSUBSCRIBE', 0, 'MQTT-3.10.1-1'),
    { decidedBy: 1 },
  );
  for (const { type, number, flags, body } of FLAGGED) {
    const wrong = Array.from({ length: 16 }, (_, value) => value).filter((v) => v !== flags);
    it(`MQTT-2.1.3-1: ${type} with any flags but ${flags}`, () => {
      for (const value of wrong) {
        expectViolation(
          `${firstByte(number, value)} ${body}`,
          malformed('ERR_MQTT_RESERVED_FLAGS', type, 0, OWN_STATEMENT[type] ?? 'MQTT-2.1.3-1'),
          // Of a CONNECT the version, and so the number of the statement, is known only if it was told.
          type === 'CONNECT'
            ? { decoder: { role: 'server' }, decidedBy: 1 }
            : { decidedBy: 1, everyCut: false },
        );
      }
    });
  }

  encodes('MQTT-2.1.3-1: UNSUBACK gets flags 0', unsuback, 'B0 04 0001 00 00');
  encodes('MQTT-2.1.3-1: PINGRESP gets flags 0', { type: 'PINGRESP' }, 'D0 00');
  encodes('MQTT-3.8.1-1: SUBSCRIBE gets flags 2', subscribe, '82 07 0001 00 0001 61 00');
  encodes('MQTT-3.10.1-1: UNSUBSCRIBE gets flags 2', unsubscribe, 'A2 06 0001 00 0001 61');
});

describe('Remaining Length', () => {
  for (const length of [4, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152]) {
    decodes(
      `MQTT-1.5.5-1: Remaining Length ${length} is read and written in as few bytes as it takes`,
      frame('30', utf8('a'), '00', '00'.repeat(length - 4)),
      {
        type: 'PUBLISH',
        topic: 'a',
        payload: new Uint8Array(length - 4),
        retain: false,
        qos: 0,
        dup: false,
      },
      length > 1_000_000 ? { everyCut: false } : {},
    );
  }
  for (const length of ['80 00', '80 80 00', '80 80 80 00']) {
    const count = length.split(' ').length;
    refuses(
      `MQTT-1.5.5-1: Remaining Length ${length} for 0`,
      `C0 ${length}`,
      malformed('ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL', 'PINGREQ', count, 'MQTT-1.5.5-1'),
      { decidedBy: 1 + count },
    );
    decodes(
      `option minimalRemainingLength: ${length} for 0 is accepted on demand`,
      `C0 ${length}`,
      { type: 'PINGREQ' },
      { decoder: { minimalRemainingLength: false }, canonical: false },
    );
  }
  refuses(
    'MQTT-1.5.5-1: two bytes for a Remaining Length of 127',
    `30 FF 00 0001 61 00 ${'00'.repeat(123)}`,
    malformed('ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL', 'PUBLISH', 2, 'MQTT-1.5.5-1'),
    { decidedBy: 3 },
  );
  refuses(
    'MQTT-1.5.5-1: four bytes for a Remaining Length of 2',
    '40 82 80 80 00 1234',
    malformed('ERR_MQTT_REMAINING_LENGTH_NOT_MINIMAL', 'PUBACK', 4, 'MQTT-1.5.5-1'),
    { decidedBy: 5 },
  );
  for (const [bytes, type] of [
    ['30 80 80 80 80', 'PUBLISH'],
    ['32 FF FF FF FF 7F', 'PUBLISH'],
    ['C0 80 80 80 80 00', 'PINGREQ'],
    ['F0 FF FF FF 80 01', 'AUTH'],
  ] as const) {
    refuses(
      `1.5.5 four bytes: Remaining Length of ${bytes}`,
      bytes,
      malformed('ERR_MQTT_REMAINING_LENGTH_TOO_LONG', type, 4),
      { decidedBy: 5 },
    );
    refuses(
      `option minimalRemainingLength: more than four bytes are never accepted, ${bytes}`,
      bytes,
      malformed('ERR_MQTT_REMAINING_LENGTH_TOO_LONG', type, 4),
      { decoder: { minimalRemainingLength: false }, decidedBy: 5 },
    );
  }
});

describe('packets without a body', () => {
  decodes('3.12 and 3.13 remaining length: PINGREQ of 0', 'C0 00', { type: 'PINGREQ' });
  decodes('3.12 and 3.13 remaining length: PINGRESP of 0', 'D0 00', { type: 'PINGRESP' });
  for (const [bytes, type, decidedBy] of [
    ['C0 01 00', 'PINGREQ', 2],
    ['D0 01 00', 'PINGRESP', 2],
    ['C0 02 0001', 'PINGREQ', 2],
    ['D0 7F', 'PINGRESP', 2],
    ['C0 80 01', 'PINGREQ', 3],
    ['D0 FF FF FF 7F', 'PINGRESP', 5],
  ] as const) {
    refuses(
      `3.12 and 3.13 remaining length: ${type} of ${bytes}`,
      bytes,
      malformed('ERR_MQTT_PACKET_LENGTH', type, 1),
      { decidedBy },
    );
  }
});
