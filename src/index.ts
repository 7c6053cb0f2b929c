/** The public surface on Node.js: all of `mqtt-wasm/web`, Node.js streams, and the API of mqtt-packet. */
export * from './compat/index.js';
export { default } from './compat/index.js';
export { DecoderStream, EncoderStream, type StreamOptions } from './io/transform.js';
export * from './web.js';
