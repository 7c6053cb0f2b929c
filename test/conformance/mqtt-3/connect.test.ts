/** CONNECT (section 3.1): Protocol Name, Protocol Level, Connect Flags, Keep Alive. */
import { describe, expect, it } from 'vitest';
import type { ConnectPacket } from '../../../src/protocol/packets.js';
import {
  decodes,
  malformed,
  protocolError,
  refuses,
  violation,
} from '../../support/conformance.js';
import { encodes, refusal, refusesToEncode } from '../../support/conformance-encode.js';
import { PACKET } from '../../support/connect.js';
import { decodeChunks, SCANNERS } from '../../support/decode.js';
import { frame, hex, utf8 } from '../../support/hex.js';

const REST = '02 003C 0001 63';

describe('Protocol Name', () => {
  decodes(
    'MQTT-3.1.2-1: MQTT is the name of level 4',
    `10 0D
     0004 4D515454 // protocol name
     04            // protocol level
     02            // connect flags: clean session
     003C          // keep alive: 60 s
     0001 63       // client identifier`,
    PACKET,
  );
  decodes(
    'MQTT-3.1.2-1: MQIsdp is the name of level 3',
    `10 0F
     0006 4D5149736470 // protocol name
     03                // protocol level
     02 003C 0001 63`,
    { ...PACKET, protocolName: 'MQIsdp', protocolLevel: 3 },
  );
  for (const name of ['mqtt', 'MQTt', 'MQTT ', 'MQT', 'MQTTT', 'MQISDP', 'MQIsdP', 'HTTP/1.1']) {
    refuses(
      `MQTT-3.1.2-1: "${name}" is no Protocol Name`,
      frame('10', utf8(name), '04', REST),
      protocolError('ERR_MQTT_PROTOCOL_NAME', 'CONNECT', 2, 'MQTT-3.1.2-1'),
    );
  }
  refuses(
    'MQTT-3.1.2-1: an empty Protocol Name',
    frame('10', '0000', '04', '02 003C', utf8('a client')),
    protocolError('ERR_MQTT_PROTOCOL_NAME', 'CONNECT', 2, 'MQTT-3.1.2-1'),
  );
  refuses(
    'MQTT-3.1.2-1: a Protocol Name that reaches past the end',
    frame('10', '000B 4D515454 04 02 003C 0000'),
    malformed('ERR_MQTT_FIELD_PAST_END', 'CONNECT', 2, 'MQTT-3.1.2-1'),
  );
  refusesToEncode(
    'MQTT-3.1.2-1: the name of another level is not encoded',
    { ...PACKET, protocolName: 'MQIsdp' },
    refusal('ERR_MQTT_PROTOCOL_NAME', 'protocolName', 'MQTT-3.1.2-1'),
  );
  encodes(
    'MQTT-3.1.2-1: the name follows from the level',
    { type: 'CONNECT', protocolLevel: 3, clientIdentifier: 'c' },
    '10 0F 0006 4D5149736470 03 02 0000 0001 63',
  );
});

