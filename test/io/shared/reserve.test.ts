/** Whatever one read can bring finds room, however little the pool has left when it goes on. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { encode } from '../../../src/encoder/encoder.js';
import { SharedRing } from '../../../src/io/shared/ring.js';
import { resolvePoolOptions } from '../../../src/io/slabs/options.js';
import { SlabReader } from '../../../src/io/slabs/reader.js';
import { SlabStore } from '../../../src/io/slabs/store.js';
import { until } from '../slabs/support.js';
import { FEWEST_SLABS } from './support.js';

test.each([
  // Its Topic Name alone is more than half a slab.
  { payload: '', topic: 'a'.repeat(65_535), publishPartsAbove: undefined, left: 1 },
  { payload: 'x', topic: 'a', publishPartsAbove: 2, left: 2 },
])(
  'the end of a header and of its PUBLISH in parts, then PINGREQ after PINGREQ: $left',
  async ({ payload, topic, publishPartsAbove, left }) => {
    const store = new SlabStore(resolvePoolOptions({ slabs: FEWEST_SLABS, shared: true }));
    const ring = new SharedRing(store, {});
    const stream = new PassThrough({ highWaterMark: 1_000_000 });
    let error: Error | undefined;
    stream.on('error', (thrown) => {
      error = thrown;
    });
    // A piece that leaves too little of its slab for anything else, and as few slabs as a read goes on with.
    store.take(100_000);
    for (;;) {
      const slab = store.arena.takeSlab();
      store.holdBackIfScarce();
      if (!store.turns.isHoldingBack) continue;
      store.arena.giveBack(slab, store.arena.slabBytes);
      break;
    }
    let frames = 0;
    const reader = new SlabReader<PassThrough>(store, {
      protocolVersion: 4,
      publishPartsAbove,
      onBatch(batch) {
        ring.send(batch);
        frames += batch.length;
      },
    });
    reader.attach(stream, false);
    // Whatever the store says of it, the reader goes on.
    const write = (bytes: Uint8Array): void => {
      store.turns.letGo();
      stream.write(bytes);
    };
    const publish = Buffer.from(encode({ type: 'PUBLISH', topic, payload }));
    for (let at = 0; at < publish.length - left; at += 60_000) {
      write(publish.subarray(at, Math.min(at + 60_000, publish.length - left)));
      await until(() => stream.readableLength === 0);
    }
    const last = Buffer.alloc(65_536, 'c000', 'hex');
    write(Buffer.concat([publish.subarray(-left), last]).subarray(0, 65_536));
    await until(() => error !== undefined || frames > 0);
    expect(error).toBeUndefined();
    expect(frames).toBe(left + 1 + Math.floor((65_536 - left) / 2));
    ring.abandon();
  },
);
