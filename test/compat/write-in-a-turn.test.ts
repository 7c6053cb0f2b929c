/** What is written in several ticks of a turn of the event loop: a socket gets it in two goes, other streams tick by tick. */
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { writeToStream } from '../../src/index.js';

interface Piece {
  readonly chunk: Buffer;
}

/** Notes the messages of each go; nothing leaves it. */
function noting<Stream extends Writable>(stream: Stream): [Stream, number[][]] {
  const goes: number[][] = [];
  stream._write = (chunk: Buffer, _encoding, callback) => {
    goes.push([chunk[3] as number]);
    callback();
  };
  stream._writev = (pieces: readonly Piece[], callback: () => void) => {
    goes.push(pieces.map(({ chunk }) => chunk[3] as number));
    callback();
  };
  return [stream, goes];
}

/** Four PUBACK in a tick each, all in one turn; then one more, in a turn of its own. */
async function writeTickByTick(stream: Writable): Promise<void> {
  for (const messageId of [1, 2, 3, 4]) {
    setImmediate(() => writeToStream({ cmd: 'puback', messageId }, stream));
  }
  await turn();
  await turn();
  writeToStream({ cmd: 'puback', messageId: 5 }, stream);
  await turn();
}

it('leaves a socket with the first tick, and when the turn is over', async () => {
  const [socket, goes] = noting(new Socket());
  await writeTickByTick(socket);
  expect(goes).toEqual([[1], [2, 3, 4], [5]]);
});

it('leaves other streams tick by tick', async () => {
  const [stream, goes] = noting(new Writable());
  await writeTickByTick(stream);
  expect(goes).toEqual([[1], [2], [3], [4], [5]]);
});

it('is sent when the socket is ended in the same turn', async () => {
  const [socket, goes] = noting(new Socket());
  setImmediate(() => writeToStream({ cmd: 'puback', messageId: 1 }, socket));
  setImmediate(() => {
    writeToStream({ cmd: 'puback', messageId: 2 }, socket);
    socket.end();
  });
  await turn();
  await turn();
  expect(goes).toEqual([[1], [2]]);
});

it('is not held with a packet behind which a socket may be destroyed', async () => {
  const [socket, goes] = noting(new Socket());
  setImmediate(() => writeToStream({ cmd: 'puback', messageId: 1 }, socket));
  setImmediate(() => writeToStream({ cmd: 'puback', messageId: 2 }, socket));
  setImmediate(() => {
    writeToStream({ cmd: 'connack', returnCode: 5, sessionPresent: false }, socket);
    process.nextTick(() => socket.destroy());
  });
  await turn();
  await turn();
  expect(goes).toEqual([[1], [2, 5]]);
});

it('is held no longer where timers are false for a while', async () => {
  const [socket, goes] = noting(new Socket());
  vi.useFakeTimers();
  try {
    writeToStream({ cmd: 'puback', messageId: 1 }, socket);
    await new Promise<void>((resolve) => {
      process.nextTick(() => process.nextTick(resolve));
    });
  } finally {
    vi.useRealTimers();
  }
  await turn();
  await turn();
  await writeTickByTick(socket);
  expect(goes).toEqual([[1], [1], [2, 3, 4], [5]]);
});
