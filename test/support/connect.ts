import type { ConnectPacket } from '../../src/protocol/packets.js';

/** A plain CONNECT, from which tests depart. */
export const PACKET: Extract<ConnectPacket, { protocolLevel: 3 | 4 }> = {
  type: 'CONNECT',
  protocolName: 'MQTT',
  protocolLevel: 4,
  bridge: false,
  cleanSession: true,
  keepAlive: 60,
  clientIdentifier: 'c',
};

/** Protocol Name and Level, in hexadecimal; the flags stand at byte 9 of the frame, the Client Identifier at byte 12. */
export const HEAD = '0004 4D515454 04';
