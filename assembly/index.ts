/** The exports of the WebAssembly module, nothing else. */
export { header } from './fixed-header';
export { scan } from './scan';
