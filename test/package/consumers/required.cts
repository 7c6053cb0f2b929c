/** A CommonJS program that requires the package: compiled, never run. */
import mqtt = require('mqtt-wasm');

const stream: mqtt.DecoderStream<'batches'> = new mqtt.DecoderStream({ deliver: 'batches' });
const bytes: Uint8Array = mqtt.encode({ type: 'PINGREQ' });
// @ts-expect-error there is no such packet
mqtt.encode({ type: 'PING' });

export = { stream, bytes };
