/** Clients that subscribe, and keep to the rules: what comes must be whole. */
import type { ControlPacket } from 'mqtt-wasm';
import type { Client } from './client.js';
import { type Behaviour, count, type Ground, leave, openClient, unlessCut } from './ground.js';
import { HEADER_BYTES, type Message, PayloadReader, TOPIC_PREFIX } from './message.js';
import { outgoing, publishAll } from './publishers.js';

/** Milliseconds that a message may take to its subscriber. */
const PATIENCE = 10_000;

/** Subscribes, and has `take` get each message. */
async function subscribe(
  client: Client,
  round: number,
  topicFilter: string,
  take: (message: Message) => void,
): Promise<void> {
  let isSubscribed = false;
  client.onPacket = (packet: ControlPacket) => {
    if (packet.type === 'SUBACK') isSubscribed = true;
    if (packet.type !== 'PUBLISH') return;
    const reader = new PayloadReader();
    reader.take(packet.payload);
    const message = reader.end();
    if (message?.round === round) {
      take(message);
      return;
    }
    client.failure = new Error(`a message under ${packet.topic} was harmed on its way`);
    client.socket.destroy();
  };
  await client.send(
    client.encode({
      type: 'SUBSCRIBE',
      packetIdentifier: 1,
      subscriptions: [{ topicFilter, qos: 0 }],
    }),
  );
  await client.until(() => isSubscribed);
}

/** Waits, but not for ever. */
async function untilOrLate(client: Client, condition: () => boolean): Promise<boolean> {
  const timer = setTimeout(() => client.socket.emit('drain'), PATIENCE);
  const began = performance.now();
  await client.until(() => condition() || performance.now() - began >= PATIENCE);
  clearTimeout(timer);
  return condition();
}

/** A publisher, and a subscriber who must get all of it, in its order. So little at a time that it never counts as slow. */
async function pair(ground: Ground): Promise<void> {
  const { random, accounts, tally } = ground;
  const account = accounts.open('publisher with a subscriber');
  const messages = outgoing(random, random.integer(1, 60), () =>
    random.integer(HEADER_BYTES, HEADER_BYTES + 80),
  );
  let publishing: Promise<boolean> | undefined;
  await unlessCut(ground, async () => {
    const client = await openClient(ground);
    const numbers: number[] = [];
    await subscribe(client, accounts.round, `${TOPIC_PREFIX}/${account.index}/+`, ({ number }) => {
      numbers.push(number);
    });
    publishing = publishAll(ground, account, messages);
    // A publisher that was cut off sends again: then there may be more, or less of QoS 0.
    const isExact = await publishing;
    if (isExact) {
      if (!(await untilOrLate(client, () => numbers.length >= messages.length))) {
        throw new Error(`a subscriber got ${numbers.length} of ${messages.length} messages`);
      }
      if (numbers.some((number, index) => number !== index) || numbers.length > messages.length) {
        throw new Error(`a subscriber got messages in this order: ${numbers.join()}`);
      }
      count(tally, 'subscribers that got all in order');
    }
    count(tally, 'messages to subscribers', numbers.length);
    await leave(client);
  });
  await publishing;
}

/** Gets everything, but does not read for a while now and then. The server need not keep what does not fit. */
async function slow(ground: Ground): Promise<void> {
  const { random, accounts, tally } = ground;
  await unlessCut(ground, async () => {
    const client = await openClient(ground);
    let received = 0;
    await subscribe(client, accounts.round, `${TOPIC_PREFIX}/#`, () => {
      received++;
    });
    for (let pauses = random.integer(1, 3); pauses > 0; pauses--) {
      client.socket.pause();
      await random.pause(100, 1000);
      client.socket.resume();
      await random.pause(50, 300);
    }
    count(tally, 'messages to subscribers', received);
    await leave(client);
  });
}

export const subscribers: readonly Behaviour[] = [
  { name: 'publisher with a subscriber', weight: 5, run: pair },
  { name: 'slow subscriber', weight: 1, run: slow },
];
