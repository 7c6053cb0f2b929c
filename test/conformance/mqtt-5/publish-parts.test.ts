/** A PUBLISH above the threshold comes as its beginning, parts of its payload, and its end. */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import {
  CONNECT,
  CONNECT_5,
  type Example,
  expectPacket as expectPacketOfMqtt3,
  mqtt5,
  PINGREQ,
  PINGRESP,
} from '../../support/conformance.js';
import { SCANNERS } from '../../support/decode.js';
import { frame, hex, join, utf8 } from '../../support/hex.js';
import { type Collected, expectEveryCutInTwo, expectParts, inParts, whole } from './parts.js';

const { decodes } = mqtt5;

const MQTT_5 = { protocolVersion: 5, publishPartsAbove: 10 } as const;
const MQTT_3 = { protocolVersion: 4, publishPartsAbove: 10 } as const;

/** Bytes of payload that all differ, in hexadecimal. */
function payloadOf(length: number): string {
  return Array.from({ length }, (_, index) =>
    ((index + 1) % 256).toString(16).padStart(2, '0'),
  ).join('');
}

/** A PUBLISH of MQTT 5.0 with a header of six bytes, as long as its Remaining Length takes one. */
function publish(payload: string): Uint8Array {
  return frame('30', utf8('a'), '00', payload);
}

/** All that a header of MQTT 5.0 can have, at QoS 2. */
const RICH_PROPERTIES = {
  payloadFormatIndicator: 0,
  correlationData: hex('FF00'),
  userProperties: [
    ['n', 'é'],
    ['n', ''],
  ],
  topicAlias: 3,
} as const;
const RICH = {
  topic: 'a/€',
  retain: true,
  qos: 2,
  dup: true,
  packetIdentifier: 0x1234,
  properties: RICH_PROPERTIES,
} as const;
const richFrame = (payload: string): Uint8Array =>
  frame(
    '3D',
    utf8('a/€'),
    '1234 18',
    `01 00 09 0002 FF00 26 ${utf8('n')} ${utf8('é')} 26 ${utf8('n')} 0000 23 0003`,
    payload,
  );

function examples(...found: readonly Example[]): { bytes: Uint8Array; packets: ControlPacket[] } {
  return {
    bytes: join(...found.map(({ bytes }) => bytes)),
    packets: found.map(({ packet }) => packet),
  };
}

/** Packets that come whole, before and behind. */
const COMPANY = examples(
  PINGREQ,
  { bytes: hex('40 02 0001'), packet: { type: 'PUBACK', packetIdentifier: 1, reasonCode: 0 } },
  { bytes: publish('6869'), packet: whole('6869') },
);

