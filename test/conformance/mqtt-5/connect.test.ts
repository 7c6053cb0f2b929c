/** CONNECT (section 3.1): Protocol Name, Protocol Version, Connect Flags. Its other fields have files of their own. */
import { describe, expect, it } from 'vitest';
import type { ConnectPacket } from '../../../src/protocol/packets.js';
import {
  CONNECT,
  CONNECT_5,
  type Example,
  malformed,
  mqtt5,
  PINGREQ,
  PUBLISH,
  PUBLISH_5,
  violation,
} from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { decodeChunks, SCANNERS } from '../../support/decode.js';
import { frame, hex, utf8 } from '../../support/hex.js';
import { HEAD, hexByte, PACKET } from './connect.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

/** Connect Flags with Clean Start, Keep Alive, no properties, Client Identifier. */
const REST = '02 003C 00 0001 63';
/** All that stands behind the flags. */
const BEHIND_FLAGS = '003C 00 0001 63';

/** Decoders that know without a CONNECT that they speak MQTT 5.0. */
const DECODERS_OF_5 = [
  { role: 'any', protocolVersion: 5 },
  { role: 'server', protocolVersion: 5 },
] as const;

const CONNECT_3: Example = {
  bytes: hex('10 10 0006 4D5149736470 03 02 003C 0002 6D65'),
  packet: {
    type: 'CONNECT',
    protocolName: 'MQIsdp',
    protocolLevel: 3,
    bridge: false,
    cleanSession: true,
    keepAlive: 60,
    clientIdentifier: 'me',
  },
};

describe('Protocol Name', () => {
  decodes(
    'MQTT-3.1.2-1: MQTT is the name of version 5',
    `10 0E
     0004 4D515454 // protocol name
     05            // protocol version
     02            // connect flags: clean start
     003C          // keep alive: 60 s
     00            // property length
     0001 63       // client identifier`,
    PACKET,
  );
  for (const decoder of DECODERS_OF_5) {
    for (const name of ['mqtt', 'MQTt', 'MQTT ', 'MQT', 'MQTTT', 'MQISDP', 'HTTP/1.1']) {
      refuses(
        `MQTT-3.1.2-1: "${name}" is no Protocol Name, role ${decoder.role}`,
        frame('10', utf8(name), '05', REST),
        violation('VERSION', 'ERR_MQTT_PROTOCOL_NAME', 'CONNECT', 2, 'MQTT-3.1.2-1'),
        { decoder, after: [PINGREQ] },
      );
    }
    refuses(
      `MQTT-3.1.2-1: an empty Protocol Name, role ${decoder.role}`,
      frame('10', '0000', '05 02 003C 00', utf8('a client')),
      violation('VERSION', 'ERR_MQTT_PROTOCOL_NAME', 'CONNECT', 2, 'MQTT-3.1.2-1'),
      { decoder, after: [PINGREQ] },
    );
  }
  refuses(
    'MQTT-3.1.2-1: version 5 has not the name of MQTT 3.1',
    frame('10', utf8('MQIsdp'), '05', REST),
    violation('VERSION', 'ERR_MQTT_PROTOCOL_LEVEL', 'CONNECT', 10, 'MQTT-3.1.2-2'),
  );
  refuses(
    'MQTT-3.1.2-1: a Protocol Name that reaches past the end',
    frame('10', '000C 4D515454 05 02 003C 00 0000'),
    malformed('ERR_MQTT_FIELD_PAST_END', 'CONNECT', 2, 'MQTT-3.1.2-1'),
  );
  encodes(
    'MQTT-3.1.2-1: the name follows from the version',
    { type: 'CONNECT', clientIdentifier: 'c' },
    '10 0E 0004 4D515454 05 02 0000 00 0001 63',
  );
  encodes('MQTT-3.1.2-1: the name may be given', PACKET, frame('10', HEAD, REST));
  for (const protocolName of ['MQIsdp', 'mqtt', '', 5, null]) {
    refusesToEncode(
      `MQTT-3.1.2-1: the name ${JSON.stringify(protocolName)} is not encoded`,
      { ...PACKET, protocolName },
      refusal('ERR_MQTT_PROTOCOL_NAME', 'protocolName', 'MQTT-3.1.2-1'),
    );
  }
});

