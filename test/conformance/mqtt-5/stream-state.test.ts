/** What a stream may hold at which point: CONNECT first and once (section 3.1), and who may send what. */
import { describe } from 'vitest';
import type { PacketType } from '../../../src/protocol/packet-types.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import {
  CONNECT_5,
  type Example,
  malformed,
  mqtt5,
  PINGREQ,
  PINGRESP,
  PUBLISH_5,
  protocolError,
} from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { hex } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

function example(bytes: string, packet: ControlPacket): Example & { readonly type: PacketType } {
  return { bytes: hex(bytes), packet, type: packet.type as PacketType };
}

const CONNECT = { ...CONNECT_5, type: 'CONNECT' } as const;
const FROM_BOTH = [
  { ...PUBLISH_5, type: 'PUBLISH' as const },
  example('40 02 0001', { type: 'PUBACK', packetIdentifier: 1, reasonCode: 0 }),
  example('50 02 0001', { type: 'PUBREC', packetIdentifier: 1, reasonCode: 0 }),
  example('62 02 0001', { type: 'PUBREL', packetIdentifier: 1, reasonCode: 0 }),
  example('70 02 0001', { type: 'PUBCOMP', packetIdentifier: 1, reasonCode: 0 }),
  example('E0 00', { type: 'DISCONNECT', reasonCode: 0 }),
  example('F0 06 18 04 15 0001 6D', {
    type: 'AUTH',
    reasonCode: 0x18,
    properties: { authenticationMethod: 'm' },
  }),
];
const FROM_CLIENT = [
  example('82 07 0001 00 0001 61 00', {
    type: 'SUBSCRIBE',
    packetIdentifier: 1,
    subscriptions: [
      { topicFilter: 'a', qos: 0, noLocal: false, retainAsPublished: false, retainHandling: 0 },
    ],
  }),
  example('A2 06 0001 00 0001 61', {
    type: 'UNSUBSCRIBE',
    packetIdentifier: 1,
    topicFilters: ['a'],
  }),
  example('C0 00', { type: 'PINGREQ' }),
];
const FROM_SERVER = [
  example('20 03 00 00 00', { type: 'CONNACK', sessionPresent: false, reasonCode: 0 }),
  example('90 04 0001 00 00', { type: 'SUBACK', packetIdentifier: 1, reasonCodes: [0] }),
  example('B0 04 0001 00 00', { type: 'UNSUBACK', packetIdentifier: 1, reasonCodes: [0] }),
  example('D0 00', { type: 'PINGRESP' }),
];

const EXPECTED = 'ERR_MQTT_CONNECT_EXPECTED';
const SECOND = 'ERR_MQTT_SECOND_CONNECT';
const NOT_ALLOWED = 'ERR_MQTT_PACKET_NOT_ALLOWED';

describe('CONNECT first', () => {
  decodes('MQTT-3.1.0-1: a server gets a CONNECT first', CONNECT.bytes, CONNECT.packet, {
    decoder: { role: 'server' },
    after: [PINGREQ, ...FROM_CLIENT, ...FROM_BOTH],
  });
  decodes('MQTT-3.1.0-1: so does an observer who asks for it', CONNECT.bytes, CONNECT.packet, {
    decoder: { state: 'expectConnect' },
    after: [PINGRESP, PUBLISH_5, ...FROM_SERVER],
  });
  for (const { type, bytes, packet } of [...FROM_BOTH, ...FROM_CLIENT]) {
    refuses(
      `MQTT-3.1.0-1: a server gets ${type} first`,
      bytes,
      protocolError(EXPECTED, type, 0, 'MQTT-3.1.0-1'),
      { decoder: { role: 'server' }, after: [CONNECT], decidedBy: 1 },
    );
    decodes(
      `MQTT-3.1.0-1: ${type} may come first where the connection is open already`,
      bytes,
      packet,
      { decoder: { role: 'server', state: 'open' }, after: [PINGREQ] },
    );
    decodes(`MQTT-3.1.0-1: ${type} may come first where nobody checks`, bytes, packet, {
      decoder: { role: 'server', state: 'unchecked' },
      after: [CONNECT],
    });
  }
  refuses(
    'MQTT-3.1.0-1: an observer who asks for it gets PUBLISH first',
    PUBLISH_5.bytes,
    protocolError(EXPECTED, 'PUBLISH', 0, 'MQTT-3.1.0-1'),
    { decoder: { state: 'expectConnect' }, after: [CONNECT], decidedBy: 1 },
  );
  refuses(
    'MQTT-3.1.0-1: a byte that begins no packet is malformed, first or not',
    '00 00',
    malformed('ERR_MQTT_RESERVED_PACKET_TYPE', undefined, 0),
    { decoder: { role: 'server' }, decidedBy: 1 },
  );
  refuses(
    'MQTT-3.1.0-1: a CONNECT in error is no CONNECT',
    '10 0F 0004 4D515454 05 03 003C 00 0002 6D65',
    malformed('ERR_MQTT_CONNECT_RESERVED_FLAG', 'CONNECT', 9, 'MQTT-3.1.2-3'),
    { decoder: { role: 'server' }, after: [PINGREQ, CONNECT] },
  );
});