describe('Protocol Level', () => {
  decodes('MQTT-3.1.2-2: level 4', frame('10', utf8('MQTT'), '04', REST), PACKET);
  decodes('MQTT-3.1.2-2: bit 7 marks a bridge', frame('10', utf8('MQTT'), '84', REST), {
    ...PACKET,
    bridge: true,
  });
  decodes('MQTT-3.1.2-2: level 3 and bit 7', frame('10', utf8('MQIsdp'), '83', REST), {
    ...PACKET,
    protocolName: 'MQIsdp',
    protocolLevel: 3,
    bridge: true,
  });
  for (const level of ['00', '01', '02', '03', '06', '07', '44', '80', '83', '86', 'FF']) {
    refuses(
      `MQTT-3.1.2-2: MQTT and level 0x${level}`,
      frame('10', utf8('MQTT'), level, REST),
      violation('VERSION', 'ERR_MQTT_PROTOCOL_LEVEL', 'CONNECT', 8, 'MQTT-3.1.2-2'),
    );
  }
  for (const level of ['02', '04', '05', '84']) {
    refuses(
      `MQTT-3.1.2-2: MQIsdp and level 0x${level}`,
      frame('10', utf8('MQIsdp'), level, REST),
      violation('VERSION', 'ERR_MQTT_PROTOCOL_LEVEL', 'CONNECT', 10, 'MQTT-3.1.2-2'),
    );
  }
  refuses(
    'MQTT-3.1.2-2: what follows an unknown level is not looked at',
    frame('10', utf8('MQTT'), '06', 'FF FFFF FFFF FF'),
    violation('VERSION', 'ERR_MQTT_PROTOCOL_LEVEL', 'CONNECT', 8, 'MQTT-3.1.2-2'),
  );
  for (const level of [0, 6, 4.5, '4']) {
    const wrong = { ...PACKET, protocolName: undefined, protocolLevel: level };
    refusesToEncode(
      `MQTT-3.1.2-2: level ${JSON.stringify(level)} is not encoded`,
      wrong,
      refusal('ERR_MQTT_PROTOCOL_LEVEL', 'protocolLevel', 'MQTT-3.1.2-2'),
    );
  }
  encodes(
    'MQTT-3.1.2-2: a bridge is encoded as bit 7',
    { ...PACKET, bridge: true },
    '10 0D 0004 4D515454 84 02 003C 0001 63',
  );
});

describe('option protocolVersion', () => {
  const level3: ConnectPacket = { ...PACKET, protocolName: 'MQIsdp', protocolLevel: 3 };
  decodes(
    'option protocolVersion: 4 takes level 4',
    frame('10', utf8('MQTT'), '04', REST),
    PACKET,
    {
      decoder: { protocolVersion: 4 },
    },
  );
  decodes(
    'option protocolVersion: 3 takes level 3',
    frame('10', utf8('MQIsdp'), '03', REST),
    level3,
    {
      decoder: { protocolVersion: 3 },
    },
  );
  refuses(
    'option protocolVersion: 4 refuses level 3',
    frame('10', utf8('MQIsdp'), '03', REST),
    violation('VERSION', 'ERR_MQTT_PROTOCOL_LEVEL', 'CONNECT', 10, 'MQTT-3.1.2-2'),
    { decoder: { protocolVersion: 4 }, before: [], after: [] },
  );
  refuses(
    'option protocolVersion: 3 refuses level 4',
    frame('10', utf8('MQTT'), '04', REST),
    violation('VERSION', 'ERR_MQTT_PROTOCOL_LEVEL', 'CONNECT', 8, 'MQTT-3.1.2-2'),
    { decoder: { protocolVersion: 3 } },
  );
});

