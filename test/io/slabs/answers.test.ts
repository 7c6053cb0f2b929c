/** What a peer is told of its error by a reader with `answerErrors`. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Duplex, PassThrough, Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { encode } from '../../../src/encoder/encoder.js';
import { SlabPool } from '../../../src/io/slabs/pool.js';
import { hex, join } from '../../support/hex.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Sends bytes to a server that answers a CONNECT with `connack`; what comes back, and the errors of the server's socket. */
async function answersTo(bytes: Uint8Array, connack: Uint8Array | undefined) {
  const pool = new SlabPool();
  const errors: Promise<string>[] = [];
  const server = createServer({ pauseOnConnect: true }, (accepted) => {
    const { socket } = pool.accept(accepted, {
      role: 'server',
      answerErrors: true,
      topicAliasMaximum: 0,
      onBatch(batch, reader) {
        const [first] = batch.packets();
        if (first?.type === 'CONNECT' && connack !== undefined) reader.socket.write(connack);
      },
    });
    errors.push(once(socket, 'error').then(([error]) => (error as { code: string }).code));
  }).listen(0, '127.0.0.1');
  closing.push(() => server.close());
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  closing.push(() => client.destroy());
  client.on('error', () => {});
  let answer = '';
  client.on('data', (chunk: Buffer) => {
    answer += chunk.toString('hex');
  });
  client.write(bytes);
  await once(client, 'close');
  while (errors.length === 0) await new Promise((resolve) => setImmediate(resolve));
  return { answer, error: await errors[0] };
}

const connectOf = (protocolLevel: 4 | 5) =>
  encode({ type: 'CONNECT', protocolLevel, clientIdentifier: 'a' });
const WILDCARD = hex('30 05 00 01 23 00 00');
const CODE = 'ERR_MQTT_TOPIC_NAME_WILDCARD';

describe('a server', () => {
  test.each([
    ['by DISCONNECT in MQTT 5.0', 5, '20 03 00 00 00', 'e00190'],
    ['not at all in MQTT 3.1.1, where there is no packet for it', 4, '20 02 00 00', ''],
  ] as const)('answers behind its CONNACK %s', async (_, level, connack, last) => {
    const bytes = join(connectOf(level), WILDCARD);
    const { answer, error } = await answersTo(bytes, hex(connack));
    expect(answer).toBe(connack.replaceAll(' ', '') + last);
    expect(error).toBe(CODE);
  });

  test('answers by CONNACK while it has sent none', async () => {
    const { answer, error } = await answersTo(join(connectOf(5), WILDCARD), undefined);
    expect(answer).toBe('2003009000');
    expect(error).toBe(CODE);
  });

  test('just closes where CONNACK has no such reason code', async () => {
    // A Topic Alias that is larger than was told: 0x94, which only DISCONNECT has.
    const alias = hex('30 0a 00 01 61 03 23 00 09 78 78 78');
    const { answer, error } = await answersTo(join(connectOf(5), alias), undefined);
    expect(answer).toBe('');
    expect(error).toBe('ERR_MQTT_TOPIC_ALIAS_TOO_LARGE');
  });

  test('answers a CONNECT of a version that nobody knows', async () => {
    const { answer, error } = await answersTo(
      hex('10 0c 00 04 4d 51 54 54 09 02 00 00 00 00'),
      undefined,
    );
    expect(answer).toBe('20020001');
    expect(error).toBe('ERR_MQTT_PROTOCOL_LEVEL');
  });
});

test('a peer that takes no answer is waited for a second, no longer', async () => {
  const stream = new Duplex({ read() {}, write() {} });
  new SlabPool().read(stream, {
    role: 'server',
    state: 'open',
    protocolVersion: 5,
    answerErrors: true,
    onBatch: () => {},
  });
  const failed = once(stream, 'error');
  stream.push(WILDCARD);
  expect((await failed)[0]).toMatchObject({ code: CODE });
  expect(stream.writableLength).toBeGreaterThan(0);
});

test('a stream that cannot be written to is destroyed as ever', async () => {
  const pool = new SlabPool();
  const stream = Readable.from([hex('f0 00')]);
  pool.read(stream, { role: 'server', answerErrors: true, onBatch: () => {} });
  const [error] = await once(stream, 'error');
  expect(error).toMatchObject({ name: 'MqttError' });
});

test('needs a role, and a boolean', () => {
  const pool = new SlabPool();
  const stream = new PassThrough() as unknown as Socket;
  expect(() => pool.read(stream, { answerErrors: true, onBatch: () => {} })).toThrow(
    'option answerErrors needs the role server or client',
  );
  const wrong = { role: 'server' as const, answerErrors: 1 as unknown as boolean };
  expect(() => pool.read(stream, { ...wrong, onBatch: () => {} })).toThrow(
    'option answerErrors must be a boolean',
  );
});
