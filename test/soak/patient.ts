/** Clients that publish nothing, and keep to the rules. */
import type { Client } from './client.js';
import {
  type Behaviour,
  type Ground,
  leave,
  mayBeRestart,
  openClient,
  unlessCut,
} from './ground.js';

/** Seconds of Keep Alive of a client that lets them pass, and milliseconds until the server has to have closed. */
const KEEP_ALIVE = 1;
const EARLIEST = 1400;
const LATEST = 10_000;

/** Is there, and now and then asks whether the server is. */
async function idle(ground: Ground): Promise<void> {
  const { random } = ground;
  await unlessCut(ground, async () => {
    const client = await openClient(ground, { keepAlive: 5 });
    let answers = 0;
    client.onPacket = ({ type }) => {
      if (type === 'PINGRESP') answers++;
    };
    for (let asked = 1; asked <= 4; asked++) {
      await random.pause(100, 900);
      await client.send(client.encode({ type: 'PINGREQ' }));
      await client.until(() => answers === asked);
    }
    await leave(client);
  });
}

/** Is silent for longer than its Keep Alive allows: the server has to close. */
async function silent(ground: Ground): Promise<void> {
  await unlessCut(ground, async () => {
    const began = performance.now();
    const client = await openClient(ground, { keepAlive: KEEP_ALIVE });
    await client.closed();
    const took = performance.now() - began;
    const isEarly = took < EARLIEST && !mayBeRestart(ground, began);
    if (isEarly || took > LATEST) {
      throw new Error(`a client that was silent was cut off after ${Math.round(took)} ms`);
    }
  });
}

/** Two with one Client Identifier: the earlier one has to go. */
async function twins(ground: Ground): Promise<void> {
  const clientIdentifier = `twin-${ground.random.integer(0, 0xffff_ffff)}`;
  await unlessCut(ground, async () => {
    const first = await openClient(ground, { clientIdentifier });
    let second: Client | undefined;
    try {
      second = await openClient(ground, { clientIdentifier });
      await first.closed();
      await leave(second);
    } finally {
      first.socket.destroy();
      second?.socket.destroy();
    }
  });
}

export const patient: readonly Behaviour[] = [
  { name: 'idle client', weight: 2, run: idle },
  { name: 'silent client', weight: 1, run: silent },
  { name: 'two of one name', weight: 2, run: twins },
];
