/** The loop where it stops and goes on: a full table, a used-up window, frames larger than both. */
import { describe, expect, test } from 'vitest';
import * as layout from '../../assembly/layout.js';
import { Decoder } from '../../src/decoder/decoder.js';
import { encode } from '../../src/encoder/encoder.js';
import type { ControlPacket } from '../../src/protocol/packets.js';
import { SCALAR_MODULE, SIMD_MODULE } from '../../src/scanner/binary.js';
import { instantiate } from '../../src/scanner/memory.js';
import { SHARED_MODULE } from '../../src/scanner/shared-binary.js';
import { decodeChunks, SCANNERS } from '../support/decode.js';
import { hex, join } from '../support/hex.js';

const { TABLE_ROWS, WINDOW_BYTES } = layout;

function publish(topic: string, length: number, fill = 0x70): Uint8Array {
  return encode({ type: 'PUBLISH', topic, payload: new Uint8Array(length).fill(fill) });
}

test('the memory map has no overlaps, and everything fits', () => {
  const regions = [
    [1024, layout.RESULT],
    [layout.RESULT, layout.RESULT + layout.RESULT_WORDS * 4],
    [layout.LIMITS, layout.LIMITS + layout.LIMIT_WORDS * 4],
    [layout.TOPIC_KEYS, layout.TOPIC_KEYS + layout.LONGEST_TOPIC],
    [layout.REASON_CODE_SETS, layout.REASON_CODE_SETS + 16 * layout.REASON_CODE_SET_WORDS * 4],
    [layout.TAIL_MASKS, layout.TAIL_MASKS + 32],
    [layout.FIRST_BYTE_TABLES, layout.FIRST_BYTE_TABLES + 3 * layout.FIRST_BYTE_TABLE_BYTES],
    [layout.WINDOW, layout.WINDOW + layout.WINDOW_BYTES + layout.WINDOW_SLACK],
    [layout.TABLE, layout.TABLE + layout.TABLE_ROWS * layout.ROW_BYTES],
    [layout.TOPIC_SETS, layout.TOPIC_SETS + (layout.TOPIC_PLACES / 4) * layout.TOPIC_SET_BYTES],
  ] as const;
  for (const [index, [start, end]] of regions.entries()) {
    expect(start % 16).toBe(0);
    expect(end).toBeLessThanOrEqual(regions[index + 1]?.[0] ?? layout.MEMORY_PAGES * 65_536);
  }
  expect(layout.ROW_BYTES).toBe(layout.ROW_WORDS * 4);
  expect(layout.FIRST_BYTE_TABLE_BYTES).toBe(256 * layout.ENTRY_WORDS * 4);
});

// The limits of an imported memory: a minimum, and where it is shared a maximum.
test.each([
  ['without SIMD', SCALAR_MODULE, [0, layout.MEMORY_PAGES]],
  ['with SIMD', SIMD_MODULE, [0, layout.MEMORY_PAGES]],
  ['with shared memory', SHARED_MODULE, [3, layout.MEMORY_PAGES, 0x80, 0x80, 0x04]],
])('the module %s imports its memory and exports no more than it must', (_, text, limits) => {
  const bytes = Buffer.from(text, 'base64');
  const module = new WebAssembly.Module(bytes);
  expect(WebAssembly.Module.imports(module)).toEqual([
    { module: 'env', name: 'memory', kind: 'memory' },
  ]);
  expect(WebAssembly.Module.exports(module)).toEqual([
    { name: 'move', kind: 'function' },
    { name: 'scan', kind: 'function' },
  ]);
  const name = Buffer.from('memory');
  expect(bytes.includes(Buffer.from([...name, 2, ...limits]))).toBe(true);
  expect(bytes.length).toBeLessThan(8192);
});

test('the memory of a scanner has a fixed size', () => {
  for (const build of ['scalar', 'simd'] as const) {
    const { buffer } = instantiate(build);
    expect(buffer.byteLength).toBe(layout.MEMORY_PAGES * 65_536);
  }
});

test('the largest header of a PUBLISH fits the window', () => {
  expect(WINDOW_BYTES).toBeGreaterThan(5 + 2 + 65_535 + 2);
});

