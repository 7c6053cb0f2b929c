/** The properties of DISCONNECT (section 3.14.2.2): who may send them, and what is left out for want of room. */
import { describe } from 'vitest';
import {
  CONNECT_5,
  mqtt5,
  PINGREQ,
  PINGRESP,
  PUBLISH_5,
  protocolError,
} from '../../support/conformance.js';
import { encoding5, refusal } from '../../support/conformance-encode.js';
import { frame, hex } from '../../support/hex.js';

const { decodes, refuses } = mqtt5;
const { encodes, refusesToEncode } = encoding5;

/** How a Server reads what a Client sends, and the other way round. */
const FROM_CLIENT = {
  decoder: { role: 'server', protocolVersion: 'auto' },
  before: [CONNECT_5, PINGREQ],
  after: [PUBLISH_5],
} as const;
const FROM_SERVER = {
  decoder: { role: 'client' },
  before: [PUBLISH_5],
  after: [PINGRESP],
} as const;
const FROM_ANY = { decoder: { role: 'any' }, before: [PINGREQ], after: [PINGRESP] } as const;

describe('Session Expiry Interval', () => {
  const bytes = hex(`
    E0 07
    00          // reason code
    05          // property length
    11 0000000A // session expiry interval: 10 s`);
  const packet = {
    type: 'DISCONNECT',
    reasonCode: 0,
    properties: { sessionExpiryInterval: 10 },
  } as const;
  decodes('MQTT-3.14.2-2: from a Client', bytes, packet, FROM_CLIENT);
  decodes('MQTT-3.14.2-2: where the sender is not known', bytes, packet, FROM_ANY);
  refuses(
    'MQTT-3.14.2-2: from a Server',
    bytes,
    protocolError('ERR_MQTT_PROPERTY_NOT_FROM_SERVER', 'DISCONNECT', 4, 'MQTT-3.14.2-2'),
    FROM_SERVER,
  );
  refuses(
    'MQTT-3.14.2-2: from a Server, behind another property',
    'E0 0C 00 0A 26 0000 0000 11 0000000A',
    protocolError('ERR_MQTT_PROPERTY_NOT_FROM_SERVER', 'DISCONNECT', 9, 'MQTT-3.14.2-2'),
    FROM_SERVER,
  );
  decodes(
    'MQTT-3.14.2-2: other properties may come from a Server',
    'E0 0F 00 0D 1F 0001 72 1C 0001 73 26 0000 0000',
    {
      type: 'DISCONNECT',
      reasonCode: 0,
      properties: { reasonString: 'r', serverReference: 's', userProperties: [['', '']] },
    },
    FROM_SERVER,
  );
  for (const role of ['client', 'any'] as const) {
    encodes(`MQTT-3.14.2-2: encoder ${role}`, packet, bytes, { role });
  }
  refusesToEncode(
    'MQTT-3.14.2-2: encoder server',
    packet,
    refusal(
      'ERR_MQTT_PROPERTY_NOT_FROM_SERVER',
      'properties.sessionExpiryInterval',
      'MQTT-3.14.2-2',
    ),
    { role: 'server' },
  );
});

describe('Server Reference', () => {
  const bytes = hex('E0 06 9C 04 1C 0001 73');
  const packet = {
    type: 'DISCONNECT',
    reasonCode: 0x9c,
    properties: { serverReference: 's' },
  } as const;
  decodes(
    '2.2.2.2 properties of a packet: Server Reference from a Server',
    bytes,
    packet,
    FROM_SERVER,
  );
  refuses(
    '2.2.2.2 properties of a packet: Server Reference in DISCONNECT from a Client',
    'E0 06 00 04 1C 0001 73',
    protocolError('ERR_MQTT_PROPERTY_NOT_FROM_CLIENT', 'DISCONNECT', 4),
    FROM_CLIENT,
  );
  encodes('2.2.2.2 properties of a packet: Server Reference, encoder server', packet, bytes, {
    role: 'server',
  });
  refusesToEncode(
    '2.2.2.2 properties of a packet: Server Reference, encoder client',
    { ...packet, reasonCode: 0 },
    refusal('ERR_MQTT_PROPERTY_NOT_FROM_CLIENT', 'properties.serverReference'),
    { role: 'client' },
  );
});

describe('what is left out of a DISCONNECT that would be too large', () => {
  const REASON_STRING = '1F 0001 72';
  const USER_PROPERTY = '26 0001 61 0001 62';
  const SERVER_REFERENCE = '1C 0001 73';
  const diagnostics = { reasonString: 'r', userProperties: [['a', 'b']] } as const;
  const packet = { type: 'DISCONNECT', reasonCode: 0x9c, properties: diagnostics } as const;

  encodes(
    'MQTT-3.14.2-4: 15 of 15 bytes',
    packet,
    frame('E0', '9C', '0B', REASON_STRING, USER_PROPERTY),
    { maximumPacketSize: 15 },
  );
  for (const maximumPacketSize of [14, 8]) {
    encodes(
      `MQTT-3.14.2-4: for ${maximumPacketSize} bytes, the User Property`,
      packet,
      frame('E0', '9C', '04', REASON_STRING),
      { maximumPacketSize },
    );
  }
  for (const maximumPacketSize of [7, 3]) {
    encodes(
      `MQTT-3.14.2-3: for ${maximumPacketSize} bytes, the Reason String as well`,
      packet,
      'E0 01 9C',
      { maximumPacketSize },
    );
  }
  refusesToEncode(
    'MQTT-3.14.2-3: the reason code is not left out',
    packet,
    refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
    { maximumPacketSize: 2 },
  );
  encodes(
    'MQTT-3.14.2-3: reason code 0 goes without saying',
    { ...packet, reasonCode: 0 },
    'E0 00',
    { maximumPacketSize: 2 },
  );

  const withReference = {
    ...packet,
    properties: { ...diagnostics, serverReference: 's' },
  } as const;
  encodes(
    'MQTT-3.14.2-3: another property stays',
    withReference,
    frame('E0', '9C', '04', SERVER_REFERENCE),
    { maximumPacketSize: 8 },
  );
  encodes(
    'MQTT-3.14.2-4: another property and the Reason String stay',
    withReference,
    frame('E0', '9C', '08', REASON_STRING, SERVER_REFERENCE),
    { maximumPacketSize: 12 },
  );
  refusesToEncode(
    'MQTT-3.14.2-3: another property is not left out',
    withReference,
    refusal('ERR_MQTT_PACKET_TOO_LARGE', 'packet'),
    { maximumPacketSize: 7 },
  );

  const long = { type: 'DISCONNECT', reasonCode: 0x80 } as const;
  encodes(
    'MQTT-3.14.2-3: 131 of 131 bytes, whose Remaining Length takes two',
    { ...long, properties: { reasonString: 'r'.repeat(123) } },
    frame('E0', '80', '7E 1F 007B', '72'.repeat(123)),
    { maximumPacketSize: 131 },
  );
  encodes(
    'MQTT-3.14.2-3: for 130 bytes',
    { ...long, properties: { reasonString: 'r'.repeat(123) } },
    'E0 01 80',
    { maximumPacketSize: 130 },
  );
});
