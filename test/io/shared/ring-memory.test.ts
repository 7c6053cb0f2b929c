/** What is put into a slot comes out of it. */
import { expect, test } from 'vitest';
import { RingMemory } from '../../../src/io/shared/ring-memory.js';
import { TopicMap } from '../../../src/topic-map.js';

const OWNER = { free: () => {} };

test.each([1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1])('connection %i', (connection) => {
  const handle = { ring: RingMemory.allocate(2), memory: new SharedArrayBuffer(64) };
  const memory = new RingMemory(handle, new TopicMap());
  const facts = {
    protocolVersion: 5,
    sender: 'client',
    rules: 0xffff,
    maximumPropertyLength: 65_536,
  } as const;
  for (const slot of [0, 1]) {
    memory.fill(slot, {
      chunk: { address: 8, length: 16 },
      chunkOffset: 2 ** 53 - 1,
      rows: 32,
      length: 1,
      joined: undefined,
      joinedOffset: 2 ** 40,
      connection: slot === 0 ? connection : 7,
      hasPackets: false,
      isLast: false,
      facts,
    });
  }
  const batch = memory.batchIn(0, OWNER);
  expect(batch.connection).toBe(connection);
  expect(batch.facts).toEqual(facts);
  expect(batch.contents).toMatchObject({ chunkOffset: 2 ** 53 - 1, joinedOffset: 2 ** 40 });
  expect(memory.batchIn(1, OWNER).connection).toBe(7);
});
