/** Clients that publish, and keep to the rules: all they send has to be handled. */
import type { EncodablePacket } from 'mqtt-wasm';
import type { Account } from './accounts.js';
import type { Client } from './client.js';
import {
  type Behaviour,
  count,
  type Ground,
  leave,
  mayBeRestart,
  openClient,
  unlessCut,
} from './ground.js';
import { HEADER_BYTES, HOLD_UP, payloadOf, TOPIC_PREFIX } from './message.js';
import type { Random } from './random.js';

/** Messages longer than this hold up the thread that handles them: bytes. */
const HOLDING_UP = 500_000;

type QoS = 0 | 1 | 2;

export interface Outgoing {
  readonly number: number;
  readonly qos: QoS;
  /** Bytes of its payload. */
  readonly length: number;
  /** Whether it has been sent on a connection that is gone. */
  isRepeated: boolean;
  /** `received`: a PUBREC has come, so only a PUBREL is sent from now on. */
  state: 'waiting' | 'sent' | 'received' | 'done';
}

export function outgoing(random: Random, howMany: number, length: () => number): Outgoing[] {
  return Array.from({ length: howMany }, (_, number) => ({
    number,
    qos: random.integer(0, 2) as QoS,
    length: length(),
    isRepeated: false,
    state: 'waiting',
  }));
}

/** Mostly short, now and then some KiB. */
export function usualLength(random: Random): number {
  return random.chance(0.05)
    ? random.integer(1000, 12_000)
    : random.integer(HEADER_BYTES, HEADER_BYTES + 200);
}

/** The PUBLISH of a message, whose Packet Identifier is its number and one. */
export function publishOf(
  round: number,
  account: Account,
  { number, qos, length, isRepeated }: Outgoing,
): EncodablePacket {
  const topic = `${TOPIC_PREFIX}/${account.index}/${length > HOLDING_UP ? HOLD_UP : qos}`;
  const payload = payloadOf({ round, account: account.index, number }, length);
  if (qos === 0) return { type: 'PUBLISH', topic, payload, qos };
  return { type: 'PUBLISH', topic, payload, qos, packetIdentifier: number + 1, dup: isRepeated };
}

/** Takes what the server answers to messages, and answers by `release` as it is due. */
export function takeAnswers(
  client: Client,
  account: Account,
  messages: readonly Outgoing[],
  release: (packetIdentifier: number) => void,
): void {
  client.onPacket = (packet) => {
    if (packet.type !== 'PUBACK' && packet.type !== 'PUBREC' && packet.type !== 'PUBCOMP') return;
    const { type, packetIdentifier } = packet;
    const message = messages[packetIdentifier - 1];
    const expected = { PUBACK: 'sent', PUBREC: 'sent', PUBCOMP: 'received' }[type];
    const qos = type === 'PUBACK' ? 1 : 2;
    if (message?.state !== expected || message.qos !== qos) {
      client.failure = new Error(`${type} ${packetIdentifier}, which is not due`);
      client.socket.destroy();
      return;
    }
    account.isAcknowledged(message.number);
    if (type !== 'PUBREC') {
      message.state = 'done';
      return;
    }
    message.state = 'received';
    release(packetIdentifier);
  };
}

/** What has to be sent again after a connection broke off. */
function again(messages: readonly Outgoing[]): void {
  for (const message of messages) {
    if (message.state !== 'sent') continue;
    message.state = 'waiting';
    message.isRepeated = true;
  }
}

const isOpen = ({ state }: Outgoing) => state === 'sent' || state === 'received';

/** Sends what is not done over one connection, and takes leave. */
async function session(
  ground: Ground,
  account: Account,
  messages: readonly Outgoing[],
): Promise<void> {
  const { random, accounts } = ground;
  const client = await openClient(ground);
  const window = random.integer(1, 40);
  const sentHere: Outgoing[] = [];
  takeAnswers(client, account, messages, (packetIdentifier) => {
    if (client.socket.writable) {
      client.socket.write(client.encode({ type: 'PUBREL', packetIdentifier }));
    }
  });
  for (const { state, number } of messages) {
    if (state !== 'received') continue;
    await client.send(client.encode({ type: 'PUBREL', packetIdentifier: number + 1 }));
  }
  const waiting = messages.filter(({ state }) => state === 'waiting');
  while (waiting.length > 0) {
    await client.until(() => messages.filter(isOpen).length < window);
    const burst = waiting.splice(0, random.integer(1, window));
    const frames = burst.map((message) => {
      account.hasSent(message.number);
      message.state = message.qos === 0 ? 'done' : 'sent';
      sentHere.push(message);
      return client.encode(publishOf(accounts.round, account, message));
    });
    await client.send(Buffer.concat(frames));
    if (random.chance(0.5)) await random.pause(0, 20);
  }
  await client.until(() => messages.every(({ state }) => state === 'done'));
  const leftAt = performance.now();
  await leave(client);
  if (mayBeRestart(ground, leftAt)) return;
  // The server closes when it has handled what came before.
  for (const { number } of sentHere) account.isAcknowledged(number);
}

/**
 * Sends the messages, over as many connections as it takes. Returns whether all of them have certainly been taken, and once: on one connection, while no
 * thread was restarted, which may take what stands before a DISCONNECT with it.
 */
export async function publishAll(
  ground: Ground,
  account: Account,
  messages: readonly Outgoing[],
): Promise<boolean> {
  const began = performance.now();
  let connections = 1;
  while (await unlessCut(ground, () => session(ground, account, messages))) {
    connections++;
    again(messages);
    await ground.random.pause(10, 200);
  }
  count(ground.tally, 'publishers that came to their end');
  return connections === 1 && !mayBeRestart(ground, began);
}

export const publishers: readonly Behaviour[] = [
  {
    name: 'publisher',
    weight: 30,
    async run(ground) {
      const { random, accounts } = ground;
      const messages = outgoing(random, random.integer(1, 200), () => usualLength(random));
      await publishAll(ground, accounts.open('publisher'), messages);
    },
  },
  {
    name: 'publisher of long messages',
    weight: 4,
    async run(ground) {
      const { random, accounts } = ground;
      const messages = outgoing(random, random.integer(1, 4), () =>
        random.chance(0.1) ? random.integer(500_000, 2_000_000) : random.integer(50_000, 300_000),
      );
      await publishAll(ground, accounts.open('publisher of long messages'), messages);
    },
  },
];
