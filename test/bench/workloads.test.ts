/** The workloads are what they say: their bytes, their chunks, and the packets that are in them. */
import { describe, expect, it } from 'vitest';
import type { ExpectedPacket } from '../../bench/frames.js';
import { frame, publishQos1, text } from '../../bench/frames.js';
import {
  cut,
  topicNumber,
  WORKLOAD_IDS,
  type Workload,
  workloadOf,
} from '../../bench/workloads.js';
import { hex } from '../support/hex.js';

function countOf({ packets }: Workload, type: string): number {
  return packets.filter((packet) => packet.type === type).length;
}

function payloadLengths(packets: readonly ExpectedPacket[]): Set<number> {
  return new Set(packets.flatMap(({ payload }) => (payload === undefined ? [] : [payload.length])));
}

describe('frames by hand', () => {
  it('writes the fixed header in as few bytes as it takes', () => {
    expect([...frame(0xc0, [])]).toEqual([0xc0, 0]);
    expect([...frame(0x30, [new Uint8Array(127)]).subarray(0, 2)]).toEqual([0x30, 0x7f]);
    expect([...frame(0x30, [new Uint8Array(128)]).subarray(0, 3)]).toEqual([0x30, 0x80, 0x01]);
    expect([...frame(0x30, [new Uint8Array(16_384)]).subarray(0, 4)]).toEqual([
      0x30, 0x80, 0x80, 0x01,
    ]);
  });

  it('counts the bytes of text, not its characters', () => {
    expect([...text('é')]).toEqual([0, 2, 0xc3, 0xa9]);
  });

  it('puts topic, Packet Identifier and payload in order', () => {
    const { bytes, packet } = publishQos1('a/b', Uint8Array.of(7), 258);
    expect([...bytes]).toEqual([
      ...hex(`
        32 08        // PUBLISH, QoS 1, Remaining Length
        00 03 612f62 // Topic Name
        01 02        // Packet Identifier
        07           // payload
      `),
    ]);
    expect(packet).toMatchObject({ remainingLength: 8, qos: 1, packetIdentifier: 258 });
  });
});

describe('cutting', () => {
  it('gives every chunk memory of its own', () => {
    const chunks = cut(Uint8Array.of(1, 2, 3, 4, 5), 2);
    expect(chunks.map((chunk) => [...chunk])).toEqual([[1, 2], [3, 4], [5]]);
    for (const chunk of chunks) expect(chunk.buffer.byteLength).toBe(chunk.length);
  });
});

describe.each([...WORKLOAD_IDS])('workload %s', (id) => {
  const workload = workloadOf(id);

  it('has chunks that add up to its length, and is made once', () => {
    const length = workload.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    expect(length).toBe(workload.byteLength);
    expect(workloadOf(id)).toBe(workload);
  });

  it('has frames that add up to its length', () => {
    const length = workload.packets.reduce(
      (sum, { remainingLength }) => sum + frame(0, [new Uint8Array(remainingLength)]).length,
      0,
    );
    expect(length).toBe(workload.byteLength);
  });

  it('has topics of 30 bytes', () => {
    for (const { topic } of workload.packets) {
      if (topic !== undefined) expect(Buffer.byteLength(topic)).toBe(30);
    }
  });
});

describe('the workloads one by one', () => {
  const [a, b, c, d, e, f, g] = [...'ABCDEFG'].map(workloadOf) as [
    Workload,
    Workload,
    Workload,
    Workload,
    Workload,
    Workload,
    Workload,
  ];

  it('A: small QoS 0 PUBLISH in chunks of 64 KiB', () => {
    expect(a.packets).toHaveLength(4096);
    expect(new Set(a.packets.map(({ qos }) => qos))).toEqual(new Set([0]));
    expect(payloadLengths(a.packets)).toEqual(new Set([32]));
    expect(a.chunks.slice(0, -1).every(({ length }) => length === 65_536)).toBe(true);
    expect(new Set(a.packets.map(({ topic }) => topic)).size).toBe(64);
    expect(topicNumber(64)).toBe(topicNumber(0));
  });

  it('B: QoS 1 PUBLISH, PUBACK and PINGREQ', () => {
    expect(countOf(b, 'PINGREQ')).toBe(256);
    expect(countOf(b, 'PUBACK')).toBe(1792);
    expect(countOf(b, 'PUBLISH')).toBe(2048);
    for (const { type, qos, packetIdentifier } of b.packets) {
      if (type === 'PUBLISH') expect(qos).toBe(1);
      if (type !== 'PINGREQ') expect(packetIdentifier).toBeGreaterThan(0);
    }
  });

  it('C: payloads of 4 KiB', () => {
    expect(c.packets).toHaveLength(1024);
    expect(payloadLengths(c.packets)).toEqual(new Set([4096]));
  });

  it('D: one payload of 1 MiB over 17 chunks', () => {
    expect(d.packets).toHaveLength(1);
    expect(payloadLengths(d.packets)).toEqual(new Set([1_048_576]));
    expect(d.chunks).toHaveLength(17);
  });

  it('E: a frame a chunk', () => {
    expect(e.chunks).toHaveLength(e.packets.length);
    expect(e.packets).toHaveLength(2048);
  });

  it('F: a byte a chunk', () => {
    expect(f.chunks).toHaveLength(f.byteLength);
    expect(f.packets).toHaveLength(1024);
  });

  it('G: seven properties', () => {
    expect(g.protocolVersion).toBe(5);
    expect(g.packets).toHaveLength(2048);
    const [first] = g.packets;
    expect(JSON.parse(first?.properties ?? '')).toMatchObject({
      messageExpiryInterval: 60,
      userProperties: [
        ['trace', '00000000'],
        ['source', 'plant'],
      ],
    });
  });
});
