/** Starts worker.ts in a thread: loaders of TypeScript have to be registered in each. */
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
