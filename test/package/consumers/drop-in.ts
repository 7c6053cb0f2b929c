/** A program written against mqtt-packet that gets the package in its place: compiled, as an ES module and as CommonJS, never run. */

import * as all from 'mqtt-wasm';
import mqtt, {
  type Decoder,
  DecoderStream,
  generate,
  type IPublishPacket,
  type Packet,
  parser,
  writeToStream,
} from 'mqtt-wasm';

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
export const frames: Buffer[] = [generate(publish), mqtt.generate(publish), all.generate(publish)];
// @ts-expect-error there is no such packet
generate({ cmd: 'ping' });

export function send(stream: NodeJS.WritableStream): boolean {
  writeToStream.cacheNumbers = false;
  return writeToStream(publish, stream) && mqtt.writeToStream(publish, stream);
}

export const stream: DecoderStream<'batches'> = new DecoderStream({ deliver: 'batches' });
export const decoder: Decoder = new all.Decoder();
