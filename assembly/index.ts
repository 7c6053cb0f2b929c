/** The exports of the WebAssembly module, nothing else. */
export { move } from './move';
export { scan } from './scan';
