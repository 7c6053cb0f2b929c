/** A program that uses `mqtt-wasm` on Node.js: compiled, never run. */
import { createReadStream } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import {
  type ControlPacket,
  Decoder,
  DecoderStream,
  type DecoderStreamOptions,
  decodeBatches,
  type EncodablePacket,
  EncoderStream,
  encode,
  type FrameBatch,
  type MqttConnection,
  type MqttConnectionOptions,
  mqttConnection,
  WebDecoderStream,
} from 'mqtt-wasm';

type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if both types are one and the same. */
function expectType<Expected>(): <Actual>(value: Actual, same: Same<Expected, Actual>) => void {
  return () => {};
}

export async function packetsOf(path: string): Promise<string[]> {
  const topics: string[] = [];
  const stream = createReadStream(path).pipe(new DecoderStream());
  expectType<DecoderStream>()(stream, true);
  expectType<Decoder>()(stream.decoder, true);
  for await (const packet of stream) {
    expectType<ControlPacket>()(packet, true);
    if (packet.type === 'PUBLISH') topics.push(packet.topic);
    // @ts-expect-error not every packet has a topic
    else topics.push(packet.topic);
  }
  return topics;
}

export async function batchesOf(socket: Socket): Promise<number> {
  let frames = 0;
  const options: DecoderStreamOptions<'batches'> = { deliver: 'batches', role: 'server' };
  for await (const batch of socket.pipe(new DecoderStream(options))) {
    expectType<FrameBatch>()(batch, true);
    frames += batch.length;
  }
  for await (const batch of socket.pipe(new DecoderStream({ deliver: 'batches' }))) {
    expectType<FrameBatch>()(batch, true);
    // @ts-expect-error a batch is no packet
    if (batch.type === 'PUBLISH') frames++;
  }
  for await (const batch of decodeBatches(socket, { role: 'server' })) {
    expectType<FrameBatch>()(batch, true);
    frames += batch.length;
  }
  return frames;
}

export async function serve(socket: Socket): Promise<void> {
  const options: MqttConnectionOptions = { role: 'server', answerErrors: true };
  const connection: MqttConnection = mqttConnection(socket, options);
  expectType<ControlPacket | null>()(connection.read(), true);
  for await (const packet of connection) {
    expectType<ControlPacket>()(packet, true);
    if (packet.type === 'PINGREQ') connection.write({ type: 'PINGRESP' });
    // @ts-expect-error not every packet has a topic
    else connection.write({ type: 'PUBLISH', topic: packet.topic }, (error) => error?.message);
  }
  // @ts-expect-error text is no packet
  connection.write('text');
  await pipeline(connection, connection);
  await pipeline(socket, new DecoderStream(), connection);
}

export async function forward(socket: Socket): Promise<void> {
  const encoder = new EncoderStream();
  const packet: EncodablePacket = { type: 'PUBLISH', topic: 'a', payload: Buffer.from('text') };
  encoder.write(packet);
  await pipeline(socket, new DecoderStream({ role: 'client' }), encoder, connect(1883));
}

export async function web(chunks: ReadableStream<Uint8Array>): Promise<void> {
  for await (const packet of chunks.pipeThrough(new WebDecoderStream())) {
    expectType<ControlPacket>()(packet, true);
  }
}

for (const packet of new Decoder().push(encode({ type: 'PINGREQ' })).packets()) {
  expectType<ControlPacket>()(packet, true);
}

// @ts-expect-error there is no such delivery
new DecoderStream({ deliver: 'frames' });
// @ts-expect-error there is no such option
new EncoderStream({ highWaterMark: 1 });

// @ts-expect-error internals stay inside
export type { Scanner } from 'mqtt-wasm';
