/** A session of MQTT 5.0 with a real Mosquitto: what is encoded here drives it, and its answers decode. */
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Encoder } from '../../src/encoder/encoder.js';
import { DecoderStream } from '../../src/io/transform.js';
import type { ControlPacket, EncodablePacket } from '../../src/protocol/packets.js';
import { SCANNERS } from '../support/decode.js';
import { hasMosquitto, type Mosquitto, startMosquitto } from '../support/mosquitto.js';

type PacketOf<Type extends ControlPacket['type']> = Extract<ControlPacket, { type: Type }>;

/** A client made of a socket, an encoder that gives Topic Aliases, and a decoding stream. */
class Client {
  readonly encoder = new Encoder({ role: 'client', protocolVersion: 5, assignTopicAliases: true });
  readonly #socket: Socket;
  readonly #packets: AsyncIterator<ControlPacket>;

  constructor(port: number, options: ConstructorParameters<typeof DecoderStream>[0]) {
    this.#socket = connect(port, '127.0.0.1');
    const stream = new DecoderStream({ role: 'client', protocolVersion: 5, ...options });
    this.#packets = this.#socket
      .pipe(stream)
      [Symbol.asyncIterator]() as AsyncIterator<ControlPacket>;
  }

  /** Sends packets; returns how many bytes they took. */
  send(...packets: EncodablePacket[]): number {
    const bytes = Buffer.concat(packets.flatMap((packet) => this.encoder.encodeParts(packet)));
    this.sendBytes(bytes);
    return bytes.length;
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next packet. */
  async next(): Promise<ControlPacket> {
    const { value, done } = await this.#packets.next();
    if (done === true) throw new Error('the broker closed');
    return value;
  }

  /** The next packet, which must be of this type. */
  async receive<Type extends ControlPacket['type']>(type: Type): Promise<PacketOf<Type>> {
    const packet = await this.next();
    expect(packet.type).toBe(type);
    return packet as PacketOf<Type>;
  }

  async open(packet: Omit<Extract<EncodablePacket, { type: 'CONNECT' }>, 'type'>) {
    this.send({ type: 'CONNECT', protocolLevel: 5, ...packet });
    const connack = await this.receive('CONNACK');
    this.encoder.learnFrom(connack);
    return connack;
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

describe.skipIf(!hasMosquitto)('Mosquitto, MQTT 5.0', () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await startMosquitto({ anonymous: true });
  });
  afterAll(() => broker.stop());

  describe.each(SCANNERS)('%s', (scanner) => {
    test('takes a whole session and answers it', async () => {
      const client = new Client(broker.port, { scanner });
      const connack = await client.open({
        properties: { sessionExpiryInterval: 0, userProperties: [['a', 'b']] },
        will: { topic: 'gone', payload: 'x', properties: { willDelayInterval: 1 } },
      });
      expect(connack.reasonCode).toBe(0);
      expect(connack.properties?.assignedClientIdentifier).toMatch(/./);
      expect(connack.properties?.topicAliasMaximum).toBeGreaterThan(0);

      const topic = `${scanner}/räume/7/temperatur`;
      client.send({
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        properties: { subscriptionIdentifier: 268_435_455 },
        subscriptions: [
          { topicFilter: `${scanner}/räume/+/temperatur`, qos: 2, retainHandling: 1 },
          { topicFilter: `$share/group/${scanner}/never`, qos: 1 },
        ],
      });
      expect(await client.receive('SUBACK')).toEqual({
        type: 'SUBACK',
        packetIdentifier: 1,
        reasonCodes: [2, 1],
      });

      const properties = {
        payloadFormatIndicator: 1,
        contentType: 'text/plain',
        responseTopic: 'antwort',
        correlationData: Buffer.from([0, 1, 2]),
        userProperties: [
          ['__proto__', '1'],
          ['name', '2'],
          ['name', '3'],
        ],
      } as const;
      const publish = { type: 'PUBLISH', topic, payload: '21,5', properties } as const;
      const first = client.send(publish);
      const received = await client.receive('PUBLISH');
      expect(received).toMatchObject({ topic, qos: 0, payload: Buffer.from('21,5') });
      expect(received.properties).toMatchObject({
        ...properties,
        subscriptionIdentifiers: [268_435_455],
      });

      // The topic has an alias now, and Mosquitto knows it.
      const again = client.send({ ...publish, qos: 1, packetIdentifier: 2 });
      expect(first - again).toBe(Buffer.byteLength(topic) - 2);
      const answers = [await client.next(), await client.next()];
      expect(answers).toContainEqual({ type: 'PUBACK', packetIdentifier: 2, reasonCode: 0 });
      const copy = answers.find((packet) => packet.type === 'PUBLISH');
      expect(copy).toMatchObject({ topic, qos: 1 });
      client.send({ type: 'PUBACK', packetIdentifier: copy?.packetIdentifier ?? 0 });

      client.send({ type: 'PUBLISH', topic: `${scanner}/nobody`, qos: 1, packetIdentifier: 3 });
      expect((await client.receive('PUBACK')).reasonCode).toBe(0x10);
      client.send({ type: 'UNSUBSCRIBE', packetIdentifier: 4, topicFilters: ['a', 'b/#'] });
      expect(await client.receive('UNSUBACK')).toEqual({
        type: 'UNSUBACK',
        packetIdentifier: 4,
        reasonCodes: [0x11, 0x11],
      });
      client.send({ type: 'PINGREQ' }, { type: 'DISCONNECT', reasonCode: 0 });
      await client.receive('PINGRESP');
      client.destroy();
    });

    test('takes a large payload in parts, and its copy arrives in parts', async () => {
      const client = new Client(broker.port, { scanner, publishPartsAbove: 10_000 });
      await client.open({});
      const topic = `${scanner}/large`;
      client.send({
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        subscriptions: [{ topicFilter: topic, qos: 0 }],
      });
      await client.receive('SUBACK');
      const payloadLength = 300_000;
      client.send({ type: 'PUBLISH_START', topic, payloadLength });
      for (let sent = 0; sent < payloadLength; sent += 30_000) {
        client.send({ type: 'PUBLISH_PART', payload: new Uint8Array(30_000).fill(sent / 30_000) });
      }
      client.send({ type: 'PUBLISH_END' }, { type: 'PINGREQ' });
      expect(await client.receive('PUBLISH_START')).toMatchObject({ topic, payloadLength });
      const parts: Uint8Array[] = [];
      for (let left = payloadLength; left > 0; ) {
        const { payload } = await client.receive('PUBLISH_PART');
        parts.push(payload);
        left -= payload.length;
      }
      await client.receive('PUBLISH_END');
      await client.receive('PINGRESP');
      const payload = Buffer.concat(parts);
      expect([payload.length, payload[0], payload.at(-1)]).toEqual([payloadLength, 0, 9]);
      client.destroy();
    });

    test('says why it refuses', async () => {
      const client = new Client(broker.port, { scanner });
      await client.open({});
      // Packet Identifier 0, which the encoder would refuse.
      const bytes = client.encoder.encode({
        type: 'SUBSCRIBE',
        packetIdentifier: 1,
        subscriptions: [{ topicFilter: 'a', qos: 0 }],
      });
      bytes[3] = 0;
      client.sendBytes(bytes);
      const { reasonCode } = await client.receive('DISCONNECT');
      expect([0x81, 0x82]).toContain(reasonCode);
      client.destroy();
    });
  });
});
