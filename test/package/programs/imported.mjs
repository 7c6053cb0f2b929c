/** Imports the package, by name and dynamically, and reports what it got. */
import { Decoder, DecoderStream, encode } from 'mqtt-wasm';
import * as web from 'mqtt-wasm/web';

const dynamic = await import('mqtt-wasm');
const stream = new DecoderStream();
stream.end(encode({ type: 'PUBLISH', topic: 'a/b', payload: 'text' }));
const packets = [];
for await (const packet of stream) packets.push(`${packet.type} ${packet.topic}`);
process.stdout.write(
  JSON.stringify({
    packets,
    names: Object.keys(dynamic).sort(),
    webNames: Object.keys(web).sort(),
    sameClasses: dynamic.Decoder === Decoder && web.Decoder === Decoder,
    scanner: new Decoder().scanner,
  }),
);
