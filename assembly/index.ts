/** The exports of the WebAssembly module, nothing else. */
export { scan } from './scan';
