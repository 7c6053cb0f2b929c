/** The API of mqtt-packet 9. */
export { generate } from './generate.js';
export { parser } from './parser.js';
export type { ParserDefaults, ParserOptions } from './parser-options.js';
export type * from './types.js';
export { writeToStream } from './write-to-stream.js';