describe('the threshold', () => {
  for (const [length, why] of [
    [10, 'at the threshold'],
    [9, 'below the threshold'],
  ] as const) {
    const payload = payloadOf(length - 6);
    decodes(
      `option publishPartsAbove: ${length} of 10 bytes, ${why}, come whole`,
      publish(payload),
      whole(payload),
      { decoder: { publishPartsAbove: 10 } },
    );
  }
  it('option publishPartsAbove: 11 of 10 bytes come in parts', () => {
    const payload = payloadOf(5);
    expectParts(publish(payload), MQTT_5, [inParts(payload)]);
  });
  it('option publishPartsAbove: all bytes of the fixed header count', () => {
    for (const [remainingLength, length] of [
      [127, 129],
      [128, 131],
    ] as const) {
      const payload = payloadOf(remainingLength - 4);
      const bytes = publish(payload);
      expect(bytes).toHaveLength(length);
      for (const scanner of SCANNERS) {
        const types = (publishPartsAbove: number) => {
          const decoder = new Decoder({ protocolVersion: 5, publishPartsAbove, scanner });
          return Array.from(decoder.push(bytes).packets(), ({ type }) => type);
        };
        expect(types(length)).toEqual(['PUBLISH']);
        expect(types(length - 1)).toEqual(['PUBLISH_START', 'PUBLISH_PART', 'PUBLISH_END']);
      }
    }
  });
  it('option publishPartsAbove: MQTT 3.1.1 as well', () => {
    const at = payloadOf(5);
    const packet = { ...whole(at), type: 'PUBLISH' } as ControlPacket;
    const options = { decoder: { publishPartsAbove: 10 } };
    expectPacketOfMqtt3(frame('30', utf8('a'), at), packet, options);
    const above = payloadOf(6);
    expectParts(frame('30', utf8('a'), above), MQTT_3, [inParts(above)]);
    // Where no CONNECT has told the version, it is read as MQTT 3.1.1.
    expectParts(frame('30', utf8('a'), above), { publishPartsAbove: 10 }, [inParts(above)]);
    expectParts(frame('3D', utf8('a'), 'FFFF', above), MQTT_3, [
      inParts(above, { retain: true, qos: 2, dup: true, packetIdentifier: 0xffff }),
    ]);
  });
  it('option publishPartsAbove: with the smallest every PUBLISH comes in parts', () => {
    const options = { ...MQTT_5, publishPartsAbove: 2 };
    expectParts(join(publish(''), publish('01'), PINGREQ.bytes, publish('0102')), options, [
      inParts(''),
      inParts('01'),
      PINGREQ.packet,
      inParts('0102'),
    ]);
  });
  it('option publishPartsAbove: other packets come whole, however long they are', () => {
    const subscribe = frame('82', '0001 00', utf8('f'.repeat(12)), '00');
    const puback = frame('40', '0001 00 0F 1F', utf8('r'.repeat(12)));
    const packets: ControlPacket[] = [
      {
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        subscriptions: [
          {
            topicFilter: 'f'.repeat(12),
            qos: 0,
            noLocal: false,
            retainAsPublished: false,
            retainHandling: 0,
          },
        ],
      },
      {
        type: 'PUBACK',
        packetIdentifier: 1,
        reasonCode: 0,
        properties: { reasonString: 'r'.repeat(12) },
      },
    ];
    expectParts(join(subscribe, puback), MQTT_5, packets);
  });
});

