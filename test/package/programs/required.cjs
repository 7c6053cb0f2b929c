/** Requires the package, and imports it dynamically, and reports what it got. */
const mqtt = require('mqtt-wasm');
const web = require('mqtt-wasm/web');
const { version } = require('mqtt-wasm/package.json');

async function main() {
  const imported = await import('mqtt-wasm');
  const stream = new mqtt.DecoderStream();
  stream.end(mqtt.encode({ type: 'PUBLISH', topic: 'a/b', payload: 'text' }));
  const packets = [];
  for await (const packet of stream) packets.push(`${packet.type} ${packet.topic}`);
  process.stdout.write(
    JSON.stringify({
      packets,
      names: Object.keys(imported).sort(),
      webNames: Object.keys(web).sort(),
      sameClasses: mqtt.Decoder === imported.Decoder && web.Decoder === imported.Decoder,
      scanner: new mqtt.Decoder().scanner,
      version,
    }),
  );
}

main();
