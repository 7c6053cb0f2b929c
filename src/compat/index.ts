/** The API of mqtt-packet 9. */

export { parser } from './parser.js';
export type { ParserDefaults, ParserOptions } from './parser-options.js';
export type * from './types.js';
