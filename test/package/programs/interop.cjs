/** Requires the package, takes its default export as compilers to CommonJS do, and reports what it got. */
const { basename } = require('node:path');
const mqtt = require('mqtt-wasm');

const { default: byDefault } = mqtt.__esModule ? mqtt : { default: mqtt };
const decoder = new mqtt.Decoder();
const frame = mqtt.encode({ type: 'PUBLISH', topic: 'a/b', payload: 'text' });
process.stdout.write(
  JSON.stringify({
    file: basename(require.resolve('mqtt-wasm')),
    names: Object.keys(mqtt)
      .filter((name) => name !== '__esModule')
      .sort(),
    both: Object.keys(byDefault)
      .filter((name) => byDefault[name] === mqtt[name])
      .sort(),
    packets: [...decoder.push(frame).packets()].map(({ type, topic }) => `${type} ${topic}`),
    scanner: decoder.scanner,
  }),
);
