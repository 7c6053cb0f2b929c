/** What a stream may hold at which point: CONNECT first and once (section 3.1), and who may send what. */
import { describe } from 'vitest';

import type { PacketType } from '../../../src/protocol/packet-types.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import {
  CONNECT,
  decodes,
  type Example,
  malformed,
  PINGREQ,
  PINGRESP,
  PUBLISH,
  protocolError,
  refuses,
} from '../../support/conformance.js';
import { hex } from '../../support/hex.js';

function example(bytes: string, packet: ControlPacket): Example & { readonly type: PacketType } {
  return { bytes: hex(bytes), packet, type: packet.type as PacketType };
}

const FROM_BOTH = [
  example('30 05 0001 61 6869', PUBLISH.packet),
  example('40 02 0001', { type: 'PUBACK', packetIdentifier: 1 }),
  example('50 02 0001', { type: 'PUBREC', packetIdentifier: 1 }),
  example('62 02 0001', { type: 'PUBREL', packetIdentifier: 1 }),
  example('70 02 0001', { type: 'PUBCOMP', packetIdentifier: 1 }),
];
const FROM_CLIENT = [
  example('82 06 0001 0001 61 00', {
    type: 'SUBSCRIBE',
    packetIdentifier: 1,
    subscriptions: [{ topicFilter: 'a', qos: 0 }],
  }),
  example('A2 05 0001 0001 61', {
    type: 'UNSUBSCRIBE',
    packetIdentifier: 1,
    topicFilters: ['a'],
  }),
  example('C0 00', { type: 'PINGREQ' }),
  example('E0 00', { type: 'DISCONNECT' }),
];
const FROM_SERVER = [
  example('20 02 00 00', { type: 'CONNACK', sessionPresent: false, returnCode: 0 }),
  example('90 03 0001 00', { type: 'SUBACK', packetIdentifier: 1, returnCodes: [0] }),
  example('B0 02 0001', { type: 'UNSUBACK', packetIdentifier: 1 }),
  example('D0 00', { type: 'PINGRESP' }),
];

const EXPECTED = 'ERR_MQTT_CONNECT_EXPECTED';
const SECOND = 'ERR_MQTT_SECOND_CONNECT';
const NOT_ALLOWED = 'ERR_MQTT_PACKET_NOT_ALLOWED';

describe('CONNECT first', () => {
  decodes('MQTT-3.1.0-1: a server gets a CONNECT first', CONNECT.bytes, CONNECT.packet, {
    decoder: { role: 'server' },
    after: [PINGREQ, ...FROM_BOTH, ...FROM_CLIENT],
  });
  decodes('MQTT-3.1.0-1: so does an observer who asks for it', CONNECT.bytes, CONNECT.packet, {
    decoder: { state: 'expectConnect' },
    after: [PINGRESP, PUBLISH],
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
    PUBLISH.bytes,
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
    '10 0E 0004 4D515454 04 03 003C 0002 6D65',
    malformed('ERR_MQTT_CONNECT_RESERVED_FLAG', 'CONNECT', 9, 'MQTT-3.1.2-3'),
    { decoder: { role: 'server' }, after: [PINGREQ, CONNECT] },
  );
});

describe('CONNECT once', () => {
  decodes('MQTT-3.1.0-2: one', PUBLISH.bytes, PUBLISH.packet, {
    decoder: { role: 'server' },
    before: [CONNECT],
    after: [PINGREQ],
  });
  refuses(
    'MQTT-3.1.0-2: two in a row',
    CONNECT.bytes,
    protocolError(SECOND, 'CONNECT', 0, 'MQTT-3.1.0-2'),
    { decoder: { role: 'server' }, before: [CONNECT], after: [PINGREQ], decidedBy: 1 },
  );
  refuses(
    'MQTT-3.1.0-2: two with packets between them',
    CONNECT.bytes,
    protocolError(SECOND, 'CONNECT', 0, 'MQTT-3.1.0-2'),
    { decoder: { role: 'server' }, before: [CONNECT, PUBLISH, PINGREQ], decidedBy: 1 },
  );
  refuses(
    'MQTT-3.1.0-2: a second one where an observer checks',
    CONNECT.bytes,
    protocolError(SECOND, 'CONNECT', 0, 'MQTT-3.1.0-2'),
    { decoder: { state: 'expectConnect' }, before: [CONNECT, PINGRESP], decidedBy: 1 },
  );
  for (const role of ['server', 'any'] as const) {
    refuses(
      `MQTT-3.1.0-2: one where the connection is open already, role ${role}`,
      CONNECT.bytes,
      protocolError(SECOND, 'CONNECT', 0, 'MQTT-3.1.0-2'),
      { decoder: { role, state: 'open' }, before: [PUBLISH], decidedBy: 1 },
    );
    decodes(
      `MQTT-3.1.0-2: any number where nobody checks, role ${role}`,
      CONNECT.bytes,
      CONNECT.packet,
      { decoder: { role, state: 'unchecked' }, before: [CONNECT, PUBLISH], after: [CONNECT] },
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
      before: [PUBLISH],
      after: [PINGRESP],
    });
    decodes(`direction: an observer gets ${type}`, bytes, packet, {
      decoder: { role: 'any' },
      before: [PINGREQ],
      after: [PINGRESP],
    });
  }
  for (const { type, bytes, packet } of [
    ...FROM_CLIENT,
    { ...CONNECT, type: 'CONNECT' as const },
  ]) {
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
    }
  }
});
