/** The public surface on Node.js: all of `mqtt-wasm/web`, and Node.js streams. */
export { DecoderStream, EncoderStream, type StreamOptions } from './io/transform.js';
export * from './web.js';
