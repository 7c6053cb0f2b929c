/** What the other side has not worked off comes back, each batch once and whatever is done with it. */
import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { consume } from '../../../src/io/shared/consume.js';
import { NO_MORE, RELEASED } from '../../../src/io/shared/layout.js';
import type { SharedRing, SharedRingOptions } from '../../../src/io/shared/ring.js';
import { RingMemory } from '../../../src/io/shared/ring-memory.js';
import type { SlabBatch } from '../../../src/io/slabs/batch.js';
import type { SlabPool } from '../../../src/io/slabs/pool.js';
import { TopicMap } from '../../../src/topic-map.js';
import { noted, payloadsOf, sendNumbers, smallPool, telling } from './support.js';

let pool: SlabPool;

beforeEach(() => {
  pool = smallPool();
});

// Whatever has happened, all of the memory must be there again.
afterEach(() => {
  expect(pool.heldBatches).toBe(0);
  expect(pool.freeSlabs).toBeGreaterThanOrEqual(pool.slabs - 1);
});

/** A ring of the pool that as many batches were sent to: see {@link sendNumbers}. */
async function ringWith(count: number, options: SharedRingOptions): Promise<SharedRing> {
  const ring = pool.ring(options);
  await send(ring, 0, count);
  return ring;
}

const send = (ring: SharedRing, from: number, count: number): Promise<void> =>
  sendNumbers(pool, ring, from, count);

const isDone = async (ring: SharedRing): Promise<void> => {
  while (ring.outstanding > 0) await turn();
};

describe('a handler that fails', () => {
  test.each([
    ['throws', (): never => failing()],
    ['rejects', async (): Promise<never> => failing()],
  ])('because it %s', async (_, fail) => {
    const told: string[] = [];
    const ring = await ringWith(5, telling(told));
    let count = 0;
    const consumed = consume(ring.handle, () => (count++ === 2 ? fail() : undefined));
    await expect(consumed).rejects.toThrow('the handler has failed');
    await isDone(ring);
    expect(told).toEqual(['+0', '+1', '-2', '-3', '-4']);
    expect(ring.isOpen).toBe(false);
    await ring.end();
  });

  test('has what it retained before until it releases that', async () => {
    const told: string[] = [];
    const ring = await ringWith(4, telling(told));
    const kept: SlabBatch[] = [];
    const consumed = consume(ring.handle, (batch) => {
      if (kept.push(batch.retain()) === 2) failing();
    });
    await expect(consumed).rejects.toThrow();
    while (ring.outstanding > 1) await turn();
    expect(told).toEqual(['-1', '-2', '-3']);
    expect(() => payloadsOf(kept[1] as SlabBatch)).toThrow(
      expect.objectContaining({ code: 'ERR_MQTT_STALE_BATCH' }),
    );
    expect(payloadsOf(kept[0] as SlabBatch)).toEqual(['0']);
    const ended = ring.end();
    kept[0]?.release();
    await ended;
    expect(told).toEqual(['-1', '-2', '-3', '+0']);
  });

  test('has worked off what it released before it failed', async () => {
    const told: string[] = [];
    const ring = await ringWith(2, telling(told));
    const consumed = consume(ring.handle, (batch) => {
      batch.release();
      failing();
    });
    await expect(consumed).rejects.toThrow();
    await isDone(ring);
    expect(told).toEqual(['+0', '-1']);
  });

  test.each([true, false])(
    'after all has been released: nothing can be sent any more, told of releases: %s',
    async (isTold) => {
      const told: string[] = [];
      const ring = await ringWith(1, isTold ? telling(told) : {});
      const consumed = consume(ring.handle, async (batch) => {
        batch.release();
        await isDone(ring);
        // The ring waits for nothing any more.
        await turn();
        failing();
      });
      await expect(consumed).rejects.toThrow();
      expect(ring.isOpen).toBe(false);
      expect(() => ring.sendEnd(1)).toThrow('the ring has ended, or');
      expect(told).toEqual(isTold ? ['+0'] : []);
      await ring.end();
    },
  );

  test('while the ring tells of the last release is known to who looks then', async () => {
    const told: string[] = [];
    const ring: SharedRing = await ringWith(1, {
      onRelease: (batch) => {
        told.push(`+${payloadsOf(batch)}`);
        batch.release();
        // What the thread of the consumer does when it fails at this moment.
        const memory = new RingMemory(ring.handle, new TopicMap());
        const { words } = memory;
        words[memory.releasedAt(words[RELEASED] as number)] = NO_MORE;
        Atomics.add(words, RELEASED, 1);
        told.push(ring.isOpen ? 'open' : 'closed');
      },
    });
    const notes: string[] = [];
    void consume(ring.handle, (batch) => void notes.push(...payloadsOf(batch)));
    await isDone(ring);
    expect([...notes, ...told]).toEqual(['0', '+0', 'closed']);
    await ring.end();
  });

  test('and without onAbandon all is released', async () => {
    const ring = await ringWith(3, {});
    await expect(consume(ring.handle, failing)).rejects.toThrow();
    await ring.end();
    expect(ring.isOpen).toBe(false);
  });

  test('behind the end of the ring', async () => {
    const told: string[] = [];
    const ring = await ringWith(3, telling(told));
    const ended = ring.end();
    await expect(consume(ring.handle, failing)).rejects.toThrow();
    await ended;
    expect(told).toEqual(['-0', '-1', '-2']);
  });
});

