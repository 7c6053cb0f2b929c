/** Headers that do not fit into the window of the WebAssembly scanner, because their properties do not. */
import { describe, expect, test } from 'vitest';
import { WINDOW_BYTES } from '../../assembly/layout.js';
import { Decoder } from '../../src/decoder/decoder.js';
import { Encoder } from '../../src/encoder/encoder.js';
import type { EncodablePacket } from '../../src/protocol/packets.js';
import type { UserProperty } from '../../src/protocol/properties.js';
import { cutAt, decodeChunks, SCANNERS } from '../support/decode.js';
import { hex, join } from '../support/hex.js';
import { rowsOf } from '../support/rows.js';

const encoder = new Encoder({ protocolVersion: 5 });
const OPTIONS = { protocolVersion: 5 } as const;
const SMALL = hex('30 05 0001 61 00 62');

/** User Properties of `length` bytes together, 105 at least. */
function userProperties(length: number): readonly UserProperty[] {
  const one: UserProperty = ['name', 'v'.repeat(91)];
  const whole = Math.floor(length / 100) - 1;
  const last: UserProperty = ['n', 'w'.repeat(length - whole * 100 - 6)];
  return [...Array.from({ length: whole }, () => one), last];
}

function withProperties(length: number): readonly EncodablePacket[] {
  const properties = { userProperties: userProperties(length) };
  return [
    { type: 'PUBLISH', topic: 't', qos: 1, packetIdentifier: 7, payload: 'payload', properties },
    { type: 'PUBACK', packetIdentifier: 7, reasonCode: 0x10, properties },
    { type: 'PUBREL', packetIdentifier: 7, properties },
  ];
}

const LENGTHS = [WINDOW_BYTES - 20, WINDOW_BYTES - 9, WINDOW_BYTES, WINDOW_BYTES + 1, 300_000];

describe.each(SCANNERS)('%s', (scanner) => {
  test.each(LENGTHS)('%i bytes of properties are read, and so is what follows', (length) => {
    for (const packet of withProperties(length)) {
      const frame = encoder.encode(packet);
      const stream = join(SMALL, SMALL, frame, SMALL, frame, hex('D0 00'));
      const whole = decodeChunks([stream], { ...OPTIONS, scanner });
      expect(whole.error).toBeUndefined();
      expect(whole.packets.map(({ type }) => type)).toEqual([
        'PUBLISH',
        'PUBLISH',
        packet.type,
        'PUBLISH',
        packet.type,
        'PINGRESP',
      ]);
      expect(whole.packets[2]).toMatchObject({
        properties: { userProperties: userProperties(length) },
      });
      expect(whole.packets[4]).toEqual(whole.packets[2]);
      const cuts = [3, SMALL.length * 2 + 5, SMALL.length * 2 + 70_000, stream.length - 1];
      expect(decodeChunks(cutAt(stream, cuts), { ...OPTIONS, scanner })).toEqual(whole);
    }
  });

  test.each(LENGTHS)('a wrong property behind %i others is found', (length) => {
    for (const packet of withProperties(length)) {
      const frame = Uint8Array.from(encoder.encode(packet));
      const last = frame.lastIndexOf('w'.charCodeAt(0));
      frame[last] = 0xff;
      const { packets, error } = decodeChunks([join(SMALL, frame, SMALL)], { ...OPTIONS, scanner });
      expect(packets).toHaveLength(1);
      expect(error).toMatchObject({
        code: 'ERR_MQTT_INVALID_UTF8',
        packetType: packet.type,
        offset: SMALL.length + last,
      });
    }
  });

  test('rows are those of the other scanners', () => {
    for (const packet of withProperties(300_000)) {
      const stream = join(SMALL, encoder.encode(packet), SMALL);
      const rows = [scanner, 'baseline' as const].map((name) => {
        const batch = new Decoder({ ...OPTIONS, scanner: name }).push(stream);
        return rowsOf(batch);
      });
      expect(rows[0]).toHaveLength(3);
      expect(rows[0]).toEqual(rows[1]);
    }
  });
});
