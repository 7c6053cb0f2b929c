/** How long lists and properties may be: packets that take many times the memory of their bytes once decoded. */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import { CONNECT_5, mqtt5, PINGREQ, PINGRESP, violation } from '../../support/conformance.js';
import { decodeChunks, SCANNERS } from '../../support/decode.js';
import { frame, hex, join, utf8 } from '../../support/hex.js';
import { carry, companion, HOLDERS, packetOf } from './holders.js';

const { decodes, refuses } = mqtt5;

const TOO_LARGE = 'ERR_MQTT_PACKET_TOO_LARGE';
/** Packets whose properties have the limit, not the whole of them. */
const BY_PROPERTIES: readonly string[] = ['CONNECT', 'WILL', 'PUBLISH'];

/** A User Property of `length` bytes on the wire, 6 at least. */
function userProperty(length: number): { readonly bytes: string; readonly value: string } {
  const value = 'v'.repeat(length - 6);
  return { bytes: `26 ${utf8('n')} ${utf8(value)}`, value };
}

describe('lists, the whole packet', () => {
  for (const holder of HOLDERS.filter(({ name }) => !BY_PROPERTIES.includes(name))) {
    const { bytes: method, value: methodValue } = companion(holder, 0x26);
    const bare = carry(holder, method).length;
    const { bytes, value } = userProperty(40 - bare);
    const wire = carry(holder, `${method} ${bytes}`);
    const packet = packetOf(holder, { ...methodValue, userProperties: [['n', value]] });
    const type = holder.packetType;
    decodes(`option maximumListPacketSize: ${type} of 40 of 40 bytes`, wire, packet, {
      decoder: { maximumListPacketSize: 40 },
    });
    refuses(
      `option maximumListPacketSize: ${type} of 40 of 39 bytes`,
      wire,
      violation('TOO_LARGE', TOO_LARGE, type, 1),
      { decoder: { maximumListPacketSize: 39 }, decidedBy: 2 },
    );
    refuses(
      `option maximumListPacketSize: ${type} is never larger than maximumPacketSize`,
      wire,
      violation('TOO_LARGE', TOO_LARGE, type, 1),
      { decoder: { maximumListPacketSize: 99, maximumPacketSize: 39 }, decidedBy: 2 },
    );
  }
  const long = 'f'.repeat(30);
  refuses(
    'option maximumListPacketSize: SUBSCRIBE without properties',
    frame('82', '0001 00', utf8(long), '00'),
    violation('TOO_LARGE', TOO_LARGE, 'SUBSCRIBE', 1),
    { decoder: { maximumListPacketSize: 37 }, decidedBy: 2 },
  );
  refuses(
    'option maximumListPacketSize: SUBACK without properties',
    frame('90', '0001 00', '00'.repeat(30)),
    violation('TOO_LARGE', TOO_LARGE, 'SUBACK', 1),
    { decoder: { maximumListPacketSize: 34 }, decidedBy: 2 },
  );
});

describe('properties of other packets', () => {
  for (const holder of HOLDERS.filter(({ name }) => BY_PROPERTIES.includes(name))) {
    const { bytes, value } = userProperty(20);
    const wire = carry(holder, bytes);
    const packet = packetOf(holder, { userProperties: [['n', value]] });
    const propertyLengthAt = 2 + hex(holder.before).length;
    const { name } = holder;
    decodes(`option maximumListPacketSize: ${name} with 20 of 20 bytes`, wire, packet, {
      decoder: { maximumListPacketSize: 20 },
    });
    refuses(
      `option maximumListPacketSize: ${name} with 20 of 19 bytes`,
      wire,
      violation('TOO_LARGE', TOO_LARGE, holder.packetType, propertyLengthAt),
      { decoder: { maximumListPacketSize: 19 } },
    );
  }
  const message = { topic: 'a', retain: false, qos: 0, dup: false } as const;
  const payload = hex('00'.repeat(40));
  decodes(
    'option maximumListPacketSize: no limit to the payload of a PUBLISH',
    frame('30', utf8('a'), '00', '00'.repeat(40)),
    { type: 'PUBLISH', ...message, payload },
    { decoder: { maximumListPacketSize: 10 } },
  );
  decodes(
    'option maximumListPacketSize: no limit to the other fields of a CONNECT',
    frame('10', '0004 4D515454 05 02 003C 00', utf8('c'.repeat(40))),
    { ...CONNECT_5.packet, clientIdentifier: 'c'.repeat(40) } as ControlPacket,
    { decoder: { maximumListPacketSize: 10 } },
  );
  refuses(
    'option maximumListPacketSize: properties are never longer than maximumPacketSize before CONNECT',
    frame('10', '0004 4D515454 05 02 003C', '14', userProperty(20).bytes, utf8('me')),
    violation('TOO_LARGE', TOO_LARGE, 'CONNECT', 1),
    { decoder: { role: 'server', maximumConnectPacketSize: 36 } },
  );

  it('option maximumListPacketSize: 1 MiB if it is left out', () => {
    for (const scanner of SCANNERS) {
      const options = { scanner, protocolVersion: 5 } as const;
      const suback = (length: number): Uint8Array =>
        frame('90', '0001 00', '00'.repeat(length - 3 - 4));
      const most = suback(2 ** 20);
      expect(most).toHaveLength(2 ** 20);
      expect(decodeChunks([most], options).error).toBe(undefined);
      const more = decodeChunks([suback(2 ** 20 + 1)], options);
      expect(more.packets).toEqual([]);
      expect(more.error).toMatchObject({ code: TOO_LARGE, packetType: 'SUBACK', offset: 1 });

      // Sixteen User Properties of 65,536 bytes each are 1 MiB.
      const one = join(hex('26 0001 6E FFFA'), new Uint8Array(65_530).fill(0x76));
      expect(one).toHaveLength(65_536);
      const all = join(...Array.from({ length: 16 }, () => one));
      const publish = (propertyLength: string, ...properties: Uint8Array[]): Uint8Array => {
        const body = join(hex(`0001 61 ${propertyLength}`), ...properties, hex('6869'));
        return frame('30', Buffer.from(body).toString('hex'));
      };
      const fits = decodeChunks([publish('80 80 40', all)], options);
      expect([fits.packets.length, fits.error]).toEqual([1, undefined]);
      const smallest = hex('26 0000 0000');
      const larger = decodeChunks([publish('85 80 40', all, smallest)], options);
      expect(larger.packets).toEqual([]);
      // Fixed header of four bytes, three of the Topic Name.
      expect(larger.error).toMatchObject({ code: TOO_LARGE, packetType: 'PUBLISH', offset: 7 });
    }
  });

  it('option maximumListPacketSize: nothing is held for a list that is too long', () => {
    for (const [role, ping, bytes] of [
      ['client', PINGRESP, '90 80808040'],
      ['client', PINGRESP, '20 80808040'],
      ['server', PINGREQ, '82 80808040'],
      ['server', PINGREQ, '40 80808040'],
    ] as const) {
      const decoder = new Decoder({ role, state: 'open', protocolVersion: 5 });
      decoder.push(ping.bytes);
      expect(decoder.push(hex(bytes)).error).toMatchObject({ code: TOO_LARGE, offset: 3 });
      expect(decoder.unfinishedLength).toBe(0);
    }
  });
});
