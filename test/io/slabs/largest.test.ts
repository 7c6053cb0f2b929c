/** The largest pools there can be: addresses above 2 GiB, and frames that would end above 4 GiB. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { encode } from '../../../src/encoder/encoder.js';
import { resolvePoolOptions } from '../../../src/io/slabs/options.js';
import { SlabReader } from '../../../src/io/slabs/reader.js';
import { SlabStore } from '../../../src/io/slabs/store.js';
import { destroyedAtEnd, until } from './support.js';

const SLABS = 28_672;

test('frames in the last slabs are read, and those of the greatest length are waited for', async () => {
  const store = new SlabStore(resolvePoolOptions({ slabs: SLABS }));
  while (store.arena.free > 2) store.arena.takeSlab();
  const stream = destroyedAtEnd(new PassThrough());
  const payloads: string[] = [];
  const reader = new SlabReader(store, {
    publishPartsAbove: 268_435_460,
    onBatch(batch) {
      for (const packet of batch.packets()) {
        if (packet.type !== 'PUBLISH') throw new Error(packet.type);
        expect(packet.payload.byteOffset).toBeGreaterThan(3.4 * 2 ** 30);
        payloads.push(`${packet.topic} ${packet.payload}`);
      }
    },
  });
  let error: Error | undefined;
  stream.on('error', (thrown) => {
    error = thrown;
  });
  reader.attach(stream, false);
  stream.write(encode({ type: 'PUBLISH', topic: 'a/é', payload: 'whole' }));
  const begun = Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x61, 1, 2, 3);
  stream.write(begun);
  await until(() => error !== undefined || reader.unfinishedLength === begun.length);
  expect(error).toBeUndefined();
  expect(payloads).toEqual(['a/é whole']);
});