describe('Protocol Version', () => {
  decodes('MQTT-3.1.2-2: version 5', frame('10', utf8('MQTT'), '05', REST), PACKET);
  // Bit 7 marks bridges of MQTT 3.1 and 3.1.1, by convention; Mosquitto does not take it in 5.0 either.
  for (const level of ['00', '01', '02', '03', '06', '07', '15', '45', '80', '83', '85', 'FF']) {
    refuses(
      `MQTT-3.1.2-2: version 0x${level}`,
      frame('10', utf8('MQTT'), level, REST),
      violation('VERSION', 'ERR_MQTT_PROTOCOL_LEVEL', 'CONNECT', 8, 'MQTT-3.1.2-2'),
    );
  }
  refuses(
    'MQTT-3.1.2-2: what follows an unknown version is not looked at',
    frame('10', utf8('MQTT'), '06', 'FF FFFF FFFF FF'),
    violation('VERSION', 'ERR_MQTT_PROTOCOL_LEVEL', 'CONNECT', 8, 'MQTT-3.1.2-2'),
  );
  encodes(
    'MQTT-3.1.2-2: the version is that of the encoder',
    { ...PACKET, protocolLevel: undefined },
    frame('10', HEAD, REST),
  );
  refusesToEncode(
    'MQTT-3.1.2-2: a bridge is not marked',
    { ...PACKET, bridge: true },
    refusal('ERR_MQTT_VERSION_OF_PACKET', 'bridge'),
  );
  for (const protocolLevel of [0, 3, 4, 6, 0x85, 5.5, '5', null]) {
    refusesToEncode(
      `MQTT-3.1.2-2: version ${JSON.stringify(protocolLevel)} is not encoded`,
      { ...PACKET, protocolName: undefined, protocolLevel },
      refusal('ERR_MQTT_PROTOCOL_LEVEL', 'protocolLevel', 'MQTT-3.1.2-2'),
    );
  }
});

describe('option protocolVersion', () => {
  for (const decoder of DECODERS_OF_5) {
    decodes(
      `option protocolVersion: 5 takes version 5, role ${decoder.role}`,
      CONNECT_5.bytes,
      CONNECT_5.packet,
      { decoder, after: [PINGREQ, PUBLISH_5] },
    );
    for (const [level, offset, bytes] of [
      [4, 8, CONNECT.bytes],
      [3, 10, CONNECT_3.bytes],
    ] as const) {
      refuses(
        `option protocolVersion: 5 refuses version ${level}, role ${decoder.role}`,
        bytes,
        violation('VERSION', 'ERR_MQTT_PROTOCOL_LEVEL', 'CONNECT', offset, 'MQTT-3.1.2-2'),
        { decoder, after: [PINGREQ] },
      );
    }
    refuses(
      `option protocolVersion: 5 refuses the bridge of version 4, role ${decoder.role}`,
      frame('10', utf8('MQTT'), '84 02 003C 0001 63'),
      violation('VERSION', 'ERR_MQTT_PROTOCOL_LEVEL', 'CONNECT', 8, 'MQTT-3.1.2-2'),
      { decoder, after: [PINGREQ] },
    );
  }
  for (const role of ['any', 'server'] as const) {
    for (const protocolVersion of [3, 4] as const) {
      refuses(
        `option protocolVersion: ${protocolVersion} refuses version 5, role ${role}`,
        CONNECT_5.bytes,
        violation('VERSION', 'ERR_MQTT_PROTOCOL_LEVEL', 'CONNECT', 8, 'MQTT-3.1.2-2'),
        { decoder: { role, protocolVersion }, after: [PINGREQ] },
      );
    }
    for (const [version, { bytes, packet }, publish] of [
      [5, CONNECT_5, PUBLISH_5],
      [4, CONNECT, PUBLISH],
      [3, CONNECT_3, PUBLISH],
    ] as const) {
      decodes(
        `option protocolVersion: auto takes version ${version} and reads by it, role ${role}`,
        bytes,
        packet,
        {
          decoder: { role, protocolVersion: 'auto' },
          after: [PINGREQ, publish],
          // The encoder of these cases makes packets of MQTT 5.0 only.
          ...(version === 5 ? {} : { canonical: false }),
        },
      );
    }
  }
  for (const protocolVersion of [3, 4] as const) {
    refusesToEncode(
      `option protocolVersion: an encoder of ${protocolVersion} refuses version 5`,
      { ...PACKET },
      refusal('ERR_MQTT_PROTOCOL_LEVEL', 'protocolLevel', 'MQTT-3.1.2-2'),
      { protocolVersion },
    );
  }
  encodes(
    'option protocolVersion: an encoder of any version takes version 5',
    PACKET,
    frame('10', HEAD, REST),
    { protocolVersion: 'auto' },
  );
  decodes(
    'option protocolVersion: auto reads by the last CONNECT',
    CONNECT_5.bytes,
    CONNECT_5.packet,
    {
      decoder: { role: 'any', protocolVersion: 'auto' },
      before: [PUBLISH, CONNECT, PUBLISH],
      after: [PUBLISH_5, CONNECT, PUBLISH, CONNECT_5, PUBLISH_5],
    },
  );
});