describe('Connect Flags', () => {
  const CLIENT = '003C 0001 63';
  decodes('MQTT-3.1.2-3: the reserved bit is 0', frame('10', utf8('MQTT'), '04 00', CLIENT), {
    ...PACKET,
    cleanSession: false,
  });
  refuses(
    'MQTT-3.1.2-3: the reserved bit is 1',
    frame('10', utf8('MQTT'), '04 03', CLIENT),
    malformed('ERR_MQTT_CONNECT_RESERVED_FLAG', 'CONNECT', 9, 'MQTT-3.1.2-3'),
  );
  decodes('MQTT-3.1.2-13: no Will, Will QoS 0', frame('10', utf8('MQTT'), '04 02', CLIENT), PACKET);
  for (const [flags, qos] of [
    ['0A', 1],
    ['12', 2],
    ['1A', 3],
  ]) {
    refuses(
      `MQTT-3.1.2-13: no Will, Will QoS ${qos}`,
      frame('10', utf8('MQTT'), '04', `${flags}`, CLIENT),
      malformed('ERR_MQTT_WILL_QOS_WITHOUT_WILL', 'CONNECT', 9, 'MQTT-3.1.2-13'),
    );
  }
  for (const qos of [0, 1, 2] as const) {
    const flags = (0x06 | (qos << 3)).toString(16).padStart(2, '0');
    decodes(
      `MQTT-3.1.2-14: Will QoS ${qos}`,
      frame('10', utf8('MQTT'), '04', flags, CLIENT, utf8('t'), utf8('m')),
      { ...PACKET, will: { qos, retain: false, topic: 't', payload: hex('6D') } },
    );
    encodes(
      `MQTT-3.1.2-14: Will QoS ${qos} is encoded`,
      { ...PACKET, will: { qos, topic: 't', payload: 'm' } },
      frame('10', utf8('MQTT'), '04', flags, CLIENT, utf8('t'), utf8('m')),
    );
  }
  refuses(
    'MQTT-3.1.2-14: Will QoS 3',
    frame('10', utf8('MQTT'), '04 1E', CLIENT, utf8('t'), utf8('m')),
    malformed('ERR_MQTT_INVALID_QOS', 'CONNECT', 9, 'MQTT-3.1.2-14'),
  );
  for (const qos of [3, -1, 0.5, '1', null]) {
    refusesToEncode(
      `MQTT-3.1.2-14: Will QoS ${JSON.stringify(qos)} is not encoded`,
      { ...PACKET, will: { qos, topic: 't' } } as never,
      refusal('ERR_MQTT_INVALID_QOS', 'will.qos', 'MQTT-3.1.2-14'),
    );
  }
  decodes(
    'MQTT-3.1.2-15: a Will may be retained',
    frame('10', utf8('MQTT'), '04 26', CLIENT, utf8('t'), utf8('m')),
    { ...PACKET, will: { qos: 0, retain: true, topic: 't', payload: hex('6D') } },
  );
  refuses(
    'MQTT-3.1.2-15: no Will, Will Retain 1',
    frame('10', utf8('MQTT'), '04 22', CLIENT),
    malformed('ERR_MQTT_WILL_RETAIN_WITHOUT_WILL', 'CONNECT', 9, 'MQTT-3.1.2-15'),
  );
  decodes(
    'MQTT-3.1.2-22: a Password with a User Name',
    frame('10', utf8('MQTT'), '04 C2', CLIENT, utf8('u'), utf8('p')),
    { ...PACKET, userName: 'u', password: hex('70') },
  );
  decodes(
    'MQTT-3.1.2-22: a User Name without a Password',
    frame('10', utf8('MQTT'), '04 82', CLIENT, utf8('u')),
    { ...PACKET, userName: 'u' },
  );
  refuses(
    'MQTT-3.1.2-22: a Password without a User Name',
    frame('10', utf8('MQTT'), '04 42', CLIENT, utf8('p')),
    malformed('ERR_MQTT_PASSWORD_WITHOUT_USER_NAME', 'CONNECT', 9, 'MQTT-3.1.2-22'),
  );

  it('MQTT-3.1.2-3: every value of the flags, with the payload that they announce', () => {
    for (let flags = 0; flags < 256; flags++) {
      const bit = (n: number): boolean => ((flags >> n) & 1) === 1;
      const qos = (flags >> 3) & 3;
      const legal = !bit(0) && (bit(2) ? qos < 3 : qos === 0 && !bit(5)) && !(bit(6) && !bit(7));
      const bytes = frame(
        '10',
        utf8('MQTT'),
        `04 ${flags.toString(16).padStart(2, '0')} 003C`,
        utf8('c'),
        ...(bit(2) ? [utf8('t'), utf8('m')] : []),
        ...(bit(7) ? [utf8('u')] : []),
        ...(bit(6) ? [utf8('p')] : []),
      );
      for (const scanner of SCANNERS) {
        const { packets, error } = decodeChunks([bytes], { scanner });
        expect([flags, error?.offset]).toEqual([flags, legal ? undefined : 9]);
        if (!legal) continue;
        const { keepAlive, cleanSession, will, userName, password } = packets[0] as ConnectPacket;
        expect({
          keepAlive,
          cleanSession,
          will: will?.qos,
          retain: will?.retain,
          userName,
        }).toEqual({
          keepAlive: 60,
          cleanSession: bit(1),
          will: bit(2) ? qos : undefined,
          retain: bit(2) ? bit(5) : undefined,
          userName: bit(7) ? 'u' : undefined,
        });
        expect(password === undefined).toBe(!bit(6));
      }
    }
  });
});
