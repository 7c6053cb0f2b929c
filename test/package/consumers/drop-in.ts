/** A program written against mqtt-packet that gets the package in its place: compiled, as an ES module and as CommonJS, never run. */

import * as all from 'mqtt-wasm';
import { type Decoder, DecoderStream, type IPublishPacket, type Packet, parser } from 'mqtt-wasm';

const parsing = parser({ protocolVersion: 5 });
parsing.on('packet', (packet: Packet) => packet.cmd);
export const rest: number = parsing.parse(Buffer.alloc(2));

export const publish: all.IPublishPacket = {
  cmd: 'publish',
  topic: 'a',
  payload: 'b',
  qos: 0,
  dup: false,
  retain: false,
} satisfies IPublishPacket;
export const stream: DecoderStream<'batches'> = new DecoderStream({ deliver: 'batches' });
export const decoder: Decoder = new all.Decoder();