describe('what came back', () => {
  test('can be sent to another ring, and is not told of again when the thread that failed is gone', async () => {
    const thread = new EventEmitter();
    const other = pool.ring();
    const told: string[] = [];
    const ring = await ringWith(4, {
      onAbandon: (batch) => {
        told.push(`${payloadsOf(batch)}`);
        other.send(batch);
      },
    });
    ring.watch(thread);
    await expect(consume(ring.handle, failing)).rejects.toThrow();
    while (told.length < 4) await turn();
    thread.emit('exit');
    expect(told).toEqual(['0', '1', '2', '3']);
    expect(other.outstanding).toBe(4);
    const notes = noted(other, payloadsOf);
    await other.end();
    expect((await notes).flat()).toEqual(['0', '1', '2', '3']);
    await ring.end();
  });

  test('passes through rings whose consumers all fail, and keeps its bytes', async () => {
    const last = pool.ring();
    const rings = [last];
    for (let count = 0; count < 3; count++) {
      const next = rings[0] as SharedRing;
      rings.unshift(pool.ring({ onAbandon: (batch) => next.send(batch) }));
    }
    const [first] = rings as [SharedRing];
    await send(first, 0, 6);
    first.sendEnd(7);
    for (const ring of rings.slice(0, -1)) {
      await expect(consume(ring.handle, failing)).rejects.toThrow();
      await turn();
      ring.abandon();
    }
    const notes = noted(last, (batch) =>
      batch.isLast ? `end of ${batch.connection}` : payloadsOf(batch).join(),
    );
    await last.end();
    expect(await notes).toEqual(['0', '1', '2', '3', '4', '5', 'end of 7']);
    for (const ring of rings) expect(ring.outstanding).toBe(0);
  });

  test('may be more ends of connections than another ring has slots for', async () => {
    const other = pool.ring();
    const rings = [0, 1, 2].map(() => pool.ring({ onAbandon: (batch) => other.send(batch) }));
    for (const ring of rings) {
      for (let number = 0; number < 3500; number++) ring.sendEnd(number);
    }
    for (const ring of rings) {
      ring.abandon();
      expect(ring.outstanding).toBe(0);
    }
    await send(other, 0, 1);
    const notes = noted(other, ({ isLast, connection: number }) => (isLast ? number : 'batch'));
    await other.end();
    const all = await notes;
    expect(all.filter((note) => note === 'batch')).toHaveLength(1);
    const numbers = Array.from({ length: 3500 }, (_, number) => number);
    expect(all.filter((note) => note !== 'batch')).toEqual([0, 1, 2].flatMap(() => numbers));
  });

  test('is stale behind the callback, unless it was retained: then behind its release', async () => {
    const kept: SlabBatch[] = [];
    const ring = await ringWith(4, {
      onAbandon: (batch) => void kept.push(kept.length < 2 ? batch : batch.retain()),
    });
    ring.abandon();
    expect(kept.slice(2).map(payloadsOf)).toEqual([['2'], ['3']]);
    expect(ring.outstanding).toBe(2);
    for (const batch of kept.slice(2)) batch.release();
    expect(ring.outstanding).toBe(0);
    for (const batch of kept) {
      expect(() => [...batch.packets()]).toThrow(
        expect.objectContaining({ code: 'ERR_MQTT_STALE_BATCH' }),
      );
    }
  });
});

describe('ends of connections that wait for a slot', () => {
  const COUNT = 20_000;
  const numbers = Array.from({ length: COUNT }, (_, number) => number);

  function withEnds(options: SharedRingOptions): SharedRing {
    const ring = pool.ring(options);
    for (const number of numbers) ring.sendEnd(number);
    return ring;
  }

  test.each(['fails', 'is gone'])(
    'come behind all that was sent when the other side %s',
    async (how) => {
      const told: (string | number)[] = [];
      const ring = withEnds({
        onAbandon: (batch) =>
          void told.push(...(batch.isLast ? [batch.connection] : payloadsOf(batch))),
      });
      await send(ring, 0, 2);
      if (how === 'is gone') ring.abandon();
      else await expect(consume(ring.handle, failing)).rejects.toThrow();
      await ring.end();
      // What was sent while they waited came before them.
      const first = told.indexOf('0');
      expect(first).toBeLessThan(COUNT / 2);
      expect(told.splice(first, 2)).toEqual(['0', '1']);
      expect(told).toEqual(numbers);
      ring.abandon();
      expect(told).toHaveLength(COUNT);
    },
  );

  test('and for which nobody waits go with the ring', async () => {
    const ring = withEnds({});
    ring.abandon();
    expect(ring.outstanding).toBe(0);
    await ring.end();
  });

  test('come when those before them are released, if these were retained', async () => {
    const kept: SlabBatch[] = [];
    const told: number[] = [];
    const ring = withEnds({
      onAbandon: (batch) => {
        told.push(batch.connection);
        kept.push(batch.retain());
        // Whatever is done with the ring.
        ring.abandon();
      },
    });
    ring.abandon();
    expect(told.length).toBeLessThan(COUNT);
    expect(ring.outstanding).toBe(COUNT);
    const ended = ring.end();
    for (const batch of kept) batch.release();
    await ended;
    expect(told).toEqual(numbers);
  });
});