describe('Connect Flags', () => {
  decodes('MQTT-3.1.2-3: the reserved bit is 0', frame('10', HEAD, '00', BEHIND_FLAGS), {
    ...PACKET,
    cleanStart: false,
  });
  for (const flags of ['01', '03']) {
    refuses(
      `MQTT-3.1.2-3: the reserved bit is 1, flags 0x${flags}`,
      frame('10', HEAD, flags, BEHIND_FLAGS),
      malformed('ERR_MQTT_CONNECT_RESERVED_FLAG', 'CONNECT', 9, 'MQTT-3.1.2-3'),
    );
  }
  encodes(
    'MQTT-3.1.2-3: the reserved bit is written as 0, Clean Start as bit 1',
    { ...PACKET, cleanStart: false },
    frame('10', HEAD, '00', BEHIND_FLAGS),
  );
  encodes(
    'MQTT-3.1.2-3: all other bits are written',
    {
      ...PACKET,
      will: { qos: 2, retain: true, topic: 't', payload: 'm' },
      userName: 'u',
      password: 'p',
    },
    frame('10', HEAD, 'F6', BEHIND_FLAGS, '00', utf8('t'), utf8('m'), utf8('u'), utf8('p')),
  );

  refusesToEncode(
    'MQTT-3.1.2-3: Clean Session is a flag of MQTT 3.1.1',
    { ...PACKET, cleanSession: true },
    refusal('ERR_MQTT_VERSION_OF_PACKET', 'cleanSession'),
  );
  refusesToEncode(
    'MQTT-3.1.2-3: a number is no flag',
    { ...PACKET, cleanStart: 1 },
    refusal('ERR_MQTT_FIELD_TYPE', 'cleanStart'),
  );

  it('MQTT-3.1.2-3: every value of the flags, with the payload that they announce', () => {
    for (let flags = 0; flags < 256; flags++) {
      const bit = (n: number): boolean => ((flags >> n) & 1) === 1;
      const qos = (flags >> 3) & 3;
      const legal = !bit(0) && (bit(2) ? qos < 3 : qos === 0 && !bit(5));
      const bytes = frame(
        '10',
        HEAD,
        hexByte(flags),
        BEHIND_FLAGS,
        ...(bit(2) ? ['00', utf8('t'), utf8('m')] : []),
        ...(bit(7) ? [utf8('u')] : []),
        ...(bit(6) ? [utf8('p')] : []),
      );
      for (const scanner of SCANNERS) {
        const { packets, error } = decodeChunks([bytes], { scanner });
        expect([flags, error?.errorClass, error?.offset]).toEqual(
          legal ? [flags, undefined, undefined] : [flags, 'MALFORMED', 9],
        );
        if (!legal) continue;
        const { cleanStart, will, userName, password } = packets[0] as ConnectPacket;
        expect({
          cleanStart,
          qos: will?.qos,
          retain: will?.retain,
          userName,
          password: password?.[0],
        }).toEqual({
          cleanStart: bit(1),
          qos: bit(2) ? qos : undefined,
          retain: bit(2) ? bit(5) : undefined,
          userName: bit(7) ? 'u' : undefined,
          password: bit(6) ? 0x70 : undefined,
        });
      }
    }
  });
});
