/** How large packets of some types may be: the longest CONNECT, and lists that a peer could make long. */
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../src/decoder/decoder.js';
import { encode } from '../../../src/encoder/encoder.js';
import type { PacketType } from '../../../src/protocol/packet-types.js';
import type { ControlPacket } from '../../../src/protocol/packets.js';
import { decodes, malformed, refuses, violation } from '../../support/conformance.js';
import { decodeChunks, SCANNERS } from '../../support/decode.js';
import { frame, hex } from '../../support/hex.js';

/** A list packet of exactly as many bytes, its Remaining Length in one byte. */
function list(type: 'SUBSCRIBE' | 'SUBACK' | 'UNSUBSCRIBE', length: number): ControlPacket {
  const packetIdentifier = 1;
  switch (type) {
    case 'SUBSCRIBE':
      return {
        type,
        packetIdentifier,
        subscriptions: [{ topicFilter: 'f'.repeat(length - 7), qos: 0 }],
      };
    case 'UNSUBSCRIBE':
      return { type, packetIdentifier, topicFilters: ['f'.repeat(length - 6)] };
    case 'SUBACK':
      return { type, packetIdentifier, returnCodes: Array<0>(length - 4).fill(0) };
  }
}

function tooLarge(type: PacketType) {
  return violation('TOO_LARGE', 'ERR_MQTT_PACKET_TOO_LARGE', type, 1);
}

describe('maximumListPacketSize', () => {
  for (const type of ['SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE'] as const) {
    const packet = list(type, 20);
    const bytes = encode(packet);
    decodes(`option maximumListPacketSize: a ${type} of 20 of 20 bytes`, bytes, packet, {
      decoder: { maximumListPacketSize: 20 },
    });
    refuses(`option maximumListPacketSize: a ${type} of 20 of 19 bytes`, bytes, tooLarge(type), {
      decoder: { maximumListPacketSize: 19 },
      decidedBy: 2,
    });
    refuses(
      `option maximumListPacketSize: a ${type} is never larger than maximumPacketSize`,
      bytes,
      tooLarge(type),
      { decoder: { maximumListPacketSize: 99, maximumPacketSize: 19 }, decidedBy: 2 },
    );
  }
  const publish: ControlPacket = {
    type: 'PUBLISH',
    topic: 'a',
    payload: new Uint8Array(40),
    retain: false,
    qos: 0,
    dup: false,
  };
  decodes('option maximumListPacketSize: no limit to a PUBLISH', encode(publish), publish, {
    decoder: { maximumListPacketSize: 10 },
  });

  it('option maximumListPacketSize: 1 MiB if it is left out', () => {
    for (const scanner of SCANNERS) {
      const codes = 2 ** 20 - 4 - 2;
      const most = encode(list('SUBACK', codes + 4));
      expect(most).toHaveLength(2 ** 20);
      expect(decodeChunks([most], { scanner }).error).toBeUndefined();
      const { packets, error } = decodeChunks([encode(list('SUBACK', codes + 5))], { scanner });
      expect(packets).toEqual([]);
      expect(error).toMatchObject({ code: 'ERR_MQTT_PACKET_TOO_LARGE', packetType: 'SUBACK' });
    }
  });

  it('option maximumListPacketSize: nothing is held for a list that is too long', () => {
    const decoder = new Decoder({ role: 'client' });
    // A SUBACK that announces 128 MiB.
    expect(decoder.push(hex('90 80808040')).error?.code).toBe('ERR_MQTT_PACKET_TOO_LARGE');
    expect(decoder.unfinishedLength).toBe(0);
  });
});

describe('the longest CONNECT', () => {
  const longest: ControlPacket = {
    type: 'CONNECT',
    protocolName: 'MQIsdp',
    protocolLevel: 3,
    bridge: false,
    cleanSession: true,
    keepAlive: 0,
    clientIdentifier: 'c'.repeat(65_535),
    will: { topic: 't'.repeat(65_535), payload: new Uint8Array(65_535), qos: 0, retain: false },
    userName: 'u'.repeat(65_535),
    password: new Uint8Array(65_535),
  };
  decodes('3.1 last field: five fields as long as can be', encode(longest), longest, {
    decoder: { state: 'unchecked' },
    everyCut: false,
  });
  refuses(
    '3.1 last field: a CONNECT announces more than its fields can take',
    frame('10', '00'.repeat(327_698)),
    malformed('ERR_MQTT_PACKET_LENGTH', 'CONNECT', 1),
    { decoder: { state: 'unchecked', protocolVersion: 4 }, decidedBy: 4, everyCut: false },
  );
});
