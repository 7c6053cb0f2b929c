/** A consumer that is told to stop. */
import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { consume } from '../../../src/io/shared/consume.js';
import type { SharedRing } from '../../../src/io/shared/ring.js';
import type { RingHandle } from '../../../src/io/shared/ring-memory.js';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import type { SlabPool } from '../../../src/io/slabs/pool.js';
import { payloadsOf, sendNumbers, smallPool, telling } from './support.js';
import { message, start } from './workers.js';

let pool: SlabPool;
/** What the sender is told: see {@link telling}. */
let told: string[];
let controller: AbortController;
const reason = new Error('enough');

beforeEach(() => {
  pool = smallPool();
  told = [];
  controller = new AbortController();
});

// Whatever has happened, all of the memory must be there again, and nobody listens any more.
afterEach(() => {
  expect(pool.heldBatches).toBe(0);
  expect(pool.freeSlabs).toBeGreaterThanOrEqual(pool.slabs - 1);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

/** A ring that as many batches were sent to, the payloads of which are their numbers. */
async function ringWith(count: number): Promise<SharedRing> {
  const ring = pool.ring(telling(told));
  await sendNumbers(pool, ring, 0, count);
  return ring;
}

function consumeUntilAborted(
  ring: SharedRing,
  onBatch: (batch: SlabBatch) => unknown,
): Promise<void> {
  return consume(ring.handle, onBatch, { signal: controller.signal });
}

describe('a consumer stops', () => {
  test('while it waits, and the ring is closed', async () => {
    const ring = await ringWith(1);
    const consumed = consumeUntilAborted(ring, () => {});
    while (ring.outstanding > 0) await turn();
    controller.abort(reason);
    await expect(consumed).rejects.toBe(reason);
    expect(ring.isOpen).toBe(false);
    expect(() => ring.sendEnd(1)).toThrow('the ring has ended, or');
    await ring.end();
    expect(told).toEqual(['+0']);
  });

  test('between two batches: what its handler has had was worked off, what is left is not', async () => {
    const ring = await ringWith(5);
    const consumed = consumeUntilAborted(ring, (batch) => {
      if (payloadsOf(batch)[0] === '2') controller.abort(reason);
    });
    await expect(consumed).rejects.toBe(reason);
    await ring.end();
    expect(told).toEqual(['+0', '+1', '+2', '-3', '-4']);
  });

  test('when the promise of its handler is settled', async () => {
    const ring = await ringWith(3);
    let finish = (): void => {};
    let isOver = false;
    const consumed = consumeUntilAborted(
      ring,
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    ).catch((error: unknown) => {
      isOver = true;
      throw error;
    });
    const rejected = expect(consumed).rejects.toBe(reason);
    await turn();
    controller.abort(reason);
    await turn();
    expect(isOver).toBe(false);
    expect(told).toEqual([]);
    finish();
    await rejected;
    await ring.end();
    expect(told).toEqual(['+0', '-1', '-2']);
  });

  test('with the error of its handler, if that fails as well', async () => {
    const ring = await ringWith(2);
    const consumed = consumeUntilAborted(ring, () => {
      controller.abort(reason);
      throw new Error('the handler has failed');
    });
    await expect(consumed).rejects.toThrow('the handler has failed');
    await ring.end();
    expect(told).toEqual(['-0', '-1']);
  });

  test('before it begins', async () => {
    const ring = await ringWith(2);
    controller.abort(reason);
    const consumed = consumeUntilAborted(ring, () => told.push('handled'));
    await expect(consumed).rejects.toBe(reason);
    await ring.end();
    expect(told).toEqual(['-0', '-1']);
  });

  test('and has what it retained until it releases that', async () => {
    const ring = await ringWith(3);
    const kept: SlabBatch[] = [];
    const consumed = consumeUntilAborted(ring, (batch) => {
      if (kept.push(batch.retain()) === 2) controller.abort(reason);
    });
    await expect(consumed).rejects.toBe(reason);
    while (ring.outstanding > 2) await turn();
    expect(kept.map(payloadsOf)).toEqual([['0'], ['1']]);
    for (const batch of kept) batch.release();
    await ring.end();
    expect(told).toEqual(['-2', '+0', '+1']);
  });
});

test('a signal that is not aborted, or too late, changes nothing', async () => {
  const ring = await ringWith(4);
  const consumed = consumeUntilAborted(ring, () => {});
  await ring.end();
  await consumed;
  controller.abort(reason);
  expect(told).toEqual(['+0', '+1', '+2', '+3']);
});

test.each([null, 1, {}, { aborted: 'no' }])('%o is no signal', async (signal) => {
  const consumed = consume(pool.ring().handle, () => {}, {
    signal: signal as unknown as AbortSignal,
  });
  await expect(consumed).rejects.toThrow(new TypeError('option signal must be an AbortSignal'));
});

test('there is no other option', async () => {
  const consumed = consume(pool.ring().handle, () => {}, { signals: [] } as object);
  await expect(consumed).rejects.toThrow('there is no option signals');
});

test('a consumer whose producer was in a thread that is gone can be ended', async () => {
  const worker = start('producer', { connections: [3, 5, 4] });
  const handle = await message<RingHandle>(worker);
  worker.once('exit', () => controller.abort(reason));
  const seen: number[] = [];
  const consumed = consume(
    handle,
    (batch) => {
      if (seen.push(batch.connection) === 3) worker.postMessage('exit');
    },
    { signal: controller.signal },
  );
  await expect(consumed).rejects.toBe(reason);
  expect(seen).toEqual([3, 5, 4]);
});