describe('what comes of a PUBLISH', () => {
  const payload = payloadOf(12);
  it('option publishPartsAbove: between packets that come whole', () => {
    const { bytes, packets } = COMPANY;
    expectParts(join(bytes, publish(payload), bytes), MQTT_5, [
      ...packets,
      inParts(payload),
      ...packets,
    ]);
  });
  it('option publishPartsAbove: all fields of the header, which is cut anywhere', () => {
    const bytes = richFrame(payload);
    expectParts(join(bytes, PINGREQ.bytes), MQTT_5, [inParts(payload, RICH), PINGREQ.packet]);
  });
  it('option publishPartsAbove: several in a row', () => {
    const short = payloadOf(5);
    const stream = join(publish(short), richFrame(''), publish(short), publish('01'));
    const expected = [inParts(short), inParts('', RICH), inParts(short), whole('01')];
    expectParts(stream, MQTT_5, expected);
  });
  it('option publishPartsAbove: no payload is no part', () => {
    for (const scanner of SCANNERS) {
      const decoder = new Decoder({ ...MQTT_5, scanner });
      const packets = Array.from(decoder.push(join(richFrame(''), PINGRESP.bytes)).packets());
      expect(packets.map(({ type }) => type)).toEqual(['PUBLISH_START', 'PUBLISH_END', 'PINGRESP']);
      expect(packets[0]).toMatchObject({ payloadLength: 0 });
    }
  });
  it('option publishPartsAbove: the version is learnt from the CONNECT', () => {
    const options = { role: 'server', publishPartsAbove: 10 } as const;
    expectParts(join(CONNECT_5.bytes, publish(payload)), options, [
      CONNECT_5.packet,
      inParts(payload),
    ]);
    expectParts(join(CONNECT.bytes, frame('30', utf8('a'), payload)), options, [
      CONNECT.packet,
      inParts(payload),
    ]);
  });
  it('option publishPartsAbove: in every role', () => {
    for (const role of ['client', 'server', 'any'] as const) {
      const options = { ...MQTT_5, role, state: role === 'client' ? 'unchecked' : 'open' } as const;
      expectParts(publish(payload), options, [inParts(payload)]);
    }
  });

  it('option publishPartsAbove: parts are views of the chunk, one a chunk', () => {
    const bytes = publish(payload);
    for (const scanner of SCANNERS) {
      for (let at = 7; at < bytes.length; at++) {
        const decoder = new Decoder({ ...MQTT_5, scanner });
        const parts: { payload: Uint8Array; chunk: Uint8Array }[] = [];
        for (const chunk of [bytes.slice(0, at), bytes.slice(at)]) {
          for (const packet of decoder.push(chunk).packets()) {
            if (packet.type === 'PUBLISH_PART') parts.push({ payload: packet.payload, chunk });
          }
        }
        expect(parts.map(({ payload: { length } }) => length)).toEqual([at - 6, bytes.length - at]);
        for (const part of parts) expect(part.payload.buffer).toBe(part.chunk.buffer);
        const offsets = parts.map((part) => part.payload.byteOffset - part.chunk.byteOffset);
        expect(offsets).toEqual([6, 0]);
      }
    }
  });
  it('option publishPartsAbove: the beginning comes as soon as the header is there, the end with the last byte', () => {
    const bytes = richFrame(payload);
    const header = bytes.length - 12;
    for (const scanner of SCANNERS) {
      const decoder = new Decoder({ ...MQTT_5, scanner });
      for (const [at, byte] of bytes.entries()) {
        const types = Array.from(decoder.push(Uint8Array.of(byte)).packets(), ({ type }) => type);
        if (at === header - 1) expect(types).toEqual(['PUBLISH_START']);
        else if (at < header) expect(types).toEqual([]);
        else if (at < bytes.length - 1) expect(types).toEqual(['PUBLISH_PART']);
        else expect(types).toEqual(['PUBLISH_PART', 'PUBLISH_END']);
        expect(decoder.unfinishedLength).toBe(at < header - 1 ? at + 1 : 0);
      }
    }
  });
  it('option publishPartsAbove: frames say what they are of', () => {
    const bytes = richFrame(payload);
    const chunk = join(PINGREQ.bytes, bytes);
    for (const scanner of SCANNERS) {
      const batch = new Decoder({ ...MQTT_5, scanner }).push(chunk).detach();
      new Decoder({ ...MQTT_5, scanner }).push(PINGREQ.bytes);
      const header = bytes.length - 12;
      const found = Array.from(batch, (piece) => [
        piece.type,
        piece.offset,
        piece.bytes.length,
        piece.packet().type,
      ]);
      expect(found).toEqual([
        ['PINGREQ', 0, 2, 'PINGREQ'],
        ['PUBLISH_START', 2, header, 'PUBLISH_START'],
        ['PUBLISH_PART', 2 + header, 12, 'PUBLISH_PART'],
        ['PUBLISH_END', chunk.length, 0, 'PUBLISH_END'],
      ]);
      expect(batch.frameAt(1).remainingLength).toBe(bytes.length - 2);
    }
  });
});

describe('the end of the stream', () => {
  it('end of stream: inside a PUBLISH that comes in parts it is an error', () => {
    const payload = payloadOf(8);
    for (const [bytes, header, expected] of [
      [publish(payload), 6, inParts(payload)],
      [richFrame(payload), richFrame('').length, inParts(payload, RICH)],
    ] as const) {
      for (let length = 1; length < bytes.length; length++) {
        const part = expected.payload.subarray(0, Math.max(0, length - header));
        const begun: Collected = { ...expected, payload: part, isWhole: false };
        const stream = join(PINGREQ.bytes, bytes.subarray(0, length));
        expectEveryCutInTwo(stream, MQTT_5, ({ packets, error }, how) => {
          const wanted = length < header ? [PINGREQ.packet] : [PINGREQ.packet, begun];
          expect(packets, how).toEqual(wanted.map((packet) => expect.objectContaining(packet)));
          expect(error, how).toMatchObject({
            code: 'ERR_MQTT_UNEXPECTED_END',
            errorClass: 'TRANSPORT',
            packetType: 'PUBLISH',
            offset: 2 + length,
            statement: undefined,
          });
        });
      }
    }
  });
});
