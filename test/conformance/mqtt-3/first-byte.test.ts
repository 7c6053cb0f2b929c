/** All 256 first bytes for every role, against the tables 2.1 and 2.2 as written down here once more. */
import { describe, expect, it } from 'vitest';
import type { Role } from '../../../src/protocol/packet-types.js';
import { decodeChunks, SCANNERS } from '../../support/decode.js';
import { hex, join } from '../../support/hex.js';

interface Legal {
  readonly type: string;
  readonly roles: readonly Role[];
  readonly rest: string;
}

const SERVER_READS: readonly Role[] = ['server', 'any'];
const CLIENT_READS: readonly Role[] = ['client', 'any'];
const ALL_READ: readonly Role[] = ['server', 'client', 'any'];

/** The first bytes of MQTT 3.1.1, with something legal behind them. */
// biome-ignore format: a table
const LEGAL: ReadonlyMap<number, Legal> = new Map<number, Legal>([
  [0x10, { type: 'CONNECT',     roles: SERVER_READS, rest: '0C 0004 4D515454 04 02 0000 0000' }],
  [0x20, { type: 'CONNACK',     roles: CLIENT_READS, rest: '02 00 00' }],
  ...[0x30, 0x31].map((first): [number, Legal] =>
    [first, { type: 'PUBLISH',  roles: ALL_READ,     rest: '03 0001 61' }]),
  ...[0x32, 0x33, 0x34, 0x35, 0x3a, 0x3b, 0x3c, 0x3d].map((first): [number, Legal] =>
    [first, { type: 'PUBLISH',  roles: ALL_READ,     rest: '05 0001 61 0001' }]),
  [0x40, { type: 'PUBACK',      roles: ALL_READ,     rest: '02 0001' }],
  [0x50, { type: 'PUBREC',      roles: ALL_READ,     rest: '02 0001' }],
  [0x62, { type: 'PUBREL',      roles: ALL_READ,     rest: '02 0001' }],
  [0x70, { type: 'PUBCOMP',     roles: ALL_READ,     rest: '02 0001' }],
  [0x82, { type: 'SUBSCRIBE',   roles: SERVER_READS, rest: '06 0001 0001 61 00' }],
  [0x90, { type: 'SUBACK',      roles: CLIENT_READS, rest: '03 0001 00' }],
  [0xa2, { type: 'UNSUBSCRIBE', roles: SERVER_READS, rest: '05 0001 0001 61' }],
  [0xb0, { type: 'UNSUBACK',    roles: CLIENT_READS, rest: '02 0001' }],
  [0xc0, { type: 'PINGREQ',     roles: SERVER_READS, rest: '00' }],
  [0xd0, { type: 'PINGRESP',    roles: CLIENT_READS, rest: '00' }],
  [0xe0, { type: 'DISCONNECT',  roles: SERVER_READS, rest: '00' }],
]);

const NAMES = [
  undefined,
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  undefined,
];

/** What is wrong with a first byte that is in no table. */
function fault(first: number): readonly [code: string, statement: string | undefined] {
  const type = NAMES[first >> 4];
  if (type === undefined) return ['ERR_MQTT_RESERVED_PACKET_TYPE', undefined];
  if (type !== 'PUBLISH') {
    const own = {
      PUBREL: '3.6.1-1',
      SUBSCRIBE: '3.8.1-1',
      UNSUBSCRIBE: '3.10.1-1',
      DISCONNECT: '3.14.1-1',
    };
    return ['ERR_MQTT_RESERVED_FLAGS', `MQTT-${own[type as keyof typeof own] ?? '2.2.2-2'}`];
  }
  return (first & 0x06) === 0x06
    ? ['ERR_MQTT_INVALID_QOS', 'MQTT-3.3.1-4']
    : ['ERR_MQTT_DUP_AT_QOS_0', 'MQTT-3.3.1-2'];
}

describe('first byte', () => {
  it('23 of them are legal', () => {
    expect(LEGAL.size).toBe(23);
  });

  for (const role of ALL_READ) {
    for (const scanner of SCANNERS) {
      it(`each of the 256, role ${role}, ${scanner}`, () => {
        const options = { role, state: 'unchecked', scanner } as const;
        const good = hex('40 02 0001');
        for (let first = 0; first < 256; first++) {
          const legal = LEGAL.get(first);
          const bytes = join(Uint8Array.of(first), hex(legal?.rest ?? '02 0001'));
          const whole = decodeChunks([join(good, bytes, good)], options);
          const { packets, error } = decodeChunks([good, bytes.subarray(0, 1)], options);
          if (legal?.roles.includes(role)) {
            expect(whole.error).toBe(undefined);
            expect(whole.packets.map(({ type }) => type)).toEqual(['PUBACK', legal.type, 'PUBACK']);
            expect(error).toMatchObject({
              code: 'ERR_MQTT_UNEXPECTED_END',
              packetType: legal.type,
            });
            continue;
          }
          const [code, statement] =
            legal === undefined ? fault(first) : ['ERR_MQTT_PACKET_NOT_ALLOWED', undefined];
          const reasonCode = legal === undefined ? 0x81 : 0x82;
          const packetType = NAMES[first >> 4];
          for (const outcome of [whole, { packets, error }]) {
            expect(outcome.packets).toHaveLength(1);
            expect(outcome.error).toMatchObject({ code, reasonCode, offset: 4 });
            expect([first, outcome.error?.packetType]).toEqual([first, packetType]);
            expect([first, outcome.error?.statement]).toEqual([first, statement]);
          }
        }
      });
    }
  }
});
