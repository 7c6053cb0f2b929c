/** Slabs that sockets have to themselves: who reads much gets one, and it comes back. */
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { SlabPool } from '../../../src/io/slabs/pool.js';
import { accept, closed, numbered, smallPool, socketPair, until } from './support.js';

/** Bytes of a frame that is much, and of one that is little, for the reads of a small pool. */
const MUCH = 7000;
const LITTLE = 200;

/** A connection to `pool`; `send()` tells whether what it sent has come in a slab of its own. */
async function connection(
  pool: SlabPool,
): Promise<{ socket: Socket; peer: Socket; send: (length: number) => Promise<boolean> }> {
  const { accepted, peer } = await socketPair();
  const pieces: number[] = [];
  const { socket } = accept(pool, accepted, {
    onBatch: ({ pieceLength }) => {
      pieces.push(pieceLength);
    },
  });
  const send = async (length: number): Promise<boolean> => {
    const { length: before } = pieces;
    peer.write(numbered(1, length));
    await until(() => pieces.length > before);
    return pieces.at(-1) === pool.slabBytes;
  };
  return { socket, peer, send };
}

test('who has read much gets one for the next read, until a few reads in a row were short', async () => {
  const pool = smallPool({ slabs: 8 });
  const { send } = await connection(pool);
  expect([await send(MUCH), await send(MUCH), await send(MUCH)]).toEqual([false, true, true]);
  const { freeSlabs } = pool;
  for (let count = 0; count < 4; count++) expect(await send(LITTLE)).toBe(false);
  await until(() => pool.freeSlabs > freeSlabs);
});

test('those of connections that are over can be lent again', async () => {
  const pool = smallPool({ slabs: 8 });
  for (let count = 0; count < 2 * pool.slabs; count++) {
    const { socket, peer, send } = await connection(pool);
    expect([await send(MUCH), await send(MUCH)]).toEqual([false, true]);
    const isClosed = closed(socket);
    peer.destroy();
    await isClosed;
  }
});
