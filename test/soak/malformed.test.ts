/** Each malformed stream once, which the soak test only draws from: none makes other trouble than its own. */
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startIngest } from '../../examples/ingest/server.js';
import { eventually } from '../support/eventually.js';
import { malformedStreams } from './malformed.js';

/** Connections at the same time. */
const AT_ONCE = 16;
/** What is wrong with the client, and what it gets for closing early. */
const EARNED = /^(ERR_MQTT_.*|EPIPE|ECONNRESET)$/;

test('there are many kinds', () => {
  expect(malformedStreams().length).toBeGreaterThan(100);
});

test.each([0, 2])('none makes other trouble than its own, with %i threads', async (threads) => {
  const unearned: string[] = [];
  let earned = 0;
  const ingest = await startIngest({
    threads,
    onTrouble(what, error) {
      if (EARNED.test((error as NodeJS.ErrnoException).code ?? '')) earned++;
      else unearned.push(what);
    },
  });
  const pieces = malformedStreams()
    .flatMap((stream) => [
      [stream],
      [stream.subarray(0, stream.length >> 1), stream.subarray(stream.length >> 1)],
    ])
    .values();
  async function sendAll(): Promise<void> {
    for (const stream of pieces) {
      const socket = connect(ingest.port, '127.0.0.1').on('error', () => {});
      const closed = new Promise((resolve) => socket.resume().once('close', resolve));
      for (const piece of stream) {
        socket.write(piece);
        await turn();
      }
      socket.end();
      await closed;
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, sendAll));
    await eventually(() => expect([ingest.connections, ingest.pool.heldBatches]).toEqual([0, 0]));
    expect(unearned).toEqual([]);
    expect(earned).toBeGreaterThan(100);
  } finally {
    await ingest.close();
  }
});
