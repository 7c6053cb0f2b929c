/**
 * Many decoders at once, each in the middle of a frame of its own, and how many WebAssembly
 * instances and bytes of heap they take. Needs --expose-gc. Arguments: how many decoders.
 */
let instances = 0;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...parameters) {
    super(...parameters);
    instances++;
  }
};
const { Decoder, encode } = await import('mqtt-wasm');

function heap() {
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const count = Number(process.argv[2]);
const decoders = new Array(count);
const before = heap();
for (let index = 0; index < count; index++) decoders[index] = new Decoder({ role: 'client' });
const bytesAtRest = (heap() - before) / count;

const frameOf = (index) =>
  encode({ type: 'PUBLISH', topic: `t/${index}`, qos: 1, packetIdentifier: (index % 65_535) + 1 });
for (let index = 0; index < count; index++) decoders[index].push(frameOf(index).subarray(0, 5));
let wrong = 0;
for (let index = 0; index < count; index++) {
  const [packet] = decoders[index].push(frameOf(index).subarray(5)).packets();
  if (packet?.topic !== `t/${index}` || packet.packetIdentifier !== (index % 65_535) + 1) wrong++;
}
process.stdout.write(JSON.stringify({ instances, wrong, bytesAtRest }));