describe.each(SCANNERS)('%s', (scanner) => {
  test.each([TABLE_ROWS - 1, TABLE_ROWS, TABLE_ROWS + 1, 3 * TABLE_ROWS + 5])(
    'takes %i frames in one chunk',
    (count) => {
      const chunk = Buffer.concat(Array.from({ length: count }, () => hex('C0 00')));
      const batch = new Decoder({ scanner }).push(chunk);
      expect(batch.length).toBe(count);
      expect(batch.error).toBeUndefined();
      expect(batch.frameAt(count - 1).offset).toBe((count - 1) * 2);
      expect(new Set(Array.from(batch, (frame) => frame.type))).toEqual(new Set(['PINGREQ']));
    },
  );

  test('keeps bodies with their frames when the table fills up between them', () => {
    const subscribe = (packetIdentifier: number): ControlPacket => ({
      type: 'SUBSCRIBE',
      packetIdentifier,
      subscriptions: [{ topicFilter: `filter/${packetIdentifier}`, qos: 1 }],
    });
    const packets = Array.from(
      { length: 2 * TABLE_ROWS + 10 },
      (_, index): ControlPacket => (index % 1000 === 7 ? subscribe(index) : { type: 'PINGREQ' }),
    );
    expect(
      decodeChunks([join(...packets.map((packet) => encode(packet)))], { scanner }).packets,
    ).toEqual(packets);
  });

  test('goes on behind every CONNECT of a chunk, across tables and windows', () => {
    const connect = encode({ type: 'CONNECT', clientIdentifier: 'c' });
    const message = publish('between/connects', 9);
    const count = 12_000;
    const stream = Buffer.concat(Array.from({ length: count }, () => [connect, message]).flat());
    expect(stream.length).toBeGreaterThan(2 * WINDOW_BYTES);
    const { packets, error } = decodeChunks([stream], { scanner });
    expect(error).toBeUndefined();
    expect(packets).toHaveLength(2 * count);
    const types = packets.map(({ type }, index) => type === (index % 2 ? 'PUBLISH' : 'CONNECT'));
    expect(types.every(Boolean)).toBe(true);
  });

  test('ends at an error behind a full table, with everything before it', () => {
    const chunk = Buffer.concat([
      ...Array.from({ length: TABLE_ROWS + 3 }, () => hex('C0 00')),
      hex('00 00'),
    ]);
    const { packets, error } = decodeChunks([chunk], { scanner });
    expect(packets).toHaveLength(TABLE_ROWS + 3);
    expect(error).toMatchObject({
      code: 'ERR_MQTT_RESERVED_PACKET_TYPE',
      offset: (TABLE_ROWS + 3) * 2,
    });
  });

  test('goes on when a frame crosses the end of the window, wherever it is cut', () => {
    const crossing = [
      publish('crossing/topic', 40, 0x71),
      encode({ type: 'PUBACK', packetIdentifier: 77 }),
      encode({ type: 'UNSUBSCRIBE', packetIdentifier: 3, topicFilters: ['a/b', 'c'] }),
      encode({ type: 'CONNECT', clientIdentifier: 'crossing' }),
    ];
    for (const frame of crossing) {
      for (let overlap = 0; overlap <= frame.length; overlap++) {
        const before = publish('t', WINDOW_BYTES - overlap - 7);
        expect(before.length).toBe(WINDOW_BYTES - overlap);
        const stream = join(before, frame, hex('D0 00'));
        const { packets, error } = decodeChunks([stream], { scanner });
        expect(error).toBeUndefined();
        expect(packets.slice(1)).toEqual([
          ...decodeChunks([frame], { scanner }).packets,
          { type: 'PINGRESP' },
        ]);
      }
    }
  });

  test('reports an error behind the window at its place in the stream', () => {
    const good = publish('t', 3 * WINDOW_BYTES);
    const bad = hex('30 05 0002 612B 00');
    const { packets, error } = decodeChunks([join(good, bad)], { scanner });
    expect(packets).toHaveLength(1);
    expect(error).toMatchObject({
      code: 'ERR_MQTT_TOPIC_NAME_WILDCARD',
      offset: good.length + 5,
    });
  });

  test('steps over large payloads in one chunk, each with the longest topic', () => {
    const topic = 'x'.repeat(65_535);
    const frames = [publish(topic, 200_000, 1), publish(topic, 10, 2), publish(topic, 300_000, 3)];
    const { packets, error } = decodeChunks([join(...frames)], { scanner });
    expect(error).toBeUndefined();
    const published = packets.flatMap((packet) => (packet.type === 'PUBLISH' ? [packet] : []));
    expect(published.map(({ payload }) => [payload.length, payload[0], payload.at(-1)])).toEqual([
      [200_000, 1, 1],
      [10, 2, 2],
      [300_000, 3, 3],
    ]);
    expect(published.every((packet) => packet.topic === topic)).toBe(true);
  });

  test('refuses a topic that claims more than its frame has, across the end of the window', () => {
    const before = publish('t', WINDOW_BYTES - 20);
    const bad = hex('30 05 FFFF 616263');
    const { packets, error } = decodeChunks([join(before, bad, before)], { scanner });
    expect(packets).toHaveLength(1);
    expect(error).toMatchObject({
      code: 'ERR_MQTT_FIELD_PAST_END',
      offset: before.length + 2,
    });
  });
});
