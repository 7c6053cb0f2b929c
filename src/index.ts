/** The public surface on Node.js: all of `mqtt-wasm/web`, Node.js streams, and the API of mqtt-packet. */
export * from './compat/index.js';
export { default } from './compat/index.js';
export {
  type MqttConnection,
  type MqttConnectionOptions,
  mqttConnection,
} from './io/connection.js';
export { type ConsumeOptions, consume } from './io/shared/consume.js';
export type { ExitEmitter, SharedRing, SharedRingOptions } from './io/shared/ring.js';
export type { RingHandle } from './io/shared/ring-memory.js';
export type { SlabBatch } from './io/slabs/batch.js';
export type { SlabPoolOptions, SlabReaderOptions } from './io/slabs/options.js';
export { SlabPool } from './io/slabs/pool.js';
export type { OnRead, SlabReader } from './io/slabs/reader.js';
export type { StreamOptions } from './io/stream-options.js';
export { DecoderStream, EncoderStream } from './io/transform.js';
export * from './web.js';