describe('callbacks', () => {
  test('may abandon the ring, and nothing is told of twice', async () => {
    for (const isFailing of [true, false]) {
      const told: string[] = [];
      const { onRelease, onAbandon } = telling(told);
      const ring: SharedRing = await ringWith(5, {
        onRelease: (batch) => {
          ring.abandon();
          onRelease?.(batch);
        },
        onAbandon: (batch) => {
          onAbandon?.(batch);
          ring.abandon();
        },
      });
      let count = 0;
      const consumed = consume(ring.handle, () => {
        if (isFailing && count++ === 0) failing();
      });
      if (isFailing) await expect(consumed).rejects.toThrow();
      await isDone(ring);
      expect(told.map((text) => text.slice(1)).sort()).toEqual(['0', '1', '2', '3', '4']);
    }
  });

  test('may ask for the end of the ring, and send to it as long as it is open', async () => {
    const told: string[] = [];
    let sentAgain = 0;
    const { onRelease } = telling(told);
    let ended: Promise<void> | undefined;
    const ring: SharedRing = pool.ring({
      onRelease: (batch) => {
        onRelease?.(batch);
        if (sentAgain++ < 3) ring.sendEnd(9);
        else ended ??= ring.end();
      },
    });
    const notes = noted(ring, ({ isLast }) => isLast);
    await send(ring, 0, 2);
    expect(await notes).toEqual([false, false, true, true, true]);
    await ended;
    expect(told.slice(0, 2)).toEqual(['+0', '+1']);
    expect(told).toHaveLength(5);
  });

  test.each(['onAbandon', 'onRelease'] as const)(
    'of which %s throws do not keep the others from being told of',
    async (name) => {
      const told: string[] = [];
      const ring = await ringWith(4, {
        [name]: (batch: SlabBatch) => {
          told.push(`${payloadsOf(batch)}`);
          throw new Error(`thrown for ${told.at(-1)}`);
        },
      });
      const caught = await uncaught(4, async () => {
        if (name === 'onAbandon') ring.abandon();
        else {
          const notes = noted(ring, payloadsOf);
          await ring.end();
          await notes;
        }
      });
      expect(told).toEqual(['0', '1', '2', '3']);
      expect(caught).toEqual(told.map((number) => `thrown for ${number}`));
      expect(ring.outstanding).toBe(0);
    },
  );
});

describe('abandon()', () => {
  test('takes back everything while the ring waits for releases, and ends end()', async () => {
    const told: string[] = [];
    const ring = await ringWith(3, telling(told));
    const ended = ring.end();
    await turn();
    ring.abandon();
    await ended;
    expect(told).toEqual(['-0', '-1', '-2']);
    ring.abandon();
    expect(told).toHaveLength(3);
    expect(ring.isOpen).toBe(false);
    expect(() => ring.sendEnd(1)).toThrow('the ring has ended, or');
  });

  test('takes what has been released for that', async () => {
    const told: string[] = [];
    const ring = await ringWith(3, telling(told));
    let count = 0;
    const consumed = consume(ring.handle, () => {
      if (++count < 3) return;
      // Before the ring has looked.
      ring.abandon();
      failing();
    });
    await expect(consumed).rejects.toThrow();
    await ring.end();
    expect(told).toEqual(['+0', '+1', '-2']);
  });

  test('with nothing outstanding closes the ring', async () => {
    const ring = pool.ring();
    ring.abandon();
    expect(ring.isOpen).toBe(false);
    await ring.end();
  });
});

describe('watch()', () => {
  test('abandons at the exit of a thread', async () => {
    const told: string[] = [];
    const thread = new EventEmitter();
    const ring = await ringWith(2, telling(told));
    ring.watch(thread);
    expect(told).toEqual([]);
    thread.emit('exit', 0);
    expect(told).toEqual(['-0', '-1']);
  });
});

function failing(): never {
  throw new Error('the handler has failed');
}

/** The messages of so many uncaught exceptions. */
async function uncaught(count: number, work: () => Promise<void>): Promise<string[]> {
  const others = process.listeners('uncaughtException');
  const messages: string[] = [];
  process.removeAllListeners('uncaughtException');
  const note = ({ message }: Error): void => void messages.push(message);
  process.on('uncaughtException', note);
  try {
    await work();
    while (messages.length < count) await turn();
  } finally {
    process.off('uncaughtException', note);
    for (const other of others) process.on('uncaughtException', other);
  }
  return messages;
}