describe('CONNECT once', () => {
  decodes('MQTT-3.1.0-2: one', PUBLISH_5.bytes, PUBLISH_5.packet, {
    decoder: { role: 'server' },
    before: [CONNECT],
    after: [PINGREQ],
  });
  const second = protocolError(SECOND, 'CONNECT', 0, 'MQTT-3.1.0-2');
  for (const [what, before] of [
    ['two in a row', [CONNECT]],
    ['two with packets between them', [CONNECT, PUBLISH_5, PINGREQ]],
    ['two with an AUTH between them', [CONNECT, ...FROM_BOTH.slice(-1)]],
  ] as const) {
    refuses(`MQTT-3.1.0-2: ${what}`, CONNECT.bytes, second, {
      decoder: { role: 'server' },
      before,
      after: [PINGREQ],
      decidedBy: 1,
    });
  }
  refuses('MQTT-3.1.0-2: a second one where an observer checks', CONNECT.bytes, second, {
    decoder: { state: 'expectConnect' },
    before: [CONNECT, PINGRESP],
    decidedBy: 1,
  });
  for (const role of ['server', 'any'] as const) {
    refuses(
      `MQTT-3.1.0-2: one where the connection is open already, role ${role}`,
      CONNECT.bytes,
      second,
      { decoder: { role, state: 'open' }, before: [PUBLISH_5], decidedBy: 1 },
    );
    decodes(
      `MQTT-3.1.0-2: any number where nobody checks, role ${role}`,
      CONNECT.bytes,
      CONNECT.packet,
      { decoder: { role, state: 'unchecked' }, before: [CONNECT, PUBLISH_5], after: [CONNECT] },
    );
  }
});

describe('direction', () => {
  for (const { type, bytes, packet } of FROM_SERVER) {
    for (const [state, before] of [
      ['expectConnect', [CONNECT]],
      ['open', [PINGREQ]],
      ['unchecked', [PINGREQ]],
    ] as const) {
      refuses(
        `direction: a server gets no ${type}, state ${state}`,
        bytes,
        protocolError(NOT_ALLOWED, type, 0),
        { decoder: { role: 'server', state }, before, after: [PINGREQ], decidedBy: 1 },
      );
    }
    decodes(`direction: a client gets ${type}`, bytes, packet, {
      decoder: { role: 'client' },
      before: [PUBLISH_5],
      after: [PINGRESP],
    });
    decodes(`direction: an observer gets ${type}`, bytes, packet, {
      decoder: { role: 'any' },
      before: [PINGREQ],
      after: [PINGRESP],
    });
    for (const role of ['server', 'any'] as const) {
      encodes(`direction: role ${role} sends ${type}`, packet, bytes, { role });
    }
    refusesToEncode(
      `direction: a client sends no ${type}`,
      { ...packet },
      refusal(NOT_ALLOWED, 'type'),
      { role: 'client' },
    );
  }

  for (const { type, bytes, packet } of [...FROM_CLIENT, CONNECT]) {
    for (const state of ['open', 'unchecked'] as const) {
      refuses(
        `direction: a client gets no ${type}, state ${state}`,
        bytes,
        protocolError(NOT_ALLOWED, type, 0),
        { decoder: { role: 'client', state }, before: [PINGRESP], decidedBy: 1 },
      );
    }
    decodes(`direction: an observer gets ${type}`, bytes, packet, {
      decoder: { role: 'any' },
      before: [PINGRESP],
      after: [PINGREQ],
    });
    for (const role of ['client', 'any'] as const) {
      encodes(`direction: role ${role} sends ${type}`, packet, bytes, { role });
    }
    refusesToEncode(
      `direction: a server sends no ${type}`,
      { ...packet },
      refusal(NOT_ALLOWED, 'type'),
      { role: 'server' },
    );
  }

  for (const { type, bytes, packet } of FROM_BOTH) {
    for (const [role, ping] of [
      ['server', PINGREQ],
      ['client', PINGRESP],
    ] as const) {
      decodes(`direction: a ${role} gets ${type}`, bytes, packet, {
        decoder: { role, state: 'open' },
        before: [ping],
        after: [ping],
      });
      const options = { role } as const;
      encodes(`direction: a ${role} sends ${type}`, packet, bytes, options);
    }
  }
});
