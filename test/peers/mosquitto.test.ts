/**
 * A real Mosquitto as the other side: packets encoded here drive a session, and its answers decode;
 * its command-line client talks to a server made of a decoder and an encoder.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encode } from '../../src/encoder/encoder.js';
import { DecoderStream } from '../../src/io/transform.js';
import type { PacketType } from '../../src/protocol/packet-types.js';
import type { ControlPacket, EncodablePacket, PublishPacket } from '../../src/protocol/packets.js';
import type { ScannerName } from '../../src/scanner/scanner.js';
import { SCANNERS } from '../support/decode.js';
import {
  hasMosquitto,
  type Mosquitto,
  PASSWORD,
  run,
  startMosquitto,
  USER_NAME,
} from '../support/mosquitto.js';

type PacketOf<Type extends PacketType> = Extract<ControlPacket, { type: Type }>;

/** A PUBLISH that wants an answer. */
type AcknowledgedPublish = Extract<PublishPacket, { qos: 1 | 2 }>;

/** A client made of nothing but a socket, the encoder and a decoding stream. */
class Client {
  readonly #socket: Socket;
  readonly #packets: AsyncIterator<ControlPacket>;
  readonly #arrived: ControlPacket[] = [];
  readonly closed: Promise<unknown>;

  constructor(port: number, scanner: ScannerName) {
    this.#socket = connect(port, '127.0.0.1');
    this.closed = new Promise((resolve) => this.#socket.once('close', resolve));
    const decoded = this.#socket.pipe(new DecoderStream({ role: 'client', scanner }));
    this.#packets = decoded[Symbol.asyncIterator]();
  }

  send(...packets: EncodablePacket[]): void {
    this.#socket.write(Buffer.concat(packets.map((packet) => encode(packet))));
  }

  /** Sends bytes one write each, as far as the system lets them stay apart. */
  async sendByteByByte(packet: EncodablePacket): Promise<void> {
    this.#socket.setNoDelay(true);
    for (const byte of encode(packet)) {
      await new Promise((resolve) => this.#socket.write(Uint8Array.of(byte), resolve));
    }
  }

  /** The first packet of this type, whatever else comes before it; the rest is kept for later. */
  async receive<Type extends PacketType>(type: Type): Promise<PacketOf<Type>> {
    for (;;) {
      const index = this.#arrived.findIndex((packet) => packet.type === type);
      if (index >= 0) return this.#arrived.splice(index, 1)[0] as PacketOf<Type>;
      const next = await this.#packets.next();
      if (next.done === true) throw new Error(`the broker closed; ${type} was expected`);
      this.#arrived.push(next.value);
    }
  }

  async connect(packet: Omit<Extract<EncodablePacket, { type: 'CONNECT' }>, 'type'>) {
    this.send({ type: 'CONNECT', userName: USER_NAME, password: PASSWORD, ...packet });
    return this.receive('CONNACK');
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

describe.skipIf(!hasMosquitto)('Mosquitto', () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  afterAll(() => broker.stop());

  describe.each(SCANNERS)('%s', (scanner) => {
    const clientOf = () => new Client(broker.port, scanner);

    test('takes a whole session and answers it', async () => {
      const client = clientOf();
      expect(
        await client.connect({ clientIdentifier: `session-${scanner}`, keepAlive: 60 }),
      ).toEqual({
        type: 'CONNACK',
        sessionPresent: false,
        returnCode: 0,
      });

      client.send({
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        subscriptions: [
          { topicFilter: `${scanner}/räume/+/tür`, qos: 2 },
          { topicFilter: `${scanner}/#`, qos: 1 },
          { topicFilter: 'never/used', qos: 0 },
        ],
      });
      expect(await client.receive('SUBACK')).toEqual({
        type: 'SUBACK',
        packetIdentifier: 1,
        returnCodes: [2, 1, 0],
      });
      client.send({
        type: 'UNSUBSCRIBE',
        packetIdentifier: 2,
        topicFilters: ['never/used', `${scanner}/#`],
      });
      expect(await client.receive('UNSUBACK')).toEqual({ type: 'UNSUBACK', packetIdentifier: 2 });

      const topic = `${scanner}/räume/7/tür`;
      client.send({ type: 'PUBLISH', topic, payload: 'offen' });
      expect(await client.receive('PUBLISH')).toMatchObject({
        topic,
        qos: 0,
        payload: Buffer.from('offen'),
      });

      await client.sendByteByByte({
        type: 'PUBLISH',
        topic,
        payload: 'zu',
        qos: 1,
        packetIdentifier: 3,
      });
      expect(await client.receive('PUBACK')).toEqual({ type: 'PUBACK', packetIdentifier: 3 });
      const once = (await client.receive('PUBLISH')) as AcknowledgedPublish;
      expect(once).toMatchObject({ topic, qos: 1, payload: Buffer.from('zu') });
      client.send({ type: 'PUBACK', packetIdentifier: once.packetIdentifier });

      client.send({ type: 'PUBLISH', topic, payload: '', qos: 2, packetIdentifier: 65_535 });
      expect(await client.receive('PUBREC')).toEqual({ type: 'PUBREC', packetIdentifier: 65_535 });
      client.send({ type: 'PUBREL', packetIdentifier: 65_535 });
      expect(await client.receive('PUBCOMP')).toEqual({
        type: 'PUBCOMP',
        packetIdentifier: 65_535,
      });
      const exactly = (await client.receive('PUBLISH')) as AcknowledgedPublish;
      expect(exactly).toMatchObject({ topic, qos: 2, payload: Buffer.alloc(0) });
      client.send({ type: 'PUBREC', packetIdentifier: exactly.packetIdentifier });
      expect(await client.receive('PUBREL')).toEqual({
        type: 'PUBREL',
        packetIdentifier: exactly.packetIdentifier,
      });
      client.send(
        { type: 'PUBCOMP', packetIdentifier: exactly.packetIdentifier },
        { type: 'PINGREQ' },
      );
      expect(await client.receive('PINGRESP')).toEqual({ type: 'PINGRESP' });
      client.send({ type: 'DISCONNECT' });
      await client.closed;
    });

    test('refuses a wrong password with a return code', async () => {
      const client = clientOf();
      expect(await client.connect({ clientIdentifier: 'x', password: 'wrong' })).toMatchObject({
        returnCode: 5,
      });
      await client.closed;
    });

    test('remembers a session and says so', async () => {
      const identity = { clientIdentifier: `kept-${scanner}`, cleanSession: false } as const;
      for (const sessionPresent of [false, true]) {
        const client = clientOf();
        expect(await client.connect(identity)).toMatchObject({ sessionPresent });
        client.send({ type: 'DISCONNECT' });
        await client.closed;
      }
    });

    test('keeps a retained message, a megabyte long, and sends it back whole', async () => {
      const payload = Buffer.alloc(1_048_576, `${scanner} retained `);
      const topic = `retained/${scanner}`;
      const client = clientOf();
      await client.connect({ clientIdentifier: `retain-${scanner}` });
      client.send({ type: 'PUBLISH', topic, payload, retain: true, qos: 1, packetIdentifier: 1 });
      await client.receive('PUBACK');
      client.send({
        type: 'SUBSCRIBE',
        packetIdentifier: 2,
        subscriptions: [{ topicFilter: 'retained/+', qos: 0 }],
      });
      const retained = await client.receive('PUBLISH');
      expect(retained).toMatchObject({ topic, retain: true, qos: 0 });
      expect(Buffer.compare(retained.payload, payload)).toBe(0);
      client.send({ type: 'PUBLISH', topic, retain: true }, { type: 'DISCONNECT' });
      await client.closed;
    });

    test('publishes the will of a client that vanishes', async () => {
      const topic = `will/${scanner}`;
      const watcher = clientOf();
      await watcher.connect({ clientIdentifier: `watcher-${scanner}` });
      watcher.send({
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        subscriptions: [{ topicFilter: topic, qos: 2 }],
      });
      await watcher.receive('SUBACK');
      const mortal = clientOf();
      await mortal.connect({
        clientIdentifier: `mortal-${scanner}`,
        will: { topic, payload: Uint8Array.of(0, 255, 1), qos: 1 },
      });
      mortal.destroy();
      expect(await watcher.receive('PUBLISH')).toMatchObject({
        topic,
        qos: 1,
        payload: Buffer.from([0, 255, 1]),
      });
      watcher.destroy();
    });

    test('speaks MQTT 3.1 with a client that does', async () => {
      const client = clientOf();
      expect(
        await client.connect({ protocolLevel: 3, clientIdentifier: `old-${scanner}` }),
      ).toMatchObject({ returnCode: 0 });
      client.send({ type: 'PINGREQ' });
      await client.receive('PINGRESP');
      client.destroy();
    });
  });

  test.each([
    ['mqttv31', 3],
    ['mqttv311', 4],
  ])("its client's packets decode in the role of a server: %s", async (version, level) => {
    const seen: ControlPacket[] = [];
    const errors: unknown[] = [];
    const server = createServer((socket) => {
      const stream = socket.pipe(new DecoderStream({ role: 'server' }));
      stream.on('error', (error) => errors.push(error));
      socket.on('error', (error) => errors.push(error));
      stream.on('data', (packet: ControlPacket) => {
        seen.push(packet);
        const answer = answerTo(packet);
        if (answer !== undefined) socket.write(encode(answer));
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await run('mosquitto_pub', [
      ...['-h', '127.0.0.1', '-p', String(port), '-V', version, '-i', 'publisher'],
      ...['-u', 'bob', '-P', 'builder', '--will-topic', 'w/t', '--will-payload', 'gone'],
      ...['--will-qos', '2', '--will-retain', '-t', 'a/tópico', '-m', 'message', '-q', '2', '-r'],
    ]);
    server.close();
    expect(errors).toEqual([]);
    expect(seen).toMatchObject([
      {
        type: 'CONNECT',
        protocolLevel: level,
        clientIdentifier: 'publisher',
        cleanSession: true,
        will: { topic: 'w/t', payload: Buffer.from('gone'), qos: 2, retain: true },
        userName: 'bob',
        password: Buffer.from('builder'),
      },
      { type: 'PUBLISH', topic: 'a/tópico', qos: 2, retain: true, dup: false },
      { type: 'PUBREL' },
      { type: 'DISCONNECT' },
    ]);
  });
});

/** What a server says to these packets. */
function answerTo(packet: ControlPacket): ControlPacket | undefined {
  switch (packet.type) {
    case 'CONNECT':
      return { type: 'CONNACK', sessionPresent: false, returnCode: 0 };
    case 'PUBLISH':
      return packet.qos === 2
        ? { type: 'PUBREC', packetIdentifier: packet.packetIdentifier }
        : undefined;
    case 'PUBREL':
      return { type: 'PUBCOMP', packetIdentifier: packet.packetIdentifier };
    default:
      return undefined;
  }
}
