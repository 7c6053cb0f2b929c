/** Requires the package and reports what it got. */
const { basename } = require('node:path');
const mqtt = require('mqtt-wasm');

const decoder = new mqtt.Decoder();
const frame = mqtt.encode({ type: 'PUBLISH', topic: 'a/b', payload: 'text' });
process.stdout.write(
  JSON.stringify({
    file: basename(require.resolve('mqtt-wasm')),
    names: Object.keys(mqtt)
      .filter((name) => name !== '__esModule')
      .sort(),
    packets: [...decoder.push(frame).packets()].map(({ type, topic }) => `${type} ${topic}`),
    scanner: decoder.scanner,
  }),
);
